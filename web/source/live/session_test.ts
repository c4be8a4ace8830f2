// The session on the page's own signals: what one looks at while directors come and go.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { VipdError } from "../../../host/base/errors.ts";
import { jumpTo } from "../../app/playback.ts";
import { playheadUs, playing, recording, sceneAt } from "../../app/state.ts";
import { emptyRecording } from "../../story/recording.ts";
import { FakeDaemon, FakeTime, statusOf, T0, transitionEvent } from "./live_fixture.ts";
import { directors, showLive, unwatch, watch } from "./session.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  for (const { id } of directors.peek()) unwatch(id);
  recording.value = emptyRecording("simulation", "");
  playing.value = false;
  vi.useRealTimers();
});

const WHERE = { address: "http://d1.example:8112", secret: "0123456789abcdef" };

/** Lets time pass here and in the made-up world. */
async function pass(time: FakeTime, ms: number) {
  for (let passed = 0; passed < ms; passed += 50) {
    await time.pass(50);
    await vi.advanceTimersByTimeAsync(50);
  }
}

function stateOf(node: string) {
  const found = sceneAt(playheadUs.peek()).nodes.get(node)!;
  return found.isKnown ? found.instances.get("VI_1")!.state : "lost";
}

describe("the session", () => {
  it("shows a director as it is, through a takeover, lost and found again", async () => {
    const [time, daemon] = [new FakeTime(), new FakeDaemon(statusOf("node1", "BACKUP"))];
    watch(WHERE, time.world(daemon));
    await pass(time, 1000);
    expect(directors.peek()).toMatchObject([{ name: "node1", state: { state: "up" } }]);
    expect(recording.peek()).toMatchObject({ source: "live", isComplete: false });
    expect(playing.peek()).toBe(true);
    expect(stateOf("node1")).toBe("BACKUP");

    daemon.status = statusOf("node1", "MASTER", { nowMs: time.nowMs, ageS: 101 });
    daemon.tell(transitionEvent(1, time.nowMs, ["BACKUP", "MASTER"]));
    await pass(time, 1500);
    expect(stateOf("node1")).toBe("MASTER");

    daemon.refuses = new VipdError("unreachable", "no way");
    daemon.drop(new VipdError("closed", "the connection was lost"));
    await pass(time, 1500);
    expect(stateOf("node1")).toBe("lost");
    expect(directors.peek()).toMatchObject([{ state: { state: "lost", why: "no way" } }]);

    daemon.refuses = null;
    await pass(time, 6000);
    expect(stateOf("node1")).toBe("MASTER");
    expect(directors.peek()).toMatchObject([{ state: { state: "up" } }]);
  });

  it("goes on without being looked at, and leaves alone who looks at something else", async () => {
    const [time, daemon] = [new FakeTime(), new FakeDaemon(statusOf("node1", "BACKUP"))];
    watch(WHERE, time.world(daemon));
    await pass(time, 500);
    const other = emptyRecording("simulation", "another");
    recording.value = other;
    jumpTo(0);
    daemon.status = statusOf("node1", "MASTER", { nowMs: time.nowMs, ageS: 101 });
    daemon.tell(transitionEvent(1, time.nowMs, ["BACKUP", "MASTER"]));
    await pass(time, 2000);
    expect(recording.peek()).toBe(other);
    expect(playheadUs.peek()).toBe(0);
    showLive();
    expect(recording.peek().source).toBe("live");
    expect(stateOf("node1")).toBe("MASTER");
  });

  it("keeps the moment that one looks at when time 0 becomes another", async () => {
    const time = new FakeTime();
    const first = new FakeDaemon(statusOf("node1", "MASTER"));
    first.events.push(transitionEvent(1, T0 - 60_000, ["BACKUP", "MASTER"]));
    watch(WHERE, time.world(first));
    const wallOf = () => recording.peek().wallMs! + playheadUs.peek() / 1000;
    await pass(time, 1000);
    expect(recording.peek().wallMs).toBe(T0 - 60_000);
    expect(Math.abs(wallOf() - time.nowMs)).toBeLessThan(1000);
    playing.value = false;
    jumpTo(playheadUs.peek() - 30_000_000);
    const looked = wallOf();
    await pass(time, 1000);
    expect(wallOf()).toBe(looked);
  });

  it("ends with the last director", async () => {
    const [time, daemon] = [new FakeTime(), new FakeDaemon(statusOf("node1", "BACKUP"))];
    watch(WHERE, time.world(daemon));
    await pass(time, 500);
    unwatch(directors.peek()[0]!.id);
    expect(directors.peek()).toEqual([]);
    expect(recording.peek()).toMatchObject({ source: "live", isComplete: true });
    const { untilUs } = recording.peek();
    await pass(time, 1000);
    expect(recording.peek().untilUs).toBe(untilUs);
    expect(daemon.opened).toBe(1);
  });
});
