// An engine that remembers: every input with its time and the hash of what came out of it, in a log
// buffer that holds a checkpoint in front of them. Has the shape of Engine.
// This module is browser safe.

import type { LogBuffer } from "../core/log_buffer.ts";
import { decodePlain, encodePlainShared, plainText } from "../core/plain_value.ts";
import { hashText, type LogEntry, OUTPUT_HASH_OPEN, OUTPUT_HASH_START } from "../core/record.ts";
import type { EngineInput, EngineOutput } from "./contract.ts";
import { Engine } from "./engine.ts";
import type { EngineState } from "./state.ts";

/** Bytes of an input for which there is room from the beginning. */
const INPUT_SIZE_USUAL = 4096;

/** An engine and its log. */
export class RecordedEngine {
  readonly engine: Engine;
  readonly #log: LogBuffer;
  #input = new Uint8Array(INPUT_SIZE_USUAL);
  #inputWords = new Int32Array(this.#input.buffer);
  #hash = OUTPUT_HASH_START;
  #isDrained = true;
  #isMixed = false;

  /** Begins the log with a checkpoint of the engine as it is. */
  constructor(engine: Engine, log: LogBuffer) {
    this.engine = engine;
    this.#log = log;
    this.#begin();
  }

  /** The state itself, for reading. */
  get state(): Readonly<EngineState> {
    return this.engine.state;
  }

  /** Number of the next input. */
  get sequence(): number {
    return this.#log.sequence;
  }

  /** Engine.handleInput, logged: also when it throws. */
  handleInput(nowUs: number, input: EngineInput): void {
    if (!this.#isDrained) {
      this.#log.close(OUTPUT_HASH_OPEN);
      this.#isMixed = true;
    }
    if (this.#log.needsCheckpoint) this.#begin();
    this.#isDrained = false;
    this.#hash = OUTPUT_HASH_START;
    // Before the engine has it, which may keep parts of it and change them.
    const length = this.#encode(plainText(input));
    this.#log.append(nowUs, this.#inputWords, 0, length);
    this.engine.handleInput(nowUs, input);
    this.#log.setStatus(0);
  }

  /** Engine.pollOutput, logged. */
  pollOutput(): EngineOutput | null {
    const output = this.engine.pollOutput();
    if (output !== null) {
      this.#hash = hashText(this.#hash, plainText(output));
    } else if (!this.#isDrained) {
      this.#isDrained = true;
      this.#log.close(this.#isMixed ? OUTPUT_HASH_OPEN : this.#hash);
      this.#isMixed = false;
    }
    return output;
  }

  /** Engine.nextTimeout. */
  nextTimeout(): number {
    return this.engine.nextTimeout();
  }

  /** Puts the text's bytes at the begin of the input words; answers their number. */
  #encode(text: string): number {
    // A UTF-16 unit has at most three bytes in UTF-8.
    if (3 * text.length > this.#input.length) {
      this.#input = new Uint8Array(4 * Math.ceil((3 * text.length) / 4));
      this.#inputWords = new Int32Array(this.#input.buffer);
    }
    const { written } = new TextEncoder().encodeInto(text, this.#input);
    if (this.#input.length > 64 * INPUT_SIZE_USUAL) this.#shrinkLater();
    return written;
  }

  /** A large configuration comes once; its room is not kept for ever. */
  #shrinkLater(): void {
    const large = this.#input;
    queueMicrotask(() => {
      if (this.#input !== large) return;
      this.#input = new Uint8Array(INPUT_SIZE_USUAL);
      this.#inputWords = new Int32Array(this.#input.buffer);
    });
  }

  #begin(): void {
    const { state } = this.engine;
    this.#log.begin([encodePlainShared(state)], state.nowUs);
  }
}

/** An engine that goes on where the checkpoint of its log was taken. Throws VipdError `plain_value`. */
export function engineFromCheckpoint(checkpoint: Uint8Array): Engine {
  return new Engine({ state: decodePlain(checkpoint) as EngineState });
}

/** The input of an entry of the engine's log. Throws VipdError `plain_value`. */
export function engineInputOfEntry(entry: LogEntry): EngineInput {
  return decodePlain(entry.input) as EngineInput;
}

/** Hands the input of an entry to an engine and drains it; the hash of what came out. */
export function replayEngineEntry(
  engine: Engine,
  entry: LogEntry,
  output: ((output: EngineOutput) => void) | null = null,
): number {
  engine.handleInput(entry.nowUs, engineInputOfEntry(entry));
  let hash = OUTPUT_HASH_START;
  for (let next = engine.pollOutput(); next !== null; next = engine.pollOutput()) {
    hash = hashText(hash, plainText(next));
    output?.(next);
  }
  return hash;
}
