// Durations with all the digits that they have: arithmetic must add up. Pure.

/** `0`, `350 µs`, `597.656 ms`, `3.597656 s`. */
export function exactText(us: number): string {
  const whole = Math.round(us);
  if (whole === 0) return "0";
  if (Math.abs(whole) < 1000) return `${whole} µs`;
  if (Math.abs(whole) < 1_000_000) return `${trimmed(whole / 1000, 3)} ms`;
  return `${trimmed(whole / 1_000_000, 6)} s`;
}

function trimmed(value: number, digits: number): string {
  return value.toFixed(digits).replace(/\.?0+$/, "");
}
