// What can be written into IPVS (User-Mode Linux), vipd and keepalived side by side from the same files:
// every way to forward, families, persistence, every scheduler; and every kind of check.

import { beforeAll, describe, expect, it } from "vitest";
import type { FormsState } from "../lab/programs/ipvs_forms.ts";
import { reportFromUml } from "../lab/uml.ts";

interface FormsReport {
  states: FormsState[];
  /** vipd's log of a reload with a misspelt scheduler, and its table after it. */
  refusal: string[];
  afterRefusal: string[];
  /** vipd's log line for a scheduler that the kernel lacks, and its table after it. */
  lacking: string;
  afterLacking: string[];
  stopped: number[];
  /** Both tables after the stop. */
  left: string[];
}

const STATES = [
  "methods, families, persistence",
  "another method and weight by reload",
  "every scheduler of the kernel",
  "checked servers are in",
  "each kind of check takes its server out",
  "and lets it back in",
  "misc_dynamic sets the weight",
];

let report: FormsReport;

beforeAll(async () => {
  report = await reportFromUml("ipvs_forms.ts");
});

describe("ipvsadm -Sn of vipd equals keepalived's", () => {
  it.each(STATES)("%s", (name) => {
    const state = report.states.find((one) => one.name === name);
    expect(state?.vipd).toEqual(state?.wanted);
    expect(state?.keepalived).toEqual(state?.wanted);
  });
});

describe("a scheduler that cannot be had", () => {
  it("misspelt: the reload is refused with a suggestion and nothing changes", () => {
    const text = report.refusal.join("\n");
    expect(text).toMatch(/Line 6\) column 15: .*'wrrr'.*did you mean 'wrr'/);
    expect(text).toMatch(/Reload refused, the configuration before stays/);
    expect(report.afterRefusal).toEqual(report.states.at(-1)!.vipd);
  });

  it("lacking in the kernel: said by name, and the other services are done", () => {
    expect(report.lacking).toMatch(/\[172\.18\.200\.50\]:80: ENOENT .*no scheduler 'twos'/);
    expect(report.afterLacking).toEqual([
      "-A -t 172.18.200.10:80 -s rr",
      "-a -t 172.18.200.10:80 -r 172.18.200.100:80 -g -w 3",
    ]);
  });
});

it("an orderly stop leaves nothing", () => {
  expect(report.stopped).toEqual([0, 0]);
  expect(report.left).toEqual([]);
});
