// One simulated machine: a kernel, a clock, and the process with the real core and engine. The machine
// carries out what they say on the simulated network and kernel, and lets in what comes from there
// when the process runs; when it stands still, what comes waits as it would in sockets.
// This module is browser safe.

import { VipdError } from "../../base/errors.ts";
import type { Config } from "../../conf/model.ts";
import { type Input, STATUS_OK, statusName, type TrackerStateName } from "../../core/abi.gen.ts";
import type { Core, CoreCounts } from "../../core/core.ts";
import { LogBuffer, readLogBuffer, SMALL_LOG_LAYOUT } from "../../core/log_buffer.ts";
import type { HalfLog } from "../../core/record.ts";
import { RecordedCore } from "../../core/recorder.ts";
import type { CoreRecord, EngineInput, EngineOutput } from "../../engine/contract.ts";
import { Engine } from "../../engine/engine.ts";
import { Node, type NodeSink } from "../../engine/node.ts";
import { giveCore, giveLogMemory, takeCore, takeLogMemory } from "./core_pool.ts";
import { applyEdits } from "../scenario/edit.ts";
import { MachineInstance } from "./machine_instance.ts";
import { EngineEffects } from "./engine_effects.ts";
import { type HeldAddress, HeldAddresses } from "./held_addresses.ts";
import { Kernel, type KernelInterface } from "./kernel.ts";
import { type InterfacePlan, laterConfigs } from "../layout.ts";
import type { Digest } from "../digest.ts";
import { MachineClock } from "./machine_clock.ts";
import { MainThread } from "./machine_main.ts";
import { MachineSockets } from "./machine_sockets.ts";
import { Moments } from "./moments.ts";
import type { Network, Port } from "../network.ts";
import type { Random } from "../random.ts";
import type { Action, Machine, Scenario } from "../scenario/scenario.ts";
import type { Surroundings } from "./surroundings.ts";
import type { Watchers } from "../watchers.ts";
import type { AddressCause, NodeView, ProcessState } from "../world_view.ts";

/** Packets that wait in the sockets of a process that stands still (rmem_default / truesize). */
export const SOCKET_QUEUE_MAX = 256;
/** What the clock of a machine shows at first, and after a boot, microseconds. */
const BOOTED_MIN_US = 60_000_000;
const BOOTED_MAX_US = 900_000_000;
const BOOT_US = 10_000_000;

/** What a machine needs of the world. */
export interface MachineTools {
  readonly wasm: WebAssembly.Module;
  readonly counts: CoreCounts;
  /** Nodes keep logs of their inputs. */
  readonly records: boolean;
  readonly network: Network;
  readonly surroundings: Surroundings;
  readonly random: Random;
  nowUs: number;
  at(atUs: number, happen: () => void): void;
  /** Name of a node by its number; null: the client. */
  nodeName(node: number): string | null;
  /** The owner of a port. */
  deliverPacket(port: Port, record: Uint8Array): void;
  deliverFrame(port: Port, frame: Uint8Array): void;
  /** Something changed the peace from outside. */
  disturb(): void;
  readonly digest: Digest;
  readonly watchers: Watchers;
}

/** The machine. */
export class SimulatedMachine implements NodeView, NodeSink {
  readonly index: number;
  readonly name: string;
  readonly kernel: Kernel;
  process: ProcessState = "down";
  life = 0;
  /** In force; null when the process is gone. */
  config: Config | null = null;
  /** True time at which handleTimer is due; Infinity: never. */
  wakeUs = Infinity;
  readonly #tools: MachineTools;
  readonly latenessUs: number;
  readonly queueDelayUs: number;
  /** What the configuration file says. */
  #file: Config;
  readonly held: HeldAddresses;
  readonly #clock: MachineClock;
  readonly #moments: Moments;
  readonly #effects: EngineEffects;
  #core: Core | null = null;
  #sockets: MachineSockets | null = null;
  #logMemory: Uint8Array | null = null;
  #node: Node | null = null;
  #instances: MachineInstance[] = [];
  readonly #byName = new Map<string, MachineInstance>();
  /** Whose cable is out; a boot puts none in. */
  readonly #unplugged = new Set<KernelInterface>();
  /** What came to the worker's sockets while the process stood still. */
  readonly #socketQueue: (() => void)[] = [];
  /** What was to come while the machine was frozen: comes by its clock when it goes on. */
  readonly #frozen: (() => void)[] = [];
  readonly #main: MainThread;
  /** A process that was told to stop hears no signal any more. */
  #isStopping = false;
  /** What a frozen machine's process did before. */
  #frozenFrom: "running" | "paused" = "running";
  #dueUs = Infinity;

