import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { Ring } from "./ring.ts";

const SIZE = 64 + 512;

function makeRing(): Ring {
  return new Ring(new SharedArrayBuffer(SIZE), 0, SIZE);
}

describe("Ring", () => {
  it("pop() returns what push() got, in order, under any interleaving", () => {
    const step = fc.oneof(
      fc.uint8Array({ maxLength: 120 }).map((bytes) => ({ push: bytes })),
      fc.constant({ push: null }),
    );
    fc.assert(fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
      const ring = makeRing();
      const model: Uint8Array[] = [];
      for (const { push } of steps) {
        if (push === null) expect(ring.pop()).toEqual(model.shift() ?? null);
        else if (ring.push(push) !== "full") model.push(push);
      }
      for (const expected of model) expect(ring.pop()).toEqual(expected);
      expect(ring.pop()).toBeNull();
    }));
  });

  it("push() answers full, counts it and keeps what is queued", () => {
    const ring = makeRing();
    let queued = 0;
    while (ring.push(Uint8Array.of(queued)) !== "full") queued++;
    expect(queued).toBeGreaterThan(50);
    expect(ring.lost).toBe(1);
    for (let i = 0; i < queued; i++) expect(ring.pop()).toEqual(Uint8Array.of(i));
  });

  it("push() says once that the consumer is to be woken", () => {
    const ring = makeRing();
    expect(ring.sleep()).toBe(true);
    expect(ring.push(new Uint8Array(4))).toBe("queued-wake");
    expect(ring.push(new Uint8Array(4))).toBe("queued");
    expect(ring.sleep()).toBe(false);
    expect(ring.push(new Uint8Array(4))).toBe("queued");
  });

  it("carries any record up to recordSizeMax when empty", () => {
    for (let before = 0; before < 40; before++) {
      const ring = makeRing();
      for (let i = 0; i < before; i++) {
        ring.push(new Uint8Array(9));
        ring.pop();
      }
      const record = new Uint8Array(ring.recordSizeMax).fill(7);
      expect(ring.push(record)).not.toBe("full");
      expect(ring.pop()).toEqual(record);
    }
  });
});
