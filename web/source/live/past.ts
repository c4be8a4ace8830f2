// What was before one watched, as far as what a director remembers says.

import type { NodeStatus } from "../../../host/control/client.ts";
import type { TransitionRecord } from "../../../host/core/named_record.ts";
import { bareAddress } from "./cast_of_status.ts";
import { type Told, toldAddresses } from "./told.ts";

/** A word with its time in the recording, microseconds. */
export interface TimedTold {
  atUs: number;
  told: Told;
}

/** The reason record of an instance in it; null: there is none. */
export function transitionIn(told: Told): TransitionRecord | null {
  if (told.kind !== "record" || told.record.kind !== "transition") return null;
  return told.record.subject === "INSTANCE" ? told.record : null;
}

/**
 * How the instances of a status were at a time, by the remembered words: after the last transition before it, or
 * before the first one behind it, or as they are now.
 */
export function statesAt(
  fromUs: number,
  { instances }: NodeStatus,
  remembered: readonly TimedTold[],
): Told[] {
  const transitions = remembered.flatMap(({ atUs, told }) => {
    const record = transitionIn(told);
    return record === null ? [] : [{ atUs, record }];
  });
  return instances.map((instance): Told => {
    const own = transitions.filter(({ record }) => record.instanceName === instance.name);
    const before = own.findLast(({ atUs }) => atUs < fromUs);
    const next = own.find(({ atUs }) => atUs >= fromUs);
    const state = before?.record.to ?? next?.record.from ?? instance.state;
    const text = own.length === 0 ? instance.reasonText : "";
    return { kind: "state", instance: instance.name, state, inferred: false, text };
  });
}

/**
 * The words with what a director held behind each: a master holds its addresses, and no event tells of them.
 * And what it holds after the last one.
 */
export function withAddresses(
  { instances }: NodeStatus,
  words: readonly TimedTold[],
): { words: TimedTold[]; held: ReadonlySet<string> } {
  const vips = new Map(
    instances.map(({ name, vips }) => [name, vips.map(({ address }) => bareAddress(address))]),
  );
  let held: ReadonlySet<string> = new Set();
  const all = words.flatMap((word) => {
    const next = heldAfter(held, word.told, vips);
    const addresses = toldAddresses(held, next).map((told) => ({ atUs: word.atUs, told }));
    held = next;
    return [word, ...addresses];
  });
  return { words: all, held };
}

function heldAfter(
  held: ReadonlySet<string>,
  told: Told,
  vips: ReadonlyMap<string, readonly string[]>,
): ReadonlySet<string> {
  const record = transitionIn(told);
  const instance = told.kind === "state" ? told.instance : record?.instanceName;
  const state = told.kind === "state" ? told.state : record?.to;
  const next = new Set(held);
  for (const address of vips.get(instance ?? "") ?? []) {
    if (state === "MASTER") next.add(address);
    else next.delete(address);
  }
  return next;
}
