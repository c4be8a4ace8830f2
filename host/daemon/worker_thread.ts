// Main's end of a worker that blocks in epoll (the wire worker, the director): starts it, hands it
// records, takes its records, watches its heartbeat and stops it. What the records mean is the
// caller's business.

import { VipdError } from "../base/errors.ts";
import { nowUs } from "../linux/clock.ts";
import { EventFd } from "../linux/eventfd.ts";
import { CONTROL_WORD, heartbeatAge, heartbeatOf, PHASE } from "./control_words.ts";
import type { Ring } from "./ring.ts";

/** A worker's heartbeat may be this old before it counts as dead, milliseconds (DESIGN: 3 s). */
export const WORKER_SILENT_MAX_MS = 3000;
/** How often main beats and looks, milliseconds. */
const BEAT_MS = 500;
/** Main was away itself (stopped, swapped out) when its own beat is later than this, milliseconds. */
const MAIN_AWAY_MS = 1000;
/** Time a worker gets to reach its loop, milliseconds. */
const START_MS_MAX = 10_000;
/** Time a worker gets to leave its loop in order, milliseconds. */
const STOP_MS_MAX = 5000;
/** Pause before main tries again to put records into a full ring, milliseconds. */
const FULL_RETRY_MS = 2;

/** What main and a worker share: CONTROL_WORD words and two rings in one buffer. */
export interface WorkerShared {
  readonly buffer: SharedArrayBuffer;
  readonly toWorker: Ring;
  readonly toMain: Ring;
  get(word: number): number;
  set(word: number, value: number): void;
}

/** What every worker gets in its first and only message, beside what its kind needs. */
export interface WorkerInit {
  buffer: SharedArrayBuffer;
  /** Read end of "the ring to the worker has something". */
  eventFd: number;
}

/** What main hears of a worker. */
export interface WorkerListener {
  /** A record of the core or a message of the worker; a view of the caller's own copy. */
  record(record: Uint8Array): void;
  /** The worker is dead or silent; called once. */
  dead(why: string): void;
}

/** Which worker it is, for messages. */
export interface WorkerKind {
  /** "wire worker"; its first word also begins the code of the error when it does not start. */
  name: string;
  /** What to do when it does not start. */
  hint: string;
}

/** A running worker. */
export class WorkerThread<S extends WorkerShared> {
  readonly shared: S;
  readonly #kind: WorkerKind;
  readonly #worker: Worker;
  readonly #wake: EventFd;
  readonly #listener: WorkerListener;
  readonly #pending: Uint8Array[] = [];
  #retry: ReturnType<typeof setTimeout> | undefined;
  #beat: ReturnType<typeof setInterval> | undefined;
  #lastBeatUs = 0;
  #ended = true;

  private constructor(
    kind: WorkerKind,
    shared: S,
    worker: Worker,
    wake: EventFd,
    listener: WorkerListener,
  ) {
    this.#kind = kind;
    this.shared = shared;
    this.#worker = worker;
    this.#wake = wake;
    this.#listener = listener;
  }

  /**
   * Posts `init`, completed to a WorkerInit, to the worker and waits until its loop runs. Throws
   * VipdError "<first word of the kind's name>-start".
   */
  static async start<S extends WorkerShared>(
    kind: WorkerKind,
    worker: Worker,
    shared: S,
    init: object,
    listener: WorkerListener,
  ): Promise<WorkerThread<S>> {
    const wake = EventFd.open();
    const thread = new WorkerThread(kind, shared, worker, wake, listener);
    const failed = new Promise<string>((resolve) => {
      worker.onerror = (event) => {
        event.preventDefault();
        resolve(event.message);
        thread.#die(event.message);
      };
    });
    shared.set(CONTROL_WORD.MAIN_HEARTBEAT, heartbeatOf(nowUs()));
    const common: WorkerInit = { buffer: shared.buffer, eventFd: wake.fd };
    worker.postMessage({ ...init, ...common });
    await thread.#untilRunning(failed);
    thread.#ended = false;
    thread.#startBeat();
    void thread.#drainForEver();
    return thread;
  }

