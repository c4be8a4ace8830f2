// What the dialog of opening and sharing holds: samples, files, the link, what can be saved.

import type { JSX } from "preact";
import { computed, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { errorText } from "../../host/base/errors.ts";
import { type ConfFile, files, scenario, seed } from "../app/state.ts";
import { playDigest, playedFiles } from "../source/play/client.ts";
import { SHARE_TEXT } from "../text/share.ts";
import { t } from "../text/text.ts";
import { currentPlay } from "./current_play.ts";
import { writeShareLink } from "./link.ts";
import { Masking } from "./mask.ts";
import { before, openFiles, openSample, putBack } from "./opening.ts";
import { SAMPLES } from "./samples.ts";
import { commandOf, filesOfPlay, sharePlay } from "./shared_play.ts";
import { shareIsOpen, type Told } from "./share_state.ts";

const sampleId = signal(SAMPLES[0]!.id);
const hasSecrets = signal(false);

/** The panel. */
export function SharePanel(): JSX.Element {
  return (
    <div class="share-panel">
      <Samples />
      <Files />
      <Link />
      <Save />
    </div>
  );
}

/** Ends the dialog with an opening: what comes of it is to be seen. */
function leaveWith(opening: Promise<void> | void): void {
  shareIsOpen.value = false;
  void opening;
}

function Samples(): JSX.Element {
  const group = (kind: "deployment" | "scenario", label: string) => (
    <optgroup label={label}>
      {SAMPLES.filter((sample) => sample.kind === kind).map(({ id, title }) => (
        <option key={id} value={id}>{t(title)}</option>
      ))}
    </optgroup>
  );
  const open = () => {
    const sample = SAMPLES.find(({ id }) => id === sampleId.value);
    if (sample !== undefined) leaveWith(openSample(sample));
  };
  return (
    <section aria-labelledby="share-samples">
      <h2 id="share-samples">{t(SHARE_TEXT.samples)}</h2>
      <div class="share-row">
        <select
          aria-label={t(SHARE_TEXT.sample)}
          data-testid="sample"
          value={sampleId.value}
          onChange={(event) => sampleId.value = event.currentTarget.value}
        >
          {group("deployment", t(SHARE_TEXT.deployments))}
          {group("scenario", t(SHARE_TEXT.scenarios))}
        </select>
        <button type="button" class="primary" data-testid="open-sample" onClick={open}>
          {t(SHARE_TEXT.openSample)}
        </button>
        {before.value !== null && (
          <button
            type="button"
            data-testid="put-back"
            onClick={() => leaveWith(putBack())}
          >
            {t(SHARE_TEXT.putBack)}
          </button>
        )}
      </div>
    </section>
  );
}

function Files(): JSX.Element {
  return (
    <section aria-labelledby="share-files">
      <h2 id="share-files">{t(SHARE_TEXT.files)}</h2>
      <p class="soft" id="share-files-hint">{t(SHARE_TEXT.filesHint)}</p>
      <label class="share-file">
        {t(SHARE_TEXT.chooseFiles)}
        <input
          type="file"
          multiple
          aria-describedby="share-files-hint"
          data-testid="open-files"
          onChange={({ currentTarget }) => {
            const chosen = [...currentTarget.files ?? []];
            currentTarget.value = "";
            if (chosen.length > 0) leaveWith(openFiles(chosen));
          }}
        />
      </label>
    </section>
  );
}

// ---- Link ----

const current = computed(() =>
  currentPlay({
    files: files.value,
    played: playedFiles.value,
    scenario: scenario.value,
    seed: seed.value,
  })
);
/** The link of what is shown now, or why there is none; null: it is being made. */
const link = signal<{ url: string } | Told | null>(null);
const maskedCount = signal(0);
/** What copying came to, by what was copied. */
const copying = signal<{ what: "link" | "command"; isDone: boolean } | null>(null);
/** Number of the link that is being made: a later one makes it void. */
let making = 0;

async function makeLink(): Promise<void> {
  const own = ++making;
  link.value = null;
  const made = await linkOf();
  if (own === making) link.value = made;
}

async function linkOf(): Promise<{ url: string } | Told> {
  try {
    const masking = new Masking();
    const masked = sharePlay(current.peek(), masking);
    maskedCount.value = masking.size;
    const written = await writeShareLink(
      hasSecrets.peek() ? sharePlay(current.peek(), null) : masked,
    );
    if (typeof written !== "string") return written;
    return { url: `${location.href.replace(/#.*$/, "")}${written}` };
  } catch (thrown) {
    return { text: SHARE_TEXT.cannotSave, values: { problem: errorText(thrown) } };
  }
}

function Link(): JSX.Element {
  useEffect(() => {
    copying.value = null;
    void makeLink();
  }, [current.value, hasSecrets.value]);
  const made = link.value;
  const url = made !== null && "url" in made ? made.url : "";
  return (
    <section aria-labelledby="share-link-title">
      <h2 id="share-link-title">{t(SHARE_TEXT.link)}</h2>
      <p class="soft">{t(SHARE_TEXT.linkHint)}</p>
      {current.value.isBehindEditor && <p>{t(SHARE_TEXT.editedNotPlayed)}</p>}
      <p>
        <label>
          <input
            type="checkbox"
            data-testid="with-secrets"
            checked={hasSecrets.value}
            onChange={(event) => hasSecrets.value = event.currentTarget.checked}
          />{" "}
          {t(SHARE_TEXT.withSecrets)}
        </label>
      </p>
      {!hasSecrets.value && <p class="soft">{maskedText()}</p>}
      {made !== null && "text" in made && <p role="alert">{t(made.text, made.values)}</p>}
      <div class="share-row">
        <input
          type="text"
          readOnly
          class="mono share-link"
          aria-label={t(SHARE_TEXT.linkField)}
          data-testid="share-link"
          value={url}
          onFocus={(event) => event.currentTarget.select()}
        />
        <CopyButton what="link" text={url} />
      </div>
      {url !== "" && <p class="soft">{t(SHARE_TEXT.linkLength, { length: url.length })}</p>}
    </section>
  );
}

function maskedText(): string {
  const count = maskedCount.value;
  if (count === 0) return t(SHARE_TEXT.noSecrets);
  return count === 1 ? t(SHARE_TEXT.maskedOne) : t(SHARE_TEXT.masked, { count });
}

function CopyButton({ what, text }: { what: "link" | "command"; text: string }): JSX.Element {
  const copy = () => {
    const done = (isDone: boolean) => copying.value = { what, isDone };
    // Only a page from a trusted origin may write there.
    const writing = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error("refused"));
    writing.then(() => done(true), () => done(false));
  };
  const came = copying.value?.what === what ? copying.value : null;
  return (
    <>
      <button type="button" data-testid={`copy-${what}`} disabled={text === ""} onClick={copy}>
        {t(what === "link" ? SHARE_TEXT.copyLink : SHARE_TEXT.copyCommand)}
      </button>
      <span role="status">
        {came !== null && t(came.isDone ? SHARE_TEXT.copied : SHARE_TEXT.notCopied)}
      </span>
    </>
  );
}

