// What would have happened: a core plays its log twice, once as it was and once with changes, and the two
// courses are laid side by side. Times that the changed core asks to be called at are kept as long as
// the daemon's own loop was there to hear them. Peers do not react: a node's inputs stay what they were.
// This module is browser safe.

import { VipdError } from "../../base/errors.ts";
import {
  ID_NONE,
  type Input,
  INPUT_SIZE_MAX,
  INPUT_TIMER,
  type Output,
  type StateName,
  STATUS_OK,
  TIMER_INPUT_SIZE,
  writeInput,
} from "../../core/abi.gen.ts";
import { Core } from "../../core/core.ts";
import type { Dump, HalfLog, LogEntry } from "../../core/record.ts";
import { replayEntry } from "../../core/recorder.ts";
import type { CoreRecord } from "../../engine/contract.ts";
import { buildCoreConfig } from "../../engine/core_config.ts";
import { describeDuration } from "../../engine/describe_value.ts";
import { type Change, editInput } from "./change.ts";
import { collapse, describeInput, describeOutput, EntryNames } from "./describe_entry.ts";
import { applyEdits } from "../scenario/edit.ts";
import { inputOfEntry } from "./replay.ts";
import { configsOf, CoreNamer, type KnownConfig, type KnownConfigs } from "./replay_names.ts";
import type { Edit } from "../scenario/scenario.ts";

/** Records of the two courses that are the same event come within so long, microseconds. */
const SAME_EVENT_US = 50_000;
/** Inputs that the changed core may ask for beyond the log's: more is a loop. */
const EXTRA_MAX = 10_000_000;

/** A record with its time. */
export interface TimedRecord {
  atUs: number;
  record: CoreRecord;
}

/** One line of the two courses; null = that course has no such event. */
export interface WhatIfRow {
  atUs: number;
  recorded: TimedRecord | null;
  changed: TimedRecord | null;
}

/** Where the courses part. */
export interface Parting {
  atUs: number;
  /** What each did at that moment, a line each; empty = nothing. */
  recorded: string[];
  changed: string[];
}

/** What came of it. */
export interface WhatIf {
  /** What was changed, in sentences. */
  changes: string[];
  /** Transitions and changes of priority, in the order of time. */
  rows: WhatIfRow[];
  /** null = every output is the same. */
  parting: Parting | null;
  /** State of each instance at the end. */
  end: { instance: string; recorded: StateName; changed: StateName }[];
  /** What this cannot know. */
  limits: string[];
}

/** Plays a dump's core with changes. Throws VipdError `change` or `edit` when one cannot be made. */
export function whatIf(wasm: WebAssembly.Module, dump: Dump, changes: readonly Change[]): WhatIf {
  const log = dump.core;
  if (log === null) throw new VipdError("change", "the dump holds no log of the core");
  const known = configsOf(dump);
  const recorded = new Course(wasm, dump, log, known);
  const wakes = recorded.playLog();
  const plan = new Plan(wasm, dump, known, changes);
  const changed = new Course(wasm, dump, log, plan.known);
  changed.playPlan(plan.inputs, wakes, Math.max(dump.head.monotonicUs, wakes.lastUs));
  return {
    changes: plan.told,
    rows: sideBySide(recorded.records, changed.records),
    parting: partingOf(recorded.moments, changed.moments),
    end: endOf(recorded, changed),
    limits: limitsOf(plan.hasSet),
  };
}

function limitsOf(hasSet: boolean): string[] {
  return [
    "Other nodes do not react: what this node received is what it had received. Where it would have " +
    "spoken otherwise, they would have too, and from there on the course only shows what this " +
    "node would have done at first.",
    ...(hasSet
      ? ["A setting counts from the beginning of the log on; what led to the state there stays."]
      : []),
  ];
}

// ---- What is handed in ----

interface PlannedInput {
  atUs: number;
  bytes: Uint8Array;
  /** The log has nothing like it: the configuration that is put in front. */
  added?: boolean;
}

/** The inputs of the changed course. */
class Plan {
  readonly inputs: PlannedInput[];
  readonly told: string[] = [];
  /** With the edited configurations. */
  readonly known: KnownConfigs;
  readonly hasSet: boolean;
  readonly #wasm: WebAssembly.Module;
  readonly #dump: Dump;
  readonly #log: HalfLog;
  readonly #edits: Edit[];
  readonly #names: EntryNames;

