// docs/simulation.md lists every invariant with its sentence. VIPD_UPDATE=1 writes the table anew.

import { expect, it } from "vitest";
import { ALL_INVARIANTS, INVARIANT_MEANINGS } from "../../host/sim/invariants/index.ts";
import { isUpdate, readTable, writeTable } from "./page.ts";

it("the page lists every invariant", () => {
  const rows = ALL_INVARIANTS.map((make) => {
    const { name } = make();
    return `| \`${name}\` | ${INVARIANT_MEANINGS[name]} |`;
  });
  const table = ["| invariant | what it says |", "| --- | --- |", ...rows].join("\n");
  if (isUpdate) writeTable("invariants", table);
  expect(readTable("invariants")).toBe(table);
});
