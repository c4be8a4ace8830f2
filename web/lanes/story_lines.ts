// The story of a recording, line by line, extended while it grows. What the simulator's events tell is told by
// host/sim/timeline; what only other sources know (states and servers of a snapshot, connections, remarks)
// stands between it with lines of its own.

import { Story, type StoryEntry } from "../../host/sim/timeline/timeline_lines.ts";
import type { LineKind, TimelineLine } from "../../host/sim/timeline/timeline.ts";
import type { TraceEvent } from "../../host/sim/world_view.ts";
import type { Cast } from "../story/cast.ts";
import { firstAt, type RecordedEvent, type SourceKind } from "../story/recording.ts";

/** What a line tells of; `state`, `connection` and `process` only where the source is no simulation. */
export type StoryKind = LineKind | "state" | "connection" | "process";

/** One line. */
export interface StoryLine extends Omit<TimelineLine, "kind"> {
  kind: StoryKind;
  /** Of a remark or a connection: something is wrong. */
  isBad: boolean;
}

/** A line and the event that it tells of. */
interface Row {
  line: StoryLine;
  cause: RecordedEvent;
}

/** Kinds that the simulator's story takes no notice of: most of all events. */
const SILENT: ReadonlySet<RecordedEvent["kind"]> = new Set([
  "advert",
  "packet",
  "instance",
  "scriptRun",
  "check",
  "ipvs",
  "link",
]);
/** Kinds that have lines of their own here. */
const OWN: ReadonlySet<RecordedEvent["kind"]> = new Set([
  "state",
  "tracker",
  "server",
  "connection",
  "remark",
]);

/** The lines of one recording. */
export class StoryLines {
  readonly #story: Story;
  readonly #source: SourceKind;
  readonly #rows: Row[] = [];
  #told = 0;
  #count = 0;
  #moment: TraceEvent[] = [];
  #isFirst = true;

  constructor(cast: Cast, source: SourceKind) {
    this.#source = source;
    this.#story = new Story(cast.routers.map(({ members, addresses, ...router }) => ({
      ...router,
      addresses: [...addresses],
      members: members.map(({ node, instance: name }) => ({ node, name })),
    })));
  }

  /** Lines so far. The last ones may still change by what follows from them. */
  get length(): number {
    return this.#rows.length;
  }

  /** The line of a number. */
  line(number: number): StoryLine {
    return this.#rows[number]!.line;
  }

  /** Place of the event that a line tells of. */
  eventOf(number: number, events: readonly RecordedEvent[]): number {
    const { cause } = this.#rows[number]!;
    return events.indexOf(cause, firstAt(events, cause.atUs));
  }

  /** Number of the last line at or before a time; -1: none. */
  lastAt(us: number): number {
    let [low, high] = [0, this.#rows.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#rows[middle]!.line.atUs <= us) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** Number of the line that tells of an event; -1: none does. */
  lineOf(event: RecordedEvent): number {
    for (let at = this.lastAt(event.atUs); at >= 0; at--) {
      const { cause, line } = this.#rows[at]!;
      if (line.atUs < event.atUs) return -1;
      if (cause === event) return at;
    }
    return -1;
  }

  /** Takes what was appended since the last call. */
  extend(events: readonly RecordedEvent[]): void {
    for (; this.#count < events.length; this.#count++) {
      const event = events[this.#count]!;
      if (SILENT.has(event.kind)) continue;
      if (this.#moment.length > 0 && this.#moment[0]!.atUs !== event.atUs) this.#tell();
      if (isOwn(event) || (event.kind === "process" && this.#source !== "simulation")) {
        this.#own(event);
      }
      if (!isOwn(event)) this.#moment.push(event);
    }
    // A source appends whole moments: what stands at the end is complete.
    this.#tell();
  }

  /** Tells the moment that was gathered. */
  #tell(): void {
    if (this.#moment.length === 0) return;
    this.#story.moment(this.#moment);
    this.#moment = [];
    const { entries } = this.#story;
    for (; this.#told < entries.length; this.#told++) this.#rows.push(rowOf(entries[this.#told]!));
  }

  #own(event: OwnEvent | ProcessEvent): void {
    const row = ownLine(event, this.#source);
    if (row === null) return;
    this.#tell();
    this.#rows.push({ line: row, cause: event });
  }
}

type OwnEvent = Exclude<RecordedEvent, TraceEvent>;

type ProcessEvent = Extract<TraceEvent, { kind: "process" }>;

function isOwn(event: RecordedEvent): event is OwnEvent {
  return OWN.has(event.kind);
}

/** The story's own line, which it may still change: kept, not copied. */
function rowOf({ line, cause }: StoryEntry): Row {
  return { line: Object.assign(line, { isBad: line.kind === "violation" }), cause };
}

function ownLine(event: OwnEvent | ProcessEvent, source: SourceKind): StoryLine | null {
  const { atUs } = event;
  const make = (kind: StoryKind, text: string, change: Partial<StoryLine> = {}): StoryLine => ({
    ...{ atUs, who: event.node ?? "", kind, instance: null, text, effects: [], alike: [] },
    ...{ isDetail: false, times: 1, lastUs: atUs, isBad: false },
    ...change,
  });
  switch (event.kind) {
    case "state": {
      const { instance, state, text } = event;
      const why = text === "" ? "" : `: ${text}`;
      // What a capture lets one infer is told by its remarks already.
      return make("state", `(${instance}) ${state}${why}`, {
        instance,
        isDetail: source === "capture",
      });
    }
    case "tracker":
      return make("script", `${event.tracker} is ${event.state}`, { isDetail: true });
    case "server":
      return make(
        "server",
        `${event.server} of ${event.service} is ${event.state}, weight ${event.weight}`,
        { isDetail: true },
      );
    case "connection": {
      const text = `${event.isUp ? "connected" : "not known any more"}${
        event.text === "" ? "" : `: ${event.text}`
      }`;
      return make("connection", text, {
        isBad: !event.isUp && source === "live",
        isDetail: source !== "live",
      });
    }
    case "remark":
      return make("remark", event.text, { isBad: event.isBad });
    case "process":
      return make("process", `process: ${event.process}`, { isDetail: source === "capture" });
  }
}
