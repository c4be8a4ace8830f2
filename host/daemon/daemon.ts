// The running daemon on main: holds the parts together and passes their messages on. What is
// decided is decided by the core (in the wire worker) and by the engine; what is done is done by
// the files of this folder and by host/check, track, notify.

import { VipdError } from "../base/errors.ts";
import { VIPD_VERSION } from "../base/version.ts";
import type { Config } from "../conf/index.ts";
import type { CommandResult, ProviderStatus } from "../control/protocol.ts";
import { type ControlServer, serveControl } from "../control/server.ts";
import { ABI_VERSION, readOutput } from "../core/abi.gen.ts";
import { type Dump, encodeDump } from "../core/record.ts";
import type {
  EngineOutput,
  HostIdentity,
  IpvsOperation,
  IpvsPresentService,
} from "../engine/contract.ts";
import { buildCoreConfig, type CoreConfig } from "../engine/core_config.ts";
import type { CoreIndex } from "../engine/core_index.ts";
import { RecordNamer } from "../engine/names.ts";
import { coreInputOf, engineInputOf } from "../engine/node.ts";
import { engineStatus } from "../engine/status.ts";
import { nowUs } from "../linux/clock.ts";
import { RouteSocket } from "../linux/route.ts";
import { type Balancer, NO_BALANCER } from "./balancer.ts";
import { chooseBalancer } from "./choose_balancer.ts";
import { readConfiguration } from "./configuration.ts";
import { coreBytes } from "./core_bytes.ts";
import { createRecordedEngine, makeDump } from "./dump.ts";
import { Effects } from "./effects.ts";
import { EngineRunner } from "./engine_runner.ts";
import { removalOf } from "./held_table.ts";
import type { DaemonOptions } from "./options.ts";
import type { Reporter } from "./reporter.ts";
import { serviceIdentity, StateFile } from "./state_file.ts";
import { groupViews, instanceViews, trackerViews, virtualServerViews, wireView } from "./status.ts";
import { buildKind, runtimeText } from "./program.ts";
import {
  decodeConfigResult,
  decodeRemark,
  kindOf,
  WIRE_CONFIG_RESULT,
  WIRE_LINKS_CHANGED,
  WIRE_REMARK,
} from "./wire_message.ts";
import { WireLink } from "./wire_link.ts";
import { startWireThread, type WireThread } from "./wire_thread.ts";
import type { WireFailure } from "./wire.ts";

/** SCHED_FIFO priority of the wire worker: above scripts and main, below the kernel's own. */
const WIRE_FIFO_PRIORITY = 50;
/** A link is good when it is up and running: IFF_UP and IFF_RUNNING of <linux/if.h>. */
const IFF_UP_RUNNING = 0x41;
/** Links that come and go are looked at together after this, milliseconds. */
const LINKS_SETTLE_MS = 200;
/** The worker's own words come by postMessage, a turn of the event loop after its death. */
const LAST_WORDS_MS = 20;

/** How the daemon ended without being asked to. */
export interface Death {
  why: string;
  /** What both halves remember, with secrets. */
  dump: Dump;
}

/** A balancer that was chosen, and what it holds. */
interface OpenedBalancer {
  balancer: Balancer;
  services: IpvsPresentService[];
  /** The last run left services behind. */
  hasLeftovers: boolean;
}

/** The running daemon. */
export class Daemon {
  readonly #options: DaemonOptions;
  readonly #reporter: Reporter;
  readonly #host: HostIdentity;
  readonly #namer = new RecordNamer();
  readonly #engine = createRecordedEngine(randomWord());
  readonly #runner: EngineRunner;
  readonly #effects: Effects;
  readonly #state: StateFile;
  readonly #startedUs = nowUs();
  readonly #died: (death: Death) => void;
  #wire: WireThread | null = null;
  #link: WireLink | null = null;
  #balancer: Balancer = NO_BALANCER;
  #control: ControlServer | null = null;
  #config: Config | null = null;
  #index: CoreIndex | null = null;
  #linksUp = new Set<string>();
  #generation = 0;
  #loadedAtMs = 0;
  #refused: string | null = null;
  #failure: WireFailure | null = null;
  #reloading: Promise<CommandResult> | null = null;
  #reloadNext: Promise<CommandResult> | null = null;
  #linksTimer: ReturnType<typeof setTimeout> | undefined;
  #stopped = Promise.withResolvers<void>();
  #stopping = false;

