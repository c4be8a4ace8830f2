// The reason records themselves. This module is browser safe.

import type { ReasonName, StateName } from "../../core/abi.gen.ts";
import type { CoreRecord, TransitionRecord } from "../../engine/contract.ts";
import type { Invariant, NodeView, WorldView } from "../world_view.ts";
import { ROUNDING_US } from "./arithmetic.ts";
import { PerNode } from "./memory.ts";
import { seconds } from "./telling.ts";

/** Reasons for which an instance enters a state, by `from to`; no other pair happens. */
const REASONS: Record<string, readonly ReasonName[]> = {
  "INIT BACKUP": ["START", "GROUP"],
  "INIT MASTER": ["OWNER"],
  "INIT FAULT": faults(),
  "BACKUP MASTER": ["MASTER_DOWN", "MASTER_RESIGNED", "PREEMPT", "GROUP"],
  "BACKUP FAULT": faults(),
  "BACKUP BACKUP": ["GROUP"],
  "MASTER BACKUP": [
    "PEER_PRIORITY_HIGHER",
    "PEER_ADDRESS_HIGHER",
    "ADDRESS_LOST",
    "OWNER_CONFLICT",
    "STALLED",
    "RESIGN",
    "GROUP",
  ],
  "MASTER FAULT": faults(),
  "FAULT BACKUP": ["FAULT_CLEARED"],
  "INIT STOP": ["STOP", "REMOVED"],
  "BACKUP STOP": ["STOP", "REMOVED"],
  "MASTER STOP": ["STOP", "REMOVED"],
  "FAULT STOP": ["STOP", "REMOVED"],
};

function faults(): readonly ReasonName[] {
  return [
    "INTERFACE_DOWN",
    "TRACKED_INTERFACE",
    "TRACKED_SCRIPT",
    "TRACKED_OTHER",
    "TRACKER_UNKNOWN",
    "NO_SOURCE_ADDRESS",
    "GROUP",
  ];
}

/** What is remembered of a node. */
interface Told {
  sequence: number;
  /** State of each subject, and when it was entered by the node's clock. */
  states: Map<string, { state: StateName; atUs: number }>;
}

/**
 * The transitions of a life are numbered without a gap; each goes on where the last one of its
 * subject ended, tells how long that lasted, and is one that the state machine has, for one of its
 * reasons (RFC 9568 6.4; instances only: a group's record tells the reason of the member that
 * decided). After a full output queue (NOTICE_OUTPUT_OVERRUN) numbers and states may be missing
 * once. Holds always.
 */
export function recordsInOrder(): Invariant {
  return new RecordsInOrder();
}

class RecordsInOrder implements Invariant {
  readonly name = "records_in_order";
  readonly #told = new PerNode<Told>(() => ({ sequence: 0, states: new Map() }));

  record(_: WorldView, node: NodeView, record: CoreRecord): null {
    if (record.kind !== "notice" || record.notice !== "OUTPUT_OVERRUN") return null;
    const told = this.#told.of(node);
    told.sequence = -1;
    told.states.clear();
    return null;
  }

  transition(_: WorldView, node: NodeView, record: TransitionRecord): string | null {
    const told = this.#told.of(node);
    const expected = told.sequence + 1;
    told.sequence = record.sequence;
    const isGroup = record.subject === "GROUP";
    const name = (isGroup ? record.groupName : record.instanceName) ?? "";
    const what = `${name} on ${node.name} went from ${record.from} to ${record.to} ` +
      `(${record.reason})`;
    const key = `${record.subject} ${name}`;
    const last = told.states.get(key);
    const nowUs = node.clockUs();
    told.states.set(key, { state: record.to, atUs: nowUs });
    if (record.reason === "REMOVED") told.states.delete(key);
    if (expected > 0 && record.sequence !== expected) {
      return `${what} as number ${record.sequence} instead of ${expected}`;
    }
    const from = last?.state ?? "INIT";
    if (last !== undefined && record.from !== from) return `${what} although it was ${from}`;
    if (isGroup) return null;
    if (!REASONS[`${record.from} ${record.to}`]?.includes(record.reason)) {
      return `${what}: there is no such transition`;
    }
    if (last === undefined) return null;
    const lasted = nowUs - last.atUs;
    if (Math.abs(record.stateAgeUs - lasted) <= ROUNDING_US) return null;
    return `${what} after ${seconds(lasted)}, and told ${seconds(record.stateAgeUs)}`;
  }
}
