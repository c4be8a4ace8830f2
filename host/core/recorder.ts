// A core that remembers: every input with its time, its status and the hash of what came out of it, in
// a log buffer that holds a checkpoint in front of them. Has the shape of Core, so that the wire worker
// and the simulator drive it alike. Its caller drains the outputs after every input, as the contract
// says; the entry of one that did not has an open hash.
// This module is browser safe.

import {
  type Input,
  INPUT_SIZE_MAX,
  INPUT_TIMER,
  type InstanceStatus,
  type Output,
  type StatusName,
  TIMER_INPUT_SIZE,
  writeInput,
} from "./abi.gen.ts";
import type { Core } from "./core.ts";
import type { LogBuffer } from "./log_buffer.ts";
import type { LogEntry } from "./log_entry.ts";
import { hashOutput, OUTPUT_HASH_OPEN, OUTPUT_HASH_START } from "./output_hash.ts";

/** A checkpoint is left for later while the next timer is due within this, microseconds. */
export const CHECKPOINT_QUIET_US = 5_000;

/** A core and its log. */
export class RecordedCore {
  readonly core: Core;
  readonly memory: WebAssembly.Memory;
  readonly inputAddress: number;
  readonly outputAddress: number;
  readonly #log: LogBuffer;
  readonly #view: DataView;
  readonly #words: Int32Array;
  readonly #outputWords: Uint32Array;
  #hash = OUTPUT_HASH_START;
  /** The last input's outputs are polled to the end. */
  #isDrained = true;
  /** They began behind those of an input before that was not drained. */
  #isMixed = false;
  #nowUs: number;

  /** Begins the log with a checkpoint of the core as it is at `nowUs`. */
  constructor(core: Core, log: LogBuffer, nowUs: number) {
    this.core = core;
    this.memory = core.memory;
    this.inputAddress = core.inputAddress;
    this.outputAddress = core.outputAddress;
    this.#log = log;
    this.#view = new DataView(core.memory.buffer);
    this.#words = new Int32Array(core.memory.buffer);
    this.#outputWords = new Uint32Array(core.memory.buffer);
    this.#nowUs = nowUs;
    this.#begin();
  }

  /** Core.handle, logged: also when it traps. */
  handle(nowUs: number, size: number): number {
    const log = this.#log;
    if (!this.#isDrained) {
      log.close(OUTPUT_HASH_OPEN);
      this.#isMixed = true;
    }
    if (log.needsCheckpoint) this.#begin();
    this.#isDrained = false;
    this.#hash = OUTPUT_HASH_START;
    this.#nowUs = nowUs;
    // A record that is no record by its size gets its status by size alone.
    const length = size > 0 && size <= INPUT_SIZE_MAX ? size : 0;
    log.append(nowUs, this.#words, this.inputAddress >>> 2, length);
    const status = this.core.handle(nowUs, size);
    log.setStatus(status);
    return status;
  }

  /** Core.handleInput, logged. */
  handleInput(nowUs: number, input: Input): number {
    return this.handle(nowUs, writeInput(this.#view, this.inputAddress, input));
  }

  /** Core.fire, logged. */
  fire(nowUs: number): number {
    this.#view.setUint32(this.inputAddress, INPUT_TIMER, true);
    this.#view.setUint32(this.inputAddress + 4, TIMER_INPUT_SIZE, true);
    return this.handle(nowUs, TIMER_INPUT_SIZE);
  }

  /** Core.poll, logged. */
  poll(): number {
    const size = this.core.poll();
    if (size > 0) {
      this.#hash = hashOutput(this.#hash, this.#outputWords, this.outputAddress, size);
    } else if (!this.#isDrained) {
      this.#isDrained = true;
      this.#log.close(this.#isMixed ? OUTPUT_HASH_OPEN : this.#hash);
      this.#isMixed = false;
    }
    return size;
  }

  /** Core.pollOutput, logged. */
  pollOutput(): Output | null {
    return this.poll() === 0 ? null : this.core.output();
  }

  /** Core.outputKind. */
  outputKind(): number {
    return this.core.outputKind();
  }

  /** Core.output. */
  output(): Output {
    return this.core.output();
  }

  /** Core.nextTimeout. */
  nextTimeout(): number {
    return this.core.nextTimeout();
  }

  /** Core.statusAddress. */
  statusAddress(instance: number): number {
    return this.core.statusAddress(instance);
  }

  /** Core.instanceStatus. */
  instanceStatus(instance: number): InstanceStatus | null {
    return this.core.instanceStatus(instance);
  }

  /** Core.statusCounters. */
  statusCounters(): Partial<Record<StatusName, number>> {
    return this.core.statusCounters();
  }

  /** Core.assertCode. */
  assertCode(): number {
    return this.core.assertCode();
  }

  /** Core.checkpoint. */
  checkpoint(): Uint8Array {
    return this.core.checkpoint();
  }

  /** Number of the next input. */
  get sequence(): number {
    return this.#log.sequence;
  }

  /**
   * Takes the next checkpoint early when the log is nearly full and no timer is due soon; call it when
   * there is nothing to do. Otherwise the input that finds the log full pays for it.
   */
  tend(nowUs: number): void {
    if (!this.#log.wantsCheckpoint || !this.#isDrained) return;
    if (this.core.nextTimeout() - nowUs > CHECKPOINT_QUIET_US) this.#begin();
  }

  #begin(): void {
    this.#log.begin(this.core.checkpointParts(), this.#nowUs);
  }
}

/** What an entry gave when it was played again. */
export interface Replayed {
  status: number;
  outputHash: number;
}

/**
 * Hands the input of an entry to a core and drains it. `output` is called with the size of each output
 * while it stands at core.outputAddress. Throws what the core throws (a trap).
 */
export function replayEntry(
  core: Core,
  entry: LogEntry,
  output: ((size: number) => void) | null = null,
): Replayed {
  const words = new Uint32Array(core.memory.buffer);
  const status = core.handleInputBytes(entry.nowUs, entry.input);
  let hash = OUTPUT_HASH_START;
  for (let size = core.poll(); size > 0; size = core.poll()) {
    hash = hashOutput(hash, words, core.outputAddress, size);
    output?.(size);
  }
  return { status, outputHash: hash };
}

/** Whether a replay gave what the entry says; of an open entry what it does not say counts as equal. */
export function isSame(entry: LogEntry, replayed: Replayed): boolean {
  const { status, outputHash } = entry;
  if (outputHash === OUTPUT_HASH_OPEN) return true;
  return status === replayed.status && outputHash === replayed.outputHash;
}