  /** `died` is called when the worker is dead; the caller ends the process. */
  constructor(options: DaemonOptions, reporter: Reporter, died: (death: Death) => void) {
    this.#options = options;
    this.#reporter = reporter;
    this.#died = died;
    this.#host = { name: Deno.hostname(), user: Deno.env.get("USER") ?? "root" };
    this.#state = new StateFile(options.pidFiles.daemon);
    this.#effects = new Effects((input) => this.#runner.input(input));
    this.#runner = new EngineRunner(this.#engine.engine, (output) => this.#carryOut(output));
  }

  /** Brings everything up with a configuration. Throws VipdError; then nothing is left behind. */
  async start(config: Config): Promise<void> {
    if (this.#options.vrrp) await this.#startWire();
    // What may fail comes before the core's commit, from which on addresses may be held.
    this.#control = await serveControl({
      path: this.#options.controlSocket,
      status: () => this.#status(),
      events: this.#reporter.events,
      command: (name) => name === "reload" ? this.reload() : Promise.resolve(this.#check()),
      dump: () => encodeDump(this.#dump("asked")),
    });
    try {
      await this.#apply(config);
    } catch (error) {
      await this.#control.close();
      throw error;
    }
  }

  async #startWire(): Promise<void> {
    const worker = new Worker(this.#options.entry, { type: "module", name: "wire" });
    worker.onmessage = (event: MessageEvent<WireFailure>) => {
      this.#failure = event.data;
    };
    const failAfterMs = Number(Deno.env.get("VIPD_TEST_WIRE_FAIL_AFTER_MS") ?? 0);
    this.#wire = await startWireThread(worker, {
      module: await WebAssembly.compile(coreBytes()),
      fifoPriority: WIRE_FIFO_PRIORITY,
      seed: [randomWord(), randomWord()],
      failAfterMs,
    }, {
      record: (record) => this.#fromWire(record),
      dead: (why) => this.#workerDied(why),
    }).catch(async (error) => {
      throw await this.#withLastWords(error);
    });
    this.#link = new WireLink(this.#wire);
  }

  /** The error of a start that failed, with what the worker itself has said of it. */
  async #withLastWords(error: unknown): Promise<unknown> {
    await new Promise((resolve) => setTimeout(resolve, LAST_WORDS_MS));
    if (this.#failure === null || !(error instanceof VipdError)) return error;
    // The first line of a stack, without the name of the error's class.
    const why = /^(?:\w*Error: )?(.*)/.exec(this.#failure.failed)?.[1] ?? "";
    return new VipdError(error.code, `the wire worker did not start: ${why}`, {
      cause: error,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    });
  }

  /** Makes a configuration the one in force: at start and at every reload the same. */
  async #apply(config: Config): Promise<void> {
    const core = this.#buildCore(config, this.#readLinks());
    if (core.missingInterfaces.length > 0) {
      throw new VipdError(
        "interface-missing",
        `interface ${core.missingInterfaces.join(", ")} does not exist`,
        { hint: "make it before vipd starts, or name another one" },
      );
    }
    await this.#commit(config, core);
    this.#loadedAtMs = Date.now();
  }

  /** Has the core, the balancer and the engine take a configuration. Throws VipdError. */
  async #commit(config: Config, core: CoreConfig): Promise<void> {
    const { generation } = core.index;
    // What may fail comes before the core's commit, which cannot be taken back.
    const opened = await this.#openBalancer(config);
    if (this.#link !== null) {
      this.#namer.stage(core.index);
      try {
        await this.#link.configure(core);
      } catch (error) {
        this.#namer.discard(generation);
        await opened?.balancer.close();
        throw error;
      }
    }
    if (opened !== null) this.#takeBalancer(config, opened);
    this.#generation = generation;
    this.#config = config;
    this.#index = core.index;
    const host = this.#host;
    this.#runner.input({ kind: "configure", generation, config, index: core.index, host });
  }

  #buildCore(config: Config, interfaces: Map<string, number>): CoreConfig {
    const generation = this.#generation + 1;
    return buildCoreConfig(config, { generation, interfaces, previous: this.#index });
  }

  /** Interface name -> ifindex; notes which links are up. */
  #readLinks(): Map<string, number> {
    const route = new RouteSocket();
    try {
      const links = route.links();
      this.#linksUp = new Set(
        links.filter((link) => (link.flags & IFF_UP_RUNNING) === IFF_UP_RUNNING)
          .map((link) => link.name),
      );
      return new Map(links.map((link) => [link.name, link.ifindex]));
    } finally {
      route.close();
    }
  }

  /**
   * Chooses who balances, when the first virtual server is there and once; null when that is done or
   * not needed yet. Changes nothing.
   */
  async #openBalancer(config: Config): Promise<OpenedBalancer | null> {
    if (this.#balancer.kind !== "none") return null;
    if (config.virtualServers.length === 0 && this.#generation > 0) return null;
    const { services: ours, refused } = this.#state.read();
    if (refused !== null) this.#reporter.daemon("warning", refused);
    const hasLeftovers = ours.size > 0;
    const balancer = await chooseBalancer(config, hasLeftovers, this.#options, this.#reporter);
    const present = await balancer.present();
    const services = present.map((row) => ({
      ...row,
      ours: ours.has(serviceIdentity(row.service.key)),
    }));
    return { balancer, services, hasLeftovers };
  }

  #takeBalancer(config: Config, { balancer, services, hasLeftovers }: OpenedBalancer): void {
    this.#balancer = balancer;
    if (hasLeftovers || services.length > 0) this.#adopt(config, services);
    this.#runner.input({ kind: "ipvsPresent", services });
  }

  /**
   * Notes what stands in the kernel and is ours, by the last run or by the configuration: nothing
   * need be added for it in this run, and yet the next one has to know it.
   */
  #adopt(config: Config, present: IpvsPresentService[]): void {
    const configured = new Set(config.virtualServers.map(({ key }) => serviceIdentity(key)));
    for (const { service: { key }, ours } of present) {
      if (ours || configured.has(serviceIdentity(key))) this.#state.note(key, true);
    }
    this.#writeState();
  }

  #writeState(): void {
    const refused = this.#state.write();
    if (refused !== null) this.#reporter.daemon("warning", refused);
  }

  #carryOut(output: EngineOutput): void {
    const input = coreInputOf(output);
    // The input that is being drained: the log of the core names it.
    if (input !== null) return this.#link?.send(input, this.#engine.engine.sequence - 1);
    switch (output.kind) {
      case "event":
        return this.#reporter.engine(output.event);
      case "ipvs":
        return void this.#program(output.batch, output.operations);
      case "stopped":
        return this.#stopped.resolve();
      case "tracker":
        return; // for the core: sent above
      default:
        return this.#effects.carryOut(output);
    }
  }

  async #program(batch: number, operations: IpvsOperation[]): Promise<void> {
    // What is in the kernel is always in the file: noted before it is added, and after it went.
    this.#note(operations, "addService", true);
    const failures = await this.#balancer.apply(operations);
    // ESRCH of a removal: it was gone already.
    const failed = new Set(
      failures.filter(({ errno }) => errno !== "ESRCH").map(({ index }) => index),
    );
    this.#note(operations.filter((_, index) => !failed.has(index)), "deleteService", false);
    this.#runner.input({ kind: "ipvsDone", batch, failures });
  }

  #note(operations: IpvsOperation[], op: IpvsOperation["op"], present: boolean): void {
    for (const operation of operations) {
      if (operation.op === op) this.#state.note(operation.service.key, present);
    }
    this.#writeState();
  }

  #fromWire(record: Uint8Array): void {
    switch (kindOf(record)) {
      case WIRE_CONFIG_RESULT:
        return this.#link?.answered(decodeConfigResult(record));
      case WIRE_REMARK: {
        const { level, text } = decodeRemark(record);
        return this.#reporter.daemon(level, text, "daemon", "vrrp");
      }
      case WIRE_LINKS_CHANGED:
        return this.#linksChanged();
      default: {
        const view = new DataView(record.buffer, record.byteOffset, record.byteLength);
        const named = this.#namer.name(readOutput(view, 0));
        if (named === null) return;
        this.#reporter.core(named, nowUs());
        const input = engineInputOf(named);
        if (input !== null) this.#runner.input(input);
      }
    }
  }

  /** Links are looked at a while after the first change; more changes do not put that off. */
  #linksChanged(): void {
    this.#linksTimer ??= setTimeout(() => {
      this.#linksTimer = undefined;
      void this.#followLinks();
    }, LINKS_SETTLE_MS);
  }

  /** An interface that was deleted and made anew has another index: the core must hear it. */
  async #followLinks(): Promise<void> {
    if (this.#reloading !== null) {
      await this.#reloading;
      return this.#linksChanged();
    }
    if (this.#stopping) return;
    this.#reloading = this.#takeLinks().finally(() => this.#reloading = null);
    await this.#reloading;
  }

  async #takeLinks(): Promise<CommandResult> {
    const [config, index] = [this.#config, this.#index];
    try {
      const links = this.#readLinks();
      const moved = index?.interfaces.some((row) =>
        (links.get(row.name) ?? row.ifindex) !== row.ifindex
      );
      if (config === null || index === null || !moved) return { ok: true, lines: [] };
      // One that is missing keeps its old index: its instances stay in FAULT, the others go on.
      for (const { name, ifindex } of index.interfaces) {
        if (!links.has(name)) links.set(name, ifindex);
      }
      this.#reporter.daemon("info", "an interface was made anew: taking the configuration again");
      // The one in force, not the file: nobody has asked for what may stand there by now.
      await this.#commit(config, this.#buildCore(config, links));
      return { ok: true, lines: [] };
    } catch (error) {
      const text = `an interface was made anew and could not be taken: ${refusalText(error)}`;
      this.#reporter.daemon("error", text);
      return { ok: false, lines: [text] };
    }
  }

  /**
   * Takes the file again; a bad one changes nothing. The file may change while it is taken: all who
   * ask meanwhile share one reload after it.
   */
  reload(): Promise<CommandResult> {
    if (this.#stopping) return Promise.resolve({ ok: false, lines: ["vipd is stopping"] });
    if (this.#reloading !== null) {
      this.#reloadNext ??= this.#reloading.then(() => {
        this.#reloadNext = null;
        return this.reload();
      });
      return this.#reloadNext;
    }
    this.#reloading = this.#reloadOnce().finally(() => this.#reloading = null);
    return this.#reloading;
  }

  async #reloadOnce(): Promise<CommandResult> {
    this.#reporter.daemon("info", `Reloading ${this.#options.configFile}`, "config");
    const { config, diagnostics, isBlank } = readConfiguration(this.#options);
    for (const found of diagnostics) this.#reporter.diagnostic(found);
    const errors = diagnostics.filter((found) => found.severity === "error");
    try {
      if (config === null) {
        throw new VipdError("config", `${this.#options.configFile} has errors: ${errors.length}`);
      }
      // A file that is being written anew is empty for a moment: nobody means that by a reload.
      if (isBlank) {
        throw new VipdError("config", `${this.#options.configFile} is empty`);
      }
      await this.#apply(config);
      this.#refused = null;
      const text = `Reload finished: generation ${this.#generation}`;
      this.#reporter.daemon("info", text, "config");
      return { ok: true, lines: [text] };
    } catch (error) {
      this.#refused = refusalText(error);
      const text = `Reload refused, the configuration before stays: ${this.#refused}`;
      this.#reporter.daemon("error", text, "config");
      return { ok: false, lines: [text, ...errors.map((found) => found.message)] };
    }
  }

  #check(): CommandResult {
    const { config, diagnostics } = readConfiguration(this.#options);
    const lines = diagnostics.map((found) =>
      `${found.file}:${found.line}:${found.column} ${found.severity} ${found.code} ${found.message}`
    );
    return { ok: config !== null, lines: lines.length > 0 ? lines : ["no errors, no warnings"] };
  }

  /**
   * Orderly end: priority 0, addresses and services removed, last notifications run. False when the
   * wire worker had no part in it: it had died or hung, and its addresses were taken off from here.
   */
  async stop(): Promise<boolean> {
    this.#stopping = true;
    clearTimeout(this.#linksTimer);
    await this.#reloading;
    let orderly = true;
    if (this.#link !== null && this.#wire !== null) {
      this.#link.send({ kind: "command", command: "STOP" });
      orderly = await this.#wire.stop();
      if (!orderly) {
        this.#reporter.daemon("error", "the wire worker did not stop in order");
        this.#removeHeld(this.#wire);
      }
    }
    const keepServices = this.#options.keepIpvs;
    this.#runner.input({ kind: "command", command: "STOP", keepServices });
    await this.#stopped.promise;
    this.#runner.close();
    this.#effects.close();
    await this.#balancer.close();
    const refused = keepServices ? null : this.#state.remove();
    if (refused !== null) this.#reporter.daemon("warning", refused);
    await this.#control?.close();
    return orderly;
  }

  #workerDied(why: string): void {
    this.#runner.close();
    // A stop that is under way waits for no engine any more.
    this.#stopped.resolve();
    this.#effects.close();
    if (this.#wire !== null) this.#removeHeld(this.#wire);
    setTimeout(() => {
      const text = this.#failure === null ? why : `${why}: ${this.#failure.failed}`;
      this.#died({ why: text, dump: this.#dump(`the wire worker died: ${text}`) });
    }, LAST_WORDS_MS);
  }

  #dump(why: string): Dump {
    return makeDump({
      why,
      node: this.#host.name,
      shared: this.#wire?.shared ?? null,
      engineLog: this.#engine.log,
      index: this.#index,
    });
  }

  /** Takes exactly the addresses that the dead worker held off their interfaces. */
  #removeHeld(wire: WireThread): void {
    const route = new RouteSocket();
    for (const held of wire.shared.heldAddresses()) route.queueRemove(removalOf(held));
    for (const failure of route.commit()) this.#reporter.daemon("error", failure.error.message);
    route.close();
  }

  #status(): ProviderStatus {
    const now = nowUs();
    const config = this.#config;
    const index = this.#index;
    if (config === null || index === null) throw new VipdError("starting", "vipd is starting");
    const parts = {
      nowUs: now,
      wallMs: Date.now(),
      config,
      index,
      shared: this.#wire?.shared ?? null,
      engine: engineStatus(this.#engine.engine.state),
      transitions: this.#reporter.transitions,
      linksUp: this.#linksUp,
      connections: this.#balancer.connections(),
    };
    const ageS = Math.round((now - this.#startedUs) / 1000) / 1000;
    return {
      version: VIPD_VERSION,
      abiVersion: ABI_VERSION,
      runtime: runtimeText(),
      build: buildKind(),
      pid: Deno.pid,
      routerId: config.global.routerId ?? this.#host.name,
      since: new Date(parts.wallMs - ageS * 1000).toISOString(),
      ageS,
      configuration: {
        file: this.#options.configFile,
        generation: this.#generation,
        loadedAt: new Date(this.#loadedAtMs).toISOString(),
        refused: this.#refused,
      },
      ipvs: this.#balancer.kind,
      wire: this.#wire === null ? null : wireView(this.#wire.shared, now),
      instances: instanceViews(parts),
      groups: groupViews(parts),
      trackers: trackerViews(parts),
      virtualServers: virtualServerViews(parts),
    };
  }
}

/** Why a change was refused; of an error that nobody foresaw all there is, for the report. */
function refusalText(error: unknown): string {
  if (error instanceof VipdError) return error.message;
  return `internal error: ${error instanceof Error ? error.stack ?? error.message : String(error)}`;
}

function randomWord(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!;
}
