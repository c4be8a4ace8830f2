// The kinds of random faults and how often each comes: one table. A kind does something that fits the
// state, or answers false when there is nothing that it could do. This module is browser safe.

import type { VrrpInstance } from "../../conf/model.ts";
import type { ScriptOutcome } from "../../engine/contract.ts";
import type { ChaosNode, ChaosState } from "./chaos_state.ts";
import { MAIN_SILENT_MAX_US } from "../machine/machine_main.ts";
import type { Random } from "../random.ts";
import { type Action, DEFAULT_SCRIPT, type Edit, GOOD_WIRE, type WireQuality } from "./scenario.ts";

/** One kind. */
export interface ChaosKind {
  name: string;
  /** How often it is drawn, of the sum of all. */
  weight: number;
  happen(state: ChaosState, random: Random): boolean;
}

/** The slowest and the fastest clock that a fault makes. */
export const CHAOS_CLOCK_RATE = { min: 0.95, max: 1.05 };
/** The longest delays of a wire that a fault makes. */
export const CHAOS_WIRE: WireQuality = { ...GOOD_WIRE, latencyUs: 200_000, jitterUs: 100_000 };

/** The table. */
export const CHAOS_KINDS: readonly ChaosKind[] = [
  { name: "kill", weight: 10, happen: (state) => end(state, "kill", "down") },
  { name: "shutdown", weight: 8, happen: (state) => end(state, "shutdown", "down") },
  { name: "powerOff", weight: 4, happen: (state) => end(state, "powerOff", "off") },
  { name: "start", weight: 20, happen: start },
  { name: "pause", weight: 7, happen: (state) => stand(state, "pause", "paused") },
  { name: "freeze", weight: 6, happen: (state) => stand(state, "freeze", "frozen") },
  { name: "goOn", weight: 16, happen: goOn },
  { name: "blink", weight: 6, happen: blink },
  { name: "stallMain", weight: 4, happen: stallMain },
  { name: "unplug", weight: 7, happen: unplug },
  { name: "plug", weight: 10, happen: plug },
  { name: "wire", weight: 6, happen: wire },
  { name: "cut", weight: 6, happen: cut },
  { name: "partition", weight: 5, happen: partition },
  { name: "heal", weight: 9, happen: heal },
  { name: "script", weight: 12, happen: script },
  { name: "server", weight: 3, happen: server },
  { name: "reload", weight: 8, happen: reload },
  { name: "rollout", weight: 4, happen: rollOut },
  { name: "again", weight: 2, happen: again },
  { name: "removeAddress", weight: 4, happen: removeAddress },
  { name: "clock", weight: 2, happen: clock },
];

function end(state: ChaosState, kind: "kill" | "shutdown" | "powerOff", to: "down" | "off") {
  const node = state.pick("running", "running", "paused", "frozen");
  if (node === null) return false;
  // A process that stands still hears no signal but KILL.
  if (kind === "shutdown" && node.process !== "running") return false;
  state.do({ do: kind, node: node.name });
  node.process = to;
  node.stopping = kind === "shutdown";
  return true;
}

function start(state: ChaosState): boolean {
  const node = state.pick("down", "off");
  if (node === null) return false;
  // The one before may not have ended: then this start does nothing, and it counts as down.
  const { stopping } = node;
  state.start(node);
  if (stopping) [node.process, node.stopping] = ["down", true];
  return true;
}

function stand(state: ChaosState, kind: "pause" | "freeze", to: "paused" | "frozen"): boolean {
  const node = state.pick("running");
  if (node === null) return false;
  state.do({ do: kind, node: node.name });
  node.process = to;
  return true;
}

function goOn(state: ChaosState): boolean {
  const node = state.pick("paused", "frozen");
  if (node === null) return false;
  state.goOn(node);
  return true;
}

/** Everything that is over again after a moment: the races are in there. */
function blink(state: ChaosState, random: Random): boolean {
  const node = state.pick("running");
  if (node === null) return false;
  const { name } = node;
  const [first, second] = random.pick(
    [
      [{ do: "pause", node: name }, { do: "resume", node: name }],
      [{ do: "freeze", node: name }, { do: "thaw", node: name }],
      [{ do: "kill", node: name }, { do: "start", node: name }],
      [{ do: "unplug", node: name, interface: null }, {
        do: "plug",
        node: name,
        interface: null,
      }],
    ] satisfies [Action, Action][],
  );
  state.do(first);
  state.wait(random.pick([0, 1_000, random.below(1_000_000), random.below(state.intervalUs())]));
  state.do(second);
  return true;
}

function stallMain(state: ChaosState, random: Random): boolean {
  const node = state.pick("running");
  if (node === null) return false;
  // Less than the time after which the worker resigns, but for a few.
  const isLong = random.chance(0.1);
  const forUs = isLong ? MAIN_SILENT_MAX_US + 10_000_000 : random.below(10_000_000);
  if (isLong) node.resignsUs = state.nowUs + forUs;
  state.do({ do: "stallMain", node: node.name, forUs });
  return true;
}

