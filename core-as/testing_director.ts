// A user-space director for unit tests: the test core driven through its records, frames made by hand.
// Checksums are computed here in the plainest way, so that the core's are compared with others.

import { loadTestCore, type TestCore } from "./testing.ts";
import {
  type DestinationInput,
  type DestinationStatus,
  type DirectorStatus,
  type DirectorVerdict,
  FRAME_INPUT,
  type FrameInput,
  type Input,
  type Output,
  readDestinationStatus,
  readDirectorStatus,
  readDirectorVerdict,
  readOutput,
  readServiceStatus,
  type SchedulerName,
  type ServiceInput,
  type ServiceStatus,
  STATUS_OK,
  type StatusName,
  statusName,
  writeInput,
} from "../host/core/abi.gen.ts";
import { parseAddress, parseMac } from "../host/base/address.ts";

/** MACs, addresses and the interface of the tests' one network. */
export const CLIENT_MAC = "02:00:00:00:00:01";
export const OUR_MAC = "02:00:00:00:00:02";
export const IFINDEX = 7;
export const VIP = "10.9.0.2";
export const VIP6 = "fd00:9::2";
export const CLIENT = "10.9.0.1";
export const CLIENT6 = "fd00:9::99";

/** TCP control bits. */
export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const PSH = 8;
export const ACK = 16;

/** The MAC of the real server with this number. */
export function serverMac(destination: number): string {
  const digits = (destination + 0x100).toString(16).padStart(4, "0");
  return `02:00:00:01:${digits.slice(0, 2)}:${digits.slice(2)}`;
}

/** The address of the real server with this number. */
export function serverAddress(destination: number): string {
  return `10.9.${(destination >> 8) + 1}.${destination & 255}`;
}

/** What the director did with a frame. */
export interface Decision {
  status: StatusName;
  /** Interface and bytes of what it sends, null when nothing. */
  sent: { ifindex: number; destination: number; bytes: Uint8Array } | null;
}

/** A director with one interface; time stands still unless a test moves it. */
export class TestDirector {
  readonly core: TestCore;
  /** Microseconds. */
  now = 1_000_000;
  readonly #in: number;
  readonly #out: number;

  constructor(connections = 4096, seed = 1) {
    this.core = loadTestCore();
    const status = this.core.u32("directorInit", connections, seed);
    if (status !== STATUS_OK) throw new Error(`director refuses to begin: ${statusName(status)}`);
    this.#in = this.core.u32("inputBuffer");
    this.#out = this.core.u32("outputBuffer");
    this.ok({ kind: "interface", ifindex: IFINDEX, present: 1, mac: OUR_MAC });
  }

