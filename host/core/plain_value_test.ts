import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { VipdError } from "../base/errors.ts";
import {
  decodePlain,
  encodePlain,
  encodePlainShared,
  PLAIN_DEPTH_MAX,
  PLAIN_MARKS_MAX,
} from "./plain_value.ts";

const anything = fc.anything({
  withMap: true,
  withSet: true,
  withBigInt: false,
  withDate: false,
  withSparseArray: false,
  withTypedArray: false,
  withNullPrototype: false,
  values: [
    fc.string(),
    fc.boolean(),
    fc.double(),
    fc.integer(),
    fc.constant(null),
    fc.constant(undefined),
    fc.constantFrom("$", "__proto__", "v"),
    fc.uint8Array(),
  ],
  key: fc.oneof(fc.string(), fc.constantFrom("$", "v", "__proto__")),
});

describe("encodePlain() and decodePlain()", () => {
  it("give back what they were given", () => {
    fc.assert(
      fc.property(anything, (value) => {
        const back = decodePlain(encodePlain(value));
        expect(back).toStrictEqual(value);
        expect(encodePlain(back)).toEqual(encodePlain(value));
        expect(decodePlain(encodePlainShared(value))).toStrictEqual(value);
      }),
      { numRuns: 500 },
    );
  });

  it("keep what is shared one object", () => {
    const inner = { text: "x".repeat(100), list: [1, -0] };
    const middle = { inner };
    const value = {
      a: middle,
      b: [middle, inner],
      c: new Map([["k", inner], ["l", inner]]),
      d: inner,
    };
    const bytes = encodePlainShared(value);
    const back = decodePlain(bytes) as typeof value;
    expect(back).toStrictEqual(value);
    expect(back.b[0]).toBe(back.a);
    expect(back.c.get("k")).toBe(back.a.inner);
    expect(back.d).toBe(back.a.inner);
    expect(bytes.length).toBeLessThan(400);
    expect((decodePlain(encodePlain(value)) as typeof value).d).not.toBe(back.a.inner);
  });

  it("refuse a small text that would be a huge value", () => {
    // Each has the one before ten times.
    const list = (item: string) => `[${new Array(10).fill(item).join(",")}]`;
    let text = '{"$":"def","v":[1]}';
    for (let i = 0; i < 20; i++) {
      text = `[{"$":"def","v":${list(`{"$":"ref","v":${i}}`)}}]`.replace("[{", `[${text},{`);
    }
    expect(() => decodePlain(new TextEncoder().encode(text))).toThrow(/too large/);
  });

  it("refuse what is no plain value", () => {
    for (const value of [() => 1, 1n, Symbol("x"), new Date(), new Error("x"), /x/]) {
      expect(() => encodePlain({ value })).toThrow(VipdError);
    }
    const cycle: Record<string, unknown> = {};
    cycle["self"] = cycle;
    expect(() => encodePlain(cycle)).toThrow(VipdError);
  });

  it("refuse every text that encodePlain does not make", () => {
    const texts = [
      "",
      "{",
      '{"$":"map"}',
      '{"$":"map","v":[1]}',
      '{"$":"map","v":[[1]]}',
      '{"$":"set","v":{}}',
      '{"$":"bytes","v":1}',
      '{"$":"bytes","v":"*"}',
      '{"$":"number","v":"1"}',
      '{"$":"number","v":"toString"}',
      '{"$":"undefined","v":1}',
      '{"$":"object","v":[[1,2]]}',
      '{"$":"ref","v":0}',
      '{"$":"ref","v":"0"}',
      '{"$":"def","v":{"$":"ref","v":0}}',
      '[{"$":"def","v":[]},{"$":"ref","v":1}]',
      '[{"$":"def","v":[]},{"$":"ref","v":0.5}]',
      '{"$":"other","v":1}',
      '{"$":"set","v":[],"w":1}',
      "[".repeat(PLAIN_DEPTH_MAX + 2) + "]".repeat(PLAIN_DEPTH_MAX + 2),
      "[".repeat(100_000),
    ];
    for (const text of texts) {
      expect(() => decodePlain(new TextEncoder().encode(text)), text.slice(0, 40))
        .toThrow(VipdError);
    }
    expect(() => decodePlain(new Uint8Array([0x22, 0xff, 0x22]))).toThrow(VipdError);
  });

  it("refuse, before they make anything of it, what would be too many values", () => {
    const bytes = new TextEncoder().encode(`[${"{},".repeat(PLAIN_MARKS_MAX / 2)}0]`);
    expect(() => decodePlain(bytes)).toThrow("too large");
  });

  it("never throw anything else, whatever the bytes are", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        try {
          decodePlain(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(VipdError);
        }
      }),
    );
  });
});