function interfacesOf({ config }: ChaosNode): string[] {
  return [...new Set(config.instances.map((one) => one.interface))];
}

function unplug(state: ChaosState, random: Random): boolean {
  const node = state.pick("running", "paused", "frozen", "down");
  if (node === null || node.unplugged) return false;
  const own = interfacesOf(node);
  const one = own.length > 0 && random.chance(0.7) ? random.pick(own) : null;
  state.do({ do: "unplug", node: node.name, interface: one });
  node.unplugged = node.cableOut = true;
  return true;
}

function plug(state: ChaosState, random: Random): boolean {
  const out = state.nodes.filter(({ unplugged }) => unplugged);
  if (out.length === 0) return false;
  const node = random.pick(out);
  state.do({ do: "plug", node: node.name, interface: null });
  node.unplugged = node.cableOut = false;
  return true;
}

function wire(state: ChaosState, random: Random): boolean {
  const node = random.pick(state.nodes);
  const quality: Partial<WireQuality> = {};
  if (random.chance(0.5)) quality.loss = random.pick([0.05, 0.3, 0.7, 1]);
  if (random.chance(0.3)) quality.latencyUs = random.below(CHAOS_WIRE.latencyUs);
  if (random.chance(0.3)) quality.jitterUs = random.below(CHAOS_WIRE.jitterUs);
  if (random.chance(0.2)) quality.duplicate = random.pick([0.2, 1]);
  if (random.chance(0.2)) quality.reorder = random.pick([0.2, 1]);
  if (Object.keys(quality).length === 0) quality.loss = 1;
  const own = interfacesOf(node);
  state.do({
    do: "wire",
    node: node.name,
    interface: own.length > 0 && random.chance(0.5) ? random.pick(own) : null,
    direction: random.pick(["in", "out", "both"]),
    quality,
  });
  state.isNetworkDirty = true;
  return true;
}

function cut(state: ChaosState, random: Random): boolean {
  if (state.nodes.length < 2) return false;
  const from = random.pick(state.nodes);
  const to = random.pick(state.nodes.filter((node) => node !== from));
  state.do({ do: "cut", from: from.name, to: to.name });
  if (random.chance(0.3)) state.do({ do: "cut", from: to.name, to: from.name });
  state.isNetworkDirty = true;
  return true;
}

function partition(state: ChaosState, random: Random): boolean {
  if (state.nodes.length < 2) return false;
  const sets: string[][] = [[], [], []];
  // The third set hears nobody.
  for (const { name } of state.nodes) sets[random.pick([0, 0, 1, 1, 2])]!.push(name);
  state.do({ do: "partition", sets: sets.slice(0, 2).filter((set) => set.length > 0) });
  state.isNetworkDirty = true;
  return true;
}

function heal(state: ChaosState): boolean {
  if (!state.isNetworkDirty) return false;
  state.do({ do: "heal" });
  state.isNetworkDirty = false;
  return true;
}

function script(state: ChaosState, random: Random): boolean {
  const found = state.pickScript();
  if (found === null) return false;
  const isGood = random.chance(0.45);
  const bad: ScriptOutcome[] = [
    { kind: "exit", code: 1 },
    { kind: "exit", code: 1 },
    { kind: "exit", code: 127 },
    { kind: "signal", signal: 9 },
    { kind: "timeout" },
    { kind: "error", text: "no such file" },
  ];
  const isSlow = random.chance(0.2);
  const runUs = isSlow ? random.below(found.intervalUs) : DEFAULT_SCRIPT.runUs;
  const outcome = isGood ? DEFAULT_SCRIPT.outcome : random.pick(bad);
  const { node, script } = found;
  const nodes = random.chance(0.2) ? state.nodes.map(({ name }) => name) : [node];
  for (const name of nodes) {
    const has = state.nodes.find((one) => one.name === name)!.config.scripts
      .some((one) => one.name === script);
    if (!has) continue;
    state.do({ do: "script", node: name, script, outcome, runUs });
    state.noteScript(name, script, isGood && !isSlow);
  }
  return true;
}

function server(state: ChaosState, random: Random): boolean {
  const found = state.pickServer();
  if (found === null) return false;
  const isGood = random.chance(0.4);
  const answer = isGood ? "up" : random.pick(["refuse", "silent", 500, 404] as const);
  state.do({ do: "server", address: found.address, port: null, state: answer });
  state.noteServer(found.address, isGood);
  return true;
}

