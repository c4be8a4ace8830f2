// Main's end of the director worker: what it is started with (worker_thread.ts does the rest).

import { DirectorShared } from "./director_shared.ts";
import { type WorkerInit, type WorkerListener, WorkerThread } from "./worker_thread.ts";

/** The worker's first and only message. */
export interface DirectorInit extends WorkerInit {
  module: WebAssembly.Module;
  /** Seed of the connection table's hash. */
  seed: number;
  /** Make the worker throw in its loop so that the test of its death has one. */
  failAfterMs: number;
}

/** The running director. */
export type DirectorThread = WorkerThread<DirectorShared>;

/**
 * Starts the worker in memory of the caller's (it tells about a dead one) and waits until its loop
 * runs. Throws VipdError "director-start".
 */
export function startDirectorThread(
  worker: Worker,
  shared: DirectorShared,
  init: Omit<DirectorInit, keyof WorkerInit>,
  listener: WorkerListener,
): Promise<DirectorThread> {
  const kind = {
    name: "director worker",
    hint: "it needs CAP_NET_RAW, CAP_NET_ADMIN and a kernel with nf_tables",
  };
  return WorkerThread.start(kind, worker, shared, init, listener);
}
