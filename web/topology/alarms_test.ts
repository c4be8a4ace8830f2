import { describe, expect, it } from "vitest";
import { openingScene, type Scene } from "../story/scene.ts";
import { alarmsOf, doubleMasters, isGrave, isStale } from "./alarms.ts";
import { clusterOf } from "./test_cast.ts";

const cast = clusterOf({ nodes: 2, instances: 1 });
const VIP = "10.0.0.101";

/** node1 is MASTER and holds the address, the client knows it. */
function healthy(): Scene {
  const scene = openingScene(cast);
  for (const node of scene.nodes.values()) {
    node.process = "running";
    node.instances.get("VI_1")!.state = "BACKUP";
  }
  const node1 = scene.nodes.get("node1")!;
  node1.instances.get("VI_1")!.state = "MASTER";
  node1.held.add(VIP);
  scene.caches.set(`0 ${VIP}`, { segment: 0, address: VIP, mac: "02:00", owner: "node1" });
  return scene;
}

const graves = (scene: Scene) =>
  alarmsOf(scene, cast).filter((alarm) => isGrave(alarm, scene, cast));
const kinds = (scene: Scene) => alarmsOf(scene, cast).map(({ kind }) => kind);

describe("alarms", () => {
  it("are none while all is well", () => {
    expect(kinds(healthy())).toEqual([]);
    expect(doubleMasters(healthy(), cast).size).toBe(0);
  });

  it("tell of two masters and of two holders", () => {
    const scene = healthy();
    scene.nodes.get("node2")!.instances.get("VI_1")!.state = "MASTER";
    expect(alarmsOf(scene, cast)).toEqual([
      { kind: "twoMasters", router: "VI_1", nodes: ["node1", "node2"] },
    ]);
    expect([...doubleMasters(scene, cast)]).toEqual(["node1 VI_1", "node2 VI_1"]);
    scene.nodes.get("node2")!.held.add(VIP);
    expect(kinds(scene)).toEqual(["twoMasters", "twoHolders"]);
    expect(graves(scene)).toEqual(alarmsOf(scene, cast));
  });

  it("count no machine that does not answer", () => {
    for (const process of ["frozen", "off"] as const) {
      const scene = healthy();
      scene.nodes.get("node2")!.instances.get("VI_1")!.state = "MASTER";
      scene.nodes.get("node2")!.held.add(VIP);
      scene.nodes.get("node2")!.process = process;
      expect(kinds(scene)).toEqual([]);
    }
  });

  it("tell of an address that nobody has, and that its client asks a machine in vain", () => {
    const scene = healthy();
    scene.nodes.get("node1")!.held.clear();
    expect(kinds(scene)).toEqual(["noHolder", "stale"]);
    expect(graves(scene)).toEqual([]);
  });

  it("are grave where nobody is left who could take the address", () => {
    const scene = healthy();
    const [node1, node2] = [scene.nodes.get("node1")!, scene.nodes.get("node2")!];
    node1.held.clear();
    node1.process = "down";
    expect(graves(scene)).toEqual([]);
    node2.process = "off";
    expect(graves(scene)).toEqual([{ kind: "noHolder", address: VIP }]);
  });

  it("tell of a lost director, and say nothing of what nobody knows", () => {
    const scene = healthy();
    const node1 = scene.nodes.get("node1")!;
    node1.isKnown = false;
    node1.held.clear();
    expect(alarmsOf(scene, cast)).toEqual([{ kind: "lost", node: "node1" }]);
  });

  it("begin with a violated invariant", () => {
    const scene = healthy();
    scene.violation = { invariant: "one_master", atUs: 5, text: "" };
    expect(alarmsOf(scene, cast)[0]).toEqual({ kind: "violation", invariant: "one_master" });
  });
});

describe("a client's entry", () => {
  const isStaleIn = (change: (scene: Scene) => void) => {
    const scene = healthy();
    change(scene);
    return isStale(scene, cast, 0, VIP);
  };
  const cache = (scene: Scene) => scene.caches.get(`0 ${VIP}`)!;

  it("is good while its machine has the address", () => {
    expect(isStaleIn(() => {})).toBe(false);
    expect(isStaleIn((scene) => cache(scene).mac = null)).toBe(false);
    expect(isStaleIn((scene) => scene.caches.clear())).toBe(false);
  });

  it("is stale when it points elsewhere, or to nobody", () => {
    expect(isStaleIn((scene) => cache(scene).owner = "node2")).toBe(true);
    expect(isStaleIn((scene) => cache(scene).owner = null)).toBe(true);
  });

  it("is stale when its machine cannot be reached", () => {
    expect(isStaleIn((scene) => scene.nodes.get("node1")!.linksDown.add("eth0"))).toBe(true);
    expect(isStaleIn((scene) => scene.nodes.get("node1")!.process = "frozen")).toBe(true);
    // SIGSTOP stops the process; the kernel answers on.
    expect(isStaleIn((scene) => scene.nodes.get("node1")!.process = "paused")).toBe(false);
  });
});
