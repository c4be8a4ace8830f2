// Small plays on the whole simulator: what each step does to two directors, told in short lines.

import { describe, expect, it } from "vitest";
import type { Config, VrrpInstance } from "../conf/model.ts";
import {
  ALL_NOTIFY,
  config,
  group,
  instance,
  realServer,
  tcpCheck,
  trackedScript,
  virtualServer,
} from "../engine/test_support.ts";
import { type Action, DEFAULT_MACHINE } from "./scenario/scenario.ts";
import { simulate } from "./simulate.ts";
import { optionsOf, SECOND, type Steps } from "../../test/simulated_play.ts";
import type { TraceEvent } from "./world_view.ts";
import { World } from "./world.ts";

const VIP = "192.0.2.100";
const vip = (address: string) => ({
  family: "INET" as const,
  address,
  prefixLength: 24,
  device: "eth0",
  label: null,
  scope: 0,
});

/** One director with one instance of VRID 51. */
function director(priority: number, fields: Partial<VrrpInstance> = {}): Config {
  return config({
    instances: [instance("VI_1", { vrid: 51, priority, vips: [vip(VIP)], ...fields })],
  });
}

/** Short lines: `3.609 a VI_1 MASTER MASTER_DOWN`, `12.609 a -192.0.2.100 lease`. */
function lineOf(event: TraceEvent): string | null {
  const head = `${(event.atUs / SECOND).toFixed(1)} ${event.node ?? "-"}`;
  switch (event.kind) {
    case "record": {
      const { record } = event;
      if (record.kind !== "transition") return null;
      const name = record.subject === "GROUP" ? record.groupName : record.instanceName;
      return `${head} ${name} ${record.to} ${record.reason}`;
    }
    case "address":
      return `${head} ${event.held ? "+" : "-"}${event.address} ${event.why}`;
    case "client":
      return `${head} client ${event.owner ?? "nobody"}`;
    default:
      return null;
  }
}

/** Plays, and gives the lines behind a time. */
function play(configs: Config[], steps: Steps, durationS: number, fromS: number): string[] {
  const lines: string[] = [];
  simulate({
    ...optionsOf(configs, steps, durationS),
    trace: (event) => {
      const line = event.atUs > fromS * SECOND ? lineOf(event) : null;
      if (line !== null) lines.push(line);
    },
  });
  return lines;
}

const PAIR = () => [director(100), director(90)];

