// Adverts that nobody should send: whole Ethernet frames with an IPv4 VRRP packet, every field free.
// Written from RFC 3768 5 and RFC 9568 5 on its own; the core's encoder refuses most of these.

import { MULTICAST_GROUP } from "./topology.ts";

/** What may be forged; the rest is as a proper advert has it. */
export interface Forgery {
  source: string;
  destination?: string;
  destinationMac?: string;
  ttl?: number;
  version?: number;
  type?: number;
  vrid: number;
  priority: number;
  authType?: number;
  /** Text of authentication, version 2. */
  pass?: string;
  /** Version 2: seconds. Version 3: centiseconds. */
  interval?: number;
  addresses: string[];
  /** The count field; the number of addresses when left out. */
  count?: number;
  /** Added to the right checksum. */
  checksumError?: number;
  /** Bytes of the VRRP packet that are sent: cut off, or filled up with zeros. */
  size?: number;
}

const ETHERNET_SIZE = 14;
const IPV4_SIZE = 20;
const VRRP_HEADER_SIZE = 8;
const AUTH_SIZE = 8;
const PROTOCOL_VRRP = 112;
/** A locally administered address that no lab machine has. */
const SOURCE_MAC = [0x02, 0xbd, 0xbd, 0xbd, 0xbd, 0x01];

/** The frame. */
export function forgedAdvert(forgery: Forgery): Uint8Array {
  const message = vrrpMessage(forgery);
  const sent = new Uint8Array(forgery.size ?? message.length);
  sent.set(message.subarray(0, sent.length));
  return inIpv4(forgery, sent);
}

/** A frame with anything as its VRRP packet. */
export function inIpv4(
  { source, destination = MULTICAST_GROUP, destinationMac, ttl = 255 }: Pick<
    Forgery,
    "source" | "destination" | "destinationMac" | "ttl"
  >,
  payload: Uint8Array,
): Uint8Array {
  const frame = new Uint8Array(ETHERNET_SIZE + IPV4_SIZE + payload.length);
  const group = bytesOf(destination);
  frame.set(
    destinationMac?.split(":").map((hex) => parseInt(hex, 16)) ??
      [0x01, 0x00, 0x5e, group[1]! & 0x7f, group[2]!, group[3]!],
  );
  frame.set(SOURCE_MAC, 6);
  frame.set([0x08, 0x00], 12);
  const ip = frame.subarray(ETHERNET_SIZE);
  const view = new DataView(frame.buffer, ETHERNET_SIZE);
  ip.set([0x45, 0xc0]);
  view.setUint16(2, IPV4_SIZE + payload.length);
  ip[8] = ttl;
  ip[9] = PROTOCOL_VRRP;
  ip.set(bytesOf(source), 12);
  ip.set(group, 16);
  view.setUint16(10, checksum(ip.subarray(0, IPV4_SIZE)));
  ip.set(payload, IPV4_SIZE);
  return frame;
}

function vrrpMessage(forgery: Forgery): Uint8Array {
  const { version = 2, type = 1, vrid, priority, addresses, interval = 1 } = forgery;
  const trailer = version === 3 ? 0 : AUTH_SIZE;
  const size = VRRP_HEADER_SIZE + 4 * addresses.length + trailer;
  const message = new Uint8Array(size);
  const view = new DataView(message.buffer);
  message.set([version << 4 | type, vrid, priority, forgery.count ?? addresses.length]);
  if (version === 3) view.setUint16(4, interval);
  else message.set([forgery.authType ?? 1, interval], 4);
  addresses.forEach((text, index) => message.set(bytesOf(text), VRRP_HEADER_SIZE + 4 * index));
  if (version !== 3) message.set(new TextEncoder().encode(forgery.pass ?? ""), size - AUTH_SIZE);
  const summed = version === 3 ? concat(pseudoHeader(forgery, size), message) : message;
  view.setUint16(6, (checksum(summed) + (forgery.checksumError ?? 0)) & 0xffff);
  return message;
}

function pseudoHeader({ source, destination = MULTICAST_GROUP }: Forgery, size: number) {
  const rest = Uint8Array.of(0, PROTOCOL_VRRP, size >> 8, size & 0xff);
  return concat(bytesOf(source), bytesOf(destination), rest);
}

function bytesOf(address: string): Uint8Array {
  return Uint8Array.from(address.split(".").map(Number));
}

function concat(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** RFC 1071. */
function checksum(bytes: Uint8Array): number {
  let sum = 0;
  bytes.forEach((byte, index) => sum += index % 2 === 0 ? byte << 8 : byte);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return ~sum & 0xffff;
}
