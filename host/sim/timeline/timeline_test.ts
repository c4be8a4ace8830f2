// The timeline of small plays, and of events written by hand.

import { describe, expect, it } from "vitest";
import type { Config, Vip } from "../../conf/model.ts";
import {
  ALL_NOTIFY,
  config,
  instance,
  realServer,
  tcpCheck,
  trackedScript,
  virtualServer,
} from "../../engine/test_support.ts";
import type { Action } from "../scenario/scenario.ts";
import { simulate } from "../simulate.ts";
import { optionsOf, scenarioOf, SECOND, type Steps } from "../../../test/simulated_play.ts";
import { makeTimeline, type Timeline, type TimelineLine } from "./timeline.ts";
import type { TraceEvent } from "../world_view.ts";

const VIP = "192.0.2.100";
const vip: Vip = {
  ...{ family: "INET", address: VIP, prefixLength: 24, device: "eth0", label: null, scope: 0 },
};

function director(priority: number, change: Partial<Config> = {}): Config {
  const tracks = (change.scripts ?? []).map(({ name }) => ({
    tracker: name,
    watches: "SCRIPT" as const,
    weight: 10,
    reverse: false,
  }));
  const vips = [vip];
  return config({ instances: [instance("VI_1", { priority, vips, tracks })], ...change });
}

function play(configs: Config[], steps: Steps, durationS: number, adverts = false): Timeline {
  const options = optionsOf(configs, steps, durationS);
  const events: TraceEvent[] = [];
  const trace = (event: TraceEvent) => events.push(event);
  const { endUs } = simulate({ ...options, trace, traceAdverts: adverts });
  return makeTimeline({ ...options, events, endUs });
}

/** The timeline of events alone, on a node a with VI_1. */
function timelineOf(events: TraceEvent[], configs = [director(100)]): Timeline {
  const nodes = configs.map((one, i) => ({ name: "ab"[i]!, config: one }));
  return makeTimeline({ nodes, scenario: scenarioOf([], 60), events, endUs: 60 * SECOND });
}

/** `13.2 b text` of the first look, without the numbers that a sentence begins its reasons with. */
function short(lines: readonly TimelineLine[]): string[] {
  return lines.filter(({ isDetail }) => !isDetail).map(({ atUs, who, text }) =>
    `${(atUs / SECOND).toFixed(1)} ${who} ${text.split(":")[0]}`
  );
}

const PAIR = [director(200), director(100)];

describe("lanes", () => {
  it("have bands from the beginning to the end without a gap", () => {
    const { routers } = play(
      PAIR,
      [
        [10, { do: "kill", node: "a" }],
        [20, { do: "start", node: "a" }],
        [30, { do: "freeze", node: "b" }],
        [35, { do: "thaw", node: "b" }],
      ],
      40,
    );
    expect(routers).toHaveLength(1);
    const [a, b] = routers[0]!.lanes;
    const bands = (lane: typeof a) =>
      lane!.bands.map(({ state, still }) => state + (still ? " still" : ""));
    expect(bands(a)).toEqual(["BACKUP", "MASTER", "DOWN", "BACKUP", "MASTER"]);
    expect(bands(b)).toEqual(["BACKUP", "MASTER", "BACKUP", "BACKUP still", "BACKUP"]);
    for (const lane of routers[0]!.lanes) {
      expect(lane.bands[0]!.fromUs).toBe(0);
      expect(lane.bands.at(-1)!.toUs).toBe(40 * SECOND);
      lane.bands.slice(1).forEach(({ fromUs }, i) => expect(fromUs).toBe(lane.bands[i]!.toUs));
    }
  });

  it("a node that a step starts is down until then", () => {
    const options = optionsOf([director(100)], [[10, { do: "start", node: "a" }]], 20);
    options.scenario.machines = {
      a: { addresses: {}, clockRate: 1, latenessUs: 0, queueDelayUs: 50, started: false },
    };
    const events: TraceEvent[] = [];
    simulate({ ...options, trace: (event) => events.push(event) });
    const { routers } = makeTimeline({ ...options, events, endUs: 20 * SECOND });
    const [first] = routers[0]!.lanes[0]!.bands;
    expect(first).toEqual({ fromUs: 0, toUs: 10 * SECOND, state: "DOWN", still: false });
  });

  it("have marks for adverts, priorities and addresses that were lost", () => {
    const { routers } = play(PAIR, [[10.5, { do: "kill", node: "a" }]], 20, true);
    const marks = routers[0]!.lanes[0]!.marks;
    expect(marks.filter(({ kind }) => kind === "advert").length).toBeGreaterThan(5);
    expect(marks.filter(({ kind }) => kind === "addressLost")).toHaveLength(1);
  });
});

