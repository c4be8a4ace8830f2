// The panel in which directors are added and removed, and which says how each stands.

import type { JSX, TargetedSubmitEvent } from "preact";
import { signal } from "@preact/signals";
import { LIVE_TEXT } from "../../text/live.ts";
import { language, t } from "../../text/text.ts";
import { recording } from "../../app/state.ts";
import "./live.css";
import { liveAddress } from "./live_fields.ts";
import { directors, showLive, unwatch, watch, type WatchedDirector } from "./session.ts";

const token = signal("");

/** The panel. */
export function LivePanel(): JSX.Element {
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    watch({ address: liveAddress.peek(), secret: token.peek().trim() });
    token.value = "";
  };
  const all = directors.value;
  return (
    <section class="live" aria-labelledby="live-title" data-testid="live">
      <h2 id="live-title">{t(LIVE_TEXT.title)}</h2>
      <p class="live-intro">{t(LIVE_TEXT.intro)}</p>
      <form class="live-form" onSubmit={submit}>
        <label>
          {t(LIVE_TEXT.address)}
          <input
            type="text"
            inputMode="url"
            required
            spellcheck={false}
            autocomplete="off"
            data-testid="live-address"
            placeholder={t(LIVE_TEXT.addressExample)}
            value={liveAddress.value}
            onInput={(event) => liveAddress.value = event.currentTarget.value}
          />
        </label>
        <label>
          {t(LIVE_TEXT.token)}
          <input
            type="password"
            required
            autocomplete="off"
            data-testid="live-token"
            value={token.value}
            onInput={(event) => token.value = event.currentTarget.value}
          />
        </label>
        <button type="submit" data-testid="live-add">{t(LIVE_TEXT.add)}</button>
      </form>
      {all.length === 0
        ? <p>{t(LIVE_TEXT.none)}</p>
        : (
          <ul class="live-list" aria-label={t(LIVE_TEXT.list)} aria-live="polite">
            {all.map((director) => <Row key={director.id} director={director} />)}
          </ul>
        )}
      {all.length > 0 && recording.value.source !== "live" && (
        <button type="button" data-testid="live-show" onClick={showLive}>
          {t(LIVE_TEXT.show)}
        </button>
      )}
    </section>
  );
}

function Row({ director }: { director: WatchedDirector }): JSX.Element {
  const { id, name, address, state } = director;
  const title = name === "" || name === address ? address : `${name} · ${address}`;
  return (
    <li class="live-row" data-testid="live-row" data-state={state.state}>
      <span class="live-mark" aria-hidden="true">{MARKS[state.state]}</span>
      <span class="live-name">{title}</span>
      <button
        type="button"
        aria-label={t(LIVE_TEXT.remove, { name: name || address })}
        onClick={() => unwatch(id)}
      >
        {t(LIVE_TEXT.removeShort)}
      </button>
      <p class="live-detail">
        <strong class="live-state">{t(LIVE_TEXT[state.state])}</strong>
        {detailsOf(director).map((detail) => <span key={detail}>{detail}</span>)}
      </p>
    </li>
  );
}

/** Shapes, so that colour alone says nothing. */
const MARKS = { connecting: "◌", up: "●", lost: "✕" } as const;

/** A difference between two clocks that is worth a word, milliseconds. */
const CLOCK_TOLD_MS = 250;

function detailsOf({ state, aheadMs }: WatchedDirector): string[] {
  if (state.state === "lost") {
    const { why, hint, retryMs } = state;
    const next = retryMs === null
      ? t(LIVE_TEXT.givenUp)
      : t(LIVE_TEXT.tryAgainAt, { time: new Date(retryMs).toLocaleTimeString(language.value) });
    return [why, hint, next].filter(Boolean);
  }
  if (state.state !== "up" || aheadMs === null || Math.abs(aheadMs) < CLOCK_TOLD_MS) return [];
  const ms = Math.round(Math.abs(aheadMs));
  return [t(aheadMs > 0 ? LIVE_TEXT.clockAhead : LIVE_TEXT.clockBehind, { ms })];
}
