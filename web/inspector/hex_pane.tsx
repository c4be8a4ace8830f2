// The bytes: a grid that one walks through with the arrows, each byte tinted by its layer; those of the
// field that one looks at are lit up, those that differ are underlined.

import type { JSX, TargetedKeyboardEvent } from "preact";
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { bitsAt } from "../../host/sim/dissect/field.ts";
import { INSPECTOR_TEXT } from "../text/inspector.ts";
import { FIELD_TEXT } from "../text/packet_fields.ts";
import { t } from "../text/text.ts";
import { characterOf, fieldAt, hexByte, layerOfBytes, movedByte, ROW_SIZES } from "./hex_rows.ts";
import type { ShownPacket } from "./packets.ts";
import { comparison, fields, lit, picked, pickedByte, pointed, shown } from "./inspector_state.ts";

/** Bytes that are drawn; the rest of a long packet is told. */
const BYTES_MAX = 4096;
/** From this width of the view on rows have 16 bytes, pixels. */
const WIDE_PX = 960;

const rowSize = signal<number>(ROW_SIZES.wide);

/** The pane. */
export function HexPane({ packet }: { packet: ShownPacket }): JSX.Element {
  const pane = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      const isWide = (entry?.contentRect.width ?? 0) >= WIDE_PX;
      rowSize.value = isWide ? ROW_SIZES.wide : ROW_SIZES.narrow;
    });
    observer.observe(pane.current!.closest(".inspector")!);
    return () => observer.disconnect();
  }, []);
  const size = Math.min(packet.bytes.length, BYTES_MAX);
  const starts = Array.from(
    { length: Math.ceil(size / rowSize.value) },
    (_, i) => i * rowSize.value,
  );
  return (
    <div
      ref={pane}
      class="hex mono"
      role="grid"
      aria-label={t(INSPECTOR_TEXT.bytes)}
      aria-rowcount={starts.length}
      data-own-keys
      data-testid="inspector-bytes"
      onKeyDown={onKeyDown}
      onPointerLeave={() => pointed.value = -1}
      onPointerOver={(event) =>
        pointed.value = fieldAt(fields.peek(), byteOf(event.target), picked.peek())}
      onClick={(event) => pickByte(byteOf(event.target))}
    >
      {starts.map((start) => (
        <Row
          key={start}
          packet={packet}
          start={start}
          end={Math.min(start + rowSize.value, size)}
        />
      ))}
      {packet.bytes.length > size && (
        <p class="soft">{t(INSPECTOR_TEXT.bytesLeftOut, { count: packet.bytes.length - size })}</p>
      )}
    </div>
  );
}

function byteOf(target: EventTarget | null): number {
  const cell = target instanceof Element ? target.closest<HTMLElement>("[data-at]") : null;
  return Number(cell?.dataset["at"] ?? -1);
}

function pickByte(at: number): void {
  if (at < 0) return;
  picked.value = fieldAt(fields.peek(), at, picked.peek());
  pickedByte.value = at;
  pointed.value = -1;
}

function onKeyDown(event: TargetedKeyboardEvent<HTMLElement>): void {
  const size = Math.min(shown.peek()?.bytes.length ?? 0, BYTES_MAX);
  const at = movedByte(event.key, pickedByte.peek(), size, rowSize.peek());
  if (at === null) return;
  event.preventDefault();
  pickByte(at);
  const { currentTarget } = event;
  queueMicrotask(() => currentTarget.querySelector<HTMLElement>(`[data-at="${at}"]`)?.focus());
}

function Row(
  { packet: { bytes, dissection }, start, end }: {
    packet: ShownPacket;
    start: number;
    end: number;
  },
): JSX.Element {
  const layers = layerOfBytes(dissection);
  const places = Array.from({ length: end - start }, (_, i) => start + i);
  return (
    <div class="hex-row" role="row">
      <span class="hex-offset" role="rowheader">{start.toString(16).padStart(4, "0")}</span>
      {places.map((at) => <Byte key={at} at={at} byte={bytes[at]!} layer={layers[at]!} />)}
      <span
        class="hex-text"
        aria-hidden="true"
        style={{ width: `${rowSize.value + 1}ch` }}
      >
        {places.map((at) => (
          <span key={at} data-at={at} class={classOf(at)}>{characterOf(bytes[at]!)}</span>
        ))}
      </span>
    </div>
  );
}

function classOf(at: number): string {
  const field = fields.value[lit.value];
  const isLit = field !== undefined && bitsAt(field, at) !== 0;
  const differs = comparison.value?.bytes.has(at) ?? false;
  return `${isLit ? "lit" : ""} ${differs ? "differs" : ""}`.trim();
}

function Byte({ at, byte, layer }: { at: number; byte: number; layer: number }): JSX.Element {
  const number = fieldAt(fields.value, at, picked.value);
  const field = fields.value[number];
  const values = { at, hex: hexByte(byte) };
  const label = field === undefined
    ? t(INSPECTOR_TEXT.byteAt, values)
    : t(INSPECTOR_TEXT.byteOf, { ...values, field: t(FIELD_TEXT[field.id].name) });
  const differs = comparison.value?.bytes.has(at) === true;
  return (
    <span
      role="gridcell"
      data-at={at}
      data-layer={layer % 4}
      class={`hex-byte ${classOf(at)}`}
      aria-label={differs ? `${label}, ${t(INSPECTOR_TEXT.differs)}` : label}
      aria-selected={number >= 0 && number === picked.value}
      tabIndex={at === pickedByte.value ? 0 : -1}
    >
      {hexByte(byte)}
    </span>
  );
}
