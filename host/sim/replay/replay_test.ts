// Replays of recorded nodes: equal as they are, and the first difference is named where something was
// changed. Random plays are a property.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  configOf,
  nodeText,
  playActs,
  randomActs,
  RecordedNet,
  type RecordedNode,
  WALL_MS,
} from "../../../test/recorded_net.ts";
import { coreModule, SECOND } from "../../../test/virtual_node.ts";
import type { LogLayout } from "../../core/log_buffer.ts";
import { decodeDump, type Dump, encodeDump } from "../../core/record.ts";
import { Replay, type ReplayedCore, type ReplayedEntry, wallMsOf } from "./replay.ts";

/** A configuration of that priority. */
const conf = (priority: number) => configOf(nodeText({ priority }));

function pair(): { net: RecordedNet; first: RecordedNode; second: RecordedNode } {
  const net = new RecordedNet();
  const first = net.start("one", conf(110));
  const second = net.start("two", conf(100));
  return { net, first, second };
}

/** So small that checkpoints are taken all the time. */
const TINY: LogLayout = { segmentSize: 192 << 10, entriesSize: 2048, fillsUp: false };

function play(dump: Dump): { replay: Replay; entries: ReplayedEntry[] } {
  const replay = new Replay(coreModule(), decodeDump(encodeDump(dump)));
  const entries: ReplayedEntry[] = [];
  replay.run((entry) => entries.push(entry));
  return { replay, entries };
}

describe("Replay", () => {
  it("gives the same again, and the records with their names", () => {
    const { net, first, second } = pair();
    net.run(10 * SECOND);
    first.running = false;
    net.run(10 * SECOND);
    const { replay, entries } = play(second.dump());
    expect(replay.differences).toEqual([]);
    expect(replay.count.core).toBe(second.dump().core!.entries.length);
    expect(replay.count.engine).toBe(second.dump().engine!.entries.length);
    const told = entries.flatMap((entry) => entry.half === "core" ? entry.records : []);
    const lines = told.flatMap((record) =>
      record.kind === "transition" ? [`${record.instanceName} ${record.to} ${record.reason}`] : []
    );
    expect(lines).toEqual(["VI_1 BACKUP START", "VI_1 MASTER MASTER_DOWN"]);
    expect(told.map(({ kind }) => kind)).toEqual(second.records.map(({ kind }) => kind));
  });

  it("merges the halves in the order of time", () => {
    const { net, second } = pair();
    net.run(5 * SECOND);
    const { entries } = play(second.dump());
    const times = entries.map(({ nowUs }) => nowUs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(new Set(entries.map(({ half }) => half)).size).toBe(2);
  });

  it("names the first entry whose outputs differ, of each half", () => {
    const { net, second } = pair();
    net.run(10 * SECOND);
    const dump = second.dump();
    const packets = dump.core!.entries.filter(({ input }) => input[0] === 2);
    const [broken] = packets.slice(3);
    broken!.outputHash ^= 1;
    packets.at(-1)!.status = 3;
    dump.engine!.entries.at(-1)!.outputHash ^= 1;
    const { replay } = play(dump);
    expect(replay.differences.map(({ half, sequence }) => [half, sequence])).toEqual([
      ["core", broken!.sequence],
      ["engine", dump.engine!.entries.at(-1)!.sequence],
    ]);
    expect(replay.differences[0]!.text).toContain("outputs that are not those of the log");
  });

  it("finds a changed input", () => {
    const { net, first, second } = pair();
    net.run(8 * SECOND);
    first.running = false;
    net.run(5 * SECOND);
    const dump = second.dump();
    const advert = dump.core!.entries.find(({ input }) => input[0] === 2)!;
    advert.input = advert.input.slice();
    advert.input[advert.input.length - 1]! ^= 1;
    const { replay } = play(dump);
    expect(replay.differences[0]).toMatchObject({ half: "core", sequence: advert.sequence });
    expect(replay.differences[0]!.text).toContain("answered with status 3");
  });

  it("steps, goes to a number or a time, and back again", () => {
    const { net, second } = pair();
    net.run(10 * SECOND);
    const dump = second.dump();
    const replay = new Replay(coreModule(), dump);
    const whole: ReplayedEntry[] = [];
    replay.run((entry) => whole.push(entry));
    expect(replay.step()).toBe(null);
    replay.runTo({ position: 20 });
    expect(replay.position).toBe(20);
    expect(replay.step()).toEqual(whole[20]);
    const wanted = whole.findLast((entry): entry is ReplayedCore => entry.half === "core")!;
    replay.runTo({ half: "core", sequence: wanted.sequence });
    expect(replay.step()).toEqual(wanted);
    const middle = dump.head.monotonicUs - 4 * SECOND;
    replay.runTo({ us: middle });
    expect(replay.next!.entry.nowUs).toBeGreaterThanOrEqual(middle);
    expect(whole[replay.position - 1]!.nowUs).toBeLessThan(middle);
  });

  it("says wall times", () => {
    const { net, second } = pair();
    const { head } = second.dump();
    expect(wallMsOf(head, net.nowUs + SECOND)).toBe(WALL_MS + net.nowUs / 1000 + 1000);
  });

  it("replays a half alone, and refuses a dump of none", () => {
    const { net, second } = pair();
    net.run(5 * SECOND);
    const dump = second.dump();
    expect(play({ ...dump, engine: null }).replay.count).toMatchObject({ engine: 0 });
    expect(play({ ...dump, core: null }).replay.differences).toEqual([]);
    expect(() => play({ ...dump, core: null, engine: null })).toThrow("either half");
  });

  it("takes names from the engine's checkpoint when the configuration is older than the log", () => {
    const net = new RecordedNet();
    const first = net.start("one", conf(110));
    const second = net.start("two", conf(100), TINY);
    net.run(120 * SECOND);
    first.running = false;
    net.run(8 * SECOND);
    const dump = second.dump();
    expect(dump.core!.firstSequence).toBeGreaterThan(20);
    const { replay, entries } = play(dump);
    expect(replay.differences).toEqual([]);
    const records = entries.flatMap((entry) => entry.half === "core" ? entry.records : []);
    expect(records.find(({ kind }) => kind === "transition")).toMatchObject({
      instanceName: "VI_1",
      to: "MASTER",
    });
  });

  it("property: the replay of any play is equal, whatever was done and whenever it was dumped", () => {
    fc.assert(
      fc.property(randomActs, fc.boolean(), (acts, tiny) => {
        const net = playActs(acts, tiny ? TINY : undefined);
        for (const node of net.nodes) {
          if (node.running) expect(play(node.dump()).replay.differences).toEqual([]);
        }
      }),
      { numRuns: 60 },
    );
  });
});
