// One line for any event of a recording that a person reads: the simulator's own words, in the story
// and in the details. Pure.

import { describeRecord } from "../../host/engine/describe.ts";
import { describeEvent } from "../../host/engine/describe_event.ts";
import { describeCheckOutcome, describeScriptOutcome } from "../../host/engine/describe_value.ts";
import type { RecordedEvent } from "../story/recording.ts";

/** What a line is of, for its sign and the filter. */
export type LineKind =
  | "transition"
  | "action"
  | "process"
  | "address"
  | "client"
  | "service"
  | "remark"
  | "violation"
  | "detail";

/** One line. */
export interface Line {
  kind: LineKind;
  text: string;
  isBad: boolean;
}

const line = (kind: LineKind, text: string, isBad = false): Line => ({ kind, text, isBad });

/** The line of an event; null: it is too small for one. */
export function lineOf(event: RecordedEvent): Line | null {
  switch (event.kind) {
    case "action":
      return line("action", event.text);
    case "process":
      return line(
        "process",
        `process ${event.was} → ${event.process}`,
        event.process !== "running",
      );
    case "record": {
      const { record } = event;
      const kind = record.kind === "transition" ? "transition" : "detail";
      const isBad = record.kind === "refused" ||
        (record.kind === "transition" && record.to === "FAULT");
      return line(kind, describeRecord(record), isBad);
    }
    case "event": {
      const isService = /^(REAL_SERVER|QUORUM|SORRY_SERVER)_/.test(event.event.event);
      const isBad = /_(DOWN|LOST|FAILED)$/.test(event.event.event);
      return line(isService ? "service" : "detail", describeEvent(event.event), isBad);
    }
    case "address":
      return line(
        "address",
        event.held ? `takes ${event.address}` : `no longer has ${event.address} (${event.why})`,
      );
    case "client":
      return line(
        "client",
        `clients send ${event.address} to ${event.owner ?? event.mac ?? "nobody"}`,
      );
    case "notify": {
      const { name, state, script } = event.notify;
      return line("detail", `notification ${name} ${state}: ${script.command}`);
    }
    case "violation":
      return line("violation", `${event.violation.invariant}: ${event.violation.text}`, true);
    case "link":
      return line(
        "detail",
        `${event.interface} ${event.up ? "has a carrier" : "lost its carrier"}`,
        !event.up,
      );
    case "state":
      return line(
        "transition",
        event.text === "" ? `${event.instance} ${event.state}` : event.text,
      );
    case "connection":
      return line("remark", event.text, !event.isUp);
    case "remark":
      return line("remark", event.text, event.isBad);
    case "scriptRun":
      return event.outcome === null || (event.outcome.kind === "exit" && event.outcome.code === 0)
        ? null
        : line("detail", `${event.script}: ${describeScriptOutcome(event.outcome)}`, true);
    case "check":
      return event.outcome === null || event.outcome.kind === "connected" ||
          event.outcome.kind === "response"
        ? null
        : line("detail", `${event.realServer}: ${describeCheckOutcome(event.outcome)}`, true);
    default:
      return null;
  }
}
