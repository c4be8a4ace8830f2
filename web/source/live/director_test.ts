import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { VipdError } from "../../../host/base/errors.ts";
import {
  Director,
  type DirectorState,
  RETRY_MS_MAX,
  RETRY_MS_MIN,
  SILENCE_MS_MAX,
  STATUS_EVERY_MS,
} from "./director.ts";
import { FakeDaemon, FakeTime, lineEvent, statusOf, T0, transitionEvent } from "./live_fixture.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

function watch(daemon: FakeDaemon, address = "d1.example:8112") {
  const time = new FakeTime();
  const told: string[] = [];
  const states: DirectorState[] = [];
  const director = new Director({ address, secret: "0123456789abcdef" }, {
    changed: (state) => void states.push(state),
    connected: (status, missed, _heard, isAnother) =>
      void told.push(
        `connected ${status.routerId} ${missed.map(({ sequence }) => sequence)} ${isAnother}`,
      ),
    status: (_status, { heardMs }) => void told.push(`status ${heardMs - T0}`),
    event: ({ sequence }) => void told.push(`event ${sequence}`),
    lost: (why) => void told.push(`lost: ${why}`),
  }, time.world(daemon));
  const ended = director.run();
  return { time, told, states, director, ended };
}

const lost = new VipdError("closed", "the connection was lost");

describe("Director", () => {
  it("hears what is, what was and what happens, and asks again and again", async () => {
    const daemon = new FakeDaemon(statusOf("node1", "MASTER"));
    daemon.events.push(lineEvent(1, T0 - 9, "a"), lineEvent(2, T0 - 5, "b"));
    const { time, told, states, director, ended } = watch(daemon);
    await time.settle();
    expect(told).toEqual(["connected node1 1,2 false"]);
    expect(states.map(({ state }) => state)).toEqual(["connecting", "up"]);
    await time.pass(2 * STATUS_EVERY_MS);
    expect(told.slice(1)).toEqual([`status ${STATUS_EVERY_MS}`, `status ${2 * STATUS_EVERY_MS}`]);
    daemon.tell(transitionEvent(3, time.nowMs, ["MASTER", "BACKUP"]));
    await time.settle();
    // At once, for what the event changed.
    expect(told.slice(3)).toEqual(["event 3", `status ${2 * STATUS_EVERY_MS}`]);
    expect(daemon.asked.filter((method) => !["status", "events"].includes(method))).toEqual([]);
    director.stop();
    await time.pass(STATUS_EVERY_MS);
    await ended;
    expect(told).toHaveLength(5);
  });

  it("tries again, later each time up to a bound, and says when", async () => {
    const daemon = new FakeDaemon(statusOf("node1", "MASTER"));
    daemon.refuses = new VipdError("unreachable", "no answer", { hint: "is it there?" });
    const { time, states, director } = watch(daemon);
    const pauses: number[] = [];
    for (let i = 0; i < 8; i++) {
      await time.settle();
      const last = states.at(-1)!;
      if (last.state !== "lost") throw new Error(`it is ${last.state}`);
      expect(last).toMatchObject({ why: "no answer", hint: "is it there?" });
      pauses.push(last.retryMs! - time.nowMs);
      await time.pass(last.retryMs! - time.nowMs - 1);
      expect(daemon.opened).toBe(i + 1);
      await time.pass(1);
      expect(daemon.opened).toBe(i + 2);
    }
    expect(pauses[0]).toBe(RETRY_MS_MIN);
    expect(pauses.slice(0, 4)).toEqual([1000, 2000, 4000, 8000]);
    expect(pauses.at(-1)).toBe(RETRY_MS_MAX);
    director.stop();
  });

  it("gives up where no second try helps", async () => {
    const daemon = new FakeDaemon(statusOf("node1", "MASTER"));
    daemon.refuses = new VipdError("denied", "not that token");
    const { time, states, ended } = watch(daemon);
    await time.settle();
    await ended;
    expect(states.at(-1)).toMatchObject({ state: "lost", retryMs: null });
    const odd = watch(daemon, "javascript:alert(1)");
    await odd.ended;
    expect(odd.states.at(-1)).toMatchObject({ state: "lost", retryMs: null });
    expect(daemon.opened).toBe(1);
  });

  it("tells of a lost connection and hears what it missed, once", async () => {
    const daemon = new FakeDaemon(statusOf("node1", "MASTER"));
    daemon.events.push(lineEvent(1, T0, "a"));
    const { time, told, director } = watch(daemon);
    await time.settle();
    daemon.tell(lineEvent(2, T0, "b"));
    await time.settle();
    daemon.drop(lost);
    await time.settle();
    expect(told.at(-1)).toBe("lost: the connection was lost");
    daemon.events.push(lineEvent(3, T0, "c"));
    await time.pass(RETRY_MS_MIN);
    expect(told.at(-1)).toBe("connected node1 3 false");
    director.stop();
  });

  it("knows another process by its run, and hears all that it remembers", async () => {
    const daemon = new FakeDaemon(statusOf("node1", "MASTER"));
    daemon.events.push(lineEvent(1, T0, "a"), lineEvent(2, T0, "b"));
    const { time, told, director } = watch(daemon);
    await time.settle();
    daemon.drop(lost);
    await time.settle();
    daemon.status = statusOf("node1", "BACKUP", { run: "run2", ageS: 1 });
    await time.pass(RETRY_MS_MIN);
    expect(told.at(-1)).toBe("connected node1 1,2 true");
    director.stop();
  });

  it("takes one that says nothing any more for lost", async () => {
    const daemon = new FakeDaemon(statusOf("node1", "MASTER"));
    const { time, told, states, director } = watch(daemon);
    await time.settle();
    daemon.isSilent = true;
    await time.pass(STATUS_EVERY_MS);
    expect(states.at(-1)).toEqual({ state: "up" });
    await vi.advanceTimersByTimeAsync(SILENCE_MS_MAX);
    await time.settle();
    expect(told.at(-1)).toMatch(/^lost: the daemon does not answer/);
    expect(states.at(-1)).toMatchObject({ state: "lost" });
    director.stop();
  });

  it("is not told of what another protocol means", async () => {
    const status = { ...statusOf("node1", "MASTER"), protocol: 2 as unknown as 1 };
    const { told, states, ended } = watch(new FakeDaemon(status));
    await ended;
    expect(told).toEqual([]);
    expect(states.at(-1)).toMatchObject({ state: "lost", retryMs: null });
  });
});
