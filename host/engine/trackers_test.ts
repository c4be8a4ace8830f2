import { describe, expect, it } from "vitest";
import type { ScriptOutcome } from "./contract.ts";
import { config, EngineBench, instance, script, SECOND_US, trackedScript } from "./test_support.ts";
import type { VrrpScript } from "../conf/model.ts";

const OK: ScriptOutcome = { kind: "exit", code: 0 };
const FAIL: ScriptOutcome = { kind: "exit", code: 1 };

function configOf(change: Partial<VrrpScript> = {}) {
  const scripts = [trackedScript("chk", change)];
  const track = { tracker: "chk", watches: "SCRIPT" as const, weight: 0, reverse: false };
  const instances = scripts[0]!.trackedBy.length > 0
    ? [instance("VI_1", { tracks: [track] })]
    : [instance("VI_1")];
  return config({ scripts, instances });
}

/** Runs the script once a second with these outcomes; the tracker's states as they were told. */
function statesOf(outcomes: ScriptOutcome[], change: Partial<VrrpScript>): (string | null)[] {
  const bench = new EngineBench();
  const waiting = [...outcomes];
  bench.script = () => waiting.shift() ?? null;
  const told: (string | null)[] = [];
  const note = () => {
    const trackers = bench.take().filter((output) => output.kind === "tracker");
    expect(trackers.length).toBeLessThanOrEqual(1);
    told.push(trackers[0]?.state ?? null);
  };
  bench.configure(configOf(change));
  note();
  for (let i = 1; i < outcomes.length; i++) {
    bench.advance(SECOND_US);
    note();
  }
  return told;
}

describe("tracked scripts (keepalived.conf(5) vrrp_script)", () => {
  const SIGNAL: ScriptOutcome = { kind: "signal", signal: 9 };
  const TIMEOUT: ScriptOutcome = { kind: "timeout" };
  const ERROR: ScriptOutcome = { kind: "error", text: "ENOENT" };
  const cases: [string, Partial<VrrpScript>, ScriptOutcome[], (string | null)[]][] = [
    ["the first success decides at once", { rise: 3 }, [OK, OK], ["GOOD", null]],
    ["the first failure decides at once", { fall: 3 }, [FAIL, FAIL], ["BAD", null]],
    ["fall 1", {}, [OK, FAIL, OK], ["GOOD", "BAD", "GOOD"]],
    ["fall 3 in a row", { fall: 3 }, [OK, FAIL, FAIL, FAIL], ["GOOD", null, null, "BAD"]],
    [
      "a success between starts the count again",
      { fall: 2 },
      [OK, FAIL, OK, FAIL, FAIL],
      ["GOOD", null, null, null, "BAD"],
    ],
    ["rise 2 in a row", { rise: 2 }, [FAIL, OK, OK], ["BAD", null, "GOOD"]],
    ["a signal is a failure", {}, [OK, SIGNAL], ["GOOD", "BAD"]],
    ["a timeout is a failure", {}, [OK, TIMEOUT], ["GOOD", "BAD"]],
    ["a script that cannot be run is a failure", {}, [OK, ERROR], ["GOOD", "BAD"]],
  ];
  it.each(cases)("%s", (_name, change, outcomes, want) => {
    expect(statesOf(outcomes, change)).toEqual(want);
  });

  it("runs at once, then every interval, also after a pause without a burst", () => {
    const bench = new EngineBench();
    bench.script = () => OK;
    bench.configure(configOf({ intervalUs: 2 * SECOND_US }));
    expect(bench.take().filter((output) => output.kind === "runScript")).toHaveLength(1);
    bench.advance(6 * SECOND_US);
    expect(bench.take().filter((output) => output.kind === "runScript")).toHaveLength(3);
    bench.nowUs += 100 * SECOND_US;
    bench.input({ kind: "timer" });
    expect(bench.take().filter((output) => output.kind === "runScript")).toHaveLength(1);
    expect(bench.engine.nextTimeout()).toBeLessThanOrEqual(bench.nowUs + 2 * SECOND_US);
  });

  it("does not double a run that goes on, and says so once", () => {
    const bench = new EngineBench();
    bench.configure(configOf());
    bench.advance(5 * SECOND_US);
    const runs = bench.take().filter((output) => output.kind === "runScript");
    expect(runs).toHaveLength(1);
    expect(bench.lines).toEqual([
      "Track script chk is already running, expect idle - skipping run: running for 1 s",
    ]);
    const run = runs[0]?.kind === "runScript" ? runs[0].run : 0;
    bench.input({ kind: "scriptResult", run, outcome: { kind: "timeout" } });
    expect(bench.lines.at(-1)).toBe("VRRP_Script(chk) timed_out: first result");
    bench.advance(SECOND_US);
    expect(bench.take().filter((output) => output.kind === "runScript")).toHaveLength(1);
  });

  it("does not run a script that nobody tracks", () => {
    const bench = new EngineBench();
    bench.configure(configOf({ trackedBy: [] }));
    bench.advance(60 * SECOND_US);
    expect(bench.take()).toEqual([]);
    expect(bench.engine.nextTimeout()).toBe(Infinity);
  });

  it("keeps the result over a reload, also with another command", () => {
    const bench = new EngineBench();
    bench.script = () => FAIL;
    bench.configure(configOf({ fall: 2 }));
    bench.take();
    bench.configure(configOf({ fall: 2, script: script("/bin/other") }));
    const outputs = bench.take();
    expect(outputs.filter((output) => output.kind === "tracker")).toEqual([]);
    expect(outputs).toContainEqual(expect.objectContaining({ kind: "runScript" }));
    expect(bench.engine.state.trackers.get("chk")?.state).toBe("BAD");
  });

  it("ends the run of a script that a reload removes, and ignores its result", () => {
    const bench = new EngineBench();
    bench.configure(configOf());
    const first = bench.take()[0];
    const run = first?.kind === "runScript" ? first.run : 0;
    bench.configure(config({ instances: [instance("VI_1")] }));
    expect(bench.take()).toEqual([{ kind: "abort", run }]);
    bench.input({ kind: "scriptResult", run, outcome: FAIL });
    bench.advance(10 * SECOND_US);
    expect(bench.take()).toEqual([]);
  });

  it("tells what keepalived tells", () => {
    const bench = new EngineBench();
    const outcomes = [OK, FAIL, OK];
    bench.script = () => outcomes.shift() ?? null;
    bench.configure(configOf());
    bench.advance(2 * SECOND_US);
    expect(bench.lines).toEqual([
      "VRRP_Script(chk) succeeded: first result",
      "Script `chk` now returning 1",
      "VRRP_Script(chk) failed (exited with status 1): 1 in a row",
      "Script `chk` now returning 0",
      "VRRP_Script(chk) succeeded: 1 in a row",
    ]);
  });
});
