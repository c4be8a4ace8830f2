// The shared memory between main and the wire worker: control words, the mirror of the addresses
// the worker holds, the status page of the instances, the two rings, and the core's log. Main makes it,
// the worker gets it in its first and only message.

import { INSTANCE_MAX, INSTANCE_STATUS_SIZE, VIP_MAX } from "../core/abi.gen.ts";
import { CORE_LOG_LAYOUT, logBufferSize } from "../core/log_buffer.ts";
import { CONTROL_WORD } from "./control_words.ts";
import { Ring } from "./ring.ts";

/** Bytes of the ring from main to the worker. A configuration of 1,024 instances fits in chunks. */
export const RING_TO_WIRE_SIZE = 1 << 20;
/** Bytes of the ring from the worker to main: some 8,000 reason records. */
export const RING_TO_MAIN_SIZE = 1 << 20;
/** Bytes of one row of the mirror. */
export const HELD_ADDRESS_SIZE = 32;

/** Control words (Int32 each): those of every worker, and the wire worker's own. */
export const WORD = {
  ...CONTROL_WORD,
  /** Rows of the mirror in use at the most. */
  HELD_COUNT: 4,
  /** Instances on the status page. */
  INSTANCE_COUNT: 5,
  /** Loops of the worker, modulo 2^31. */
  LOOPS: 7,
  /** Largest lateness of a timer since the start, microseconds. */
  LATENESS_MAX_US: 8,
  /** Lateness of the last timer, microseconds. */
  LATENESS_US: 9,
  /** Real-time priority in force (SCHED_FIFO); 0 = none. */
  FIFO: 10,
} as const;

const WORDS_SIZE = 256;

/** An address that the worker has put on an interface. */
export interface HeldAddress {
  ifindex: number;
  family: number;
  prefixLength: number;
  /** 4 or 16 bytes, network order. */
  bytes: Uint8Array;
}

/** Both threads' view of the shared memory. */
export class Shared {
  readonly buffer: SharedArrayBuffer;
  readonly words: Int32Array;
  readonly toWorker: Ring;
  readonly toMain: Ring;
  /** The core's log (log_buffer.ts, CORE_LOG_LAYOUT): the worker writes, main reads, also after its death. */
  readonly log: Uint8Array;
  readonly #held: DataView;
  readonly #status: DataView;
  readonly #statusSequence: Int32Array;

  /** Over an existing buffer, or a new one. */
  constructor(buffer?: SharedArrayBuffer) {
    const heldSize = VIP_MAX * HELD_ADDRESS_SIZE;
    const statusSize = INSTANCE_MAX * INSTANCE_STATUS_SIZE;
    const sequenceSize = INSTANCE_MAX * 4;
    const size = WORDS_SIZE + heldSize + statusSize + sequenceSize + RING_TO_WIRE_SIZE +
      RING_TO_MAIN_SIZE + logBufferSize(CORE_LOG_LAYOUT);
    this.buffer = buffer ?? new SharedArrayBuffer(size);
    this.words = new Int32Array(this.buffer, 0, WORDS_SIZE / 4);
    let at = WORDS_SIZE;
    this.#held = new DataView(this.buffer, at, heldSize);
    at += heldSize;
    this.#status = new DataView(this.buffer, at, statusSize);
    at += statusSize;
    this.#statusSequence = new Int32Array(this.buffer, at, INSTANCE_MAX);
    at += sequenceSize;
    this.toWorker = new Ring(this.buffer, at, RING_TO_WIRE_SIZE);
    this.toMain = new Ring(this.buffer, at + RING_TO_WIRE_SIZE, RING_TO_MAIN_SIZE);
    at += RING_TO_WIRE_SIZE + RING_TO_MAIN_SIZE;
    this.log = new Uint8Array(this.buffer, at, logBufferSize(CORE_LOG_LAYOUT));
  }

  /** Reads a control word. */
  get(word: number): number {
    return Atomics.load(this.words, word);
  }

  /** Writes a control word. */
  set(word: number, value: number): void {
    Atomics.store(this.words, word, value);
  }

  /** Worker: notes in row `row` that it holds an address, before it asks the kernel for it. */
  hold(row: number, address: HeldAddress): void {
    const at = row * HELD_ADDRESS_SIZE;
    this.#held.setUint32(at + 4, address.ifindex, true);
    this.#held.setUint32(at + 8, address.prefixLength, true);
    new Uint8Array(this.buffer, this.#held.byteOffset + at + 16, 16).fill(0);
    new Uint8Array(this.buffer, this.#held.byteOffset + at + 16, 16).set(address.bytes);
    this.#held.setUint32(at, address.family, true);
    if (row >= this.get(WORD.HELD_COUNT)) this.set(WORD.HELD_COUNT, row + 1);
  }

  /** Worker: the address of row `row` is gone. */
  release(row: number): void {
    this.#held.setUint32(row * HELD_ADDRESS_SIZE, 0, true);
  }

  /** Main: the addresses that the worker holds, for the case that the worker is dead. */
  heldAddresses(): HeldAddress[] {
    const held: HeldAddress[] = [];
    for (let row = 0; row < this.get(WORD.HELD_COUNT); row++) {
      const at = row * HELD_ADDRESS_SIZE;
      const family = this.#held.getUint32(at, true);
      if (family === 0) continue;
      const length = family === 2 ? 4 : 16;
      held.push({
        family,
        ifindex: this.#held.getUint32(at + 4, true),
        prefixLength: this.#held.getUint32(at + 8, true),
        bytes: new Uint8Array(this.buffer, this.#held.byteOffset + at + 16, length).slice(),
      });
    }
    return held;
  }

  /** Worker: publishes the status row of an instance, a copy of the core's InstanceStatus bytes. */
  publishStatus(instance: number, bytes: Uint8Array): void {
    Atomics.add(this.#statusSequence, instance, 1);
    const at = this.#status.byteOffset + instance * INSTANCE_STATUS_SIZE;
    new Uint8Array(this.buffer, at, INSTANCE_STATUS_SIZE).set(bytes);
    Atomics.add(this.#statusSequence, instance, 1);
  }

  /**
   * Main: a consistent copy of an instance's status row, for readInstanceStatus(). Null while the
   * worker writes it each of STATUS_READ_TRIES times we look.
   */
  readStatus(instance: number): DataView | null {
    for (let i = 0; i < STATUS_READ_TRIES; i++) {
      const before = Atomics.load(this.#statusSequence, instance);
      if (before % 2 !== 0) continue;
      const at = this.#status.byteOffset + instance * INSTANCE_STATUS_SIZE;
      const copy = new Uint8Array(this.buffer, at, INSTANCE_STATUS_SIZE).slice();
      // Adding nothing, and not a load: that alone would let the copy's reads come after it (ARM).
      const after = Atomics.add(this.#statusSequence, instance, 0);
      if (before === after) return new DataView(copy.buffer);
    }
    return null;
  }
}

/** How often main looks at a status row that is being written. */
const STATUS_READ_TRIES = 1000;
