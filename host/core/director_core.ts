// The handle of one user-space director: the same wasm as Core, started as a director
// (core-as/assembly/lvs). Records and outputs are driven as in core.ts; frames take the fast path:
// put one at frameAddress, call frame(), look at the verdict. No call of it makes garbage.
// This module is browser safe.

import { VipdError } from "../base/errors.ts";
import {
  CONNECTION_MAX,
  type DestinationStatus,
  DIRECTOR_VERDICT,
  type DirectorStatus,
  FRAME_INPUT,
  type Input,
  type Output,
  readDestinationStatus,
  readDirectorStatus,
  readOutput,
  readServiceStatus,
  type ServiceStatus,
  STATUS_OK,
  statusName,
  writeInput,
} from "./abi.gen.ts";
import { growTo, instantiateCore } from "./instantiate.ts";

/** What the wasm exports for a director (core-as/assembly/index.ts). */
interface DirectorExports {
  directorBytesNeeded(connections: number): number;
  directorInit(connections: number, seed: number): number;
  directorFrame(now: number, size: number): number;
  directorFrameBuffer(): number;
  directorVerdict(): number;
  directorServiceStatus(service: number): number;
  directorDestinationStatus(destination: number): number;
  directorStatus(): number;
  inputBuffer(): number;
  outputBuffer(): number;
  handleInput(now: number, size: number): number;
  pollOutput(): number;
  nextTimeout(): number;
  memoryUsed(): number;
}

/** How a director is made. */
export interface DirectorCoreOptions {
  /** Room for so many connections, 1..CONNECTION_MAX; the most when left out. */
  connections?: number;
  /** Seed of the hash of the connection table, 0..2^32-1. */
  seed?: number;
}

/** One director with its own memory. */
export class DirectorCore {
  /** Its memory; never grows after create. */
  readonly memory: WebAssembly.Memory;
  /** Offset of the frame buffer, FRAME_SIZE_MAX bytes. */
  readonly frameAddress: number;
  readonly #inputAddress: number;
  readonly #outputAddress: number;
  readonly #verdictAddress: number;
  readonly #exports: DirectorExports;
  readonly #view: DataView;

  private constructor(
    exports: DirectorExports,
    memory: WebAssembly.Memory,
    options: DirectorCoreOptions,
  ) {
    const connections = options.connections ?? CONNECTION_MAX;
    growTo(memory, exports.directorBytesNeeded(connections) >>> 0);
    const status = exports.directorInit(connections, options.seed ?? 0);
    if (status !== STATUS_OK) {
      throw new VipdError("core_init", `the director does not start: ${statusName(status)}`, {
        hint: `it takes 1 to ${CONNECTION_MAX} connections`,
      });
    }
    this.#exports = exports;
    this.memory = memory;
    this.frameAddress = exports.directorFrameBuffer();
    this.#inputAddress = exports.inputBuffer();
    this.#outputAddress = exports.outputBuffer();
    this.#verdictAddress = exports.directorVerdict();
    this.#view = new DataView(memory.buffer);
  }

  /**
   * Makes a director from the wasm's bytes or a ready module. Throws VipdError `core_abi` when the
   * wasm is not of this program's ABI, `core_init` for a number of connections out of range.
   */
  static create(
    wasm: WebAssembly.Module | BufferSource,
    options: DirectorCoreOptions = {},
  ): DirectorCore {
    const { exports, memory } = instantiateCore<DirectorExports>(wasm);
    return new DirectorCore(exports, memory, options);
  }

  /**
   * Takes a record at `now` microseconds; answers a STATUS_ code. Throws RangeError when an address in
   * it is not one.
   */
  handleInput(now: number, input: Input): number {
    const size = writeInput(this.#view, this.#inputAddress, input);
    return this.#exports.handleInput(now, size);
  }

  /** The next output record, or null when there is none. */
  pollOutput(): Output | null {
    if (this.#exports.pollOutput() === 0) return null;
    return readOutput(this.#view, this.#outputAddress);
  }

  /** When to hand in a timer record if nothing else comes: microseconds, Infinity = never. */
  nextTimeout(): number {
    return this.#exports.nextTimeout();
  }

  /**
   * Decides on the frame of `size` bytes at frameAddress, the first `vnetHeaderLength` of them its
   * virtio-net header, that came in by an interface; rewrites it in place. Answers its STATUS_ code.
   * The verdict stands until the next call of any kind.
   */
  frame(now: number, ifindex: number, size: number, vnetHeaderLength: number): number {
    // Other records go through the same buffer: both words are written for each frame.
    this.#view.setUint32(this.#inputAddress + FRAME_INPUT.ifindex, ifindex, true);
    this.#view.setUint32(this.#inputAddress + FRAME_INPUT.vnetHeaderLength, vnetHeaderLength, true);
    return this.#exports.directorFrame(now, size);
  }

  /** Bytes at frameAddress to send, virtio-net header included; 0 = send nothing. */
  get verdictSize(): number {
    return this.#view.getUint32(this.#verdictAddress + DIRECTOR_VERDICT.frameSize, true);
  }

  /** Interface to send them by. */
  get verdictIfindex(): number {
    return this.#view.getUint32(this.#verdictAddress + DIRECTOR_VERDICT.ifindex, true);
  }

  /** The destination that was chosen, or ID_NONE. */
  get verdictDestination(): number {
    return this.#view.getUint32(this.#verdictAddress + DIRECTOR_VERDICT.destination, true);
  }

  /** A service as it stands, or null. */
  serviceStatus(service: number): ServiceStatus | null {
    const at = this.#exports.directorServiceStatus(service);
    return at === 0 ? null : readServiceStatus(this.#view, at);
  }

  /** A destination as it stands, removed ones with connections included, or null. */
  destinationStatus(destination: number): DestinationStatus | null {
    const at = this.#exports.directorDestinationStatus(destination);
    return at === 0 ? null : readDestinationStatus(this.#view, at);
  }

  /** The director as a whole. */
  status(): DirectorStatus {
    return readDirectorStatus(this.#view, this.#exports.directorStatus());
  }

  /** A copy of the memory as far as it is used: for a dump. */
  checkpoint(): Uint8Array {
    return new Uint8Array(this.memory.buffer, 0, this.#exports.memoryUsed()).slice();
  }

  /** Goes back to a checkpoint of its own. */
  restore(checkpoint: Uint8Array): void {
    new Uint8Array(this.memory.buffer).set(checkpoint);
  }
}
