// Plays a dump again: a fresh core and a fresh engine from their checkpoints, each fed its own log, entry
// by entry. Each half alone must give byte for byte what the log says it gave; the two are merged by
// time only for reading. What the records' numbers mean is looked up on the way.
// This module is browser safe.

import { errorText, VipdError } from "../../base/errors.ts";
import { type Input, type Output, readInput } from "../../core/abi.gen.ts";
import { Core } from "../../core/core.ts";
import type { Dump, DumpHead, HalfLog, LogEntry } from "../../core/record.ts";
import { OUTPUT_HASH_OPEN, STATUS_OPEN } from "../../core/record.ts";
import { isSame, replayEntry } from "../../core/recorder.ts";
import { decodeSparse, encodeSparse, sparseSizeMax } from "../../core/sparse.ts";
import { encodePlain } from "../../core/plain_value.ts";
import type { CoreRecord, EngineInput, EngineOutput } from "../../engine/contract.ts";
import type { Engine } from "../../engine/engine.ts";
import {
  engineFromCheckpoint,
  engineInputOfEntry,
  replayEngineEntry,
} from "../../engine/recorded_engine.ts";
import { configsOf, CoreNamer, type KnownConfig, type KnownConfigs } from "./replay_names.ts";
import {
  type CoreSnapshot,
  type EngineSnapshot,
  type ReplaySnapshot,
  Snapshots,
} from "./snapshots.ts";

/** What both halves' entries have. */
interface ReplayedCommon {
  /** Number of the input in its half. */
  sequence: number;
  /** Microseconds of the node's monotonic clock. */
  nowUs: number;
  /** Outputs and status are those of the log. */
  same: boolean;
  /** The log does not say what came out: the half died here, or was still working. */
  open: boolean;
  /** Why the half died here, now too; null = it did not. */
  died: string | null;
}

/** One input of the core, played again. */
export interface ReplayedCore extends ReplayedCommon {
  half: "core";
  /** null when the bytes are no record: the status says what the core thought of them. */
  input: Input | null;
  /** STATUS_ code. */
  status: number;
  outputs: Output[];
  /** The outputs that people read, with names. */
  records: CoreRecord[];
}

/** One input of the engine, played again. */
export interface ReplayedEngine extends ReplayedCommon {
  half: "engine";
  input: EngineInput;
  outputs: EngineOutput[];
}

/** One entry of either half. */
export type ReplayedEntry = ReplayedCore | ReplayedEngine;

/** The first entry of a half that gave something else than its log says. */
export interface Difference {
  half: "core" | "engine";
  sequence: number;
  nowUs: number;
  /** What differs, in a sentence. */
  text: string;
}

/** Wall time of a moment of the node's monotonic clock, milliseconds since 1970. */
export function wallMsOf(head: DumpHead, monotonicUs: number): number {
  return head.wallMs + (monotonicUs - head.monotonicUs) / 1000;
}

/** The record that the bytes of an entry hold; null when they hold none. */
export function inputOfEntry(entry: LogEntry): Input | null {
  const { input } = entry;
  try {
    return readInput(new DataView(input.buffer, input.byteOffset, input.length), 0);
  } catch (thrown) {
    // No such kind, no such enumeration value, or too short: the core answered a status too.
    if (thrown instanceof RangeError) return null;
    throw thrown;
  }
}

/** The core's half of a dump. */
export class CoreReplay {
  readonly log: HalfLog;
  readonly #wasm: WebAssembly.Module;
  readonly #namer: CoreNamer;
  #core: Core;
  #position = 0;
  #dead = false;

  /** Throws VipdError `checkpoint` when the checkpoint does not fit this program's core. */
  constructor(wasm: WebAssembly.Module, log: HalfLog, known: KnownConfigs) {
    this.#wasm = wasm;
    this.#core = Core.fromCheckpoint(wasm, log.checkpoint);
    this.log = log;
    this.#namer = new CoreNamer(known, log);
  }

  /** As it is now. */
  get core(): Core {
    return this.#core;
  }

