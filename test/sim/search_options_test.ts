// The command line of the search.

import { describe, expect, it } from "vitest";
import { parseSearchOptions } from "./search_options.ts";

const parse = (line: string) => parseSearchOptions(line.split(" ").filter((word) => word), 2);

describe("npm run sim", () => {
  it("plays 1000 seeds on every core", () => {
    expect(parse("")).toMatchObject({ from: 0, runs: 1000, jobs: 2, keepGoing: false });
  });

  it("takes a range or a seed", () => {
    expect(parse("--runs 5 --from 7 --keep-going")).toMatchObject({
      from: 7,
      runs: 5,
      keepGoing: true,
    });
    expect(parse("--seed 4294967295 --timeline")).toMatchObject({ from: 0xffff_ffff, runs: 1 });
  });

  it("finds the folder of --shrink before and behind it", () => {
    const shrink = { seed: 3, folder: "x" };
    expect(parse("--shrink 3 --out x").shrink).toEqual(shrink);
    expect(parse("--out x --shrink 3").shrink).toEqual(shrink);
  });

  const refused: [string, string][] = [
    ["--runs", "wants a value"],
    ["--runs 0", "whole number"],
    ["--runs 1e3", "whole number"],
    ["--seed -1", "whole number"],
    ["--seed 4294967296", "whole number"],
    ["--from 4294967295 --runs 2", "seeds end"],
    ["--timeline", "wants --seed"],
    ["--sed 1", "unknown word --sed"],
  ];
  for (const [line, text] of refused) {
    it(`refuses ${line}`, () => expect(() => parse(line)).toThrow(text));
  }
});
