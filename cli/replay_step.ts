// `vipd replay --step`: one entry after the other, forwards and backwards, at a terminal or from a pipe.

import { createInterface } from "node:readline";
import process from "node:process";
import { EntryNames } from "../host/sim/replay/describe_entry.ts";
import type { Replay, ReplayedEntry } from "../host/sim/replay/replay.ts";
import { type LineSource, pipedLines, typedLines } from "./console_lines.ts";
import { print } from "./output.ts";
import type { Paint } from "./paint.ts";
import { entryText, type Half, inputNumber } from "./replay_text.ts";
import { drawnWidth } from "./terminal.ts";

const PROMPT =
  "Enter or n: next, p: previous, NUMBER: the core's, eNUMBER: the engine's, q: quit> ";
/** Digits of a number that is typed, at the most. */
const INPUT_NUMBER = /^(e?)([0-9]{1,10})$/;

/** Steps until the end, `q` or the end of the input. `fromUs`, `toUs`: the part that is shown. */
export async function stepThrough(
  replay: Replay,
  span: { fromUs: number; toUs: number },
  paint: Paint,
): Promise<void> {
  const typed = Deno.stdin.isTerminal() && Deno.stdout.isTerminal();
  const readline = typed ? createInterface({ input: process.stdin, output: process.stdout }) : null;
  const lines = readline === null ? pipedLines(Deno.stdin.readable) : typedLines(readline);
  try {
    await new Stepper(replay, span, paint).run(lines);
  } finally {
    readline?.close();
  }
}

/** Place of an input among the entries of both halves, from 1 on; or why there is none. */
export function placeOfInput(
  replay: Replay,
  half: Half,
  sequence: number,
): number | { none: string } {
  const entries = replay.dump[half]?.entries ?? [];
  const [first, last] = [entries[0], entries.at(-1)];
  if (first === undefined || last === undefined) {
    return { none: `the dump holds no input of the ${half}` };
  }
  if (sequence < first.sequence || sequence > last.sequence) {
    const range = `${inputNumber(half, first.sequence)} to ${inputNumber(half, last.sequence)}`;
    return { none: `there are the inputs ${range} of the ${half}` };
  }
  replay.runTo({ half, sequence });
  return replay.position + 1;
}

class Stepper {
  readonly #replay: Replay;
  readonly #toUs: number;
  readonly #paint: Paint;
  #beforeUs: number | null = null;

  constructor(replay: Replay, { fromUs, toUs }: { fromUs: number; toUs: number }, paint: Paint) {
    this.#replay = replay;
    this.#toUs = toUs;
    this.#paint = paint;
    replay.runTo({ us: fromUs }, (entry) => this.#beforeUs = entry.nowUs);
  }

  async run(lines: LineSource): Promise<void> {
    let more = this.#next();
    while (more) {
      const line = await lines.next(PROMPT);
      if (line === null) return;
      more = this.#obey(line.trim());
    }
  }

  /** Does what a line says; false = it is over. */
  #obey(line: string): boolean {
    if (line === "q" || line === "quit") return false;
    if (line === "" || line === "n") return this.#next();
    if (line === "p") return this.#goBack();
    const named = INPUT_NUMBER.exec(line);
    if (named !== null) return this.#goToInput(named[1] === "e" ? "engine" : "core", named[2]!);
    print("n or Enter, p, the NUMBER of an input of the core, e17 for one of the engine, or q");
    return true;
  }

  #goBack(): boolean {
    const number = this.#replay.position - 1;
    if (number >= 1) return this.#goTo(number);
    print("this is the first input of the dump");
    return true;
  }

  /** Goes to an input by the number that it has in its half, as explain and --change call it. */
  #goToInput(half: Half, typed: string): boolean {
    const place = placeOfInput(this.#replay, half, Number(typed));
    if (typeof place === "number") return this.#goTo(place);
    print(place.none);
    return true;
  }

  /** `number`: place among the entries of both halves, from 1 on. */
  #goTo(number: number): boolean {
    this.#beforeUs = null;
    // One before it, so that the time between the two is known.
    this.#replay.runTo({ position: Math.max(0, number - 2) });
    if (number > 1) this.#beforeUs = this.#replay.step()?.nowUs ?? null;
    return this.#next();
  }

  #next(): boolean {
    const next = this.#replay.next;
    const entry = next === null || next.entry.nowUs > this.#toUs ? null : this.#replay.step();
    if (entry === null) {
      print("the end");
      return false;
    }
    print(this.#text(entry));
    this.#beforeUs = entry.nowUs;
    return true;
  }

  #text(entry: ReplayedEntry): string {
    const { dump, core, position, length } = this.#replay;
    const names = new EntryNames(core?.config ?? null, dump.head.interfaces);
    const place = { entry: position, of: length, beforeUs: this.#beforeUs };
    return entryText(dump.head, entry, place, names, this.#paint, drawnWidth());
  }
}
