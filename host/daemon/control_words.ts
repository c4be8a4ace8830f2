// The control words that main shares with each of its workers, and how a heartbeat is written in one.
// The word numbers are the same in the shared memory of every worker.

/** Control words (Int32 each) of every worker. */
export const CONTROL_WORD = {
  /** Main asks the worker to stop in order: 1. No record has to arrive for that. */
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

/** Heartbeat words are counted modulo this. */
const BEAT_MODULUS = 0x7fff_ffff;

/** Largest number in a control word. */
const WORD_MAX = 0x7fff_ffff;

/** A time as a control word: 35 minutes in microseconds at the most, more only a stopped process has. */
export function durationWord(us: number): number {
  return Math.min(Math.round(us), WORD_MAX);
}

/** CLOCK_MONOTONIC microseconds as a heartbeat word. */
export function heartbeatOf(nowUs: number): number {
  return Math.floor(nowUs / 1000) % BEAT_MODULUS;
}

/**
 * Age of a heartbeat word, milliseconds. A beat that came after `nowUs` was taken (the reader was
 * interrupted in between) is 0 old, and not 24 days.
 */
export function heartbeatAge(nowUs: number, beat: number): number {
  const age = (heartbeatOf(nowUs) - beat + BEAT_MODULUS) % BEAT_MODULUS;
  return age > BEAT_MODULUS / 2 ? 0 : age;
}
