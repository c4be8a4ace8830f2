// One change at a time, and who asks meanwhile.

import { describe, expect, it } from "vitest";
import { Turns } from "./turns.ts";

/** Work that ends when it is told to. */
function work(log: string[], name: string) {
  const done = Promise.withResolvers<string>();
  return {
    run: async () => {
      log.push(`${name} begins`);
      const result = await done.promise;
      log.push(`${name} ends`);
      return result;
    },
    end: () => done.resolve(name),
    fail: () => done.reject(new Error(name)),
  };
}

const settle = () => new Promise((resolve) => setTimeout(resolve));

describe("Turns", () => {
  it("begins a turn when the one before has ended", async () => {
    const log: string[] = [];
    const [first, second] = [work(log, "first"), work(log, "second")];
    const turns = new Turns();
    void turns.take(first.run);
    const result = turns.take(second.run);
    second.end();
    await settle();
    expect(log).toEqual(["first begins"]);
    first.end();
    expect(await result).toBe("second");
    expect(log).toEqual(["first begins", "first ends", "second begins", "second ends"]);
  });

  it("goes on after a turn that failed, and tells its own caller", async () => {
    const log: string[] = [];
    const bad = work(log, "bad");
    const turns = new Turns();
    const failed = turns.take(bad.run);
    const next = turns.take(() => "next");
    bad.fail();
    await expect(failed).rejects.toThrow("bad");
    expect(await next).toBe("next");
  });

  it("gives all who ask while a shared work runs one further turn", async () => {
    let runs = 0;
    const turns = new Turns();
    const gate = Promise.withResolvers<void>();
    const ask = turns.share(async () => {
      const run = ++runs;
      await gate.promise;
      return run;
    });
    const first = ask();
    await settle();
    const later = [ask(), ask(), ask()];
    gate.resolve();
    expect(await first).toBe(1);
    expect(await Promise.all(later)).toEqual([2, 2, 2]);
    expect(await ask()).toBe(3);
  });
});
