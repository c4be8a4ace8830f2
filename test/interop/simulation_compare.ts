// The same play twice: what two real daemons did, and what the simulator says when it is told when each
// step really happened. Fed into the simulation is what the world decides and no daemon can:
//   start, reload   the moment of the daemon's commit: how long a process takes to start or to
//                   read its file is the machine's business
//   script          how long each of its runs took: the same
//   signals         the moment of the system call
//   cables          when the node's kernel told of it
//   cuts, heals     a moment between begin and end of the program that does it, a few milliseconds, which
//                   the adverts that arrived meanwhile decide: a cut came after them, a heal before
// Nothing else is: adverts, timers, the scripts' turns and all that follows are the simulator's own.

import type { TransitionRecord } from "../../host/core/named_record.ts";
import {
  type Action,
  DEFAULT_SCRIPT,
  type Scenario,
  type ScriptRule,
  type Step,
} from "../../host/sim/scenario/scenario.ts";
import { simulate } from "../../host/sim/simulate.ts";
import type { Play, Played, PlayedLife, PlayedStep } from "../lab/played.ts";
import { type DumpStory, type Duty, readStory } from "../lab/played_dump.ts";

/** A transition as both tell it. */
export interface Transition {
  node: string;
  /** `VI_1`, or `group G`. */
  subject: string;
  /** `BACKUP -> MASTER MASTER_DOWN`. */
  what: string;
  /** Since the first step, microseconds. */
  atUs: number;
}

/** One transition of the world beside the simulator's. */
export interface Pair {
  real: Transition;
  simulated: Transition;
  /** Real minus simulated, microseconds. */
  offUs: number;
  /** By so much the daemons' loops had been late until then, all together, microseconds. */
  lateUs: number;
}

/** What came of a comparison. */
export interface Comparison {
  real: Transition[];
  simulated: Transition[];
  /** Empty unless both have the same transitions in the same order. */
  pairs: Pair[];
  /** The latest that a daemon's loop was, microseconds. */
  latestUs: number;
  /** Replays of the dumps that gave something else than the daemon did. */
  differences: string[];
}

/** A life with what its dump says. */
interface ToldLife {
  life: PlayedLife;
  story: DumpStory;
}

/** Compares a play with its simulation. */
export function comparePlay(wasm: WebAssembly.Module, play: Play, played: Played): Comparison {
  const lives = played.lives.map((life) => {
    if (life.dump === null) throw new Error(`${play.tag}: ${life.node} left no dump`);
    return { life, story: readStory(wasm, life.dump) };
  });
  const zeroUs = played.steps[0]!.beganUs;
  const real = sorted(lives.flatMap((one) => realTransitions(one, played, zeroUs)));
  const scenario = asItWas(play.scenario, played, lives, zeroUs);
  const simulated = sorted(simulatedTransitions(wasm, play, scenario));
  const late = lateDuties(lives, played);
  const pairs = isSame(real, simulated)
    ? real.map((of, i): Pair => ({
      real: of,
      simulated: simulated[i]!,
      offUs: of.atUs - simulated[i]!.atUs,
      lateUs: sum(late.filter(({ atUs }) => atUs <= of.atUs + zeroUs).map(lateness)),
    }))
    : [];
  return {
    real,
    simulated,
    pairs,
    latestUs: Math.max(0, ...late.map(lateness)),
    differences: lives.flatMap(({ story }) => story.differences),
  };
}

/** By node and subject, each in the order of time: two nodes do not wait for each other. */
function sorted(transitions: Transition[]): Transition[] {
  const key = ({ node, subject }: Transition) => `${node} ${subject}`;
  return transitions.toSorted((a, b) => key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0);
}

/** Line of a transition without its time. */
export const lineOf = ({ node, subject, what }: Transition) => `${node} ${subject}: ${what}`;

function isSame(a: Transition[], b: Transition[]): boolean {
  return a.map(lineOf).join("\n") === b.map(lineOf).join("\n");
}

function transitionOf(node: string, record: TransitionRecord, atUs: number): Transition {
  const { subject, instanceName, groupName, from, to, reason } = record;
  return {
    node,
    subject: subject === "GROUP" ? `group ${groupName}` : instanceName ?? "?",
    what: `${from} -> ${to} ${reason}`,
    atUs,
  };
}

