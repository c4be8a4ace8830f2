// Time: whole microseconds of a monotonic clock, a u64 inside the core and an f64 at its boundary. An
// f64 holds whole numbers exactly up to 2^53, which is 285 years of microseconds.

/** Latest time that crosses the boundary exactly, microseconds: 2^53. */
export const TIME_US_MAX: u64 = 1 << 53;
/** A time that never comes: no timer is set. Crosses the boundary as Infinity. */
export const TIME_NEVER: u64 = 0xffff_ffff_ffff_ffff;

/** Whether the host's number is a time: neither NaN nor negative nor above TIME_US_MAX. */
export function timeIsValid(now: f64): bool {
  // NaN fails both comparisons.
  return now >= 0 && now <= <f64> TIME_US_MAX;
}

/** The host's number as a time, microseconds, a fraction cut off; only after timeIsValid. */
export function timeFromF64(now: f64): u64 {
  return <u64> now;
}

/** A time for the host, microseconds: TIME_NEVER is Infinity, what passes TIME_US_MAX is cut to it. */
export function timeToF64(time: u64): f64 {
  if (time == TIME_NEVER) return Infinity;
  return <f64> min(time, TIME_US_MAX);
}
