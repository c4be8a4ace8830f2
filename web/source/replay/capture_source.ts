// A capture: its adverts as packets, what they let one infer of their senders, and its story. Everything that
// is inferred says so.

import { VipdError } from "../../../host/base/errors.ts";
import { describeDuration } from "../../../host/engine/describe_value.ts";
import type { AdvertSeen, NeighbourSeen } from "../../../host/sim/pcap/captured_packet.ts";
import { type CapturedPacket, readPcap } from "../../../host/sim/pcap/pcap.ts";
import {
  type Period,
  type RouterStory,
  skewUs,
  type Speaker,
  tellPcap,
} from "../../../host/sim/pcap/pcap_story.ts";
import { writeStory } from "../../../host/sim/pcap/pcap_text.ts";
import { firstAfter, firstAt, type RecordedEvent } from "../../story/recording.ts";
import { type CaptureCast, castOfCapture, instanceName } from "./capture_cast.ts";
import { ethernetFrame, Frames } from "./frames.ts";
import type { FileOpening } from "./protocol.ts";

/** Adverts that a backup waits for (RFC 9568 6.1). */
const DOWN_ADVERTS = 3;

/** Arrivals of a capture's packets: one with many senders has many for each. Later packets are left out. */
const ARRIVALS_MAX = 2_000_000;

/** A frame that counts. */
interface SeenFrame {
  packet: CapturedPacket & { atUs: number };
  seen: AdvertSeen | NeighbourSeen;
}

/** One capture. */
export class CaptureSource {
  readonly opening: FileOpening;
  /** All of it, in the order of time. */
  readonly events: RecordedEvent[];
  /** Why the reading ended early; "" = it did not. */
  readonly problem: string;
  readonly #cast: CaptureCast;
  readonly #fromUs: number;
  readonly #speaking: ReadonlyMap<string, readonly Speech[]>;
  readonly #frames = new Frames();

