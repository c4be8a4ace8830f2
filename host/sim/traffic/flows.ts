// The clients' ports: who uses one gives it back when its request is over, and the one that has rested
// longest is used next, as clients do. A director then sees old connections begin anew (IPVS:
// conn_reuse_mode 1) instead of a table that grows without end. This module is browser safe.

import { BALANCER_CONNECTION_MAX, type Flow } from "./balancer.ts";

/** Clients; each is a source address. */
const CLIENT_COUNT = 4096;
const PORT_FIRST = 1024;

/** Where the ports of one service stood. */
export interface FlowsState {
  ring: Int32Array;
  head: number;
  count: number;
}

/** The ports of one service. */
export class Flows {
  #ring: Int32Array;
  #head = 0;
  #count: number;

  /** `services`: how many share a director's connection table. */
  constructor(services: number) {
    this.#count = Math.floor(BALANCER_CONNECTION_MAX / Math.max(1, services));
    this.#ring = Int32Array.from({ length: this.#count }, (_, i) => i);
  }

  /** The next one; -1: all are in use. */
  take(): number {
    if (this.#count === 0) return -1;
    const number = this.#ring[this.#head]!;
    this.#head = (this.#head + 1) % this.#ring.length;
    this.#count--;
    return number;
  }

  /** Gives one back. */
  give(number: number): void {
    this.#ring[(this.#head + this.#count) % this.#ring.length] = number;
    this.#count++;
  }

  save(): FlowsState {
    return { ring: this.#ring.slice(), head: this.#head, count: this.#count };
  }

  restore({ ring, head, count }: FlowsState): void {
    this.#ring = ring.slice();
    this.#head = head;
    this.#count = count;
  }
}

/** Address and port of a number: the clients in turn. */
export function flowOf(number: number): Flow {
  return {
    client: number % CLIENT_COUNT,
    port: PORT_FIRST + Math.floor(number / CLIENT_COUNT),
  };
}
