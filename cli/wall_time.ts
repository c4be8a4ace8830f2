// Wall times as people read and write them: in the time zone of this machine.

import { VipdError } from "../host/base/errors.ts";

const two = (value: number) => String(value).padStart(2, "0");

/** `2026-11-22 17:21:28.123`. */
export function wallTime(ms: number): string {
  const date = new Date(ms);
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${clockTime(ms)}`;
}

/** `17:21:28.123`. */
export function clockTime(ms: number): string {
  const date = new Date(ms);
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
  return `${time}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

/** From when to when something was recorded, milliseconds since 1970. */
export interface Span {
  fromMs: number;
  toMs: number;
}

const UNITS_MS: Record<string, number> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 };

/**
 * The time that a text means within a recording: `17:21:28` (the last such time before its end),
 * `2026-11-22 17:21:28`, `+30s` behind its beginning, `-5min` before its end. Throws VipdError `time`.
 */
export function parseWallTime(text: string, span: Span): number {
  const relative = /^([+-])([0-9]{1,9}(?:\.[0-9]{1,3})?)(ms|s|min|h)$/.exec(text);
  if (relative !== null) {
    const ms = Number(relative[2]) * UNITS_MS[relative[3]!]!;
    return relative[1] === "+" ? span.fromMs + ms : span.toMs - ms;
  }
  const clock = /^([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,3}))?)?$/.exec(text);
  // Date.parse alone takes nearly everything for a date.
  const isDate = /^[0-9]{4}-[0-9]{2}-[0-9]{2}/.test(text);
  const ms = clock !== null ? ofDay(clock, span.toMs) : isDate ? Date.parse(text) : NaN;
  if (!Number.isNaN(ms)) return ms;
  throw new VipdError("time", `'${text}' is no time`, {
    hint:
      "write 17:21:28, '2026-11-22 17:21:28', +30s behind the beginning or -5min before the end",
  });
}

/** A time of the day on the day of `toMs`, or the day before where that lies behind it. */
function ofDay(clock: RegExpExecArray, toMs: number): number {
  const [hours, minutes, seconds, fraction] = clock.slice(1).map((part) => part ?? "0");
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 60) return NaN;
  const date = new Date(toMs);
  const thousandths = Number(fraction!.padEnd(3, "0"));
  date.setHours(Number(hours), Number(minutes), Number(seconds), thousandths);
  if (date.getTime() > toMs) date.setDate(date.getDate() - 1);
  return date.getTime();
}