  /** How it stands. */
  snapshot(): CoreSnapshot {
    return {
      position: this.#position,
      isDead: this.#dead,
      checkpoint: withoutZeros(this.#core.checkpoint()),
      namer: this.#namer.standing,
    };
  }

  /** Goes to where a snapshot of it was taken. */
  goTo({ position, isDead, checkpoint, namer }: CoreSnapshot): void {
    const plain = decodeSparse(checkpoint, this.log.checkpoint.length);
    // One that has died may keep something of that outside its memory.
    if (this.#dead) this.#core = Core.fromCheckpoint(this.#wasm, plain);
    else this.#core.restore(plain);
    this.#position = position;
    this.#dead = isDead;
    this.#namer.resume(namer);
  }

  /** The entry that step() plays next. */
  get next(): LogEntry | null {
    return this.#dead ? null : this.log.entries[this.#position] ?? null;
  }

  /** The configuration in force now, as far as it is known. */
  get config(): KnownConfig | null {
    return this.#namer.current;
  }

  /** Plays the next entry; null at the end, and behind an input that the core died of. */
  step(): ReplayedCore | null {
    const entry = this.next;
    if (entry === null) return null;
    this.#position++;
    const input = inputOfEntry(entry);
    const played: ReplayedCore = {
      half: "core",
      sequence: entry.sequence,
      nowUs: entry.nowUs,
      same: true,
      open: entry.status === STATUS_OPEN || entry.outputHash === OUTPUT_HASH_OPEN,
      died: null,
      input,
      status: entry.status,
      outputs: [],
      records: [],
    };
    this.#namer.note(input);
    try {
      const replayed = replayEntry(this.#core, entry, () => this.#take(played));
      played.status = replayed.status;
      played.same = isSame(entry, replayed);
    } catch (thrown) {
      if (!(thrown instanceof WebAssembly.RuntimeError)) throw thrown;
      this.#dead = true;
      const assertion = this.#core.assertCode();
      played.died = assertion === 0 ? thrown.message : `assertion ${assertion} of the core`;
      played.same = entry.status === STATUS_OPEN;
    }
    return played;
  }

  #take(played: ReplayedCore): void {
    const output = this.#core.output();
    played.outputs.push(output);
    const record = this.#namer.name(output);
    if (record !== null) played.records.push(record);
  }
}

/** The engine's half of a dump. */
export class EngineReplay {
  readonly log: HalfLog;
  #engine: Engine;
  #position = 0;
  #dead = false;

  /** Throws VipdError `plain_value` when the checkpoint cannot be read. */
  constructor(log: HalfLog) {
    this.#engine = engineFromCheckpoint(log.checkpoint);
    this.log = log;
  }

  /** As it is now. */
  get engine(): Engine {
    return this.#engine;
  }

  /** How it stands. */
  snapshot(): EngineSnapshot {
    return {
      position: this.#position,
      isDead: this.#dead,
      checkpoint: encodePlain(this.#engine.state),
    };
  }

  /** Goes to where a snapshot of it was taken. */
  goTo({ position, isDead, checkpoint }: EngineSnapshot): void {
    this.#engine = engineFromCheckpoint(checkpoint);
    this.#position = position;
    this.#dead = isDead;
  }

  /** The entry that step() plays next. */
  get next(): LogEntry | null {
    return this.#dead ? null : this.log.entries[this.#position] ?? null;
  }

  /** Plays the next entry; null at the end. Throws VipdError `plain_value` on an input that is none. */
  step(): ReplayedEngine | null {
    const entry = this.next;
    if (entry === null) return null;
    this.#position++;
    const outputs: EngineOutput[] = [];
    const played: ReplayedEngine = {
      half: "engine",
      sequence: entry.sequence,
      nowUs: entry.nowUs,
      same: true,
      open: entry.status === STATUS_OPEN || entry.outputHash === OUTPUT_HASH_OPEN,
      died: null,
      input: engineInputOfEntry(entry),
      outputs,
    };
    try {
      const outputHash = replayEngineEntry(this.#engine, entry, (output) => outputs.push(output));
      played.same = isSame(entry, { status: 0, outputHash });
    } catch (thrown) {
      // What the engine throws on a dump's input is an answer, whatever it is.
      this.#dead = true;
      played.died = errorText(thrown);
      played.same = entry.status === STATUS_OPEN;
    }
    return played;
  }
}

/** How many entries were played, and what came of it. */
export interface ReplayCount {
  core: number;
  engine: number;
  /** Entries whose log does not say what came out. */
  open: number;
}

/** Where runTo() ends: before the first entry at or behind it. */
export type ReplayTarget =
  /** Number of entries of both halves. */
  | { position: number }
  | { half: "core" | "engine"; sequence: number }
  /** Microseconds of the node's monotonic clock. */
  | { us: number };

/** How a replay is made. */
export interface ReplayOptions {
  /** Kept along the way, so that runTo() goes back and far ahead quickly; left out: none. */
  snapshots?: Snapshots;
}

/** A dump that is being played, both halves merged in the order of time. */
export class Replay {
  readonly dump: Dump;
  readonly known: KnownConfigs;
  readonly #wasm: WebAssembly.Module;
  readonly #snapshots: Snapshots | null;
  #core: CoreReplay | null = null;
  #engine: EngineReplay | null = null;
  #position = 0;
  /** Time of the last entry that was played. */
  #lastUs = -Infinity;
  #differences: Difference[] = [];
  #count: ReplayCount = { core: 0, engine: 0, open: 0 };

  /**
   * Throws VipdError: `dump` when neither half is there, `checkpoint` or `plain_value` when one cannot be
   * begun.
   */
  constructor(wasm: WebAssembly.Module, dump: Dump, options: ReplayOptions = {}) {
    if (dump.core === null && dump.engine === null) {
      throw new VipdError("dump", "the dump holds no log of either half");
    }
    this.dump = dump;
    this.known = configsOf(dump);
    this.#wasm = wasm;
    this.#snapshots = options.snapshots ?? null;
    this.restart();
  }

  /** Goes back to the checkpoints. */
  restart(): void {
    const { core, engine } = this.dump;
    this.#core = core === null ? null : new CoreReplay(this.#wasm, core, this.known);
    this.#engine = engine === null ? null : new EngineReplay(engine);
    this.#position = 0;
    this.#lastUs = -Infinity;
    this.#differences = [];
    this.#count = { core: 0, engine: 0, open: 0 };
  }

  /** Entries played. */
  get position(): number {
    return this.#position;
  }

  /** Entries of both halves. */
  get length(): number {
    return (this.dump.core?.entries.length ?? 0) + (this.dump.engine?.entries.length ?? 0);
  }

  /** The first difference of each half so far. */
  get differences(): readonly Difference[] {
    return this.#differences;
  }

  /** What was played so far. */
  get count(): Readonly<ReplayCount> {
    return this.#count;
  }

  /** The core as it is now; null when the dump has none. */
  get core(): CoreReplay | null {
    return this.#core;
  }

  /** The engine as it is now; null when the dump has none. */
  get engine(): EngineReplay | null {
    return this.#engine;
  }

  /** Half and entry that step() plays next: the earlier one, of two at one time the core's. */
  get next(): { half: "core" | "engine"; entry: LogEntry } | null {
    const core = this.#core?.next ?? null;
    const engine = this.#engine?.next ?? null;
    if (core !== null && (engine === null || core.nowUs <= engine.nowUs)) {
      return { half: "core", entry: core };
    }
    return engine === null ? null : { half: "engine", entry: engine };
  }

  /** Plays the next entry; null at the end. */
  step(): ReplayedEntry | null {
    const next = this.next;
    if (next === null) return null;
    const played = next.half === "core" ? this.#core!.step()! : this.#engine!.step()!;
    this.#position++;
    this.#lastUs = next.entry.nowUs;
    this.#count[played.half]++;
    if (played.open) this.#count.open++;
    this.#compare(played, next.entry);
    if (this.#snapshots?.isDue(next.half, this.#position)) this.#keep(this.#snapshots);
    return played;
  }

  /**
   * Plays up to a target and hands each entry that it plays to `visit`: from where it stands, or, where
   * that is shorter or the target lies behind, from a snapshot or the beginning.
   */
  runTo(target: ReplayTarget, visit: ((played: ReplayedEntry) => void) | null = null): void {
    const near = this.#snapshots?.last((one) => this.#isBefore(one, target)) ?? null;
    const isPast = this.#isPast(target);
    if (near !== null && (isPast || near.position > this.#position)) this.#goTo(near);
    else if (isPast) this.restart();
    while (!this.#isReached(target)) {
      const played = this.step();
      if (played === null) return;
      visit?.(played);
    }
  }

  /** Plays to the end. */
  run(visit: ((played: ReplayedEntry) => void) | null = null): void {
    for (let played = this.step(); played !== null; played = this.step()) visit?.(played);
  }

  #keep(snapshots: Snapshots): void {
    snapshots.add({
      position: this.#position,
      lastUs: this.#lastUs,
      core: this.#core?.snapshot() ?? null,
      engine: this.#engine?.snapshot() ?? null,
      differences: [...this.#differences],
      count: { ...this.#count },
    });
  }

  #goTo({ position, lastUs, core, engine, differences, count }: ReplaySnapshot): void {
    if (core !== null) this.#core!.goTo(core);
    if (engine !== null) this.#engine!.goTo(engine);
    this.#position = position;
    this.#lastUs = lastUs;
    this.#differences = [...differences];
    this.#count = { ...count };
  }

  /** Whether nothing at or behind the target was played when a snapshot was taken. */
  #isBefore(snapshot: ReplaySnapshot, target: ReplayTarget): boolean {
    if ("position" in target) return snapshot.position <= target.position;
    if ("us" in target) return snapshot.lastUs < target.us;
    const half = snapshot[target.half];
    const next = this.dump[target.half]?.entries[half?.position ?? 0];
    return next !== undefined && next.sequence <= target.sequence;
  }

  #isReached(target: ReplayTarget): boolean {
    const next = this.next;
    if (next === null || "position" in target) {
      return next === null || this.#position >= (target as { position: number }).position;
    }
    if ("us" in target) return next.entry.nowUs >= target.us;
    return next.half === target.half && next.entry.sequence >= target.sequence;
  }

  /** Whether something behind the target was played already. */
  #isPast(target: ReplayTarget): boolean {
    if ("position" in target) return this.#position > target.position;
    if ("us" in target) return this.#lastUs >= target.us;
    const half = target.half === "core" ? this.#core : this.#engine;
    return half?.next == null || half.next.sequence > target.sequence;
  }

  #compare(played: ReplayedEntry, entry: LogEntry): void {
    const { half, sequence, nowUs } = played;
    if (played.same || this.#differences.some((one) => one.half === half)) return;
    this.#differences.push({ half, sequence, nowUs, text: differenceText(played, entry) });
  }
}

/** As encodeSparse() writes it, in memory of its own. */
function withoutZeros(checkpoint: Uint8Array): Uint8Array {
  if (scratch.length < sparseSizeMax(checkpoint.length, 1)) {
    scratch = new Uint8Array(sparseSizeMax(checkpoint.length, 1));
  }
  return scratch.slice(0, encodeSparse([checkpoint], scratch, 0));
}

/** Room for the coded form of a checkpoint, of which little is used. */
let scratch = new Uint8Array(0);

function differenceText(played: ReplayedEntry, entry: LogEntry): string {
  const what = `input ${played.sequence} of the ${played.half}`;
  if (played.died !== null) return `${what} ends in ${played.died} here, in the log it did not`;
  if (played.half === "core" && played.status !== entry.status) {
    return `${what} is answered with status ${played.status}, in the log with ${entry.status}`;
  }
  return `${what} gives ${played.outputs.length} outputs that are not those of the log`;
}
