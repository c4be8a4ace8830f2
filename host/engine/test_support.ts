// For tests only: small configurations as the checked model, and an engine on a virtual clock whose
// checks, scripts and IPVS batches are answered by the test.
// This module is browser safe.

import type {
  Checker,
  Config,
  HttpCheck,
  NotifyScripts,
  RealServer,
  Script,
  SyncGroup,
  VirtualServer,
  VrrpInstance,
  VrrpScript,
} from "../conf/model.ts";
import type { Output, StateName } from "../core/abi.gen.ts";
import type {
  CheckOutcome,
  CoreRecord,
  EngineInput,
  EngineOutput,
  IpvsFailure,
  IpvsOperation,
  ScriptOutcome,
  TransitionRecord,
} from "./contract.ts";
import { buildCoreConfig } from "./core_config.ts";
import type { CoreIndex } from "./core_index.ts";
import { describeEvent } from "./describe_event.ts";
import { Engine } from "./engine.ts";
import type { NodeSink } from "./node.ts";
import { applyOperation, type IpvsTable } from "./ipvs_table.ts";

/** Microseconds of a second. */
export const SECOND_US = 1_000_000;

/** A command. */
export function script(command: string): Script {
  return { argv: command.split(" "), shell: null, command, user: null, group: null };
}

/** A tracked script, every second, good and bad at once. */
export function trackedScript(name: string, change: Partial<VrrpScript> = {}): VrrpScript {
  return {
    name,
    script: script(`/bin/${name}`),
    intervalUs: SECOND_US,
    timeoutUs: SECOND_US,
    weight: 0,
    reverse: false,
    rise: 1,
    fall: 1,
    trackedBy: ["VI_1"],
    ...change,
  };
}

/** No notification at all. */
export const NO_NOTIFY: NotifyScripts = {
  master: null,
  backup: null,
  fault: null,
  stop: null,
  any: null,
};

/** Every notification. */
export const ALL_NOTIFY: NotifyScripts = {
  master: script("/n master"),
  backup: script("/n backup"),
  fault: script("/n fault"),
  stop: script("/n stop"),
  any: script("/n any"),
};

/** An instance on eth0. */
export function instance(name: string, change: Partial<VrrpInstance> = {}): VrrpInstance {
  return {
    name,
    interface: "eth0",
    family: "INET",
    version: 2,
    vrid: 51,
    priority: 100,
    stateMaster: false,
    advertisementIntervalUs: SECOND_US,
    nopreempt: false,
    preemptDelayUs: 0,
    downTimerAdverts: 3,
    dontTrackPrimary: false,
    lowerPrioNoAdvert: false,
    higherPrioSendAdvert: false,
    skipCheckAdvAddr: false,
    auth: null,
    multicastGroup: "224.0.0.18",
    source: null,
    group: null,
    garp: {
      delayUs: 5 * SECOND_US,
      repeat: 5,
      refreshUs: 0,
      refreshRepeat: 1,
      lowerPrioDelayUs: 5 * SECOND_US,
      lowerPrioRepeat: 5,
    },
    vips: [],
    excludedVips: [],
    tracks: [],
    notify: NO_NOTIFY,
    smtpAlert: false,
    ...change,
  };
}

/** A sync group. */
export function group(name: string, members: string[], change: Partial<SyncGroup> = {}): SyncGroup {
  return { name, members, trackingWeight: false, notify: NO_NOTIFY, smtpAlert: false, ...change };
}

const COMMON = {
  delayLoopUs: 6 * SECOND_US,
  retry: 1,
  delayBeforeRetryUs: SECOND_US,
  warmupUs: 0,
};
const TARGET = { family: "INET" as const, address: "192.0.2.1", port: 80 };

/** A TCP_CHECK. */
export function tcpCheck(change: Partial<Checker> = {}): Checker {
  return {
    ...COMMON,
    kind: "TCP_CHECK",
    target: TARGET,
    connectTimeoutUs: 5 * SECOND_US,
    ...change,
  } as Checker;
}

