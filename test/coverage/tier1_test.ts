// Every everyday keyword is shown by a test that runs a daemon: the list stands in tier1.snap.
// VIPD_UPDATE=1 rewrites it.

import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { describe, expect, it } from "vitest";
import { shownKeywords, strayMarks } from "./tier1.ts";

const SNAPSHOT = new URL("tier1.snap", import.meta.url);

function snapshot(): string {
  const lines = shownKeywords().map(({ block, keyword, files }) =>
    `${block} ${keyword}: ${files.join(" ") || "-"}`
  );
  return ["# Keywords of tier 1 and the tests that show their effect.", ...lines, ""].join("\n");
}

describe("the keywords of tier 1", () => {
  it("are each shown by a test", () => {
    const missing = shownKeywords().filter(({ files }) => files.length === 0);
    expect(missing.map(({ block, keyword }) => `${block} ${keyword}`)).toEqual([]);
  });

  it("are what the snapshot says", () => {
    if (process.env.VIPD_UPDATE === "1") writeFileSync(SNAPSHOT, snapshot());
    expect(snapshot()).toBe(readFileSync(SNAPSHOT, "utf8"));
  });

  it("are named rightly by the tests", () => {
    expect(strayMarks()).toEqual([]);
  });
});
