// Changes of a replay, from the command line's words: one input left out, delayed or edited, or a parameter
// of the configuration set from the beginning. what_if.ts plays them.
//   drop:123              delay:123:250ms          edit:123:priority=90
//   set:vrrp_instance.VI_1.priority=90             (host/sim/scenario/edit.ts has the paths)
// Numbers are those of the core's inputs as `vipd replay --step` shows them.
// This module is browser safe.

import { parseAddress } from "../../base/address.ts";
import { VipdError } from "../../base/errors.ts";
import { nearest } from "../../base/nearest.ts";
import { type Input, PRIORITY_OWNER, type TrackerStateName } from "../../core/abi.gen.ts";
import { parseEdit } from "../scenario/edit.ts";
import type { Edit } from "../scenario/scenario.ts";
import { type AdvertChange, changeIpv4, changeMessage } from "../pcap/vrrp_packet.ts";

/** One change. */
export type Change =
  | { kind: "drop"; sequence: number }
  /** `us` microseconds later; negative = earlier. */
  | { kind: "delay"; sequence: number; us: number }
  | { kind: "edit"; sequence: number; field: string; value: string }
  | { kind: "set"; edit: Edit };

const KINDS = ["drop", "delay", "edit", "set"];
const USAGE = "write drop:N, delay:N:TIME, edit:N:FIELD=VALUE or set:PATH=VALUE, " +
  "for example drop:123, delay:123:250ms, edit:123:priority=90, " +
  "set:vrrp_instance.VI_1.priority=90";
/** Longest delay, microseconds: a day. */
const DELAY_US_MAX = 86_400_000_000;

/** Reads a change. Throws VipdError `change`, for a set's path or value `edit`. */
export function parseChange(text: string): Change {
  const [, kind = text, rest = ""] = /^([^:]*):?(.*)$/s.exec(text) ?? [];
  switch (kind) {
    case "set":
      return { kind, edit: settable(parseEdit(rest)) };
    case "drop":
      return { kind, sequence: numberOf(rest, text) };
    case "delay": {
      const [, number = "", time = ""] = /^([^:]*):?(.*)$/s.exec(rest) ?? [];
      return { kind, sequence: numberOf(number, text), us: delayOf(time, text) };
    }
    case "edit": {
      const [, number = "", field = "", value = ""] = /^([^:]*):([^=]*)=(.*)$/s.exec(rest) ?? [];
      if (field === "") throw refused(`'${text}' names no FIELD=VALUE`);
      return { kind, sequence: numberOf(number, text), field, value };
    }
  }
  const near = nearest(kind, KINDS);
  throw refused(`there is no change '${kind}'`, near === null ? USAGE : `did you mean '${near}'?`);
}

function refused(message: string, hint = USAGE): VipdError {
  return new VipdError("change", message, { hint });
}

/** The core is what is played again: what scripts and checks said is input to it. */
function settable(edit: Edit): Edit {
  if (/^(vrrp_instance|vipd)\./.test(edit.path)) return edit;
  throw refused(
    `${edit.path}: what scripts and checks said is an input of the replay and stays as it was`,
    "change the input instead: edit:N:state=good of the tracker's input, or drop:N",
  );
}

function numberOf(text: string, whole: string): number {
  const number = /^[0-9]{1,15}$/.test(text) ? Number(text) : 0;
  if (number < 1) throw refused(`'${whole}': '${text}' is no number of an input`);
  return number;
}

const UNITS: Record<string, number> = { us: 1, ms: 1000, s: 1_000_000 };

function delayOf(text: string, whole: string): number {
  const [, sign = "", digits = "", unit = ""] =
    /^([+-]?)([0-9]{1,9}(?:\.[0-9]{1,6})?)(us|ms|s)$/.exec(text) ?? [];
  const us = Math.round(Number(digits) * (UNITS[unit] ?? NaN)) * (sign === "-" ? -1 : 1);
  if (digits !== "" && Math.abs(us) <= DELAY_US_MAX) return us;
  throw refused(`'${whole}': '${text}' is no time`, "write for example 250ms, 1.5s or -20ms");
}

// ---- Editing an input ----

type Kinds = "packet" | "tracker" | "link" | "address";

/** Fields of each kind that can be edited, and what they take. */
const FIELDS: Record<Kinds, Record<string, string>> = {
  packet: {
    priority: "0 to 255",
    vrid: "1 to 255",
    ttl: "0 to 255",
    interval: "a time, 10ms to 255s",
  },
  tracker: { state: "good, bad or unknown", value: "a whole number" },
  link: { flags: "up, down, nocarrier or a number", present: "0 or 1" },
  address: { present: "0 or 1", address: "an address" },
};