  constructor(
    index: number,
    name: string,
    file: Config,
    machine: Machine,
    plans: readonly InterfacePlan[],
    ports: readonly Port[],
    tools: MachineTools,
  ) {
    this.index = index;
    this.name = name;
    this.#file = file;
    this.#tools = tools;
    this.latenessUs = machine.latenessUs;
    this.queueDelayUs = machine.queueDelayUs;
    this.kernel = new Kernel(plans, ports);
    const shownUs = tools.random.between(BOOTED_MIN_US, BOOTED_MAX_US);
    this.#clock = new MachineClock(0, shownUs, machine.clockRate);
    this.#moments = new Moments(this.#clock);
    const { surroundings } = tools;
    this.held = new HeldAddresses({
      clock: this.#clock,
      random: tools.random,
      now: () => tools.nowUs,
      at: (atUs, happen) => tools.at(atUs, happen),
      changed: (held, isHeld, why) => this.#addressChanged(held, isHeld, why),
    });
    this.#main = new MainThread({
      clock: this.#clock,
      now: () => tools.nowUs,
      at: (atUs, happen) => tools.at(atUs, happen),
      isRunning: () => this.process === "running",
      silent: () => this.#endSilent(),
      disturb: () => tools.disturb(),
    });
    this.#effects = new EngineEffects({
      name,
      kernel: this.kernel,
      surroundings,
      configuration: () => this.config ?? this.#file,
      later: (afterUs, input, done) => this.#later(afterUs, input, done),
      notifyDone: (id) => tools.watchers.notifyDone(this, id),
      answered: (of, outcome) => tools.watchers.answer(this, of, outcome),
      stopped: () => this.#stopped(),
    });
  }

  // ---- What watchers see ----

  get instances(): readonly MachineInstance[] {
    return this.#instances;
  }

  get overruns(): number {
    return this.#node?.overruns ?? 0;
  }

  /** The core of the running process. */
  get core(): Core | null {
    return this.#core;
  }

  holds(address: string): boolean {
    return this.held.get(address) !== undefined;
  }

  linkGood(name: string): boolean {
    return this.kernel.byName(name)?.port.up ?? false;
  }

  memoryBytes(): number {
    return this.#core?.memory.buffer.byteLength ?? 0;
  }

  queueLength(): number {
    return (this.#node?.queueLength ?? 0) + this.#socketQueue.length +
      this.#main.queueLength;
  }

  tracker(script: string): TrackerStateName {
    return this.#effects.trackers.get(script) ?? "UNKNOWN";
  }

  log(): HalfLog | null {
    return this.#logMemory === null ? null : readLogBuffer(this.#logMemory, SMALL_LOG_LAYOUT);
  }

  /** What its own clock shows now, microseconds. */
  clockUs(): number {
    return this.#clock.at(this.#tools.nowUs);
  }

  /** Seconds of its clock in a second. */
  get clockRate(): number {
    return this.#clock.rate;
  }

  /** Every configuration that it may come to have, edits left aside. */
  configs(scenario: Scenario): Config[] {
    return [this.#file, ...laterConfigs(scenario, this.name)];
  }

  /** The machine answers on the network: its kernel runs. */
  get isAwake(): boolean {
    return this.process !== "off" && this.process !== "frozen";
  }

  // ---- The process ----

  /** Starts the process; a machine that is off boots. Nothing when it runs already. */
  start(): void {
    if (this.process !== "off" && this.process !== "down") return;
    const tools = this.#tools;
    if (this.process === "off") {
      this.#clock.reset(tools.nowUs, BOOT_US);
      this.held.boot();
      for (const row of this.kernel.interfaces) this.#setPort(row, !this.#unplugged.has(row));
    }
    this.life++;
    this.#effects.trackers.clear();
    this.#core = takeCore(tools.wasm, tools.counts);
    const core = tools.records ? this.#remembering(this.#core) : this.#core;
    this.#sockets = new MachineSockets(this, core, tools);
    this.#node = new Node({
      core,
      engine: new Engine({ seed: tools.random.below(2 ** 32) }),
      sink: this,
      host: { name: this.name, user: "root" },
      queueDelayUs: this.queueDelayUs,
    });
    this.#become("running");
    this.#tellKernel();
    this.#configure(this.#file);
    this.#toEngine({ kind: "ipvsPresent", services: this.kernel.ipvs() });
  }

  #remembering(core: Core): RecordedCore {
    this.#logMemory = takeLogMemory();
    const log = new LogBuffer(this.#logMemory, SMALL_LOG_LAYOUT);
    return new RecordedCore(core, log, this.clockUs());
  }

  /** Route netlink, as the worker reads it at its start. */
  #tellKernel(): void {
    for (const row of this.kernel.interfaces) {
      this.#toCore(this.kernel.linkInput(row));
      for (const of of row.addresses) this.#toCore(this.kernel.addressInput(of, row.ifindex, 1));
    }
    for (const of of this.held.values()) {
      this.#toCore(this.kernel.addressInput(of, of.ifindex, 1));
    }
  }

  /** Takes a configuration; one that the core refuses leaves the one in force. */
  #configure(config: Config): void {
    const before = this.#instances;
    const was = before.map((instance) => instance.config);
    this.#instances = config.instances.map((row, number) => {
      const instance = this.#byName.get(row.name) ?? new MachineInstance(this, row, number);
      this.#byName.set(row.name, instance);
      return instance;
    });
    this.#sockets!.setReceivers(this.#instances, config.instances);
    const interfaces = new Map(this.kernel.interfaces.map((row) => [row.name, row.ifindex]));
    const answer = this.#node!.configure(this.clockUs(), config, interfaces);
    if (answer.status === STATUS_OK) this.config = config;
    else if (this.config === null) {
      throw new VipdError(
        "scenario",
        `${this.name}: the core refuses the configuration: ${statusName(answer.status)}`,
      );
    } else {
      this.#instances = before;
      this.#sockets!.setReceivers(before, was);
    }
    const { instances } = this.config;
    this.#instances.forEach((instance, number) => instance.reconfigure(instances[number]!, number));
    const names = new Set(instances.map(({ name }) => name));
    for (const name of this.#byName.keys()) if (!names.has(name)) this.#byName.delete(name);
    this.#arm();
  }

  /** SIGHUP with changes of the file, or another file. Nothing when no process is there. */
  reload({ set, config }: Extract<Action, { do: "reload" }>): void {
    this.#file = applyEdits(config ?? this.#file, set);
    const file = this.#file;
    if (this.#node === null || this.#isStopping) return;
    this.#main.whenHears(() => {
      if (!this.#isStopping) this.#configure(file);
    });
  }

  /** kill -9: the kernel keeps what the process had. */
  kill(): void {
    if (this.#node === null) return;
    this.#endProcess("down");
  }

  /** SIGTERM. */
  shutdown(): void {
    if (this.#node === null) return;
    this.#main.whenHears(() => {
      this.#isStopping = true;
      this.#toCore({ kind: "command", command: "STOP" });
      this.#toEngine({ kind: "command", command: "STOP", keepServices: false });
    });
  }

  #stopped(): void {
    const { life } = this;
    this.#tools.at(this.#tools.nowUs, () => {
      if (this.life === life) this.kill();
    });
  }

  /** Main was silent for too long: the worker resigns and ends the process. */
  #endSilent(): void {
    this.#toCore({ kind: "command", command: "STOP" });
    this.kill();
  }

  /** The machine loses its power. */
  powerOff(): void {
    if (this.process === "off") return;
    const held = [...this.held.values()];
    this.kernel.clear();
    for (const row of this.kernel.interfaces) this.#setPort(row, false);
    this.#endProcess("off");
    for (const one of held) this.held.lose(one, "boot");
  }

  /** Nobody plays any further: gives back what others can use. */
  release(): void {
    if (this.#core !== null) giveCore(this.#tools.wasm, this.#core);
    if (this.#logMemory !== null) giveLogMemory(this.#logMemory);
    this.#core =
      this.#logMemory =
      this.#node =
      this.#sockets =
        null;
  }

  #endProcess(into: "down" | "off"): void {
    if (this.#node !== null) this.#tools.watchers.lifeEnds(this);
    this.release();
    this.config = null;
    this.#instances = [];
    this.#byName.clear();
    this.held.forgetNumbers();
    this.#moments.forget();
    this.#socketQueue.length = 0;
    this.#main.end();
    this.#isStopping = false;
    this.wakeUs = this.#dueUs = Infinity;
    // Of a machine that was frozen the kernel goes on, since somebody could kill its process.
    if (this.process === "frozen") this.#setStanding(false);
    this.#become(into);
  }

  /** SIGSTOP. */
  pause(): void {
    if (this.process !== "running") return;
    this.wakeUs = this.#dueUs = Infinity;
    this.#become("paused");
  }

  /** The hypervisor stops the guest: its kernel and its clock stand still too. */
  freeze(): void {
    if (this.process !== "running" && this.process !== "paused") return;
    this.#frozenFrom = this.process;
    this.wakeUs = this.#dueUs = Infinity;
    this.#setStanding(true);
    this.#become("frozen");
  }

  /** SIGCONT, or the guest goes on. */
  goOn(from: "paused" | "frozen"): void {
    if (this.process !== from) return;
    if (from === "frozen") this.#setStanding(false);
    // A process that was stopped in a guest is stopped when the guest goes on.
    if (from === "frozen" && this.#frozenFrom === "paused") return this.#become("paused");
    this.#become("running");
    // What waits in the sockets comes first: among it may be the advert that restarts a timer.
    for (const take of this.#socketQueue.splice(0)) take();
    this.#node?.handleTimer(this.clockUs());
    this.#main.goOn();
    this.#arm();
  }

  #setStanding(standing: boolean): void {
    this.#clock.setStanding(this.#tools.nowUs, standing);
    if (standing) return;
    this.held.watchAll();
    for (const arm of this.#frozen.splice(0)) arm();
  }

  /** Main stands still. Nothing when there is none. */
  stallMain(forUs: number): void {
    if (this.#node === null) return;
    this.#node.stallEngine(this.#main.stall(forUs));
    this.#arm();
  }

  /** The clock runs so fast from now on. */
  setClockRate(rate: number): void {
    this.#clock.setRate(this.#tools.nowUs, rate);
    this.held.watchAll();
    this.wakeUs = this.#dueUs = Infinity;
    this.#arm();
  }

  #become(process: ProcessState): void {
    const was = this.process;
    this.process = process;
    this.#tools.watchers.process(this, was);
  }

  // ---- Time ----

  /** The time of wakeUs has come. */
  wake(): void {
    this.wakeUs = this.#dueUs = Infinity;
    this.#node!.handleTimer(this.clockUs());
    this.#arm();
  }

  #arm(): void {
    if (this.process !== "running" || this.#node === null) return;
    const { watchers } = this.#tools;
    if (watchers.wantsDetail) {
      this.#moments.look(
        this.#core!,
        this.#instances,
        (instance) => watchers.detail(this, { kind: "instance", instance }),
      );
    }
    const dueUs = this.#node.nextTimeout();
    if (dueUs === this.#dueUs) return;
    this.#dueUs = dueUs;
    const { nowUs, random } = this.#tools;
    const trueUs = this.#clock.whenShows(dueUs);
    const late = this.latenessUs > 0 ? random.below(this.latenessUs + 1) : 0;
    this.wakeUs = Math.max(nowUs, trueUs) + late;
  }

  // ---- What comes in ----

  /** The worker hears of something, now or when it runs again. */
  #whenWorkerRuns(take: () => void): void {
    if (this.process === "running") return take();
    if (this.#node !== null) this.#socketQueue.push(take);
  }

  /** Main hears of something later by the machine's clock, if the process is the same then. */
  #later(afterUs: number, input: EngineInput, done: () => void = () => {}): void {
    const { life } = this;
    const dueUs = this.clockUs() + afterUs;
    const arm = () => this.#tools.at(this.#clock.whenShows(dueUs), arrive);
    const arrive = () => {
      if (this.life !== life || this.#node === null) return;
      if (this.process === "frozen") return void this.#frozen.push(arm);
      if (this.clockUs() < dueUs) return arm();
      done();
      this.#main.whenRuns(() => this.#toEngine(input));
    };
    arm();
  }

  #toCore(input: Input): void {
    this.#node?.handleCoreInput(this.clockUs(), input);
    this.#arm();
  }

  #toEngine(input: EngineInput): void {
    this.#node?.handleEngineInput(this.clockUs(), input);
    this.#arm();
  }

  /** A VRRP packet, as the core of its sender made it. */
  packet(port: Port, record: Uint8Array): void {
    // A full socket buffer drops the newest.
    if (this.#socketQueue.length >= SOCKET_QUEUE_MAX) return;
    this.#whenWorkerRuns(() => this.#takePacket(port, record));
  }

  #takePacket(port: Port, record: Uint8Array): void {
    const row = this.kernel.interfaces.find((one) => one.port === port);
    if (row === undefined || this.#node === null) return;
    const nowUs = this.clockUs();
    this.#sockets!.receive(nowUs, row, record);
    this.#node.takeOutputs(nowUs);
    this.#arm();
  }

  /** Cable in or out. */
  setLink(name: string | null, up: boolean): void {
    for (const row of this.kernel.interfaces) {
      if (name !== null && row.name !== name) continue;
      if (up) this.#unplugged.delete(row);
      else this.#unplugged.add(row);
      const isUp = up && this.process !== "off";
      if (row.port.up === isUp) continue;
      this.#setPort(row, isUp);
      // A process that stands still hears of each change, a frozen kernel of what there is then.
      const input = this.process === "frozen" ? null : this.kernel.linkInput(row);
      this.#whenWorkerRuns(() => this.#toCore(input ?? this.kernel.linkInput(row)));
    }
  }

  #setPort(row: KernelInterface, up: boolean): void {
    if (row.port.up === up) return;
    row.port.up = up;
    this.#tools.watchers.detail(this, { kind: "link", interface: row.name, up });
  }

  /** Somebody else removes an address that vipd holds. */
  removeAddress(address: string): void {
    const held = this.held.get(address);
    if (held !== undefined) this.held.lose(held, "foreign");
  }

  // ---- What goes out ----

  effect(kind: number, size: number): void {
    const { digest, nowUs } = this.#tools;
    digest.core(nowUs, this.#core!);
    this.#sockets!.carryOut(kind, size);
  }

  /** The kernel got or lost an address; what the process did not do itself, it hears. */
  #addressChanged(held: HeldAddress, isHeld: boolean, why: AddressCause): void {
    this.#tools.watchers.address(this, held.address, isHeld, why);
    if (why !== "lease" && why !== "foreign") return;
    this.#whenWorkerRuns(() => this.#toCore(this.kernel.addressInput(held, held.ifindex, 0)));
  }

  record(record: CoreRecord): void {
    // From here on the numbers of addresses are those of the new configuration.
    if (record.kind === "notice" && record.notice === "CONFIG_COMMITTED") this.held.forgetNumbers();
    const { digest, watchers, nowUs } = this.#tools;
    digest.core(nowUs, this.#core!);
    if (record.kind === "transition" && record.subject === "INSTANCE") {
      this.#byName.get(record.instanceName ?? "")?.take(record, nowUs);
    }
    watchers.record(this, record);
  }

  engine(output: EngineOutput): void {
    const tools = this.#tools;
    tools.digest.engine(tools.nowUs, output);
    tools.watchers.engine(this, output);
    this.#effects.carryOut(output);
  }
}