describe("lines", () => {
  it("tell a takeover with what followed from it", () => {
    const { lines } = play(PAIR, [[10, { do: "kill", node: "a" }]], 20);
    expect(short(lines)).toEqual([
      "0.0 a (VI_1) Entering BACKUP STATE (init)",
      "0.0 b (VI_1) Entering BACKUP STATE (init)",
      "3.2 a (VI_1) Entering MASTER STATE",
      "10.0 a kill -9",
      `12.4 a the kernel drops ${VIP}`,
      "12.8 b (VI_1) Entering MASTER STATE",
    ]);
    const effects = lines.at(-1)!.effects.map(({ text }) => text);
    expect(effects).toEqual([`takes ${VIP}`, "the client follows after 100 us"]);
    expect(lines.at(-1)!.instance).toBe("VI_1");
  });

  it("tell who gave an address up, and who lost it by somebody else's hand", () => {
    const { lines } = play(
      PAIR,
      [
        [10, { do: "removeAddress", node: "a", address: VIP }],
        [20, { do: "shutdown", node: "a" }],
        [30, { do: "start", node: "a" }],
        [40, { do: "powerOff", node: "a" }],
      ],
      50,
    );
    const effectsOf = (part: string) =>
      lines.filter(({ text }) => text.includes(part)).flatMap(({ effects }) => effects)
        .map(({ text }) => text);
    expect(effectsOf("somebody removes")).toEqual([`loses ${VIP}`]);
    expect(effectsOf("Stopped")).toEqual([`gives up ${VIP}`]);
    expect(effectsOf("loses its power")).toEqual([`forgets ${VIP}`]);
    // Nothing of an address stands alone.
    expect(lines.filter(({ kind }) => kind === "address")).toEqual([]);
  });

  it("put the priorities to the script that moves them, and scripts that run to their transition", () => {
    const scripts = [trackedScript("chk")];
    const one = director(100, { scripts });
    one.instances[0]!.notify = ALL_NOTIFY;
    const fails: Action = {
      ...{ do: "script", node: null, script: "chk", runUs: 1000 },
      outcome: { kind: "exit", code: 1 },
    };
    const { lines } = play([one], [[10, fails]], 20);
    const told = lines.filter(({ text }) => text.startsWith("VRRP_Script(chk)"));
    expect(told.map(({ effects }) => effects.map(({ text }) => text))).toEqual([
      ["priority of VI_1 100 -> 110"],
      ["priority of VI_1 110 -> 100"],
    ]);
    const master = lines.find(({ text }) => text.includes("MASTER STATE"))!;
    expect(master.effects.filter(({ isDetail }) => isDetail).map(({ text }) => text)).toEqual([
      "runs /n master",
      "runs /n any INSTANCE VI_1 MASTER 110",
    ]);
    expect(lines.filter(({ kind }) => kind === "priority")).toEqual([]);
    expect(lines.find(({ text }) => text.startsWith("script chk"))!.who).toBe("all nodes");
  });

  it("tell a server that fails once, with what the service makes of it", () => {
    const service = virtualServer(9, { realServers: [realServer(1, { checkers: [tcpCheck()] })] });
    const one = director(100, { virtualServers: [service] });
    const gone: Action = { do: "server", address: "192.0.2.1", port: null, state: "refuse" };
    const { lines } = play([one], [[20, gone]], 60);
    expect(lines.filter(({ kind, isDetail }) => kind === "server" && !isDetail)).toHaveLength(1);
    const told = lines.find(({ text }) => text.startsWith("TCP_CHECK on service"))!;
    expect(told.effects.map(({ text }) => text.split(" ")[0])).toEqual(["Removing", "Lost"]);
    expect(lines.find(({ who }) => who === "servers")!.text).toBe(
      "server 192.0.2.1 refuses connections",
    );
  });

  it("say who acts where no node does", () => {
    const { lines } = play(PAIR, [[1, { do: "cut", from: "a", to: "b" }], [2, { do: "heal" }]], 10);
    const told = lines.filter(({ kind, isDetail }) => kind === "action" && !isDetail);
    expect(told.map(({ who }) => who)).toEqual(["network", "network"]);
  });

  it("begin the moment that a comment speaks of with the comment", () => {
    const { lines } = play([PAIR[0]!], [[0, { do: "say", text: "It starts." }]], 1);
    expect(lines[0]).toMatchObject({ kind: "say", who: "", text: "It starts." });
    expect(lines.length).toBeGreaterThan(1);
  });

  it("count a remark that is made again and again", () => {
    const { lines } = play(
      PAIR,
      [[10, { do: "freeze", node: "a" }], [20, { do: "thaw", node: "a" }]],
      30,
    );
    const told = lines.filter(({ text }) => text.includes("with lower priority"));
    expect(told).toHaveLength(1);
    expect(told[0]!.times).toBeGreaterThan(2);
  });

  it("tell many instances that do the same at once in one line", () => {
    const many = Array.from({ length: 6 }, (_, i) => instance(`VI_${i}`, { vrid: i + 1 }));
    const { lines } = play([config({ instances: many })], [], 1);
    const told = lines.filter(({ kind }) => kind === "transition");
    expect(told).toHaveLength(1);
    expect(told[0]!.alike).toEqual(["VI_1", "VI_2", "VI_3", "VI_4", "VI_5"]);
    const three = play([config({ instances: many.slice(0, 3) })], [], 1);
    expect(three.lines.filter(({ kind }) => kind === "transition")).toHaveLength(3);
  });

  it("tell many addresses of one fate together", () => {
    const addresses = Array.from({ length: 7 }, (_, i) => `192.0.2.${i + 1}`);
    const one = config({
      instances: [instance("VI_1", { vips: addresses.map((address) => ({ ...vip, address })) })],
    });
    const { lines } = play([one], [[10, { do: "kill", node: "a" }]], 20);
    const list = "192.0.2.1, 192.0.2.2, 192.0.2.3, 192.0.2.4 and 3 more";
    const master = lines.find(({ text }) => text.includes("MASTER STATE"))!;
    expect(master.effects[0]!.text).toBe(`takes ${list}`);
    expect(lines.filter(({ kind }) => kind === "address").map(({ text }) => text)).toEqual([
      `the kernel drops ${list}: the lease is over`,
    ]);
  });

  it("an address that an edit brings belongs to the transition of its moment", () => {
    const brought = "192.0.2.7";
    const set = [{ path: "vrrp_instance.VI_1.virtual_ipaddress", value: brought }];
    const reload: Action = { do: "reload", node: "a", set, config: null };
    const { lines } = play([PAIR[0]!], [[1, reload]], 10);
    const master = lines.find(({ text }) => text.includes("MASTER STATE"))!;
    expect(master.effects[0]!.text).toBe(`takes ${brought}`);
  });

  it("tell violations, and leave out what comes after the end", () => {
    const violation = { invariant: "one_master", atUs: SECOND, text: "a and b are MASTER" };
    const { lines } = timelineOf([
      { atUs: SECOND, node: null, kind: "violation", violation },
      { atUs: 61 * SECOND, node: null, kind: "violation", violation },
    ]);
    expect(lines.map(({ kind, text }) => [kind, text])).toEqual([
      ["violation", "violated: one_master: a and b are MASTER"],
    ]);
  });

  it("an address without a cause stands alone", () => {
    const { lines } = timelineOf([
      { atUs: SECOND, node: "a", kind: "address", address: VIP, held: false, why: "lease" },
      {
        atUs: 2 * SECOND,
        node: null,
        kind: "client",
        segment: 0,
        address: VIP,
        mac: null,
        owner: null,
      },
    ]);
    expect(lines.map(({ who, text, instance: of }) => [who, text, of])).toEqual([
      ["a", `the kernel drops ${VIP}: the lease is over`, "VI_1"],
      ["client", `${VIP} is at nobody: no answer`, "VI_1"],
    ]);
  });
});
