// Which event a step goes to: the most telling one of the next or last moment in which a person would say that
// something happens. Pure.

import { isDetailEvent } from "../../host/sim/timeline/timeline_words.ts";
import type { Mark } from "./lane_types.ts";
import { firstFrom, lastAt } from "./lod.ts";
import { firstAfter, firstAt, type RecordedEvent } from "../story/recording.ts";

/** How telling an event is, 0 the most; Infinity: stepping passes it over. */
export function rankOf(event: RecordedEvent): number {
  switch (event.kind) {
    case "violation":
      return 0;
    case "record":
      return event.record.kind === "transition" ? 1 : 5;
    case "state":
      return 1;
    case "action":
      return event.action.do === "say" ? 9 : 2;
    case "process":
    case "connection":
    case "link":
      return 3;
    case "remark":
      return 4;
    case "event":
      return isDetailEvent(event.event) ? 7 : 4;
    case "address":
    case "client":
      return 6;
    case "notify":
      return 7;
    case "packet":
    case "advert":
      return 8;
    default:
      return Infinity;
  }
}

/** Place of the most telling event of the moment that begins or ends at a place; -1: none tells anything. */
function bestOf(events: readonly RecordedEvent[], place: number): number {
  const { atUs } = events[place]!;
  let best = -1;
  let rank = Infinity;
  for (let i = firstAt(events, atUs); i < events.length && events[i]!.atUs === atUs; i++) {
    const own = rankOf(events[i]!);
    if (own < rank) [best, rank] = [i, own];
  }
  return best;
}

/** Place of the event to go to from a time on; -1: there is none. */
export function nextStep(events: readonly RecordedEvent[], us: number): number {
  for (let i = firstAfter(events, us); i < events.length; i++) {
    if (rankOf(events[i]!) < Infinity) return bestOf(events, i);
  }
  return -1;
}

/** Place of the event to go back to from a time; -1: there is none. */
export function previousStep(events: readonly RecordedEvent[], us: number): number {
  for (let i = firstAt(events, us) - 1; i >= 0; i--) {
    if (rankOf(events[i]!) < Infinity) return bestOf(events, i);
  }
  return -1;
}

/**
 * Place of the most telling event of the next moment behind a time, or the last before it, in which any of the
 * marks stands; -1: there is none.
 */
export function markBeside(
  events: readonly RecordedEvent[],
  marks: readonly (readonly Mark[])[],
  us: number,
  way: 1 | -1,
): number {
  let found: Mark | null = null;
  for (const list of marks) {
    const mark = way === 1 ? list[lastAt(list, us) + 1] : list[firstFrom(list, us, 0) - 1];
    if (mark === undefined) continue;
    if (found === null || (mark.atUs - found.atUs) * way < 0) found = mark;
  }
  return found === null ? -1 : bestOf(events, found.event);
}
