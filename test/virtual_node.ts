// For tests of the VRRP core: a node on a virtual clock with one interface, builders of its
// configuration records, and adverts encoded here and not by the core, so that the two check each
// other.

import { readFileSync } from "node:fs";
import {
  type ConfigGroupInput,
  type ConfigInstanceInput,
  type ConfigTrackerInput,
  type ConfigTrackInput,
  type ConfigVipInput,
  type FamilyName,
  ID_NONE,
  type Input,
  type InstanceStatus,
  type LinkInput,
  type Output,
  type StatusName,
  statusName,
  type TrackerStateName,
} from "../host/core/abi.gen.ts";
import { Core, CORE_COUNTS_SMALL, type CoreCounts } from "../host/core/core.ts";
import { parseAddress } from "../host/base/address.ts";

/** Microseconds. */
export const SECOND = 1_000_000;
export const MILLISECOND = 1_000;
/** Interface of most tests, and its flags when it is good and when it is down. */
export const IFINDEX = 2;
export const LINK_GOOD = 0x41;
export const LINK_DOWN = 0x0;
export const MAC = "02:00:00:00:00:02";
export const GROUP4 = "224.0.0.18";
export const GROUP6 = "ff02::12";

let compiled: WebAssembly.Module | null = null;

/** The core as it ships, compiled once. */
export function coreModule(): WebAssembly.Module {
  const path = new URL("../core-as/build/core.wasm", import.meta.url);
  compiled ??= new WebAssembly.Module(Uint8Array.from(readFileSync(path)));
  return compiled;
}

/** An output with the time it came at. */
export type TimedOutput = Output & { atUs: number };

/** A configuration in parts; commits are wrapped around it. */
export interface Parts {
  trackers?: ConfigTrackerInput[];
  groups?: ConfigGroupInput[];
  instances?: ConfigInstanceInput[];
  vips?: ConfigVipInput[];
  tracks?: ConfigTrackInput[];
}

/** A version 3 IPv4 instance: VRID 51, priority 100, adverts of 1 s, no bursts but one round. */
export function instance(fields: Partial<ConfigInstanceInput> = {}): ConfigInstanceInput {
  const family: FamilyName = fields.family ?? "INET";
  return {
    kind: "configInstance",
    instance: 0,
    ifindex: IFINDEX,
    family,
    version: 3,
    vrid: 51,
    priority: 100,
    flags: 0,
    advertisementIntervalUs: SECOND,
    preemptDelayUs: 0,
    downTimerAdverts: 3,
    group: ID_NONE,
    authType: "NONE",
    garpDelayUs: 0,
    garpRepeat: 1,
    garpRefreshUs: 0,
    garpRefreshRepeat: 1,
    garpLowerPrioDelayUs: 0,
    garpLowerPrioRepeat: 0,
    authData: new Uint8Array(8),
    multicastGroup: family === "INET" ? GROUP4 : GROUP6,
    source: "",
    ...fields,
  };
}

/** A virtual address of instance 0: 10.9.0.100/32, number 0. */
export function vip(fields: Partial<ConfigVipInput> = {}): ConfigVipInput {
  const family: FamilyName = fields.family ?? "INET";
  return {
    kind: "configVip",
    vip: 0,
    instance: 0,
    ifindex: IFINDEX,
    family,
    prefixLength: family === "INET" ? 32 : 128,
    scope: 0,
    advertised: 1,
    label: 0,
    address: family === "INET" ? "10.9.0.100" : "fe80::99",
    ...fields,
  };
}

/** A script tracker, number 0. */
export function tracker(fields: Partial<ConfigTrackerInput> = {}): ConfigTrackerInput {
  return { kind: "configTracker", tracker: 0, watches: "SCRIPT", ifindex: 0, ...fields };
}

/** Instance 0 tracks tracker 0. */
export function track(fields: Partial<ConfigTrackInput> = {}): ConfigTrackInput {
  return { kind: "configTrack", instance: 0, tracker: 0, weight: 0, reverse: 0, ...fields };
}

/** An advert to build. */
export interface Advert {
  version?: number;
  vrid?: number;
  priority: number;
  source?: string;
  destination?: string;
  addresses?: string[];
  /** Microseconds. */
  intervalUs?: number;
  authType?: number;
  authData?: Uint8Array;
  ttl?: number;
  family?: FamilyName;
}

