// What a search has exercised: how often each kind of action was played and each invariant was asked,
// hook by hook. A kind or an invariant that never was is no evidence, and the table says so.
// This module is browser safe.

import { ACTIONS } from "../../host/sim/scenario/scenario_table.ts";
import { type HookName, HOOKS } from "../../host/sim/watchers.ts";
import type { Invariant } from "../../host/sim/world_view.ts";
import type { Plan } from "./play.ts";

/** Sums over many runs; plain data, so that workers can send it. */
export interface Tally {
  runs: number;
  /** Events of the worlds. */
  events: number;
  /** Simulated time. */
  simulatedUs: number;
  /** Steps that were played, by kind; UNTOLD are none. */
  actions: Record<string, number>;
  /** Calls by invariant and hook; hooks that an invariant has and nobody called stand with 0. */
  invariants: Record<string, Partial<Record<HookName, number>>>;
}

/** Steps that change nothing of VRRP: comments, and requests of clients. */
const UNTOLD: ReadonlySet<string> = new Set(["say", "load"]);

/** A tally of nothing. */
export function emptyTally(): Tally {
  const kinds = Object.keys(ACTIONS).filter((kind) => !UNTOLD.has(kind));
  const actions = Object.fromEntries(kinds.map((kind) => [kind, 0]));
  return { runs: 0, events: 0, simulatedUs: 0, actions, invariants: {} };
}

/** Adds one run: its size, and the steps that came before its end. */
export function countRun(tally: Tally, plan: Plan, endUs: number, events: number): void {
  tally.runs++;
  tally.events += events;
  tally.simulatedUs += endUs;
  for (const { atUs, action } of plan.scenario.steps) {
    if (atUs > endUs || UNTOLD.has(action.do)) continue;
    tally.actions[action.do] = (tally.actions[action.do] ?? 0) + 1;
  }
}

/** Adds what another tally counted. */
export function addTally(sum: Tally, part: Tally): void {
  sum.runs += part.runs;
  sum.events += part.events;
  sum.simulatedUs += part.simulatedUs;
  for (const [kind, count] of Object.entries(part.actions)) {
    sum.actions[kind] = (sum.actions[kind] ?? 0) + count;
  }
  for (const [name, calls] of Object.entries(part.invariants)) {
    const known = sum.invariants[name] ??= {};
    for (const hook of HOOKS) {
      if (calls[hook] !== undefined) known[hook] = (known[hook] ?? 0) + calls[hook];
    }
  }
}

/** The invariants with a counter before each hook; a hook that is not there stays away. */
export function counted(
  invariants: readonly (() => Invariant)[],
  tally: Tally,
): (() => Invariant)[] {
  return invariants.map((make) => () => {
    const inner = make();
    const calls = tally.invariants[inner.name] ??= {};
    const outer: Record<string, unknown> = { name: inner.name };
    for (const hook of HOOKS) {
      if (inner[hook] === undefined) continue;
      const ask = inner[hook].bind(inner) as (...args: unknown[]) => string | null;
      calls[hook] ??= 0;
      outer[hook] = (...args: unknown[]) => {
        calls[hook]!++;
        return ask(...args);
      };
    }
    return outer as unknown as Invariant;
  });
}

/** Kinds of actions that were never played, and invariants that were never asked. */
export function neverSeen(tally: Tally): string[] {
  const kinds = Object.entries(tally.actions).filter(([, count]) => count === 0);
  const quiet = Object.entries(tally.invariants).filter(([, calls]) =>
    HOOKS.every((hook) => (calls[hook] ?? 0) === 0)
  );
  return [
    ...kinds.map(([kind]) => `the action "${kind}" was never played`),
    ...quiet.map(([name]) => `the invariant "${name}" was never asked`),
  ];
}

/** The tally as a table for a terminal. */
export function tallyText(tally: Tally): string {
  const actions = Object.entries(tally.actions).map(([kind, count]) =>
    `  ${kind.padEnd(16)}${String(count).padStart(12)}`
  );
  const width = Math.max(16, ...Object.keys(tally.invariants).map((name) => name.length + 2));
  const invariants = Object.entries(tally.invariants).map(([name, calls]) => {
    const asked = HOOKS.filter((hook) => calls[hook] !== undefined).map((hook) =>
      `${hook} ${calls[hook]}`
    );
    return `  ${name.padEnd(width)}${asked.join(", ")}`;
  });
  return [
    "actions played",
    ...actions,
    "invariants asked, by hook",
    ...invariants,
    ...neverSeen(tally).map((line) => `NOTE ${line}`),
  ].join("\n");
}
