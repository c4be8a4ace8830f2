// All that the sentences about one transition are made of: its record, the configuration in force, the
// adverts that its instance was sent, and the time that decided.
// This module is browser safe.

import type { VrrpInstance } from "../../conf/model.ts";
import type { Input, Output } from "../../core/abi.gen.ts";
import type { TransitionRecord } from "../../engine/contract.ts";
import { advertKey, type Chronicle, type HeardAdvert, type ToldTransition } from "./chronicle.ts";
import { EntryNames } from "./describe_entry.ts";

/** Time before a transition without a timer of its own that is looked at, microseconds. */
const WINDOW_US = 10_000_000;

/** One transition and what is known around it. */
export interface Case {
  chronicle: Chronicle;
  told: ToldTransition;
  record: TransitionRecord;
  /** From the configuration in force then; null = not known. */
  config: VrrpInstance | null;
  names: EntryNames;
  /** Adverts of its VRID that reached it before, in the order of time. */
  heard: HeardAdvert[];
  /** The time that decided: from the last accepted advert, or the timer's beginning, on. */
  sinceUs: number;
  clock: (wallMs: number) => string;
}

/** Gathers what is known around a transition. */
export function caseOf(
  chronicle: Chronicle,
  told: ToldTransition,
  clock: (wallMs: number) => string,
): Case {
  const { record } = told;
  const config = told.config?.config.instances[record.instance] ?? null;
  const heard = config === null ? [] : advertsBefore(chronicle, told, config);
  const ageUs = Math.max(record.timerUs, record.advertAgeUs > 0 ? record.advertAgeUs : 0);
  const isSilence = ["MASTER_DOWN", "MASTER_RESIGNED", "PREEMPT", "STALLED"]
    .includes(record.reason);
  const windowUs = isSilence && ageUs > 0 ? ageUs : WINDOW_US;
  return {
    chronicle,
    told,
    record,
    config,
    names: new EntryNames(told.config, chronicle.head.interfaces),
    heard,
    sinceUs: Math.max(chronicle.fromUs, told.atUs - windowUs),
    clock,
  };
}

function advertsBefore(
  { adverts }: Chronicle,
  told: ToldTransition,
  config: VrrpInstance,
): HeardAdvert[] {
  const ifindex = told.config?.index.interfaces.find(({ name }) => name === config.interface)
    ?.ifindex;
  const own = adverts.get(advertKey(ifindex ?? 0, config.family, config.vrid)) ?? [];
  return own.filter(({ sequence }) => sequence <= told.sequence);
}

/** Outputs that belong to the instance of a transition. */
export function ownOutputs({ told, record }: Case): Output[] {
  return told.outputs.filter((output) =>
    "instance" in output && output.instance === record.instance
  );
}

/** Whether an input is about an interface of the instance. */
export function concerns({ config, names }: Case, input: Input): boolean {
  if (config === null) return false;
  switch (input.kind) {
    case "link":
    case "address": {
      const name = names.interface(input.ifindex);
      const devices = [...config.vips, ...config.excludedVips].map(({ device }) => device);
      const tracked = config.tracks.map(({ tracker }) => tracker);
      return [config.interface, ...devices, ...tracked].includes(name);
    }
    case "tracker":
      return config.tracks.some(({ tracker }) => tracker === names.tracker(input.tracker));
    default:
      return true;
  }
}
