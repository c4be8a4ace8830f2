// Going anywhere in a replay with snapshots shows what a replay from the beginning shows there.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  configOf,
  nodeText,
  playActs,
  randomActs,
  RecordedNet,
} from "../../../test/recorded_net.ts";
import { coreModule, SECOND } from "../../../test/virtual_node.ts";
import { type Dump, STATUS_OPEN } from "../../core/record.ts";
import { encodePlain, plainText } from "../../core/plain_value.ts";
import { Replay, type ReplayTarget } from "./replay.ts";
import { Snapshots } from "./snapshots.ts";

/** Everything about where a replay stands, and its next entry. */
function standing(replay: Replay): unknown {
  return {
    core: replay.core?.core.checkpoint(),
    generation: replay.core?.config?.generation,
    engine: replay.engine === null ? null : plainText(replay.engine.engine.state),
    position: replay.position,
    count: { ...replay.count },
    differences: [...replay.differences],
    next: replay.step(),
  };
}

function plain(dump: Dump, target: ReplayTarget): unknown {
  const replay = new Replay(coreModule(), dump);
  replay.runTo(target);
  return standing(replay);
}

function targetIn({ core, engine }: Dump, pick: number, where: number): ReplayTarget {
  const half = pick === 0 ? "core" : "engine";
  const entries = (half === "core" ? core : engine)!.entries;
  const entry = entries[Math.floor(where * (entries.length - 1))]!;
  if (pick < 2) return { half, sequence: entry.sequence };
  if (pick === 2) return { us: entry.nowUs };
  return { position: Math.floor(where * (core!.entries.length + engine!.entries.length)) };
}

const jumps = fc.array(
  fc.tuple(fc.integer({ min: 0, max: 3 }), fc.double({ min: 0, max: 1, noNaN: true })),
  { minLength: 1, maxLength: 6 },
);

describe("Replay with snapshots", () => {
  it("goes anywhere as one without them does", () => {
    fc.assert(
      fc.property(randomActs, jumps, fc.integer({ min: 1, max: 60 }), (acts, places, every) => {
        const dump = playActs(acts).nodes[1]!.dump();
        const snapshots = new Snapshots(every);
        const replay = new Replay(coreModule(), dump, { snapshots });
        for (const [pick, where] of places) {
          const target = targetIn(dump, pick, where);
          replay.runTo(target);
          expect(standing(replay)).toEqual(plain(dump, target));
        }
      }),
      { numRuns: 25 },
    );
  });

  it("remembers what differed before the place it goes to, and nothing behind it", () => {
    const net = new RecordedNet();
    const node = net.start("one", configOf(nodeText({ priority: 110 })));
    net.run(60 * SECOND);
    const dump = node.dump();
    const entries = dump.core!.entries.map((entry, i) =>
      i === 30 ? { ...entry, outputHash: entry.outputHash ^ 1 } : entry
    );
    const wrong = { ...dump, core: { ...dump.core!, entries } };
    const { sequence } = entries[30]!;
    const replay = new Replay(coreModule(), wrong, { snapshots: new Snapshots(10) });
    replay.run();
    expect(replay.differences).toHaveLength(1);
    replay.runTo({ half: "core", sequence });
    expect(replay.differences).toEqual([]);
    replay.runTo({ half: "core", sequence: entries.at(-1)!.sequence });
    expect(replay.differences).toMatchObject([{ half: "core", sequence }]);
  });

  it("goes back from an engine that has died", () => {
    const net = new RecordedNet();
    const node = net.start("one", configOf(nodeText({ priority: 110 })));
    net.run(60 * SECOND);
    const dump = node.dump();
    const last = dump.engine!.entries.at(-1)!;
    const input = encodePlain({ kind: "transition" });
    const death = { ...last, sequence: last.sequence + 1, input, status: STATUS_OPEN };
    const entries = [...dump.engine!.entries, death];
    const dead = { ...dump, engine: { ...dump.engine!, entries } };
    const replay = new Replay(coreModule(), dead, { snapshots: new Snapshots(10) });
    const deaths: (string | null)[] = [];
    replay.run(({ died }) => deaths.push(died));
    expect(deaths.filter((died) => died !== null)).toHaveLength(1);
    const target = { position: 20 };
    replay.runTo(target);
    expect(standing(replay)).toEqual(plain(dead, target));
  });

  it("keeps its memory within bounds, and still goes anywhere", () => {
    const net = new RecordedNet();
    const node = net.start("one", configOf(nodeText({ priority: 110 })));
    net.run(120 * SECOND);
    const dump = node.dump();
    const [few, many] = [new Snapshots(1, 200_000), new Snapshots(1)];
    for (const snapshots of [few, many]) {
      const replay = new Replay(coreModule(), dump, { snapshots });
      replay.run();
      replay.runTo({ position: 100 });
      expect(standing(replay)).toEqual(plain(dump, { position: 100 }));
    }
    expect(many.length).toBeGreaterThan(200);
    expect(few.length).toBeLessThan(many.length / 2);
    expect(few.length).toBeGreaterThan(0);
  });
});
