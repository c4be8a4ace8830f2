// The search: hands seeds to one worker per core, prints what was violated and how it is seen again,
// and at the end what was exercised. See test/sim/search. Runs on Deno.

import { errorText } from "../../host/base/errors.ts";
import { fromFileUrl } from "../lab/path.ts";
import type { Answer, Failure, Order } from "./play_seeds.ts";
import { parseSearchOptions, SEARCH_USAGE, type SearchOptions } from "./search_options.ts";
import { shrinkSeed } from "./shrink_seed.ts";
import { addTally, emptyTally, type Tally, tallyText } from "./tally.ts";
import { printTimeline } from "./timeline.ts";

/** Seeds of one order: some seconds of work, so that the last worker is not long alone. */
const ORDER_SEEDS_MAX = 64;
const PROGRESS_MS = 5_000;
const EXIT_VIOLATED = 1;
const EXIT_USAGE = 2;

/** The commit that is being searched, with a mark when files differ from it. */
async function commitName(): Promise<string> {
  const git = async (...args: string[]) => {
    const cwd = fromFileUrl(new URL("../..", import.meta.url));
    const { code, stdout } = await new Deno.Command("git", { args, cwd, stderr: "null" }).output();
    return code === 0 ? new TextDecoder().decode(stdout).trim() : null;
  };
  const head = await git("rev-parse", "--short=12", "HEAD").catch(() => null);
  if (head === null) return "unknown";
  return (await git("status", "--porcelain", "--untracked-files=no")) === ""
    ? head
    : `${head} with changes`;
}

/** What was found so far, and the words about it. */
class Report {
  readonly tally: Tally = emptyTally();
  readonly failures: Failure[] = [];
  readonly #begunMs = performance.now();
  readonly #runs: number;
  readonly #commit: string;
  #toldMs = 0;

  constructor(runs: number, commit: string) {
    this.#runs = runs;
    this.#commit = commit;
  }

  take(answer: Answer): void {
    addTally(this.tally, answer.tally);
    for (const failure of answer.failures) {
      this.failures.push(failure);
      this.#tell(failure);
    }
    const nowMs = performance.now();
    if (nowMs - this.#toldMs < PROGRESS_MS) return;
    this.#toldMs = nowMs;
    console.error(`${this.tally.runs} of ${this.#runs} runs, ${this.speed()}`);
  }

  #tell({ seed, violation }: Failure): void {
    const { invariant, atUs, text } = violation;
    console.log(`VIOLATION of "${invariant}" at ${(atUs / 1e6).toFixed(6)} s`);
    console.log(`  ${text}`);
    console.log(`  seed ${seed}, commit ${this.#commit}`);
    console.log(`  again: npm run sim -- --seed ${seed} --timeline`);
  }

  /** Real time and simulated time, and how they compare. */
  speed(): string {
    const { runs, simulatedUs, events } = this.tally;
    const seconds = (performance.now() - this.#begunMs) / 1000;
    const simulatedS = simulatedUs / 1e6;
    return [
      `${seconds.toFixed(1)} s`,
      `${(runs / seconds).toFixed(0)} runs/s`,
      `${(simulatedS / 3600).toFixed(1)} h simulated`,
      `${(simulatedS / seconds).toFixed(0)} times real time`,
      `${(events / seconds).toFixed(0)} events/s`,
    ].join(", ");
  }

  print(): void {
    console.log(tallyText(this.tally));
    console.log(`${this.tally.runs} runs, ${this.failures.length} violated, ${this.speed()}`);
    console.log(`commit ${this.#commit}`);
  }
}

/** Plays all seeds on workers; ends early at a failure unless told to go on. */
async function search(options: SearchOptions, report: Report): Promise<void> {
  const { from, runs, keepGoing } = options;
  const jobs = Math.min(options.jobs, runs);
  const chunk = Math.max(1, Math.min(ORDER_SEEDS_MAX, Math.floor(runs / jobs)));
  let next = from;
  const nextOrder = (): Order | null => {
    if (next >= from + runs || (!keepGoing && report.failures.length > 0)) return null;
    const count = Math.min(chunk, from + runs - next);
    next += count;
    return { from: next - count, count, keepGoing };
  };
  await Promise.all(Array.from({ length: jobs }, () =>
    new Promise<void>((resolve, reject) => {
      const worker = new Worker(import.meta.resolve("./search_worker.ts"), { type: "module" });
      const go = () => {
        const order = nextOrder();
        if (order !== null) return worker.postMessage(order);
        worker.terminate();
        resolve();
      };
      worker.onmessage = ({ data }: MessageEvent<Answer>) => {
        report.take(data);
        go();
      };
      worker.onerror = (event) => {
        event.preventDefault();
        worker.terminate();
        reject(new Error(`a worker of the search died: ${event.message}`));
      };
      go();
    })));
}

async function main(): Promise<number> {
  let options: SearchOptions;
  try {
    options = parseSearchOptions(Deno.args, navigator.hardwareConcurrency);
  } catch (error) {
    console.error(`sim: ${errorText(error)}`);
    return EXIT_USAGE;
  }
  if (options.help) {
    console.log(SEARCH_USAGE);
    return 0;
  }
  if (options.shrink !== null) {
    return shrinkSeed(options.shrink.seed, options.shrink.folder) ? EXIT_VIOLATED : 0;
  }
  if (options.timeline) return printTimeline(options.from) ? EXIT_VIOLATED : 0;
  const report = new Report(options.runs, await commitName());
  await search(options, report);
  report.print();
  return report.failures.length > 0 ? EXIT_VIOLATED : 0;
}

Deno.exit(await main());
