// The dialog for packets that somebody brings: a box to paste into, and a file to open.

import type { JSX } from "preact";
import { signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { OUTERMOST, type Outermost } from "../../host/sim/dissect/dissect.ts";
import { INSPECTOR_TEXT } from "../text/inspector.ts";
import { LAYER_TEXT } from "../text/packet_fields.ts";
import { t, type Text } from "../text/text.ts";
import { complaint, openFile, openPasted, readPasted, toldText } from "./open_packets.ts";

/** The dialog is shown. */
export const openIsShown = signal(false);

const LAYERS: Record<Outermost, Text> = {
  ethernet: LAYER_TEXT.ethernet,
  ip: INSPECTOR_TEXT.layerIp,
  arp: LAYER_TEXT.arp,
  vrrp: LAYER_TEXT.vrrp,
  sll: LAYER_TEXT.sll,
  sll2: LAYER_TEXT.sll2,
};

/** The dialog. */
export function OpenDialog(): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const text = useSignal("");
  const layer = useSignal<Outermost | "guess">("guess");
  const isShown = openIsShown.value;
  useEffect(() => {
    if (isShown) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isShown]);
  const close = () => openIsShown.value = false;
  const inspect = () =>
    openPasted(text.value, layer.value === "guess" ? null : layer.value) && close();
  return (
    <dialog
      ref={dialog}
      class="card inspector-open"
      aria-labelledby="inspector-open-title"
      data-testid="inspector-open"
      onClose={close}
    >
      <h2 id="inspector-open-title">{t(INSPECTOR_TEXT.openTitle)}</h2>
      <label>
        {t(INSPECTOR_TEXT.pasteLabel)}
        <textarea
          class="mono"
          rows={8}
          spellcheck={false}
          autocomplete="off"
          placeholder={t(INSPECTOR_TEXT.pasteHint)}
          data-testid="inspector-paste"
          value={text.value}
          onInput={(event) => text.value = event.currentTarget.value}
        />
      </label>
      <Reading text={text.value} />
      <div class="row">
        <LayerChoice
          text={text.value}
          layer={layer.value}
          onChoose={(chosen) => layer.value = chosen}
        />
        <button
          type="button"
          class="primary"
          data-testid="inspector-inspect"
          disabled={text.value.trim() === ""}
          onClick={inspect}
        >
          {t(INSPECTOR_TEXT.inspect)}
        </button>
      </div>
      <label class="file">
        {t(INSPECTOR_TEXT.openFile)}
        <input
          type="file"
          accept=".pcap,.pcapng,.cap,.txt,.hex"
          data-testid="inspector-file"
          onChange={async ({ currentTarget }) => {
            const file = currentTarget.files?.[0];
            if (file !== undefined && await openFile(file)) close();
            currentTarget.value = "";
          }}
        />
      </label>
      {complaint.value !== null && (
        <p class="remark problem" role="alert">{toldText(complaint.value)}</p>
      )}
      <p class="soft">{t(INSPECTOR_TEXT.dropHint)}</p>
      <button type="button" onClick={close}>{t(INSPECTOR_TEXT.close)}</button>
    </dialog>
  );
}

/** What the text holds, while it is typed. */
function Reading({ text }: { text: string }): JSX.Element | null {
  if (text.trim() === "") return null;
  const pasted = readPasted(text);
  if (pasted.bytes === null) return <p class="remark problem">{toldText(pasted.told)}</p>;
  const { bytes, packets } = pasted;
  return (
    <p class="soft">
      {t(INSPECTOR_TEXT.sizeBytes, { size: bytes.length })}
      {packets > 1 && <>· {t(INSPECTOR_TEXT.morePackets, { count: packets })}</>}
    </p>
  );
}

function LayerChoice(
  { text, layer, onChoose }: {
    text: string;
    layer: Outermost | "guess";
    onChoose: (layer: Outermost | "guess") => void;
  },
): JSX.Element {
  const pasted = text.trim() === "" ? null : readPasted(text);
  const guess = pasted === null || pasted.bytes === null ? null : pasted.guess;
  return (
    <label>
      {t(INSPECTOR_TEXT.beginsWith)}{" "}
      <select
        value={layer}
        data-testid="inspector-layer"
        onChange={({ currentTarget }) => onChoose(currentTarget.value as Outermost | "guess")}
      >
        <option value="guess">
          {t(INSPECTOR_TEXT.guessed, { layer: guess === null ? "…" : t(LAYERS[guess]) })}
        </option>
        {OUTERMOST.map((name) => <option key={name} value={name}>{t(LAYERS[name])}</option>)}
      </select>
    </label>
  );
}