  constructor(
    wasm: WebAssembly.Module,
    dump: Dump,
    known: KnownConfigs,
    changes: readonly Change[],
  ) {
    const log = dump.core!;
    this.#wasm = wasm;
    this.#dump = dump;
    this.#log = log;
    this.#edits = changes.flatMap((change) => change.kind === "set" ? [change.edit] : []);
    this.hasSet = this.#edits.length > 0;
    const namer = new CoreNamer(known, log);
    this.#names = new EntryNames(namer.current, dump.head.interfaces);
    const planned = this.#planLog(changes);
    if (!this.hasSet) {
      this.known = known;
      this.inputs = planned;
      return;
    }
    const edited = new Map<number, KnownConfig>();
    this.inputs = this.#planConfigs(planned, known, namer.current, edited);
    this.known = edited;
    for (const { path, value } of this.#edits) this.told.push(`${path} is ${value}.`);
  }

  /** The log's inputs with those changed that a change names. */
  #planLog(changes: readonly Change[]): PlannedInput[] {
    const { entries, firstSequence } = this.#log;
    const planned: (PlannedInput & { order: number })[] = entries.map((entry, order) => ({
      atUs: entry.nowUs,
      bytes: entry.input,
      order,
    }));
    const dropped = new Set<number>();
    for (const change of changes) {
      if (change.kind === "set") continue;
      const place = change.sequence - firstSequence;
      const entry = entries[place];
      const own = planned[place];
      if (entry === undefined || own === undefined) throw this.#noSuchInput(change.sequence);
      const what = `Input ${change.sequence} (${describeInput(inputOfEntry(entry), this.#names)})`;
      if (change.kind === "drop") {
        dropped.add(place);
        this.told.push(`${what} is left out.`);
      } else if (change.kind === "delay") {
        own.atUs += change.us;
        own.order = change.us < 0 ? -1 : entries.length;
        const way = change.us < 0 ? "earlier" : "later";
        this.told.push(`${what} comes ${describeDuration(Math.abs(change.us))} ${way}.`);
      } else {
        own.bytes = editBytes(own.bytes, entry, change.field, change.value);
        this.told.push(`${what} has ${change.field} ${change.value}.`);
      }
    }
    const left = planned.filter((_, place) => !dropped.has(place));
    return left.toSorted((a, b) => a.atUs - b.atUs || a.order - b.order);
  }