/** An HTTP_GET of these paths. */
export function httpCheck(paths: string[], change: Partial<HttpCheck> = {}): HttpCheck {
  const statusCodes = [{ from: 200, to: 299 }];
  return {
    ...COMMON,
    kind: "HTTP_GET",
    target: TARGET,
    connectTimeoutUs: 3 * SECOND_US,
    delayBeforeRetryUs: 3 * SECOND_US,
    urls: paths.map((path) => ({ path, host: "192.0.2.1:80", statusCodes, digest: null })),
    sni: null,
    ...change,
  };
}

/** A MISC_CHECK. */
export function miscCheck(command: string, change: Partial<Checker> = {}): Checker {
  return {
    ...COMMON,
    retry: 0,
    kind: "MISC_CHECK",
    script: script(command),
    timeoutUs: 6 * SECOND_US,
    dynamic: false,
    ...change,
  } as Checker;
}

/** A real server `192.0.2.N:80` with one TCP_CHECK. */
export function realServer(n: number, change: Partial<RealServer> = {}): RealServer {
  return {
    name: `[192.0.2.${n}]:tcp:80`,
    family: "INET",
    address: `192.0.2.${n}`,
    port: 80,
    forwarding: { method: "DR", tunnel: null },
    weight: 1,
    inhibitOnFailure: false,
    alpha: false,
    smtpAlert: false,
    checkers: [tcpCheck()],
    ...change,
  };
}

/** A service `198.51.100.N:80`. */
export function virtualServer(n: number, change: Partial<VirtualServer> = {}): VirtualServer {
  return {
    name: `[198.51.100.${n}]:tcp:80`,
    key: {
      kind: "ADDRESS",
      family: "INET",
      address: `198.51.100.${n}`,
      port: 80,
      protocol: "TCP",
    },
    scheduler: "wlc",
    forwarding: { method: "DR", tunnel: null },
    persistence: null,
    quorum: 1,
    hysteresis: 0,
    sorryServer: null,
    smtpAlert: false,
    realServers: [realServer(1), realServer(2)],
    ...change,
  };
}

/** A sorry server on the director. */
export const SORRY = {
  name: "[127.0.0.1]:tcp:80",
  family: "INET" as const,
  address: "127.0.0.1",
  port: 80,
  forwarding: { method: "DR" as const, tunnel: null },
};

/** A whole configuration. */
export function config(change: Partial<Config> = {}): Config {
  return {
    files: ["/etc/keepalived/keepalived.conf"],
    global: {
      routerId: "node1",
      notificationEmail: ["root@localhost", "admin@localhost"],
      notificationEmailFrom: "ka@example.org",
      smtpServer: { host: "127.0.0.1", port: 25 },
      smtpConnectTimeoutUs: 30 * SECOND_US,
      smtpHeloName: null,
      scriptSecurity: false,
    },
    scripts: [],
    instances: [],
    groups: [],
    virtualServers: [],
    vipd: { lease: true, director: "auto", shellScripts: true, web: null },
    ...change,
  };
}

/** A transition of an instance. */
export function transition(
  name: string,
  to: StateName,
  change: Partial<TransitionRecord> = {},
): TransitionRecord {
  return {
    kind: "transition",
    sequence: 1,
    subject: "INSTANCE",
    instance: 0,
    group: 0xffff_ffff,
    from: "BACKUP",
    to,
    reason: "MASTER_DOWN",
    tracker: 0xffff_ffff,
    priorityBase: 100,
    priorityEffective: 100,
    priorityTracked: 0,
    peerPriority: 0,
    family: "INET",
    advertisementIntervalUs: SECOND_US,
    skewTimeUs: 609_375,
    peerKnown: 0,
    advertAgeUs: -1,
    timerUs: 3_609_375,
    timerLateUs: 0,
    stateAgeUs: 3_609_375,
    peer: "",
    instanceName: name,
    ...change,
  };
}

/** An engine on a virtual clock. Outputs are collected; answers are the test's. */
export class EngineBench {
  readonly engine: Engine;
  nowUs = 0;
  /** Everything since the last take(). */
  outputs: EngineOutput[] = [];
  /** Sentences of the events, in order. */
  readonly lines: string[] = [];
  /** The IPVS table as the batches made it. */
  readonly table: IpvsTable = new Map();
  readonly operations: IpvsOperation[] = [];
  /** Answers to checks by real server name and path; none = the check stays open. */
  check: (realServer: string, what: string) => CheckOutcome | null = () => null;
  /** Answers to tracked scripts. */
  script: (tracker: string) => ScriptOutcome | null = () => null;
  /** Answers to IPVS batches. */
  ipvs: (operations: IpvsOperation[]) => IpvsFailure[] | null = () => [];
  #generation = 0;
  #index: CoreIndex | null = null;
  readonly #queue: EngineInput[] = [];

