// The simulator is right: what it says of a scenario is what two real daemons do. Each scenario is
// played on a lab first; then the simulator gets the same configurations and the times at which the
// steps really were (simulation_compare.ts says what exactly and why). Transitions, their order and their
// reasons have to be equal, and their times, as far as the machine let the daemons be on time.
// VIPD_UPDATE=1 writes the table of docs/simulation.md.

import { beforeAll, describe, expect, it } from "vitest";
import { configFile, type Played, playOnLab } from "../lab/played.ts";
import { ROOT } from "../lab/path.ts";
import { comparePlay, type Comparison, lineOf, median } from "./simulation_compare.ts";
import { COMPARED, type Compared } from "./simulation_scenarios.ts";

/** Of all transitions of all scenarios. */
const MEDIAN_US_MAX = 20_000;
/** A single one may be off by more only as far as the daemons' loops were late. */
const SINGLE_US_MAX = 20_000;
/** Labs at the same time: each has two daemons, which sleep but for their starts. */
const LABS_AT_ONCE = 5;
const PAGE = `${ROOT}/docs/simulation.md`;
const MARKS = ["<!-- agreement -->", "<!-- /agreement -->"] as const;

const results = new Map<Compared, Comparison | Error>();
const plays = new Map<Compared, Played>();
let wasm: WebAssembly.Module;

beforeAll(async () => {
  wasm = await WebAssembly.compile(await Deno.readFile(`${ROOT}/core-as/build/core.wasm`));
  const waiting = [...COMPARED];
  const lane = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { play } = next;
      try {
        const played = await playOnLab(play);
        plays.set(next, played);
        results.set(next, comparePlay(wasm, play, played));
      } catch (error) {
        results.set(next, error as Error);
      }
    }
  };
  await Promise.all(Array.from({ length: LABS_AT_ONCE }, lane));
});

function resultOf(compared: Compared): Comparison {
  const result = results.get(compared);
  if (result instanceof Error) throw result;
  return result!;
}

const seconds = (us: number) => (us / 1e6).toFixed(3);
const milliseconds = (us: number) => (us / 1000).toFixed(1);

describe.each(COMPARED)("$title", (compared) => {
  it("happened as planned", () => {
    const { real } = resultOf(compared);
    const masters = real.filter(({ subject, what }) =>
      subject === "VI_1" && / -> MASTER /.test(what)
    )
      .toSorted((a, b) => a.atUs - b.atUs).map(({ node }) => node);
    expect(masters).toEqual(compared.masters);
  });

  it("has the same transitions in the same order for the same reasons", () => {
    const { real, simulated } = resultOf(compared);
    expect(simulated.map(lineOf)).toEqual(real.map(lineOf));
  });

  it("has them at the same times", () => {
    const { pairs } = resultOf(compared);
    expect(pairs.length).toBeGreaterThan(0);
    const off = pairs.filter(({ offUs, lateUs }) => Math.abs(offUs) > SINGLE_US_MAX + lateUs);
    const lines = off.map(({ real, offUs, lateUs }) =>
      `${lineOf(real)} at ${seconds(real.atUs)} s: ${milliseconds(offUs)} ms off, ` +
      `the loops were late by ${milliseconds(lateUs)} ms`
    );
    expect(lines).toEqual([]);
  });

  it("replays from the daemons' dumps", () => {
    expect(resultOf(compared).differences).toEqual([]);
  });
});

function table(rows: readonly Compared[]): string {
  const lines = rows.map((compared) => {
    const { pairs, latestUs } = resultOf(compared);
    const offs = pairs.map(({ offUs }) => Math.abs(offUs));
    const numbers = [median(offs), Math.max(...offs), latestUs].map(milliseconds);
    return `| ${compared.title} | ${pairs.length} | ${numbers.join(" | ")} |`;
  });
  const head = ["scenario", "transitions", "median, ms", "largest, ms", "latest loop, ms"];
  return [`| ${head.join(" | ")} |`, "| --- | --- | --- | --- | --- |", ...lines].join("\n");
}

async function writeTable(text: string): Promise<void> {
  const page = await Deno.readTextFile(PAGE);
  const [begin, end] = MARKS.map((mark) => page.indexOf(mark)) as [number, number];
  if (begin < 0 || end < begin) throw new Error(`the page lacks ${MARKS.join(" and ")}`);
  const before = page.slice(0, begin + MARKS[0].length);
  await Deno.writeTextFile(PAGE, `${before}\n\n${text}\n\n${page.slice(end)}`);
}

describe("a simulation of something else", () => {
  const of = COMPARED.find(({ play }) => play.tag === "kill")!;
  const simulated = (from: string, to: string) => {
    const { play } = of;
    const nodes = play.nodes.map(({ name, file }) => ({
      name,
      file: configFile(file.text.replace(from, to)),
    }));
    return comparePlay(wasm, { ...play, nodes }, plays.get(of)!);
  };

  it("is seen in the times: another skew", () => {
    const { pairs } = simulated("priority 90", "priority 80");
    expect(Math.max(...pairs.map(({ offUs }) => Math.abs(offUs)))).toBeGreaterThan(SINGLE_US_MAX);
  });

  it("is seen in the transitions: no preemption", () => {
    const { pairs } = simulated("priority 100", "nopreempt\npriority 100");
    expect(pairs).toEqual([]);
  });
});

describe("all scenarios together", () => {
  it("are off by no more than 20 ms in the median", async () => {
    const offs = COMPARED.flatMap((one) => resultOf(one).pairs.map(({ offUs }) => Math.abs(offUs)));
    const text = table(COMPARED) +
      `\n\n${COMPARED.length} scenarios, ${offs.length} transitions, median difference ` +
      `${milliseconds(median(offs))} ms, largest ${milliseconds(Math.max(...offs))} ms.`;
    console.log(text);
    if (Deno.env.get("VIPD_UPDATE") === "1") await writeTable(text);
    expect(median(offs)).toBeLessThanOrEqual(MEDIAN_US_MAX);
  });
});
