// "Did you mean": the word that a misspelt one is nearest to.
// This module is browser safe.

/** Candidates that one word is compared with: a guess must not cost more than the check itself. */
const CANDIDATES_MAX = 1000;

/** The word out of some that is most likely meant, or null when none is near. */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  const limit = Math.min(3, Math.floor(word.length / 3) + (word.length < 3 ? 0 : 1));
  let best: string | null = null;
  let bestDistance = limit + 1;
  let compared = 0;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) >= bestDistance) continue;
    if (++compared > CANDIDATES_MAX) break;
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance && distance < candidate.length) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/**
 * What to do about a word that is not known: the one that is meant, or the first `listed` to choose
 * from; `none` when there is none at all.
 */
export function advice(word: string, known: string[], listed: number, none: string): string {
  const near = nearest(word, known);
  if (near !== null) return `did you mean '${near}'?`;
  if (known.length === 0) return none;
  return `write one of ${known.slice(0, listed).join(", ")}${known.length > listed ? ", ..." : ""}`;
}

/** Longest word that is compared; longer ones have no near keyword. */
const COMPARED_LENGTH_MAX = 64;

/** Optimal string alignment distance: insert, delete, replace, swap neighbours cost one each. */
export function editDistance(a: string, b: string): number {
  if (a.length > COMPARED_LENGTH_MAX || b.length > COMPARED_LENGTH_MAX) return Infinity;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) cost = Math.min(cost, beforeLast[j - 2]! + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}
