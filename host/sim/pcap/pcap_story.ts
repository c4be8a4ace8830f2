// What a capture of adverts tells: for each virtual router who was master from when to when, each
// takeover with its arithmetic, times with two masters, late and missing adverts, changes and refused
// packets. It sees what passed the place of the capture and nothing else: pcap_text.ts says where that
// ends. Times are wall time in microseconds since 1970.
// This module is browser safe.

import { compareAddresses, parseAddress } from "../../base/address.ts";
import type { StatusName } from "../../core/abi.gen.ts";
import {
  type AdvertSeen,
  isKnownLinkType,
  type NeighbourSeen,
  readFrame,
} from "./captured_packet.ts";
import type { CapturedPacket, PcapFile } from "./pcap.ts";
import type { VrrpPacket } from "./vrrp_packet.ts";

/** Virtual routers of a capture that are told; adverts of more are counted. */
export const ROUTER_MAX = 1024;
/** Senders of one virtual router that are told; adverts of more are counted. */
export const SPEAKER_MAX = 64;
/** Periods, takeovers, gaps and changes of one virtual router together, and again of overlaps. */
export const HAPPENINGS_MAX = 20_000;
/** Adverts missed before a backup takes over (RFC 9568 6.1). */
const DOWN_ADVERTS = 3;
const PRIORITY_STEPS = 256;
const SECOND_US = 1_000_000;
/** The same packet seen at two interfaces comes within so long, microseconds. */
const COPY_US = 5_000;
/** A gap of so many intervals has an advert missing. */
const GAP_INTERVALS = 1.5;
/** Messages about addresses count to a takeover for so long, microseconds. */
const NEIGHBOUR_US = 1_000_000;
/** A down timer fires at most so much early by the capture's clock, microseconds. */
const EARLY_US = 20_000;

/** How a takeover came about. */
export type TakeoverKind =
  /** Nobody was heard before. */
  | "FIRST"
  /** The master said priority 0. */
  | "RESIGNED"
  /** The master was silent for the down interval. */
  | "SILENCE"
  /** The master was speaking, with a lower priority. */
  | "PREEMPT"
  /** The master was speaking, with the same priority and a lower address. */
  | "TIE"
  /** The master was speaking and is the better one: the new one does not hear or accept it. */
  | "UNEXPLAINED";

/** How a period ended. `OPEN`: it had not when the capture did. */
export type PeriodEnd = "RESIGNED" | "YIELDED" | "SILENT" | "OPEN";

/** A time in which one router sent adverts as master. */
export interface Period {
  source: string;
  fromUs: number;
  /** Time of its last advert. */
  toUs: number;
  adverts: number;
  /** Of the first and the last advert. */
  priorityFirst: number;
  priorityLast: number;
  end: PeriodEnd;
}

/** A router that begins to speak as master. */
export interface Takeover {
  kind: TakeoverKind;
  atUs: number;
  to: string;
  priority: number;
  /** Who was master before; null = nobody was heard. */
  from: string | null;
  fromPriority: number;
  /** Time since its last advert, microseconds. */
  silenceUs: number;
  /** Interval of the master before, microseconds. */
  intervalUs: number;
  skewUs: number;
  /** What the silence had to be: down interval, or the skew time alone after priority 0. */
  expectedUs: number;
  /** Adverts the master before still sent afterwards. */
  crossed: number;
  /** Gratuitous ARP and NA for its addresses that followed. */
  neighbours: { count: number; addresses: number; firstAfterUs: number };
}

/** Two routers that were master at the same time. */
export interface Overlap {
  fromUs: number;
  toUs: number;
  sources: [string, string];
  adverts: [number, number];
}

/** Adverts that did not come. */
export interface Gap {
  source: string;
  fromUs: number;
  toUs: number;
  intervalUs: number;
  /** Adverts that are missing. */
  missed: number;
}

/** Something in the adverts of one sender that changed. */
export interface Change {
  atUs: number;
  source: string;
  what: "priority" | "interval" | "addresses" | "version" | "authentication";
  from: string;
  to: string;
}