/**
 * What a process told, with the times of its dump. What came after the dump (the last moments before an
 * end) has the time that the log gives it, in whole milliseconds.
 */
function realTransitions({ life, story }: ToldLife, played: Played, zeroUs: number): Transition[] {
  const exact = new Map(story.transitions.map(({ atUs, record }) => [record.sequence, atUs]));
  return life.told.flatMap(({ kind, record, time }) => {
    if (kind !== "transition") return [];
    const transition = record as TransitionRecord;
    const toldUs = (Date.parse(time) - played.wallZeroMs) * 1000;
    const atUs = exact.get(transition.sequence) ?? toldUs;
    return [transitionOf(life.node, transition, atUs - zeroUs)];
  });
}

/** The scenario with the times and durations that it had on the lab. */
function asItWas(
  scenario: Scenario,
  played: Played,
  lives: ToldLife[],
  zeroUs: number,
): Scenario {
  const runs = new RealRuns(lives, zeroUs);
  const steps = played.steps.map((step): Step => {
    const { action } = step.step;
    const atUs = Math.round(whenUs(step, lives) - zeroUs);
    if (action.do !== "script" || action.node === null) return { atUs, action };
    return { atUs, action: { ...action, runUs: runs.nextUs(action.node, action.script, atUs) } };
  });
  const rules = scenario.scripts.map((rule) => ({
    ...rule,
    runUs: runs.nextUs(rule.node, rule.script, 0),
  }));
  return {
    ...scenario,
    durationUs: Math.round(played.endUs - zeroUs),
    scripts: rules,
    steps: [...steps, ...rules.flatMap((rule) => runs.steps(rule, steps))]
      .toSorted((a, b) => a.atUs - b.atUs),
  };
}

/** The runs of the scripts as they were, times from the first step on. */
class RealRuns {
  readonly #runs: { node: string; script: string; fromUs: number; tookUs: number }[];

  constructor(lives: ToldLife[], zeroUs: number) {
    this.#runs = lives.flatMap(({ life: { node }, story }) =>
      story.runs.map(({ script, atUs, tookUs }) => ({
        node,
        script,
        fromUs: atUs - tookUs - zeroUs,
        tookUs,
      }))
    ).toSorted((a, b) => a.fromUs - b.fromUs);
  }

  #of(node: string, script: string) {
    return this.#runs.filter((run) => run.node === node && run.script === script);
  }

  /** How long the first run after a time takes. */
  nextUs(node: string, script: string, atUs: number): number {
    return this.#of(node, script).find(({ fromUs }) => fromUs >= atUs)?.tookUs ??
      DEFAULT_SCRIPT.runUs;
  }

  /** Steps that change nothing but how long the next run takes, half-way between two runs. */
  steps({ node, script, outcome }: ScriptRule, played: Step[]): Step[] {
    const runs = this.#of(node, script);
    return runs.slice(1).map((run, i): Step => {
      const atUs = Math.round((runs[i]!.fromUs + run.fromUs) / 2);
      const answer = played.map(({ atUs: whenUs, action }) => ({ whenUs, action }))
        .findLast(({ whenUs, action }) =>
          whenUs <= atUs && action.do === "script" && action.script === script &&
          action.node === node
        )?.action;
      const now = answer?.do === "script" ? answer.outcome : outcome;
      return {
        atUs,
        action: { do: "script", node, script, outcome: now, runUs: run.tookUs },
      };
    });
  }
}

