// The handle of one core: loads the wasm, owns its memory and turns records into objects and back.
// The loop is the same everywhere: handleInput(now, input), drain the outputs, come back at
// nextTimeout(). Hot callers write the record themselves and use handle(now, size) and poll().
// This module is browser safe.

import { joinBytes } from "../base/bytes.ts";
import { VipdError } from "../base/errors.ts";
import {
  ABI_VERSION,
  GROUP_MAX,
  type Input,
  INPUT_SIZE_MAX,
  INPUT_TIMER,
  INSTANCE_MAX,
  type InstanceStatus,
  INTERFACE_ADDRESS_MAX,
  INTERFACE_MAX,
  type Output,
  OUTPUT_SIZE_MAX,
  readInstanceStatus,
  readOutput,
  REFUSED_SENDER_MAX,
  STATUS_COUNT,
  STATUS_OK,
  type StatusName,
  statusName,
  TIMER_INPUT_SIZE,
  TRACK_MAX,
  TRACKER_MAX,
  VIP_MAX,
  writeInput,
} from "./abi.gen.ts";
import { growTo, instantiateCore } from "./instantiate.ts";

/** Sizes of a core's tables, fixed at its creation. What does not fit is refused with a status. */
export interface CoreCounts {
  instances: number;
  vips: number;
  trackers: number;
  tracks: number;
  groups: number;
  interfaces: number;
  /** Addresses of interfaces, without those that the core adds itself. */
  addresses: number;
  /** Senders of refused packets that are remembered. */
  senders: number;
}

/** The largest core: what the daemon runs, so that any reload fits. */
export const CORE_COUNTS_MAX: CoreCounts = {
  instances: INSTANCE_MAX,
  vips: VIP_MAX,
  trackers: TRACKER_MAX,
  tracks: TRACK_MAX,
  groups: GROUP_MAX,
  interfaces: INTERFACE_MAX,
  addresses: INTERFACE_ADDRESS_MAX,
  senders: REFUSED_SENDER_MAX,
};

/** A core for a simulated node of a few instances: its checkpoints have some 50 KiB. */
export const CORE_COUNTS_SMALL: CoreCounts = {
  instances: 8,
  vips: 32,
  trackers: 16,
  tracks: 32,
  groups: 4,
  interfaces: 4,
  addresses: 16,
  senders: 8,
};

/** How a core is made. */
export interface CoreOptions {
  /** Low and high word of the seed, each 0..2^32-1; it is kept in the core's memory. */
  seed?: readonly [number, number];
  counts?: CoreCounts;
}

/** What the wasm exports (core-as/assembly/index.ts). A u32 arrives as a signed number. */
interface CoreExports {
  bytesNeeded(...counts: number[]): number;
  init(...countsAndSeed: number[]): number;
  inputBuffer(): number;
  outputBuffer(): number;
  handleInput(now: number, size: number): number;
  pollOutput(): number;
  nextTimeout(): number;
  instanceStatus(instance: number): number;
  instanceTimer(instance: number, timer: number): number;
  secretAddress(bank: number, instance: number): number;
  memoryUsed(): number;
  statusCounters(): number;
  assertCode(): number;
}

/** Timers of an instance (core-as/assembly/vrrp/timers.ts). */
const TIMER_PROTOCOL = 0;
const TIMER_PREEMPT = 1;

/** First word of a checkpoint: "VCP1". */
const CHECKPOINT_MAGIC = 0x31504356;
/** Words before the bytes: magic, ABI version, eight counts, seed low and high, bytes used. */
const CHECKPOINT_WORDS = 13;

function countsInOrder(counts: CoreCounts): number[] {
  const { instances, vips, trackers, tracks, groups, interfaces, addresses, senders } = counts;
  return [instances, vips, trackers, tracks, groups, interfaces, addresses, senders];
}

/** One core with its own memory. */
export class Core {
  /** The core's memory; never grows after create. */
  readonly memory: WebAssembly.Memory;
  readonly counts: CoreCounts;
  readonly seed: readonly [number, number];
  /** Offset of the input buffer, INPUT_SIZE_MAX bytes. */
  readonly inputAddress: number;
  /** Offset of the output buffer, OUTPUT_SIZE_MAX bytes. */
  readonly outputAddress: number;
  readonly #exports: CoreExports;
  readonly #view: DataView;
  readonly #bytes: Uint8Array;

