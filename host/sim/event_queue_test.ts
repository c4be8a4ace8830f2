import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EventQueue } from "./event_queue.ts";

describe("EventQueue", () => {
  it("gives the earliest first, and of two at one time the one that was put in first", () => {
    fc.assert(fc.property(fc.array(fc.nat(20)), (times) => {
      const queue = new EventQueue();
      const happened: [number, number][] = [];
      times.forEach((atUs, i) => queue.at(atUs, () => happened.push([atUs, i])));
      for (let left = times.length; left > 0; left--) {
        expect(queue.length).toBe(left);
        const { nextUs } = queue;
        queue.take()();
        expect(happened.at(-1)![0]).toBe(nextUs);
      }
      const wanted = times.map((atUs, i): [number, number] => [atUs, i])
        .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
      expect(happened).toEqual(wanted);
      expect(queue.nextUs).toBe(Infinity);
    }));
  });
});
