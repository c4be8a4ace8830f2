// Notification scripts and mails of instances and groups: what runs on a transition, with which
// arguments, in which order. Of one subject the scripts run one after the other; the next starts
// when the one before has ended, or after NOTIFY_WAIT_MAX_US. (keepalived starts them all at once,
// so that `backup` can overtake `master`.) Different subjects do not wait for each other.
// The state's own script comes first, without arguments; then `notify` with
// `INSTANCE|GROUP NAME STATE PRIORITY` (a group's priority is 0); then the mail.
// This module is browser safe.

import type { Config, NotifyScripts, Script } from "../conf/model.ts";
import { ID_NONE, type StateName } from "../core/abi.gen.ts";
import {
  EARLY_TRANSITION_MAX,
  NOTIFY_QUEUE_MAX,
  NOTIFY_WAIT_MAX_US,
  type NotifyDoneInput,
  type NotifyOutput,
  type TransitionRecord,
} from "./contract.ts";
import { describeTransition } from "./describe.ts";
import { mailState } from "./mail.ts";
import { emit, type EngineState, type SubjectState, tell } from "./state.ts";
import { setTimer } from "./timer_queue.ts";

/** Takes over who notifies how. What a reload removes stays until its last transition. */
export function configureNotifications(state: EngineState, config: Config): void {
  const subjects = state.notify.subjects;
  for (const [key, subject] of subjects) {
    if (subject.removed && subject.running === null && subject.queue.length === 0) {
      subjects.delete(key);
    }
    subject.removed = true;
  }
  for (const group of config.groups) {
    // A group without members has no state, and nothing to tell at the stop either.
    if (group.members.length > 0) configureSubject(state, "GROUP", group);
  }
  for (const instance of config.instances) configureSubject(state, "INSTANCE", instance);
  for (const record of state.notify.early.splice(0)) takeTransition(state, record);
  // What is still unknown belongs to no configuration of ours.
  state.notify.early = [];
}

function configureSubject(
  state: EngineState,
  kind: "INSTANCE" | "GROUP",
  config: { name: string; notify: NotifyScripts; smtpAlert: boolean },
): void {
  const key = `${kind} ${config.name}`;
  const old = state.notify.subjects.get(key);
  state.notify.subjects.set(key, {
    subject: kind,
    name: config.name,
    scripts: config.notify,
    smtpAlert: config.smtpAlert,
    removed: false,
    told: old?.told ?? null,
    mailed: old?.mailed ?? null,
    queue: old?.queue ?? [],
    running: old?.running ?? null,
  });
}

/** Notifies of a transition, or keeps it until the configuration that knows its subject is here. */
export function takeTransition(state: EngineState, record: TransitionRecord): void {
  const isGroup = record.subject === "GROUP";
  const name = isGroup ? record.groupName : record.instanceName;
  const key = `${record.subject} ${name ?? ""}`;
  const subject = state.notify.subjects.get(key);
  const to = toldState(record);
  if (to === null) return;
  if (subject === undefined) {
    state.notify.early.push(record);
    if (state.notify.early.length > EARLY_TRANSITION_MAX) state.notify.early.shift();
    return;
  }
  // A member that already told the state its group brings it to is not told it again.
  if (subject.told !== to) {
    subject.told = to;
    queueScripts(state, subject, to, record);
    mailState(state, subject, to);
  }
  if (record.reason === "REMOVED") {
    subject.told = null;
    subject.mailed = null;
  }
  startNext(state, key, subject);
}

/** The state that is told; null = nothing is. */
function toldState(record: TransitionRecord): StateName | null {
  // Waiting for a script's first result is no fault that anybody has to hear of.
  if (record.to === "INIT" || record.reason === "TRACKER_UNKNOWN") return null;
  // Removal by a reload is told as FAULT (keepalived without notify_deleted).
  return record.reason === "REMOVED" ? "FAULT" : record.to;
}

function queueScripts(
  state: EngineState,
  subject: SubjectState,
  to: StateName,
  record: TransitionRecord,
): void {
  // Of a removal only the general script hears, as in keepalived 2.2.7.
  const own = record.reason === "REMOVED" ? null : ownScript(subject.scripts, to);
  const environment = environmentOf(record);
  const waitUs = NOTIFY_WAIT_MAX_US;
  const base = {
    kind: "notify" as const,
    subject: subject.subject,
    name: subject.name,
    state: to,
    environment,
    waitUs,
  };
  const add = (script: Script | null, extra: string[]) => {
    if (script === null) return;
    subject.queue.push({ ...base, id: state.notify.nextId++, script, arguments: extra });
  };
  const priority = subject.subject === "GROUP" ? 0 : record.priorityEffective;
  add(own, []);
  add(subject.scripts.any, [subject.subject, subject.name, to, String(priority)]);
  while (subject.queue.length > NOTIFY_QUEUE_MAX) dropOldest(state, subject);
}

