// One node: the core and the engine joined. The two routing functions are what the daemon uses on
// its rings; Node is the whole of a simulated node: two bounded queues between the halves, drained
// core first, then engine, until both are empty. A queue's delay and a main thread that stands
// still are parameters, so that a scenario can ask what they do.
// This module is browser safe.

import { VipdError } from "../base/errors.ts";
import type { Config } from "../conf/model.ts";
import { type Input, type Output, OUTPUT_TRANSITION, STATUS_OK } from "../core/abi.gen.ts";
import type { CoreRecord, EngineInput, EngineOutput, HostIdentity } from "./contract.ts";
import { buildCoreConfig } from "./core_config.ts";
import { RecordNamer } from "./names.ts";

/** Inputs that wait between the halves; one more and the oldest is lost and counted. */
export const NODE_QUEUE_MAX = 4096;
/** Refusals of the core that are noted. */
export const NODE_REFUSAL_MAX = 64;
/** Rounds of draining at one time; more means that the halves answer each other for ever. */
export const NODE_ROUNDS_MAX = 256;

/** What the engine has to hear of a record of the core; null = nothing. */
export function engineInputOf(record: CoreRecord): EngineInput | null {
  return record.kind === "transition" ? { kind: "transition", record } : null;
}

/** What the core has to hear of an output of the engine; null = nothing. */
export function coreInputOf(output: EngineOutput): Input | null {
  if (output.kind !== "tracker") return null;
  const { tracker, state, value } = output;
  return { kind: "tracker", tracker, state, value };
}

/** A core as the node drives it (host/core's handle has this shape). */
export interface CoreHandle {
  handleInput(nowUs: number, input: Input): number;
  /** Hands in a timer record. */
  fire(nowUs: number): number;
  /** Makes the next output stand at the core's output buffer: its bytes, 0 = none. */
  poll(): number;
  /** OUTPUT_ code of that output, and the output as an object. */
  outputKind(): number;
  output(): Output;
  nextTimeout(): number;
}

/** An engine as the node drives it. */
export interface EngineHandle {
  handleInput(nowUs: number, input: EngineInput): void;
  pollOutput(): EngineOutput | null;
  nextTimeout(): number;
}

/**
 * Who carries out what a node gives out: everything but what the halves tell each other alone. Called
 * while the node works: it must not hand anything in before the node's method has returned.
 */
export interface NodeSink {
  /** A packet, frame or address: the record of `size` bytes stands at the core's output buffer. */
  effect(kind: number, size: number): void;
  /** A record that a person reads. */
  record(record: CoreRecord): void;
  engine(output: EngineOutput): void;
}

/** What became of a configuration. */
export interface ConfigureAnswer {
  /** Interfaces that the configuration names and the node does not have. */
  missingInterfaces: string[];
  /** STATUS_ code of the first record that the core refused; STATUS_OK: it is in force. */
  status: number;
}

/** Parameters of a node. */
export interface NodeOptions {
  core: CoreHandle;
  engine: EngineHandle;
  sink: NodeSink;
  host: HostIdentity;
  /** How long a message between the halves is under way, microseconds. */
  queueDelayUs: number;
}

interface Waiting<T> {
  dueUs: number;
  input: T;
}

/** A simulated node. */
export class Node {
  readonly core: CoreHandle;
  readonly engine: EngineHandle;
  /** Messages lost because a queue was full. */
  overruns = 0;
  /** Inputs of main that the core refused: the first NODE_REFUSAL_MAX, status codes in order. */
  readonly refusals: { input: Input["kind"]; status: number }[] = [];
  readonly #namer = new RecordNamer();
  readonly #sink: NodeSink;
  readonly #host: HostIdentity;
  readonly #queueDelayUs: number;
  readonly #toCore: Waiting<Input>[] = [];
  readonly #toEngine: Waiting<EngineInput>[] = [];
  #stalledUntilUs = 0;
  #generation = 0;

  constructor(options: NodeOptions) {
    this.core = options.core;
    this.engine = options.engine;
    this.#sink = options.sink;
    this.#host = options.host;
    this.#queueDelayUs = options.queueDelayUs;
  }

  /** Messages between the halves that wait. */
  get queueLength(): number {
    return this.#toCore.length + this.#toEngine.length;
  }

  /** Starts with a configuration, or reloads. One that the core refuses changes nothing. */
  configure(
    nowUs: number,
    config: Config,
    interfaces: ReadonlyMap<string, number>,
  ): ConfigureAnswer {
    const generation = ++this.#generation;
    const previous = this.#namer.current;
    const { records, index, missingInterfaces } = buildCoreConfig(config, {
      generation,
      interfaces,
      previous,
    });
    this.#namer.stage(index);
    // What main sent before is before it in the ring, and its numbers are those of before.
    this.#drainCore(Infinity, nowUs);
    for (const input of records) {
      const status = this.core.handleInput(nowUs, input);
      if (status === STATUS_OK) continue;
      this.#refused(input, status);
      this.#namer.discard(generation);
      this.#takeCoreOutputs(nowUs);
      this.#drain(nowUs);
      return { missingInterfaces, status };
    }
    const host = this.#host;
    this.#push(this.#toEngine, nowUs, { kind: "configure", generation, config, index, host });
    this.#takeCoreOutputs(nowUs);
    this.#drain(nowUs);
    return { missingInterfaces, status: STATUS_OK };
  }

