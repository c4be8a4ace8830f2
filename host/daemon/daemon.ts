// The running daemon on main: holds the parts together and passes their messages on. What is
// decided is decided by the core (in the wire worker) and by the engine; what is done is done by
// the files of this folder and by host/check, track, notify.

import { VipdError } from "../base/errors.ts";
import type { Config } from "../conf/index.ts";
import type { CommandResult, ProviderStatus } from "../control/protocol.ts";
import { answerReading } from "../control/answers.ts";
import { type ControlServer, serveControl } from "../control/server.ts";
import { readOutput } from "../core/abi.gen.ts";
import { type Dump, encodeDump } from "../core/record.ts";
import type { EngineInput, EngineOutput, HostIdentity } from "../engine/contract.ts";
import { buildCoreConfig, type CoreConfig } from "../engine/core_config.ts";
import type { CoreIndex } from "../engine/core_index.ts";
import { RecordNamer } from "../engine/names.ts";
import { coreInputOf, engineInputOf } from "../engine/node.ts";
import { engineStatus } from "../engine/status.ts";
import { nowUs } from "../linux/clock.ts";
import { RouteSocket } from "../linux/route.ts";
import { Balancing } from "./balancing.ts";
import { readConfiguration } from "./configuration.ts";
import { coreBytes } from "./core_bytes.ts";
import { createRecordedEngine, makeDump } from "./dump.ts";
import { Effects } from "./effects.ts";
import { EngineRunner } from "./engine_runner.ts";
import { removalOf } from "./held_table.ts";
import { Links, movedLinks } from "./links.ts";
import { nodeStatus } from "./node_status.ts";
import type { DaemonOptions } from "./options.ts";
import { pageFolder } from "./page_folder.ts";
import type { Reporter } from "./reporter.ts";
import { Turns } from "./turns.ts";
import { Web } from "./web.ts";
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
/** The worker's own words come by postMessage, a turn of the event loop after its death. */
const LAST_WORDS_MS = 20;

/** How the daemon ended without being asked to. */
export interface Death {
  why: string;
  /** What both halves remember, with secrets. */
  dump: Dump;
}

/** The process around it. */
export interface DaemonProcess {
  /** The worker is dead: ends the process. */
  died(death: Death): void;
  /** Lines that the log could not take. */
  logLinesLost(): number;
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
  readonly #balancing: Balancing;
  readonly #links: Links;
  readonly #turns = new Turns();
  readonly #web: Web;
  readonly #startedUs = nowUs();
  readonly #process: DaemonProcess;
  /** Transitions that the engine gets once it has their configuration; null: it has it. */
  #behindConfigure: EngineInput[] | null = null;
  #wire: WireThread | null = null;
  #link: WireLink | null = null;
  #control: ControlServer | null = null;
  #config: Config | null = null;
  #index: CoreIndex | null = null;
  #loadedAtMs = 0;
  #refused: string | null = null;
  #failure: WireFailure | null = null;
  #stopped = Promise.withResolvers<void>();
  #stopping = false;

  constructor(options: DaemonOptions, reporter: Reporter, process: DaemonProcess) {
    this.#options = options;
    this.#reporter = reporter;
    this.#process = process;
    this.#host = { name: Deno.hostname(), user: Deno.env.get("USER") ?? "root" };
    this.#balancing = new Balancing(options, reporter, (input) => this.#runner.input(input));
    this.#links = new Links(() => void this.#turns.take(() => this.#followLinks()));
    const reading = { status: () => this.#status(), events: reporter.events };
    this.#web = new Web({
      page: pageFolder(options.entry),
      answer: answerReading(reading, () => this.#control!.status()),
      reporter,
    });
    this.#effects = new Effects((input) => this.#runner.input(input));
    this.#runner = new EngineRunner(this.#engine.engine, (output) => this.#carryOut(output));
  }

