// A small network for property tests of the VRRP core: nodes on one segment and one virtual clock,
// with a kernel that keeps leased addresses. Every input is logged, so that a node's life can be
// replayed from nothing or from a checkpoint.

import type { Input, Output } from "../../host/core/abi.gen.ts";
import { INPUT_SIZE_MAX, OUTPUT_SIZE_MAX } from "../../host/core/abi.gen.ts";
import { writeInput } from "../../host/core/abi.gen.ts";
import { Core, CORE_COUNTS_SMALL } from "../../host/core/core.ts";
import {
  coreModule,
  IFINDEX,
  LINK_DOWN,
  LINK_GOOD,
  MAC,
  type Parts,
  SECOND,
} from "../virtual_node.ts";

/** One logged call: time, input bytes, status and the outputs' bytes. */
export interface LogEntry {
  nowUs: number;
  input: Uint8Array;
  status: number;
  outputs: Uint8Array[];
}

/** A node of the network. */
export class NetworkNode {
  readonly core: Core;
  readonly log: LogEntry[] = [];
  /** Addresses the kernel has for us, with the time they expire. */
  readonly held = new Map<string, number>();
  /** 1 as long as the process runs; a frozen one takes no input and its queue grows. */
  running = true;
  stopped = false;
  /** What arrived while it was frozen. */
  readonly waiting: Input[] = [];
  #generation = 0;

  constructor(readonly address: string) {
    this.core = Core.create(coreModule(), { counts: CORE_COUNTS_SMALL });
  }

  /** One input, its outputs drained. */
  handle(nowUs: number, input: Input): Output[] {
    const bytes = new Uint8Array(INPUT_SIZE_MAX);
    const size = writeInput(new DataView(bytes.buffer), 0, input);
    const entry = callCore(this.core, nowUs, bytes.slice(0, size));
    this.log.push(entry.logged);
    for (const output of entry.outputs) this.#applyToKernel(nowUs, output);
    return entry.outputs;
  }

  #applyToKernel(nowUs: number, output: Output): void {
    if (output.kind === "addressRemove") this.held.delete(output.address);
    if (output.kind !== "addressAdd" && output.kind !== "addressRefresh") return;
    const forEver = output.lifetimeS === 0;
    this.held.set(output.address, forEver ? Infinity : nowUs + output.lifetimeS * SECOND);
  }

  /** The records of a configuration, commit included. */
  configuration(parts: Parts): Input[] {
    const generation = ++this.#generation;
    return [
      { kind: "configBegin", generation },
      ...parts.trackers ?? [],
      ...parts.groups ?? [],
      ...parts.instances ?? [],
      ...parts.vips ?? [],
      ...parts.tracks ?? [],
      { kind: "configCommit", generation },
    ];
  }

  /** Addresses whose lease is not over. */
  heldAt(nowUs: number): string[] {
    return [...this.held].filter(([, until]) => until > nowUs).map(([address]) => address).sort();
  }

  state(): string {
    return this.core.instanceStatus(0)?.state ?? "INIT";
  }
}

/** Calls a core with a record's bytes and drains it. */
export function callCore(
  core: Core,
  nowUs: number,
  input: Uint8Array,
): { logged: LogEntry; outputs: Output[] } {
  const status = core.handleInputBytes(nowUs, input);
  const outputs: Output[] = [];
  const raw: Uint8Array[] = [];
  const buffer = new Uint8Array(core.memory.buffer, core.outputAddress, OUTPUT_SIZE_MAX);
  for (let output = core.pollOutput(); output !== null; output = core.pollOutput()) {
    outputs.push(output);
    raw.push(buffer.slice(0, new DataView(buffer.buffer, buffer.byteOffset).getUint32(4, true)));
  }
  return { logged: { nowUs, input, status, outputs: raw }, outputs };
}

interface Flight {
  atUs: number;
  to: number;
  input: Input;
}

/** Nodes on one segment. */
export class Network {
  readonly nodes: NetworkNode[];
  nowUs = SECOND;
  /** Whether a packet from one node reaches another. */
  passes: (from: number, to: number) => boolean = () => true;
  /** Adverts seen after a node's STOP that were no resignation. */
  readonly lateAdverts: string[] = [];
  #flights: Flight[] = [];
  readonly #delayUs: number;

  constructor(count: number, delayUs: number) {
    this.#delayUs = delayUs;
    this.nodes = Array.from({ length: count }, (_, i) => new NetworkNode(`10.9.0.${i + 1}`));
    this.nodes.forEach((node, i) => {
      this.tell(i, { ...this.linkInput(), flags: LINK_GOOD });
      this.tell(i, {
        kind: "address",
        ifindex: IFINDEX,
        family: "INET",
        present: 1,
        prefixLength: 24,
        address: node.address,
      });
    });
  }

  linkInput() {
    return {
      kind: "link" as const,
      ifindex: IFINDEX,
      present: 1,
      flags: LINK_DOWN,
      mtu: 1500,
      forwarding: 0,
      mac: MAC,
    };
  }

  /** Hands an input to a node now, or keeps it for when it runs again. */
  tell(index: number, input: Input): void {
    const node = this.nodes[index]!;
    if (!node.running) {
      node.waiting.push(input);
      return;
    }
    for (const output of node.handle(this.nowUs, input)) this.#carry(index, output);
  }

  #carry(from: number, output: Output): void {
    const node = this.nodes[from]!;
    if (output.kind !== "packet") return;
    if (node.stopped && output.payload[22] !== 0) this.lateAdverts.push(node.address);
    this.nodes.forEach((_, to) => {
      if (to === from || !this.passes(from, to)) return;
      this.#flights.push({
        atUs: this.nowUs + this.#delayUs,
        to,
        input: {
          kind: "packet",
          ifindex: output.ifindex,
          family: output.family,
          hopLimit: 255,
          source: output.source,
          destination: output.destination,
          payload: output.payload,
        },
      });
    });
  }

  /** Lets a node stand still, or run again: what waited in its sockets comes first. */
  setRunning(index: number, running: boolean): void {
    const node = this.nodes[index]!;
    if (node.running === running) return;
    node.running = running;
    if (!running) return;
    for (const input of node.waiting.splice(0)) this.tell(index, input);
  }

  /** Lets time pass, in the order of events; equal times: packets before timers. */
  advance(us: number, watch: () => void = () => {}): void {
    const until = this.nowUs + us;
    while (true) {
      const flight = this.#flights.reduce<Flight | null>(
        (first, next) => first === null || next.atUs < first.atUs ? next : first,
        null,
      );
      let timer = -1;
      this.nodes.forEach((node, i) => {
        if (!node.running) return;
        const due = node.core.nextTimeout();
        if (timer < 0 || due < this.nodes[timer]!.core.nextTimeout()) timer = i;
      });
      const timerUs = timer < 0 ? Infinity : this.nodes[timer]!.core.nextTimeout();
      const nextUs = Math.min(flight?.atUs ?? Infinity, timerUs);
      if (nextUs > until) break;
      this.nowUs = Math.max(this.nowUs, nextUs);
      if (flight !== null && flight.atUs <= timerUs) {
        this.#flights.splice(this.#flights.indexOf(flight), 1);
        this.tell(flight.to, flight.input);
      } else this.tell(timer, { kind: "timer" });
      watch();
    }
    this.nowUs = until;
  }

  /** Numbers of the nodes that are MASTER. */
  masters(): number[] {
    return this.nodes.flatMap((node, i) => node.state() === "MASTER" ? [i] : []);
  }
}