describe("simulate()", () => {
  it("elects the higher priority, gives it the address and tells the client", () => {
    expect(play(PAIR(), [], 10, -1)).toEqual([
      "0.0 a VI_1 BACKUP START",
      "0.0 b VI_1 BACKUP START",
      "3.6 a +192.0.2.100 core",
      "3.6 a VI_1 MASTER MASTER_DOWN",
      "4.0 - client a",
    ]);
  });

  it("kill -9: the lease ends, the other takes over, the client follows its ARP", () => {
    expect(play(PAIR(), [[10, { do: "kill", node: "a" }]], 20, 10)).toEqual([
      "12.8 a -192.0.2.100 lease",
      "13.3 b +192.0.2.100 core",
      "13.3 b VI_1 MASTER MASTER_DOWN",
      "13.3 - client b",
    ]);
  });

  it("a shutdown hands over after the skew time alone", () => {
    expect(play(PAIR(), [[10, { do: "shutdown", node: "a" }]], 20, 10 - 1e-6)).toEqual([
      "10.0 a -192.0.2.100 core",
      "10.0 a VI_1 STOP STOP",
      "10.6 b +192.0.2.100 core",
      "10.6 b VI_1 MASTER MASTER_RESIGNED",
      "10.6 - client b",
    ]);
  });

  it("SIGSTOP: the lease ends as if it were killed; on waking it yields to what waits in its socket", () => {
    const steps: Steps = [[10, { do: "pause", node: "a" }], [20, { do: "resume", node: "a" }]];
    const lines = play(PAIR(), steps, 30, 10);
    expect(lines.slice(0, 3)).toEqual([
      "12.8 a -192.0.2.100 lease",
      "13.3 b +192.0.2.100 core",
      "13.3 b VI_1 MASTER MASTER_DOWN",
    ]);
    // It was MASTER and its timers stood still: it starts over, and its higher priority wins again.
    expect(lines.slice(4)).toEqual([
      "20.0 a VI_1 BACKUP STALLED",
      "23.6 a +192.0.2.100 core",
      "23.6 a VI_1 MASTER PREEMPT",
      "23.6 b -192.0.2.100 core",
      "23.6 b VI_1 BACKUP PEER_PRIORITY_HIGHER",
      "23.6 - client a",
    ]);
  });

  it("a frozen guest keeps the address, unseen, and goes on as if no time had passed", () => {
    const steps: Steps = [[10, { do: "freeze", node: "a" }], [20, { do: "thaw", node: "a" }]];
    const world = new World(optionsOf(PAIR(), steps, 30));
    const clock = () => world.nodes[0]!.clockUs();
    world.advance(10 * SECOND);
    const stoodAt = clock();
    world.advance(19 * SECOND);
    expect(clock()).toBe(stoodAt);
    expect(world.nodes.map((node) => node.holds(VIP))).toEqual([true, true]);
    expect(world.clients[0]!.macOf(VIP)).toBe(world.macOf(world.nodes[1]!, 0));
    world.advance(30 * SECOND);
    expect(world.nodes.map((node) => node.instances[0]!.state)).toEqual(["MASTER", "BACKUP"]);
    expect(world.nodes.map((node) => node.holds(VIP))).toEqual([true, false]);
  });

  it("a cable: FAULT, and back by way of BACKUP", () => {
    const steps: Steps = [
      [10, { do: "unplug", node: "a", interface: null }],
      [20, { do: "plug", node: "a", interface: "eth0" }],
    ];
    expect(play(PAIR(), steps, 30, 10 - 1e-6).filter((line) => line.includes("VI_1"))).toEqual([
      "10.0 a VI_1 FAULT INTERFACE_DOWN",
      "13.3 b VI_1 MASTER MASTER_DOWN",
      "20.0 a VI_1 BACKUP FAULT_CLEARED",
      "23.6 a VI_1 MASTER PREEMPT",
      "23.6 b VI_1 BACKUP PEER_PRIORITY_HIGHER",
    ]);
  });

  it("a one-way cut makes two masters; the set of those who hear each other cannot be said", () => {
    const steps: Steps = [[10, { do: "cut", from: "a", to: "b" }], [20, { do: "heal" }]];
    const world = new World(optionsOf(PAIR(), steps, 30));
    world.advance(19 * SECOND);
    expect(world.nodes.map((node) => node.instances[0]!.state)).toEqual(["MASTER", "MASTER"]);
    expect(world.components(0)).toBe(null);
    world.advance(30 * SECOND);
    expect(world.nodes.map((node) => node.instances[0]!.state)).toEqual(["MASTER", "BACKUP"]);
    expect(world.components(0)!.map((set) => set.map(({ name }) => name))).toEqual([["a", "b"]]);
  });

  it("a partition makes two masters in two components", () => {
    const steps: Steps = [[10, { do: "partition", sets: [["a"], ["b"]] }]];
    const world = new World(optionsOf(PAIR(), steps, 30));
    world.advance(30 * SECOND);
    expect(world.nodes.map((node) => node.instances[0]!.state)).toEqual(["MASTER", "MASTER"]);
    expect(world.components(0)).toHaveLength(2);
  });

  it("a machine that loses its power loses the address at once, and boots with another clock", () => {
    const steps: Steps = [[10, { do: "powerOff", node: "a" }], [20, { do: "start", node: "a" }]];
    const lines = play(PAIR(), steps, 30, 10 - 1e-6);
    expect(lines[0]).toBe("10.0 a -192.0.2.100 boot");
    expect(lines).toContain("13.3 b VI_1 MASTER MASTER_DOWN");
    expect(lines.at(-2)).toBe("23.6 b VI_1 BACKUP PEER_PRIORITY_HIGHER");
  });

  it("a reload of a lower priority hands over; of one that is refused nothing changes", () => {
    const set = (value: number) => [{ path: "vrrp_instance.VI_1.priority", value }];
    const reload = (value: number): Action => ({
      do: "reload",
      node: "a",
      set: set(value),
      config: null,
    });
    const lines = play(PAIR(), [[10, reload(80)]], 20, 10 - 1e-6);
    expect(lines.filter((line) => line.includes("VI_1")).map((line) => line.slice(5))).toEqual([
      "b VI_1 MASTER PREEMPT",
      "a VI_1 BACKUP PEER_PRIORITY_HIGHER",
    ]);
  });

  it("somebody removes the address of the master: it goes to BACKUP and takes it again", () => {
    const steps: Steps = [[10, { do: "removeAddress", node: "a", address: VIP }]];
    const lines = play(PAIR(), steps, 20, 10 - 1e-6);
    expect(lines).toEqual([
      "10.0 a -192.0.2.100 foreign",
      "10.0 a VI_1 BACKUP ADDRESS_LOST",
      "10.6 a +192.0.2.100 core",
      "10.6 a VI_1 MASTER MASTER_DOWN",
    ]);
  });

  it("a script that fails moves the priority, in the engine's time", () => {
    const chk = trackedScript("chk");
    const track = { tracker: "chk", watches: "SCRIPT" as const, weight: -20, reverse: false };
    const pair = [
      { ...director(100, { tracks: [track] }), scripts: [chk] },
      director(90),
    ];
    const outcome = { kind: "exit" as const, code: 1 };
    const fail: Action = { do: "script", node: "a", script: "chk", outcome, runUs: 3_000 };
    const lines = play(pair, [[10.5, fail]], 20, 10.5).filter((line) => line.includes("VI_1"));
    expect(lines.map((line) => line.slice(line.indexOf(" ") + 1))).toEqual([
      "b VI_1 MASTER PREEMPT",
      "a VI_1 BACKUP PEER_PRIORITY_HIGHER",
    ]);
  });

  it("a main thread that stands still holds back the script's answer, not the adverts", () => {
    const chk = trackedScript("chk");
    const track = { tracker: "chk", watches: "SCRIPT" as const, weight: 0, reverse: false };
    const pair = [{ ...director(100, { tracks: [track] }), scripts: [chk] }, director(90)];
    const outcome = { kind: "exit" as const, code: 1 };
    const lines = play(
      pair,
      [
        [10, { do: "stallMain", node: "a", forUs: 8 * SECOND }],
        [10, { do: "script", node: null, script: "chk", outcome, runUs: 3_000 }],
      ],
      25,
      10,
    );
    expect(lines[0]).toMatch(/^1[89]\.\d a -192\.0\.2\.100 core$/);
    expect(lines[1]).toMatch(/^1[89]\.\d a VI_1 FAULT TRACKED_SCRIPT$/);
  });

  it("a script that runs in a guest stands still with it", () => {
    const chk = trackedScript("chk", { intervalUs: SECOND, timeoutUs: 9 * SECOND });
    const track = { tracker: "chk", watches: "SCRIPT" as const, weight: 0, reverse: false };
    const one = [{ ...director(100, { tracks: [track] }), scripts: [chk] }];
    const outcome = { kind: "exit" as const, code: 1 };
    const lines = play(
      one,
      [
        [10, { do: "script", node: "a", script: "chk", outcome, runUs: 4 * SECOND }],
        [12, { do: "freeze", node: "a" }],
        [22, { do: "thaw", node: "a" }],
      ],
      30,
      12,
    );
    // It began between 10 s and 11 s, and needs 4 s of the guest's own time.
    expect(lines.find((line) => line.includes("FAULT"))).toMatch(/^2[45]\.\d a VI_1 FAULT/);
  });

  it("real servers that refuse leave the IPVS table, and come back into it", () => {
    const pair = [
      config({
        virtualServers: [
          virtualServer(1, { realServers: [realServer(1, { checkers: [tcpCheck()] })] }),
        ],
      }),
    ];
    const [server] = pair[0]!.virtualServers[0]!.realServers;
    const { address, port } = server!;
    const world = new World(optionsOf(pair, [
      [20, { do: "server", address, port, state: "refuse" }],
      [200, { do: "server", address, port: null, state: "up" }],
    ], 400));
    const destinations = () => world.nodes[0]!.kernel.ipvs()[0]?.destinations.length ?? -1;
    const seen = [19, 190, 399].map((atS) => {
      world.advance(atS * SECOND);
      return destinations();
    });
    expect(seen).toEqual([1, 0, 1]);
  });

  it("a group moves together", () => {
    const rows = (priority: number) => [
      instance("VI_1", { vrid: 51, priority, group: "G", vips: [vip(VIP)] }),
      instance("VI_2", { vrid: 52, priority, group: "G", interface: "eth1" }),
    ];
    const pair = [100, 90].map((priority) =>
      config({ instances: rows(priority), groups: [group("G", ["VI_1", "VI_2"])] })
    );
    const world = new World(
      optionsOf(pair, [[20, { do: "unplug", node: "a", interface: "eth1" }]], 40),
    );
    world.advance(40 * SECOND);
    expect(world.nodes.map(({ instances }) => instances.map(({ state }) => state)))
      .toEqual([["FAULT", "FAULT"], ["MASTER", "MASTER"]]);
  });

  it("notifications are run and answered", () => {
    const told: string[] = [];
    simulate({
      ...optionsOf([director(100, { notify: ALL_NOTIFY })], [], 10),
      trace: (event) => {
        if (event.kind === "notify") told.push(event.notify.state);
      },
    });
    expect([...new Set(told)]).toEqual(["BACKUP", "MASTER"]);
  });

  it("clocks that run fast or slow still elect one", () => {
    const options = optionsOf(PAIR(), [[20, { do: "clock", node: "b", rate: 1.1 }]], 60);
    options.scenario.machines = { a: { ...DEFAULT_MACHINE, clockRate: 0.95, latenessUs: 2_000 } };
    const world = new World(options);
    world.advance(60 * SECOND);
    expect(world.nodes.map((node) => node.instances[0]!.state)).toEqual(["MASTER", "BACKUP"]);
  });

  it("the same configurations, scenario and seed give the same play; another seed another one", () => {
    const steps: Steps = [
      [5, {
        do: "wire",
        node: "a",
        interface: null,
        direction: "out",
        quality: { loss: 0.4, jitterUs: 900, duplicate: 0.1, reorder: 0.1 },
      }],
    ];
    const digest = (seed: number) => simulate({ ...optionsOf(PAIR(), steps, 300), seed }).digest;
    expect(digest(7)).toBe(digest(7));
    expect(digest(7)).not.toBe(digest(8));
  });

  it("asks the invariants at rest and at the end, and stops at the first violation", () => {
    const options = optionsOf(PAIR(), [[30, { do: "kill", node: "a" }]], 60);
    const restedS: number[] = [];
    const watcher = {
      name: "watcher",
      atRest: (world: { nowUs: number }) => {
        restedS.push(Math.round(world.nowUs / SECOND));
        return restedS.length > 1 ? "twice" : null;
      },
    };
    const result = simulate({ ...options, invariants: [() => watcher] });
    expect(restedS[0]).toBeLessThan(10);
    expect(restedS[1]).toBeGreaterThan(30);
    expect(result.violations).toEqual([
      { invariant: "watcher", atUs: result.endUs, text: "twice" },
    ]);
  });

  it("ends a play in which something answers itself without end", () => {
    const world = new World(optionsOf(PAIR(), [], 10));
    const again = () => world.at(world.nowUs, again);
    world.at(SECOND, again);
    expect(() => world.advance(10 * SECOND)).toThrow("events without end at 1000000 us");
    const other = new World(optionsOf(PAIR(), [], 10));
    const soon = () => other.at(other.nowUs + 0.01, soon);
    other.at(SECOND, soon);
    expect(() => other.advance(10 * SECOND)).toThrow("events without end");
  });

  it("says which node is not there", () => {
    expect(() => simulate(optionsOf(PAIR(), [[1, { do: "kill", node: "c" }]], 5)))
      .toThrow("there is no node c");
    expect(() => simulate(optionsOf([], [], 5))).toThrow("1 to 32 nodes");
  });
});
