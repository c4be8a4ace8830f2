// What the arithmetic needs beside a record: from the recording and its index. Pure.

import type { Cast } from "../story/cast.ts";
import type { RecordedEvent } from "../story/recording.ts";
import type { SumFacts } from "./arithmetic.ts";
import type { LaneIndex } from "./lane_index.ts";
import { lastAt } from "./lod.ts";

/** The facts around the record at a place. */
export function factsAt(
  events: readonly RecordedEvent[],
  place: number,
  index: LaneIndex,
  cast: Cast,
): SumFacts {
  const event = events[place];
  const nothing: SumFacts = { parts: [], source: null, setUs: null };
  if (event?.kind !== "record" || event.node === null) return nothing;
  const name = event.record.instanceName ?? "";
  const lane = index.of(event.node, name);
  const point = lane?.priorities[lastAt(lane.priorities, event.atUs)];
  return {
    parts: point?.parts ?? [],
    source: sourceOf(cast, event.node, name),
    setUs: setUs(events, place, event.node, name),
  };
}

/** The address that an instance's adverts come from: its interface's first that is no virtual one. */
export function sourceOf(cast: Cast, node: string, name: string): string | null {
  const of = cast.nodes.find((one) => one.name === node);
  const instance = of?.instances.find((one) => one.name === name);
  const addresses = of?.interfaces.find((one) => one.name === instance?.interface)?.addresses ?? [];
  const isSix = instance?.family === "INET6";
  const virtual = new Set(cast.routers.flatMap((router) => router.addresses));
  return addresses.find((one) =>
    one.includes(":") === isSix && !virtual.has(one) && (!isSix || one.startsWith("fe80:"))
  ) ?? null;
}

/** For how long the protocol timer is set in the moment of a place: what is told behind it. */
function setUs(
  events: readonly RecordedEvent[],
  place: number,
  node: string,
  name: string,
): number | null {
  const { atUs } = events[place]!;
  for (let i = place + 1; i < events.length && events[i]!.atUs === atUs; i++) {
    const next = events[i]!;
    if (next.kind !== "instance" || next.node !== node || next.instance.name !== name) continue;
    return next.instance.protocolUs === null ? null : next.instance.protocolUs - atUs;
  }
  return null;
}
