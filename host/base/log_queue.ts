// Keeps a slow reader of the log from slowing the daemon: lines wait in a bounded queue and are
// written one after the other; what does not fit is counted and the count is told in its place.
// This module is browser safe.

import type { LogLine, LogSink } from "./log.ts";

/** Lines that wait for one destination. */
export const LOG_QUEUE_MAX = 4096;

/** A queue before a destination. */
export interface LogQueue {
  sink: LogSink;
  /** Resolves when everything queued so far is written, or after `deadlineMs`. */
  flush(deadlineMs: number): Promise<void>;
  /** Lines that were never written. */
  readonly lost: number;
}

/**
 * Makes a sink of a function that may take its time. `write` gets one line after the other, never
 * two at a time; when it rejects the line is lost and counted.
 */
export function queueLines(
  write: (line: LogLine) => Promise<void>,
  capacity: number = LOG_QUEUE_MAX,
): LogQueue {
  return new Queue(write, capacity);
}

class Queue implements LogQueue {
  readonly #write: (line: LogLine) => Promise<void>;
  readonly #capacity: number;
  readonly #lines: LogLine[] = [];
  #pump: Promise<void> | null = null;
  #lost = 0;
  /** Lost since the last line that told it. */
  #untold = 0;

  constructor(write: (line: LogLine) => Promise<void>, capacity: number) {
    this.#write = write;
    this.#capacity = capacity;
  }

  get lost(): number {
    return this.#lost;
  }

  readonly sink: LogSink = (line) => {
    if (this.#lines.length >= this.#capacity) return this.#lose();
    this.#lines.push(line);
    this.#pump ??= this.#writeAll();
  };

  async flush(deadlineMs: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const deadline = new Promise<void>((resolve) => timer = setTimeout(resolve, deadlineMs));
    await Promise.race([this.#pump ?? Promise.resolve(), deadline]);
    clearTimeout(timer);
  }

  async #writeAll(): Promise<void> {
    for (let line = this.#lines.shift(); line !== undefined; line = this.#lines.shift()) {
      await this.#writeOne(line);
      if (this.#untold > 0 && this.#lines.length < this.#capacity / 2) {
        const text = `${this.#untold} log lines were lost: they came faster than they are read`;
        this.#untold = 0;
        await this.#writeOne({ ...line, priority: 4, text });
      }
    }
    // In the turn that saw the queue empty: the next line must find nobody who seems to write.
    this.#pump = null;
  }

  async #writeOne(line: LogLine): Promise<void> {
    try {
      await this.#write(line);
    } catch {
      // There is nowhere to say it: it is counted, and the writer may tell it elsewhere.
      this.#lost++;
    }
  }

  #lose(): void {
    this.#lost++;
    this.#untold++;
  }
}
