import { describe, expect, it } from "vitest";
import type { Action } from "../../host/sim/scenario/scenario.ts";
import type { ProcessState } from "../../host/sim/world_view.ts";
import type { Selection } from "../app/state.ts";
import { openingScene, type Scene } from "../story/scene.ts";
import { actionsFor } from "./actions_for.ts";
import { clusterOf } from "./test_cast.ts";

const cast = clusterOf({ nodes: 3, segments: 2 });
const NODE: Selection = { kind: "node", node: "node1" };

function sceneWith(process: ProcessState): Scene {
  const scene = openingScene(cast);
  for (const node of scene.nodes.values()) node.process = process;
  return scene;
}

function offers(scene: Scene, selection: Selection | null) {
  return actionsFor(scene, cast, selection).flatMap(({ offers }) => offers);
}

/** What can be done now. */
const enabled = (scene: Scene, selection: Selection | null): Action["do"][] => [
  ...new Set(
    offers(scene, selection).filter(({ isEnabled }) => isEnabled).map(({ action }) => action.do),
  ),
];

const ON_PROCESS = [
  ...["start", "kill", "shutdown", "pause", "resume", "freeze", "thaw", "stallMain"],
  "powerOff",
];
const onProcess = (process: ProcessState) =>
  enabled(sceneWith(process), NODE).filter((name) => ON_PROCESS.includes(name));

describe("what can be done to a director", () => {
  it("follows from what its process does", () => {
    expect(onProcess("running")).toEqual([
      ...["kill", "shutdown", "pause", "freeze", "stallMain", "powerOff"],
    ]);
    expect(onProcess("paused")).toEqual(["kill", "resume", "freeze", "powerOff"]);
    expect(onProcess("frozen")).toEqual(["thaw", "powerOff"]);
    expect(onProcess("down")).toEqual(["start", "powerOff"]);
    expect(onProcess("off")).toEqual(["start"]);
  });

  it("keeps every button in its place, whatever the state", () => {
    const ids = (process: ProcessState) =>
      offers(sceneWith(process), NODE).map(({ id }) => id).join("\n");
    for (const process of ["paused", "frozen", "down", "off"] as const) {
      expect(ids(process)).toBe(ids("running"));
    }
    const list = offers(sceneWith("running"), NODE).map(({ id }) => id);
    expect(new Set(list).size).toBe(list.length);
  });

  it("has both cables, out or in", () => {
    const scene = sceneWith("running");
    scene.nodes.get("node1")!.linksDown.add("eth1");
    const cables = offers(scene, NODE).map(({ action }) => action)
      .filter((action) => action.do === "plug" || action.do === "unplug");
    expect(cables).toEqual([
      { do: "unplug", node: "node1", interface: "eth0" },
      { do: "plug", node: "node1", interface: "eth1" },
    ]);
    const one = offers(scene, { kind: "link", node: "node1", interface: "eth1" });
    expect(one[0]!.action).toEqual({ do: "plug", node: "node1", interface: "eth1" });
  });

  it("takes away only addresses that it has", () => {
    const scene = sceneWith("running");
    expect(enabled(scene, NODE)).not.toContain("removeAddress");
    scene.nodes.get("node1")!.held.add("10.0.0.101");
    expect(enabled(scene, NODE)).toContain("removeAddress");
    scene.nodes.get("node1")!.process = "frozen";
    expect(enabled(scene, NODE)).not.toContain("removeAddress");
  });

  it("sets scripts on its own node", () => {
    const actions = offers(sceneWith("running"), NODE).map(({ action }) => action)
      .filter((action) => action.do === "script");
    expect(actions).toHaveLength(3);
    expect(actions.every(({ node, script }) => node === "node1" && script === "chk_1")).toBe(true);
  });
});

describe("what can be done to the network", () => {
  const cuts = (scene: Scene) =>
    offers(scene, NODE).filter(({ action, isEnabled }) => isEnabled && action.do === "cut").length;

  it("cuts both ways to everybody else, once", () => {
    const scene = sceneWith("running");
    expect(cuts(scene)).toBe(4);
    scene.cuts.add("node2 node1");
    expect(cuts(scene)).toBe(3);
  });

  it("splits off a node that is not alone yet", () => {
    const scene = sceneWith("running");
    expect(enabled(scene, NODE)).toContain("partition");
    scene.partition = [["node2", "node3"], ["node1"]];
    expect(enabled(scene, NODE)).not.toContain("partition");
    scene.partition = [["node1", "node3"], ["node2"]];
    expect(enabled(scene, NODE)).toContain("partition");
  });

  it("heals only what is ill", () => {
    const scene = sceneWith("running");
    expect(enabled(scene, null)).toEqual([]);
    scene.nodes.get("node2")!.wires.set("eth0 in", { loss: 0.5 });
    expect(enabled(scene, null)).toEqual(["heal"]);
    const cut = sceneWith("running");
    cut.cuts.add("node1 node2");
    expect(enabled(cut, null)).toEqual(["heal"]);
  });
});

describe("what can be done to servers and clients", () => {
  it("is any other answer than the one in force", () => {
    const scene = sceneWith("running");
    const server: Selection = { kind: "server", address: "10.0.0.11", port: null };
    const states = () =>
      offers(scene, server).filter(({ isEnabled, action }) => isEnabled && action.do === "server")
        .map(({ action }) => action.do === "server" ? action.state : null);
    expect(states()).toEqual(["refuse", "silent", 503]);
    scene.servers.set("10.0.0.11", "silent");
    expect(states()).toEqual(["refuse", 503, "up"]);
  });

  it("is nothing to one that is a sorry server only: a scenario cannot name it", () => {
    const sorry = { address: "127.0.0.1", isSorry: true };
    const selection: Selection = { kind: "server", address: sorry.address, port: null };
    const withSorry = { ...cast, servers: [...cast.servers, sorry] };
    const offered = actionsFor(openingScene(withSorry), withSorry, selection)
      .flatMap(({ offers }) => offers).map(({ action }) => action.do);
    expect(offered).not.toContain("server");
  });

  it("is any other load than the one in force", () => {
    const scene = sceneWith("running");
    scene.load = 100;
    const loads = offers(scene, { kind: "client", segment: 0 })
      .filter(({ isEnabled, action }) => isEnabled && action.do === "load")
      .map(({ action }) => action.do === "load" ? action.perSecond : -1);
    expect(loads).toEqual([0, 1, 10, 1000, 10_000]);
  });
});