/** Flags of <linux/if.h> by word. */
const LINK_FLAGS: Record<string, number> = { up: 0x41, down: 0x0, nocarrier: 0x1 };

/**
 * A copy of an input with a field changed; checksums of a packet are mended. Throws VipdError `change`
 * when the kind has no such field or the value is none.
 */
export function editInput(input: Input, field: string, value: string): Input {
  const fields = Object.hasOwn(FIELDS, input.kind) ? FIELDS[input.kind as Kinds] : null;
  if (fields === null) {
    throw refused(
      `an input of kind ${input.kind} cannot be edited`,
      `${Object.keys(FIELDS).join(", ")} can; drop:N and delay:N:TIME take any`,
    );
  }
  if (!Object.hasOwn(fields, field)) {
    const near = nearest(field, Object.keys(fields));
    throw refused(
      `a ${input.kind} has no field '${field}'`,
      near === null ? `it has ${Object.keys(fields).join(", ")}` : `did you mean '${near}'?`,
    );
  }
  const edited = editedInput(input, field, value);
  if (edited !== null) return edited;
  throw refused(`'${value}' is no ${field} of a ${input.kind}`, `${field} is ${fields[field]}`);
}

function editedInput(input: Input, field: string, value: string): Input | null {
  switch (input.kind) {
    case "packet":
      return editPacket(input, field, value);
    case "tracker":
      return editTracker(input, field, value);
    case "link":
      return editLink(input, field, value);
    case "address":
      return editAddress(input, field, value);
    default:
      return null;
  }
}

/** A whole number in a range; null when it is none. */
function within(value: string, min: number, max: number): number | null {
  const number = /^-?[0-9]{1,10}$/.test(value) ? Number(value) : NaN;
  return number >= min && number <= max ? number : null;
}

function editPacket(
  input: Input & { kind: "packet" },
  field: string,
  value: string,
): Input | null {
  const change = advertChange(field, value);
  if (change === null) return null;
  if (input.family === "INET") {
    const payload = changeIpv4(input.payload, change);
    if (payload === null) throw refused("the packet holds no VRRP message");
    return { ...input, payload };
  }
  const source = parseAddress(input.source);
  const destination = parseAddress(input.destination);
  if (source === null || destination === null || input.payload.length < 8) {
    throw refused("the packet holds no VRRP message");
  }
  const hopLimit = change.hopLimit ?? input.hopLimit;
  const ends = { source: source.bytes, destination: destination.bytes, hopLimit };
  return { ...input, hopLimit, payload: changeMessage(input.payload, ends, change) };
}

function advertChange(field: string, value: string): AdvertChange | null {
  if (field === "interval") {
    const us = delayOf(value, value);
    return us >= 10_000 && us <= 255_000_000 ? { intervalUs: us } : null;
  }
  const number = within(value, field === "vrid" ? 1 : 0, PRIORITY_OWNER);
  if (number === null) return null;
  if (field === "priority") return { priority: number };
  return field === "vrid" ? { vrid: number } : { hopLimit: number };
}

function editTracker(
  input: Input & { kind: "tracker" },
  field: string,
  value: string,
): Input | null {
  if (field === "value") {
    const number = within(value, -0x8000_0000, 0x7fff_ffff);
    return number === null ? null : { ...input, value: number };
  }
  const states: TrackerStateName[] = ["GOOD", "BAD", "UNKNOWN"];
  const state = states.find((word) => word === value.toUpperCase());
  return state === undefined ? null : { ...input, state };
}

function editLink(input: Input & { kind: "link" }, field: string, value: string): Input | null {
  if (field === "present") {
    const present = within(value, 0, 1);
    return present === null ? null : { ...input, present };
  }
  const flags = Object.hasOwn(LINK_FLAGS, value) ? LINK_FLAGS[value]! : numberOfFlags(value);
  return flags === null ? null : { ...input, flags };
}

function numberOfFlags(value: string): number | null {
  return /^(0x[0-9a-fA-F]{1,8}|[0-9]{1,9})$/.test(value) ? Number(value) : null;
}

function editAddress(
  input: Input & { kind: "address" },
  field: string,
  value: string,
): Input | null {
  if (field === "present") {
    const present = within(value, 0, 1);
    return present === null ? null : { ...input, present };
  }
  const parsed = parseAddress(value);
  const family = parsed?.family === 2 ? "INET" : "INET6";
  return parsed === null || family !== input.family ? null : { ...input, address: value };
}
