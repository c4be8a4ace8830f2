// The packet inspector: a list of packets, the one that is shown as bytes and as fields side by side, and
// what the field that one looks at means.

import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { hasProblem, verdictOf } from "../../host/sim/dissect/field.ts";
import { registerKeys } from "../app/keys.ts";
import { jumpTo } from "../app/playback.ts";
import { view } from "../app/state.ts";
import { INSPECTOR_TEXT } from "../text/inspector.ts";
import { FIELD_TEXT } from "../text/packet_fields.ts";
import { t, type Text } from "../text/text.ts";
import { FieldDetail } from "./field_detail.tsx";
import { FieldPane } from "./field_pane.tsx";
import { HexPane } from "./hex_pane.tsx";
import "./inspector.css";
import {
  compared,
  type CompareWith,
  compareWith,
  comparison,
  fields,
  filter,
  follows,
  followSelection,
  type OpenedFile,
  openedFile,
  type PacketSource,
  pinned,
  shown,
  shownPlace,
  showPlace,
  source,
} from "./inspector_state.ts";
import { OpenDialog, openIsShown } from "./open_dialog.tsx";
import { complaint, openFile, playAsRecording, toldText } from "./open_packets.ts";
import { PacketList } from "./packet_list.tsx";
import { PACKET_FILTERS, type PacketFilter, type ShownPacket } from "./packets.ts";
import { packetTitle } from "./packet_title.ts";
import { copyHex, downloadPcap, linkTypeOf } from "./take_out.ts";

const SOURCES: Record<PacketSource, Text> = {
  recording: INSPECTOR_TEXT.fromRecording,
  file: INSPECTOR_TEXT.fromFile,
  sample: INSPECTOR_TEXT.fromSamples,
};
const FILTERS: Record<PacketFilter, Text> = {
  all: INSPECTOR_TEXT.filterAll,
  advert: INSPECTOR_TEXT.filterVrrp,
  announcement: INSPECTOR_TEXT.filterAnnouncement,
};
const COMPARISONS: Record<CompareWith, Text> = {
  nothing: INSPECTOR_TEXT.compareNothing,
  previous: INSPECTOR_TEXT.comparePrevious,
  pinned: INSPECTOR_TEXT.comparePinned,
};

/** The view. */
export function InspectorView(): JSX.Element {
  const isOver = useSignal(false);
  useEffect(followSelection, []);
  useEffect(() =>
    registerKeys({
      title: INSPECTOR_TEXT.keysTitle,
      keys: [
        { key: "[", text: INSPECTOR_TEXT.keyPrevious, run: () => showPlace(shownPlace() - 1) },
        { key: "]", text: INSPECTOR_TEXT.keyNext, run: () => showPlace(shownPlace() + 1) },
      ],
    }), []);
  return (
    <section
      class="inspector card"
      aria-label={t(INSPECTOR_TEXT.title)}
      data-testid="inspector"
      data-drop={isOver.value ? "over" : undefined}
      onDragOver={(event) => {
        event.preventDefault();
        event.stopPropagation();
        isOver.value = true;
      }}
      onDragLeave={() => isOver.value = false}
      onDrop={(event) => {
        event.preventDefault();
        event.stopPropagation();
        isOver.value = false;
        const file = event.dataTransfer?.files[0];
        if (file !== undefined) void openFile(file);
      }}
    >
      <ListBar />
      <PacketList />
      {shown.value !== null && <Packet packet={shown.value} />}
      <OpenDialog />
      {isOver.value && <p class="drop-here">{t(INSPECTOR_TEXT.dropHere)}</p>}
    </section>
  );
}

function Packet({ packet }: { packet: ShownPacket }): JSX.Element {
  return (
    <>
      <PacketBar packet={packet} />
      <div class="panes">
        <HexPane packet={packet} />
        <FieldDetail bytes={packet.bytes} />
        <FieldPane packet={packet} />
      </div>
    </>
  );
}

/** The capture as a recording, in the view that shows who spoke when. */
async function playFile({ name, bytes }: OpenedFile): Promise<void> {
  complaint.value = null;
  if (await playAsRecording(name, bytes)) view.value = "cluster";
}

