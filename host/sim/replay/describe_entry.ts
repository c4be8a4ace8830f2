// One line for each input and output of either half: what `vipd replay --step` shows and what a changed
// replay differs in. Records and events have their sentences in engine/describe*.
// This module is browser safe.

import { type Input, type Output, statusName } from "../../core/abi.gen.ts";
import type { CoreRecord, EngineInput, EngineOutput } from "../../engine/contract.ts";
import { describeRecord, describeTransition } from "../../engine/describe.ts";
import { describeEvent, describeOperation } from "../../engine/describe_event.ts";
import {
  describeCheckOutcome,
  describeCount,
  describeDuration,
  describeScriptOutcome,
} from "../../engine/describe_value.ts";
import { LINKTYPE_ETHERNET, readFrame } from "../pcap/captured_packet.ts";
import type { KnownConfig } from "./replay_names.ts";
import type { ReplayedEntry } from "./replay.ts";
import { openIpv4, readVrrp, type VrrpPacket } from "../pcap/vrrp_packet.ts";
import { parseAddress } from "../../base/address.ts";

/** IFF_ flags of <linux/if.h>. */
const IFF_UP = 0x1;
const IFF_RUNNING = 0x40;

/** What the numbers of inputs and outputs are called. */
export class EntryNames {
  readonly #config: KnownConfig | null;
  readonly #interfaces: Readonly<Record<string, string>>;

  /** A configuration (null = unknown), and the names of the dump's head by ifindex. */
  constructor(config: KnownConfig | null, interfaces: Readonly<Record<string, string>>) {
    this.#config = config;
    this.#interfaces = interfaces;
  }

  /** `eth0`, or `interface 2`. */
  interface(ifindex: number): string {
    const row = this.#config?.index.interfaces.find((one) => one.ifindex === ifindex);
    return row?.name ?? this.#interfaces[String(ifindex)] ?? `interface ${ifindex}`;
  }

  /** Name of a tracker, or `tracker 3`. */
  tracker(number: number): string {
    return this.#config?.index.trackers[number]?.name ?? `tracker ${number}`;
  }

  /** Name of an instance, or `instance 3`. */
  instance(number: number): string {
    return this.#config?.index.instances[number] ?? `instance ${number}`;
  }
}

/** The VRRP message of a packet that the core received or sends; null when it holds none. */
export function vrrpOf(packet: Input | Output): VrrpPacket | null {
  if (packet.kind !== "packet") return null;
  if (packet.family === "INET") {
    const opened = openIpv4(packet.payload);
    return opened === null ? null : readVrrp(opened.message, opened.ends);
  }
  const source = parseAddress(packet.source);
  const destination = parseAddress(packet.destination);
  if (source === null || destination === null) return null;
  const hopLimit = "hopLimit" in packet ? packet.hopLimit : 255;
  return readVrrp(packet.payload, {
    source: source.bytes,
    destination: destination.bytes,
    hopLimit,
  });
}

/** `advert of 10.9.0.1 on eth0: VRID 51, priority 110`; of null: bytes that are no record. */
export function describeInput(input: Input | null, names: EntryNames): string {
  if (input === null) return "bytes that are no record";
  switch (input.kind) {
    case "timer":
      return "timer";
    case "packet":
      return describePacket(input, names);
    case "link":
      return `link ${names.interface(input.ifindex)}: ${linkText(input)}`;
    case "address": {
      const where = `${input.address}/${input.prefixLength}`;
      return input.present === 1
        ? `address ${where} appeared on ${names.interface(input.ifindex)}`
        : `address ${where} went from ${names.interface(input.ifindex)}`;
    }
    case "tracker":
      return `${names.tracker(input.tracker)} is ${input.state.toLowerCase()}` +
        (input.value === 0 ? "" : `, value ${input.value}`);
    case "command":
      return `command ${input.command}`;
    default:
      return describeConfigInput(input, names);
  }
}

function describePacket(input: Input & { kind: "packet" }, names: EntryNames): string {
  const packet = vrrpOf(input);
  const on = names.interface(input.ifindex);
  if (packet === null) return `packet on ${on} that is no VRRP`;
  const what = packet.priority === 0 ? "resignation" : "advert";
  const bad = packet.status === "OK" ? "" : ` (${packet.status})`;
  return `${what} of ${packet.source} on ${on}: VRID ${packet.vrid}, priority ` +
    `${packet.priority}, every ${describeDuration(packet.intervalUs)}${bad}`;
}

function linkText({ present, flags }: { present: number; flags: number }): string {
  if (present === 0) return "gone";
  if ((flags & IFF_UP) === 0) return "set down";
  return (flags & IFF_RUNNING) === 0 ? "up without carrier" : "up and running";
}

/** Whether packets can pass: the core's own rule. */
export function isLinkGood({ present, flags }: { present: number; flags: number }): boolean {
  return present === 1 && (flags & IFF_UP) !== 0 && (flags & IFF_RUNNING) !== 0;
}

function describeConfigInput(input: Input, names: EntryNames): string {
  switch (input.kind) {
    case "configBegin":
      return `configuration ${input.generation} begins`;
    case "configTracker":
      return `configuration: tracker ${input.tracker} watches ${input.watches.toLowerCase()}`;
    case "configGroup":
      return `configuration: group ${input.group}`;
    case "configInstance":
      return `configuration: instance ${input.instance}, VRID ${input.vrid} on ` +
        `${names.interface(input.ifindex)}, priority ${input.priority}, every ` +
        describeDuration(input.advertisementIntervalUs);
    case "configVip":
      return `configuration: ${input.address}/${input.prefixLength} of instance ${input.instance}`;
    case "configTrack":
      return `configuration: instance ${input.instance} tracks ${input.tracker}, weight ` +
        String(input.weight);
    case "configCommit":
      return `configuration ${input.generation} ends`;
    default:
      return input.kind;
  }
}

