// The real keepalived and a real IPVS (User-Mode Linux): the table that it programs from the published
// file is kept in expected/ipvs_table.txt, for vipd's to be compared with.
import { expect, it } from "vitest";
import { DENO, ROOT } from "../lab/path.ts";
import { VIP1, VIP2 } from "../lab/topology.ts";
import { runInUml } from "../lab/uml.ts";

const GUEST_MS = 150_000;

interface Report {
  /** Output of `ipvsadm -Ln` on node1. */
  table: string;
  /** For each VIP, how many requests each real server answered. */
  answered: Record<string, Record<string, number>>;
}

it("keepalived programs the published file's services and both real servers answer", async () => {
  const program = `${ROOT}/test/lab/programs/keepalived_table.ts`;
  const { code, output } = await runInUml({
    argv: [DENO, "run", "-A", "--no-lock", program],
    timeoutMs: GUEST_MS,
  });
  expect(code, output).toBe(0);
  const { table, answered } = JSON.parse(output.trim().split("\n").at(-1)!) as Report;
  const expected = await Deno.readTextFile(`${ROOT}/test/interop/expected/ipvs_table.txt`);
  expect(table).toBe(expected);
  for (const vip of [VIP1, VIP2]) {
    expect(Object.keys(answered[vip]!).sort()).toEqual(["rs1", "rs2"]);
    // Weights 1 and 2, fifteen requests: 5 and 10, give or take one that was still closing.
    expect(answered[vip]!.rs2! / answered[vip]!.rs1!).toBeGreaterThan(1.4);
    expect(answered[vip]!.rs2! / answered[vip]!.rs1!).toBeLessThan(2.8);
  }
});
