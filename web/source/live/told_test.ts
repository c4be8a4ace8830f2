import { describe, expect, it } from "vitest";
import type { NodeStatus } from "../../../host/control/client.ts";
import { statusFixture } from "../../../cli/status_fixture.ts";
import { applyEvent, openingScene } from "../../story/scene.ts";
import type { RecordedEvent } from "../../story/recording.ts";
import { castOfStatus, endpointOf } from "./cast_of_status.ts";
import { lineEvent, statusOf, T0, transitionEvent } from "./live_fixture.ts";
import { toldByEvent, toldByStatus } from "./told.ts";

describe("toldByEvent()", () => {
  it("knows records of the core, of the engine and lines of the daemon apart", () => {
    expect(toldByEvent(transitionEvent(1, T0, ["INIT", "BACKUP"]))).toMatchObject({
      ...{ kind: "record", record: { to: "BACKUP" } },
    });
    const event = { event: "CHECK_UP", virtualServer: "a" };
    expect(toldByEvent({ ...lineEvent(1, T0, "a"), kind: "lvs", record: event })).toEqual({
      ...{ kind: "event", event },
    });
    for (const [level, isBad] of [["info", false], ["warning", true], ["error", true]] as const) {
      expect(toldByEvent(lineEvent(1, T0, "a", level))).toEqual({
        kind: "remark",
        text: "a",
        isBad,
      });
    }
  });
});

describe("toldByStatus()", () => {
  const service = (changes: object): NodeStatus["virtualServers"] => [{
    ...statusFixture().virtualServers[0]!,
    key: "[192.0.2.100]:tcp:80",
    sorryServer: { address: "[127.0.0.1]:tcp:80", active: false },
    realServers: [
      { ...statusFixture().virtualServers[0]!.realServers[0]!, address: "[2001:db8::1]:tcp:80" },
    ],
    ...changes,
  }];
  const status = (changes: object) =>
    statusOf("node1", "MASTER", { changes: { virtualServers: service(changes) } });

  /** The table of a service, as the scene has it after these. */
  function tableOf(...steps: NodeStatus[]) {
    const scene = openingScene(castOfStatus([{ name: "node1", status: steps[0]! }]));
    let before: NodeStatus | null = null;
    for (const step of steps) {
      for (const told of toldByStatus(before, step)) {
        applyEvent(scene, { ...told, atUs: 0, node: "node1" } as RecordedEvent);
      }
      before = step;
    }
    const { destinations } = scene.nodes.get("node1")!.services.get("[192.0.2.100]:tcp:80")!;
    return [...destinations.values()];
  }

  it("tells nothing where nothing is another", () => {
    expect(toldByStatus(status({}), status({}))).toEqual([]);
    expect(toldByStatus(null, status({})).length).toBeGreaterThan(2);
  });

  it("makes the table of a service that stands there", () => {
    const [server] = service({})[0]!.realServers;
    const up = { ...server!, state: "up" as const, weight: 3 };
    const address = { address: "2001:db8::1", port: 80 };
    expect(tableOf(status({ realServers: [up] }))).toEqual([{ ...address, weight: 3 }]);
    const down = status({ realServers: [{ ...up, state: "down", weight: 0 }] });
    expect(tableOf(status({ realServers: [up] }), down)).toEqual([]);
    expect(tableOf(status({ realServers: [up] }), status({ realServers: [] }))).toEqual([]);
    const sorry = { address: "[127.0.0.1]:tcp:80", active: true };
    expect(tableOf(down, status({ realServers: [], sorryServer: sorry }))).toEqual([
      { address: "127.0.0.1", port: 80, weight: 1 },
    ]);
  });

  it("tells of trackers, and of the link behind one that watches an interface", () => {
    const tracker = (state: "GOOD" | "BAD", kind: "SCRIPT" | "INTERFACE") =>
      statusOf("node1", "MASTER", {
        changes: { trackers: [{ ...statusFixture().trackers[0]!, name: "eth1", kind, state }] },
      });
    expect(toldByStatus(tracker("GOOD", "SCRIPT"), tracker("BAD", "SCRIPT"))).toEqual([
      { kind: "tracker", tracker: "eth1", state: "BAD" },
    ]);
    expect(toldByStatus(tracker("GOOD", "INTERFACE"), tracker("BAD", "INTERFACE"))).toEqual([
      { kind: "tracker", tracker: "eth1", state: "BAD" },
      { kind: "link", interface: "eth1", up: false },
    ]);
  });
});

describe("castOfStatus()", () => {
  it("has services and servers with keys, each address once", () => {
    const status = statusFixture({
      virtualServers: [
        { ...statusFixture().virtualServers[0]!, key: "[192.0.2.1]:udp:53" },
        { ...statusFixture().virtualServers[0]!, key: "FWM 7" },
      ],
    });
    const cast = castOfStatus([{ name: "a", status }, { name: "b", status }]);
    expect(cast.services.map(({ key, nodes }) => [key, nodes])).toEqual([
      [
        { kind: "ADDRESS", family: "INET", address: "192.0.2.1", port: 53, protocol: "UDP" },
        ["a", "b"],
      ],
      [{ kind: "FWMARK", family: "INET", mark: 7 }, ["a", "b"]],
    ]);
    const addresses = cast.servers.map(({ address }) => address);
    expect(new Set(addresses).size).toBe(addresses.length);
  });

  it("joins interfaces that serve a router together, and no others", () => {
    const named = (name: string, device: string, vrid: number, address: string) => {
      const status = statusOf(name, "BACKUP");
      const [instance] = status.instances;
      const vips = [{ ...instance!.vips[0]!, address }];
      return {
        name,
        status: { ...status, instances: [{ ...instance!, interface: device, vrid, vips }] },
      };
    };
    const cast = castOfStatus([
      named("a", "eth0", 51, "192.0.2.100/24"),
      named("b", "ens3", 51, "192.0.2.100/16"),
      named("c", "eth0", 51, "198.51.100.1/24"),
      named("d", "eth0", 52, "192.0.2.100/24"),
    ]);
    const segments = cast.nodes.map(({ interfaces }) => interfaces[0]!.segment);
    expect(segments).toEqual([0, 0, 1, 2]);
    expect(cast.segments.map(({ name }) => name)).toEqual(["eth0, ens3", "eth0", "eth0"]);
    expect(cast.routers.map(({ members }) => members.length)).toEqual([2, 1, 1]);
  });
});

describe("endpointOf()", () => {
  it.each([
    ["[172.18.200.100]:tcp:80", "172.18.200.100", 80],
    ["[2001:db8::1]:udp:53", "2001:db8::1", 53],
    ["[2001:db8::1]:53", "2001:db8::1", 53],
    ["172.18.200.100:80", "172.18.200.100", 80],
    ["what is none", "what is none", 0],
  ])("of %s", (name, address, port) => expect(endpointOf(name)).toEqual({ address, port }));
});
