import { describe, expect, it } from "vitest";
import { VipdError } from "../../base/errors.ts";
import type { Config } from "../../conf/model.ts";
import {
  config,
  group,
  instance,
  SECOND_US,
  trackedScript,
  virtualServer,
} from "../../engine/test_support.ts";
import { applyEdits, EDIT_PATHS, parseEdit } from "./edit.ts";

const VIP = {
  family: "INET" as const,
  address: "198.51.100.9",
  prefixLength: 32,
  device: "eth1",
  label: "eth1:9",
  scope: 0,
};

function example(): Config {
  return config({
    scripts: [trackedScript("chk_down", { weight: 5 }), trackedScript("chk.web", { weight: -5 })],
    instances: [
      instance("VI_1", {
        vips: [VIP],
        tracks: [
          { tracker: "chk_down", watches: "SCRIPT", weight: 5, reverse: false },
          { tracker: "chk.web", watches: "SCRIPT", weight: 7, reverse: false },
          { tracker: "eth2", watches: "INTERFACE", weight: 0, reverse: false },
        ],
      }),
      instance("VI.2", { vrid: 52, version: 3, advertisementIntervalUs: SECOND_US / 10 }),
    ],
    virtualServers: [virtualServer(1)],
  });
}

function edited(changes: Record<string, string | number | boolean>, from = example()): Config {
  return applyEdits(from, Object.entries(changes).map(([path, value]) => ({ path, value })));
}

function refusal(changes: Record<string, string | number | boolean>, from = example()): string {
  try {
    edited(changes, from);
  } catch (error) {
    if (error instanceof VipdError && error.code === "edit") {
      return `${error.message}: ${error.hint}`;
    }
    throw error;
  }
  throw new Error("it was not refused");
}

