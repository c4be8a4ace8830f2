// What a simulated machine does with what comes while its process, its main thread or the whole of it
// stands still, told in short lines.

import { describe, expect, it } from "vitest";
import { config, instance } from "../../engine/test_support.ts";
import type { Action } from "../scenario/scenario.ts";
import { simulate } from "../simulate.ts";
import { optionsOf, SECOND, type Steps } from "../../../test/simulated_play.ts";
import type { TraceEvent } from "../world_view.ts";

const CONFIG = config({
  instances: [instance("VI_1", {
    vrid: 51,
    priority: 100,
    vips: [{
      family: "INET",
      address: "192.0.2.100",
      prefixLength: 24,
      device: "eth0",
      label: null,
      scope: 0,
    }],
  })],
});
const UNPLUG: Action = { do: "unplug", node: "a", interface: null };
const PLUG: Action = { do: "plug", node: "a", interface: null };
const SHUTDOWN: Action = { do: "shutdown", node: "a" };

function stall(forS: number): Action {
  return { do: "stallMain", node: "a", forUs: forS * SECOND };
}

function reload(priority: number): Action {
  const set = [{ path: "vrrp_instance.VI_1.priority", value: priority }];
  return { do: "reload", node: "a", set, config: null };
}

function lineOf(event: TraceEvent): string | null {
  const head = (event.atUs / SECOND).toFixed(1);
  if (event.kind === "process") return `${head} ${event.process}`;
  if (event.kind !== "record") return null;
  const { record } = event;
  if (record.kind === "transition") return `${head} ${record.to} ${record.reason}`;
  return record.kind === "notice" ? `${head} ${record.notice}` : null;
}

/** Plays one director; the lines behind its takeover. */
function play(durationS: number, ...steps: Steps): string[] {
  const lines: string[] = [];
  simulate({
    ...optionsOf([CONFIG], steps, durationS),
    seed: 6,
    trace: (event) => {
      const line = event.atUs > 9 * SECOND ? lineOf(event) : null;
      if (line !== null) lines.push(line);
    },
  });
  return lines;
}

describe("a main thread that stands still", () => {
  it("takes a reload and then a shutdown when it goes on", () => {
    expect(play(20, [10, stall(5)], [11, reload(80)], [12, SHUTDOWN])).toEqual([
      "15.0 CONFIG_COMMITTED",
      "15.0 STOP STOP",
      "15.0 down",
    ]);
  });

  it("takes no reload behind a shutdown", () => {
    expect(play(20, [10, stall(5)], [11, SHUTDOWN], [12, reload(80)])).toEqual([
      "15.0 STOP STOP",
      "15.0 down",
    ]);
  });

  it("takes a signal when its process and itself go on", () => {
    const steps: [number, Action][] = [
      [10, stall(2)],
      [10.5, { do: "freeze", node: "a" }],
      [15, { do: "thaw", node: "a" }],
    ];
    // By its own clock, which stood still too.
    expect(play(20, [10, stall(2)], [10.1, SHUTDOWN], ...steps.slice(1))).toEqual([
      "10.5 frozen",
      "15.0 running",
      "16.5 STOP STOP",
      "16.5 down",
    ]);
  });

  it("is dead for the worker after 30 s: it resigns and ends the process", () => {
    expect(play(60, [10, stall(29)], [39, stall(29)])).toEqual([]);
    expect(play(60, [10, stall(31)])).toEqual(["40.0 STOP STOP", "40.0 down"]);
    // Two that overlap are one silence.
    expect(play(60, [10, stall(20)], [25, stall(20)])).toEqual(["40.0 STOP STOP", "40.0 down"]);
    // One that is over is forgotten.
    expect(play(80, [10, stall(20)], [35, stall(31)])).toEqual(["65.0 STOP STOP", "65.0 down"]);
  });

  it("has a little time to be heard when the process goes on", () => {
    const pause: Action = { do: "pause", node: "a" };
    const resume: Action = { do: "resume", node: "a" };
    const ended = (stallS: number) =>
      play(60, [10, stall(stallS)], [20, pause], [45, resume]).filter((line) =>
        line.endsWith("down")
      );
    expect(ended(36)).toEqual([]);
    expect(ended(38)).toEqual(["47.0 down"]);
  });

  it("of a process that was killed holds nobody up", () => {
    expect(
      play(60, [10, stall(40)], [11, { do: "kill", node: "a" }], [12, SHUTDOWN], [13, {
        do: "start",
        node: "a",
      }], [14, reload(80)]).slice(0, 5),
    ).toEqual([
      "11.0 down",
      "13.0 running",
      "13.0 CONFIG_COMMITTED",
      "13.0 BACKUP START",
      "14.0 CONFIG_COMMITTED",
    ]);
  });
});

describe("a cable that is out for a moment", () => {
  it("is heard of by a process that stood still meanwhile", () => {
    const lines = play(
      11,
      [10, { do: "pause", node: "a" }],
      [10.1, UNPLUG],
      [10.2, PLUG],
      [10.3, { do: "resume", node: "a" }],
    );
    expect(lines).toEqual([
      "10.0 paused",
      "10.3 running",
      "10.3 FAULT INTERFACE_DOWN",
      "10.3 BACKUP FAULT_CLEARED",
    ]);
  });

  it("stays out over a boot, and may be put in while the machine is off", () => {
    const off: Action = { do: "powerOff", node: "a" };
    const start: Action = { do: "start", node: "a" };
    const states = (...steps: [number, Action][]) =>
      play(20, [10, UNPLUG], [11, off], ...steps).filter((line) => / (FAULT|BACKUP) /.test(line));
    expect(states([12, start]).at(-1)).toBe("12.0 FAULT INTERFACE_DOWN");
    expect(states([11.5, PLUG], [12, start]).at(-1)).toBe("12.0 BACKUP START");
  });

  it("is not seen by a kernel that stood still", () => {
    const lines = play(
      11,
      [10, { do: "freeze", node: "a" }],
      [10.1, UNPLUG],
      [10.2, PLUG],
      [10.3, { do: "thaw", node: "a" }],
    );
    expect(lines).toEqual(["10.0 frozen", "10.3 running"]);
  });
});

describe("a frozen machine", () => {
  it("whose process was stopped goes on with a stopped process", () => {
    const lines = play(
      15,
      [10, { do: "pause", node: "a" }],
      [10.5, { do: "freeze", node: "a" }],
      [11, { do: "thaw", node: "a" }],
      [14.5, { do: "resume", node: "a" }],
    );
    expect(lines).toEqual([
      "10.0 paused",
      "10.5 frozen",
      "11.0 paused",
      "14.5 running",
      "14.5 BACKUP STALLED",
    ]);
  });
});