/** The oldest goes; those of the state queued last stay, whatever the limit. */
function dropOldest(state: EngineState, subject: SubjectState): void {
  const dropped = subject.queue.shift();
  if (dropped === undefined) return;
  tell(state, {
    event: "NOTIFY_DROPPED",
    subject: subject.subject,
    name: subject.name,
    state: dropped.state,
    command: dropped.script.command,
    outcome: null,
  });
}

function ownScript(scripts: NotifyScripts, to: StateName): Script | null {
  switch (to) {
    case "MASTER":
      return scripts.master;
    case "BACKUP":
      return scripts.backup;
    case "FAULT":
      return scripts.fault;
    case "STOP":
      return scripts.stop;
    case "INIT":
      return null;
  }
}

/** The reason record for the script's environment. */
function environmentOf(record: TransitionRecord): Record<string, string> {
  return {
    VIPD_REASON: record.reason,
    VIPD_FROM: record.from,
    VIPD_TO: record.to,
    VIPD_SEQUENCE: String(record.sequence),
    VIPD_PRIORITY_BASE: String(record.priorityBase),
    VIPD_PRIORITY: String(record.priorityEffective),
    VIPD_PEER: record.peerKnown === 1 ? record.peer : "",
    VIPD_PEER_PRIORITY: record.peerKnown === 1 ? String(record.peerPriority) : "",
    VIPD_TRACKER: record.tracker === ID_NONE ? "" : record.trackerName ?? "",
    VIPD_TEXT: describeTransition(record),
  };
}

function startNext(state: EngineState, key: string, subject: SubjectState): void {
  if (subject.running !== null) return;
  const next = subject.queue.shift();
  if (next === undefined) return;
  const deadlineUs = state.nowUs + next.waitUs;
  const { id, script } = next;
  subject.running = { id, command: script.command, state: next.state, deadlineUs };
  setTimer(state.timers, deadlineUs, { kind: "notify", subject: key });
  emit(state, next);
}

/** A notification script ended. */
export function takeNotifyDone(state: EngineState, input: NotifyDoneInput): void {
  for (const [key, subject] of state.notify.subjects) {
    const running = subject.running;
    if (running?.id !== input.id) continue;
    if (input.outcome.kind !== "exit" || input.outcome.code !== 0) {
      tell(state, {
        event: "NOTIFY_FAILED",
        subject: subject.subject,
        name: subject.name,
        state: running.state,
        command: running.command,
        outcome: input.outcome,
      });
    }
    subject.running = null;
    startNext(state, key, subject);
    return;
  }
}

/** A subject has waited long enough for its script. */
export function fireNotify(state: EngineState, key: string, atUs: number): void {
  const subject = state.notify.subjects.get(key);
  const running = subject?.running ?? null;
  if (subject === undefined || running === null || running.deadlineUs !== atUs) return;
  tell(state, {
    event: "NOTIFY_SLOW",
    subject: subject.subject,
    name: subject.name,
    state: running.state,
    command: running.command,
    outcome: null,
  });
  subject.running = null;
  startNext(state, key, subject);
}

/** True when nothing runs and nothing waits. */
export function isNotifyIdle(state: EngineState): boolean {
  for (const subject of state.notify.subjects.values()) {
    if (subject.running !== null || subject.queue.length > 0) return false;
  }
  return true;
}

/** True when every instance and group of the configuration that ever told a state has told STOP. */
export function isStopTold(state: EngineState): boolean {
  for (const subject of state.notify.subjects.values()) {
    if (!subject.removed && subject.told !== null && subject.told !== "STOP") return false;
  }
  return true;
}

/** Starts everything that still waits, without waiting any more (the end of the stop). */
export function flushNotifications(state: EngineState): void {
  for (const subject of state.notify.subjects.values()) {
    const waiting: NotifyOutput[] = subject.queue;
    subject.queue = [];
    subject.running = null;
    for (const output of waiting) emit(state, output);
  }
}
