// For tests of replay and explanation: nodes of the real core and engine on one segment and one virtual
// clock, each half recorded as in the daemon, so that a dump of any of them can be taken at any time.
// No faults but those that a test makes by hand.

import fc from "fast-check";
import { loadConfig } from "../host/conf/load.ts";
import type { Config } from "../host/conf/model.ts";
import { memorySource } from "../host/conf/source.ts";
import { ABI_VERSION, type Input } from "../host/core/abi.gen.ts";
import { Core, CORE_COUNTS_SMALL } from "../host/core/core.ts";
import {
  LogBuffer,
  logBufferSize,
  type LogLayout,
  readLogBuffer,
  SMALL_LOG_LAYOUT,
} from "../host/core/log_buffer.ts";
import type { Dump } from "../host/core/record.ts";
import { RecordedCore } from "../host/core/recorder.ts";
import type {
  CoreRecord,
  EngineInput,
  EngineOutput,
  ScriptOutcome,
} from "../host/engine/contract.ts";
import { Engine } from "../host/engine/engine.ts";
import { Node, type NodeSink } from "../host/engine/node.ts";
import { RecordedEngine } from "../host/engine/recorded_engine.ts";
import { coreModule, IFINDEX, LINK_DOWN, LINK_GOOD, SECOND } from "./virtual_node.ts";

/** Wall time at which the clock of every net shows 0. */
export const WALL_MS = Date.UTC(2026, 10, 22, 2);
const FILE = "/etc/keepalived/keepalived.conf";
const LATENCY_US = 50;
const SCRIPT_US = 2_000;
const INTERFACES = new Map([["eth0", IFINDEX]]);

/** A configuration from text. Throws an Error with the diagnostics when it has errors. */
export function configOf(text: string): Config {
  const loaded = loadConfig(FILE, memorySource({ [FILE]: text }));
  if (loaded.config === null) {
    throw new Error(loaded.diagnostics.map(({ message }) => message).join("\n"));
  }
  return loaded.config;
}

/** keepalived.conf of a node: VI_1, VRID 51, one address, a script of weight -30. */
export function nodeText(options: { priority: number; version?: 2 | 3; more?: string[] }): string {
  const { priority, version = 3, more = [] } = options;
  return [
    ...["vrrp_script chk {", "script /bin/chk", "interval 1", "weight -30", "fall 1", "}"],
    ...["vrrp_instance VI_1 {", "interface eth0", "virtual_router_id 51", `version ${version}`],
    ...["advert_int 1", `priority ${priority}`, ...more],
    ...["virtual_ipaddress {", "10.9.0.100/24", "}", "track_script {", "chk", "}", "}"],
  ].join("\n");
}

interface Event {
  atUs: number;
  happen: () => void;
}

/** The segment and its nodes. */
export class RecordedNet {
  nowUs = 100 * SECOND;
  readonly nodes: RecordedNode[] = [];
  /** Frames are lost for which this answers true. */
  lose: (from: RecordedNode, to: RecordedNode) => boolean = () => false;
  #events: Event[] = [];

  /** Adds a node whose interface is up, running with a configuration. */
  start(name: string, config: Config, layout: LogLayout = SMALL_LOG_LAYOUT): RecordedNode {
    const node = new RecordedNode(this, name, this.nodes.length + 1, layout);
    this.nodes.push(node);
    node.boot(config);
    return node;
  }

  at(afterUs: number, happen: () => void): void {
    this.#events.push({ atUs: this.nowUs + afterUs, happen });
  }

  /** Lets time pass. */
  run(us: number): void {
    const until = this.nowUs + us;
    for (;;) {
      const event = this.#events.reduce<Event | null>(
        (first, one) => first === null || one.atUs < first.atUs ? one : first,
        null,
      );
      const node = this.nodes.filter((one) => one.running).reduce<RecordedNode | null>(
        (first, one) => first === null || one.dueUs() < first.dueUs() ? one : first,
        null,
      );
      const atUs = Math.min(event?.atUs ?? Infinity, node?.dueUs() ?? Infinity);
      if (atUs > until) break;
      this.nowUs = Math.max(this.nowUs, atUs);
      if (event !== null && event.atUs <= atUs) {
        this.#events = this.#events.filter((one) => one !== event);
        event.happen();
      } else {
        node!.fire();
      }
    }
    this.nowUs = until;
  }
}

/** One node. */
export class RecordedNode implements NodeSink {
  readonly name: string;
  readonly address: string;
  running = true;
  /** The loop stands still: what comes waits, timers too. */
  paused = false;
  readonly records: (CoreRecord & { atUs: number })[] = [];
  readonly outputs: EngineOutput[] = [];
  /** How scripts end, by name of the vrrp_script. */
  readonly scripts = new Map<string, ScriptOutcome>();
  readonly #net: RecordedNet;
  readonly #layout: LogLayout;
  readonly #coreLog: Uint8Array;
  readonly #engineLog: Uint8Array;
  readonly #core: RecordedCore;
  readonly #node: Node;
  readonly #mac: string;
  readonly #waiting: (() => void)[] = [];

