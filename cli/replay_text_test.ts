// What `vipd replay` and `vipd explain` print: wall times, verdicts, courses side by side, and nothing wider
// than 100 columns.

import { describe, expect, it } from "vitest";
import { configOf, nodeText, RecordedNet } from "../test/recorded_net.ts";
import { coreModule, SECOND } from "../test/virtual_node.ts";
import { readFileSync } from "node:fs";
import { parseChange } from "../host/sim/replay/change.ts";
import { chronicleOf } from "../host/sim/replay/chronicle.ts";
import { EntryNames } from "../host/sim/replay/describe_entry.ts";
import { explain } from "../host/sim/replay/explain.ts";
import { readPcap } from "../host/sim/pcap/pcap.ts";
import { tellPcap } from "../host/sim/pcap/pcap_story.ts";
import { Replay, type ReplayedEntry } from "../host/sim/replay/replay.ts";
import { whatIf } from "../host/sim/replay/what_if.ts";
import { explainedText } from "./explain.ts";
import { PLAIN } from "./paint.ts";
import { storyText } from "./pcap_view.ts";
import {
  entryText,
  equalText,
  inputNumber,
  timelineOf,
  timelineText,
  whatIfText,
} from "./replay_text.ts";
import { placeOfInput } from "./replay_step.ts";
import { WIDTH_MAX } from "./text.ts";
import { clockTime, parseWallTime, wallTime } from "./wall_time.ts";

function dumpOfSurvivor() {
  const net = new RecordedNet();
  const first = net.start("one", configOf(nodeText({ priority: 110 })));
  const second = net.start("two", configOf(nodeText({ priority: 100 })));
  net.run(10.5 * SECOND);
  first.running = false;
  net.run(9.5 * SECOND);
  return second.dump();
}

function expectNarrow(text: string, width = WIDTH_MAX): void {
  for (const line of text.split("\n")) expect(line.length, line).toBeLessThanOrEqual(width);
}

describe("vipd replay", () => {
  const dump = dumpOfSurvivor();
  const replay = new Replay(coreModule(), dump);
  const entries: ReplayedEntry[] = [];
  replay.run((entry) => entries.push(entry));

  it("says that the outputs are equal, with counts", () => {
    expect(equalText({ core: 1234, engine: 1, open: 0 }, [], PLAIN))
      .toBe("1,234 inputs of the core and 1 input of the engine replayed: outputs equal");
    const text = "input 7 of the core gives 2 outputs that are not those of the log";
    const differences = [{ half: "core" as const, sequence: 7, nowUs: 0, text }];
    expect(equalText({ core: 9, engine: 0, open: 0 }, differences, PLAIN))
      .toBe(`9 inputs of the core replayed: outputs differ, first:\n  ${text}`);
  });

  it("prints the timeline with wall time, half and number", () => {
    const text = timelineText(entries.flatMap((entry) => timelineOf(dump.head, entry)), PLAIN);
    expect(text).toMatch(
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} core \d+ +\(VI_1\) Entering MASTER STATE: no advert/m,
    );
    expectNarrow(text);
  });

  it("prints one entry with its input, its outputs and the verdict", () => {
    const master = entries.findIndex((entry) =>
      entry.half === "core" && entry.records.some((one) =>
        one.kind === "transition" &&
        one.to === "MASTER"
      )
    );
    const place = { entry: master + 1, of: entries.length, beforeUs: null };
    const names = new EntryNames(replay.core!.config, dump.head.interfaces);
    const text = entryText(dump.head, entries[master]!, place, names, PLAIN);
    const { sequence } = entries[master]!;
    expect(text).toMatch(new RegExp(`^input ${sequence} of the core  2026-`));
    expect(text).toContain("  <- timer\n  -> sends an advert on eth0: VRID 51, priority 100\n");
    expect(text).toContain("  -> adds 10.9.0.100/24 to eth0 for 3 s\n");
    expect(text).toContain("gratuitous ARP for 10.9.0.100 on eth0 (5 times)");
    expect(text.endsWith("\n  equal")).toBe(true);
    expectNarrow(text);
  });

  it("finds an input by its number in its half, not by its place among both", () => {
    const stepped = new Replay(coreModule(), dump);
    for (const half of ["core", "engine"] as const) {
      const own = entries.filter((entry) => entry.half === half);
      const { sequence } = own.at(-2)!;
      expect(entries[Number(placeOfInput(stepped, half, sequence)) - 1]).toBe(own.at(-2));
      const last = own.at(-1)!.sequence;
      const none = { none: expect.stringContaining(`${inputNumber(half, last)} of the ${half}`) };
      expect(placeOfInput(stepped, half, last + 1)).toEqual(none);
    }
    expect(inputNumber("engine", 17)).toBe("e17");
  });

  it("lays two courses side by side", () => {
    const result = whatIf(coreModule(), dump, [parseChange("set:vrrp_instance.VI_1.priority=120")]);
    const text = whatIfText(dump.head, result, PLAIN);
    expect(text).toMatch(/TIME +AS IT WAS +WITH THE CHANGE/);
    expect(text).toMatch(/- +VI_1 MASTER \(120\): MASTER_DOWN/);
    expect(text).toContain("VI_1: MASTER in both");
    expectNarrow(whatIfText(dump.head, result, PLAIN, 70), 70);
    expectNarrow(text);
  });

  it("tells a capture, and of its timeline the part that is asked for", () => {
    const path = new URL("../test/golden/takeovers.pcap", import.meta.url);
    const bytes = Uint8Array.from(readFileSync(path));
    const story = tellPcap(readPcap(bytes));
    const all = storyText("x.pcap", story, { fromMs: -Infinity, toMs: Infinity }, PLAIN);
    expect(all).toContain("VRID 51, IPv4\n");
    expectNarrow(all);
    const fromMs = story.fromUs / 1000 + 30_000;
    const late = storyText("x.pcap", story, { fromMs, toMs: Infinity }, PLAIN);
    expect(all).toContain("says priority 0");
    expect(late).not.toContain("says priority 0");
  });
});

