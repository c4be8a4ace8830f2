// Carries a scenario's step out on the world. This module is browser safe.

import { VipdError } from "../base/errors.ts";
import type { SimulatedMachine } from "./machine/machine.ts";
import type { Action } from "./scenario/scenario.ts";
import type { World } from "./world.ts";

type ActionOn = Extract<Action, { node: string }>;

/** Steps after which another set of nodes may hear each other. */
const NETWORK_ACTIONS: ReadonlySet<Action["do"]> = new Set([
  "unplug",
  "plug",
  "wire",
  "cut",
  "partition",
  "heal",
]);

/** Does what a step says. Throws VipdError `scenario` when it names a node that is not there. */
export function carryOut(world: World, action: Action): void {
  switch (action.do) {
    case "say":
    case "load":
      return; // nothing in VRRP depends on them
    case "cut":
      world.network.cut(named(world, action.from).index, named(world, action.to).index);
      break;
    case "partition": {
      const sets = action.sets.map((set) => set.map((name) => named(world, name).index));
      world.network.partition(sets, world.nodes.length);
      break;
    }
    case "heal":
      heal(world);
      break;
    case "script":
      world.surroundings.setScript(action);
      break;
    case "server":
      world.surroundings.setServer(action);
      break;
    case "stallMain": {
      // Peace comes only after it: what waits then may change anything.
      const { nowUs } = world;
      world.at(nowUs + action.forUs, () => world.disturb());
      named(world, action.node).stallMain(action.forUs);
      break;
    }
    default:
      carryOutOn(named(world, action.node), action);
  }
  world.disturb();
  if (NETWORK_ACTIONS.has(action.do)) world.watchers.network();
}

function carryOutOn(node: SimulatedMachine, action: Exclude<ActionOn, { do: "stallMain" }>): void {
  switch (action.do) {
    case "start":
      return node.start();
    case "kill":
      return node.kill();
    case "shutdown":
      return node.shutdown();
    case "powerOff":
      return node.powerOff();
    case "pause":
      return node.pause();
    case "resume":
      return node.goOn("paused");
    case "freeze":
      return node.freeze();
    case "thaw":
      return node.goOn("frozen");
    case "reload":
      return node.reload(action);
    case "unplug":
    case "plug":
      return node.setLink(action.interface, action.do === "plug");
    case "wire":
      return setWire(node, action);
    case "removeAddress":
      return node.removeAddress(action.address);
    case "clock":
      return node.setClockRate(action.rate);
  }
}

function named(world: World, name: string): SimulatedMachine {
  const node = world.nodes.find((one) => one.name === name);
  if (node !== undefined) return node;
  throw new VipdError("scenario", `there is no node ${name}`, {
    hint: `the nodes are ${world.nodes.map((one) => one.name).join(", ")}`,
  });
}

function setWire(node: SimulatedMachine, action: Extract<Action, { do: "wire" }>): void {
  const { direction, quality } = action;
  for (const { name, port } of node.kernel.interfaces) {
    if (action.interface !== null && action.interface !== name) continue;
    if (direction !== "out") port.in = { ...port.in, ...quality };
    if (direction !== "in") port.out = { ...port.out, ...quality };
  }
}

function heal(world: World): void {
  world.network.heal();
  for (const { kernel } of world.nodes) {
    for (const { port } of kernel.interfaces) {
      port.in = { ...world.scenario.wire };
      port.out = { ...world.scenario.wire };
    }
  }
}
