// Main's end of the wire worker: what it is started with (worker_thread.ts does the rest).

import { Shared } from "./shared.ts";
import { type WorkerInit, type WorkerListener, WorkerThread } from "./worker_thread.ts";

/** The worker's first and only message. */
export interface WireInit extends WorkerInit {
  module: WebAssembly.Module;
  /** Priority for SCHED_FIFO; 0 = leave the policy alone. */
  fifoPriority: number;
  /** Seed of the core's randomness, two words. */
  seed: [number, number];
  /** Make the worker throw in its loop so that the test of "when a half dies" has one. */
  failAfterMs: number;
}

/** The running wire worker. */
export type WireThread = WorkerThread<Shared>;

/** Starts the worker and waits until its loop runs. Throws VipdError "wire-start". */
export function startWireThread(
  worker: Worker,
  init: Omit<WireInit, keyof WorkerInit>,
  listener: WorkerListener,
): Promise<WireThread> {
  const kind = {
    name: "wire worker",
    hint: "VRRP needs root or CAP_NET_RAW and CAP_NET_ADMIN",
  };
  return WorkerThread.start(kind, worker, new Shared(), init, listener);
}