/** Changes that one node may make alone. */
function ownEdit(node: ChaosNode, random: Random): Edit[] | null {
  const { instances, scripts, virtualServers } = node.config;
  if (instances.length === 0) return null;
  const instance = random.pick(instances);
  const path = `vrrp_instance.${instance.name}`;
  switch (random.below(10)) {
    case 0:
    case 1:
    case 2:
      return priorities(instance, instances, random.between(1, 254));
    case 3:
      return [{ path: `${path}.nopreempt`, value: random.chance(0.5) }];
    case 4:
      return [{ path: `${path}.preempt_delay`, value: random.below(40) / 10 }];
    case 5:
      return [{ path: `${path}.down_timer_adverts`, value: random.between(2, 5) }];
    case 6:
      return [
        { path: `${path}.garp_master_delay`, value: random.below(3) },
        { path: `${path}.garp_master_refresh`, value: random.below(5) },
      ];
    case 7: {
      if (scripts.length === 0) return null;
      const name = `vrrp_script.${random.pick(scripts).name}`;
      const word = random.pick(["rise", "fall"]);
      return [{ path: `${name}.${word}`, value: random.between(1, 3) }];
    }
    case 8: {
      if (scripts.length === 0) return null;
      const name = `vrrp_script.${random.pick(scripts).name}`;
      return [{ path: `${name}.weight`, value: random.between(-60, 60) }];
    }
    default: {
      if (virtualServers.length === 0) return null;
      const { name, realServers } = random.pick(virtualServers);
      const server = random.pick(realServers);
      const value = random.below(4);
      return [{ path: `virtual_server.${name}.real_server.${server.name}.weight`, value }];
    }
  }
}

/** Members of a sync group keep one rank: two groups that rank differently chase each other. */
function priorities(
  instance: VrrpInstance,
  instances: readonly VrrpInstance[],
  value: number,
): Edit[] {
  const alike = instance.group === null
    ? [instance]
    : instances.filter(({ group }) => group === instance.group);
  return alike.filter(({ priority }) => priority !== 255)
    .map(({ name }) => ({ path: `vrrp_instance.${name}.priority`, value }));
}

function reload(state: ChaosState, random: Random): boolean {
  const node = random.pick(state.nodes);
  const set = ownEdit(node, random);
  return set !== null && set.length > 0 && state.reload([node], set, () => 0);
}

/** Changes that all nodes must make: until the last one has, they refuse each other. */
function rollOut(state: ChaosState, random: Random): boolean {
  const { instances } = state.nodes[0]!.config;
  if (instances.length === 0) return false;
  const instance = random.pick(instances);
  const path = `vrrp_instance.${instance.name}`;
  const isAll = state.nodes.every(({ config }) =>
    config.instances.some(({ name }) => name === instance.name)
  );
  if (!isAll) return false;
  const number = instances.indexOf(instance);
  const set = random.pick([
    () => advertInt(path, instance, random),
    () => addresses(path, { instance, number }, random),
    () => [{ path: "vipd.lease", value: random.chance(0.7) }],
  ])();
  const gap = () => random.below(random.chance(0.5) ? 100_000 : 4_000_000);
  return state.reload(state.nodes, set, gap);
}

function advertInt(path: string, { version }: VrrpInstance, random: Random): Edit[] {
  const value = version === 2 ? random.between(1, 3) : random.between(10, 200) / 100;
  return [{ path: `${path}.advert_int`, value }];
}

/** One address more, or one less; no two instances get the same. */
function addresses(
  path: string,
  { instance: { vips, family }, number }: { instance: VrrpInstance; number: number },
  random: Random,
): Edit[] {
  const own = vips.map(({ address, prefixLength }) => `${address}/${prefixLength}`);
  const host = random.between(50, 60);
  const net = 100 + number;
  const more = family === "INET" ? `10.9.${net}.${host}/24` : `2001:db8:9:${net}::${host}/64`;
  const wanted = own.length > 1 && random.chance(0.5) ? own.slice(0, -1) : [...own, more];
  return [{ path: `${path}.virtual_ipaddress`, value: [...new Set(wanted)].join(" ") }];
}

/** SIGHUP without any change. */
function again(state: ChaosState): boolean {
  const node = state.pick("running");
  if (node === null) return false;
  return state.reload([node], [], () => 0);
}

function removeAddress(state: ChaosState, random: Random): boolean {
  const node = state.pick("running", "paused");
  if (node === null) return false;
  const vips = node.config.instances.flatMap((one) => [...one.vips, ...one.excludedVips]);
  if (vips.length === 0) return false;
  state.do({ do: "removeAddress", node: node.name, address: random.pick(vips).address });
  return true;
}

function clock(state: ChaosState, random: Random): boolean {
  const node = random.pick(state.nodes);
  const { min, max } = CHAOS_CLOCK_RATE;
  const rate = random.between(min * 1000, max * 1000) / 1000;
  state.do({ do: "clock", node: node.name, rate });
  node.clockChanged = true;
  return true;
}
