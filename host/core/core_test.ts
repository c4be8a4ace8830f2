// The handle: creation, sizes, ABI check, checkpoints, and a core at every limit.

import { describe, expect, it } from "vitest";
import { ABI_VERSION, type Input, type Output } from "./abi.gen.ts";
import { Core, CORE_COUNTS_MAX, CORE_COUNTS_SMALL } from "./core.ts";
import {
  advertInput,
  coreModule,
  instance,
  only,
  SECOND,
  vip,
  VirtualNode,
} from "../../test/virtual_node.ts";

/** A module with the memory import and an abiVersion that answers another number. */
function foreignModule(): Uint8Array {
  const section = (id: number, bytes: number[]) => [id, bytes.length, ...bytes];
  const text = (word: string) => [word.length, ...new TextEncoder().encode(word)];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [1, 0x60, 0, 1, 0x7f]),
    ...section(2, [1, ...text("env"), ...text("memory"), 2, 0, 1]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...text("abiVersion"), 0, 0]),
    ...section(10, [1, 4, 0, 0x41, 42, 0x0b]),
  ]);
}

function thrownCode(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return "nothing thrown";
}

describe("Core.create()", () => {
  it("takes a module that imports nothing but its memory", () => {
    expect(WebAssembly.Module.imports(coreModule())).toEqual([
      { module: "env", name: "memory", kind: "memory" },
    ]);
    expect(Core.create(coreModule()).nextTimeout()).toBe(Infinity);
  });

  it("has as much memory as its counts need", () => {
    const small = Core.create(coreModule(), { counts: CORE_COUNTS_SMALL });
    expect(small.memory.buffer.byteLength).toBeLessThan(256 * 1024);
    expect(small.checkpoint().length).toBeLessThan(64 * 1024);
    const large = Core.create(coreModule(), { counts: CORE_COUNTS_MAX });
    expect(large.memory.buffer.byteLength).toBeGreaterThan(4 * 1024 * 1024);
  });

  it("refuses a core of another ABI version", () => {
    expect(ABI_VERSION).not.toBe(42);
    expect(thrownCode(() => Core.create(foreignModule()))).toBe("core_abi");
  });

  it("refuses counts over a limit, each of them", () => {
    for (const name of Object.keys(CORE_COUNTS_MAX) as (keyof typeof CORE_COUNTS_MAX)[]) {
      const counts = { ...CORE_COUNTS_MAX, [name]: CORE_COUNTS_MAX[name] + 1 };
      expect(thrownCode(() => Core.create(coreModule(), { counts }))).toBe("core_counts");
    }
  });

  it("runs with counts of zero: everything is refused, nothing traps", () => {
    const counts = { ...CORE_COUNTS_SMALL };
    for (const name of Object.keys(counts) as (keyof typeof counts)[]) counts[name] = 0;
    const node = new VirtualNode({ counts });
    expect(node.tryConfigure({ instances: [instance()] })).toBe("LIMIT");
    expect(node.tell(advertInput({ priority: 1 }))).toBe("VRID_UNKNOWN");
    expect(node.drain()).toEqual([]);
  });
});

describe("handleInputBytes()", () => {
  it("takes bytes as they are and refuses what is no record", () => {
    const core = Core.create(coreModule(), { counts: CORE_COUNTS_SMALL });
    expect(core.handleInputBytes(0, new Uint8Array(3))).toBe(65);
    expect(core.handleInputBytes(0, Uint8Array.from([200, 0, 0, 0, 8, 0, 0, 0]))).toBe(64);
    expect(core.handleInputBytes(0, Uint8Array.from([1, 0, 0, 0, 9, 0, 0, 0]))).toBe(65);
    expect(core.handleInputBytes(0, Uint8Array.from([1, 0, 0, 0, 8, 0, 0, 0]))).toBe(0);
    expect(core.statusCounters()).toEqual({ RECORD_SIZE: 2, RECORD_KIND: 1 });
    expect(() => core.handleInputBytes(0, new Uint8Array(1 << 20))).toThrow(RangeError);
  });
});