/** Packets that every receiver refuses. */
export interface Refusal {
  source: string;
  status: StatusName;
  count: number;
  firstUs: number;
  lastUs: number;
  /** The first of them, in words. */
  example: string;
}

/** One sender of adverts of a virtual router. */
export interface Speaker {
  source: string;
  mac: string | null;
  adverts: number;
  resignations: number;
  priority: number;
  version: number;
  authType: number;
  intervalUs: number;
  addresses: string[];
  firstUs: number;
  lastUs: number;
  /** Between adverts of one period: how often one was late, and the worst, microseconds. */
  spacings: number;
  lateMeanUs: number;
  lateMaxUs: number;
  lateMaxAtUs: number;
  gaps: number;
}

/** One virtual router of one segment. */
export interface RouterStory {
  vrid: number;
  family: "INET" | "INET6";
  /** VLAN ids, `10` or `100.10`; "" = untagged. */
  vlan: string;
  speakers: Speaker[];
  periods: Period[];
  takeovers: Takeover[];
  overlaps: Overlap[];
  gaps: Gap[];
  changes: Change[];
  refusals: Refusal[];
  /** Adverts of senders beyond SPEAKER_MAX, and those behind HAPPENINGS_MAX. */
  leftOut: number;
}

/** The whole capture. */
export interface PcapStory {
  format: "pcap" | "pcapng" | null;
  problem: string | null;
  packets: number;
  /** Of the first and last packet; 0 when there is none with a time. */
  fromUs: number;
  toUs: number;
  adverts: number;
  /** Adverts that were captured twice and told once. */
  copies: number;
  /** VRRP packets too short to be read. */
  broken: number;
  /** Gratuitous ARP and NA. */
  neighbours: number;
  /** Packets without a time, of link types that are not known, and adverts beyond ROUTER_MAX. */
  unread: { withoutTime: number; linkTypes: number[]; routers: number };
  routers: RouterStory[];
}

/** Skew time as the standards have it, microseconds. */
export function skewUs(version: number, priority: number, intervalUs: number): number {
  const unit = version === 2 ? SECOND_US : intervalUs;
  return Math.floor((PRIORITY_STEPS - priority) * unit / PRIORITY_STEPS);
}

/** Hears of each frame that counts, in the order of time: copies, and packets without a time, do not. */
export type PcapVisit = (
  packet: CapturedPacket & { atUs: number },
  seen: AdvertSeen | NeighbourSeen,
) => void;

/** Tells what a capture file holds; `visit` hears of its adverts and of its gratuitous ARP and NA. */
export function tellPcap(file: PcapFile, visit: PcapVisit | null = null): PcapStory {
  const teller = new Teller(file, visit);
  for (const packet of inTime(file.packets)) teller.take(packet);
  return teller.end();
}

/** Packets with a time in the order of time; captures of several interfaces are not sorted. */
function inTime(packets: CapturedPacket[]): (CapturedPacket & { atUs: number })[] {
  const timed = packets.filter((packet): packet is CapturedPacket & { atUs: number } =>
    packet.atUs !== null
  );
  return timed.sort((a, b) => a.atUs - b.atUs || a.number - b.number);
}

class Teller {
  readonly #story: PcapStory;
  readonly #routers = new Map<string, RouterTeller>();
  readonly #visit: PcapVisit | null;

