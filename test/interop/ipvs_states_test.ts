// vipd and keepalived side by side on a real IPVS (User-Mode Linux), led through the same configurations and
// the same failures: the tables of both kernels are equal, row by row, in every state. Then vipd
// alone through crashes: what is ours is moved to what should be, what is not stays.

import { beforeAll, describe, expect, it } from "vitest";
import { ipvsRows } from "../lab/ipvs_table.ts";
import { ROOT } from "../lab/path.ts";
import type { ReachedState } from "../lab/programs/ipvs_states.ts";
import { reportFromUml } from "../lab/uml.ts";

interface StatesReport {
  states: ReachedState[];
  /** vipd's table after kill -9. */
  left: string;
  /** Exit status of vipd and of keepalived. */
  stopped: number[];
  log: string;
}

const BOTH = [
  "the published file",
  "other weights after a reload",
  "a server fell out",
  "all servers are out: the sorry server",
  "one server came back",
  "the other one too",
  "a dead server with inhibit_on_failure",
  "services removed, added and changed by a reload",
  "all services again",
  "stopped",
];
const CRASHES = [
  "killed, its table changed by others, started again",
  "killed, started with one service less",
  "killed, started with another service",
  "killed, started with no service",
];
/** Rows of the service of somebody else. */
const FOREIGN_ROWS = 2;

let report: StatesReport;

beforeAll(async () => {
  report = await reportFromUml("ipvs_states.ts");
});

function state(name: string): ReachedState {
  const found = report.states.find((one) => one.name === name);
  if (found === undefined) throw new Error(`the guest did not come to: ${name}`);
  return found;
}

describe("the table of vipd equals keepalived's", () => {
  it.each(BOTH)("%s", (name) => {
    const { vipd, keepalived, wanted } = state(name);
    expect(vipd).toBe(keepalived);
    expect(ipvsRows(vipd)).toEqual(wanted);
  });

  it("as it is kept from keepalived alone, from the published file", async () => {
    const expected = await Deno.readTextFile(`${ROOT}/test/interop/expected/ipvs_table.txt`);
    const rows = ipvsRows(state("the published file").vipd);
    expect(rows.slice(0, -FOREIGN_ROWS)).toEqual(ipvsRows(expected));
  });
});

describe("after kill -9", () => {
  it("the services stay as they were", () => {
    const before = state("services removed, added and changed by a reload").vipd;
    expect(report.left).toBe(before);
  });

  it.each(CRASHES)("the next start repairs the table: %s", (name) => {
    const { vipd, wanted } = state(name);
    expect(ipvsRows(vipd)).toEqual(wanted);
  });
});

it("both end with status 0", () => {
  expect(report.stopped).toEqual([0, 0]);
});
