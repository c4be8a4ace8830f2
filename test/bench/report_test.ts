// The bench's page: whole tables and single rows.

import { describe, expect, it } from "vitest";
import { markdown, replaceRows, replaceTable, type RowResult } from "./report.ts";

function result(title: string, figure: number): RowResult {
  return {
    row: { name: title, title, notes: ["a note"] },
    measurements: [{ what: "speed", unit: "1/s", vipd: [figure], keepalived: null }],
    missing: null,
    failed: false,
  };
}

const PAGE = "# Bench\n\n<!-- table: test/bench/run --markdown -->\n<!-- end of table -->\n\nend\n";

describe("the bench's page", () => {
  it("holds a table, and takes the next one in its place", () => {
    const first = replaceTable(PAGE, markdown([result("A", 1), result("B", 2)], "on Monday"));
    expect(first).toContain("Measured on Monday.\n\n### A\n");
    expect(first).toContain("| speed | 1/s | 2.00 | - | - | 1 |");
    const second = replaceTable(first, markdown([result("C", 3)], "on Tuesday"));
    expect(second).not.toContain("### A");
    expect(second.endsWith("<!-- end of table -->\n\nend\n")).toBe(true);
  });

  it("replaces one row, adds another and keeps the rest byte for byte", () => {
    const page = replaceTable(PAGE, markdown([result("A", 1), result("B", 2)], "on Monday"));
    const next = replaceRows(page, [result("A", 5), result("C", 6)], "on Tuesday");
    expect(next).toContain("Measured on Monday.\n\n### A\n");
    expect(next).toContain("| speed | 1/s | 5.00 |");
    expect(next).not.toContain("| speed | 1/s | 1.00 |");
    expect(next).toContain("- a note\n- Measured on Tuesday.\n\n### B\n");
    const sectionB = page.slice(page.indexOf("### B"), page.indexOf("<!-- end"));
    expect(next).toContain(sectionB.trim() + "\n\n### C");
    expect(replaceRows(next, [result("A", 5), result("C", 6)], "on Tuesday")).toBe(next);
  });

  it("refuses a page without the marks", () => {
    expect(() => replaceRows("# Bench\n", [result("A", 1)], "now")).toThrow("lacks the lines");
  });
});