describe("vipd explain", () => {
  const chronicle = chronicleOf(new Replay(coreModule(), dumpOfSurvivor()));

  it("prints a paragraph for each transition, and how things stand", () => {
    const explained = explain(chronicle, { name: null, count: 3, clock: clockTime });
    const text = explainedText(explained, [], PLAIN);
    expect(text.split("\n\n").length).toBe(3);
    expectNarrow(explainedText(explained, [], PLAIN, 60), 60);
    expect(text).toMatch(/\nVI_1 is MASTER for 6\.82 s \(MASTER_DOWN\)$/);
    expectNarrow(text);
  });

  it("says so when the log holds none, and when the replay differs", () => {
    const explained = explain(chronicle, { name: null, count: 0, clock: clockTime });
    const differences = [{ half: "core" as const, sequence: 7, nowUs: 0, text: "input 7 differs" }];
    const text = explainedText(explained, differences, PLAIN);
    expect(text).toContain("No transition in the log, which reaches back to 2026-11-22");
    expect(text).toContain("The replay differs from what happened: input 7 differs.");
  });
});

describe("parseWallTime()", () => {
  const toMs = new Date(2026, 10, 22, 1, 30).getTime();
  const span = { fromMs: toMs - 7_200_000, toMs };

  it("reads times of the day, dates, and times from either end", () => {
    expect(wallTime(parseWallTime("01:15:30.5", span))).toBe("2026-11-22 01:15:30.500");
    expect(wallTime(parseWallTime("23:45", span))).toBe("2026-11-21 23:45:00.000");
    expect(wallTime(parseWallTime("2026-11-20 12:00:00", span))).toBe("2026-11-20 12:00:00.000");
    expect(parseWallTime("+1.5s", span)).toBe(span.fromMs + 1500);
    expect(parseWallTime("-5min", span)).toBe(toMs - 300_000);
  });

  it("refuses everything else", () => {
    for (const text of ["", "soon", "25:00", "12:99", "+5", "5s"]) {
      expect(() => parseWallTime(text, span), text).toThrow("is no time");
    }
  });
});