  constructor(file: PcapFile, visit: PcapVisit | null) {
    this.#visit = visit;
    const withoutTime = file.packets.filter((packet) => packet.atUs === null).length;
    this.#story = {
      format: file.format,
      problem: file.problem,
      packets: file.packets.length,
      fromUs: 0,
      toUs: 0,
      adverts: 0,
      copies: 0,
      broken: 0,
      neighbours: 0,
      unread: { withoutTime, linkTypes: [], routers: 0 },
      routers: [],
    };
  }

  take(packet: CapturedPacket & { atUs: number }): void {
    const story = this.#story;
    if (story.fromUs === 0) story.fromUs = packet.atUs;
    story.toUs = packet.atUs;
    if (!isKnownLinkType(packet.linkType)) {
      const { linkTypes } = story.unread;
      if (!linkTypes.includes(packet.linkType)) linkTypes.push(packet.linkType);
      return;
    }
    const seen = readFrame(packet.linkType, packet.bytes);
    if (seen.kind === "broken") story.broken++;
    if (seen.kind === "advert") this.#advert(packet, seen);
    if (seen.kind === "neighbour" && seen.unsolicited) {
      story.neighbours++;
      this.#visit?.(packet, seen);
      for (const router of this.#routers.values()) router.neighbour(packet.atUs, seen);
    }
  }

  #advert(captured: CapturedPacket & { atUs: number }, seen: AdvertSeen): void {
    const { family, vrid } = seen.packet;
    const vlan = seen.vlans.join(".");
    const key = `${vlan} ${family} ${vrid}`;
    let router = this.#routers.get(key);
    if (router === undefined) {
      if (this.#routers.size >= ROUTER_MAX) {
        this.#story.unread.routers++;
        return;
      }
      router = new RouterTeller(vrid, family, vlan);
      this.#routers.set(key, router);
    }
    if (router.isCopy(captured)) {
      this.#story.copies++;
      return;
    }
    this.#story.adverts++;
    this.#visit?.(captured, seen);
    router.advert(captured.atUs, seen);
  }

  end(): PcapStory {
    this.#story.routers = [...this.#routers.values()].map((router) => router.end(this.#story.toUs))
      .sort((a, b) => a.vrid - b.vrid || a.family.localeCompare(b.family));
    return this.#story;
  }
}

/** A period that is being filled. */
interface OpenPeriod extends Period {
  intervalUs: number;
  version: number;
  /** Times of its adverts. */
  times: number[];
}

class RouterTeller {
  readonly #story: RouterStory;
  readonly #speakers = new Map<string, Speaker>();
  /** Open periods by source. */
  readonly #open = new Map<string, OpenPeriod>();
  readonly #periods: OpenPeriod[] = [];
  readonly #refusals = new Map<string, Refusal>();
  /** The period that was told last as beginning or going on: who is master, as far as one is. */
  #last: OpenPeriod | null = null;
  /** The periods that the takeovers ended, in their order. */
  readonly #ended: (OpenPeriod | null)[] = [];
  /** Addresses that the last takeover's neighbour messages were for. */
  #told = new Set<string>();
  #previous: (CapturedPacket & { atUs: number }) | null = null;

