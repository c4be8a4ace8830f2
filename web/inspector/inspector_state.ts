// What the inspector shows, as signals: where its packets come from, which one is shown, what it is
// compared with, and the field that one looks at.

import { batch, computed, effect, type ReadonlySignal, signal, untracked } from "@preact/signals";
import type { Outermost } from "../../host/sim/dissect/dissect.ts";
import { compare, type Comparison } from "../../host/sim/dissect/compare.ts";
import { type Field, fieldsOf, hasProblem } from "../../host/sim/dissect/field.ts";
import type { PcapFile } from "../../host/sim/pcap/pcap.ts";
import { playheadSlow, playheadUs, recording, revision, selection } from "../app/state.ts";
import { firstAfter } from "../story/recording.ts";
import {
  FileIndex,
  type PacketFilter,
  PacketIndex,
  packetOfEvent,
  packetOfFile,
  placeAtOrBelow,
  previousOfEvent,
  previousOfFile,
  showBytes,
  type ShownPacket,
} from "./packets.ts";
import { sampleBytes, SAMPLES } from "./samples.ts";

/** Where the list's packets come from. */
export type PacketSource = "recording" | "file" | "sample";

/** What is compared with what is shown. */
export type CompareWith = "nothing" | "previous" | "pinned";

/** A capture file that was opened. */
export interface OpenedFile {
  name: string;
  /** The file itself: it can be played as a recording too. */
  bytes: Uint8Array;
  pcap: PcapFile;
}

/** The list. */
export const source = signal<PacketSource>("recording");
export const filter = signal<PacketFilter>("all");
export const openedFile = signal<OpenedFile | null>(null);
/** The last packet before the playhead is shown while it moves. */
export const follows = signal(false);
/** What is shown; null only before the first look. */
export const shown = signal<ShownPacket | null>(null);
export const pinned = signal<ShownPacket | null>(null);
export const compareWith = signal<CompareWith>("nothing");
/** Number of the field that was picked, and of the one that the pointer is on. */
export const picked = signal(-1);
export const pointed = signal(-1);
/** The byte that keys move from. */
export const pickedByte = signal(0);

/** All fields of what is shown. */
export const fields: ReadonlySignal<readonly Field[]> = computed(() =>
  shown.value === null ? [] : fieldsOf(shown.value.dissection)
);

/** The field that is lit up, -1 = none. */
export const lit: ReadonlySignal<number> = computed(() =>
  pointed.value >= 0 ? pointed.value : picked.value
);

/** What is shown is compared with it; null: with nothing, or there is none. */
export const compared: ReadonlySignal<ShownPacket | null> = computed(() => {
  const packet = shown.value;
  if (packet === null || compareWith.value === "nothing") return null;
  if (compareWith.value === "pinned") return pinned.value;
  const { origin } = packet;
  if (origin.kind === "recording") {
    return isRecorded(packet) ? previousOfEvent(recording.value, origin.event) : null;
  }
  const file = openedFile.value;
  return origin.kind === "file" && file?.name === origin.file
    ? previousOfFile(file.name, file.pcap.packets, origin.number - 1)
    : null;
});

/** A packet of the recording is still in it: the page may have another one by now. */
function isRecorded({ origin, bytes }: ShownPacket): boolean {
  if (origin.kind !== "recording") return false;
  const event = recording.value.events[origin.event];
  return event?.kind === "packet" && event.packet.frame === bytes;
}

/** What differs. */
export const comparison: ReadonlySignal<Comparison | null> = computed(() => {
  const [one, other] = [shown.value, compared.value];
  return one === null || other === null ? null : compare(one, other);
});

const index: ReadonlySignal<PacketIndex> = computed(() =>
  new PacketIndex(recording.value.events, filter.value)
);

const fileIndex: ReadonlySignal<FileIndex> = computed(() =>
  new FileIndex(openedFile.value?.pcap.packets ?? [], filter.value)
);
/** Changes when more of the file was looked at. */
const fileLooks = signal(0);
/** Packets that are looked at before the page draws again. */
const LOOK_PACKETS = 4_000;

function lookOn(one: FileIndex): void {
  if (fileIndex.peek() !== one) return;
  const isMore = one.look(LOOK_PACKETS);
  fileLooks.value = fileLooks.peek() + 1;
  if (isMore) setTimeout(() => lookOn(one));
}

effect(() => {
  const one = fileIndex.value;
  untracked(() => lookOn(one));
});

/** The packets of the file that the list has, as far as they are found. */
function filePackets(): FileIndex {
  fileLooks.value;
  return fileIndex.value;
}

/** Numbers of the recording's events that the list has. Changes with `revision`. */
export function recordedPackets(): readonly number[] {
  revision.value;
  return index.value.numbers();
}

