// Packets of a recording and of capture files as the inspector lists, shows and compares them. Pure.

import { dissect, type Outermost, outermostOf } from "../../host/sim/dissect/dissect.ts";
import type { Dissection } from "../../host/sim/dissect/field.ts";
import { readFrame } from "../../host/sim/pcap/captured_packet.ts";
import type { CapturedPacket } from "../../host/sim/pcap/pcap.ts";
import type { RecordedEvent, Recording } from "../story/recording.ts";

/** An event of a recording that holds a packet. */
export type PacketEvent = Extract<RecordedEvent, { kind: "packet" }>;

/** Where a packet is from. */
export type Origin =
  | { kind: "recording"; event: number; node: string | null; atUs: number; carries: string }
  /** `number` from 1; `atUs`: wall time, microseconds since 1970; null: not said. */
  | { kind: "file"; file: string; number: number; atUs: number | null }
  | { kind: "pasted" }
  | { kind: "sample"; name: string; title: string };

/** A packet that is shown. */
export interface ShownPacket {
  origin: Origin;
  bytes: Uint8Array;
  outermost: Outermost;
  dissection: Dissection;
  /** Bytes on the wire; more than there are where the capture cut it. */
  originalLength: number;
}

/** A packet taken apart. */
export function showBytes(
  origin: Origin,
  bytes: Uint8Array,
  outermost: Outermost,
  originalLength = bytes.length,
): ShownPacket {
  return { origin, bytes, outermost, dissection: dissect(outermost, bytes), originalLength };
}

/** The packet of an event; null when the recording has no packet there. */
export function packetOfEvent({ events }: Recording, event: number): ShownPacket | null {
  const found = events[event];
  if (found?.kind !== "packet") return null;
  const { node, atUs, packet: { frame, carries } } = found;
  return showBytes({ kind: "recording", event, node, atUs, carries }, frame, "ethernet");
}

/** A packet of a capture file. */
export function packetOfFile(
  file: string,
  { number, atUs, linkType, bytes, originalLength }: CapturedPacket,
): ShownPacket {
  const origin: Origin = { kind: "file", file, number, atUs };
  return showBytes(origin, bytes, outermostOf(linkType), originalLength);
}

/** Packets of a list that are shown. */
export const PACKET_FILTERS = ["all", "advert", "announcement"] as const;
export type PacketFilter = typeof PACKET_FILTERS[number];

/** The numbers of a recording's events that hold packets; grows with it. */
export class PacketIndex {
  readonly #events: readonly RecordedEvent[];
  readonly #filter: PacketFilter;
  readonly #numbers: number[] = [];
  #read = 0;

  /** `events` may be appended to later. */
  constructor(events: readonly RecordedEvent[], filter: PacketFilter) {
    this.#events = events;
    this.#filter = filter;
  }

  /** Numbers of events, growing; the same array at each call. */
  numbers(): readonly number[] {
    for (; this.#read < this.#events.length; this.#read++) {
      const event = this.#events[this.#read]!;
      if (event.kind !== "packet") continue;
      if (this.#filter === "all" || event.packet.carries === this.#filter) {
        this.#numbers.push(this.#read);
      }
    }
    return this.#numbers;
  }
}

/** The packets of a capture file that are listed; those of a filter are looked for bit by bit. */
export class FileIndex {
  readonly #packets: readonly CapturedPacket[];
  readonly #filter: PacketFilter;
  /** Places in the file; not used where all are listed. */
  readonly #places: number[] = [];
  #read = 0;

  constructor(packets: readonly CapturedPacket[], filter: PacketFilter) {
    this.#packets = packets;
    this.#filter = filter;
  }

  /** Packets that are listed so far. */
  get count(): number {
    return this.#filter === "all" ? this.#packets.length : this.#places.length;
  }

  /** Looks at so many more packets; whether there are still others. */
  look(count: number): boolean {
    if (this.#filter === "all") return false;
    const end = Math.min(this.#read + count, this.#packets.length);
    for (; this.#read < end; this.#read++) {
      const { linkType, bytes } = this.#packets[this.#read]!;
      const { kind } = readFrame(linkType, bytes);
      const carries = kind === "neighbour" ? "announcement" : kind === "other" ? null : "advert";
      if (carries === this.#filter) this.#places.push(this.#read);
    }
    return end < this.#packets.length;
  }

  /** The packet at a place of the list. */
  at(place: number): CapturedPacket | null {
    const inFile = this.#filter === "all" ? place : this.#places[place] ?? -1;
    return this.#packets[inFile] ?? null;
  }

  /** Place in the list of the packet with a number (from 1); -1: it is not in it. */
  placeOf(number: number): number {
    if (this.#filter === "all") return number - 1;
    const place = placeAtOrBelow(this.#places, number - 1);
    return this.#places[place] === number - 1 ? place : -1;
  }
}

/** Place of the last number at or below a value in a growing list; -1: none. */
export function placeAtOrBelow(numbers: readonly number[], value: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Events that are looked through for an earlier packet. */
const LOOK_BACK_MAX = 200_000;

/** The packet before of the same kind from the same sender; null: there is none. */
export function previousOfEvent(recording: Recording, event: number): ShownPacket | null {
  const { events } = recording;
  const one = events[event];
  if (one?.kind !== "packet") return null;
  for (let i = event - 1; i >= Math.max(0, event - LOOK_BACK_MAX); i--) {
    const other = events[i]!;
    if (other.kind === "packet" && isSameSender(one, other)) return packetOfEvent(recording, i);
  }
  return null;
}

function isSameSender(one: PacketEvent, other: PacketEvent): boolean {
  return one.node === other.node && one.packet.carries === other.packet.carries &&
    one.packet.instance === other.packet.instance && one.packet.address === other.packet.address;
}

/** As previousOfEvent in a capture file; `at` is the packet's place in the list. */
export function previousOfFile(
  file: string,
  packets: readonly CapturedPacket[],
  at: number,
): ShownPacket | null {
  const one = packets[at];
  if (one === undefined) return null;
  const sender = senderOf(one);
  for (let i = at - 1; i >= Math.max(0, at - LOOK_BACK_MAX); i--) {
    const other = packets[i]!;
    if (senderOf(other) === sender) return packetOfFile(file, other);
  }
  return null;
}

/** What tells the senders of a capture apart. */
function senderOf({ linkType, bytes }: CapturedPacket): string {
  const seen = readFrame(linkType, bytes);
  switch (seen.kind) {
    case "advert":
      return `advert ${seen.packet.source} ${seen.packet.vrid} ${seen.vlans}`;
    case "neighbour":
      return `neighbour ${seen.mac} ${seen.address} ${seen.vlans}`;
    default:
      return `${seen.kind} ${seen.mac}`;
  }
}
