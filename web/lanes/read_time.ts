// A time as a person types it. Pure.

/** `83.5`, `83.5 s`, `1:23.5`, `1:02:03` to microseconds; null: it is none. */
export function readTime(text: string): number | null {
  const found = /^\s*(?:(?:(\d{1,4}):)?(\d{1,4}):)?(\d{1,9}(?:\.\d{1,6})?)\s*s?\s*$/.exec(text);
  if (found === null) return null;
  const [, hours = "0", minutes = "0", seconds = "0"] = found;
  return Math.round((Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1_000_000);
}
