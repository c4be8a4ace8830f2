// Which keywords vipd has, as a checked-in snapshot: what a change adds or loses shows in review.
// VIPD_UPDATE=1 rewrites it.

import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { describe, expect, it } from "vitest";
import { keywordCoverage } from "../../host/conf/coverage.ts";

const SNAPSHOT = new URL("keywords.snap", import.meta.url);

function snapshot(): string {
  const rows = keywordCoverage();
  const count = (outcome: string) => rows.filter((row) => row.outcome === outcome).length;
  const head = [
    "# Keywords of keepalived.conf(5) and of vipd: tier, outcome, block, keyword.",
    "# supported = it works; error = not yet, the daemon does not start; warning = not yet, ignored.",
    `# supported ${count("supported")}, error ${count("error")}, warning ${count("warning")}`,
  ];
  const lines = rows.map(({ tier, outcome, block, keyword }) =>
    `${tier} ${outcome.padEnd(9)} ${block} ${keyword}`
  );
  return [...head, ...lines, ""].join("\n");
}

describe("the keywords", () => {
  it("are what the snapshot says", () => {
    if (process.env.VIPD_UPDATE === "1") writeFileSync(SNAPSHOT, snapshot());
    expect(snapshot()).toBe(readFileSync(SNAPSHOT, "utf8"));
  });

  it("of tier 1 are all supported", () => {
    const missing = keywordCoverage().filter(({ tier, outcome }) =>
      tier === 1 && outcome !== "supported"
    );
    expect(missing).toEqual([]);
  });
});
