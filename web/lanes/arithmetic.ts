// The numbers of a record with the formulas that they follow from, as a person checks them with a pencil: what
// is told, how it is computed, and where that stands. Formulas are computed anew here; where the result is
// not what the record says, the line says so. Pure.

import type { PriorityRecord, TransitionRecord } from "../../host/engine/contract.ts";
import { skewTimeUs } from "../../host/sim/invariants/arithmetic.ts";
import { LANES_SUMS } from "../text/lane_sums.ts";
import type { Text } from "../text/text.ts";
import { exactText } from "./exact.ts";
import type { PriorityPart } from "./lane_types.ts";
import { type Section, vrrpSection } from "./sections.ts";

/** One line. */
export interface Sum {
  what: Text;
  /** With the names of the values; null: there is none. */
  formula: Text | null;
  /** With their numbers: `(256 − 103) ÷ 256 × 1 s = 597.656 ms`. */
  numbers: string;
  section: Section | null;
  /** What it means, or what is remarkable of it. */
  note: Text | null;
}

/** What is known beside the record. */
export interface SumFacts {
  /** What each tracker added at that time. */
  parts: readonly PriorityPart[];
  /** Source address of our adverts; null: not known. */
  source: string | null;
  /** For how long the protocol timer was set in that moment, microseconds; null: not known. */
  setUs: number | null;
}

const SECOND_US = 1_000_000;
const STEPS = 256;
const OWNER = 255;

/** Everything that can be computed of a transition. */
export function sumsOf(record: TransitionRecord, facts: SumFacts): Sum[] {
  if (record.subject === "GROUP") return [];
  return [
    prioritySum(record, facts.parts),
    ...comparisons(record, facts),
    ...timerSums(record),
    ...setSums(record, facts),
  ];
}

/** Everything that can be computed of a change of the priority. */
export function prioritySums(record: PriorityRecord, facts: SumFacts): Sum[] {
  const change = record.to - record.from;
  const skew = [record.from, record.to].map((priority) => skewOf(record.instanceVersion, priority));
  return [
    prioritySum({ ...record, priorityEffective: record.to }, facts.parts),
    {
      what: LANES_SUMS.change,
      formula: null,
      numbers: `${record.to} − ${record.from} = ${signed(change)}`,
      section: null,
      note: null,
    },
    {
      what: LANES_SUMS.skewChange,
      formula: LANES_SUMS.skewShare,
      numbers: `${skew[0]} → ${skew[1]}`,
      section: vrrpSection(record.instanceVersion, "6.1"),
      note: change > 0 ? LANES_SUMS.waitsShorter : LANES_SUMS.waitsLonger,
    },
  ];
}

/** Share of an interval, or of a second in version 2. */
function skewOf(version: number | undefined, priority: number): string {
  return `${STEPS - priority} ÷ ${STEPS}${version === 2 ? " s" : ""}`;
}

// ---- Priority ----

function signed(value: number): string {
  return value < 0 ? `− ${-value}` : `+ ${value}`;
}

function prioritySum(
  record: Pick<
    TransitionRecord,
    "priorityBase" | "priorityTracked" | "priorityEffective" | "instanceVersion"
  >,
  parts: readonly PriorityPart[],
): Sum {
  const { priorityBase, priorityTracked, priorityEffective, instanceVersion } = record;
  const known = parts.reduce((total, { weight }) => total + weight, 0);
  const named = known === priorityTracked
    ? parts.map(({ tracker, weight }) => ` ${signed(weight)} (${tracker})`).join("")
    : ` ${signed(priorityTracked)}`;
  const sum = priorityBase + priorityTracked;
  const isHeld = sum !== priorityEffective;
  const head = priorityTracked === 0 && known === 0
    ? `${priorityBase}`
    : `${priorityBase}${named} = ${sum}`;
  return {
    what: LANES_SUMS.priority,
    formula: LANES_SUMS.priorityFormula,
    numbers: isHeld ? `${head} → ${priorityEffective}` : head,
    section: vrrpSection(instanceVersion, "5.2.4"),
    note: isHeld
      ? LANES_SUMS.held
      : priorityEffective === OWNER
      ? LANES_SUMS.owner
      : known === priorityTracked
      ? null
      : LANES_SUMS.trackersTogether,
  };
}

// ---- Who is better ----

function comparisons(record: TransitionRecord, { source }: SumFacts): Sum[] {
  const { reason, peer, peerPriority, priorityEffective: ours, instanceVersion } = record;
  const isBackup = record.from === "BACKUP";
  const section = vrrpSection(instanceVersion, isBackup ? "6.4.2" : "6.4.3");
  switch (reason) {
    case "PEER_PRIORITY_HIGHER":
      return [{
        what: LANES_SUMS.comparison,
        formula: LANES_SUMS.theirsHigher,
        numbers: `${peerPriority} > ${ours}`,
        section,
        note: LANES_SUMS.higherWins,
      }];
    case "PEER_ADDRESS_HIGHER":
    case "OWNER_CONFLICT":
      return [
        {
          what: LANES_SUMS.comparison,
          formula: LANES_SUMS.theirsEqual,
          numbers: `${peerPriority} = ${ours}`,
          section,
          note: null,
        },
        {
          what: LANES_SUMS.addresses,
          formula: LANES_SUMS.addressHigher,
          numbers: source === null ? peer : `${peer} > ${source}`,
          section,
          note: LANES_SUMS.higherAddressWins,
        },
      ];
    case "PREEMPT":
      return [{
        what: LANES_SUMS.comparison,
        formula: LANES_SUMS.oursHigher,
        numbers: `${ours} > ${peerPriority}`,
        section,
        note: LANES_SUMS.preempts,
      }];
    case "OWNER":
      return [{
        what: LANES_SUMS.comparison,
        formula: null,
        numbers: `${ours} = ${OWNER}`,
        section: vrrpSection(instanceVersion, "6.4.1"),
        note: LANES_SUMS.ownerWaitsNot,
      }];
    default:
      return [];
  }
}

