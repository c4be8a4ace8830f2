import { describe, expect, it } from "vitest";
import { config, instance } from "../engine/test_support.ts";
import { layOut } from "./layout.ts";
import { DEFAULT_MACHINE, GOOD_WIRE, type Scenario } from "./scenario/scenario.ts";

const SCENARIO: Scenario = {
  name: "",
  description: "",
  durationUs: 0,
  wire: GOOD_WIRE,
  machines: {},
  scripts: [],
  steps: [],
};

const node = (name: string, ...rows: [device: string, vrid: number][]) => ({
  name,
  config: config({
    instances: rows.map(([device, vrid], i) => instance(`VI_${i}`, { interface: device, vrid })),
  }),
});

describe("layOut()", () => {
  it("puts interfaces of one name on one segment, and others by their VRID", () => {
    const { interfaces, segments } = layOut(
      [node("a", ["eth0", 51], ["eth1", 52]), node("b", ["ens3", 51], ["eth1", 53])],
      SCENARIO,
    );
    expect(interfaces.map((rows) => rows.map(({ name, segment }) => `${name} ${segment}`)))
      .toEqual([["eth0 0", "eth1 1"], ["ens3 0", "eth1 1"]]);
    expect(segments).toBe(2);
  });

  it("does not join two interfaces of one node because they use the same VRID", () => {
    const both: [string, number][] = [["eth0", 51], ["eth1", 51]];
    const { segments } = layOut([node("a", ...both), node("b", ...both)], SCENARIO);
    expect(segments).toBe(2);
  });

  it("makes addresses up, and takes those that are given", () => {
    const given = { ...DEFAULT_MACHINE, addresses: { eth0: ["192.0.2.9/25", "2001:db8::9/64"] } };
    const { interfaces } = layOut(
      [node("a", ["eth0", 51]), node("b", ["eth0", 51])],
      { ...SCENARIO, machines: { b: given } },
    );
    expect(interfaces.map(([row]) => row!.addresses.map(({ address }) => address)))
      .toEqual([["10.0.0.1", "fe80::1:1"], ["192.0.2.9", "2001:db8::9"]]);
    expect(interfaces[1]![0]!.addresses[0]).toMatchObject({ prefixLength: 25 });
  });

  it("makes up no address that is a virtual one of the cluster", () => {
    const [a, b] = [node("a", ["eth0", 51]), node("b", ["eth0", 51])];
    const vip = { ...b.config.instances[0]!.vips[0]!, address: "10.0.0.2" };
    a.config.instances[0]!.vips = [vip];
    const { interfaces } = layOut([a, b], SCENARIO);
    expect(interfaces.map(([row]) => row!.addresses[0]!.address)).toEqual([
      "10.0.0.33",
      "10.0.0.34",
    ]);
  });
});