/** One line for an output of the core; records by `record`, which has the names. */
export function describeOutput(
  output: Output,
  record: CoreRecord | null,
  names: EntryNames,
): string {
  if (record !== null) return describeRecord(record);
  switch (output.kind) {
    case "packet": {
      const packet = vrrpOf(output);
      if (packet === null) return `sends a packet on ${names.interface(output.ifindex)}`;
      const what = packet.priority === 0 ? "says priority 0" : "sends an advert";
      return `${what} on ${names.interface(output.ifindex)}: VRID ${packet.vrid}, priority ` +
        String(packet.priority);
    }
    case "frame": {
      const seen = readFrame(LINKTYPE_ETHERNET, output.payload);
      const what = seen.kind === "neighbour"
        ? `${seen.protocol === "ARP" ? "gratuitous ARP" : "NA"} for ${seen.address}`
        : "a frame";
      return `sends ${what} on ${names.interface(output.ifindex)}`;
    }
    case "addressAdd":
    case "addressRefresh":
    case "addressRemove":
      return addressText(output, names);
    default:
      return output.kind;
  }
}

function addressText(
  output: Output & { kind: "addressAdd" | "addressRefresh" | "addressRemove" },
  names: EntryNames,
): string {
  const what = `${output.address}/${output.prefixLength}`;
  const where = names.interface(output.ifindex);
  const lease = output.lifetimeS === 0 ? "" : ` for ${output.lifetimeS} s`;
  switch (output.kind) {
    case "addressAdd":
      return `adds ${what} to ${where}${lease}`;
    case "addressRefresh":
      return `renews ${what} on ${where}${lease}`;
    case "addressRemove":
      return `removes ${what} from ${where}`;
  }
}

/** One line for an input of the engine. */
export function describeEngineInput(input: EngineInput): string {
  switch (input.kind) {
    case "timer":
      return "timer";
    case "configure":
      return `configuration ${input.generation}`;
    case "scriptResult":
      return `run ${input.run}: ${describeScriptOutcome(input.outcome)}`;
    case "checkResult":
      return `check ${input.run}: ${describeCheckOutcome(input.outcome)}`;
    case "transition":
      return describeTransition(input.record);
    case "notifyDone":
      return `notification ${input.id}: ${describeScriptOutcome(input.outcome)}`;
    case "mailDone":
      return `mail ${input.id}: ${input.error ?? "taken by the relay"}`;
    case "ipvsPresent":
      return `IPVS table as found: ${describeCount(input.services.length, "service", "services")}`;
    case "ipvsDone":
      return `IPVS batch ${input.batch} done, ` +
        describeCount(input.failures.length, "failure", "failures");
    case "command":
      return `command ${input.command}`;
  }
}

/** Lines for an output of the engine. */
export function describeEngineOutput(output: EngineOutput): string[] {
  switch (output.kind) {
    case "runScript":
      return [`runs ${output.tracker}: ${output.script.command} (run ${output.run})`];
    case "runCheck":
      return [`checks ${output.realServer} of ${output.virtualServer} (check ${output.run})`];
    case "abort":
      return [`ends run ${output.run}`];
    case "tracker":
      return [`tells the core: ${output.name} is ${output.state.toLowerCase()}`];
    case "ipvs":
      return output.operations.map((operation) =>
        `IPVS batch ${output.batch}: ${describeOperation(operation)}`
      );
    case "notify":
      return [`runs ${output.script.command} for ${output.name} ${output.state}`];
    case "mail":
      return [`mails: ${output.message.subject}`];
    case "event":
      return [describeEvent(output.event)];
    case "stopped":
      return ["has stopped"];
  }
}

/** What an entry was handed, in a line. */
export function describeEntryInput(entry: ReplayedEntry, names: EntryNames): string {
  if (entry.half === "engine") return describeEngineInput(entry.input);
  const status = entry.status === 0 ? "" : ` -> ${statusText(entry.status)}`;
  return describeInput(entry.input, names) + status;
}

/** The word of a status; a number that is none as it is. */
export function statusText(status: number): string {
  try {
    return statusName(status);
  } catch (thrown) {
    if (thrown instanceof RangeError) return `status ${status}`;
    throw thrown;
  }
}

/** What came out of an entry, a line each. */
export function describeEntryOutputs(entry: ReplayedEntry, names: EntryNames): string[] {
  if (entry.half === "engine") return entry.outputs.flatMap(describeEngineOutput);
  const records = [...entry.records];
  return entry.outputs.map((output) => {
    const isRecord = ["transition", "priority", "refused", "notice"].includes(output.kind);
    return describeOutput(output, isRecord ? records.shift() ?? null : null, names);
  });
}

/** Equal lines one behind the other as one: `sends gratuitous ARP for 10.9.0.100 on eth0 (5 times)`. */
export function collapse(lines: readonly string[]): string[] {
  const runs: { line: string; count: number }[] = [];
  for (const line of lines) {
    const last = runs.at(-1);
    if (last?.line === line) last.count++;
    else runs.push({ line, count: 1 });
  }
  return runs.map(({ line, count }) => count === 1 ? line : `${line} (${count} times)`);
}
