import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { VipdError } from "../base/errors.ts";
import { decodePlain, encodePlain, PLAIN_DEPTH_MAX } from "./plain_value.ts";

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
      }),
      { numRuns: 500 },
    );
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