describe("checkpoint()", () => {
  function running(): VirtualNode {
    const node = VirtualNode.ready();
    node.configure({ instances: [instance()], vips: [vip()] });
    node.advance(4 * SECOND);
    node.advert({ priority: 50 });
    return node;
  }

  /** The same later life for a node: outputs as text. */
  function life(core: Core, nowUs: number): string {
    const outputs: Output[] = [];
    const node = new VirtualNode({ core });
    node.nowUs = nowUs;
    outputs.push(...node.advance(3 * SECOND), ...node.advert({ priority: 200 }));
    outputs.push(...node.advance(8 * SECOND), ...node.command("STOP"));
    return JSON.stringify(outputs);
  }

  it("restore() goes on exactly where it was taken", () => {
    const node = running();
    const checkpoint = node.core.checkpoint();
    const now = node.nowUs;
    const first = life(node.core, now);
    expect(first).toContain("MASTER");
    node.core.restore(checkpoint);
    expect(life(node.core, now)).toBe(first);
    expect(life(Core.fromCheckpoint(coreModule(), checkpoint), now)).toBe(first);
  });

  it("keeps outputs that wait, in the middle of a burst", () => {
    const node = VirtualNode.ready();
    node.configure({ instances: [instance({ garpRepeat: 5 })], vips: [vip()] });
    node.nowUs = node.core.nextTimeout();
    node.tell({ kind: "timer" });
    const before = [node.core.pollOutput(), node.core.pollOutput(), node.core.pollOutput()];
    expect(before.map((o) => o?.kind)).toEqual(["packet", "addressAdd", "frame"]);
    const copy = Core.fromCheckpoint(coreModule(), node.core.checkpoint());
    expect(copy.drain()).toEqual(node.core.drain());
  });

  it("restore() refuses what does not fit, and changes nothing", () => {
    const node = running();
    const state = node.core.checkpoint();
    const others = [
      new Uint8Array(3),
      new Uint8Array(200),
      state.subarray(0, state.length - 1),
      Core.create(coreModule(), { counts: { ...CORE_COUNTS_SMALL, vips: 33 } }).checkpoint(),
    ];
    for (const other of others) {
      expect(thrownCode(() => node.core.restore(other))).toBe("checkpoint");
    }
    expect(node.core.checkpoint()).toEqual(state);
  });

  it("carries the seed", () => {
    const core = Core.create(coreModule(), { counts: CORE_COUNTS_SMALL, seed: [7, 0xffff_ffff] });
    expect(Core.fromCheckpoint(coreModule(), core.checkpoint()).seed).toEqual([7, 0xffff_ffff]);
  });
});

describe("a core at its limits", () => {
  const { instances: count, vips: vipCount } = CORE_COUNTS_MAX;

  function full(): VirtualNode {
    const node = new VirtualNode({ core: Core.create(coreModule(), { counts: CORE_COUNTS_MAX }) });
    for (let link = 0; link < 8; link++) {
      node.link({ ifindex: 2 + link });
      node.input({
        kind: "address",
        ifindex: 2 + link,
        family: "INET",
        present: 1,
        prefixLength: 24,
        address: `10.8.${link}.1`,
      } as Input);
    }
    const instances = Array.from({ length: count }, (_, i) =>
      instance({
        instance: i,
        ifindex: 2 + (i >> 7),
        vrid: 1 + (i & 127),
        advertisementIntervalUs: (1 + (i % 7)) * 100_000,
      }));
    const vips = Array.from({ length: vipCount }, (_, i) =>
      vip({
        vip: i,
        instance: i % count,
        ifindex: 2 + ((i % count) >> 7),
        address: `10.${16 + (i >> 12)}.${(i >> 6) & 63}.${1 + (i & 63)}`,
      }));
    node.configure({ instances, vips });
    return node;
  }

  it("every instance becomes MASTER, advertises at its own cadence and stops", () => {
    const node = full();
    const start = only(node.advance(3 * SECOND), "transition");
    expect(start.filter((t) => t.to === "MASTER")).toHaveLength(count);
    const sent = new Map<number, number[]>();
    for (const packet of only(node.advance(4_200_000), "packet")) {
      sent.set(packet.instance, [...sent.get(packet.instance) ?? [], packet.atUs]);
    }
    for (let i = 0; i < count; i++) {
      const times = sent.get(i)!;
      const intervalUs = (1 + (i % 7)) * 100_000;
      times.forEach((time, k) => {
        if (k > 0) expect(time - times[k - 1]!).toBe(intervalUs);
      });
      expect(Math.abs(times.length - 4_200_000 / intervalUs)).toBeLessThan(1);
    }
    const end = node.command("STOP");
    expect(only(end, "packet")).toHaveLength(count);
    expect(only(end, "addressRemove")).toHaveLength(vipCount);
    expect(only(end, "transition").map((t) => t.instance)).toEqual([...Array(count).keys()]);
  });

  it("a reload without a difference emits nothing, one with the half emits the half", () => {
    const node = full();
    node.advance(3 * SECOND);
    const outputs = node.configure({
      instances: Array.from({ length: count / 2 }, (_, i) =>
        instance({
          instance: i,
          ifindex: 2 + (i >> 7),
          vrid: 1 + (i & 127),
          advertisementIntervalUs: (1 + (i % 7)) * 100_000,
        })),
      vips: [],
    });
    expect(only(outputs, "packet")).toHaveLength(count / 2);
    expect(only(outputs, "addressRemove")).toHaveLength(vipCount);
    expect(only(outputs, "notice").at(-1)).toMatchObject({ a: 0, b: count / 2, c: count / 2 });
  });
});
