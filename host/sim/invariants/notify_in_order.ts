// Notification scripts. This module is browser safe.

import type { NotifyScripts } from "../../conf/model.ts";
import type { StateName } from "../../core/abi.gen.ts";
import {
  NOTIFY_WAIT_MAX_US,
  type NotifyOutput,
  type TransitionRecord,
} from "../../engine/contract.ts";
import type { Invariant, NodeView, WorldView } from "../world_view.ts";
import { PerNode } from "./memory.ts";
import { seconds } from "./telling.ts";

/** What is remembered of an instance or a group; clock times are the node's own. */
interface Subject {
  /** Transitions whose state is to be told, by their number; the last ones. */
  entered: Map<number, StateName>;
  /** State that the subject's last transition told, and its number; null: none yet. */
  last: { state: StateName; sequence: number } | null;
  /** Number of the transition of the last script that started. */
  startedSequence: number;
  /** It was for the state alone, `notify` not yet: 1; both or `notify`: 2. */
  startedRank: number;
  running: { id: number; startedUs: number } | null;
}

interface Told {
  subjects: Map<string, Subject>;
  /** The daemon stops: what waits is started at once at the end. */
  stopping: boolean;
}

/** Transitions of one subject that are remembered. */
const ENTERED_MAX = 64;

/**
 * Of one instance or group the scripts run one after the other: the next starts when the one before
 * has ended or after NOTIFY_WAIT_MAX_US by the node's clock, in the order of the transitions, the
 * state's own before the general one, and each tells a state that was entered. At rest, with
 * nothing of it running, the script of the state that was last told has been started. While the
 * daemon stops the last scripts may start together. Waiting for a script's first result
 * (TRACKER_UNKNOWN) is not told; a removal is told as FAULT. Silent while messages between the
 * halves wait and after some were lost, and of a life that ended before.
 */
export function notifyInOrder(): Invariant {
  return new NotifyInOrder();
}

class NotifyInOrder implements Invariant {
  readonly name = "notify_in_order";
  readonly #told = new PerNode<Told>(() => ({ subjects: new Map(), stopping: false }));

  transition(_: WorldView, node: NodeView, record: TransitionRecord): null {
    const told = this.#told.of(node);
    if (record.reason === "STOP") told.stopping = true;
    if (record.to === "INIT" || record.reason === "TRACKER_UNKNOWN") return null;
    const name = record.subject === "GROUP" ? record.groupName : record.instanceName;
    const subject = subjectOf(told, `${record.subject} ${name ?? ""}`);
    const state = record.reason === "REMOVED" ? "FAULT" : record.to;
    subject.entered.set(record.sequence, state);
    if (subject.entered.size > ENTERED_MAX) {
      for (const oldest of subject.entered.keys()) {
        subject.entered.delete(oldest);
        break;
      }
    }
    // A state that was told already is not told again.
    if (subject.last?.state !== state) subject.last = { state, sequence: record.sequence };
    if (record.reason === "REMOVED") told.subjects.delete(`${record.subject} ${name ?? ""}`);
    return null;
  }

  notify(_: WorldView, node: NodeView, notify: NotifyOutput): string | null {
    const told = this.#told.of(node);
    const subject = told.subjects.get(`${notify.subject} ${notify.name}`);
    // Of a removed subject only the end is left.
    if (subject === undefined || node.overruns > 0) return null;
    const what = `${notify.script.command} of ${notify.name} on ${node.name} for ${notify.state}`;
    const nowUs = node.clockUs();
    const before = subject.running;
    subject.running = { id: notify.id, startedUs: nowUs };
    if (before !== null && nowUs < before.startedUs + NOTIFY_WAIT_MAX_US && !told.stopping) {
      return `${what} started while the one before had been running for ` +
        seconds(nowUs - before.startedUs);
    }
    return checkOrder(subject, notify, what);
  }

  notifyDone(_: WorldView, node: NodeView, id: number): null {
    for (const subject of this.#told.of(node).subjects.values()) {
      if (subject.running?.id === id) subject.running = null;
    }
    return null;
  }

  atRest(world: WorldView): string | null {
    for (const node of world.nodes) {
      // While main stands still the transitions wait in front of it.
      if (node.process !== "running" || node.overruns > 0 || node.queueLength() > 0) continue;
      const text = this.#checkTold(node);
      if (text !== null) return text;
    }
    return null;
  }

  #checkTold(node: NodeView): string | null {
    const { subjects, stopping } = this.#told.of(node);
    if (stopping) return null;
    const configured = [
      ...node.instances.map(({ name, config }) => ({ key: `INSTANCE ${name}`, config })),
      ...(node.config?.groups ?? []).map((config) => ({ key: `GROUP ${config.name}`, config })),
    ];
    for (const { key, config } of configured) {
      const subject = subjects.get(key);
      const last = subject?.last ?? null;
      if (subject === undefined || last === null || subject.running !== null) continue;
      if (subject.startedSequence >= last.sequence) continue;
      if (!hasScript(config.notify, last.state)) continue;
      return `no script told that ${key} on ${node.name} is ${last.state}`;
    }
    return null;
  }
}

function subjectOf(told: Told, key: string): Subject {
  let subject = told.subjects.get(key);
  if (subject === undefined) {
    subject = {
      entered: new Map(),
      last: null,
      startedSequence: 0,
      startedRank: 0,
      running: null,
    };
    told.subjects.set(key, subject);
  }
  return subject;
}

function checkOrder(subject: Subject, notify: NotifyOutput, what: string): string | null {
  const sequence = Number(notify.environment.VIPD_SEQUENCE);
  const rank = notify.arguments.length === 0 ? 1 : 2;
  const inOrder = sequence > subject.startedSequence ||
    (sequence === subject.startedSequence && rank > subject.startedRank);
  const lastSequence = subject.startedSequence;
  subject.startedSequence = Math.max(sequence, subject.startedSequence);
  subject.startedRank = rank;
  if (!inOrder) return `${what} (transition ${sequence}) started after that of ${lastSequence}`;
  const entered = subject.entered.get(sequence);
  const oldest = subject.entered.keys().next().value ?? 0;
  if (entered === notify.state || sequence < oldest) return null;
  return `${what} tells a state that transition ${sequence} did not enter: ` +
    `${entered ?? "there is none"}`;
}

function hasScript(scripts: NotifyScripts, state: StateName): boolean {
  if (scripts.any !== null) return true;
  switch (state) {
    case "MASTER":
      return scripts.master !== null;
    case "BACKUP":
      return scripts.backup !== null;
    case "FAULT":
      return scripts.fault !== null;
    case "STOP":
      return scripts.stop !== null;
    case "INIT":
      return false;
  }
}
