// vipd and keepalived side by side on a real IPVS (User-Mode Linux), from the same files and through the same
// failures. States: in each of them the kernels' tables are equal, row by row; then vipd alone through
// crashes: what is ours is moved to what should be, what is not stays. Forms: every way to forward,
// families, persistence, every scheduler, every kind of check.

import { beforeAll, describe, expect, it } from "vitest";
import { ipvsRows } from "../lab/ipvs_table.ts";
import { ROOT } from "../lab/path.ts";
import type { FormsState } from "../lab/programs/ipvs_forms.ts";
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

// shows: virtual_server lb_algo lb_kind sorry_server real_server
// shows: virtual_server.real_server weight inhibit_on_failure
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

// shows: virtual_server lvs_sched lvs_method protocol persistence_timeout
const FORMS = [
  "methods, families, persistence",
  "another method and weight by reload",
  "every scheduler of the kernel",
  "checked servers are in",
  "each kind of check takes its server out",
  "and lets it back in",
  "misc_dynamic sets the weight",
  "and its end the configured one",
];

let states: StatesReport;
let forms: FormsReport;

beforeAll(async () => {
  // Two guests at a time: nothing here measures time.
  [states, forms] = await Promise.all([
    reportFromUml<StatesReport>("ipvs_states.ts"),
    reportFromUml<FormsReport>("ipvs_forms.ts"),
  ]);
});

function state(name: string): ReachedState {
  const found = states.states.find((one) => one.name === name);
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
    expect(states.left).toBe(before);
  });

  it.each(CRASHES)("the next start repairs the table: %s", (name) => {
    const { vipd, wanted } = state(name);
    expect(ipvsRows(vipd)).toEqual(wanted);
  });
});

it("both end their work with status 0", () => {
  expect(states.stopped).toEqual([0, 0]);
});

describe("ipvsadm -Sn of vipd equals keepalived's", () => {
  it.each(FORMS)("%s", (name) => {
    const state = forms.states.find((one) => one.name === name);
    expect(state?.vipd).toEqual(state?.wanted);
    expect(state?.keepalived).toEqual(state?.wanted);
  });
});

describe("a scheduler that cannot be had", () => {
  it("misspelt: the reload is refused with a suggestion and nothing changes", () => {
    const text = forms.refusal.join("\n");
    expect(text).toMatch(/Line 6\) column 15: .*'wrrr'.*did you mean 'wrr'/);
    expect(text).toMatch(/Reload refused, the configuration before stays/);
    expect(forms.afterRefusal).toEqual(forms.states.at(-1)!.vipd);
  });

  it("lacking in the kernel: said by name, and the other services are done", () => {
    expect(forms.lacking).toMatch(/\[172\.18\.200\.50\]:80: ENOENT .*no scheduler 'twos'/);
    expect(forms.afterLacking).toEqual([
      "-A -t 172.18.200.10:80 -s rr",
      "-a -t 172.18.200.10:80 -r 172.18.200.100:80 -g -w 3",
    ]);
  });
});

it("an orderly stop leaves nothing", () => {
  expect(forms.stopped).toEqual([0, 0]);
  expect(forms.left).toEqual([]);
});