  constructor(vrid: number, family: "INET" | "INET6", vlan: string) {
    this.#story = {
      vrid,
      family,
      vlan,
      speakers: [],
      periods: [],
      takeovers: [],
      overlaps: [],
      gaps: [],
      changes: [],
      refusals: [],
      leftOut: 0,
    };
  }

  /** The same bytes at another interface, or once more in a cooked capture of all interfaces. */
  isCopy(captured: CapturedPacket & { atUs: number }): boolean {
    const before = this.#previous;
    this.#previous = captured;
    if (before === null || captured.atUs - before.atUs > COPY_US) return false;
    const elsewhere = before.interface !== captured.interface || captured.linkType !== 1;
    return elsewhere && endsEqual(before.bytes, captured.bytes);
  }

  advert(atUs: number, seen: AdvertSeen): void {
    const { packet } = seen;
    if (packet.status !== "OK") return this.#refuse(atUs, packet);
    if (this.#isFull()) {
      this.#story.leftOut++;
      return;
    }
    let speaker = this.#speakers.get(packet.source);
    if (speaker === undefined) {
      if (this.#speakers.size >= SPEAKER_MAX) {
        this.#story.leftOut++;
        return;
      }
      speaker = newSpeaker(atUs, seen);
      this.#speakers.set(packet.source, speaker);
    }
    speaker.lastUs = atUs;
    speaker.adverts++;
    if (packet.priority === 0) {
      speaker.resignations++;
      return this.#resigned(atUs, packet);
    }
    this.#noteChanges(atUs, speaker, packet);
    this.#speaks(atUs, speaker, packet);
  }

  #isFull(): boolean {
    const { takeovers, gaps, changes } = this.#story;
    const told = this.#periods.length + takeovers.length + gaps.length + changes.length;
    return told >= HAPPENINGS_MAX;
  }

  neighbour(atUs: number, seen: NeighbourSeen): void {
    const takeover = this.#story.takeovers.at(-1);
    if (takeover === undefined || atUs - takeover.atUs > NEIGHBOUR_US) return;
    const speaker = this.#speakers.get(takeover.to);
    if (speaker === undefined || !speaker.addresses.includes(seen.address)) return;
    if (takeover.neighbours.count === 0) {
      this.#told = new Set();
      takeover.neighbours.firstAfterUs = atUs - takeover.atUs;
    }
    this.#told.add(seen.address);
    takeover.neighbours.count++;
    takeover.neighbours.addresses = this.#told.size;
  }

  end(captureEndUs: number): RouterStory {
    for (const period of this.#open.values()) {
      period.end = this.#endOf(period, captureEndUs, true);
    }
    const story = this.#story;
    story.speakers = [...this.#speakers.values()];
    for (const speaker of story.speakers) {
      if (speaker.spacings > 0) speaker.lateMeanUs = speaker.lateMeanUs / speaker.spacings;
    }
    story.overlaps = overlapsOf(this.#periods);
    story.refusals = [...this.#refusals.values()];
    story.takeovers.forEach((takeover, i) => {
      const ended = this.#ended[i] ?? null;
      const times = ended === null || ended.source === takeover.to ? [] : ended.times;
      takeover.crossed = countBetween(times, takeover.atUs, Infinity);
    });
    story.periods = this.#periods.map((period) => ({
      source: period.source,
      fromUs: period.fromUs,
      toUs: period.toUs,
      adverts: period.adverts,
      priorityFirst: period.priorityFirst,
      priorityLast: period.priorityLast,
      end: period.end,
    }));
    return story;
  }

  #refuse(atUs: number, packet: VrrpPacket): void {
    const key = `${packet.source} ${packet.status}`;
    const known = this.#refusals.get(key);
    if (known !== undefined) {
      known.count++;
      known.lastUs = atUs;
      return;
    }
    if (this.#refusals.size >= SPEAKER_MAX) {
      this.#story.leftOut++;
      return;
    }
    this.#refusals.set(key, {
      source: packet.source,
      status: packet.status,
      count: 1,
      firstUs: atUs,
      lastUs: atUs,
      example: refusalText(packet),
    });
  }

  #noteChanges(atUs: number, speaker: Speaker, packet: VrrpPacket): void {
    const note = (what: Change["what"], from: string, to: string) => {
      if (from !== to) this.#story.changes.push({ atUs, source: speaker.source, what, from, to });
    };
    // 0: only resignations were heard so far.
    if (speaker.priority !== 0) {
      note("priority", String(speaker.priority), String(packet.priority));
    }
    note("interval", String(speaker.intervalUs), String(packet.intervalUs));
    note("addresses", listOf(speaker.addresses), listOf(packet.addresses));
    note("version", String(speaker.version), String(packet.version));
    note("authentication", String(speaker.authType), String(packet.authType));
    speaker.priority = packet.priority;
    speaker.intervalUs = packet.intervalUs;
    speaker.addresses = packet.addresses;
    speaker.version = packet.version;
    speaker.authType = packet.authType;
  }

  #resigned(atUs: number, packet: VrrpPacket): void {
    const period = this.#open.get(packet.source);
    if (period === undefined) return;
    period.toUs = atUs;
    period.end = "RESIGNED";
    this.#open.delete(packet.source);
    this.#last = period;
  }

  #speaks(atUs: number, speaker: Speaker, packet: VrrpPacket): void {
    let period = this.#open.get(speaker.source);
    if (period !== undefined) {
      const end = this.#endOf(period, atUs, false);
      if (end === "OPEN") {
        this.#goesOn(atUs, speaker, period);
      } else {
        period.end = end;
        this.#open.delete(speaker.source);
        period = undefined;
      }
    }
    if (period === undefined) {
      this.#takesOver(atUs, packet);
      period = {
        source: speaker.source,
        fromUs: atUs,
        toUs: atUs,
        adverts: 0,
        priorityFirst: packet.priority,
        priorityLast: packet.priority,
        end: "OPEN",
        intervalUs: packet.intervalUs,
        version: packet.version,
        times: [],
      };
      this.#open.set(speaker.source, period);
      this.#periods.push(period);
    }
    period.toUs = atUs;
    period.adverts++;
    period.priorityLast = packet.priority;
    period.intervalUs = packet.intervalUs;
    period.version = packet.version;
    period.times.push(atUs);
    this.#last = period;
  }

  /**
   * Whether a period had ended when its source next spoke (`atUs`), or when the capture ends. Who gave
   * way to another cannot be back sooner than a down interval, unless that one resigned: until then
   * an advert was lost.
   */
  #endOf(period: OpenPeriod, atUs: number, isLast: boolean): PeriodEnd {
    const { intervalUs, toUs } = period;
    const silenceUs = atUs - toUs;
    if (silenceUs <= GAP_INTERVALS * intervalUs) return "OPEN";
    const others = [...this.#open.values(), ...(this.#last === null ? [] : [this.#last])]
      .filter((other) => other.source !== period.source && other.toUs >= toUs);
    if (others.length > 0) {
      const resigned = others.some((other) => other.end === "RESIGNED");
      if (!isLast && !resigned && silenceUs <= DOWN_ADVERTS * intervalUs) return "OPEN";
      const began = Math.min(...others.map((other) => other.fromUs));
      return began - toUs > GAP_INTERVALS * intervalUs ? "SILENT" : "YIELDED";
    }
    // Nobody takes over later than with the largest skew time.
    const downUs = DOWN_ADVERTS * intervalUs + skewUs(period.version, 0, intervalUs);
    return silenceUs > downUs ? "SILENT" : "OPEN";
  }

  /** The spacing of two adverts of one period. */
  #goesOn(atUs: number, speaker: Speaker, period: OpenPeriod): void {
    const gapUs = atUs - period.toUs;
    const lateUs = gapUs - period.intervalUs;
    speaker.spacings++;
    // A master that hears a lower priority speaks at once, before its interval is over.
    speaker.lateMeanUs += Math.max(0, lateUs);
    if (lateUs > speaker.lateMaxUs) {
      speaker.lateMaxUs = lateUs;
      speaker.lateMaxAtUs = atUs;
    }
    if (period.intervalUs === 0 || gapUs < GAP_INTERVALS * period.intervalUs) return;
    speaker.gaps++;
    this.#story.gaps.push({
      source: speaker.source,
      fromUs: period.toUs,
      toUs: atUs,
      intervalUs: period.intervalUs,
      missed: Math.round(gapUs / period.intervalUs) - 1,
    });
  }

  #takesOver(atUs: number, packet: VrrpPacket): void {
    const before = this.#last;
    const intervalUs = before?.intervalUs ?? packet.intervalUs;
    const skew = skewUs(packet.version, packet.priority, intervalUs);
    const silenceUs = before === null ? 0 : atUs - before.toUs;
    const downUs = DOWN_ADVERTS * intervalUs + skew;
    const kind = kindOf(before, packet, silenceUs, downUs);
    this.#ended.push(before);
    this.#story.takeovers.push({
      kind,
      atUs,
      to: packet.source,
      priority: packet.priority,
      from: before?.source ?? null,
      fromPriority: before?.priorityLast ?? 0,
      silenceUs,
      intervalUs,
      skewUs: skew,
      expectedUs: kind === "RESIGNED" ? skew : downUs,
      crossed: 0,
      neighbours: { count: 0, addresses: 0, firstAfterUs: 0 },
    });
  }
}