  /** Brings everything up with a configuration. Throws VipdError; then nothing is left behind. */
  async start(config: Config): Promise<void> {
    if (this.#options.vrrp) await this.#startWire();
    // What may fail comes before the core's commit, from which on addresses may be held.
    this.#control = await serveControl({
      path: this.#options.controlSocket,
      web: () => this.#web.status(),
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
    const core = this.#buildCore(config, this.#links.read());
    if (core.missingInterfaces.length > 0) {
      throw new VipdError(
        "interface-missing",
        `interface ${core.missingInterfaces.join(", ")} does not exist`,
        { hint: "make it before vipd starts, or name another one" },
      );
    }
    await this.#commit(config, core);
    this.#loadedAtMs = Date.now();
    await this.#web.apply(config.vipd.web);
  }

  /** Has the core, the balancer and the engine take a configuration. Throws VipdError. */
  async #commit(config: Config, core: CoreConfig): Promise<void> {
    const { generation } = core.index;
    // What may fail comes before the core's commit, which cannot be taken back.
    const opened = await this.#balancing.open(config);
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
    if (opened !== null) this.#balancing.take(config, opened);
    this.#config = config;
    this.#index = core.index;
    const host = this.#host;
    // What the engine gets is recorded, and it needs no tokens.
    const forEngine = { ...config, vipd: { ...config.vipd, web: null } };
    this.#runner.input({
      kind: "configure",
      generation,
      config: forEngine,
      index: core.index,
      host,
    });
    const behind = this.#behindConfigure ?? [];
    this.#behindConfigure = null;
    for (const input of behind) this.#runner.input(input);
  }

  #buildCore(config: Config, interfaces: Map<string, number>): CoreConfig {
    const generation = this.#generation + 1;
    return buildCoreConfig(config, { generation, interfaces, previous: this.#index });
  }

  #carryOut(output: EngineOutput): void {
    const input = coreInputOf(output);
    // The input that is being drained: the log of the core names it.
    if (input !== null) return this.#link?.send(input, this.#engine.engine.sequence - 1);
    switch (output.kind) {
      case "event":
        return this.#reporter.engine(output.event);
      case "ipvs":
        return void this.#balancing.program(output.batch, output.operations);
      case "stopped":
        return this.#stopped.resolve();
      case "tracker":
        return; // for the core: sent above
      default:
        return this.#effects.carryOut(output);
    }
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
        return this.#links.changed();
      default: {
        const view = new DataView(record.buffer, record.byteOffset, record.byteLength);
        const named = this.#namer.name(readOutput(view, 0));
        if (named === null) return;
        this.#reporter.core(named, nowUs());
        if (named.kind === "notice" && named.notice === "CONFIG_COMMITTED") this.#committed();
        const input = engineInputOf(named);
        if (input !== null) this.#toEngine(input);
      }
    }
  }

  /** The core has a new configuration: what it tells from now on is not for the old one's scripts. */
  #committed(): void {
    this.#forgetRemoved();
    if (this.#namer.current?.generation !== this.#generation) this.#behindConfigure = [];
  }

  #toEngine(input: EngineInput): void {
    if (this.#behindConfigure === null) this.#runner.input(input);
    else this.#behindConfigure.push(input);
  }

  /** At the core's commit: what was removed has told its end before. */
  #forgetRemoved(): void {
    const index = this.#namer.current;
    if (index !== null) this.#reporter.keepTransitions(index.instances, index.groups);
  }

  /** An interface that was deleted and made anew has another index: the core must hear it. */
  async #followLinks(): Promise<void> {
    if (this.#stopping) return;
    try {
      const links = this.#links.read();
      const [config, index] = [this.#config, this.#index];
      if (config === null || index === null) return;
      const moved = movedLinks(index.interfaces, links);
      if (moved === null) return;
      this.#reporter.daemon("info", "an interface was made anew: taking the configuration again");
      // The one in force, not the file: nobody has asked for what may stand there by now.
      await this.#commit(config, this.#buildCore(config, moved));
    } catch (error) {
      const text = `an interface was made anew and could not be taken: ${refusalText(error)}`;
      this.#reporter.daemon("error", text);
    }
  }

  /**
   * Takes the file again; a bad one changes nothing. The file may change while it is taken: all who
   * ask meanwhile share one reload after it.
   */
  readonly reload: () => Promise<CommandResult> = this.#turns.share(() => this.#reloadOnce());

  async #reloadOnce(): Promise<CommandResult> {
    if (this.#stopping) return { ok: false, lines: ["vipd is stopping"] };
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
      const pending = this.#balancing.pending(config);
      if (pending !== null) this.#reporter.daemon("warning", pending, "config");
      return { ok: true, lines: pending === null ? [text] : [text, pending] };
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
    this.#links.close();
    await this.#turns.take(() => {});
    let orderly = true;
    if (this.#link !== null && this.#wire !== null) {
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
    await this.#balancing.close(keepServices);
    await this.#web.close();
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
      this.#process.died({ why: text, dump: this.#dump(`the wire worker died: ${text}`) });
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
    const [config, index] = [this.#config, this.#index];
    if (config === null || index === null) throw new VipdError("starting", "vipd is starting");
    return nodeStatus({
      nowUs: nowUs(),
      wallMs: Date.now(),
      startedUs: this.#startedUs,
      hostName: this.#host.name,
      configFile: this.#options.configFile,
      config,
      index,
      loadedAtMs: this.#loadedAtMs,
      refused: this.#refused,
      pending: this.#balancing.pending(config),
      shared: this.#wire?.shared ?? null,
      engine: engineStatus(this.#engine.engine.state),
      transitions: this.#reporter.transitions,
      linksUp: this.#links.up,
      balancer: this.#balancing.kind,
      connections: this.#balancing.connections(),
      logLinesLost: this.#process.logLinesLost(),
    });
  }

  /** Of the configuration in force; 0 before the first. */
  get #generation(): number {
    return this.#index?.generation ?? 0;
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