/** When a step took effect. */
function whenUs({ step: { action }, beganUs, doneUs }: PlayedStep, lives: ToldLife[]): number {
  const of = (node: string | null) =>
    lives.filter(({ life }) => node === null || life.node === node).map(({ story }) => story);
  const meanwhile = (times: number[]) =>
    times.filter((atUs) => atUs >= beganUs && atUs <= doneUs).toSorted((a, b) => a - b);
  switch (action.do) {
    case "start":
    case "reload": {
      const commit = of(action.node).flatMap(({ commitsUs }) => commitsUs)
        .find((atUs) => atUs >= beganUs);
      if (commit === undefined) throw new Error(`no dump tells the ${action.do} of ${action.node}`);
      return commit;
    }
    case "kill":
    case "shutdown":
    case "pause":
    case "resume":
      return (beganUs + doneUs) / 2;
    case "unplug":
    case "plug":
      return of(action.node).flatMap(({ linksUs }) => linksUs)
        .find((atUs) => atUs >= beganUs && atUs <= doneUs + CARRIER_US_MAX) ?? doneUs;
    case "cut":
    case "wire":
    case "partition": {
      const last = meanwhile(of(receiverOf(action)).flatMap(({ arrivalsUs }) => arrivalsUs)).at(-1);
      return last === undefined ? beganUs : last + 1;
    }
    case "heal": {
      const first = meanwhile(of(null).flatMap(({ arrivalsUs }) => arrivalsUs))[0];
      return first === undefined ? doneUs : Math.max(beganUs, first - UNDER_WAY_US);
    }
    default:
      return doneUs;
  }
}

/** The kernel may gather changes of carriers for a second before it tells them (linkwatch). */
const CARRIER_US_MAX = 1_100_000;

/** An advert that arrived was sent no longer ago than this, microseconds. */
const UNDER_WAY_US = 500;

/** Of two machines: the one that no longer hears; null = both. */
function receiverOf(action: Extract<Action, { do: "cut" | "wire" | "partition" }>): string | null {
  if (action.do === "cut") return action.to;
  return action.do === "wire" && action.direction === "in" ? action.node : null;
}

function simulatedTransitions(
  wasm: WebAssembly.Module,
  play: Play,
  scenario: Scenario,
): Transition[] {
  const transitions: Transition[] = [];
  simulate({
    wasm,
    nodes: play.nodes.map(({ name, file }) => ({ name, config: file.config })),
    scenario,
    seed: 1,
    invariants: [],
    trace: (event) => {
      if (event.kind !== "record" || event.record.kind !== "transition") return;
      transitions.push(transitionOf(event.node!, event.record, event.atUs));
    },
    traceAdverts: false,
    record: false,
    stopAtViolation: false,
  });
  return transitions;
}

/** What all daemons had to do; what was due while a process was stopped, from the end of that on. */
function lateDuties(lives: ToldLife[], played: Played): Duty[] {
  return lives.flatMap(({ life, story }) => {
    const pauses = pausesOf(life.node, played.steps);
    return [...story.duties, ...signalled(life, played)].map((duty) => {
      const pause = pauses.find(({ fromUs, toUs }) => duty.dueUs >= fromUs && duty.dueUs < toUs);
      return pause === undefined ? duty : { ...duty, dueUs: pause.toUs };
    });
  });
}

/** How late main took a signal to stop, by its own words. No dump tells it: there is none after it. */
function signalled({ node, told, fromUs, toUs }: PlayedLife, played: Played): Duty[] {
  const words = told.find(({ kind, text }) => kind === "daemon" && text.startsWith("Stopping:"));
  const sent = played.steps.find(({ step: { action }, beganUs }) =>
    action.do === "shutdown" && action.node === node && beganUs >= fromUs && beganUs <= toUs
  );
  if (words === undefined || sent === undefined) return [];
  const atUs = (Date.parse(words.time) - played.wallZeroMs) * 1000;
  return [{ what: "signal", dueUs: sent.beganUs, atUs }];
}

function pausesOf(node: string, steps: PlayedStep[]): { fromUs: number; toUs: number }[] {
  const pauses: { fromUs: number; toUs: number }[] = [];
  for (const { step: { action }, beganUs, doneUs } of steps) {
    if (!("node" in action) || action.node !== node) continue;
    if (action.do === "pause") pauses.push({ fromUs: beganUs, toUs: Infinity });
    if (action.do === "resume") pauses.at(-1)!.toUs = doneUs;
  }
  return pauses;
}

const lateness = ({ dueUs, atUs }: Duty) => Math.max(0, atUs - dueUs);

const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);

/** Median; 0 of none. */
export function median(numbers: number[]): number {
  const ordered = numbers.toSorted((a, b) => a - b);
  const middle = ordered.length >> 1;
  if (ordered.length % 2 === 1) return ordered[middle]!;
  return ordered.length === 0 ? 0 : (ordered[middle - 1]! + ordered[middle]!) / 2;
}
