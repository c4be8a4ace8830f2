import { describe, expect, it } from "vitest";
import { config, instance, trackedScript, virtualServer } from "../../engine/test_support.ts";
import { checkScenario } from "./scenario_check.ts";
import { formatScenarioProblem, NO_PLACE, readScenario } from "./scenario_text.ts";
import type { SimulatedNode } from "../simulate.ts";

const VIP = {
  family: "INET" as const,
  address: "198.51.100.9",
  prefixLength: 32,
  device: "eth1",
  label: null,
  scope: 0,
};

function nodes(): SimulatedNode[] {
  return [1, 2].map((n) => ({
    name: `node${n}`,
    config: config({
      scripts: n === 1 ? [trackedScript("chk_down")] : [],
      instances: [instance("VI_1", { vips: [VIP] })],
      virtualServers: [virtualServer(1)],
    }),
  }));
}

function problems(steps: string, head = ""): string[] {
  const text = `{"name": "x", "duration": 9,${head} "steps": [\n${steps}\n]}`;
  const read = readScenario(text, { resolveConfig: null });
  expect(read.problems).toEqual([]);
  return checkScenario(read.scenario!, nodes(), read.placeOf)
    .map((problem) => formatScenarioProblem("x", problem));
}

describe("checkScenario()", () => {
  it("accepts every kind of name that the configurations have", () => {
    expect(problems(
      `{"at": 0, "do": "unplug", "node": "node1", "interface": "eth1"},
       {"at": 0, "do": "plug", "node": "node1"},
       {"at": 0, "do": "cut", "from": "node1", "to": "node2"},
       {"at": 0, "do": "partition", "sets": [["node1"], ["node2"]]},
       {"at": 0, "do": "script", "script": "chk_down", "exit": 1},
       {"at": 0, "do": "server", "address": "192.0.2.1", "port": 80, "state": "up"},
       {"at": 0, "do": "removeAddress", "node": "node2", "address": "198.51.100.9"},
       {"at": 0, "do": "reload", "node": "node2", "set": {"vrrp_instance.VI_1.priority": 9}}`,
      `"machines": {"node1": {"addresses": {"eth0": ["192.0.2.11/24"]}}},
       "scripts": [{"node": "node1", "script": "chk_down", "exit": 1}],`,
    )).toEqual([]);
  });

  it("tells each name that no configuration has, at its place, with the nearest one", () => {
    const cases: [string, string][] = [
      [
        '{"at": 0, "do": "kill", "node": "nod1"}',
        "x:2:33: there is no node 'nod1'; did you mean 'node1'?",
      ],
      [
        '{"at": 0, "do": "cut", "from": "node1", "to": "gateway"}',
        "x:2:47: there is no node 'gateway'; write one of node1, node2",
      ],
      [
        '{"at": 0, "do": "cut", "from": "node1", "to": "node1"}',
        "x:2:47: node1 cannot be cut from itself: a cut is between two nodes; name another node",
      ],
      [
        '{"at": 0, "do": "partition", "sets": [["node1"], ["node2", "node1"]]}',
        "x:2:60: node1 stands in two sets: a node hears those of one set; take one of them out",
      ],
      [
        '{"at": 0, "do": "unplug", "node": "node2", "interface": "eth3"}',
        "x:2:57: there is no interface of node2 'eth3'; did you mean 'eth0'?",
      ],
      [
        '{"at": 0, "do": "script", "node": "node2", "script": "chk_down", "exit": 1}',
        "x:2:54: there is no vrrp_script of node2 'chk_down'; the configurations have none",
      ],
      [
        '{"at": 0, "do": "script", "script": "chk_dwn", "exit": 1}',
        "x:2:37: there is no vrrp_script 'chk_dwn'; did you mean 'chk_down'?",
      ],
      [
        '{"at": 0, "do": "server", "address": "192.0.2.9", "state": 500}',
        "x:2:38: there is no real server '192.0.2.9'; did you mean '192.0.2.1'?",
      ],
      [
        '{"at": 0, "do": "server", "address": "192.0.2.1", "port": 81, "state": 500}',
        "x:2:59: there is no port of 192.0.2.1 '81'; write one of 80",
      ],
      [
        '{"at": 0, "do": "removeAddress", "node": "node2", "address": "198.51.100.8"}',
        "x:2:62: there is no address of node2 '198.51.100.8'; did you mean '198.51.100.9'?",
      ],
      [
        '{"at": 0, "do": "reload", "node": "node2", "set": {"vrrp_instance.VI_1.prio": 9}}',
        "x:2:79: vrrp_instance.VI_1.prio: there is no keyword of vrrp_instance 'prio'; write one of " +
        "state, virtual_router_id, priority, advert_int, version, nopreempt, preempt_delay, " +
        "down_timer_adverts, ...",
      ],
    ];
    for (const [step, text] of cases) expect(problems(step)).toEqual([text]);
    expect(problems("", '"machines": {"node1": {"addresses": {"eth9": []}}, "node3": {}},'))
      .toHaveLength(2);
    expect(problems("", '"scripts": [{"node": "node2", "script": "chk_down", "exit": 1}],'))
      .toHaveLength(1);
  });

  it("judges a reload by what the reloads before it have made", () => {
    const reload = (at: number, set: string) =>
      `{"at": ${at}, "do": "reload", "node": "node1", "set": {${set}}}`;
    const fast = reload(2, '"vrrp_instance.VI_1.advert_int": 0.5');
    expect(problems(fast)).toHaveLength(1);
    expect(problems(`${reload(1, '"vrrp_instance.VI_1.version": 3')}, ${fast}`)).toEqual([]);
  });

  it("knows no places of a scenario that comes from no file", () => {
    const text = '{"name": "x", "duration": 9, "steps": [{"at": 0, "do": "kill", "node": "x"}]}';
    const { scenario } = readScenario(text, { resolveConfig: null });
    const [problem] = checkScenario(scenario!, nodes(), NO_PLACE);
    expect(formatScenarioProblem("made by hand", problem!))
      .toBe("made by hand: there is no node 'x'; write one of node1, node2");
  });
});
