// The list of packets: only the rows in sight are drawn, so that it takes as many as a capture file has.

import type { JSX, TargetedKeyboardEvent } from "preact";
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { summarize } from "../../host/sim/dissect/summary.ts";
import { timeText } from "../app/time_text.ts";
import { INSPECTOR_TEXT } from "../text/inspector.ts";
import { t } from "../text/text.ts";
import { movedField } from "./hex_rows.ts";
import {
  listCount,
  listPacket,
  openedFile,
  shown,
  shownPlace,
  showPlace,
  source,
} from "./inspector_state.ts";
import { type ListShape, scrollTo, windowAt } from "./list_window.ts";
import type { ShownPacket } from "./packets.ts";

/** Pixels; inspector.css has the same. */
const ROW_HEIGHT = 26;
/** Rows that PageUp and PageDown move by. */
const PAGE_ROWS = 10;

const idOf = (place: number) => `inspector-packet-${place}`;

/** The list. */
export function PacketList(): JSX.Element {
  const list = useRef<HTMLDivElement>(null);
  const scrollTop = useSignal(0);
  const viewHeight = useSignal(200);
  const count = listCount();
  const shape: ListShape = { count, rowHeight: ROW_HEIGHT, viewHeight: viewHeight.value };
  const place = shownPlace();
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) =>
      viewHeight.value = entry?.contentRect.height ?? 0
    );
    observer.observe(list.current!);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    const top = place < 0 ? null : scrollTo(shape, list.current!.scrollTop, place);
    if (top !== null) list.current!.scrollTop = top;
  }, [place, source.value, openedFile.value, viewHeight.value]);
  const { height, from, to, top } = windowAt(shape, scrollTop.value);
  const isDrawn = place >= from && place < to;
  return (
    <div
      ref={list}
      class="packet-list"
      role="listbox"
      aria-label={t(INSPECTOR_TEXT.packets)}
      aria-activedescendant={isDrawn ? idOf(place) : undefined}
      tabIndex={0}
      data-own-keys
      data-testid="inspector-packets"
      onScroll={(event) => scrollTop.value = event.currentTarget.scrollTop}
      onKeyDown={(event) => onKeyDown(event, place, count)}
    >
      {count === 0 && <p class="soft empty">{t(emptyText())}</p>}
      <div class="packet-space" role="presentation" style={{ height: `${height}px` }}>
        <div role="presentation" style={{ transform: `translateY(${top}px)` }}>
          {Array.from(
            { length: to - from },
            (_, i) => (
              <Row key={from + i} place={from + i} count={count} isShown={from + i === place} />
            ),
          )}
        </div>
      </div>
    </div>
  );
}

function emptyText() {
  return source.value === "recording" ? INSPECTOR_TEXT.noPacketsYet : INSPECTOR_TEXT.noPackets;
}

function onKeyDown(
  event: TargetedKeyboardEvent<HTMLElement>,
  place: number,
  count: number,
): void {
  const paged = event.key === "PageUp" ? -PAGE_ROWS : event.key === "PageDown" ? PAGE_ROWS : 0;
  const next = paged === 0
    ? movedField(event.key, place, count)
    : Math.max(0, Math.min(count - 1, place + paged));
  if (next === null) return;
  event.preventDefault();
  showPlace(next);
}

function Row(
  { place, count, isShown }: { place: number; count: number; isShown: boolean },
): JSX.Element | null {
  const packet = isShown ? shown.value : listPacket(place);
  if (packet === null) return null;
  const { protocol, source: from, destination, info, problems } = summarize(packet.dissection);
  return (
    <div
      role="option"
      id={idOf(place)}
      class="packet-row mono"
      aria-selected={isShown}
      aria-posinset={place + 1}
      aria-setsize={count}
      onClick={() => showPlace(place)}
    >
      <span class="when">{whenText(packet)}</span>
      <span class="protocol">{protocol}</span>
      <span class="ends">{from === "" ? "" : `${from} → ${destination}`}</span>
      <span class="info">
        {packet.origin.kind === "sample" ? packet.origin.title : info}
      </span>
      {problems > 0 && (
        <span class="mark bad" title={t(INSPECTOR_TEXT.problem)}>
          <span aria-hidden="true">✗</span>
          <span class="hidden-text">{t(INSPECTOR_TEXT.problem)}</span>
        </span>
      )}
    </div>
  );
}

/** Time from the recording's or the file's begin. */
function whenText({ origin }: ShownPacket): string {
  switch (origin.kind) {
    case "recording":
      return `${timeText(origin.atUs)} ${origin.node ?? ""}`;
    case "file": {
      const firstUs = openedFile.value?.pcap.packets[0]?.atUs ?? null;
      const since = origin.atUs === null || firstUs === null ? "" : timeText(origin.atUs - firstUs);
      return `${origin.number} ${since}`;
    }
    default:
      return "";
  }
}
