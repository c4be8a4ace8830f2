// Which lines of a story are shown: by node, by kind, by words. Pure.

import type { StoryKind, StoryLine, StoryLines } from "./story_lines.ts";

/** Groups of kinds that a person chooses from. */
export const STORY_GROUPS = {
  transitions: ["transition", "state"],
  faults: ["action", "say", "connection", "process"],
  priorities: ["priority", "script"],
  servers: ["server"],
  addresses: ["address", "client"],
  others: ["remark", "notify", "violation"],
} as const satisfies Record<string, readonly StoryKind[]>;
export type StoryGroup = keyof typeof STORY_GROUPS;

/** What is wanted. */
export interface StoryFilter {
  /** Name of a node; null: all. */
  node: string | null;
  /** null: all. */
  group: StoryGroup | null;
  /** Words, in any order and case; "": all. */
  words: string;
  /** Lines and effects for a second look too. */
  withDetails: boolean;
}

/** All lines but the details. */
export const WHOLE_STORY: StoryFilter = {
  node: null,
  group: null,
  words: "",
  withDetails: false,
};

/** Whether a line is wanted. */
export function isWanted(line: StoryLine, filter: StoryFilter): boolean {
  const { node, group, withDetails } = filter;
  if (line.isDetail && !withDetails) return false;
  // What befalls everybody befalls the node too.
  if (node !== null && line.who !== node && line.kind !== "violation") return false;
  const kinds: readonly StoryKind[] | null = group === null ? null : STORY_GROUPS[group];
  if (kinds !== null && !kinds.includes(line.kind)) return false;
  const words = filter.words.toLowerCase().split(/\s+/).filter((word) => word !== "");
  if (words.length === 0) return true;
  const text = [line.who, line.text, ...line.effects.map((one) => one.text), ...line.alike]
    .join(" ").toLowerCase();
  return words.every((word) => text.includes(word));
}

/** Numbers of the wanted lines. */
export function wantedLines(lines: StoryLines, filter: StoryFilter): number[] {
  const numbers: number[] = [];
  for (let number = 0; number < lines.length; number++) {
    if (isWanted(lines.line(number), filter)) numbers.push(number);
  }
  return numbers;
}

/** Place of the last of ascending numbers that is not above a number; -1: none. */
export function placeAtOrBelow(numbers: readonly number[], number: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle]! <= number) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
