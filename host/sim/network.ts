// The wires and switches between the machines. A frame goes out of a port, through the port's wire to
// the switch, which learns where its sender is, and through the wires of those it is for. What happens
// to it on the way (latency, loss, cuts, partitions) is decided here and by the seed alone.
// This module is browser safe.

import type { Random } from "./random.ts";
import { REORDER_MAX_US, type WireQuality } from "./scenario/scenario.ts";

/** A switch forgets a sender that it has not heard for so long, microseconds (IEEE 802.1D: 300 s). */
const MAC_AGE_US = 300_000_000;

/** One end of a wire. */
export interface Port {
  /** Number of the node; -1: a client. */
  readonly node: number;
  readonly segment: number;
  readonly mac: string;
  /** From the switch to the port, and from the port to the switch. */
  in: WireQuality;
  out: WireQuality;
  /** The cable is in and both ends are powered. */
  up: boolean;
  /** When the switch last heard it; -Infinity: never. */
  heardUs: number;
  /** When the last frame came to it: none overtakes it unless the wire reorders. */
  lastUs: number;
}

/** Everything that the nodes are connected by. */
export class Network {
  readonly #segments: Port[][];
  readonly #random: Random;
  /** One way: `from * 64 + to`. */
  readonly #cuts = new Set<number>();
  /** Set of each node; null: not partitioned. */
  #sets: number[] | null = null;
  #lastArrivalUs = 0;

  constructor(segments: number, random: Random) {
    this.#segments = Array.from({ length: segments }, () => []);
    this.#random = random;
  }

  /** Puts a port on its segment. */
  connect(port: Port): void {
    this.#segments[port.segment]!.push(port);
  }

  /** Ports of a segment. */
  ports(segment: number): readonly Port[] {
    return this.#segments[segment]!;
  }

  /** Frames of a node reach another one no more. */
  cut(from: number, to: number): void {
    this.#cuts.add(from * 64 + to);
  }

  /** Splits the nodes; who is in no set is alone. A client stands with the first set. */
  partition(sets: readonly (readonly number[])[], nodes: number): void {
    this.#sets = Array.from({ length: nodes }, (_, node) => {
      const set = sets.findIndex((members) => members.includes(node));
      return set < 0 ? -1 - node : set;
    });
  }

  /** Ends cuts and partition. */
  heal(): void {
    this.#cuts.clear();
    this.#sets = null;
  }

  /** Whether a frame of one port can reach another, loss left aside. */
  passes(from: Port, to: Port): boolean {
    if (!from.up || !to.up) return false;
    if (from.node === to.node) return from === to;
    if (this.#cuts.size > 0 && this.#cuts.has(from.node * 64 + to.node)) return false;
    if (this.#sets === null) return true;
    return this.#setOf(from.node) === this.#setOf(to.node);
  }

  #setOf(node: number): number {
    return node < 0 ? 0 : this.#sets![node]!;
  }

  /** A frame for everybody: calls `arrive` for each port that gets it, with the time. */
  broadcast(nowUs: number, from: Port, arrive: (port: Port, atUs: number) => void): void {
    if (!from.up) return;
    from.heardUs = nowUs;
    for (const port of this.#segments[from.segment]!) {
      if (port !== from) this.#carry(nowUs, from, port, arrive);
    }
  }

  /** A frame for one MAC; the switch floods it when it does not know where that is. */
  unicast(
    nowUs: number,
    from: Port,
    mac: string,
    arrive: (port: Port, atUs: number) => void,
  ): void {
    if (!from.up) return;
    from.heardUs = nowUs;
    // The port's wire may be dead: a switch that learnt the MAC there sends it there all the same.
    const learnt = this.#segments[from.segment]!.find((port) =>
      port.mac === mac && nowUs - port.heardUs < MAC_AGE_US
    );
    if (learnt !== undefined) return this.#carry(nowUs, from, learnt, arrive);
    for (const port of this.#segments[from.segment]!) {
      if (port !== from && port.mac === mac) this.#carry(nowUs, from, port, arrive);
    }
  }

  #carry(
    nowUs: number,
    from: Port,
    to: Port,
    arrive: (port: Port, atUs: number) => void,
  ): void {
    if (!this.passes(from, to)) return;
    const [out, back] = [from.out, to.in];
    const random = this.#random;
    if (random.chance(out.loss) || random.chance(back.loss)) return;
    let atUs = nowUs + out.latencyUs + back.latencyUs;
    if (out.jitterUs > 0) atUs += random.below(out.jitterUs + 1);
    if (back.jitterUs > 0) atUs += random.below(back.jitterUs + 1);
    if (random.chance(out.reorder) || random.chance(back.reorder)) {
      atUs += random.below(REORDER_MAX_US);
    } else {
      if (atUs < to.lastUs) atUs = to.lastUs;
      to.lastUs = atUs;
    }
    if (atUs > this.#lastArrivalUs) this.#lastArrivalUs = atUs;
    arrive(to, atUs);
    if (random.chance(out.duplicate) || random.chance(back.duplicate)) arrive(to, atUs);
  }

  /** Whether what happens to a frame on a segment is left to chance. */
  isLossy(segment: number): boolean {
    return this.#segments[segment]!.some((port) =>
      port.in.loss > 0 || port.out.loss > 0 || port.in.reorder > 0 || port.out.reorder > 0
    );
  }

  /** The most by which the ways of two frames on a segment differ, microseconds; reordering aside. */
  jitterUs(segment: number): number {
    let [back, out] = [0, 0];
    for (const port of this.#segments[segment]!) {
      back = Math.max(back, port.in.jitterUs);
      out = Math.max(out, port.out.jitterUs);
    }
    return back + out;
  }

  /** How long frames are still under way, also those that left before a wire was changed. */
  underWayUs(nowUs: number): number {
    return Math.max(0, this.#lastArrivalUs - nowUs);
  }

  /** The longest way of a frame, microseconds. */
  latencyMaxUs(): number {
    let longest = 0;
    for (const port of this.#segments.flat()) {
      const { in: back, out } = port;
      longest = Math.max(longest, back.latencyUs + back.jitterUs, out.latencyUs + out.jitterUs);
    }
    return 2 * longest;
  }
}
