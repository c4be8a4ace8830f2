import { describe, expect, it } from "vitest";
import type { NodeStatus } from "../../../host/control/client.ts";
import { SceneMaker } from "../../story/scene.ts";
import { lineEvent, statusOf, T0, transitionEvent } from "./live_fixture.ts";
import { LIVE_EVENT_MAX, LiveStory, ORDER_MS, PAST_MS_MAX } from "./story.ts";

const heard = (ms: number, tripMs = 0) => ({ askedMs: ms - tripMs, heardMs: ms });
/** Microseconds in the recording of a time of ours. */
const us = (story: LiveStory, ms: number) => (ms - story.recording.wallMs!) * 1000;

/** The scene at a time of ours. */
function sceneAt(story: LiveStory, ms: number) {
  const { cast, events } = story.recording;
  return new SceneMaker(cast, events).at(us(story, ms));
}

function stateAt(story: LiveStory, ms: number, node: string) {
  const found = sceneAt(story, ms).nodes.get(node)!;
  return found.isKnown ? found.instances.get("VI_1")!.state : "lost";
}

/** Two directors that are watched from T0 on. */
function pair() {
  const story = new LiveStory(T0);
  story.add(1, "d1");
  story.add(2, "d2");
  story.connected(1, statusOf("node1", "MASTER"), [], heard(T0), false);
  story.connected(2, statusOf("node2", "BACKUP"), [], heard(T0), false);
  return story;
}

function expectInOrder(story: LiveStory) {
  const times = story.recording.events.map(({ atUs }) => atUs);
  expect(times).toEqual(times.toSorted((one, other) => one - other));
  expect(times.every((atUs) => atUs >= 0)).toBe(true);
}

