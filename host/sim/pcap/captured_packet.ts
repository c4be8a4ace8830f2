// What a captured frame says, by its link type: VRRP adverts, ARP and neighbour advertisements; the
// rest is counted only. Link types are those of the pcap files (LINKTYPE_ of tcpdump.org). Nothing
// here throws on any bytes.
// This module is browser safe.

import { formatAddress, readMac } from "../../base/address.ts";
import {
  IP_PROTOCOL_VRRP,
  openIpv4,
  type PacketEnds,
  readVrrp,
  type VrrpPacket,
} from "./vrrp_packet.ts";

/** LINKTYPE_ numbers that are understood. */
export const LINKTYPE_ETHERNET = 1;
export const LINKTYPE_RAW = 101;
export const LINKTYPE_LINUX_SLL = 113;
export const LINKTYPE_IPV4 = 228;
export const LINKTYPE_IPV6 = 229;
export const LINKTYPE_LINUX_SLL2 = 276;
/** DLT_RAW, which some systems write instead of LINKTYPE_RAW. */
const DLT_RAW = [12, 14];

const ETHERNET_SIZE = 14;
const SLL_SIZE = 16;
const SLL2_SIZE = 20;
const VLAN_TAG_SIZE = 4;
/** Tags that are looked behind: 802.1Q in 802.1ad. */
const VLAN_TAGS_MAX = 2;
const TYPE_IPV4 = 0x0800;
const TYPE_ARP = 0x0806;
const TYPE_IPV6 = 0x86dd;
const TYPE_VLAN = [0x8100, 0x88a8, 0x9100];
const IPV6_SIZE = 40;
const PROTOCOL_ICMPV6 = 58;
const NEIGHBOUR_ADVERT = 136;
const NEIGHBOUR_ADVERT_SIZE = 24;
const ARP_SIZE = 28;

/** What every packet has of its link. */
interface LinkFacts {
  /** Sender's MAC; null where the link type does not say it. */
  mac: string | null;
  /** VLAN ids, the outer one first. */
  vlans: number[];
}

/** A VRRP advert. */
export type AdvertSeen = LinkFacts & { kind: "advert"; packet: VrrpPacket };
/** An ARP packet or a neighbour advertisement that says who has an address. */
export type NeighbourSeen = LinkFacts & {
  kind: "neighbour";
  protocol: "ARP" | "NA";
  /** The address that is told. */
  address: string;
  /** Whose it is; null = not said. */
  owner: string | null;
  /** Nobody asked: gratuitous ARP, or an NA to all nodes. */
  unsolicited: boolean;
};
/** VRRP that is too short to be read. */
export type BrokenSeen = LinkFacts & { kind: "broken"; source: string };
/** Anything else. */
export type OtherSeen = LinkFacts & { kind: "other" };
/** What a frame holds. */
export type Seen = AdvertSeen | NeighbourSeen | BrokenSeen | OtherSeen;

/** A payload with its EtherType. */
interface Payload {
  type: number;
  bytes: Uint8Array;
  mac: string | null;
}

/** Whether frames of a link type can be read. */
export function isKnownLinkType(linkType: number): boolean {
  return [
    ...[LINKTYPE_ETHERNET, LINKTYPE_RAW, LINKTYPE_LINUX_SLL, LINKTYPE_IPV4, LINKTYPE_IPV6],
    ...[LINKTYPE_LINUX_SLL2, ...DLT_RAW],
  ].includes(linkType);
}

/** Reads a frame. */
export function readFrame(linkType: number, frame: Uint8Array): Seen {
  const vlans: number[] = [];
  const payload = untag(openLink(linkType, frame), vlans);
  const facts: LinkFacts = { mac: payload?.mac ?? null, vlans };
  const other: OtherSeen = { ...facts, kind: "other" };
  if (payload === null) return other;
  switch (payload.type) {
    case TYPE_IPV4:
      return readIpv4(payload.bytes, facts) ?? other;
    case TYPE_IPV6:
      return readIpv6(payload.bytes, facts) ?? other;
    case TYPE_ARP:
      return readArp(payload.bytes, facts) ?? other;
    default:
      return other;
  }
}

function u16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function macAt(bytes: Uint8Array, at: number): string | null {
  if (bytes.length < at + 6) return null;
  return readMac(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), at);
}