  constructor(net: RecordedNet, name: string, number: number, layout: LogLayout) {
    this.#net = net;
    this.name = name;
    this.address = `10.9.0.${number}`;
    this.#mac = `02:00:00:00:00:0${number}`;
    this.#layout = layout;
    this.#coreLog = new Uint8Array(logBufferSize(layout));
    this.#engineLog = new Uint8Array(logBufferSize(layout));
    const core = Core.create(coreModule(), { counts: CORE_COUNTS_SMALL, seed: [number, 0] });
    this.#core = new RecordedCore(core, new LogBuffer(this.#coreLog, layout), net.nowUs);
    this.#node = new Node({
      core: this.#core,
      engine: new RecordedEngine(
        new Engine({ seed: number }),
        new LogBuffer(this.#engineLog, layout),
      ),
      sink: this,
      host: { name, user: "root" },
      queueDelayUs: 40,
    });
  }

  boot(config: Config): void {
    this.link(true);
    for (
      const [family, address] of [["INET", this.address], [
        "INET6",
        `fe80::${this.address.slice(-1)}`,
      ]] as const
    ) {
      const prefixLength = family === "INET" ? 24 : 64;
      this.core({ kind: "address", ifindex: IFINDEX, family, present: 1, prefixLength, address });
    }
    this.engineInput({ kind: "ipvsPresent", services: [] });
    this.configure(config);
  }

  /** Starts or reloads. */
  configure(config: Config): void {
    this.#node.configure(this.#net.nowUs, config, INTERFACES);
  }

  link(up: boolean): void {
    this.core({
      kind: "link",
      ifindex: IFINDEX,
      present: 1,
      flags: up ? LINK_GOOD : LINK_DOWN,
      mtu: 1500,
      forwarding: 0,
      mac: this.#mac,
    });
  }

  core(input: Input): void {
    this.#give(() => this.#node.handleCoreInput(this.#net.nowUs, input));
  }

  engineInput(input: EngineInput): void {
    this.#give(() => this.#node.handleEngineInput(this.#net.nowUs, input));
  }

  /** When it wants to be called: microseconds, Infinity while it stands still. */
  dueUs(): number {
    return this.paused ? Infinity : this.#node.nextTimeout();
  }

  fire(): void {
    this.#node.handleTimer(this.#net.nowUs);
  }

  /** Goes on after a pause: what waited comes first, then the timers. */
  resume(): void {
    this.paused = false;
    for (const give of this.#waiting.splice(0)) give();
  }

  state(instance = 0): string {
    return this.#core.instanceStatus(instance)?.state ?? "none";
  }

  /** Transitions as `VI_1 BACKUP MASTER MASTER_DOWN`. */
  transitions(): string[] {
    return this.records.flatMap((record) =>
      record.kind === "transition"
        ? [`${record.instanceName} ${record.from} ${record.to} ${record.reason}`]
        : []
    );
  }

  /** What `vipd dump` would write. */
  dump(): Dump {
    return {
      head: {
        program: "vipd",
        version: "0.0.0",
        abiVersion: ABI_VERSION,
        node: this.name,
        monotonicUs: this.#net.nowUs,
        wallMs: WALL_MS + this.#net.nowUs / 1000,
        why: "asked",
        masked: false,
        interfaces: { [IFINDEX]: "eth0" },
      },
      core: readLogBuffer(this.#coreLog, this.#layout),
      engine: readLogBuffer(this.#engineLog, this.#layout),
    };
  }

  #give(work: () => void): void {
    if (!this.running) return;
    if (this.paused) this.#waiting.push(work);
    else work();
  }

  // ---- NodeSink ----

  effect(): void {
    const output = this.#core.output();
    if (output.kind !== "packet") return;
    const { family, source, destination, payload } = output;
    for (const to of this.#net.nodes) {
      if (to === this || this.#net.lose(this, to)) continue;
      this.#net.at(LATENCY_US, () =>
        to.core({
          kind: "packet",
          ifindex: IFINDEX,
          family,
          hopLimit: 255,
          source,
          destination,
          payload,
        }));
    }
  }

  record(record: CoreRecord): void {
    this.records.push({ ...record, atUs: this.#net.nowUs });
  }

  engine(output: EngineOutput): void {
    this.outputs.push(output);
    if (output.kind === "runScript") {
      const outcome = this.scripts.get(output.tracker) ?? { kind: "exit", code: 0 };
      const { run } = output;
      this.#net.at(SCRIPT_US, () => this.engineInput({ kind: "scriptResult", run, outcome }));
    }
    if (output.kind === "notify") {
      const { id } = output;
      const outcome: ScriptOutcome = { kind: "exit", code: 0 };
      this.#net.at(SCRIPT_US, () => this.engineInput({ kind: "notifyDone", id, outcome }));
    }
  }
}

/** Something that happens in a random play, and how long it goes on then. */
interface Act {
  us: number;
  what: "link" | "script" | "reload" | "kill" | "pause" | "lose" | "wait";
  /** Which node. */
  on: number;
}

/** Random plays of two nodes, for properties. */
export const randomActs: fc.Arbitrary<Act[]> = fc.array(
  fc.record({
    us: fc.integer({ min: 1, max: 6 * SECOND }),
    what: fc.constantFrom("link", "script", "reload", "kill", "pause", "lose", "wait"),
    on: fc.integer({ min: 0, max: 1 }),
  }),
  { maxLength: 12 },
);

/** Plays them; the nodes have the priorities 110 and 100 at first. */
export function playActs(acts: readonly Act[], layout?: LogLayout): RecordedNet {
  const net = new RecordedNet();
  for (const priority of [110, 100]) {
    net.start(`n${priority}`, configOf(nodeText({ priority })), layout);
  }
  acts.forEach(({ us, what, on }, i) => {
    const node = net.nodes[on]!;
    if (node.paused) node.resume();
    if (what === "link") node.link(i % 2 === 0);
    if (what === "script") node.scripts.set("chk", { kind: "exit", code: i % 2 });
    if (what === "reload") node.configure(configOf(nodeText({ priority: 90 + i })));
    if (what === "kill") node.running = i % 2 === 0;
    if (what === "pause") node.paused = true;
    if (what === "lose") net.lose = (from) => i % 2 === 0 && from === node;
    net.run(us);
  });
  return net;
}
