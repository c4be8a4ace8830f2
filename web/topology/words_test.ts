import { describe, expect, it } from "vitest";
import { openingScene, type Scene } from "../story/scene.ts";
import { clusterOf } from "./test_cast.ts";
import { divisionTexts, serverStateText, tablesOf, thingText, wireText } from "./words.ts";

const cast = clusterOf({ nodes: 2, instances: 1, servers: 2 });
const SERVER = "10.0.0.11";

function running(): Scene {
  const scene = openingScene(cast);
  for (const node of scene.nodes.values()) {
    node.process = "running";
    Object.assign(node.instances.get("VI_1")!, { state: "BACKUP", priority: 100 });
  }
  return scene;
}

describe("things in words", () => {
  it("name a director with all that is to be known of it", () => {
    const scene = running();
    const node1 = scene.nodes.get("node1")!;
    node1.held.add("10.0.0.101");
    node1.trackers.set("chk_1", "BAD");
    node1.linksDown.add("eth0");
    expect(thingText(cast, scene, { kind: "node", node: "node1" })).toBe(
      "node1: running; VI_1 BACKUP 100; eth0 pulled; chk_1 BAD; 10.0.0.101",
    );
  });

  it("say nothing of the states of a lost one", () => {
    const scene = running();
    scene.nodes.get("node1")!.isKnown = false;
    const text = thingText(cast, scene, { kind: "node", node: "node1" });
    expect(text).toContain("connection lost");
    expect(text).toContain("VI_1 ?");
    expect(text).not.toMatch(/BACKUP|100/);
  });

  it("tell a client's entries, stale ones as such", () => {
    const scene = running();
    const entry = { segment: 0, address: "10.0.0.101", mac: "02:00", owner: "node1" };
    scene.caches.set("0 10.0.0.101", entry);
    const client = { kind: "client", segment: 0 } as const;
    expect(thingText(cast, scene, client)).toContain("10.0.0.101 → node1 (stale)");
    scene.nodes.get("node1")!.held.add("10.0.0.101");
    expect(thingText(cast, scene, client)).not.toContain("stale");
  });
});

describe("a wire", () => {
  it("is worse as its own and every interface's qualities say", () => {
    const node = running().nodes.get("node1")!;
    expect(wireText(node, "eth0")).toBe("");
    node.wires.set(" in", { loss: 0.3 });
    node.wires.set("eth0 in", { latencyUs: 20_000 });
    node.wires.set("eth1 out", { duplicate: 1 });
    expect(wireText(node, "eth0")).toBe("loses 30 %, +20 ms");
  });
});

describe("a server", () => {
  it("answers as the worst of its ports", () => {
    const scene = running();
    scene.servers.set(SERVER, "up");
    expect(serverStateText(scene, SERVER)).toBe("up");
    scene.servers.set(`${SERVER} 80`, 503);
    scene.servers.set(`${SERVER} 81`, "up");
    expect(serverStateText(scene, SERVER)).toBe("HTTP 503");
  });

  it("is in the tables of directors that have tables", () => {
    const scene = running();
    expect(tablesOf(scene, cast, SERVER)).toEqual({ having: 0, of: 0 });
    const destination = { address: SERVER, port: 80, weight: 1 };
    const name = cast.services[0]!.name;
    scene.nodes.get("node1")!.services.set(name, {
      scheduler: "wlc",
      destinations: new Map([[`${SERVER}:80`, destination]]),
    });
    scene.nodes.get("node2")!.services.set(name, { scheduler: "wlc", destinations: new Map() });
    expect(tablesOf(scene, cast, SERVER)).toEqual({ having: 1, of: 2 });
  });
});

describe("a divided network", () => {
  it("is told by its cuts and its parts", () => {
    const scene = running();
    expect(divisionTexts(scene)).toEqual([]);
    scene.cuts.add("node1 node2");
    scene.partition = [["node1"], ["node2", "node3"]];
    expect(divisionTexts(scene)).toEqual(["✕ node1 → node2", "node1 | node2 node3"]);
  });
});
