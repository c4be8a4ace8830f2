// A recorded core against a core of its own: what the log says replays, from the first checkpoint and
// over many segments, and the memory of the log can be read at any moment.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  advertInput,
  coreModule,
  GROUP4,
  IFINDEX,
  instance,
  LINK_DOWN,
  LINK_GOOD,
  MAC,
  SECOND,
  track,
  tracker,
  vip,
} from "../../test/virtual_node.ts";
import type { Input } from "./abi.gen.ts";
import { Core, CORE_COUNTS_MAX, CORE_COUNTS_SMALL } from "./core.ts";
import { LogBuffer, logBufferSize, type LogLayout, readLogBuffer } from "./log_buffer.ts";
import { decodeDump, encodeDump, type HalfLog, OUTPUT_HASH_OPEN, STATUS_OPEN } from "./record.ts";
import { isSame, RecordedCore, replayEntry } from "./recorder.ts";

/** So small that a segment is full after a few dozen inputs. */
const TINY: LogLayout = { segmentSize: 128 << 10, entriesSize: 2048, fillsUp: false };
const SMALL: LogLayout = { segmentSize: 512 << 10, entriesSize: 64 << 10, fillsUp: false };

interface Recorded {
  core: RecordedCore;
  memory: Uint8Array;
}

function recorded(layout: LogLayout, counts = CORE_COUNTS_SMALL): Recorded {
  const memory = new Uint8Array(new SharedArrayBuffer(logBufferSize(layout)));
  const core = Core.create(coreModule(), { counts });
  return { core: new RecordedCore(core, new LogBuffer(memory, layout), 0), memory };
}

function logOf({ memory }: Recorded, layout: LogLayout): HalfLog {
  const log = readLogBuffer(memory, layout);
  if (log === null) throw new Error("the log is empty");
  return log;
}

function give(node: Recorded, nowUs: number, input: Input): void {
  node.core.handleInput(nowUs, input);
  while (node.core.pollOutput() !== null);
}

const CONFIGURATION: Input[] = [
  {
    kind: "link",
    ifindex: IFINDEX,
    present: 1,
    flags: LINK_GOOD,
    mtu: 1500,
    forwarding: 0,
    mac: MAC,
  },
  {
    kind: "address",
    ifindex: IFINDEX,
    family: "INET",
    present: 1,
    prefixLength: 24,
    address: "10.9.0.1",
  },
  { kind: "configBegin", generation: 1 },
  tracker(),
  instance({ preemptDelayUs: 0, garpRepeat: 2, multicastGroup: GROUP4 }),
  vip(),
  track({ weight: -20 }),
  { kind: "configCommit", generation: 1 },
];

/** What may happen to the node: each with the time since the one before. */
const event = fc.record({
  afterUs: fc.nat(2 * SECOND),
  input: fc.oneof(
    { weight: 6, arbitrary: fc.constant<Input>({ kind: "timer" }) },
    {
      weight: 6,
      arbitrary: fc.record({
        priority: fc.constantFrom(0, 90, 100, 101, 250),
        vrid: fc.constantFrom(51, 51, 51, 52),
      }).map((advert): Input => advertInput(advert)),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom<"GOOD" | "BAD" | "UNKNOWN">("GOOD", "BAD", "UNKNOWN").map(
        (state): Input => ({ kind: "tracker", tracker: 0, state, value: 0 }),
      ),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(LINK_GOOD, LINK_DOWN).map((flags): Input => ({
        kind: "link",
        ifindex: IFINDEX,
        present: 1,
        flags,
        mtu: 1500,
        forwarding: 0,
        mac: MAC,
      })),
    },
  ),
});

function play(node: Recorded, events: { afterUs: number; input: Input }[]): void {
  let nowUs = 10 * SECOND;
  for (const input of CONFIGURATION) give(node, nowUs, input);
  for (const { afterUs, input } of events) {
    nowUs += afterUs;
    give(node, nowUs, input);
  }
}

/** Replays a log; the sequences of entries that gave something else. */
function differences(log: HalfLog): number[] {
  const core = Core.fromCheckpoint(coreModule(), log.checkpoint);
  return log.entries.filter((entry) => !isSame(entry, replayEntry(core, entry)))
    .map(({ sequence }) => sequence);
}

