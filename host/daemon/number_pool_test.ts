// Numbers by name: kept, given back, found again, and reused only when there is no other.

import { describe, expect, it } from "vitest";
import { NumberPool } from "./number_pool.ts";

describe("NumberPool", () => {
  it("gives a name its own number every time, and none beyond the limit", () => {
    const pool = new NumberPool(2);
    expect([pool.take("a"), pool.take("b"), pool.take("a"), pool.take("c")]).toEqual([
      0,
      1,
      0,
      null,
    ]);
  });

  it("gives a name that comes back its former number, fresh ones being left", () => {
    const pool = new NumberPool(4);
    pool.take("a");
    pool.release("a");
    expect([pool.take("b"), pool.take("a")]).toEqual([1, 0]);
  });

  it("reuses the number that was given back longest ago when it has no other", () => {
    const pool = new NumberPool(3);
    ["a", "b", "c"].forEach((name) => pool.take(name));
    ["b", "a", "nobody"].forEach((name) => pool.release(name));
    expect([pool.take("x"), pool.take("a"), pool.take("b")]).toEqual([1, 0, null]);
  });
});
