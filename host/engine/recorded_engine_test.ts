// A recorded engine: whatever happens to it, its log replays to equal outputs from a checkpoint that
// went through bytes.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Config } from "../conf/model.ts";
import { LogBuffer, logBufferSize, type LogLayout, readLogBuffer } from "../core/log_buffer.ts";
import { type HalfLog, OUTPUT_HASH_OPEN, STATUS_OPEN } from "../core/record.ts";
import { Engine } from "./engine.ts";
import {
  engineFromCheckpoint,
  engineInputOfEntry,
  RecordedEngine,
  replayEngineEntry,
} from "./recorded_engine.ts";
import {
  ALL_NOTIFY,
  config,
  EngineBench,
  httpCheck,
  instance,
  realServer,
  script,
  SECOND_US,
  SORRY,
  trackedScript,
  transition,
  virtualServer,
} from "./test_support.ts";

const LAYOUT: LogLayout = { segmentSize: 256 << 10, entriesSize: 3 << 10, fillsUp: false };

const CONFIGS: Config[] = [
  config({
    scripts: [trackedScript("chk", { rise: 2, fall: 3 })],
    instances: [instance("VI_1", { notify: ALL_NOTIFY, smtpAlert: true })],
    virtualServers: [
      virtualServer(1, { sorryServer: SORRY, smtpAlert: true }),
      virtualServer(2, { realServers: [realServer(3, { checkers: [httpCheck(["/", "/a"])] })] }),
    ],
  }),
  config({
    scripts: [trackedScript("chk", { intervalUs: 3 * SECOND_US }), trackedScript("other")],
    instances: [instance("VI_1", { notify: ALL_NOTIFY })],
    virtualServers: [virtualServer(1, { quorum: 2, hysteresis: 1 })],
  }),
];

const step = fc.record({
  afterUs: fc.nat(4 * SECOND_US),
  answer: fc.constantFrom("good", "bad", "none"),
  act: fc.oneof(
    { weight: 12, arbitrary: fc.constant("wait") },
    { weight: 4, arbitrary: fc.constantFrom("MASTER", "BACKUP", "FAULT") },
    { weight: 1, arbitrary: fc.constantFrom("reload0", "reload1") },
  ),
});

function record(seed: number) {
  const memory = new Uint8Array(logBufferSize(LAYOUT));
  const recorded = new RecordedEngine(new Engine({ seed }), new LogBuffer(memory, LAYOUT));
  // The bench drives the part of Engine that a recorded one has too.
  const bench = new EngineBench(recorded as unknown as Engine);
  return { bench, recorded, log: () => readLogBuffer(memory, LAYOUT)! };
}

function differences(log: HalfLog): number[] {
  const engine = engineFromCheckpoint(log.checkpoint);
  return log.entries.filter((entry) => replayEngineEntry(engine, entry) !== entry.outputHash)
    .map(({ sequence }) => sequence);
}

describe("RecordedEngine", () => {
  it("logs what replays to equal outputs, over many segments and reloads", () => {
    let longest = 0;
    fc.assert(
      fc.property(fc.nat(), fc.array(step, { minLength: 20, maxLength: 120 }), (seed, steps) => {
        const { bench, recorded, log } = record(seed);
        let answer = "good";
        const outcome = () => answer === "good" ? 0 : 1;
        bench.script = () => answer === "none" ? null : { kind: "exit", code: outcome() };
        bench.check = () => {
          if (answer === "none") return null;
          return answer === "good" ? { kind: "connected" } : { kind: "refused" };
        };
        bench.start(CONFIGS[0]!);
        for (const { afterUs, answer: next, act } of steps) {
          answer = next;
          bench.advance(afterUs);
          if (act.startsWith("reload")) bench.configure(CONFIGS[Number(act.slice(6))]!);
          else if (act !== "wait") {
            const to = act as "MASTER" | "BACKUP" | "FAULT";
            bench.input({ kind: "transition", record: transition("VI_1", to) });
          }
        }
        const found = log();
        longest = Math.max(longest, found.firstSequence);
        expect(found.entries.at(-1)?.sequence).toBe(recorded.sequence - 1);
        expect(found.lost).toBe(0);
        expect(differences(found)).toEqual([]);
      }),
      { numRuns: 40 },
    );
    expect(longest, "no run went beyond the first segments").toBeGreaterThan(1);
  });

  it("logs an input before the engine has it", () => {
    const { recorded, log } = record(1);
    recorded.engine.handleInput = () => {
      throw new Error("broken");
    };
    expect(() => recorded.handleInput(5, { kind: "timer" })).toThrow("broken");
    const [entry] = log().entries;
    expect(entry).toMatchObject({ nowUs: 5, status: STATUS_OPEN, outputHash: OUTPUT_HASH_OPEN });
    expect(engineInputOfEntry(entry!)).toEqual({ kind: "timer" });
  });

  it("goes on after an input that is larger than the log", () => {
    const { bench, log } = record(1);
    const huge = script("x".repeat(300 << 10));
    bench.start(config({ scripts: [trackedScript("chk", { script: huge })] }));
    expect(log().lost).toBeGreaterThan(0);
    bench.configure(CONFIGS[0]!);
    bench.advance(3 * SECOND_US);
    expect(differences(log())).toEqual([]);
  });
});
