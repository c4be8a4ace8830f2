// What happened, told three ways at once: the log (keepalived's phrases first), the events that
// `vipd events` shows, and the last transition of each instance for `vipd status`.

import { type Log, log, type LogPart } from "../base/log.ts";
import { EventLog } from "../control/event_log.ts";
import type { EventBody, EventKind, TransitionRecord } from "../control/protocol.ts";
import type { Diagnostic } from "../conf/index.ts";
import type { CoreRecord } from "../engine/contract.ts";
import { describeReason, describeRecord, logRecord } from "../engine/describe.ts";
import { describeEvent, isVrrpEvent, logEvent } from "../engine/describe_event.ts";
import type { Level } from "../engine/describe_value.ts";
import type { EngineEvent } from "../engine/event.ts";

/** A transition as it was told. */
export interface ToldTransition {
  record: TransitionRecord;
  /** Why, as a sentence. */
  why: string;
  atUs: number;
}

/** Tells. */
export class Reporter {
  readonly events = new EventLog();
  /** Last transition by `INSTANCE name` or `GROUP name`. */
  readonly transitions = new Map<string, ToldTransition>();

  /** A record of the core. */
  core(record: CoreRecord, nowUs: number): void {
    for (const { level, text } of logRecord(record)) write("vrrp", level, text);
    const text = describeRecord(record);
    if (record.kind === "transition") {
      const name = record.subject === "GROUP" ? record.groupName : record.instanceName;
      this.transitions.set(`${record.subject} ${name ?? "?"}`, {
        record,
        why: describeReason(record),
        atUs: nowUs,
      });
    }
    this.events.append(record.kind, text, record, Date.now());
  }

  /** Forgets the last transitions of all other instances and groups. */
  keepTransitions(instances: readonly string[], groups: readonly string[]): void {
    const kept = new Set([
      ...instances.map((name) => `INSTANCE ${name}`),
      ...groups.map((name) => `GROUP ${name}`),
    ]);
    for (const key of this.transitions.keys()) if (!kept.has(key)) this.transitions.delete(key);
  }

  /** An event of the engine. */
  engine(event: EngineEvent): void {
    const { level, text } = logEvent(event);
    const kind: EventKind = event.event.startsWith("NOTIFY_") || event.event.startsWith("MAIL_")
      ? "notify"
      : isVrrpEvent(event)
      ? "notice"
      : "lvs";
    write(isVrrpEvent(event) ? "vrrp" : "checkers", level, text);
    if (level !== "detail" && level !== "trace") {
      this.events.append(kind, describeEvent(event), event as unknown as EventBody, Date.now());
    }
  }

  /** Something of the daemon itself. */
  daemon(level: Level, text: string, kind: EventKind = "daemon", part: LogPart = "daemon"): void {
    write(part, level, text);
    this.events.append(kind, text, { level }, Date.now());
  }

  /** What was found in a configuration. */
  diagnostic(found: Diagnostic): void {
    const { file, line, column, severity, code, message, hint } = found;
    const text = `(${file}: Line ${line}) column ${column}: ${message} [${code}]` +
      (hint === "" ? "" : `; ${hint}`);
    this.daemon(severity, text, "config");
  }
}

function write(part: LogPart, level: Level, text: string): void {
  const to: Log = log(part);
  to[level](text);
}
