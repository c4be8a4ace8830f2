// Which event a step goes to: the next or the last one that a person would call something happening. Of
// several in one moment each is a step of its own. Pure.

import { firstAfter, firstAt, type RecordedEvent } from "../story/recording.ts";

/** Events that stepping stops at. */
const STEPS: ReadonlySet<RecordedEvent["kind"]> = new Set([
  "action",
  "process",
  "record",
  "event",
  "address",
  "client",
  "notify",
  "violation",
  "advert",
  "packet",
  "link",
  "state",
  "connection",
  "remark",
]);

/** Where one is: the time, and the event that is picked there; -1: none. */
export interface Standpoint {
  us: number;
  picked: number;
}

/** Whether the picked event is one of the moment. */
function isThere(events: readonly RecordedEvent[], { us, picked }: Standpoint): boolean {
  const event = events[picked];
  return event !== undefined && Math.abs(event.atUs - us) < 1;
}

/** Place of the next event; -1: there is none. */
export function nextStep(events: readonly RecordedEvent[], from: Standpoint): number {
  const first = isThere(events, from) ? from.picked + 1 : firstAfter(events, from.us);
  for (let i = first; i < events.length; i++) {
    if (STEPS.has(events[i]!.kind)) return i;
  }
  return -1;
}

/** Place of the event before; -1: there is none. */
export function previousStep(events: readonly RecordedEvent[], from: Standpoint): number {
  const last = isThere(events, from) ? from.picked - 1 : firstAt(events, from.us) - 1;
  for (let i = Math.min(last, events.length - 1); i >= 0; i--) {
    if (STEPS.has(events[i]!.kind)) return i;
  }
  return -1;
}

/** Place of the nearest of ascending places behind a place, or before it; -1: there is none. */
export function placeBeside(places: readonly number[], from: number, way: 1 | -1): number {
  if (way === 1) return places.find((place) => place > from) ?? -1;
  return places.findLast((place) => place < from) ?? -1;
}