  /** Throws VipdError `pcap` when the bytes are no capture, or one without a single advert. */
  constructor(bytes: Uint8Array) {
    const file = readPcap(bytes);
    if (file.format === null) throw new VipdError("pcap", file.problem ?? "this is no capture");
    const frames: SeenFrame[] = [];
    const story = tellPcap(file, (packet, seen) => frames.push({ packet, seen }));
    this.#fromUs = story.fromUs;
    this.#cast = castOfCapture(story.routers);
    this.#speaking = speechesOf(story.routers, this.#cast);
    const text = writeStory(story, clockTime);
    if (story.adverts === 0) {
      throw new VipdError("pcap", "the capture holds no VRRP advert", {
        hint: text.head.join(" "),
      });
    }
    this.opening = {
      source: "capture",
      cast: this.#cast.cast,
      endUs: story.toUs - story.fromUs,
      wallMs: story.fromUs / 1000,
      head: null,
      lines: [
        ...text.head,
        ...text.routers.flatMap(({ title, summary }) => summary.map((line) => `${title}: ${line}`)),
      ],
      limits: text.limits,
    };
    const told = text.routers.flatMap(({ title, timeline }) =>
      timeline.map(({ atUs, text, isBad }): RecordedEvent => ({
        ...{ atUs: this.#at(atUs), node: null, isBad },
        kind: "remark",
        text: `${title}: ${text}`,
      }))
    );
    const inferred = story.routers.flatMap((router) => this.#inferred(router, story.toUs));
    const { packets, isWhole } = this.#packets(frames);
    this.problem = story.problem ??
      (isWhole ? "" : "more packets with more receivers than are shown: the rest is left out");
    // Stable: of one time the packet comes first, then what it means, then what is said of it.
    this.events = [...this.#unheard(), ...packets, ...inferred, ...told]
      .sort((one, other) => one.atUs - other.atUs);
  }

  /** The recording's time of a wall time in microseconds. */
  #at(wallUs: number): number {
    return Math.max(0, wallUs - this.#fromUs);
  }

  #unheard(): RecordedEvent[] {
    return this.#cast.cast.nodes.map(({ name: node }) => ({
      ...{ atUs: 0, node, isUp: false, isSilent: true },
      kind: "connection",
      text: "not heard yet",
    }));
  }

  // ---- Packets ----

  #packets(frames: readonly SeenFrame[]): { packets: RecordedEvent[]; isWhole: boolean } {
    const packets: RecordedEvent[] = [];
    let arrivals = 0;
    for (const frame of frames) {
      for (const event of this.#packet(frame)) {
        packets.push(event);
        if (event.kind === "packet") arrivals += event.packet.arrivals.length;
      }
      if (arrivals > ARRIVALS_MAX) return { packets, isWhole: false };
    }
    return { packets, isWhole: true };
  }

  #packet({ packet, seen }: SeenFrame): RecordedEvent[] {
    const vlan = seen.vlans.join(".");
    const isAdvert = seen.kind === "advert";
    const node = isAdvert ? this.#cast.nodeOf(vlan, seen.packet.source) : this.#owner(vlan, seen);
    // A refused sender that never sent a good advert is told in the story only.
    if (node === null) return [];
    const raw = ethernetFrame(packet.linkType, packet.bytes, seen.mac);
    const about = isAdvert ? `advert ${seen.packet.vrid}` : `${seen.protocol} ${seen.address}`;
    const instance = isAdvert
      ? instanceName({ vrid: seen.packet.vrid, family: seen.packet.family, vlan })
      : null;
    const atUs = this.#at(packet.atUs);
    return [{
      ...{ atUs, node },
      kind: "packet",
      packet: {
        carries: isAdvert ? "advert" : "announcement",
        segment: this.#cast.segmentOf(vlan),
        frame: this.#frames.keep(`${vlan} ${node} ${about}`, raw),
        instance,
        address: isAdvert ? null : seen.address,
        arrivals: this.#receivers(node, instance).map((node) => ({ node, atUs })),
      },
    }];
  }

  /** A capture does not say it: the other routers of an advert, the clients of an announcement. */
  #receivers(sender: string, instance: string | null): (string | null)[] {
    if (instance === null) return [null];
    const members = this.#cast.membersOf(instance);
    return members.filter((node) => node !== sender);
  }

  /** Who says that it has an address: the node with that MAC. */
  #owner(vlan: string, { mac, owner }: NeighbourSeen): string | null {
    return this.#cast.nodeWith(vlan, mac) ?? this.#cast.nodeWith(vlan, owner);
  }

  // ---- What they mean ----

  #inferred(router: RouterStory, captureEndUs: number): RecordedEvent[] {
    return [
      ...router.periods.flatMap((period) => this.#period(router, period, captureEndUs)),
      ...router.changes.filter(({ what }) => what === "priority").flatMap((change) =>
        this.#priority(router, change.source, change.atUs, Number(change.to))
      ),
    ];
  }

  #period(router: RouterStory, period: Period, captureEndUs: number): RecordedEvent[] {
    const { source, fromUs, toUs, end } = period;
    const node = this.#cast.nodeOf(router.vlan, source);
    const speaker = router.speakers.find((one) => one.source === source);
    if (node === null || speaker === undefined) return [];
    const atUs = this.#at(fromUs);
    const events: RecordedEvent[] = [
      { atUs, node, kind: "connection", isUp: true, text: "heard" },
      { atUs, node, kind: "process", process: "running", was: "running" },
      this.#state(router, node, fromUs, "MASTER", "sends adverts"),
      ...this.#priority(router, source, fromUs, period.priorityFirst),
      ...this.#hold(node, speaker, fromUs, true),
    ];
    if (end === "OPEN") return events;
    const lastUs = Math.min(captureEndUs, leftUs(router, period, speaker));
    events.push(...this.#hold(node, speaker, lastUs, false));
    if (end !== "SILENT") {
      const why = end === "RESIGNED" ? "said priority 0" : "gives way to a better router";
      return [...events, this.#state(router, node, lastUs, "BACKUP", why)];
    }
    const isElsewhere = this.#isSpeaking(node, lastUs);
    const text = `no advert for ${describeDuration(lastUs - toUs)}`;
    events.push(
      this.#state(router, node, lastUs, "INIT", text),
      ...isElsewhere ? [] : [
        {
          atUs: this.#at(lastUs),
          node,
          kind: "connection",
          isUp: false,
          isSilent: true,
          text,
        } as const,
      ],
    );
    return events;
  }

  /** Whether a node sends adverts of any virtual router in that moment. */
  #isSpeaking(node: string, wallUs: number): boolean {
    const times = this.#speaking.get(node) ?? [];
    return (times[firstAfter(times, wallUs) - 1]?.untilUs ?? -Infinity) >= wallUs;
  }

  #state(
    router: RouterStory,
    node: string,
    wallUs: number,
    state: "MASTER" | "BACKUP" | "INIT",
    text: string,
  ): RecordedEvent {
    return {
      ...{ atUs: this.#at(wallUs), node, state, text },
      kind: "state",
      instance: instanceName(router),
      inferred: true,
    };
  }

  #priority(
    router: RouterStory,
    source: string,
    wallUs: number,
    priority: number,
  ): RecordedEvent[] {
    const node = this.#cast.nodeOf(router.vlan, source);
    if (node === null) return [];
    const name = instanceName(router);
    const moment = { name, priority, protocolUs: null, preemptUs: null, master: null };
    return [{ atUs: this.#at(wallUs), node, kind: "instance", instance: moment }];
  }

  /** Who sends adverts for addresses holds them, and lets them go when it stops. */
  #hold(node: string, { addresses }: Speaker, wallUs: number, held: boolean): RecordedEvent[] {
    return addresses.map((address) => ({
      ...{ atUs: this.#at(wallUs), node, address, held },
      kind: "address",
      why: "core",
    }));
  }
}

/**
 * When a master's time was over: with its resignation, with the first advert of who took over from it, or
 * when a backup that hears nothing would have given it up.
 */
function leftUs(
  { takeovers }: RouterStory,
  { source, toUs, end }: Period,
  speaker: Speaker,
): number {
  if (end === "RESIGNED") return toUs;
  const { version, priority, intervalUs } = speaker;
  const downUs = DOWN_ADVERTS * intervalUs + skewUs(version, priority, intervalUs);
  // Who takes over has another skew time, and may be late.
  const lastUs = toUs + downUs + intervalUs;
  for (let i = firstAt(takeovers, toUs); i < takeovers.length; i++) {
    const { atUs, from, to } = takeovers[i]!;
    if (atUs >= lastUs) break;
    if (from === source && to !== source) return atUs;
  }
  return lastUs;
}

/** A time in which a node sends adverts: begins at `atUs`; `untilUs`: the end of all up to this one. */
interface Speech {
  atUs: number;
  untilUs: number;
}

/** When each node speaks, in the order of time. */
function speechesOf(routers: readonly RouterStory[], cast: CaptureCast): Map<string, Speech[]> {
  const speeches = new Map<string, Speech[]>();
  for (const { vlan, periods } of routers) {
    for (const { source, fromUs, toUs } of periods) {
      const node = cast.nodeOf(vlan, source);
      if (node === null) continue;
      const own = speeches.get(node) ?? [];
      speeches.set(node, own);
      own.push({ atUs: fromUs, untilUs: toUs });
    }
  }
  for (const own of speeches.values()) {
    own.sort((one, other) => one.atUs - other.atUs);
    let untilUs = -Infinity;
    for (const speech of own) untilUs = speech.untilUs = Math.max(untilUs, speech.untilUs);
  }
  return speeches;
}

/** `02:00:05.123`, UTC. */
function clockTime(wallUs: number): string {
  return new Date(wallUs / 1000).toISOString().slice(11, 23);
}