function kindOf(
  before: OpenPeriod | null,
  packet: VrrpPacket,
  silenceUs: number,
  downUs: number,
): TakeoverKind {
  if (before === null) return "FIRST";
  if (before.end === "RESIGNED") return "RESIGNED";
  if (silenceUs >= downUs - EARLY_US) return "SILENCE";
  if (before.source === packet.source) return "UNEXPLAINED";
  if (packet.priority > before.priorityLast) return "PREEMPT";
  const isTie = packet.priority === before.priorityLast && isHigher(packet.source, before.source);
  return isTie ? "TIE" : "UNEXPLAINED";
}

function isHigher(a: string, b: string): boolean {
  const [left, right] = [parseAddress(a), parseAddress(b)];
  if (left === null || right === null || left.family !== right.family) return false;
  return compareAddresses(left.bytes, right.bytes) > 0;
}

function newSpeaker(atUs: number, { packet, mac }: AdvertSeen): Speaker {
  return {
    source: packet.source,
    mac,
    adverts: 0,
    resignations: 0,
    priority: packet.priority,
    version: packet.version,
    authType: packet.authType,
    intervalUs: packet.intervalUs,
    addresses: packet.addresses,
    firstUs: atUs,
    lastUs: atUs,
    spacings: 0,
    lateMeanUs: 0,
    lateMaxUs: 0,
    lateMaxAtUs: 0,
    gaps: 0,
  };
}

