// The control words that main shares with each of its workers, and how a heartbeat is written in one.
// The word numbers are the same in the shared memory of every worker.

/** Control words (Int32 each) of every worker. */
export const CONTROL_WORD = {
  /** Main asks the worker to stop: 1 = orderly. */
  STOP: 0,
  /** The worker's phase, one of PHASE. */
  PHASE: 1,
  /** CLOCK_MONOTONIC of the worker's last loop, milliseconds modulo 2^31. */
  HEARTBEAT: 2,
  /** CLOCK_MONOTONIC of main's last beat, milliseconds modulo 2^31. */
  MAIN_HEARTBEAT: 3,
  /** Assert code of a trapped core, 0 = none. */
  ASSERT_CODE: 11,
} as const;

/** Phases of a worker. */
export const PHASE = { STARTING: 0, RUNNING: 1, STOPPED: 2, FAILED: 3 } as const;

/** CLOCK_MONOTONIC microseconds as a heartbeat word. */
export function heartbeatOf(nowUs: number): number {
  return Math.floor(nowUs / 1000) % 0x7fff_ffff;
}

/** Age of a heartbeat word, milliseconds. */
export function heartbeatAge(nowUs: number, beat: number): number {
  const age = heartbeatOf(nowUs) - beat;
  return age < 0 ? age + 0x7fff_ffff : age;
}
