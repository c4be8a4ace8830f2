// The other routers of a dump, as far as one node hears them: who they are, from the packets in its log, and
// what they do, inferred from adverts. A router that is not heard is not known.

import { compareAddresses, parseAddress } from "../../../host/base/address.ts";
import type { Family } from "../../../host/conf/model.ts";
import { FAMILY_INET, INPUT_PACKET, PACKET_INPUT } from "../../../host/core/abi.gen.ts";
import type { HalfLog } from "../../../host/core/record.ts";
import { describeDuration } from "../../../host/engine/describe_value.ts";
import { vrrpOf } from "../../../host/sim/replay/describe_entry.ts";
import { inputOfEntry } from "../../../host/sim/replay/replay.ts";
import type { VrrpPacket } from "../../../host/sim/pcap/vrrp_packet.ts";
import type { RecordedEvent } from "../../story/recording.ts";

/** One virtual router that a peer speaks for. */
export interface PeerRouter {
  ifindex: number;
  family: Family;
  vrid: number;
  version: number;
  /** Of its first advert. */
  priority: number;
  intervalUs: number;
  addresses: string[];
}

/** A sender of adverts. */
export interface Peer {
  /** Its source address, which is also what it is called. */
  name: string;
  routers: PeerRouter[];
}

/** Peers of one dump; adverts of more are played without a picture. */
export const PEER_MAX = 64;
/** Where the payload of a PacketInput begins. */
const PAYLOAD_AT = 56;
/** In the payload of IPv4, which begins with a header of as good as always 20 bytes. */
const IPV4_SOURCE_AT = PAYLOAD_AT + 12;
const IPV4_VRID_AT = PAYLOAD_AT + 21;
/** In that of IPv6, which is the VRRP message. */
const IPV6_VRID_AT = PAYLOAD_AT + 1;

/** Every peer in a core's log, in the order of their first adverts. */
export function peersOf(log: HalfLog): Peer[] {
  const peers = new Map<string, Peer>();
  const seen = new Set<string>();
  for (const entry of log.entries) {
    const alike = senderKey(entry.input);
    if (alike === null || seen.has(alike)) continue;
    seen.add(alike);
    const record = inputOfEntry(entry);
    if (record?.kind !== "packet") continue;
    const packet = vrrpOf(record);
    if (packet !== null) note(peers, record.ifindex, packet);
  }
  return [...peers.values()];
}

/** Interface, source and VRID of a packet's record, cheaply: most of a log are adverts. null: no packet. */
function senderKey(input: Uint8Array): string | null {
  if (input.length <= IPV4_VRID_AT) return null;
  const view = new DataView(input.buffer, input.byteOffset, input.length);
  const word = (at: number) => view.getUint32(at, true);
  if (word(PACKET_INPUT.kind) !== INPUT_PACKET) return null;
  const ifindex = word(PACKET_INPUT.ifindex);
  if (word(PACKET_INPUT.family) === FAMILY_INET) {
    return `${ifindex} ${word(IPV4_SOURCE_AT)} ${input[IPV4_VRID_AT]}`;
  }
  const from = PACKET_INPUT.source;
  return `${ifindex} ${word(from)} ${word(from + 4)} ${word(from + 8)} ${word(from + 12)} ${
    input[IPV6_VRID_AT]
  }`;
}

function note(peers: Map<string, Peer>, ifindex: number, packet: VrrpPacket): void {
  const { source, family, vrid, version, priority, intervalUs, addresses } = packet;
  let peer = peers.get(source);
  if (peer === undefined) {
    if (peers.size >= PEER_MAX) return;
    peers.set(source, peer = { name: source, routers: [] });
  }
  const isKnown = peer.routers.some((one) =>
    one.ifindex === ifindex && one.family === family && one.vrid === vrid
  );
  if (isKnown) return;
  peer.routers.push({ ifindex, family, vrid, version, priority, intervalUs, addresses });
}

/** What is inferred of a peer for one virtual router. */
interface Standing {
  isMaster: boolean;
  priority: number;
  /** That it holds these was told. */
  addresses: string[];
}

/** Infers what the peers do. Times are the recording's. */
export class PeerWatch {
  readonly #peers: readonly Peer[];
  readonly #known: ReadonlySet<string>;
  /** By name of the peer, by instance. */
  readonly #standing = new Map<string, Map<string, Standing>>();
  readonly #isHeard = new Set<string>();

  constructor(peers: readonly Peer[]) {
    this.#peers = peers;
    this.#known = new Set(peers.map(({ name }) => name));
  }

  /** Whether a sender stands in the cast. */
  has(name: string): boolean {
    return this.#known.has(name);
  }