/** An address list as text, whatever its order. */
function listOf(addresses: string[]): string {
  return addresses.toSorted().join(" ");
}

function refusalText(packet: VrrpPacket): string {
  const hex = (value: number) => `0x${value.toString(16).padStart(4, "0")}`;
  switch (packet.status) {
    case "CHECKSUM":
      return `checksum ${hex(packet.checksum)}, ${hex(packet.checksumWanted)} is right`;
    case "TTL":
      return `TTL ${packet.hopLimit}, 255 is asked for: it was routed or made up`;
    case "VERSION":
      return `version ${packet.version} over ${packet.family === "INET" ? "IPv4" : "IPv6"}`;
    case "TYPE":
      return `type ${packet.type}, 1 is the only one`;
    case "TRUNCATED":
      return "shorter than its address count says";
    default:
      return "longer than its address count says";
  }
}

/** Whether the shorter one is the end of the other: the same packet behind another link header. */
function endsEqual(a: Uint8Array, b: Uint8Array): boolean {
  const size = Math.min(a.length, b.length, 28);
  for (let i = 1; i <= size; i++) {
    if (a[a.length - i] !== b[b.length - i]) return false;
  }
  return true;
}

/** How many of the sorted times lie in from..to. */
function countBetween(times: number[], from: number, to: number): number {
  return lowerBound(times, to + 1) - lowerBound(times, from);
}

function lowerBound(times: number[], value: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Times with two masters: more than one advert crossing another. */
function overlapsOf(periods: OpenPeriod[]): Overlap[] {
  const overlaps: Overlap[] = [];
  let active: OpenPeriod[] = [];
  for (const period of periods.toSorted((a, b) => a.fromUs - b.fromUs)) {
    active = active.filter((other) => other.toUs >= period.fromUs);
    for (const other of active) {
      if (other.source === period.source) continue;
      const toUs = Math.min(other.toUs, period.toUs);
      const adverts: [number, number] = [
        countBetween(other.times, period.fromUs, toUs),
        countBetween(period.times, period.fromUs, toUs),
      ];
      if (adverts[0] === 0 || adverts[0] + adverts[1] < 3) continue;
      const sources: [string, string] = [other.source, period.source];
      overlaps.push({ fromUs: period.fromUs, toUs, sources, adverts });
      if (overlaps.length >= HAPPENINGS_MAX) return overlaps;
    }
    active.push(period);
  }
  return overlaps;
}
