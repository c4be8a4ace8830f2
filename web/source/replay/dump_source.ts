// A dump, played as it happened: events in slices for the recording, and answers about any moment of it.

import type { Dump } from "../../../host/core/record.ts";
import { describeCount, describeDuration } from "../../../host/engine/describe_value.ts";
import { ChronicleMaker } from "../../../host/sim/replay/chronicle.ts";
import {
  collapse,
  describeEntryInput,
  describeEntryOutputs,
  EntryNames,
} from "../../../host/sim/replay/describe_entry.ts";
import { explainOne } from "../../../host/sim/replay/explain.ts";
import { Replay, type ReplayedEntry, wallMsOf } from "../../../host/sim/replay/replay.ts";
import { Snapshots } from "../../../host/sim/replay/snapshots.ts";
import type { RecordedEvent } from "../../story/recording.ts";
import { castOfDump, type DumpCast } from "./dump_cast.ts";
import { CoreTeller } from "./dump_core_events.ts";
import { EngineTeller } from "./dump_engine_events.ts";
import type { EntryPlace, Explained, FileOpening, ShownEntry } from "./protocol.ts";

/** A half that has not begun: its checkpoint was taken at `beginUs` of the node's clock. */
interface Beginning {
  beginUs: number;
  events: (atUs: number) => RecordedEvent[];
}

/** One dump. */
export class DumpSource {
  readonly opening: FileOpening;
  /** Why the play ended early; "" = it did not. */
  problem = "";
  readonly #wasm: WebAssembly.Module;
  readonly #dump: Dump;
  readonly #replay: Replay;
  readonly #snapshots = new Snapshots();
  readonly #chronicle: ChronicleMaker;
  readonly #cast: DumpCast;
  readonly #fromUs: number;
  readonly #core: CoreTeller | null;
  readonly #engine: EngineTeller | null;
  #beginnings: Beginning[];
  #differences = 0;
  #untilUs = 0;
  #isOver = false;
  /** For looking at single entries while the play goes on; shares its snapshots. */
  #looker: Replay | null = null;

  /** Throws VipdError when there is nothing to play, or a checkpoint is not of this program. */
  constructor(wasm: WebAssembly.Module, dump: Dump) {
    this.#wasm = wasm;
    this.#dump = dump;
    this.#replay = new Replay(wasm, dump, { snapshots: this.#snapshots });
    this.#chronicle = new ChronicleMaker(this.#replay);
    this.#cast = castOfDump(dump, this.#replay.known);
    const begins = [dump.core, dump.engine].flatMap((half) => half === null ? [] : [beginOf(half)]);
    this.#fromUs = Math.min(dump.head.monotonicUs, ...begins);
    const { core, engine } = this.#replay;
    const usOf = (clockUs: number) => clockUs - this.#fromUs;
    this.#core = core === null ? null : new CoreTeller(core, this.#cast, usOf);
    this.#engine = engine === null ? null : new EngineTeller(engine, this.#cast.node, usOf);
    this.#beginnings = this.#makeBeginnings();
    this.opening = this.#makeOpening();
  }

