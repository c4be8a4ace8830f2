// Shell patterns of include lines, as glob(7) with the braces of csh: `*`, `?`, `[...]`, `{a,b}`.
// Wildcards never match a slash. A pattern costs at most its length times the path's, whatever it
// says: a configuration must not be able to stop the thread that reads it.
// This module is browser safe.

import { GLOB_ALTERNATIVES_MAX } from "./limits.ts";

/** Says whether a whole path matches. */
export type GlobMatcher = (path: string) => boolean;

/** A matcher of one pattern without braces, which stand for themselves here. */
export function globMatcher(pattern: string): GlobMatcher {
  const steps = stepsOf(pattern);
  return (path) => matches(steps, path);
}

/**
 * The patterns without braces that a pattern stands for, sorted; null when they are more than
 * GLOB_ALTERNATIVES_MAX. An unpaired brace stays as it is.
 */
export function expandBraces(pattern: string): string[] | null {
  const done: string[] = [];
  const open = [pattern];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const brace = /\{([^{}]*)\}/.exec(next);
    if (brace === null) done.push(next);
    else {
      const before = next.slice(0, brace.index);
      const after = next.slice(brace.index + brace[0].length);
      for (const part of brace[1]!.split(",")) open.push(before + part + after);
    }
    if (done.length + open.length > GLOB_ALTERNATIVES_MAX) return null;
  }
  return done.sort();
}

/** What one part of a pattern takes: any run of characters, or one that passes. */
type Step = "run" | ((char: string) => boolean);

function stepsOf(pattern: string): Step[] {
  const steps: Step[] = [];
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i]!;
    const set = char === "[" ? /^\[(!?)([^\]/]+)\]/.exec(pattern.slice(i)) : null;
    if (set !== null && hasOrderedRanges(set[2]!)) {
      const inverted = set[1] === "!" ? "^" : "";
      const one = new RegExp(`^[${inverted}${set[2]!.replace(/[\\^[]/g, "\\$&")}]$`);
      steps.push((given) => given !== "/" && one.test(given));
      i += set[0].length - 1;
    } else if (char === "*") steps.push("run");
    else if (char === "?") steps.push((given) => given !== "/");
    else steps.push((given) => given === char);
  }
  return steps;
}

/** False for sets such as `[z-a]`, which regular expressions refuse: they are read as letters. */
function hasOrderedRanges(set: string): boolean {
  return [...set.matchAll(/(.)-(.)/gsu)].every(([, from, to]) => from! <= to!);
}

/**
 * Only the last run is ever made longer: an earlier one already ends at the first place that lets
 * what stands between the two match, and no later place could help.
 */
function matches(steps: readonly Step[], path: string): boolean {
  let step = 0;
  let run = -1;
  let runEnd = 0;
  for (let at = 0; at < path.length;) {
    const next = steps[step];
    if (next === "run") {
      run = step++;
      runEnd = at;
    } else if (next?.(path[at]!)) {
      step++;
      at++;
    } else {
      if (run < 0 || path[runEnd] === "/") return false;
      at = ++runEnd;
      step = run + 1;
    }
  }
  while (steps[step] === "run") step++;
  return step === steps.length;
}