describe("RecordedCore", () => {
  it("logs what replays to equal outputs, over many segments", () => {
    fc.assert(
      fc.property(fc.array(event, { minLength: 1, maxLength: 300 }), (events) => {
        const node = recorded(TINY);
        play(node, events);
        const log = logOf(node, TINY);
        expect(log.entries.at(-1)?.sequence).toBe(CONFIGURATION.length + events.length);
        expect(log.lost).toBe(0);
        expect(log.entries.every(({ outputHash }) => outputHash !== OUTPUT_HASH_OPEN)).toBe(true);
        expect(differences(log)).toEqual([]);
        const head = {
          program: "vipd",
          version: "0",
          abiVersion: 1,
          node: "n",
          monotonicUs: 0,
          wallMs: 0,
          why: "test",
          masked: false,
          interfaces: {},
        };
        const dump = { head, core: log, engine: null };
        expect(decodeDump(encodeDump(dump))).toEqual(dump);
      }),
      { numRuns: 60 },
    );
  });

  it("forgets the oldest segment and nothing in between", () => {
    const node = recorded(TINY);
    play(node, Array.from({ length: 2000 }, () => ({ afterUs: SECOND, input: { kind: "timer" } })));
    const log = logOf(node, TINY);
    expect(log.firstSequence).toBeGreaterThan(1500);
    expect(log.entries.length).toBeGreaterThan(2048 / 60);
    expect(log.entries.map(({ sequence }) => sequence)).toEqual(
      log.entries.map((_, i) => log.firstSequence + i),
    );
    expect(log.entries.at(-1)?.sequence).toBe(CONFIGURATION.length + 2000);
    expect(differences(log)).toEqual([]);
  });

  it("shows a difference when an entry was changed", () => {
    const node = recorded(SMALL);
    play(node, Array.from({ length: 20 }, () => ({ afterUs: SECOND, input: { kind: "timer" } })));
    const log = logOf(node, SMALL);
    const entries = log.entries.map((entry) =>
      entry.sequence === 5 ? { ...entry, input: new Uint8Array(entry.input.length) } : entry
    );
    expect(differences({ ...log, entries })[0]).toBe(5);
  });

  it("holds the input that did not come back, as after a trap", () => {
    const core = Core.create(coreModule(), { counts: CORE_COUNTS_SMALL });
    const memory = new Uint8Array(logBufferSize(SMALL));
    const node = new RecordedCore(core, new LogBuffer(memory, SMALL), 0);
    core.handle = () => {
      throw new WebAssembly.RuntimeError("unreachable");
    };
    expect(() => node.handleInput(20 * SECOND, { kind: "timer" })).toThrow("unreachable");
    const [entry] = readLogBuffer(memory, SMALL)!.entries;
    expect(entry).toMatchObject({ sequence: 1, status: STATUS_OPEN, outputHash: OUTPUT_HASH_OPEN });
  });

  it("leaves the hash open of inputs whose outputs were not drained between", () => {
    const node = recorded(SMALL);
    for (const input of CONFIGURATION) node.core.handleInput(10 * SECOND, input);
    while (node.core.pollOutput() !== null);
    give(node, 20 * SECOND, { kind: "timer" });
    const hashes = logOf(node, SMALL).entries.map(({ outputHash }) => outputHash);
    expect(hashes.slice(0, -1)).toEqual(CONFIGURATION.map(() => OUTPUT_HASH_OPEN));
    expect(hashes.at(-1)).not.toBe(OUTPUT_HASH_OPEN);
  });

  it("takes the largest core's checkpoint in a few of its megabytes", () => {
    const layout = { segmentSize: 8 << 20, entriesSize: 2 << 20, fillsUp: false };
    const node = recorded(layout, CORE_COUNTS_MAX);
    play(node, []);
    const log = logOf(node, layout);
    expect(log.checkpoint.length).toBeGreaterThan(4 << 20);
    expect(differences(log)).toEqual([]);
  });

  it("tend() takes the checkpoint early, but not shortly before a timer", () => {
    const node = recorded(TINY);
    play(node, []);
    let nowUs = 10 * SECOND;
    const log = () => logOf(node, TINY);
    const first = log().firstSequence;
    // Until three quarters of a segment are full.
    while (log().entries.length < 80) {
      nowUs += 1;
      give(node, nowUs, { kind: "timer" });
    }
    expect(log().firstSequence).toBe(first);
    node.core.tend(node.core.nextTimeout() - 1000);
    for (let i = 0; i < 3; i++) give(node, ++nowUs, { kind: "timer" });
    const before = log();
    node.core.tend(nowUs);
    node.core.tend(nowUs);
    expect(log().entries.length).toBe(before.entries.length);
    expect(differences(log())).toEqual([]);
  });
});

describe("readLogBuffer()", () => {
  it("is null when nothing was logged", () => {
    expect(readLogBuffer(new Uint8Array(logBufferSize(TINY)), TINY)).toBeNull();
  });

  it("gives the newer segment alone after an input that was too long", () => {
    const memory = new Uint8Array(logBufferSize(TINY));
    const log = new LogBuffer(memory, TINY);
    const words = new Int32Array(64 << 10);
    log.begin([new Uint8Array(8).fill(1)], 1);
    log.append(1, words, 0, 8);
    log.close(1);
    log.append(2, words, 0, 200 << 10);
    log.setStatus(0);
    log.close(2);
    expect(log.needsCheckpoint).toBe(true);
    log.begin([new Uint8Array(8).fill(2)], 2);
    log.append(3, words, 0, 8);
    log.close(3);
    expect(readLogBuffer(memory, TINY)).toMatchObject({
      firstSequence: 3,
      lost: 1,
      checkpointUs: 2,
      checkpoint: new Uint8Array(8).fill(2),
      entries: [{ sequence: 3 }],
    });
  });

  it("keeps what it has when a checkpoint does not fit, and tries again much later", () => {
    const memory = new Uint8Array(logBufferSize(TINY));
    const log = new LogBuffer(memory, TINY);
    const words = new Int32Array(8);
    expect(log.begin([new Uint8Array(8)], 1)).toBe(true);
    log.append(1, words, 0, 8);
    log.close(9);
    expect(log.begin([new Uint8Array(200 << 10).fill(1)], 2)).toBe(false);
    expect(log.needsCheckpoint).toBe(false);
    for (let i = 0; i < 10_000; i++) log.append(2, words, 0, 8);
    expect(log.needsCheckpoint).toBe(true);
    expect(readLogBuffer(memory, TINY)?.entries.map(({ sequence }) => sequence)).toEqual([1]);
    expect(log.begin([new Uint8Array(8)], 3)).toBe(true);
    expect(readLogBuffer(memory, TINY)).toMatchObject({ firstSequence: 10_002, lost: 10_000 });
  });
});