  private constructor(exports: CoreExports, memory: WebAssembly.Memory, options: CoreOptions) {
    this.#exports = exports;
    this.memory = memory;
    this.counts = options.counts ?? CORE_COUNTS_MAX;
    this.seed = options.seed ?? [0, 0];
    const counts = countsInOrder(this.counts);
    const needed = exports.bytesNeeded(...counts) >>> 0;
    if (needed === 0) {
      throw new VipdError("core_counts", `the core refuses these table sizes: ${counts}`, {
        hint: "keep each below its limit in core-as/assembly/abi/limits.ts",
      });
    }
    growTo(memory, needed);
    const status = exports.init(...counts, this.seed[0], this.seed[1]);
    if (status !== STATUS_OK) {
      throw new VipdError("core_init", `the core does not start: ${statusName(status)}`);
    }
    this.inputAddress = exports.inputBuffer();
    this.outputAddress = exports.outputBuffer();
    this.#view = new DataView(memory.buffer);
    this.#bytes = new Uint8Array(memory.buffer);
  }

  /**
   * Makes a core from the wasm's bytes or a ready module. Throws VipdError `core_abi` when the wasm is
   * not of this program's ABI, `core_counts` or `core_init`.
   */
  static create(wasm: WebAssembly.Module | BufferSource, options: CoreOptions = {}): Core {
    const { exports, memory } = instantiateCore<CoreExports>(wasm);
    return new Core(exports, memory, options);
  }

  /** Makes a core that goes on where a checkpoint was taken. Throws as create and restore do. */
  static fromCheckpoint(wasm: WebAssembly.Module | BufferSource, checkpoint: Uint8Array): Core {
    const head = readCheckpointHead(checkpoint);
    const core = Core.create(wasm, { counts: head.counts, seed: head.seed });
    core.restore(checkpoint);
    return core;
  }

  /**
   * Takes the record that stands at inputAddress: `size` bytes, at `now` microseconds of the node's
   * monotonic clock. Answers a STATUS_ code.
   */
  handle(now: number, size: number): number {
    return this.#exports.handleInput(now, size);
  }

