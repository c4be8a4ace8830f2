// Colours, where a person looks: none when the output is no terminal or NO_COLOR is set
// (no-color.org). What is rendered takes a Paint, so that tests see plain text.

import * as colors from "yoctocolors";
import type { StateName } from "../host/control/client.ts";

/** The colours that the program uses, by what they mean. */
export interface Paint {
  good(text: string): string;
  bad(text: string): string;
  warn(text: string): string;
  /** Of secondary interest. */
  dim(text: string): string;
  /** A heading. */
  head(text: string): string;
  /** What nobody may overlook. */
  alarm(text: string): string;
}

const same = (text: string) => text;

/** Leaves everything as it is. */
export const PLAIN: Paint = {
  good: same,
  bad: same,
  warn: same,
  dim: same,
  head: same,
  alarm: same,
};

const COLOURED: Paint = {
  good: colors.green,
  bad: colors.red,
  warn: colors.yellow,
  dim: colors.dim,
  head: colors.bold,
  alarm: (text) => colors.inverse(colors.red(text)),
};

/** The paint for what is written to standard output. */
export function stdoutPaint(): Paint {
  const wanted = (Deno.env.get("NO_COLOR") ?? "") === "" && Deno.env.get("TERM") !== "dumb";
  return wanted && Deno.stdout.isTerminal() ? COLOURED : PLAIN;
}

/** A VRRP state in its colour. */
export function paintState(state: StateName, paint: Paint): string {
  if (state === "MASTER") return paint.good(state);
  if (state === "FAULT") return paint.bad(state);
  return state === "BACKUP" ? state : paint.warn(state);
}

/** `up`, `down`, `unknown`, GOOD, BAD, UNKNOWN in their colours, in small letters. */
export function paintHealth(state: string, paint: Paint): string {
  const word = state.toLowerCase();
  if (word === "up" || word === "good") return paint.good(word);
  if (word === "down" || word === "bad") return paint.bad(word);
  return paint.warn(word);
}