function openLink(linkType: number, frame: Uint8Array): Payload | null {
  switch (linkType) {
    case LINKTYPE_ETHERNET:
      if (frame.length < ETHERNET_SIZE) return null;
      return {
        type: u16(frame, 12),
        bytes: frame.subarray(ETHERNET_SIZE),
        mac: macAt(frame, 6),
      };
    case LINKTYPE_LINUX_SLL:
      if (frame.length < SLL_SIZE) return null;
      return {
        type: u16(frame, 14),
        bytes: frame.subarray(SLL_SIZE),
        mac: u16(frame, 4) === 6 ? macAt(frame, 6) : null,
      };
    case LINKTYPE_LINUX_SLL2:
      if (frame.length < SLL2_SIZE) return null;
      return {
        type: u16(frame, 0),
        bytes: frame.subarray(SLL2_SIZE),
        mac: frame[11] === 6 ? macAt(frame, 12) : null,
      };
    default:
      return isKnownLinkType(linkType) ? rawPayload(frame) : null;
  }
}

function rawPayload(packet: Uint8Array): Payload | null {
  const version = (packet[0] ?? 0) >> 4;
  if (version !== 4 && version !== 6) return null;
  return { type: version === 4 ? TYPE_IPV4 : TYPE_IPV6, bytes: packet, mac: null };
}

/** Takes the VLAN tags off. */
function untag(payload: Payload | null, vlans: number[]): Payload | null {
  let inner = payload;
  while (inner !== null && TYPE_VLAN.includes(inner.type) && vlans.length < VLAN_TAGS_MAX) {
    if (inner.bytes.length < VLAN_TAG_SIZE) return null;
    vlans.push(u16(inner.bytes, 0) & 0x0fff);
    inner = {
      type: u16(inner.bytes, 2),
      bytes: inner.bytes.subarray(VLAN_TAG_SIZE),
      mac: inner.mac,
    };
  }
  return inner;
}

function vrrpSeen(message: Uint8Array, ends: PacketEnds, facts: LinkFacts): Seen {
  const packet = readVrrp(message, ends);
  if (packet === null) return { ...facts, kind: "broken", source: formatAddress(ends.source) };
  return { ...facts, kind: "advert", packet };
}

function readIpv4(packet: Uint8Array, facts: LinkFacts): Seen | null {
  const opened = openIpv4(packet);
  return opened === null ? null : vrrpSeen(opened.message, opened.ends, facts);
}

function readIpv6(packet: Uint8Array, facts: LinkFacts): Seen | null {
  if (packet.length < IPV6_SIZE || packet[0]! >> 4 !== 6) return null;
  const ends: PacketEnds = {
    source: packet.subarray(8, 24),
    destination: packet.subarray(24, 40),
    hopLimit: packet[7]!,
  };
  const payload = packet.subarray(IPV6_SIZE, IPV6_SIZE + u16(packet, 4));
  if (packet[6] === IP_PROTOCOL_VRRP) return vrrpSeen(payload, ends, facts);
  if (packet[6] !== PROTOCOL_ICMPV6 || payload[0] !== NEIGHBOUR_ADVERT) return null;
  if (payload.length < NEIGHBOUR_ADVERT_SIZE) return null;
  return {
    ...facts,
    kind: "neighbour",
    protocol: "NA",
    address: formatAddress(payload.subarray(8, 24)),
    owner: targetLinkAddress(payload),
    unsolicited: (payload[4]! & 0x40) === 0,
  };
}

/** The target link-layer address option (RFC 4861 4.6.1); null when there is none. */
function targetLinkAddress(icmp: Uint8Array): string | null {
  for (let at = NEIGHBOUR_ADVERT_SIZE; at + 8 <= icmp.length;) {
    const size = icmp[at + 1]! * 8;
    if (size === 0) return null;
    if (icmp[at] === 2) return macAt(icmp, at + 2);
    at += size;
  }
  return null;
}

function readArp(arp: Uint8Array, facts: LinkFacts): Seen | null {
  if (arp.length < ARP_SIZE || u16(arp, 2) !== TYPE_IPV4 || arp[4] !== 6) return null;
  const sender = formatAddress(arp.subarray(14, 18));
  const target = formatAddress(arp.subarray(24, 28));
  return {
    ...facts,
    kind: "neighbour",
    protocol: "ARP",
    address: sender,
    owner: macAt(arp, 8),
    unsolicited: sender === target,
  };
}