// ---- Files to save ----

function Save(): JSX.Element {
  const play = playToSave();
  if (typeof play === "string") {
    return <p role="alert">{t(SHARE_TEXT.cannotSave, { problem: play })}</p>;
  }
  const all = filesOfPlay(play);
  const command = commandOf(play);
  return (
    <section aria-labelledby="share-save">
      <h2 id="share-save">{t(SHARE_TEXT.save)}</h2>
      <p class="soft">{t(SHARE_TEXT.saveHint)}</p>
      <div class="share-row">
        {all.map((file) => (
          <button
            type="button"
            key={file.name}
            data-testid={`save-${file.name}`}
            onClick={() => save(file)}
          >
            {t(SHARE_TEXT.saveFile, { name: file.name })}
          </button>
        ))}
        <button
          type="button"
          data-testid="save-all"
          onClick={() => {
            for (const file of all) save(file);
          }}
        >
          {t(SHARE_TEXT.saveAll)}
        </button>
      </div>
      <p id="share-command">{t(SHARE_TEXT.command)}</p>
      <div class="share-row">
        <code class="mono share-command" data-testid="command" aria-labelledby="share-command">
          {command}
        </code>
        <CopyButton what="command" text={command} />
      </div>
      {playDigest.value !== "" && (
        <p class="soft" data-testid="digest">
          {t(SHARE_TEXT.digest, { digest: playDigest.value })}
        </p>
      )}
    </section>
  );
}

/** Words instead where it cannot be written. */
function playToSave(): ReturnType<typeof sharePlay> | string {
  try {
    return sharePlay(current.value, null);
  } catch (thrown) {
    return errorText(thrown);
  }
}

/** Gives a file to the browser's downloads. */
function save({ name, text }: ConfFile): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  const anchor = document.createElement("a");
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  // The download has begun by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
