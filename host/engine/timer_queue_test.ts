import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createTimerQueue, firstTimer, setTimer, takeTimer } from "./timer_queue.ts";

describe("timer queue", () => {
  it("takeTimer() gives timers by time, equal times in the order of setting", () => {
    fc.assert(fc.property(fc.array(fc.nat(20)), (times) => {
      const queue = createTimerQueue();
      times.forEach((atUs, id) => setTimer(queue, atUs, { kind: "checker", id }));
      const expected = times.map((atUs, id) => ({ atUs, id }))
        .sort((a, b) => a.atUs - b.atUs || a.id - b.id);
      for (const want of expected) {
        expect(firstTimer(queue)).toMatchObject({ atUs: want.atUs });
        const timer = takeTimer(queue);
        expect(timer).toMatchObject({ atUs: want.atUs, owner: { id: want.id } });
      }
      expect(takeTimer(queue)).toBeUndefined();
    }));
  });
});
