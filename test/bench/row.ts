// What a row of the bench is: a name, a function that measures, and its figures.

import type { DaemonKind } from "../lab/director.ts";

/** The figures of one thing that was measured. All numbers are in `unit`. */
export interface Measurement {
  what: string;
  /** `x`: a ratio. */
  unit: "s" | "ms" | "us" | "ns" | "MiB" | "1/s" | "count" | "x";
  /** One figure for each run. */
  vipd: number[];
  /** The same of keepalived, null where it has nothing like it. */
  keepalived: number[] | null;
}

/** What a row is told. */
export interface RowOptions {
  /** Fewer and shorter runs. */
  quick: boolean;
  /** Says what goes on. */
  progress(text: string): void;
}

/** One row of the bench; it may bring several measurements. */
export interface BenchRow {
  /** The word that selects it. */
  name: string;
  title: string;
  /** What one has to know to read the figures. */
  notes: string[];
  /** Measures. Throws LeftOut when it cannot run here. */
  measure(options: RowOptions): Promise<Measurement[]>;
}

/** Why a row was not measured. */
export class LeftOut extends Error {}

/** Figures of both daemons. */
export interface Pairwise<T> {
  vipd: T[];
  keepalived: T[];
}

/** Measures the two daemons in turn, A B A B, so that a change of the machine's load meets both. */
export async function alternate<T>(
  runs: number,
  measure: (kind: DaemonKind, run: number) => Promise<T>,
): Promise<Pairwise<T>> {
  const found: Pairwise<T> = { vipd: [], keepalived: [] };
  for (let run = 0; run < runs; run++) {
    found.vipd.push(await measure("vipd", run));
    found.keepalived.push(await measure("keepalived", run));
  }
  return found;
}

/** A measurement of one figure of each result. */
export function measurementOf<T>(
  what: string,
  unit: Measurement["unit"],
  results: Pairwise<T>,
  pick: (result: T) => number,
): Measurement {
  return { what, unit, vipd: results.vipd.map(pick), keepalived: results.keepalived.map(pick) };
}