  #noSuchInput(sequence: number): VipdError {
    const { entries, firstSequence } = this.#log;
    const last = firstSequence + entries.length - 1;
    return new VipdError("change", `there is no input ${sequence} of the core in the dump`, {
      hint: entries.length === 0
        ? "its log is empty"
        : `it has the inputs ${firstSequence} to ${last}; vipd replay FILE --step shows them`,
    });
  }

  /** Puts the edited configuration in front, and edits those that follow. */
  #planConfigs(
    planned: PlannedInput[],
    known: KnownConfigs,
    current: KnownConfig | null,
    edited: Map<number, KnownConfig>,
  ): PlannedInput[] {
    if (current === null) {
      throw new VipdError("change", "the dump does not hold the configuration to be changed", {
        hint: "a dump without the engine's half knows numbers only; changes of inputs work",
      });
    }
    const inputs: PlannedInput[] = [];
    const generation = firstBegin(planned) ?? current.generation + 1;
    // A log from the start of the daemon on has the first configuration itself.
    const core = Core.fromCheckpoint(this.#wasm, this.#log.checkpoint);
    if (core.instanceStatus(0) !== null) {
      const front = this.#edited(current, generation, this.#log.checkpointUs, edited);
      inputs.push(...front.map((one) => ({ ...one, added: true })));
    }
    let commit: PlannedInput | null = null;
    for (const { atUs, bytes } of planned) {
      const input = read(bytes);
      if (input?.kind === "configBegin") {
        const config = known.get(input.generation);
        if (config === undefined) throw this.#notWhole(input.generation);
        // The commit stays where it was: links and addresses may come in between.
        const records = this.#edited(config, input.generation + 1, atUs, edited);
        commit = records.pop() ?? null;
        inputs.push(...records);
      } else if (input?.kind === "configCommit") {
        if (commit === null) throw this.#notWhole(input.generation);
        inputs.push({ atUs, bytes: commit.bytes });
        commit = null;
      } else if (input === null || !input.kind.startsWith("config")) {
        inputs.push({ atUs, bytes });
      }
    }
    return inputs;
  }

  #notWhole(generation: number): VipdError {
    return new VipdError("change", `configuration ${generation} is not whole in the dump`);
  }

  /** A configuration with the edits as inputs. */
  #edited(
    one: KnownConfig,
    generation: number,
    atUs: number,
    edited: Map<number, KnownConfig>,
  ): PlannedInput[] {
    const config = applyEdits(one.config, this.#edits);
    const interfaces = new Map(
      Object.entries(this.#dump.head.interfaces).map(([ifindex, name]) => [name, Number(ifindex)]),
    );
    for (const { name, ifindex } of one.index.interfaces) interfaces.set(name, ifindex);
    const { records, index } = buildCoreConfig(config, {
      generation,
      interfaces,
      previous: one.index,
    });
    edited.set(generation, { generation, config, index });
    return records.map((record) => ({ atUs, bytes: write(record) }));
  }
}

function firstBegin(planned: PlannedInput[]): number | null {
  for (const { bytes } of planned) {
    const input = read(bytes);
    if (input?.kind === "configBegin") return input.generation;
  }
  return null;
}

function read(bytes: Uint8Array): Input | null {
  return inputOfEntry({ sequence: 0, nowUs: 0, status: 0, outputHash: 0, input: bytes });
}

function write(record: Input): Uint8Array {
  const bytes = new Uint8Array(INPUT_SIZE_MAX);
  return bytes.slice(0, writeInput(new DataView(bytes.buffer), 0, record));
}

function editBytes(bytes: Uint8Array, entry: LogEntry, field: string, value: string): Uint8Array {
  const input = read(bytes);
  if (input === null) {
    throw new VipdError("change", `input ${entry.sequence} is no record: nothing to edit`);
  }
  return write(editInput(input, field, value));
}

// ---- Playing ----

/** When the daemon's loop was there to be woken. */
interface Wakes {
  /** Time of each entry, and what the core then asked to be called at. */
  atUs: number[];
  nextUs: number[];
  lastUs: number;
}

/** The outputs of one input. */
interface Moment {
  atUs: number;
  hash: number;
  /** Described only where the courses part. */
  lines: () => string[];
}

/** One of the two courses. */
class Course {
  readonly records: TimedRecord[] = [];
  readonly moments: Moment[] = [];
  readonly core: Core;
  readonly #log: HalfLog;
  readonly #namer: CoreNamer;
  readonly #interfaces: Readonly<Record<string, string>>;

  constructor(wasm: WebAssembly.Module, dump: Dump, log: HalfLog, known: KnownConfigs) {
    this.core = Core.fromCheckpoint(wasm, log.checkpoint);
    this.#log = log;
    this.#namer = new CoreNamer(known, log);
    this.#interfaces = dump.head.interfaces;
  }

  get config(): KnownConfig | null {
    return this.#namer.current;
  }

  /** Plays the log as it is. */
  playLog(): Wakes {
    const { entries, checkpointUs } = this.#log;
    // Before the first entry: the loop was there since the checkpoint.
    const wakes: Wakes = {
      atUs: [checkpointUs],
      nextUs: [this.core.nextTimeout()],
      lastUs: entries.at(-1)?.nowUs ?? checkpointUs,
    };
    for (const entry of entries) {
      this.#give(entry.nowUs, entry.input);
      wakes.atUs.push(entry.nowUs);
      wakes.nextUs.push(this.core.nextTimeout());
    }
    return wakes;
  }

  /** Plays changed inputs, and the timers that they lead to, until `endUs`. */
  playPlan(inputs: PlannedInput[], wakes: Wakes, endUs: number): void {
    let place = 0;
    let extra = 0;
    let nowUs = this.#log.checkpointUs;
    const fireUntil = (untilUs: number) => {
      for (;;) {
        const dueUs = Math.max(this.core.nextTimeout(), nowUs);
        if (dueUs >= untilUs || dueUs > endUs) return;
        while (place + 1 < wakes.atUs.length && wakes.atUs[place + 1]! <= dueUs) place++;
        // The recorded loop was away, or is about to fire this very timer itself.
        if (wakes.nextUs[place]! <= dueUs) return;
        if (++extra > EXTRA_MAX) throw new VipdError("change", "the changed course does not end");
        this.#give(dueUs, TIMER);
        nowUs = dueUs;
      }
    };
    for (const { atUs, bytes, added = false } of inputs) {
      fireUntil(atUs);
      nowUs = Math.max(nowUs, atUs);
      this.#give(nowUs, bytes, added);
    }
    fireUntil(Infinity);
  }

  #give(atUs: number, bytes: Uint8Array, added = false): void {
    const entry = { sequence: 0, nowUs: atUs, status: STATUS_OK, outputHash: 0, input: bytes };
    this.#namer.note(inputOfEntry(entry));
    const outputs: [Output, CoreRecord | null][] = [];
    const { outputHash } = replayEntry(this.core, entry, () => {
      const output = this.core.output();
      const record = this.#namer.name(output);
      outputs.push([output, record]);
      if (record !== null && (record.kind === "transition" || record.kind === "priority")) {
        this.records.push({ atUs, record });
      }
    });
    // That a configuration is in force is no difference when it was put in front.
    const isSilent = added && outputs.every(([{ kind }]) => kind === "notice");
    if (outputs.length === 0 || isSilent) return;
    const names = new EntryNames(this.#namer.current, this.#interfaces);
    const lines = () => outputs.map(([output, record]) => describeOutput(output, record, names));
    this.moments.push({ atUs, hash: outputHash, lines });
  }
}

const TIMER = (() => {
  const bytes = new Uint8Array(TIMER_INPUT_SIZE);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, INPUT_TIMER, true);
  view.setUint32(4, TIMER_INPUT_SIZE, true);
  return bytes;
})();

