// The words of `npm run sim`.
// This module is browser safe.

/** What the search is to do. */
export interface SearchOptions {
  /** First seed. */
  from: number;
  /** Number of seeds from there on. */
  runs: number;
  /** Workers that play at the same time. */
  jobs: number;
  /** Go on behind a violation. */
  keepGoing: boolean;
  /** Print everything that happens; for one seed. */
  timeline: boolean;
  /** Make the failing play of this seed smaller and write it to a folder; null = search. */
  shrink: { seed: number; folder: string } | null;
  help: boolean;
}

/** What `--help` prints. */
export const SEARCH_USAGE = `npm run sim -- [OPTION...]

Plays random clusters through random faults and stops at the first violated invariant.

  --runs N         how many (1000)
  --from N         the first seed (0): runs N, N + 1, ...
  --seed N         this seed only
  --jobs N         workers that play at the same time (one per core)
  --keep-going     do not stop at a violation
  --timeline       print what happens, with --seed
  --shrink SEED    make the failing play of SEED smaller and save it
  --out FOLDER     where --shrink saves (dist/sim)

exit status: 0 nothing was violated, 1 something was, 2 the command line is wrong
`;

/** Largest seed. */
const SEED_MAX = 0xffff_ffff;
const RUNS_MAX = SEED_MAX + 1;
const JOBS_MAX = 1024;

/** Reads the command line. Throws with a sentence for the person. */
export function parseSearchOptions(words: readonly string[], cores: number): SearchOptions {
  const found: SearchOptions = {
    from: 0,
    runs: 1000,
    jobs: cores,
    keepGoing: false,
    timeline: false,
    shrink: null,
    help: false,
  };
  let folder = "dist/sim";
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    const value = () => words[++at] ?? fail(`${word} wants a value`);
    const number = (most: number, least = 0) => wholeNumber(word, value(), least, most);
    if (word === "--runs") found.runs = number(RUNS_MAX, 1);
    else if (word === "--from") found.from = number(SEED_MAX);
    else if (word === "--jobs") found.jobs = number(JOBS_MAX, 1);
    else if (word === "--seed") Object.assign(found, { from: number(SEED_MAX), runs: 1 });
    else if (word === "--shrink") found.shrink = { seed: number(SEED_MAX), folder };
    else if (word === "--out") folder = value();
    else if (word === "--keep-going") found.keepGoing = true;
    else if (word === "--timeline") found.timeline = true;
    else if (word === "--help") found.help = true;
    else fail(`unknown word ${word}`);
  }
  if (found.from + found.runs > RUNS_MAX) fail(`seeds end at ${SEED_MAX}`);
  if (found.timeline && found.runs !== 1) fail("--timeline wants --seed");
  if (found.shrink !== null) found.shrink.folder = folder;
  return found;
}

function fail(text: string): never {
  throw new Error(text);
}

function wholeNumber(word: string, text: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  return value >= least && value <= most
    ? value
    : fail(`${word} wants a whole number ${least}..${most}`);
}
