// Who stands for election with whom: the instances of running processes that hear each other on a
// segment and understand each other (RFC 9568 7.1: version; version 2: interval and
// authentication). Where that cannot be said nothing is said. This module is browser safe.

import type { InstanceView, NodeView, WorldView } from "../world_view.ts";
import { compareAddressText, masterDownUs } from "./arithmetic.ts";
import { membersWith } from "./expected.ts";

/** One election. */
export interface Election {
  readonly segment: number;
  /** `VRID 51 INET`. */
  readonly router: string;
  /** One of each node, in the order of the nodes. */
  readonly candidates: readonly InstanceView[];
  readonly masters: readonly InstanceView[];
}

/** What two instances must have in common to accept each other's adverts. */
function languageOf({ config }: InstanceView): string {
  const { family, vrid, version, multicastGroup } = config;
  const common = `${vrid} ${family} ${version} ${multicastGroup}`;
  if (version === 3) return common;
  return `${common} ${config.advertisementIntervalUs} ${config.auth?.data.join(".") ?? "NONE"}`;
}

/**
 * All elections of a world at rest; those in which it cannot be said who hears whom are left out, and
 * those that sync groups tie to such.
 */
export function electionsOf(world: WorldView): Election[] {
  let elections: Election[] = [];
  for (const segment of segmentsOf(world)) {
    for (const component of world.components(segment) ?? []) {
      elections.push(...electionsAmong(world, component, segment));
    }
  }
  for (;;) {
    const places = placesOf(elections);
    const certain = elections.filter(({ candidates }) =>
      candidates.every((one) => membersWith(one).every((member) => places.has(member)))
    );
    if (certain.length === elections.length) return elections;
    elections = certain;
  }
}

/** The election that each candidate stands in. */
export function placesOf(elections: readonly Election[]): Map<InstanceView, Election> {
  const places = new Map<InstanceView, Election>();
  for (const election of elections) {
    for (const candidate of election.candidates) places.set(candidate, election);
  }
  return places;
}

function segmentsOf(world: WorldView): Set<number> {
  const segments = new Set<number>();
  for (const node of world.nodes) {
    for (const { segment } of node.instances) segments.add(segment);
  }
  return segments;
}

function electionsAmong(
  world: WorldView,
  component: readonly NodeView[],
  segment: number,
): Election[] {
  const byLanguage = new Map<string, InstanceView[]>();
  for (const node of component) {
    if (node.process !== "running") continue;
    for (const instance of node.instances) {
      // A process that stops may need a while for its last scripts.
      if (instance.segment !== segment || instance.state === "STOP") continue;
      const language = languageOf(instance);
      const list = byLanguage.get(language);
      if (list === undefined) byLanguage.set(language, [instance]);
      else list.push(instance);
    }
  }
  const lists = [...byLanguage.values()].filter((candidates) =>
    isPlain(candidates) && isSteady(candidates, world.jitterUs(segment))
  );
  return lists.map((candidates) => ({
    segment,
    router: `VRID ${candidates[0]!.config.vrid} ${candidates[0]!.config.family}`,
    candidates,
    masters: candidates.filter(({ state }) => state === "MASTER"),
  }));
}

/**
 * False where two candidates cannot hear each other as such: they are on one machine, or they have
 * one address, so that each takes the other's adverts for its own.
 */
function isPlain(candidates: readonly InstanceView[]): boolean {
  const nodes = new Set(candidates.map(({ node }) => node.index));
  const known = candidates.map((one) => one.source()).filter((source) => source !== null);
  return nodes.size === candidates.length && new Set(known).size === known.length;
}

/**
 * Whether the adverts of each candidate always come before the down timer of each other (and of
 * itself: who is late by more than that counts as stalled) is over: with wires, clocks and loops as
 * they are. Otherwise the protocol itself makes masters come and go.
 */
function isSteady(candidates: readonly InstanceView[], jitterUs: number): boolean {
  return candidates.every((master) => {
    const intervalUs = master.config.advertisementIntervalUs;
    const gapUs = intervalUs / master.node.clockRate + master.node.latenessUs + jitterUs;
    return candidates.every((one) => {
      const { config, node } = one;
      const downUs = masterDownUs(config, one.priorityEffective(), intervalUs) / node.clockRate;
      return gapUs + node.latenessUs <= downUs;
    });
  });
}

/**
 * Whether sync groups tie this election to others in such a way that the order of the candidates
 * says nothing: their groups span other routers, hear each other in part only, or rank differently.
 */
export function isTangled(world: WorldView, { candidates }: Election): boolean {
  for (const a of candidates) {
    for (const b of candidates) {
      if (a.node.index < b.node.index && areTangled(world, a, b)) return true;
    }
  }
  return false;
}

function areTangled(world: WorldView, a: InstanceView, b: InstanceView): boolean {
  if (a.config.group === null && b.config.group === null) return false;
  const [ours, theirs] = [membersWith(a), membersWith(b)];
  if (ours.length !== theirs.length) return true;
  const order = Math.sign(compareCandidates(a, b));
  return ours.some((one) => {
    const other = theirs.find((each) =>
      each.segment === one.segment && languageOf(each) === languageOf(one)
    );
    if (other === undefined || !hearEachOther(world, one, other)) return true;
    return one.source() === null || other.source() === null ||
      Math.sign(compareCandidates(one, other)) !== order;
  });
}

function hearEachOther(world: WorldView, a: InstanceView, b: InstanceView): boolean {
  const components = world.components(a.segment);
  if (components === null) return false;
  return components.some((nodes) => nodes.includes(a.node) && nodes.includes(b.node));
}

/** Which of two masters stays: higher priority, then higher address; positive: the first. */
export function compareCandidates(a: InstanceView, b: InstanceView): number {
  const byPriority = a.priorityEffective() - b.priorityEffective();
  if (byPriority !== 0) return byPriority;
  const [ours, theirs] = [a.source(), b.source()];
  return ours === null || theirs === null ? 0 : compareAddressText(ours, theirs);
}