// ---- Comparing ----

function partingOf(recorded: Moment[], changed: Moment[]): Parting | null {
  const most = Math.max(recorded.length, changed.length);
  for (let i = 0; i < most; i++) {
    const left = recorded[i];
    const right = changed[i];
    if (left?.atUs === right?.atUs && left?.hash === right?.hash) continue;
    const atUs = Math.min(left?.atUs ?? Infinity, right?.atUs ?? Infinity);
    return {
      atUs,
      recorded: left?.atUs === atUs ? collapse(left.lines()) : [],
      changed: right?.atUs === atUs ? collapse(right.lines()) : [],
    };
  }
  return null;
}

/** Pairs what is the same event in both courses; the rest stands alone. */
function sideBySide(recorded: TimedRecord[], changed: TimedRecord[]): WhatIfRow[] {
  const rows: WhatIfRow[] = [];
  const left = [...changed];
  for (const one of recorded) {
    const key = keyOf(one.record);
    const place = left.findIndex((other) =>
      Math.abs(other.atUs - one.atUs) <= SAME_EVENT_US && keyOf(other.record) === key
    );
    const pair = place < 0 ? null : left.splice(place, 1)[0]!;
    rows.push({ atUs: one.atUs, recorded: one, changed: pair });
  }
  rows.push(...left.map((one) => ({ atUs: one.atUs, recorded: null, changed: one })));
  return rows.toSorted((a, b) => a.atUs - b.atUs);
}

function keyOf(record: CoreRecord): string {
  const subject = "group" in record && record.subject === "GROUP"
    ? `group ${record.groupName ?? record.group}`
    : record.instanceName ?? String(record.instance);
  if (record.kind === "transition") {
    return `${subject} ${record.from} ${record.to} ${record.reason}`;
  }
  return record.kind === "priority" ? `${subject} ${record.from} ${record.to}` : record.kind;
}

function endOf(recorded: Course, changed: Course): WhatIf["end"] {
  const stateOf = (course: Course, name: string): StateName => {
    const number = course.config?.index.instances.indexOf(name) ?? -1;
    return course.core.instanceStatus(number < 0 ? ID_NONE : number)?.state ?? "STOP";
  };
  return (recorded.config?.index.instances ?? []).map((instance) => ({
    instance,
    recorded: stateOf(recorded, instance),
    changed: stateOf(changed, instance),
  }));
}
