// Main's end of the wire worker: starts it, hands it records, takes its records, watches its
// heartbeat and stops it. What the records mean is the caller's business.

import { VipdError } from "../base/errors.ts";
import { nowUs } from "../linux/clock.ts";
import { EventFd } from "../linux/eventfd.ts";
import { heartbeatAge, heartbeatOf, PHASE, Shared, WORD } from "./shared.ts";

/** The worker's heartbeat may be this old before it counts as dead, milliseconds (DESIGN: 3 s). */
export const WIRE_SILENT_MAX_MS = 3000;
/** How often main beats and looks, milliseconds. */
const BEAT_MS = 500;
/** Main was away itself (stopped, swapped out) when its own beat is later than this, milliseconds. */
const MAIN_AWAY_MS = 1000;
/** Time the worker gets to reach its loop, milliseconds. */
const START_MS_MAX = 10_000;
/** Time the worker gets to resign and remove its addresses, milliseconds. */
const STOP_MS_MAX = 5000;
/** Pause before main tries again to put records into a full ring, milliseconds. */
const FULL_RETRY_MS = 2;

/** The worker's first and only message. */
export interface WireInit {
  buffer: SharedArrayBuffer;
  module: WebAssembly.Module;
  /** Read end of "the ring to the worker has something". */
  eventFd: number;
  /** Priority for SCHED_FIFO; 0 = leave the policy alone. */
  fifoPriority: number;
  /** Seed of the core's randomness, two words. */
  seed: [number, number];
  /** Make the worker throw in its loop so that the test of "when a half dies" has one. */
  failAfterMs: number;
}

/** What main hears of the worker. */
export interface WireListener {
  /** A record of the core or of wire_message.ts; a view of the caller's own copy. */
  record(record: Uint8Array): void;
  /** The worker is dead or silent: the daemon ends with what the worker held. Called once. */
  dead(why: string): void;
}

/** The running worker. */
export class WireThread {
  readonly shared: Shared;
  readonly #worker: Worker;
  readonly #wake: EventFd;
  readonly #listener: WireListener;
  readonly #pending: Uint8Array[] = [];
  #retry: ReturnType<typeof setTimeout> | undefined;
  #beat: ReturnType<typeof setInterval> | undefined;
  #lastBeatUs = 0;
  #ended = false;

  private constructor(shared: Shared, worker: Worker, wake: EventFd, listener: WireListener) {
    this.shared = shared;
    this.#worker = worker;
    this.#wake = wake;
    this.#listener = listener;
  }

  /** Starts the worker and waits until its loop runs. Throws VipdError "wire-start". */
  static async start(
    worker: Worker,
    init: Pick<WireInit, "module" | "fifoPriority" | "seed" | "failAfterMs">,
    listener: WireListener,
  ): Promise<WireThread> {
    const shared = new Shared();
    const wake = EventFd.open();
    const thread = new WireThread(shared, worker, wake, listener);
    const failed = new Promise<string>((resolve) => {
      worker.onerror = (event) => {
        event.preventDefault();
        resolve(event.message);
        thread.#die(event.message);
      };
    });
    shared.set(WORD.MAIN_HEARTBEAT, heartbeatOf(nowUs()));
    worker.postMessage({ ...init, buffer: shared.buffer, eventFd: wake.fd } satisfies WireInit);
    thread.#ended = true;
    await thread.#untilRunning(failed);
    thread.#ended = false;
    thread.#startBeat();
    void thread.#drainForEver();
    return thread;
  }

  async #untilRunning(failed: Promise<string>): Promise<void> {
    const running = async (): Promise<null> => {
      while (this.shared.get(WORD.PHASE) === PHASE.STARTING) {
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
    const phase = this.shared.get(WORD.PHASE);
    if (why === null && phase === PHASE.RUNNING) return;
    const text = why ?? this.#remarks() ?? `phase ${phase}`;
    throw new VipdError("wire-start", `the wire worker did not start: ${text}`, {
      hint: "VRRP needs root or CAP_NET_RAW and CAP_NET_ADMIN",
    });
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
    const result = this.shared.toWire.push(record);
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
      if (this.shared.get(WORD.PHASE) === PHASE.FAILED) {
        this.#die(`the worker failed, assert code ${this.shared.get(WORD.ASSERT_CODE)}`);
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
      this.shared.set(WORD.MAIN_HEARTBEAT, heartbeatOf(now));
      // After a SIGSTOP of the whole process both beats are old; the worker gets one more round.
      if (away) return;
      const age = heartbeatAge(now, this.shared.get(WORD.WIRE_HEARTBEAT));
      if (age > WIRE_SILENT_MAX_MS) this.#die(`no heartbeat of the wire worker for ${age} ms`);
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
   * Asks the worker to stop (the core has been told to before) and waits until it has left its
   * loop. Returns false when it did not within STOP_MS_MAX.
   */
  async stop(): Promise<boolean> {
    this.shared.set(WORD.STOP, 1);
    this.#wake.notify();
    const deadline = nowUs() + STOP_MS_MAX * 1000;
    while (this.shared.get(WORD.PHASE) === PHASE.RUNNING && nowUs() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const ring = this.shared.toMain;
    this.#end();
    for (let record = ring.pop(); record !== null; record = ring.pop()) {
      this.#listener.record(record);
    }
    return this.shared.get(WORD.PHASE) === PHASE.STOPPED;
  }

  /** Ends the thread itself; after stop(). A thread that blocks cannot be ended, the process can. */
  terminate(): void {
    this.#worker.terminate();
  }
}