  /** Takes a record. Throws RangeError when an address in it is not one. */
  handleInput(now: number, input: Input): number {
    return this.handle(now, writeInput(this.#view, this.inputAddress, input));
  }

  /** Takes a record's bytes, whatever they are. Throws RangeError beyond INPUT_SIZE_MAX. */
  handleInputBytes(now: number, record: Uint8Array): number {
    if (record.length > INPUT_SIZE_MAX) {
      throw new RangeError(`an input record has at most ${INPUT_SIZE_MAX} bytes`);
    }
    this.#bytes.set(record, this.inputAddress);
    return this.handle(now, record.length);
  }

  /** Makes the next output record stand at outputAddress; its bytes, 0 when there is none. */
  poll(): number {
    return this.#exports.pollOutput();
  }

  /** Hands in a timer record. Answers a STATUS_ code. */
  fire(now: number): number {
    this.#view.setUint32(this.inputAddress, INPUT_TIMER, true);
    this.#view.setUint32(this.inputAddress + 4, TIMER_INPUT_SIZE, true);
    return this.handle(now, TIMER_INPUT_SIZE);
  }

  /** OUTPUT_ code of the record that the last poll() made. */
  outputKind(): number {
    return this.#view.getUint32(this.outputAddress, true);
  }

  /** The record that the last poll() made, as an object. */
  output(): Output {
    return readOutput(this.#view, this.outputAddress);
  }

  /** The next output record, or null when there is none. */
  pollOutput(): Output | null {
    return this.poll() === 0 ? null : this.output();
  }

  /** All outputs that wait, in order. */
  drain(): Output[] {
    const outputs: Output[] = [];
    for (let next = this.pollOutput(); next !== null; next = this.pollOutput()) outputs.push(next);
    return outputs;
  }

  /** When to hand in a timer record if nothing else comes: microseconds, Infinity = never. */
  nextTimeout(): number {
    return this.#exports.nextTimeout();
  }

  /** Offset of an instance's InstanceStatus in the memory; 0 when there is none of that number. */
  statusAddress(instance: number): number {
    return this.#exports.instanceStatus(instance);
  }

  /** State and statistics of an instance, or null. */
  instanceStatus(instance: number): InstanceStatus | null {
    const at = this.statusAddress(instance);
    return at === 0 ? null : readInstanceStatus(this.#view, at);
  }

  /** When the advert timer (MASTER) or the master down timer (BACKUP) is due, microseconds; -1: not set. */
  protocolTimerUs(instance: number): number {
    return this.#exports.instanceTimer(instance, TIMER_PROTOCOL);
  }

  /** When preempt_delay is over, microseconds; -1: it is not waited for. */
  preemptTimerUs(instance: number): number {
    return this.#exports.instanceTimer(instance, TIMER_PREEMPT);
  }

  /**
   * The eight bytes of the passwords that the memory holds, as views: of each instance that the tables
   * have room for, in the configuration in force and in the other one. Most are zeros. Written into by
   * those who mask a checkpoint.
   */
  secrets(): Uint8Array[] {
    const found: Uint8Array[] = [];
    for (const bank of [0, 1]) {
      for (let instance = 0; instance < this.counts.instances; instance++) {
        const at = this.#exports.secretAddress(bank, instance);
        if (at !== 0) found.push(this.#bytes.subarray(at, at + 8));
      }
    }
    return found;
  }

  /** How often each status was answered, those that never were left out. */
  statusCounters(): Partial<Record<StatusName, number>> {
    const at = this.#exports.statusCounters();
    const counters: Partial<Record<StatusName, number>> = {};
    for (let status = 1; status < STATUS_COUNT; status++) {
      const count = this.#view.getUint32(at + 4 * status, true);
      if (count > 0) counters[statusName(status)] = count;
    }
    return counters;
  }

  /** Number of the assertion that trapped, 0 = none. */
  assertCode(): number {
    return this.#exports.assertCode();
  }

  /**
   * The node's whole state: a head with the table sizes, then the used memory without the two
   * buffers. Outputs that wait are part of it.
   */
  checkpoint(): Uint8Array {
    return joinBytes(this.checkpointParts());
  }

  /** The same in parts that follow each other, each from a multiple of 4 on; all but the first are views. */
  checkpointParts(): Uint8Array[] {
    const used = this.#exports.memoryUsed();
    const behind = this.outputAddress + OUTPUT_SIZE_MAX;
    const bytes = new Uint8Array(4 * CHECKPOINT_WORDS);
    const head = new DataView(bytes.buffer);
    [
      CHECKPOINT_MAGIC,
      ABI_VERSION,
      ...countsInOrder(this.counts),
      this.seed[0],
      this.seed[1],
      used,
    ].forEach((word, i) => head.setUint32(4 * i, word, true));
    return [bytes, this.#bytes.subarray(0, this.inputAddress), this.#bytes.subarray(behind, used)];
  }

  /**
   * Takes over the state of a checkpoint of a core of the same sizes. Throws VipdError `checkpoint`
   * when it is none or does not fit; then nothing changed.
   */
  restore(checkpoint: Uint8Array): void {
    const head = readCheckpointHead(checkpoint);
    const used = this.#exports.memoryUsed();
    const behind = this.outputAddress + OUTPUT_SIZE_MAX;
    const headSize = 4 * CHECKPOINT_WORDS;
    const same = countsInOrder(head.counts).join() === countsInOrder(this.counts).join();
    if (!same || head.used !== used) {
      throw new VipdError("checkpoint", "the checkpoint is of a core with other table sizes");
    }
    if (checkpoint.length !== headSize + this.inputAddress + (used - behind)) {
      throw new VipdError("checkpoint", "the checkpoint is cut off");
    }
    this.#bytes.set(checkpoint.subarray(headSize, headSize + this.inputAddress), 0);
    this.#bytes.set(checkpoint.subarray(headSize + this.inputAddress), behind);
  }
}

interface CheckpointHead {
  counts: CoreCounts;
  seed: [number, number];
  used: number;
}

function readCheckpointHead(checkpoint: Uint8Array): CheckpointHead {
  if (checkpoint.length < 4 * CHECKPOINT_WORDS) {
    throw new VipdError("checkpoint", "too short to be a checkpoint of the core");
  }
  const view = new DataView(checkpoint.buffer, checkpoint.byteOffset);
  const word = (i: number) => view.getUint32(4 * i, true);
  if (word(0) !== CHECKPOINT_MAGIC) {
    throw new VipdError("checkpoint", "this is no checkpoint of the core");
  }
  if (word(1) !== ABI_VERSION) {
    throw new VipdError(
      "checkpoint",
      `the checkpoint has ABI version ${word(1)}, this program ${ABI_VERSION}`,
    );
  }
  return {
    counts: {
      instances: word(2),
      vips: word(3),
      trackers: word(4),
      tracks: word(5),
      groups: word(6),
      interfaces: word(7),
      addresses: word(8),
      senders: word(9),
    },
    seed: [word(10), word(11)],
    used: word(12),
  };
}
