// The numbers of a transition with the formula that they follow from, as a person checks them. Pure.

import type { TransitionRecord } from "../../host/engine/contract.ts";
import { describeDuration, describeSigned } from "../../host/engine/describe_value.ts";

/** One line: what it is, how it is computed, and where that stands. */
export interface Arithmetic {
  what: string;
  formula: string;
  /** Section of the RFC and its address; null: it is no protocol's. */
  source: { title: string; url: string } | null;
}

const RFC9568 = "https://www.rfc-editor.org/rfc/rfc9568";
const RFC3768 = "https://www.rfc-editor.org/rfc/rfc3768";
const STEPS = 256;

/** Where a section of the version's RFC stands. */
function section(version: number | undefined, number: string): { title: string; url: string } {
  const isOld = version === 2;
  return {
    title: `RFC ${isOld ? 3768 : 9568} ${number}`,
    url: `${isOld ? RFC3768 : RFC9568}#section-${number}`,
  };
}

/** Everything that can be computed of a transition. */
export function arithmeticOf(record: TransitionRecord): Arithmetic[] {
  const lines: Arithmetic[] = [];
  const { instanceVersion: version } = record;
  lines.push(priorityLine(record));
  if (record.advertisementIntervalUs > 0 && record.skewTimeUs > 0) lines.push(skewLine(record));
  const down = downLine(record);
  if (down !== null) lines.push(down);
  if (record.peerKnown === 1) lines.push(peerLine(record));
  if (record.advertAgeUs >= 0) {
    lines.push({
      what: "age of the last advert",
      formula: `${describeDuration(record.advertAgeUs)} from ${record.peer}`,
      source: section(version, "6.4.2"),
    });
  }
  if (record.timerUs > 0) {
    lines.push({
      what: "the timer fired",
      formula: `set for ${describeDuration(record.timerUs)}, ${
        describeDuration(record.timerLateUs)
      } late`,
      source: null,
    });
  }
  return lines;
}

function priorityLine(record: TransitionRecord): Arithmetic {
  const { priorityBase, priorityTracked, priorityEffective } = record;
  const sum = priorityBase + priorityTracked;
  const clamped = sum === priorityEffective
    ? ""
    : `, held to ${priorityEffective} (1..254, 255 is the owner's)`;
  return {
    what: "priority",
    formula: `${priorityBase} ${describeSigned(priorityTracked)} = ${sum}${clamped}`,
    source: section(record.instanceVersion, "5.2.4"),
  };
}

function skewLine(record: TransitionRecord): Arithmetic {
  const { instanceVersion: version, advertisementIntervalUs, skewTimeUs } = record;
  // The skew time in force says which priority it was computed with.
  const unitUs = version === 2 ? 1_000_000 : advertisementIntervalUs;
  const priority = Math.round(STEPS - skewTimeUs * STEPS / unitUs);
  const unit = version === 2 ? "1 s" : describeDuration(advertisementIntervalUs);
  return {
    what: "skew time",
    formula: `(256 − ${priority}) / 256 × ${unit} = ${describeDuration(skewTimeUs)}`,
    source: section(version, "6.1"),
  };
}

/** The timer as it was set: its skew time is what is left over whole intervals. */
function downLine(record: TransitionRecord): Arithmetic | null {
  const { timerUs, advertisementIntervalUs, skewTimeUs, from, to, instanceVersion } = record;
  if (from !== "BACKUP" || to !== "MASTER" || advertisementIntervalUs === 0) return null;
  const adverts = Math.floor(timerUs / advertisementIntervalUs);
  const setUs = timerUs - adverts * advertisementIntervalUs;
  if (adverts < 1 || setUs === 0) return null;
  const unitUs = instanceVersion === 2 ? 1_000_000 : advertisementIntervalUs;
  const priority = Math.round(STEPS - setUs * STEPS / unitUs);
  const then = Math.abs(setUs - skewTimeUs) < 1 ? "" : ` (set while the priority was ${priority})`;
  return {
    what: "master down interval",
    formula: `${adverts} × ${describeDuration(advertisementIntervalUs)} + ${
      describeDuration(setUs)
    } = ${describeDuration(timerUs)}${then}`,
    source: section(instanceVersion, "6.1"),
  };
}

function peerLine(record: TransitionRecord): Arithmetic {
  const { priorityEffective, peerPriority, peer } = record;
  const sign = priorityEffective > peerPriority
    ? ">"
    : priorityEffective < peerPriority
    ? "<"
    : "=";
  const tie = sign === "=" ? ": the greater address decides" : "";
  return {
    what: "against the peer",
    formula: `${priorityEffective} ${sign} ${peerPriority} of ${peer}${tie}`,
    source: section(record.instanceVersion, "6.4.3"),
  };
}