  #makeBeginnings(): Beginning[] {
    const { core, engine, head } = this.#dump;
    const { node } = this.#cast;
    const starts: RecordedEvent = {
      ...{ atUs: 0, node },
      kind: "process",
      process: "running",
      // It did not start here: the dump begins here.
      was: "running",
    };
    const opening: Beginning[] = [{ beginUs: this.#fromUs, events: () => [starts] }];
    if (core !== null) {
      const beginUs = Math.min(beginOf(core), head.monotonicUs);
      opening.push({ beginUs, events: (atUs) => this.#core!.begin(atUs) });
    }
    if (engine !== null) {
      const beginUs = Math.min(beginOf(engine), head.monotonicUs);
      opening.push({ beginUs, events: (atUs) => this.#engine!.begin(atUs) });
    }
    return opening.sort((one, other) => one.beginUs - other.beginUs);
  }

  #makeOpening(): FileOpening {
    const { head } = this.#dump;
    const { version, why, masked } = head;
    const endUs = Math.max(head.monotonicUs, ...this.#lastTimes()) - this.#fromUs;
    return {
      source: "dump",
      cast: this.#cast.cast,
      endUs,
      wallMs: wallMsOf(head, this.#fromUs),
      head,
      lines: [
        `vipd ${version} on ${this.#cast.node}, ${new Date(head.wallMs).toISOString()} (${why})`,
        `${describeCount(this.#replay.length, "input", "inputs")} in ${describeDuration(endUs)}`,
        ...masked ? ["passwords are masked"] : [],
        ...this.#cast.cast.segments.length === 0
          ? ["the dump holds no configuration: instances have no names"]
          : [],
      ],
      limits: [],
    };
  }

  #lastTimes(): number[] {
    return [this.#dump.core, this.#dump.engine].flatMap((half) =>
      half?.entries.at(-1)?.nowUs ?? []
    );
  }

  /** Everything until then is told, microseconds of the recording. */
  get untilUs(): number {
    return this.#untilUs;
  }

  /** Nothing is left to tell. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Inputs that are told, and how many there are. */
  get done(): number {
    return this.#replay.position;
  }
  get of(): number {
    return this.#replay.length;
  }

  /** The first difference of each half between the replay and what happened, so far. */
  get differences(): Replay["differences"] {
    return this.#replay.differences;
  }

  /** Plays the next input; what it brought. Throws VipdError `plain_value` on an input that is none. */
  next(): RecordedEvent[] {
    const { next } = this.#replay;
    const events = this.#begin(next?.entry.nowUs ?? Infinity);
    const entry = next === null ? null : this.#replay.step();
    if (entry === null) return [...events, ...this.#end()];
    this.#chronicle.take(entry);
    // A log whose times go back is none that vipd writes, but a recording must not.
    const atUs = Math.max(this.#untilUs, entry.nowUs - this.#fromUs);
    this.#untilUs = atUs;
    events.push(...this.#tell(entry), ...this.#judge(atUs, entry));
    for (const event of events) event.atUs = Math.max(0, Math.min(event.atUs, atUs));
    return events;
  }

  #begin(untilUs: number): RecordedEvent[] {
    const due = this.#beginnings.filter(({ beginUs }) => beginUs <= untilUs);
    if (due.length === 0) return [];
    this.#beginnings = this.#beginnings.filter(({ beginUs }) => beginUs > untilUs);
    return due.flatMap(({ beginUs, events }) =>
      events(Math.max(this.#untilUs, Math.min(beginUs, this.#dump.head.monotonicUs) - this.#fromUs))
    );
  }

  #tell(entry: ReplayedEntry): RecordedEvent[] {
    return entry.half === "core" ? this.#core!.tell(entry) : this.#engine!.tell(entry);
  }

  /** Where the replay gives something else than the dump, and where a half died. */
  #judge(atUs: number, entry: ReplayedEntry): RecordedEvent[] {
    const { node } = this.#cast;
    const fresh = this.#replay.differences.slice(this.#differences);
    this.#differences = this.#replay.differences.length;
    const remark = (text: string): RecordedEvent => ({
      ...{ atUs, node, text },
      kind: "remark",
      isBad: true,
    });
    const told = fresh.map(({ text }) => remark(`The replay differs from what happened: ${text}`));
    if (entry.died === null) return told;
    const death = remark(`The ${entry.half} died of input ${entry.sequence}: ${entry.died}`);
    const isWorker = entry.half === "core";
    return [
      ...told,
      death,
      ...isWorker
        ? [{ atUs, node, kind: "process", process: "down", was: "running" } as const]
        : [],
    ];
  }

  #end(): RecordedEvent[] {
    this.#isOver = true;
    this.#untilUs = Math.max(this.#untilUs, this.opening.endUs);
    return [];
  }

  // ---- Questions ----

  /** Why a transition happened, by its number; null: it is not told yet, or there is none. */
  explain(sequence: number): Explained | null {
    const chronicle = this.#chronicle.upToHere();
    const told = chronicle.transitions.find(({ record }) => record.sequence === sequence);
    if (told === undefined) return null;
    const { title, sentences } = explainOne(chronicle, told, clockTime);
    return { title, sentences };
  }

  /** An input that was handed in, and what came of it; null: there is none at that place. */
  entry(place: EntryPlace): ShownEntry | null {
    this.#looker ??= new Replay(this.#wasm, this.#dump, { snapshots: this.#snapshots });
    const looker = this.#looker;
    let position = 0;
    if ("position" in place) position = place.position;
    else {
      // Up to the first one behind that time: the one before it is meant.
      looker.runTo({ us: Math.floor(place.atUs + this.#fromUs) + 1 });
      position = looker.position;
    }
    if (position < 1 || position > looker.length) return null;
    looker.runTo({ position: position - 1 });
    const entry = looker.step();
    if (entry === null) return null;
    const interfaces = Object.fromEntries(this.#cast.interfaces);
    const names = new EntryNames(looker.core?.config ?? null, interfaces);
    return {
      half: entry.half,
      sequence: entry.sequence,
      position: looker.position,
      of: looker.length,
      atUs: entry.nowUs - this.#fromUs,
      input: describeEntryInput(entry, names),
      outputs: collapse(describeEntryOutputs(entry, names)),
      same: entry.same,
    };
  }
}

/** Where a half begins; one that had heard nothing has a checkpoint of time 0. */
function beginOf({ checkpointUs, entries }: NonNullable<Dump["core"]>): number {
  const first = entries[0]?.nowUs ?? Infinity;
  return checkpointUs > 0 ? Math.min(checkpointUs, first) : first;
}

/** `02:00:05.123`, UTC. */
function clockTime(wallMs: number): string {
  return new Date(wallMs).toISOString().slice(11, 23);
}