// ---- The timer that decided ----

function skewSum(record: TransitionRecord, priority: number, skewUs: number): Sum {
  const { instanceVersion: version, advertisementIntervalUs, priorityEffective } = record;
  const unit = version === 2 ? "1 s" : exactText(advertisementIntervalUs);
  return {
    what: LANES_SUMS.skew,
    formula: version === 2 ? LANES_SUMS.skewFormula2 : LANES_SUMS.skewFormula3,
    numbers: `(${STEPS} − ${priority}) ÷ ${STEPS} × ${unit} = ${exactText(skewUs)}`,
    section: vrrpSection(version, "6.1"),
    note: priority === priorityEffective ? null : LANES_SUMS.skewOfBefore,
  };
}

/** A time as adverts and a skew time: how many, and of which priority; null: it is not made so. */
export function downParts(
  us: number,
  intervalUs: number,
  version: number | undefined,
): { adverts: number; skewUs: number; priority: number } | null {
  if (intervalUs <= 0 || us <= 0) return null;
  const adverts = Math.floor(us / intervalUs);
  const skewUs = us - adverts * intervalUs;
  const unitUs = version === 2 ? SECOND_US : intervalUs;
  const priority = STEPS - Math.ceil(STEPS * skewUs / unitUs);
  if (priority < 1 || priority > OWNER) return null;
  const isSo = skewTimeUs(version === 2 ? 2 : 3, priority, intervalUs) === skewUs;
  return isSo ? { adverts, skewUs, priority } : null;
}

function timerSums(record: TransitionRecord): Sum[] {
  const { timerUs, advertisementIntervalUs, instanceVersion: version, reason } = record;
  if (timerUs <= 0) return [];
  const parts = downParts(timerUs, advertisementIntervalUs, version);
  const sums: Sum[] = [];
  if (parts !== null) {
    sums.push(skewSum(record, parts.priority, parts.skewUs));
    if (parts.adverts > 0) sums.push(downSum(record, parts, timerUs));
    else if (reason === "MASTER_RESIGNED") {
      sums.push({
        what: LANES_SUMS.waited,
        formula: LANES_SUMS.skewAlone,
        numbers: exactText(timerUs),
        section: vrrpSection(version, "6.4.2"),
        note: LANES_SUMS.resigned,
      });
    }
  } else {
    sums.push({
      what: LANES_SUMS.waited,
      formula: null,
      numbers: exactText(timerUs),
      section: null,
      note: null,
    });
  }
  return [...sums, firedSum(record), ...silenceSum(record)];
}

function downSum(
  record: TransitionRecord,
  { adverts, skewUs }: { adverts: number; skewUs: number },
  us: number,
): Sum {
  const interval = exactText(record.advertisementIntervalUs);
  return {
    what: LANES_SUMS.down,
    formula: LANES_SUMS.downFormula,
    numbers: `${adverts} × ${interval} + ${exactText(skewUs)} = ${exactText(us)}`,
    section: vrrpSection(record.instanceVersion, "6.1"),
    note: null,
  };
}

function firedSum({ timerUs, timerLateUs }: TransitionRecord): Sum {
  return {
    what: LANES_SUMS.fired,
    formula: LANES_SUMS.firedFormula,
    numbers: `${exactText(timerUs)} + ${exactText(timerLateUs)} = ${
      exactText(timerUs + timerLateUs)
    }`,
    section: null,
    note: timerLateUs > 0 ? null : LANES_SUMS.onTime,
  };
}

/** How old the last advert was against the timer that an advert sets. */
function silenceSum(record: TransitionRecord): Sum[] {
  const { reason, advertAgeUs, timerUs, timerLateUs, instanceVersion } = record;
  if (reason !== "MASTER_DOWN") return [];
  if (advertAgeUs < 0) {
    return [{
      what: LANES_SUMS.age,
      formula: null,
      numbers: "–",
      section: vrrpSection(instanceVersion, "6.4.2"),
      note: LANES_SUMS.neverHeard,
    }];
  }
  const waitedUs = timerUs + timerLateUs;
  const sign = Math.abs(advertAgeUs - waitedUs) < 1 ? "=" : advertAgeUs > waitedUs ? ">" : "<";
  return [{
    what: LANES_SUMS.age,
    formula: LANES_SUMS.ageFormula,
    numbers: `${exactText(advertAgeUs)} ${sign} ${exactText(waitedUs)}`,
    section: vrrpSection(instanceVersion, "6.4.2"),
    note: sign === "=" ? LANES_SUMS.silent : sign === ">" ? LANES_SUMS.silentLonger : null,
  }];
}

// ---- The timer that was set ----

/** What the instance waits for from now on. */
function setSums(record: TransitionRecord, { setUs }: SumFacts): Sum[] {
  const { to, advertisementIntervalUs, instanceVersion: version } = record;
  if (setUs === null) return [];
  if (to === "MASTER") {
    return [{
      what: LANES_SUMS.nextAdvert,
      formula: LANES_SUMS.intervalFormula,
      numbers: exactText(setUs),
      section: vrrpSection(version, "6.4.3"),
      note: null,
    }];
  }
  if (to !== "BACKUP") return [];
  const parts = downParts(setUs, advertisementIntervalUs, version);
  if (parts === null || parts.adverts === 0) return [];
  const isTold = record.timerUs > 0;
  return [
    ...isTold ? [] : [skewSum(record, parts.priority, parts.skewUs)],
    { ...downSum(record, parts, setUs), what: LANES_SUMS.waitsNow },
  ];
}