function bytesOf(address: string): Uint8Array {
  const parsed = parseAddress(address);
  if (parsed === null) throw new RangeError(`not an address: ${address}`);
  return parsed.bytes;
}

/** RFC 1071 over 16-bit words, the plain way. */
export function internetChecksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += (bytes[i]! << 8) | (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function pseudoHeader(source: Uint8Array, destination: Uint8Array, length: number): Uint8Array {
  return source.length === 4
    ? Uint8Array.from([...source, ...destination, 0, 112, length >> 8, length & 0xff])
    : Uint8Array.from([...source, ...destination, 0, 0, length >> 8, length & 0xff, 0, 0, 0, 112]);
}

/** The VRRP message of an advert, checksum included. */
export function vrrpMessage(advert: Advert): Uint8Array {
  const { source, destination, addresses } = withDefaults(advert);
  const version = advert.version ?? 3;
  const intervalUs = advert.intervalUs ?? SECOND;
  const interval = version === 2
    ? [advert.authType ?? 0, intervalUs / SECOND]
    : [(intervalUs / 10_000) >> 8, (intervalUs / 10_000) & 0xff];
  const message = Uint8Array.from([
    (version << 4) | 1,
    advert.vrid ?? 51,
    advert.priority,
    addresses.length,
    ...interval,
    0,
    0,
    ...addresses.flatMap((address) => [...bytesOf(address)]),
    ...(version === 2 ? advert.authData ?? new Uint8Array(8) : []),
  ]);
  const pseudo = version === 2
    ? []
    : pseudoHeader(bytesOf(source), bytesOf(destination), message.length);
  const sum = internetChecksum(Uint8Array.from([...pseudo, ...message]));
  message.set([sum >> 8, sum & 0xff], 6);
  return message;
}

function withDefaults(advert: Advert) {
  const inet = (advert.family ?? "INET") === "INET";
  return {
    source: advert.source ?? (inet ? "10.9.0.2" : "fe80::2"),
    destination: advert.destination ?? (inet ? GROUP4 : GROUP6),
    addresses: advert.addresses ?? (inet ? ["10.9.0.100"] : ["fe80::99"]),
  };
}

/** An IPv4 packet around a payload, header checksum included. */
export function ipv4Packet(
  source: string,
  destination: string,
  payload: Uint8Array,
  ttl = 255,
): Uint8Array {
  const length = 20 + payload.length;
  const header = Uint8Array.from([
    ...[0x45, 0xc0, length >> 8, length & 0xff, 0, 1, 0, 0, ttl, 112, 0, 0],
    ...bytesOf(source),
    ...bytesOf(destination),
  ]);
  const sum = internetChecksum(header);
  header.set([sum >> 8, sum & 0xff], 10);
  return Uint8Array.from([...header, ...payload]);
}

/** The input record of a received advert. */
export function advertInput(advert: Advert): Input {
  const family: FamilyName = advert.family ?? "INET";
  const { source, destination } = withDefaults(advert);
  const message = vrrpMessage(advert);
  const hopLimit = advert.ttl ?? 255;
  return {
    kind: "packet",
    ifindex: IFINDEX,
    family,
    hopLimit,
    source,
    destination,
    payload: family === "INET" ? ipv4Packet(source, destination, message, hopLimit) : message,
  };
}

/** What a packet output says: priority and interval of its advert. */
export interface SentAdvert {
  vrid: number;
  priority: number;
  intervalUs: number;
  count: number;
}

/** Reads the fields of an advert that a core sent. */
export function readAdvert(output: Output): SentAdvert {
  if (output.kind !== "packet") throw new TypeError(`a ${output.kind} is no advert`);
  const message = output.payload.subarray(output.family === "INET" ? 20 : 0);
  const version = message[0]! >> 4;
  return {
    vrid: message[1]!,
    priority: message[2]!,
    count: message[3]!,
    intervalUs: version === 2
      ? message[5]! * SECOND
      : (((message[4]! & 0x0f) << 8) | message[5]!) * 10_000,
  };
}

/** One node on a virtual clock. */
export class VirtualNode {
  readonly core: Core;
  nowUs = 10 * SECOND;
  #generation = 0;

  constructor(options: { counts?: CoreCounts; core?: Core } = {}) {
    this.core = options.core ??
      Core.create(coreModule(), { counts: options.counts ?? CORE_COUNTS_SMALL });
  }

  /** A node whose interface is up and has 10.9.0.1 and fe80::1. */
  static ready(address = "10.9.0.1", linkLocal = "fe80::1"): VirtualNode {
    const node = new VirtualNode();
    node.link();
    node.address(address);
    node.address(linkLocal);
    return node;
  }

  /** Hands in a record and answers its status; outputs stay in the core. */
  tell(input: Input): StatusName {
    return statusName(this.core.handleInput(this.nowUs, input));
  }

  /** Hands in a record that must be taken, and drains. */
  input(input: Input): TimedOutput[] {
    const status = this.tell(input);
    if (status !== "OK") throw new Error(`${input.kind} was answered ${status}`);
    return this.drain();
  }

  /** All outputs that wait. */
  drain(): TimedOutput[] {
    return this.core.drain().map((output) => ({ ...output, atUs: this.nowUs }));
  }

  link(fields: Partial<LinkInput> = {}): TimedOutput[] {
    return this.input({
      kind: "link",
      ifindex: IFINDEX,
      present: 1,
      flags: LINK_GOOD,
      mtu: 1500,
      forwarding: 0,
      mac: MAC,
      ...fields,
    });
  }

  address(address: string, present = 1, prefixLength?: number): TimedOutput[] {
    const inet = !address.includes(":");
    return this.input({
      kind: "address",
      ifindex: IFINDEX,
      family: inet ? "INET" : "INET6",
      present,
      prefixLength: prefixLength ?? (inet ? 24 : 64),
      address,
    });
  }

  tracker(state: TrackerStateName, number = 0, value = 0): TimedOutput[] {
    return this.input({ kind: "tracker", tracker: number, state, value });
  }

  command(command: "STOP" | "RESIGN" | "CLEAR_STATISTICS"): TimedOutput[] {
    return this.input({ kind: "command", command });
  }

  advert(advert: Advert): TimedOutput[] {
    return this.input(advertInput(advert));
  }

  /** Stages the records; answers the first status that is not OK, and otherwise the commit's. */
  tryConfigure(parts: Parts): StatusName {
    const generation = ++this.#generation;
    const records: Input[] = [
      { kind: "configBegin", generation },
      ...parts.trackers ?? [],
      ...parts.groups ?? [],
      ...parts.instances ?? [],
      ...parts.vips ?? [],
      ...parts.tracks ?? [],
    ];
    for (const record of records) {
      const status = this.tell(record);
      if (status !== "OK") return status;
    }
    return this.tell({ kind: "configCommit", generation });
  }

  /** Configures with records that must be taken, and drains. */
  configure(parts: Parts): TimedOutput[] {
    const status = this.tryConfigure(parts);
    if (status !== "OK") throw new Error(`the configuration was answered ${status}`);
    return this.drain();
  }

  /** Lets time pass, firing each timer exactly when it is due. */
  advance(us: number): TimedOutput[] {
    const until = this.nowUs + us;
    const outputs: TimedOutput[] = [];
    while (this.core.nextTimeout() <= until) {
      this.nowUs = Math.max(this.nowUs, this.core.nextTimeout());
      outputs.push(...this.input({ kind: "timer" }));
    }
    this.nowUs = until;
    return outputs;
  }

  /** Lets time pass without running, as a frozen process does. */
  freeze(us: number): void {
    this.nowUs += us;
  }

  status(number = 0): InstanceStatus {
    const status = this.core.instanceStatus(number);
    if (status === null) throw new Error(`no instance ${number}`);
    return status;
  }
}

/** The outputs of a kind. */
export function only<K extends Output["kind"]>(
  outputs: TimedOutput[],
  kind: K,
): (Extract<Output, { kind: K }> & { atUs: number })[] {
  return outputs.filter((output) => output.kind === kind) as (
    & Extract<Output, { kind: K }>
    & { atUs: number }
  )[];
}

/** Transitions as short lines: `0 BACKUP MASTER MASTER_DOWN`, groups as `G0 ...`. */
export function lines(outputs: TimedOutput[]): string[] {
  return only(outputs, "transition").map((t) =>
    `${t.subject === "GROUP" ? `G${t.group}` : t.instance} ${t.from} ${t.to} ${t.reason}`
  );
}

/** Kinds of the outputs in order, repetitions left out. */
export function kinds(outputs: TimedOutput[]): string[] {
  const all = outputs.map((output) => output.kind);
  return all.filter((kind, i) => kind !== all[i - 1]);
}
