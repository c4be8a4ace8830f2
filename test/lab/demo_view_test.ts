import { describe, expect, it } from "vitest";
import { type DemoView, renderDemo } from "./demo_view.ts";

const VIEW: DemoView = {
  elapsedS: 12.4,
  directors: [
    { name: "node1", condition: "killed (kill -9)", status: null },
    { name: "node2", condition: "running", status: null },
  ],
  realServers: [
    {
      name: "rs1",
      address: "172.18.200.100",
      weight: 1,
      running: true,
      answered: 10,
      perSecond: 1,
    },
    {
      name: "rs2",
      address: "172.18.200.110",
      weight: 2,
      running: false,
      answered: 20,
      perSecond: 0,
    },
  ],
  requests: { sent: 31, failed: 1, perSecond: 1, lastFailure: "timed out" },
  owners: [],
  happened: Array.from({ length: 100 }, (_, i) => ({ atS: i, who: "node2", text: `event ${i}` })),
  keys: [{ key: "k", does: "kill -9 node1" }, { key: "q", does: "end" }],
};

const text = (columns: number, rows: number) =>
  renderDemo(VIEW, columns, rows).map((line) => line.map((piece) => piece.text).join(""));

describe("renderDemo()", () => {
  it("never exceeds the terminal, whatever its size", () => {
    for (const columns of [10, 40, 80, 200]) {
      for (const rows of [1, 5, 24, 60]) {
        const lines = text(columns, rows);
        expect(lines.length).toBeLessThanOrEqual(rows);
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
      }
    }
  });

  it("shows the newest events, and shares in proportion", () => {
    const lines = text(100, 30).join("\n");
    expect(lines).toContain("event 99");
    expect(lines).not.toContain("event 50");
    expect(lines).toMatch(/rs1 .* 33\.3 %/);
    expect(lines).toMatch(/rs2 .* 66\.7 %.*stopped/);
    expect(lines).toContain("its daemon does not answer");
    expect(lines).toContain("1 failed  (last: timed out)");
  });
});
