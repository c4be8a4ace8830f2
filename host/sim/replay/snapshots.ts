// Snapshots of a replay: how both halves stood at some places, so that any place is a short play away. Their
// memory is bounded: when it is full, every second one is left out and the next ones come half as often.
// This module is browser safe.

import type { ReplayCount } from "./replay.ts";
import type { Difference } from "./replay.ts";
import type { NamerStanding } from "./replay_names.ts";

/** What playing entries costs between two snapshots: one of the core counts as one. */
export const SNAPSHOT_COST = 2_000;
/** An entry of the engine is text and objects: it takes about so many times an entry of the core. */
export const ENGINE_ENTRY_COST = 8;
/** Bytes of all snapshots of a replay. */
export const SNAPSHOT_BYTES_MAX = 64 * 1024 * 1024;

/** A half at a place of its log. */
interface HalfSnapshot {
  /** Entries of the half that were played. */
  position: number;
  isDead: boolean;
}

/** The core. */
export interface CoreSnapshot extends HalfSnapshot {
  /** Core.checkpoint() without its zeros (sparse.ts). */
  checkpoint: Uint8Array;
  namer: NamerStanding;
}

/** The engine. */
export interface EngineSnapshot extends HalfSnapshot {
  /** encodePlain() of its state. */
  checkpoint: Uint8Array;
}

/** Both at a place of the replay. */
export interface ReplaySnapshot {
  /** Entries of both halves that were played. */
  position: number;
  /** Time of the last of them, microseconds of the node's monotonic clock. */
  lastUs: number;
  core: CoreSnapshot | null;
  engine: EngineSnapshot | null;
  differences: readonly Difference[];
  count: Readonly<ReplayCount>;
}

/** The snapshots of one replay, in the order of their places. */
export class Snapshots {
  readonly #list: ReplaySnapshot[] = [];
  readonly #bytesMax: number;
  #bytes = 0;
  #costEvery: number;
  /** Cost of what was played behind the last one. */
  #cost = 0;

  constructor(costEvery = SNAPSHOT_COST, bytesMax = SNAPSHOT_BYTES_MAX) {
    this.#costEvery = costEvery;
    this.#bytesMax = bytesMax;
  }

  /** How many there are. */
  get length(): number {
    return this.#list.length;
  }

  /** Notes that an entry was played which leads to `position`; whether a snapshot is due there. */
  isDue(half: "core" | "engine", position: number): boolean {
    if (position <= (this.#list.at(-1)?.position ?? 0)) return false;
    this.#cost += half === "core" ? 1 : ENGINE_ENTRY_COST;
    return this.#cost >= this.#costEvery;
  }

  /** Keeps one that was due. */
  add(snapshot: ReplaySnapshot): void {
    this.#cost = 0;
    this.#list.push(snapshot);
    this.#bytes += sizeOf(snapshot);
    while (this.#bytes > this.#bytesMax && this.#list.length > 1) this.#thin();
  }

  /** The last one for which `isBefore` holds: it does for all up to some place, and for none behind. */
  last(isBefore: (snapshot: ReplaySnapshot) => boolean): ReplaySnapshot | null {
    return this.#list.findLast(isBefore) ?? null;
  }

  #thin(): void {
    this.#costEvery *= 2;
    const kept = this.#list.filter((_, i) => i % 2 === 0);
    this.#list.splice(0, Infinity, ...kept);
    this.#bytes = kept.reduce((sum, one) => sum + sizeOf(one), 0);
  }
}

function sizeOf({ core, engine }: ReplaySnapshot): number {
  return (core?.checkpoint.length ?? 0) + (engine?.checkpoint.length ?? 0);
}