  /** Takes a record; returns the status. */
  input(record: Input): StatusName {
    const size = writeInput(this.core.view, this.#in, record);
    return statusName(this.core.u32("handleInput", this.now, size));
  }

  /** Takes a record that must be accepted. */
  ok(record: Input): void {
    const status = this.input(record);
    if (status !== "OK") throw new Error(`${JSON.stringify(record)}: ${status}`);
  }

  /** Everything that waits to be told, in order. */
  outputs(): Output[] {
    const found: Output[] = [];
    while (this.core.u32("pollOutput") > 0) found.push(readOutput(this.core.view, this.#out));
    return found;
  }

  /** Sets a TCP service on VIP:80, or what the options say. */
  service(service: number, scheduler: SchedulerName, options: Partial<ServiceInput> = {}): void {
    this.ok({
      kind: "service",
      service,
      family: "INET",
      protocol: "TCP",
      port: 80,
      scheduler,
      state: "NORMAL",
      persistenceS: 0,
      address: VIP,
      ...options,
    });
  }

  /** Sets a destination, and tells its MAC unless `silent`. */
  destination(
    service: number,
    destination: number,
    weight: number,
    options: Partial<DestinationInput> = {},
    silent = false,
  ): void {
    const record: DestinationInput = {
      kind: "destination",
      destination,
      service,
      ifindex: IFINDEX,
      family: "INET",
      port: 80,
      weight,
      address: serverAddress(destination),
      ...options,
    };
    this.ok(record);
    if (silent) return;
    this.ok({
      kind: "neighbour",
      ifindex: record.ifindex,
      family: record.family,
      state: "KNOWN",
      address: record.address,
      mac: serverMac(destination),
    });
  }

  /** Takes a destination out. */
  remove(destination: number): void {
    this.ok({ kind: "destinationRemove", destination });
  }

  /** Hands in a frame as a record and drains; other outputs are left out. */
  frame(bytes: Uint8Array, options: Partial<FrameInput> = {}): Decision {
    const status = this.input({
      kind: "frame",
      ifindex: IFINDEX,
      vnetHeaderLength: 0,
      payload: bytes,
      ...options,
    });
    const sent = this.outputs().find((output) => output.kind === "forward");
    if (sent === undefined || sent.kind !== "forward") return { status, sent: null };
    return {
      status,
      sent: { ifindex: sent.ifindex, destination: sent.destination, bytes: sent.payload },
    };
  }

  /** The fast path: the frame in place behind a FrameInput. */
  fastFrame(bytes: Uint8Array, ifindex = IFINDEX, vnetHeaderLength = 0): StatusName {
    this.core.view.setUint32(this.#in + FRAME_INPUT.ifindex, ifindex, true);
    this.core.view.setUint32(this.#in + FRAME_INPUT.vnetHeaderLength, vnetHeaderLength, true);
    this.core.put(this.core.u32("directorFrameBuffer"), bytes);
    return statusName(this.core.u32("directorFrame", this.now, bytes.length));
  }

  /** A destination as it stands; throws when there is none of that number. */
  destinationStatus(destination: number): DestinationStatus {
    const at = this.core.u32("directorDestinationStatus", destination);
    if (at === 0) throw new Error(`no destination ${destination}`);
    return readDestinationStatus(this.core.view, at);
  }

  /** A service as it stands; throws when there is none of that number. */
  serviceStatus(service: number): ServiceStatus {
    const at = this.core.u32("directorServiceStatus", service);
    if (at === 0) throw new Error(`no service ${service}`);
    return readServiceStatus(this.core.view, at);
  }

  /** The director as it stands. */
  status(): DirectorStatus {
    return readDirectorStatus(this.core.view, this.core.u32("directorStatus"));
  }

  /** What the fast path decided last. */
  verdict(): DirectorVerdict {
    return readDirectorVerdict(this.core.view, this.core.u32("directorVerdict"));
  }

  /** Lets microseconds pass. */
  pass(us: number): void {
    this.now += us;
    this.ok({ kind: "timer" });
  }
}

/** What a frame is made of; addresses decide the family. */
export interface FrameParts {
  source?: string;
  destination?: string;
  sourcePort?: number;
  destinationPort?: number;
  flags?: number;
  sequence?: number;
  acknowledgment?: number;
  payload?: Uint8Array;
  ttl?: number;
  /** IPv4 options, a multiple of 4 bytes. */
  ipOptions?: Uint8Array;
  sourceMac?: string;
  destinationMac?: string;
}

/** A TCP frame, from CLIENT to VIP:80 unless said otherwise. */
export function tcpFrame(parts: FrameParts): Uint8Array {
  const payload = parts.payload ?? new Uint8Array(0);
  const segment = new Uint8Array(20 + payload.length);
  const view = new DataView(segment.buffer);
  view.setUint16(0, parts.sourcePort ?? 40000);
  view.setUint16(2, parts.destinationPort ?? 80);
  view.setUint32(4, parts.sequence ?? 1000);
  view.setUint32(8, parts.acknowledgment ?? 0);
  view.setUint8(12, 5 << 4);
  view.setUint8(13, parts.flags ?? SYN);
  view.setUint16(14, 64240);
  segment.set(payload, 20);
  return ipFrame(6, segment, 16, parts);
}

/** A UDP frame. */
export function udpFrame(parts: FrameParts): Uint8Array {
  const payload = parts.payload ?? new Uint8Array([1, 2, 3]);
  const datagram = new Uint8Array(8 + payload.length);
  const view = new DataView(datagram.buffer);
  view.setUint16(0, parts.sourcePort ?? 40000);
  view.setUint16(2, parts.destinationPort ?? 80);
  view.setUint16(4, datagram.length);
  datagram.set(payload, 8);
  return ipFrame(17, datagram, 6, parts);
}

/** A frame with any IP payload; `checksumAt` is the offset of its checksum, -1 = none to fill in. */
export function ipFrame(
  protocol: number,
  payload: Uint8Array,
  checksumAt: number,
  parts: FrameParts,
): Uint8Array {
  const source = parseAddress(parts.source ?? CLIENT)!;
  const destination = parseAddress(parts.destination ?? VIP)!;
  const options = parts.ipOptions ?? new Uint8Array(0);
  const v4 = source.family === 2;
  const headerSize = v4 ? 20 + options.length : 40;
  const frame = new Uint8Array(14 + headerSize + payload.length);
  const view = new DataView(frame.buffer);
  frame.set(parseMac(parts.destinationMac ?? OUR_MAC)!, 0);
  frame.set(parseMac(parts.sourceMac ?? CLIENT_MAC)!, 6);
  view.setUint16(12, v4 ? 0x0800 : 0x86dd);
  frame.set(payload, 14 + headerSize);
  if (checksumAt >= 0) {
    const pseudo = pseudoHeader(source.bytes, destination.bytes, protocol, payload.length);
    const sum = internetChecksum([...pseudo, ...payload]);
    view.setUint16(14 + headerSize + checksumAt, sum);
  }
  if (v4) {
    view.setUint8(14, 0x40 | (headerSize >> 2));
    view.setUint16(16, headerSize + payload.length);
    view.setUint16(18, 0x1234);
    view.setUint16(20, 0x4000);
    view.setUint8(22, parts.ttl ?? 64);
    view.setUint8(23, protocol);
    frame.set(source.bytes, 26);
    frame.set(destination.bytes, 30);
    frame.set(options, 34);
    view.setUint16(24, internetChecksum([...frame.subarray(14, 14 + headerSize)]));
  } else {
    view.setUint32(14, 0x6000_0000);
    view.setUint16(18, payload.length);
    view.setUint8(20, protocol);
    view.setUint8(21, parts.ttl ?? 64);
    frame.set(source.bytes, 22);
    frame.set(destination.bytes, 38);
  }
  return frame;
}

/** The pseudo header of TCP, UDP and ICMPv6; the family is that of the addresses. */
export function pseudoHeader(
  source: Uint8Array,
  destination: Uint8Array,
  protocol: number,
  length: number,
): number[] {
  return source.length === 4
    ? [...source, ...destination, 0, protocol, length >> 8, length & 255]
    : [...source, ...destination, 0, 0, length >> 8, length & 255, 0, 0, 0, protocol];
}

/** RFC 1071, byte by byte. */
export function internetChecksum(bytes: number[]): number {
  let sum = 0;
  bytes.forEach((byte, i) => sum += i % 2 === 0 ? byte << 8 : byte);
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}