/** Packets that the list has. */
export function listCount(): number {
  switch (source.value) {
    case "recording":
      return recordedPackets().length;
    case "file":
      return filePackets().count;
    case "sample":
      return SAMPLES.length;
  }
}

/** The packet at a place of the list; null: there is none. */
export function listPacket(place: number): ShownPacket | null {
  switch (source.value) {
    case "recording":
      return packetOfEvent(recording.value, recordedPackets()[place] ?? -1);
    case "file": {
      const file = openedFile.value;
      const packet = filePackets().at(place);
      return file === null || packet === null ? null : packetOfFile(file.name, packet);
    }
    case "sample":
      return samplePacket(place);
  }
}

function samplePacket(place: number): ShownPacket | null {
  const sample = SAMPLES[place];
  if (sample === undefined) return null;
  const { name, title } = sample;
  return showBytes({ kind: "sample", name, title }, sampleBytes(sample), "ethernet");
}

/** Place in the list of what is shown; -1: it is not in it. */
export function shownPlace(): number {
  const packet = shown.value;
  const origin = packet?.origin;
  if (packet !== null && origin?.kind === "recording" && source.value === "recording") {
    if (!isRecorded(packet)) return -1;
    const numbers = recordedPackets();
    const place = placeAtOrBelow(numbers, origin.event);
    return numbers[place] === origin.event ? place : -1;
  }
  if (origin?.kind === "file" && source.value === "file") {
    return openedFile.value?.name === origin.file ? filePackets().placeOf(origin.number) : -1;
  }
  if (origin?.kind === "sample" && source.value === "sample") {
    return SAMPLES.findIndex(({ name }) => name === origin.name);
  }
  return -1;
}

/**
 * Shows a packet; the same field as before is picked if it has one. Who had picked none is shown the first
 * field that something is wrong with.
 */
export function show(packet: ShownPacket): void {
  batch(() => {
    const before = fields.peek()[picked.peek()];
    shown.value = packet;
    const again = before === undefined
      ? fields.peek().findIndex(hasProblem)
      : fields.peek().findIndex(({ id, index }) => id === before.id && index === before.index);
    picked.value = again;
    pointed.value = -1;
    pickedByte.value = fields.peek()[again]?.from ?? 0;
  });
}

/** Shows the packet at a place of the list. One of the recording becomes the page's selection. */
export function showPlace(place: number): void {
  const packet = listPacket(place);
  if (packet === null) return;
  follows.value = false;
  show(packet);
  if (packet.origin.kind === "recording") {
    selection.value = { kind: "packet", event: packet.origin.event };
  }
}

/** Shows bytes that somebody pasted. */
export function showPasted(bytes: Uint8Array, outermost: Outermost): void {
  show(showBytes({ kind: "pasted" }, bytes, outermost));
}

/** Lists the packets of a file and shows the first. */
export function showFile(file: OpenedFile): void {
  batch(() => {
    openedFile.value = file;
    source.value = "file";
    showPlace(0);
  });
}

/** Picks a field, and its first byte. */
export function pickField(number: number): void {
  batch(() => {
    picked.value = number;
    pointed.value = -1;
    pickedByte.value = fields.peek()[number]?.from ?? pickedByte.peek();
  });
}

/**
 * Shows something when the view opens: what is selected, else the last packet before the playhead, else
 * a sample. From then on it follows the selection, or the time where that is asked for; answers what
 * ends that.
 */
export function followSelection(): () => void {
  const ends = [
    effect(() => {
      const now = selection.value;
      if (now?.kind !== "packet") return;
      const packet = packetOfEvent(recording.peek(), now.event);
      if (packet === null || isShown(packet)) return;
      follows.value = false;
      source.value = "recording";
      show(packet);
    }),
    effect(() => {
      if (!follows.value || source.value !== "recording") return;
      const packet = packetBefore(playheadSlow.value);
      untracked(() => {
        if (packet !== null && !isShown(packet)) show(packet);
      });
    }),
  ];
  if (shown.peek() === null) showFirst();
  return () => ends.forEach((end) => end());
}

/** A packet of the recording is the one that is shown: of the same event, and no other recording's. */
function isShown({ origin, bytes }: ShownPacket): boolean {
  const before = shown.peek();
  return before?.origin.kind === "recording" && origin.kind === "recording" &&
    before.origin.event === origin.event && before.bytes === bytes;
}

/** The last packet of the list at or before a time of the recording; the first if all come later. */
function packetBefore(us: number): ShownPacket | null {
  const numbers = recordedPackets();
  const seen = firstAfter(recording.value.events, us) - 1;
  const event = numbers[Math.max(0, placeAtOrBelow(numbers, seen))];
  return event === undefined ? null : packetOfEvent(recording.value, event);
}

function showFirst(): void {
  const packet = packetBefore(playheadUs.peek());
  if (packet === null) source.value = "sample";
  const first = packet ?? samplePacket(0);
  if (first !== null) show(first);
}