describe("LiveStory", () => {
  it("shows who plays and how they stand", () => {
    const story = pair();
    const { cast, source, name } = story.recording;
    expect([source, name]).toEqual(["live", "node1, node2"]);
    expect(cast.nodes.map((node) => node.name)).toEqual(["node1", "node2"]);
    expect(cast.segments).toEqual([{ name: "eth0", clientMac: "" }]);
    expect(cast.routers).toEqual([expect.objectContaining({
      ...{ vrid: 51, segment: 0, addresses: ["192.0.2.100"] },
      members: [{ node: "node1", instance: "VI_1" }, { node: "node2", instance: "VI_1" }],
    })]);
    const { nodes } = sceneAt(story, T0);
    expect(nodes.get("node1")).toMatchObject({ process: "running", isKnown: true });
    expect([...nodes.get("node1")!.held]).toEqual(["192.0.2.100"]);
    expect([...nodes.get("node2")!.held]).toEqual([]);
    expectInOrder(story);
  });

  it("follows a takeover, with its record and at its time", () => {
    const story = pair();
    story.event(2, transitionEvent(7, T0 + 1000, ["BACKUP", "MASTER"]), T0 + 1003);
    story.event(1, transitionEvent(9, T0 + 990, ["MASTER", "FAULT"]), T0 + 1010);
    story.status(2, statusOf("node2", "MASTER", { nowMs: T0 + 1020 }), heard(T0 + 1020));
    story.status(1, statusOf("node1", "FAULT", { nowMs: T0 + 1020 }), heard(T0 + 1020));
    story.advance(T0 + 1020 + ORDER_MS);
    expect(stateAt(story, T0 + 989, "node1")).toBe("MASTER");
    expect(stateAt(story, T0 + 990, "node1")).toBe("FAULT");
    expect(stateAt(story, T0 + 999, "node2")).toBe("BACKUP");
    expect(stateAt(story, T0 + 1000, "node2")).toBe("MASTER");
    const { nodes } = sceneAt(story, T0 + 1020);
    expect(nodes.get("node2")!.instances.get("VI_1")!.transition).toMatchObject({ to: "MASTER" });
    expect([...nodes.get("node1")!.held, ...nodes.get("node2")!.held]).toEqual(["192.0.2.100"]);
    expect(nodes.get("node2")!.held.size).toBe(1);
    expectInOrder(story);
  });

  it("puts down the words of two directors in their order, however late one comes", () => {
    const story = pair();
    story.event(1, lineEvent(1, T0 + 200, "second"), T0 + 200);
    story.event(2, lineEvent(1, T0 + 100, "first"), T0 + 350);
    story.advance(T0 + 360);
    story.advance(T0 + 1000);
    // Later than anybody waits for it: then it goes into its place.
    story.event(2, lineEvent(2, T0 + 101, "late"), T0 + 1100);
    story.advance(T0 + 2000);
    const texts = story.recording.events.flatMap((event) =>
      event.kind === "remark" ? [event.text] : []
    );
    expect(texts).toEqual(["first", "late", "second"]);
    expectInOrder(story);
    expect(story.recording.untilUs).toBe(us(story, T0 + 2000 - ORDER_MS));
  });

  it("takes a clock that goes wrong for what it is", () => {
    const story = new LiveStory(T0);
    story.add(1, "d1");
    const aheadMs = 3_600_000;
    const status = statusOf("node1", "MASTER", { nowMs: T0 - 20 + aheadMs });
    story.connected(1, status, [], heard(T0, 40), false);
    expect(story.aheadMs(1)).toBe(aheadMs);
    story.event(1, transitionEvent(1, T0 + aheadMs + 500, ["MASTER", "BACKUP"]), T0 + 600);
    story.advance(T0 + 2000);
    expect(stateAt(story, T0 + 499, "node1")).toBe("MASTER");
    expect(stateAt(story, T0 + 500, "node1")).toBe("BACKUP");
    // A shorter way measures better.
    story.status(1, statusOf("node1", "BACKUP", { nowMs: T0 + aheadMs + 2005 }), heard(T0 + 2000));
    expect(story.aheadMs(1)).toBe(aheadMs + 5);
  });

  it("shows a lost director as lost from its last word on, never as it was", () => {
    const story = pair();
    story.status(1, statusOf("node1", "MASTER", { nowMs: T0 + 1000 }), heard(T0 + 1000));
    story.advance(T0 + 3000);
    expect(stateAt(story, T0 + 2000, "node1")).toBe("MASTER");
    story.lost(1, "the daemon does not answer");
    expect(stateAt(story, T0 + 999, "node1")).toBe("MASTER");
    expect(stateAt(story, T0 + 1000, "node1")).toBe("lost");
    expect(sceneAt(story, T0 + 9000).nodes.get("node1")!.lostUs).toBe(us(story, T0 + 1000));
    expect([...sceneAt(story, T0 + 999).nodes.get("node1")!.held]).toEqual(["192.0.2.100"]);
    expect(sceneAt(story, T0 + 1000).nodes.get("node1")!.held.size).toBe(0);
    expect(stateAt(story, T0 + 9000, "node2")).toBe("BACKUP");
    const told = story.recording.events.findLast(({ kind }) => kind === "connection");
    expect(told).toMatchObject({ isUp: false, text: "the daemon does not answer", node: "node1" });
    // What is said of a lost one is no word of it.
    story.status(1, statusOf("node1", "MASTER", { nowMs: T0 + 3500 }), heard(T0 + 3500));
    story.advance(T0 + 5000);
    expect(stateAt(story, T0 + 4500, "node1")).toBe("lost");
    expectInOrder(story);
  });

  it("shows what happened meanwhile when the connection is there again", () => {
    const story = pair();
    story.lost(1, "lost");
    story.advance(T0 + 10_000);
    const missed = [transitionEvent(4, T0 + 2000, ["MASTER", "BACKUP"])];
    const status = statusOf("node1", "BACKUP", { nowMs: T0 + 10_000, ageS: 110 });
    story.connected(1, status, missed, heard(T0 + 10_000), false);
    expect(stateAt(story, T0 + 5000, "node1")).toBe("lost");
    expect(stateAt(story, T0 + 10_000, "node1")).toBe("BACKUP");
    const record = story.recording.events.find(({ kind }) => kind === "record");
    expect(record?.atUs).toBe(us(story, T0 + 2000));
    const instance = sceneAt(story, T0 + 10_000).nodes.get("node1")!.instances.get("VI_1")!;
    expect(instance.transition).toMatchObject({ to: "BACKUP" });
    expect(instance.sinceUs).toBe(us(story, T0 + 2000));
    expectInOrder(story);
  });

  it("knows again what a director holds when it comes back as it was", () => {
    const story = pair();
    story.lost(1, "lost");
    const status = statusOf("node1", "MASTER", { nowMs: T0 + 5000, ageS: 105 });
    story.connected(1, status, [], heard(T0 + 5000), false);
    expect(sceneAt(story, T0 + 4999).nodes.get("node1")!.held.size).toBe(0);
    expect([...sceneAt(story, T0 + 5000).nodes.get("node1")!.held]).toEqual(["192.0.2.100"]);
    expect(stateAt(story, T0 + 5000, "node1")).toBe("MASTER");
  });

  it("knows nothing of a process that is another one from before its start", () => {
    const story = pair();
    story.lost(1, "lost");
    story.advance(T0 + 10_000);
    const status = statusOf("node1", "BACKUP", { nowMs: T0 + 10_000, ageS: 4, run: "run2" });
    const missed = [transitionEvent(1, T0 + 6500, ["INIT", "BACKUP"])];
    story.connected(1, status, missed, heard(T0 + 10_000), true);
    const processes = story.recording.events.filter(({ kind, node, atUs }) =>
      kind === "process" && node === "node1" && atUs > us(story, T0)
    );
    expect(processes).toMatchObject([
      { process: "down", atUs: us(story, T0 + 6000) },
      { process: "running", atUs: us(story, T0 + 6000) },
    ]);
    const { instances } = sceneAt(story, T0 + 6100).nodes.get("node1")!;
    expect(instances.get("VI_1")!.state).toBe("INIT");
    expect(stateAt(story, T0 + 10_000, "node1")).toBe("BACKUP");
  });

  it("reaches back to what the first director remembers", () => {
    const story = new LiveStory(T0);
    story.add(1, "d1");
    const past = [
      transitionEvent(1, T0 - 2 * PAST_MS_MAX, ["INIT", "BACKUP"]),
      transitionEvent(2, T0 - 60_000, ["BACKUP", "MASTER"]),
    ];
    const status = statusOf("node1", "MASTER", { ageS: 2000 });
    story.connected(1, status, past, heard(T0), false);
    expect(story.recording.wallMs).toBe(T0 - PAST_MS_MAX);
    expect(stateAt(story, T0 - PAST_MS_MAX, "node1")).toBe("BACKUP");
    expect(stateAt(story, T0 - 60_001, "node1")).toBe("BACKUP");
    expect(stateAt(story, T0 - 60_000, "node1")).toBe("MASTER");
    const { transition } = sceneAt(story, T0).nodes.get("node1")!.instances.get("VI_1")!;
    expect(transition).toMatchObject({ to: "MASTER" });
    expectInOrder(story);
    // The second one goes into the same time.
    story.add(2, "d2");
    const other = [transitionEvent(1, T0 - 59_000, ["MASTER", "BACKUP"])];
    story.connected(2, statusOf("node2", "BACKUP", { ageS: 2000 }), other, heard(T0), false);
    expect(story.recording.wallMs).toBe(T0 - PAST_MS_MAX);
    expect(stateAt(story, T0 - 59_001, "node2")).toBe("MASTER");
    expect(stateAt(story, T0 - 59_000, "node2")).toBe("BACKUP");
    expectInOrder(story);
  });

  it("knows where the addresses were before one watched: with the master", () => {
    const story = new LiveStory(T0);
    story.add(1, "d1");
    const past = [
      lineEvent(0, T0 - 70_000, "before"),
      transitionEvent(1, T0 - 60_000, ["BACKUP", "MASTER"]),
      transitionEvent(2, T0 - 30_000, ["MASTER", "BACKUP"]),
    ];
    story.connected(1, statusOf("node1", "BACKUP", { ageS: 2000 }), past, heard(T0), false);
    story.add(2, "d2");
    story.connected(2, statusOf("node2", "MASTER", { ageS: 2000 }), [], heard(T0), false);
    const holders = (ms: number) =>
      [...sceneAt(story, ms).nodes].flatMap(([name, { held }]) => held.size > 0 ? [name] : []);
    expect(holders(T0 - 60_001)).toEqual(["node2"]);
    expect(holders(T0 - 45_000)).toEqual(["node1", "node2"]);
    expect(holders(T0 - 29_999)).toEqual(["node2"]);
    const told = story.recording.events.filter(({ kind, node }) =>
      kind === "address" && node === "node1"
    );
    expect(told.map(({ atUs }) => atUs)).toEqual([us(story, T0 - 60_000), us(story, T0 - 30_000)]);
    expectInOrder(story);
  });

  it("does not know a director before its process began", () => {
    const story = new LiveStory(T0);
    story.add(1, "d1");
    const past = [
      lineEvent(1, T0 - 3000, "start"),
      transitionEvent(2, T0 - 2000, ["INIT", "BACKUP"]),
    ];
    story.connected(1, statusOf("node1", "BACKUP", { ageS: 3 }), past, heard(T0), false);
    expect(sceneAt(story, T0 - 3001).nodes.get("node1")!.process).toBe("down");
    expect(stateAt(story, T0 - 2500, "node1")).toBe("INIT");
    expect(stateAt(story, T0 - 2000, "node1")).toBe("BACKUP");
  });

  it("believes a status that no record explains only when it comes twice", () => {
    const story = pair();
    const status = (ms: number) => statusOf("node2", "MASTER", { nowMs: ms });
    story.status(2, status(T0 + 500), heard(T0 + 500));
    story.advance(T0 + 900);
    expect(stateAt(story, T0 + 600, "node2")).toBe("BACKUP");
    story.status(2, status(T0 + 1000), heard(T0 + 1000));
    story.advance(T0 + 2000);
    expect(stateAt(story, T0 + 1000, "node2")).toBe("MASTER");
    const { transition } = sceneAt(story, T0 + 1000).nodes.get("node2")!.instances.get("VI_1")!;
    expect(transition).toBeNull();
  });

  it("tells two directors of one name apart, and forgets one that is taken out", () => {
    const story = new LiveStory(T0);
    story.add(1, "d1");
    story.add(2, "d2");
    story.connected(1, statusOf("LVS", "MASTER"), [], heard(T0), false);
    story.connected(2, statusOf("LVS", "BACKUP"), [], heard(T0), false);
    expect([story.nameOf(1), story.nameOf(2)]).toEqual(["LVS", "LVS (d2)"]);
    story.event(1, lineEvent(1, T0 + 1, "waiting"), T0 + 1);
    story.remove(1);
    story.advance(T0 + 1000);
    const { cast, events } = story.recording;
    expect(cast.nodes.map(({ name }) => name)).toEqual(["LVS (d2)"]);
    expect(events.length).toBeGreaterThan(0);
    expect(events.every(({ node }) => node === "LVS (d2)")).toBe(true);
    story.event(1, lineEvent(2, T0 + 2000, "late"), T0 + 2000);
    story.lost(1, "late");
    expect(story.recording.events.some(({ node }) => node === "LVS")).toBe(false);
  });

  it("follows a reload that brings an instance", () => {
    const story = pair();
    const before = story.recording;
    story.status(1, statusOf("node1", "MASTER", { nowMs: T0 + 500 }), heard(T0 + 500));
    expect(story.recording).toBe(before);
    const status = statusOf("node1", "MASTER", { nowMs: T0 + 1000 });
    const second = { ...status.instances[0]!, name: "VI_2", vrid: 52, vips: [] };
    const more: NodeStatus = { ...status, instances: [...status.instances, second] };
    story.status(1, more, heard(T0 + 1000));
    expect(story.recording.cast.nodes[0]!.instances.map(({ name }) => name)).toEqual([
      ...["VI_1", "VI_2"],
    ]);
    expect(story.recording.events).toBe(before.events);
  });

  it("begins anew from how everything stands when there is too much of it", () => {
    const story = pair();
    story.lost(2, "lost");
    for (let i = 0; i <= LIVE_EVENT_MAX; i++) {
      story.event(1, lineEvent(i, T0 + 1000 + i / 1000, "x"), T0 + 2000);
    }
    story.advance(T0 + 5000);
    expect(story.recording.events.length).toBeLessThan(20);
    expect(story.recording.wallMs).toBe(T0 + 5000 - ORDER_MS);
    story.event(1, transitionEvent(1, T0 + 5050, ["MASTER", "FAULT"]), T0 + 5051);
    story.advance(T0 + 5100 + ORDER_MS);
    expect(stateAt(story, T0 + 5051, "node1")).toBe("FAULT");
    expect(stateAt(story, T0 + 5000, "node1")).toBe("MASTER");
    expect(stateAt(story, T0 + 5000, "node2")).toBe("lost");
    expect(story.recording.untilUs).toBe(us(story, T0 + 5100));
  });
});
