// What followed from an event, as far as one sees it: of a transition what its node sent, took and ran, what the
// clients believe and what the other instances of the virtual router did; of anything else what happened next.
// Pure.

import { isDetailEvent } from "../../host/sim/timeline/timeline_words.ts";
import type { Cast, CastRouter } from "../story/cast.ts";
import { firstAt, type RecordedEvent } from "../story/recording.ts";

/** What follows comes within this, microseconds. */
export const FOLLOWS_US = 2_000_000;
/** What follows from a step may take a down interval and a check, microseconds. */
const ACTION_FOLLOWS_US = 15_000_000;
/** Rows of an answer. */
export const FOLLOWS_MAX = 16;
/** Events that are looked through. */
const LOOK_MAX = 20_000;

/** Something that followed. */
export interface Follower {
  /** Place of the event. */
  place: number;
  afterUs: number;
  /** How often the same came in that time: announcements of one address, adverts. */
  times: number;
}

/** What followed from the event at a place. */
export function followersOf(
  events: readonly RecordedEvent[],
  place: number,
  cast: Cast,
): Follower[] {
  const event = events[place];
  if (event === undefined) return [];
  const isTransition = event.kind === "record" && event.record.kind === "transition";
  const fits = isTransition
    ? afterTransition(event, event.record.instanceName ?? "", cast)
    : afterAnything(event);
  const withinUs = event.kind === "action" ? ACTION_FOLLOWS_US : FOLLOWS_US;
  const rows = new Map<string, Follower>();
  // What the core did with a transition may be told before it, in the same moment.
  const from = isTransition ? firstAt(events, event.atUs) : place + 1;
  const end = Math.min(events.length, place + 1 + LOOK_MAX);
  for (let i = from; i < end; i++) {
    const next = events[i]!;
    const afterUs = next.atUs - event.atUs;
    if (afterUs > withinUs) break;
    const key = i === place ? null : fits(next, i);
    if (key === null) continue;
    if (key === END) {
      if (i < place) continue;
      break;
    }
    const known = rows.get(key);
    if (known !== undefined) known.times++;
    else if (rows.size < FOLLOWS_MAX) rows.set(key, { place: i, afterUs, times: 1 });
  }
  return [...rows.values()];
}

/** Nothing that comes behind it follows. */
const END = "end";

/** Key under which it is counted, null: it does not follow from it, END: nothing does any more. */
type Fits = (event: RecordedEvent, place: number) => string | null;

function afterTransition({ node }: RecordedEvent, instance: string, cast: Cast): Fits {
  const router = cast.routers.find(({ members }) =>
    members.some((one) => one.node === node && one.instance === instance)
  );
  const addresses = new Set(router?.addresses ?? []);
  return (next, place) => {
    const isOwn = next.node === node;
    switch (next.kind) {
      case "packet": {
        const { carries, instance: of, address } = next.packet;
        if (!isOwn) return null;
        if (carries === "advert") return of === instance ? "advert" : null;
        return address !== null && addresses.has(address) ? `announces ${address}` : null;
      }
      case "address":
        return isOwn && addresses.has(next.address) ? `${place}` : null;
      case "client":
        return addresses.has(next.address) ? `${place}` : null;
      case "notify":
        return isOwn && next.notify.name === instance ? `${place}` : null;
      case "record": {
        if (next.record.kind !== "transition") return null;
        const name = next.record.instanceName ?? "";
        if (isOwn && name === instance && next.record.subject === "INSTANCE") return END;
        const isPeer = isMember(router, next.node, name);
        return isPeer || (isOwn && next.record.reason === "GROUP") ? `${place}` : null;
      }
      case "violation":
        return `${place}`;
      default:
        return null;
    }
  };
}

function isMember(router: CastRouter | undefined, node: string | null, instance: string): boolean {
  return router?.members.some((one) => one.node === node && one.instance === instance) ?? false;
}

function afterAnything(event: RecordedEvent): Fits {
  return (next, place) => {
    switch (next.kind) {
      // What comes after the next step follows from that one.
      case "action":
        return next.atUs > event.atUs ? END : null;
      case "process":
      case "record":
      case "address":
      case "client":
      case "violation":
      case "state":
      case "connection":
      case "remark":
        return `${place}`;
      case "event":
        return isDetailEvent(next.event) ? null : `${place}`;
      default:
        return null;
    }
  };
}
