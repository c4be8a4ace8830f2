// Times of a recording as the page writes them.

const SECOND_US = 1_000_000;
const MINUTE_S = 60;
const HOUR_S = 3600;

/** `12.345 s`, `2:05.250`, `1:02:05.250`: from the beginning. `digits` behind the second. */
export function timeText(us: number, digits = 3): string {
  // Cut, not rounded: 59.9996 s must not read as 60. Whole numbers from here on: a second cut would cut more.
  const unit = 10 ** digits;
  const units = Math.floor(Math.floor(Math.max(0, us)) * unit / SECOND_US);
  const fraction = digits === 0 ? "" : `.${String(units % unit).padStart(digits, "0")}`;
  const seconds = Math.floor(units / unit);
  if (seconds < MINUTE_S) return `${seconds}${fraction} s`;
  const hours = Math.floor(seconds / HOUR_S);
  const minutes = Math.floor(seconds % HOUR_S / MINUTE_S);
  const rest = twoDigits(seconds % MINUTE_S) + fraction;
  return hours === 0 ? `${minutes}:${rest}` : `${hours}:${twoDigits(minutes)}:${rest}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
