import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { VipdError } from "../base/errors.ts";
import {
  decodeDump,
  type Dump,
  type DumpHead,
  encodeDump,
  type HalfLog,
  hashOutput,
  hashText,
  isDump,
  OUTPUT_HASH_START,
} from "./record.ts";

const HEAD: DumpHead = {
  program: "vipd",
  version: "1.2.3",
  abiVersion: 1,
  node: "lb1",
  monotonicUs: 123_456_789,
  wallMs: 1_700_000_000_000,
  why: "asked",
  masked: false,
  interfaces: { "2": "eth0" },
};

/** Inputs as a half has them: a few kinds that come again and again with small changes. */
const inputs = fc.array(
  fc.tuple(
    fc.constantFrom(0, 8, 24, 96, 96, 96, 97, 99, 512, 513, 700),
    fc.nat(255),
    fc.nat(2000),
    fc.nat(0xfffe),
    fc.nat(0xffff_ffff),
  ),
  { maxLength: 60 },
);

const half = fc.record({
  checkpoint: fc.uint8Array({ maxLength: 3000 }).map(sparse),
  checkpointUs: fc.nat(2 ** 31).map((us) => us * 1000),
  firstSequence: fc.integer({ min: 1, max: 2 ** 40 }),
  inputs,
  lost: fc.nat(5),
}).map(({ inputs, ...log }): HalfLog => ({
  ...log,
  entries: inputs.map(([length, fill, at, status, outputHash], i) => {
    const input = new Uint8Array(length).fill(7);
    if (length > 0) input[at % length] = fill;
    return {
      sequence: log.firstSequence + i,
      nowUs: 1e6 * i + at / 4,
      status,
      outputHash,
      input,
    };
  }),
}));

const dump = fc.record({
  head: fc.constant(HEAD),
  core: fc.option(half),
  engine: fc.option(half),
});

/** Zeros most of the bytes, in stretches. */
function sparse(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte, i) => Math.floor(i / 300) % 3 === 0 ? byte : 0);
}

describe("encodeDump() and decodeDump()", () => {
  it("give back what they were given", () => {
    fc.assert(
      fc.property(dump, (given: Dump) => {
        expect(decodeDump(encodeDump(given))).toEqual(given);
      }),
      { numRuns: 200 },
    );
  });

  it("say nothing but VipdError `dump` at every length that is not the whole", () => {
    const bytes = encodeDump(example());
    for (let length = 0; length < bytes.length; length++) {
      expect(codeOf(() => decodeDump(bytes.slice(0, length)))).toBe("dump");
    }
    const longer = new Uint8Array(bytes.length + 8);
    longer.set(bytes);
    expect(codeOf(() => decodeDump(longer))).toBe("dump");
  });

  it("refuse every flipped bit", () => {
    const bytes = encodeDump(example());
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      expect(codeOf(() => decodeDump(bytes))).toBe("dump");
      bytes[bit >> 3]! ^= 1 << (bit & 7);
    }
  });

  it("never throw anything else when the damage is covered by a fitting hash", () => {
    const original = encodeDump(example());
    for (let bit = 0; bit < 8 * (original.length - 8); bit++) {
      const bytes = original.slice();
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      seal(bytes);
      expect(["dump", null]).toContain(codeOf(() => decodeDump(bytes)));
    }
  });

  it.each([-1, NaN, Infinity, 1e20])("refuse a time that no clock shows: %d", (us) => {
    const { head, core, engine } = example();
    const [first, ...others] = core!.entries;
    const late = { ...core!, entries: [{ ...first!, nowUs: us }, ...others] };
    for (
      const wrong of [
        { head, engine, core: late },
        { head, engine, core: { ...core!, checkpointUs: us } },
        { core, engine, head: { ...head, monotonicUs: us } },
        { core, engine, head: { ...head, wallMs: us === -1 ? 9e15 : us * 1e6 } },
      ]
    ) expect(codeOf(() => decodeDump(encodeDump(wrong)))).toBe("dump");
  });

  it("read a dump that starts anywhere in its buffer", () => {
    const bytes = encodeDump(example());
    const moved = new Uint8Array(bytes.length + 3);
    moved.set(bytes, 3);
    expect(decodeDump(moved.subarray(3))).toEqual(example());
  });
});

describe("isDump()", () => {
  it("knows a dump by its first bytes", () => {
    const bytes = encodeDump(example());
    expect([bytes, bytes.subarray(0, 4), bytes.subarray(0, 3), bytes.subarray(1)].map(isDump))
      .toEqual([true, true, false, false]);
  });
});

describe("hashOutput()", () => {
  it("depends on each byte of the output, on its size, and on nothing behind it", () => {
    const bytes = new Uint8Array(32).map((_, i) => i);
    const words = new Uint32Array(bytes.buffer);
    const seen = new Set<number>();
    for (let size = 0; size <= 24; size++) {
      const hash = hashOutput(OUTPUT_HASH_START, words, 4, size);
      for (let i = 4; i < 4 + size; i++) {
        bytes[i]! ^= 0x80;
        expect(hashOutput(OUTPUT_HASH_START, words, 4, size)).not.toBe(hash);
        bytes[i]! ^= 0x80;
      }
      bytes[4 + size]! ^= 0xff;
      expect(hashOutput(OUTPUT_HASH_START, words, 4, size)).toBe(hash);
      bytes[4 + size]! ^= 0xff;
      seen.add(hash);
    }
    expect(seen.size).toBe(25);
  });

  it("is the same everywhere: a known value", () => {
    const words = new Uint32Array([1, 0x8000_0000, 0x00ff_ffff]);
    expect(hashOutput(OUTPUT_HASH_START, words, 0, 11)).toBe(KNOWN_HASH);
    expect(hashText(OUTPUT_HASH_START, "vipd")).toBe(KNOWN_TEXT_HASH);
  });
});

const KNOWN_HASH = 2_557_331_926;
const KNOWN_TEXT_HASH = 2651336188;

function example(): Dump {
  const entries = Array.from({ length: 6 }, (_, i) => ({
    sequence: 10 + i,
    nowUs: 1000 * i,
    status: i,
    outputHash: 77 + i,
    input: new Uint8Array(24).fill(3).map((byte, at) => at === i ? 9 : byte),
  }));
  const log: HalfLog = {
    checkpoint: new Uint8Array(700).fill(1, 0, 20),
    checkpointUs: 5,
    firstSequence: 10,
    entries,
    lost: 0,
  };
  return { head: HEAD, core: log, engine: null };
}

/** Makes the end of a dump fit its bytes again. */
function seal(bytes: Uint8Array): void {
  const size = bytes.length - 8;
  const words = new Uint32Array(bytes.slice(0, size).buffer);
  new DataView(bytes.buffer, bytes.byteOffset)
    .setUint32(size + 4, hashOutput(OUTPUT_HASH_START, words, 0, size), true);
}

/** Code of the VipdError that is thrown; null when none is; anything else goes through. */
function codeOf(run: () => unknown): string | null {
  try {
    run();
    return null;
  } catch (error) {
    if (error instanceof VipdError) return error.code;
    throw error;
  }
}
