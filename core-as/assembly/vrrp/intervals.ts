// The timers' lengths: pure functions of RFC 3768 6.1 and RFC 9568 6.1. Everything is u64
// microseconds, so that neither seconds nor centiseconds can be mistaken and nothing wraps.

const SECOND_US: u64 = 1_000_000;
/** Divisor of the skew time. */
const PRIORITY_STEPS: u64 = 256;

/**
 * Skew time. Version 2: (256 - priority) / 256 seconds whatever the interval (RFC 3768 6.1);
 * version 3: (256 - priority) * interval / 256 (RFC 9568 6.1), the interval being the master's.
 */
export function skewTimeUs(version: u32, priority: u32, intervalUs: u32): u64 {
  const steps = PRIORITY_STEPS - <u64> priority;
  return steps * (version == 2 ? SECOND_US : <u64> intervalUs) / PRIORITY_STEPS;
}

/** Master (Active) down interval: missed adverts times the master's interval plus the skew time. */
export function masterDownUs(version: u32, priority: u32, intervalUs: u32, adverts: u32): u64 {
  return <u64> adverts * <u64> intervalUs + skewTimeUs(version, priority, intervalUs);
}