  /**
   * An event that the worker hears itself: link, address, the word to stop. It waits behind no message
   * of main.
   */
  handleCoreInput(nowUs: number, input: Input): void {
    this.#tellCore(nowUs, input);
    this.#drain(nowUs);
  }

  /** An event for the engine: a result, a command. */
  handleEngineInput(nowUs: number, input: EngineInput): void {
    this.#push(this.#toEngine, nowUs, input);
    this.#drain(nowUs);
  }

  /**
   * Takes what came of a record that the caller itself handed to the core (a packet: what the worker
   * reads from its sockets needs no queue).
   */
  takeOutputs(nowUs: number): void {
    this.#takeCoreOutputs(nowUs);
    this.#drain(nowUs);
  }

  /** Time alone. */
  handleTimer(nowUs: number): void {
    if (this.core.nextTimeout() <= nowUs) {
      this.core.fire(nowUs);
      this.#takeCoreOutputs(nowUs);
    }
    this.#drain(nowUs);
    // A timer is no message: it does not wait behind one that is still under way.
    if (this.engine.nextTimeout() > nowUs || nowUs < this.#stalledUntilUs) return;
    this.#tellEngine(nowUs, { kind: "timer" });
    this.#drain(nowUs);
  }

  /** Main stands still until then: the engine hears nothing, the core goes on. */
  stallEngine(untilUs: number): void {
    this.#stalledUntilUs = Math.max(this.#stalledUntilUs, untilUs);
  }

  /** When to call handleTimer next: microseconds, or Infinity. */
  nextTimeout(): number {
    const engine = Math.min(this.#toEngine[0]?.dueUs ?? Infinity, this.engine.nextTimeout());
    return Math.min(
      this.core.nextTimeout(),
      this.#toCore[0]?.dueUs ?? Infinity,
      Math.max(engine, this.#stalledUntilUs),
    );
  }

  #push<T>(queue: Waiting<T>[], dueUs: number, input: T): void {
    if (queue.length >= NODE_QUEUE_MAX) {
      queue.shift();
      this.overruns++;
    }
    queue.push({ dueUs, input });
  }

  #drain(nowUs: number): void {
    // What waits already, after a stall, is no answer.
    const most = NODE_ROUNDS_MAX + this.queueLength;
    for (let round = 0; round < most; round++) {
      const worked = this.#drainCore(nowUs, nowUs) || this.#drainEngine(nowUs);
      if (!worked) return;
    }
    throw new VipdError("NODE_LOOP", "core and engine answer each other without end");
  }

  /** Hands the core what is due until then; false: nothing was. */
  #drainCore(untilUs: number, nowUs: number): boolean {
    const next = takeDue(this.#toCore, untilUs);
    if (next === null) return false;
    for (let input: Input | null = next; input !== null; input = takeDue(this.#toCore, untilUs)) {
      this.#tellCore(nowUs, input);
    }
    return true;
  }

  #tellCore(nowUs: number, input: Input): void {
    const status = this.core.handleInput(nowUs, input);
    if (status !== STATUS_OK) this.#refused(input, status);
    this.#takeCoreOutputs(nowUs);
  }

  #takeCoreOutputs(nowUs: number): void {
    const { core } = this;
    for (let size = core.poll(); size > 0; size = core.poll()) {
      const kind = core.outputKind();
      if (kind < OUTPUT_TRANSITION) this.#sink.effect(kind, size);
      else this.#takeRecord(nowUs, core.output());
    }
  }

  #refused(input: Input, status: number): void {
    if (this.refusals.length < NODE_REFUSAL_MAX) this.refusals.push({ input: input.kind, status });
  }

  #takeRecord(nowUs: number, output: Output): void {
    const record = this.#namer.name(output);
    if (record === null) return;
    const input = engineInputOf(record);
    if (input !== null) this.#push(this.#toEngine, nowUs + this.#queueDelayUs, input);
    this.#sink.record(record);
  }

  #drainEngine(nowUs: number): boolean {
    if (nowUs < this.#stalledUntilUs) return false;
    const next = takeDue(this.#toEngine, nowUs);
    if (next === null) return false;
    this.#tellEngine(nowUs, next);
    return true;
  }

  #tellEngine(nowUs: number, input: EngineInput): void {
    this.engine.handleInput(nowUs, input);
    for (
      let output = this.engine.pollOutput();
      output !== null;
      output = this.engine.pollOutput()
    ) {
      const input = coreInputOf(output);
      if (input !== null) this.#push(this.#toCore, nowUs + this.#queueDelayUs, input);
      this.#sink.engine(output);
    }
  }
}

function takeDue<T>(queue: Waiting<T>[], nowUs: number): T | null {
  const first = queue[0];
  if (first === undefined || first.dueUs > nowUs) return null;
  queue.shift();
  return first.input;
}
