// Times of a recording as the page writes them.

const SECOND_US = 1_000_000;
const MINUTE_S = 60;
const HOUR_S = 3600;

/** `12.345 s`, `2:05.250`, `1:02:05.250`: from the beginning. `digits` behind the second. */
export function timeText(us: number, digits = 3): string {
  // Cut, not rounded: 59.9996 s must not read as 60.
  const unit = 10 ** digits;
  const seconds = Math.floor(Math.max(0, us) / SECOND_US * unit) / unit;
  if (seconds < MINUTE_S) return `${seconds.toFixed(digits)} s`;
  const hours = Math.floor(seconds / HOUR_S);
  const minutes = Math.floor(seconds % HOUR_S / MINUTE_S);
  const width = digits === 0 ? 2 : digits + 3;
  const rest = (Math.floor(seconds % MINUTE_S * unit) / unit).toFixed(digits).padStart(width, "0");
  return hours === 0
    ? `${minutes}:${rest}`
    : `${hours}:${String(minutes).padStart(2, "0")}:${rest}`;
}
