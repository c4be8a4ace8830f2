// One number for a whole play: every output of every core and engine, in order and with its time. Two
// plays with the same digest were the same play, whatever they ran on. This module is browser safe.

import type { Core } from "../core/core.ts";
import { hashOutput, hashText, OUTPUT_HASH_START } from "../core/output_hash.ts";
import type { EngineOutput } from "../engine/contract.ts";

const WORD = 0x1_0000_0000;

/** The digest. */
export class Digest {
  readonly #words = new WeakMap<Core, Uint32Array>();
  #last = OUTPUT_HASH_START;
  #all = 0;

  /** Adds the record that stands at a core's output buffer. */
  core(nowUs: number, core: Core): void {
    let words = this.#words.get(core);
    if (words === undefined) {
      words = new Uint32Array(core.memory.buffer);
      this.#words.set(core, words);
    }
    const at = core.outputAddress;
    const size = words[(at >>> 2) + 1]!;
    this.#add(hashOutput(this.#last ^ (nowUs % WORD), words, at, size));
  }

  /** Adds what an engine said. */
  engine(nowUs: number, output: EngineOutput): void {
    this.#add(hashText(this.#last ^ (nowUs % WORD), JSON.stringify(output)));
  }

  #add(hash: number): void {
    this.#last = hash;
    this.#all = (Math.imul(this.#all, 31) + hash) >>> 0;
  }

  /** 16 hex digits. */
  text(): string {
    return [this.#last, this.#all].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join(
      "",
    );
  }
}
