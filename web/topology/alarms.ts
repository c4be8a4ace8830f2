// What is wrong at a moment: two holders of an address, two masters of a router, addresses that nobody
// has, clients that send to the wrong machine. Pure.

import type { Cast } from "../story/cast.ts";
import type { Scene } from "../story/scene.ts";

/** Something that must not be overlooked. */
export type Alarm =
  | { kind: "twoHolders"; address: string; nodes: string[] }
  | { kind: "twoMasters"; router: string; nodes: string[] }
  | { kind: "noHolder"; address: string }
  /** The client sends to a machine that does not have the address. */
  | { kind: "stale"; address: string; segment: number; owner: string | null }
  | { kind: "lost"; node: string }
  | { kind: "violation"; invariant: string };

/** A machine that is on: its kernel answers for its addresses. */
function isAwake(scene: Scene, node: string): boolean {
  const process = scene.nodes.get(node)?.process;
  return process !== undefined && process !== "off" && process !== "frozen";
}

/** Nodes that hold an address and are awake. */
export function holdersOf(scene: Scene, address: string): string[] {
  const holders: string[] = [];
  for (const [name, { held }] of scene.nodes) {
    if (held.has(address) && isAwake(scene, name)) holders.push(name);
  }
  return holders;
}

/** Whether what is sent on a segment comes to a node: its kernel runs and a cable of it is in there. */
export function isReachable(scene: Scene, cast: Cast, node: string, segment: number): boolean {
  const linksDown = scene.nodes.get(node)?.linksDown;
  const interfaces = cast.nodes.find(({ name }) => name === node)?.interfaces ?? [];
  return isAwake(scene, node) &&
    interfaces.some((one) => one.segment === segment && linksDown?.has(one.name) !== true);
}

/** Whether a client's entry points to a machine that does not have the address or cannot be reached. */
export function isStale(scene: Scene, cast: Cast, segment: number, address: string): boolean {
  const cache = scene.caches.get(`${segment} ${address}`);
  if (cache?.mac == null) return false;
  const { owner } = cache;
  // Nothing is known of a lost director: neither that it has the address nor that it has not.
  if (owner !== null && scene.nodes.get(owner)?.isKnown === false) return false;
  return owner === null || !holdersOf(scene, address).includes(owner) ||
    !isReachable(scene, cast, owner, segment);
}

/** Nodes of which two or more are MASTER of one virtual router, by `node instance`. */
export function doubleMasters(scene: Scene, cast: Cast): Set<string> {
  const doubles = new Set<string>();
  for (const { members } of cast.routers) {
    const masters = members.filter(({ node, instance }) => isMaster(scene, node, instance));
    if (masters.length < 2) continue;
    for (const { node, instance } of masters) doubles.add(`${node} ${instance}`);
  }
  return doubles;
}

function isMaster(scene: Scene, node: string, instance: string): boolean {
  const one = scene.nodes.get(node);
  return one?.isKnown === true && isAwake(scene, node) &&
    one.instances.get(instance)?.state === "MASTER";
}

/** Everything that is wrong, the worst first. */
export function alarmsOf(scene: Scene, cast: Cast): Alarm[] {
  const alarms: Alarm[] = [];
  if (scene.violation !== null) {
    alarms.push({ kind: "violation", invariant: scene.violation.invariant });
  }
  const late: Alarm[] = [];
  for (const { name, addresses, members, segment } of cast.routers) {
    const masters = members.filter(({ node, instance }) => isMaster(scene, node, instance));
    if (masters.length > 1) {
      alarms.push({ kind: "twoMasters", router: name, nodes: masters.map(({ node }) => node) });
    }
    for (const address of addresses) {
      const nodes = holdersOf(scene, address);
      if (nodes.length > 1) alarms.push({ kind: "twoHolders", address, nodes });
      // One that is lost may hold it.
      const isKnown = members.every(({ node }) => scene.nodes.get(node)?.isKnown === true);
      if (nodes.length === 0 && isKnown) late.push({ kind: "noHolder", address });
      if (isStale(scene, cast, segment, address)) {
        const owner = scene.caches.get(`${segment} ${address}`)?.owner ?? null;
        late.push({ kind: "stale", address, segment, owner });
      }
    }
  }
  for (const [node, { isKnown, isSilent }] of scene.nodes) {
    if (!isKnown && !isSilent) alarms.push({ kind: "lost", node });
  }
  return [...alarms, ...late];
}

/** Alarms that the whole page is told of: the rest is part of every election that somebody can still win. */
export function isGrave(alarm: Alarm, scene: Scene, cast: Cast): boolean {
  if (alarm.kind === "stale") return false;
  if (alarm.kind !== "noHolder") return true;
  const { address } = alarm;
  return cast.routers.filter(({ addresses }) => addresses.includes(address)).every(({ members }) =>
    members.every(({ node }) => scene.nodes.get(node)?.process !== "running")
  );
}