  /** Before anything: nobody was heard. */
  begin(atUs: number): RecordedEvent[] {
    return [...this.#known].map((node) => ({
      atUs,
      node,
      kind: "connection",
      isUp: false,
      isSilent: true,
      text: "not heard yet",
    }));
  }

  /** An advert of a peer was heard for an instance. */
  heard(atUs: number, instance: string, packet: VrrpPacket): RecordedEvent[] {
    const { source: node, priority } = packet;
    if (!this.#known.has(node)) return [];
    const events = this.#appear(atUs, node);
    if (priority === 0) {
      return [...events, ...this.#leave(atUs, node, instance, "said priority 0")];
    }
    const standing = this.#of(node, instance);
    if (standing.priority !== priority) {
      standing.priority = priority;
      const moment = { name: instance, priority, protocolUs: null, preemptUs: null, master: null };
      events.push({ atUs, node, kind: "instance", instance: moment });
    }
    if (!standing.isMaster) {
      standing.isMaster = true;
      events.push(...this.#yieldTo(atUs, instance, packet));
      events.push(stateEvent(atUs, node, instance, "MASTER", "sends adverts"));
    }
    return [...events, ...holdEvents(atUs, node, standing, packet.addresses)];
  }

  /** An interface of the node hears nothing any more: nobody there is known. */
  deaf(atUs: number, ifindex: number, text: string): RecordedEvent[] {
    return this.#peers.flatMap(({ name: node, routers }) => {
      const isThere = routers.some((router) => router.ifindex === ifindex);
      if (!isThere || !this.#isHeard.delete(node)) return [];
      return [{ atUs, node, kind: "connection" as const, isUp: false, isSilent: true, text }];
    });
  }

  /** Who is heard and speaks for the virtual router of an instance: as good as sure to hear it too. */
  hearing(instance: string): string[] {
    return [...this.#isHeard].filter((node) => this.#standing.get(node)?.has(instance));
  }

  /** The node itself became MASTER of an instance: who was it before? `silenceUs` null: it was heard. */
  replaced(atUs: number, instance: string, silenceUs: number | null): RecordedEvent[] {
    return [...this.#standing].flatMap(([node, standings]) => {
      if (standings.get(instance)?.isMaster !== true) return [];
      if (silenceUs === null) return this.#leave(atUs, node, instance, "a better master took over");
      const text = `no advert for ${describeDuration(silenceUs)}`;
      const left = this.#leave(atUs, node, instance, text, "INIT");
      const isElsewhere = [...standings.values()].some(({ isMaster }) => isMaster);
      if (isElsewhere || !this.#isHeard.delete(node)) return left;
      return [...left, {
        atUs,
        node,
        kind: "connection" as const,
        isUp: false,
        isSilent: true,
        text,
      }];
    });
  }

  #of(node: string, instance: string): Standing {
    let standings = this.#standing.get(node);
    if (standings === undefined) this.#standing.set(node, standings = new Map());
    let standing = standings.get(instance);
    if (standing === undefined) {
      standings.set(instance, standing = { isMaster: false, priority: -1, addresses: [] });
    }
    return standing;
  }

  #appear(atUs: number, node: string): RecordedEvent[] {
    if (this.#isHeard.has(node)) return [];
    this.#isHeard.add(node);
    return [
      { atUs, node, kind: "connection", isUp: true, text: "heard" },
      { atUs, node, kind: "process", process: "running", was: "running" },
    ];
  }

  /** It speaks no more: `INIT`: nobody knows why. */
  #leave(
    atUs: number,
    node: string,
    instance: string,
    text: string,
    state: "BACKUP" | "INIT" = "BACKUP",
  ): RecordedEvent[] {
    const standing = this.#of(node, instance);
    standing.isMaster = false;
    return [
      stateEvent(atUs, node, instance, state, text),
      ...holdEvents(atUs, node, standing, []),
    ];
  }

  /** Other peers that have to give way to an advert. */
  #yieldTo(atUs: number, instance: string, better: VrrpPacket): RecordedEvent[] {
    return [...this.#standing].flatMap(([node, standings]) => {
      const standing = standings.get(instance);
      if (node === better.source || standing?.isMaster !== true) return [];
      const isWorse = standing.priority < better.priority ||
        (standing.priority === better.priority && isLower(node, better.source));
      return isWorse ? this.#leave(atUs, node, instance, `${better.source} is better`) : [];
    });
  }
}

function stateEvent(
  atUs: number,
  node: string,
  instance: string,
  state: "MASTER" | "BACKUP" | "INIT",
  text: string,
): RecordedEvent {
  return { atUs, node, kind: "state", instance, state, inferred: true, text };
}

/** Who sends adverts for addresses holds them. */
function holdEvents(
  atUs: number,
  node: string,
  standing: Standing,
  addresses: readonly string[],
): RecordedEvent[] {
  const before = standing.addresses;
  if (before.length === addresses.length && before.every((one, i) => one === addresses[i])) {
    return [];
  }
  standing.addresses = [...addresses];
  const told = (address: string, held: boolean): RecordedEvent => ({
    ...{ atUs, node, address, held },
    kind: "address",
    why: "core",
  });
  return [
    ...before.filter((one) => !addresses.includes(one)).map((one) => told(one, false)),
    ...addresses.filter((one) => !before.includes(one)).map((one) => told(one, true)),
  ];
}

function isLower(a: string, b: string): boolean {
  const [left, right] = [parseAddress(a), parseAddress(b)];
  if (left === null || right === null || left.family !== right.family) return false;
  return compareAddresses(left.bytes, right.bytes) < 0;
}