describe("applyEdits()", () => {
  it("changes a copy", () => {
    const before = example();
    const copy = structuredClone(before);
    const after = edited({ "vrrp_instance.VI_1.priority": 90 }, before);
    expect(before).toEqual(copy);
    expect(after.instances[0]!.priority).toBe(90);
    expect(edited({ "vrrp_instance.VI_1.priority": 100 })).toEqual({
      ...copy,
      scripts: [{ ...copy.scripts[0]! }, { ...copy.scripts[1]! }],
    });
  });

  it("takes every path of EDIT_PATHS, as JSON and as text of a command line", () => {
    const names: [string, string][] = [
      ["vrrp_instance.NAME", "vrrp_instance.VI.2"],
      ["vrrp_script.NAME", "vrrp_script.chk.web"],
      ["SCRIPT", "chk.web"],
      ["INTERFACE", "eth2"],
      ["virtual_server.ADDRESS:PORT", "virtual_server.198.51.100.1:80"],
      ["ADDRESS:PORT", "192.0.2.2:80"],
    ];
    for (const { path, range } of EDIT_PATHS) {
      let concrete = path;
      for (const [from, to] of names) concrete = concrete.replace(from, to);
      const word = path.slice(path.lastIndexOf(".") + 1);
      if (/track_|auth_pass|version/.test(path)) concrete = concrete.replace("VI.2", "VI_1");
      const value = range.includes("true") ? "true" : WORD_VALUES[word] ?? "4";
      const from = example();
      from.vipd.lease = false;
      from.virtualServers[0]!.realServers[0]!.weight = 9;
      if (word === "hysteresis") from.virtualServers[0]!.quorum = 6;
      const after = edited({ [concrete]: value }, from);
      expect(after, concrete).not.toEqual(from);
      const json = value === "true" || /^[0-9]$/.test(value) ? JSON.parse(value) : value;
      expect(edited({ [concrete]: json }, from), concrete).toEqual(after);
    }
  });

  it("reads seconds exactly", () => {
    const after = edited({
      "vrrp_instance.VI.2.advert_int": 0.29,
      "vrrp_instance.VI_1.preempt_delay": "12.000001",
    });
    expect(after.instances[1]!.advertisementIntervalUs).toBe(290_000);
    expect(after.instances[0]!.preemptDelayUs).toBe(12_000_001);
  });

  it("lets a script's weight reach the track lines that give none", () => {
    const after = edited({ "vrrp_script.chk_down.weight": -20, "vrrp_script.chk.web.weight": 9 });
    expect(after.instances[0]!.tracks.map(({ weight }) => weight)).toEqual([-20, 7, 0]);
  });

  it("lets the time allowed follow the interval, and later bursts the first", () => {
    const after = edited({
      "vrrp_script.chk_down.interval": 2,
      "vrrp_instance.VI_1.garp_master_delay": 1,
    });
    expect(after.scripts[0]!.timeoutUs).toBe(2 * SECOND_US);
    expect(after.instances[0]!.garp.lowerPrioDelayUs).toBe(SECOND_US);
  });

  it("keeps label and interface of an address that stays", () => {
    const path = "vrrp_instance.VI_1.virtual_ipaddress";
    const { vips } = edited({ [path]: "198.51.100.9 198.51.100.10/24" }).instances[0]!;
    expect(vips[0]).toEqual(VIP);
    expect(vips[1]).toMatchObject({ address: "198.51.100.10", prefixLength: 24, device: "eth0" });
  });

  it("finds a server by each of its names", () => {
    for (const name of ["192.0.2.2:80", "192.0.2.2 80", "[192.0.2.2]:tcp:80"]) {
      const path = `virtual_server.198.51.100.1 80.real_server.${name}.weight`;
      expect(edited({ [path]: 7 }).virtualServers[0]!.realServers[1]!.weight).toBe(7);
    }
  });

  it("clears what an owner cannot have, and gives a script up that nobody tracks", () => {
    const from = example();
    from.instances[0]!.nopreempt = true;
    const after = edited({ "vrrp_instance.VI_1.priority": 255 }, from);
    expect(after.instances[0]).toMatchObject({ nopreempt: false, priority: 255 });
    expect(after.instances[0]!.tracks.map(({ tracker }) => tracker)).toEqual(["eth2"]);
    expect(after.scripts[0]!.trackedBy).toEqual([]);
  });

  it("takes version and interval in any order", () => {
    const changes = { "vrrp_instance.VI_1.advert_int": 0.5, "vrrp_instance.VI_1.version": 3 };
    expect(edited(changes).instances[0]).toMatchObject({ version: 3, auth: null });
    expect(refusal({ "vrrp_instance.VI_1.advert_int": 0.5 })).toContain("version to 3");
    expect(refusal({ "vrrp_instance.VI.2.version": 2 })).toContain("whole seconds");
  });

  it("refuses what the file could not mean, with advice", () => {
    const track = "vrrp_instance.VI_1.track_script.chk_down.weight";
    const cases: [Record<string, string | number | boolean>, RegExp][] = [
      [{ "vrrp_instanze.VI_1.priority": 1 }, /no block 'vrrp_instanze': did you mean 'vrrp_inst/],
      [{ "vrrp_instance.VI_3.priority": 1 }, /no vrrp_instance 'VI_3': did you mean 'VI_1'/],
      [{ "vrrp_instance.VI_1.priorty": 1 }, /no keyword .* 'priorty': did you mean 'priority'/],
      [{ "vrrp_instance.VI_1": 1 }, /vrrp_instance/],
      [{ "vrrp_instance.VI_1.": 1 }, /is missing/],
      [{ "vrrp_instance.VI_1.toString": 1 }, /no keyword/],
      [{ "vrrp_script.chk_up.fall": 1 }, /write one of chk_down, chk.web/],
      [{ "virtual_server.198.51.100.1:81.quorum": 1 }, /did you mean '198.51.100.1:80'/],
      [{ "vrrp_instance.VI_1.priority": 256 }, /256 is not priority: priority is 1 to 255/],
      [{ "vrrp_instance.VI_1.priority": "9O" }, /"9O" is not priority/],
      [{ "vrrp_instance.VI_1.virtual_router_id": 51.5 }, /51.5/],
      [{ "vrrp_script.chk_down.interval": 0.0001 }, /0.001 to 4294/],
      [{ "vipd.lease": "perhaps" }, /true or false/],
      [{ "vrrp_instance.VI_1.virtual_ipaddress": "198.51.100.9/33" }, /not virtual_ipaddress/],
      [{ "vrrp_instance.VI_1.virtual_ipaddress": "2001:db8::1" }, /another family/],
      [{ "vrrp_instance.VI_1.virtual_ipaddress": "" }, /0 addresses/],
      [{ "vrrp_instance.VI.2.authentication.auth_pass": "x" }, /version 3 has no/],
      [{ "vrrp_instance.VI_1.authentication.auth_pass": "123456789" }, /at most 8 bytes/],
      [{ "vrrp_instance.VI.2.virtual_router_id": 51 }, /both have VRID 51/],
      [
        { "vrrp_instance.VI_1.state": "MASTER", "vrrp_instance.VI_1.nopreempt": true },
        /no effect with state MASTER: set state to BACKUP/,
      ],
      [{ "vrrp_instance.VI_1.priority": 255, [track]: 3 }, /owner's priority has no weights/],
      [{ "virtual_server.198.51.100.1:80.quorum": 3 }, /more than all weights \(2\)/],
    ];
    for (const [changes, text] of cases) expect(refusal(changes)).toMatch(text);
  });

  it("refuses weights in a sync group that does not count them", () => {
    const from = example();
    from.groups = [group("G", ["VI_1", "VI.2"])];
    from.instances[0]!.group = "G";
    from.instances[0]!.tracks = [
      { tracker: "chk_down", watches: "SCRIPT", weight: 0, reverse: false },
    ];
    const path = "vrrp_instance.VI_1.track_script.chk_down.weight";
    expect(refusal({ [path]: 3 }, from)).toContain("sync_group_tracking_weight");
  });
});

/** Values of words that do not take 4. */
const WORD_VALUES: Record<string, string> = {
  state: "MASTER",
  version: "3",
  virtual_ipaddress: "198.51.100.7",
};

describe("parseEdit()", () => {
  it("divides at the first equals sign", () => {
    expect(parseEdit("vrrp_instance.VI_1.authentication.auth_pass=a=b"))
      .toEqual({ path: "vrrp_instance.VI_1.authentication.auth_pass", value: "a=b" });
    expect(() => parseEdit("vrrp_instance.VI_1.priority")).toThrow(VipdError);
  });
});