  constructor(engine: Engine = new Engine({ seed: 1 })) {
    this.engine = engine;
  }

  /** Configures, at start or again. */
  configure(config: Config): void {
    const generation = ++this.#generation;
    const interfaces = new Map([["eth0", 2]]);
    const { index } = buildCoreConfig(config, { generation, interfaces, previous: this.#index });
    this.#index = index;
    const host = { name: "director", user: "root" };
    this.input({ kind: "configure", generation, config, index, host });
  }

  /** Configures and says that the balancer's table is empty. */
  start(config: Config): void {
    this.configure(config);
    this.input({ kind: "ipvsPresent", services: [] });
  }

  /** Hands in one input now, then the answers that its outputs ask for. */
  input(input: EngineInput): void {
    this.#queue.push(input);
    if (this.#queue.length > 1) return;
    while (this.#queue.length > 0) {
      this.engine.handleInput(this.nowUs, this.#queue[0]!);
      let output = this.engine.pollOutput();
      for (; output !== null; output = this.engine.pollOutput()) {
        this.outputs.push(output);
        this.#answer(output);
      }
      this.#queue.shift();
    }
  }

  #answer(output: EngineOutput): void {
    switch (output.kind) {
      case "event":
        this.lines.push(describeEvent(output.event));
        return;
      case "runCheck": {
        const what = "path" in output.spec ? output.spec.path : "";
        const outcome = this.check(output.realServer, what);
        if (outcome !== null) this.#queue.push({ kind: "checkResult", run: output.run, outcome });
        return;
      }
      case "runScript": {
        const outcome = this.script(output.tracker);
        if (outcome !== null) this.#queue.push({ kind: "scriptResult", run: output.run, outcome });
        return;
      }
      case "ipvs": {
        const failures = this.ipvs(output.operations);
        this.operations.push(...output.operations);
        output.operations.forEach((operation, i) => {
          if (failures?.some((failure) => failure.index === i) !== true) {
            applyOperation(this.table, operation);
          }
        });
        if (failures !== null) {
          this.#queue.push({ kind: "ipvsDone", batch: output.batch, failures });
        }
        return;
      }
    }
  }

  /** Lets time pass, firing timers on their way. */
  advance(us: number): void {
    const end = this.nowUs + us;
    for (;;) {
      const next = this.engine.nextTimeout();
      if (next > end) break;
      this.nowUs = Math.max(this.nowUs, next);
      this.input({ kind: "timer" });
    }
    this.nowUs = end;
  }

  /** The outputs since the last call. */
  take(): EngineOutput[] {
    const outputs = this.outputs;
    this.outputs = [];
    return outputs;
  }

  /** `address:port weight` of a service's destinations in the table, in order; null = no service. */
  destinations(n: number): string[] | null {
    const entry = this.table.get(`TCP INET 198.51.100.${n} 80`);
    if (entry === undefined) return null;
    return [...entry.destinations.values()]
      .map((row) => `${row.address}:${row.port} ${row.weight}`);
  }
}

/** What a node gave out. */
export type NodeOutput =
  | { from: "core"; output: Output; record: CoreRecord | null }
  | { from: "engine"; output: EngineOutput };

/** A sink that keeps everything until it is taken. */
export class KeepingSink implements NodeSink {
  readonly #core: { output(): Output };
  #kept: NodeOutput[] = [];

  constructor(core: { output(): Output }) {
    this.#core = core;
  }

  effect(): void {
    this.#kept.push({ from: "core", output: this.#core.output(), record: null });
  }

  record(record: CoreRecord): void {
    this.#kept.push({ from: "core", output: record, record });
  }

  engine(output: EngineOutput): void {
    this.#kept.push({ from: "engine", output });
  }

  /** What came since the last call. */
  take(): NodeOutput[] {
    return this.#kept.splice(0);
  }
}