/** Where packets come from. */
function ListBar(): JSX.Element {
  const file = openedFile.value;
  const sources = (Object.keys(SOURCES) as PacketSource[])
    .filter((name) => name !== "file" || file !== null);
  return (
    <div class="row bar-list">
      <label>
        {t(INSPECTOR_TEXT.sources)}{" "}
        <select
          value={source.value}
          data-testid="inspector-origin"
          onChange={({ currentTarget }) => source.value = currentTarget.value as PacketSource}
        >
          {sources.map((name) => (
            <option key={name} value={name}>
              {name === "file"
                ? t(INSPECTOR_TEXT.filePackets, {
                  name: file!.name,
                  count: file!.pcap.packets.length,
                })
                : t(SOURCES[name])}
            </option>
          ))}
        </select>
      </label>
      {source.value !== "sample" && (
        <select
          aria-label={t(INSPECTOR_TEXT.filter)}
          value={filter.value}
          data-testid="inspector-filter"
          onChange={({ currentTarget }) => filter.value = currentTarget.value as PacketFilter}
        >
          {PACKET_FILTERS.map((name) => (
            <option key={name} value={name}>{t(FILTERS[name])}</option>
          ))}
        </select>
      )}
      {source.value === "recording" && (
        <button
          type="button"
          aria-pressed={follows.value}
          data-testid="inspector-follow"
          onClick={() => follows.value = !follows.value}
        >
          {t(INSPECTOR_TEXT.follow)}
        </button>
      )}
      <button
        type="button"
        aria-haspopup="dialog"
        data-testid="inspector-open-button"
        onClick={() => {
          complaint.value = null;
          openIsShown.value = true;
        }}
      >
        {t(INSPECTOR_TEXT.open)}
      </button>
      {source.value === "file" && file !== null && (
        <button
          type="button"
          data-testid="inspector-play"
          onClick={() => void playFile(file)}
        >
          {t(INSPECTOR_TEXT.openAsRecording)}
        </button>
      )}
      {source.value === "file" && file?.pcap.problem != null && (
        <span class="remark problem">
          {t(INSPECTOR_TEXT.fileCut, { problem: file.pcap.problem })}
        </span>
      )}
      {complaint.value !== null && !openIsShown.value && (
        <span class="remark problem" role="alert">{toldText(complaint.value)}</span>
      )}
    </div>
  );
}

const VERDICT_CLASSES = { wrong: "bad", unchecked: "changed", right: "good" } as const;

/** What is shown, and what can be done with it. */
function PacketBar({ packet }: { packet: ShownPacket }): JSX.Element {
  const { origin, bytes, originalLength, outermost } = packet;
  const linkType = linkTypeOf(outermost);
  const problems = fields.value.filter(hasProblem).length;
  const verdict = verdictOf(packet.dissection);
  return (
    <div class="row bar-packet">
      <h2 data-testid="inspector-title">{packetTitle(packet)}</h2>
      <span class="soft">
        {originalLength > bytes.length
          ? t(INSPECTOR_TEXT.cutCapture, { size: bytes.length, original: originalLength })
          : t(INSPECTOR_TEXT.sizeBytes, { size: bytes.length })}
      </span>
      <span class={`mark ${VERDICT_CLASSES[verdict]}`} data-testid="inspector-verdict">
        {verdict === "wrong"
          ? `✗ ${t(INSPECTOR_TEXT.problemCount, { count: problems })}`
          : verdict === "right"
          ? `✓ ${t(INSPECTOR_TEXT.allRight)}`
          : `? ${t(INSPECTOR_TEXT.notAllChecked)}`}
      </span>
      <span class="grow" />
      {origin.kind === "recording" && (
        <button type="button" onClick={() => jumpTo(origin.atUs)}>{t(INSPECTOR_TEXT.seek)}</button>
      )}
      <button type="button" data-testid="inspector-copy" onClick={() => void copyHex(packet)}>
        {t(INSPECTOR_TEXT.copyHex)}
      </button>
      {linkType !== null && (
        <button
          type="button"
          data-testid="inspector-download"
          onClick={() => downloadPcap(packet, linkType)}
        >
          {t(INSPECTOR_TEXT.download)}
        </button>
      )}
      <Comparing packet={packet} />
    </div>
  );
}

/** The other packet. */
function Comparing({ packet }: { packet: ShownPacket }): JSX.Element {
  const names = (Object.keys(COMPARISONS) as CompareWith[])
    .filter((name) => name !== "pinned" || pinned.value !== null);
  return (
    <div class="row comparing">
      <label>
        {t(INSPECTOR_TEXT.compare)}{" "}
        <select
          value={compareWith.value}
          data-testid="inspector-compare"
          onChange={({ currentTarget }) => compareWith.value = currentTarget.value as CompareWith}
        >
          {names.map((name) => <option key={name} value={name}>{t(COMPARISONS[name])}</option>)}
        </select>
      </label>
      <button
        type="button"
        data-testid="inspector-pin"
        onClick={() => {
          pinned.value = packet;
          compareWith.value = "pinned";
        }}
      >
        {t(INSPECTOR_TEXT.pin)}
      </button>
      {compareWith.value !== "nothing" && <Compared />}
    </div>
  );
}

function Compared(): JSX.Element {
  const [other, found] = [compared.value, comparison.value];
  if (other === null || found === null) {
    return <span class="soft">{t(INSPECTOR_TEXT.noPrevious)}</span>;
  }
  const count = found.differences.size + found.missing.length;
  const missing = found.missing.map(({ id, value }) => `${t(FIELD_TEXT[id].name)} ${value}`);
  return (
    <span data-testid="inspector-differences">
      {t(INSPECTOR_TEXT.comparedWith, { title: packetTitle(other) })} ·{" "}
      {count === 0 ? t(INSPECTOR_TEXT.sameFields) : t(INSPECTOR_TEXT.differences, { count })}
      {missing.length > 0 && <>· {t(INSPECTOR_TEXT.onlyThere, { names: missing.join(", ") })}</>}
    </span>
  );
}