  async #untilRunning(failed: Promise<string>): Promise<void> {
    const running = async (): Promise<null> => {
      while (this.shared.get(CONTROL_WORD.PHASE) === PHASE.STARTING) {
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      return null;
    };
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve(`no answer within ${START_MS_MAX} ms`), START_MS_MAX);
    });
    const why = await Promise.race([running(), failed, late]);
    clearTimeout(timer);
    const phase = this.shared.get(CONTROL_WORD.PHASE);
    if (why === null && phase === PHASE.RUNNING) return;
    const text = why ?? this.#remarks() ?? `phase ${phase}`;
    const { name, hint } = this.#kind;
    const code = `${name.split(" ", 1)[0]}-start`;
    throw new VipdError(code, `the ${name} did not start: ${text}`, { hint });
  }

  /** What the worker said before it failed, or null. */
  #remarks(): string | null {
    const record = this.shared.toMain.pop();
    return record === null ? null : new TextDecoder().decode(record.subarray(12));
  }

  /** Hands over a record; keeps it and tries again while the ring is full. Order is kept. */
  send(record: Uint8Array): void {
    if (this.#pending.length > 0 || !this.#push(record)) {
      this.#pending.push(record);
      this.#retry ??= setTimeout(() => this.#flush(), FULL_RETRY_MS);
    }
  }

  #push(record: Uint8Array): boolean {
    const result = this.shared.toWorker.push(record);
    if (result === "queued-wake") this.#wake.notify();
    return result !== "full";
  }

  #flush(): void {
    this.#retry = undefined;
    while (this.#pending.length > 0) {
      if (!this.#push(this.#pending[0]!)) {
        this.#retry = setTimeout(() => this.#flush(), FULL_RETRY_MS);
        return;
      }
      this.#pending.shift();
    }
  }

  async #drainForEver(): Promise<void> {
    const ring = this.shared.toMain;
    const { words, index } = ring.asleepWord;
    while (!this.#ended) {
      for (let record = ring.pop(); record !== null; record = ring.pop()) {
        this.#listener.record(record);
      }
      if (this.shared.get(CONTROL_WORD.PHASE) === PHASE.FAILED) {
        const code = this.shared.get(CONTROL_WORD.ASSERT_CODE);
        this.#die(`the worker failed, assert code ${code}`);
        return;
      }
      if (!ring.sleep()) continue;
      const waited = Atomics.waitAsync(words, index, 1);
      if (waited.async) await waited.value;
    }
  }

  #startBeat(): void {
    this.#lastBeatUs = nowUs();
    this.#beat = setInterval(() => {
      const now = nowUs();
      const away = (now - this.#lastBeatUs) / 1000 - BEAT_MS > MAIN_AWAY_MS;
      this.#lastBeatUs = now;
      this.shared.set(CONTROL_WORD.MAIN_HEARTBEAT, heartbeatOf(now));
      // After a SIGSTOP of the whole process both beats are old; the worker gets one more round.
      if (away) return;
      const age = heartbeatAge(now, this.shared.get(CONTROL_WORD.HEARTBEAT));
      if (age > WORKER_SILENT_MAX_MS) {
        this.#die(`no heartbeat of the ${this.#kind.name} for ${age} ms`);
      }
    }, BEAT_MS);
  }

  #die(why: string): void {
    if (this.#ended) return;
    this.#end();
    this.#listener.dead(why);
  }

  #end(): void {
    this.#ended = true;
    clearInterval(this.#beat);
    clearTimeout(this.#retry);
  }

  /**
   * Asks the worker to stop (it takes what is in its ring before it ends) and waits until it has left
   * its loop. Returns false when it did not within STOP_MS_MAX.
   */
  async stop(): Promise<boolean> {
    this.shared.set(CONTROL_WORD.STOP, 1);
    this.#wake.notify();
    const deadline = nowUs() + STOP_MS_MAX * 1000;
    while (this.shared.get(CONTROL_WORD.PHASE) === PHASE.RUNNING && nowUs() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const ring = this.shared.toMain;
    this.#end();
    for (let record = ring.pop(); record !== null; record = ring.pop()) {
      this.#listener.record(record);
    }
    return this.shared.get(CONTROL_WORD.PHASE) === PHASE.STOPPED;
  }

  /** Ends the thread itself. One that blocks in a system call ends only with the process. */
  terminate(): void {
    this.#worker.terminate();
  }
}
