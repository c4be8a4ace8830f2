// What a captured frame says, by its link type: VRRP adverts, ARP and neighbour advertisements; the
// rest is counted only. Link types are those of the pcap files (LINKTYPE_ of tcpdump.org). Nothing
// here throws on any bytes.
// This module is browser safe.

import { formatAddress, readMac } from "../../base/address.ts";
import {
  ARP,
  ETHERNET,
  ETHERTYPE_ARP,
  ETHERTYPE_IPV4,
  ETHERTYPE_IPV6,
  ETHERTYPES_VLAN,
  IP_PROTOCOL_ICMPV6,
  IP_PROTOCOL_VRRP,
  IPV6,
  MAC_SIZE,
  NEIGHBOUR,
  NEIGHBOUR_ADVERTISEMENT,
  OPTION_TARGET_LINK_ADDRESS,
  SLL,
  SLL2,
  VLAN,
} from "../dissect/layout.ts";
import { openIpv4, type PacketEnds, readVrrp, type VrrpPacket } from "./vrrp_packet.ts";

/** LINKTYPE_ numbers that are understood. */
export const LINKTYPE_ETHERNET = 1;
export const LINKTYPE_RAW = 101;
export const LINKTYPE_LINUX_SLL = 113;
export const LINKTYPE_IPV4 = 228;
export const LINKTYPE_IPV6 = 229;
export const LINKTYPE_LINUX_SLL2 = 276;
/** DLT_RAW, which some systems write instead of LINKTYPE_RAW. */
const DLT_RAW = [12, 14];

/** Tags that are looked behind: 802.1Q in 802.1ad. */
const VLAN_TAGS_MAX = 2;
/** The Solicited flag in the first byte of flags (RFC 4861 4.4). */
const SOLICITED = 0x40;

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
    case ETHERTYPE_IPV4:
      return readIpv4(payload.bytes, facts) ?? other;
    case ETHERTYPE_IPV6:
      return readIpv6(payload.bytes, facts) ?? other;
    case ETHERTYPE_ARP:
      return readArp(payload.bytes, facts) ?? other;
    default:
      return other;
  }
}

function u16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function macAt(bytes: Uint8Array, at: number): string | null {
  if (bytes.length < at + MAC_SIZE) return null;
  return readMac(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), at);
}

function openLink(linkType: number, frame: Uint8Array): Payload | null {
  switch (linkType) {
    case LINKTYPE_ETHERNET:
      if (frame.length < ETHERNET.SIZE) return null;
      return {
        type: u16(frame, ETHERNET.type),
        bytes: frame.subarray(ETHERNET.SIZE),
        mac: macAt(frame, ETHERNET.source),
      };
    case LINKTYPE_LINUX_SLL:
      if (frame.length < SLL.SIZE) return null;
      return {
        type: u16(frame, SLL.protocol),
        bytes: frame.subarray(SLL.SIZE),
        mac: u16(frame, SLL.addressLength) === MAC_SIZE ? macAt(frame, SLL.address) : null,
      };
    case LINKTYPE_LINUX_SLL2:
      if (frame.length < SLL2.SIZE) return null;
      return {
        type: u16(frame, SLL2.protocol),
        bytes: frame.subarray(SLL2.SIZE),
        mac: frame[SLL2.addressLength] === MAC_SIZE ? macAt(frame, SLL2.address) : null,
      };
    default:
      return isKnownLinkType(linkType) ? rawPayload(frame) : null;
  }
}

function rawPayload(packet: Uint8Array): Payload | null {
  const version = (packet[0] ?? 0) >> 4;
  if (version !== 4 && version !== 6) return null;
  return { type: version === 4 ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6, bytes: packet, mac: null };
}

/** Takes the VLAN tags off. */
function untag(payload: Payload | null, vlans: number[]): Payload | null {
  let inner = payload;
  while (inner !== null && ETHERTYPES_VLAN.includes(inner.type) && vlans.length < VLAN_TAGS_MAX) {
    if (inner.bytes.length < VLAN.SIZE) return null;
    vlans.push(u16(inner.bytes, VLAN.control) & 0x0fff);
    inner = {
      type: u16(inner.bytes, VLAN.type),
      bytes: inner.bytes.subarray(VLAN.SIZE),
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
  if (packet.length < IPV6.SIZE || packet[0]! >> 4 !== 6) return null;
  const ends: PacketEnds = {
    source: packet.subarray(IPV6.source, IPV6.source + 16),
    destination: packet.subarray(IPV6.destination, IPV6.destination + 16),
    hopLimit: packet[IPV6.hopLimit]!,
  };
  const payload = packet.subarray(IPV6.SIZE, IPV6.SIZE + u16(packet, IPV6.payloadLength));
  const next = packet[IPV6.nextHeader];
  if (next === IP_PROTOCOL_VRRP) return vrrpSeen(payload, ends, facts);
  if (next !== IP_PROTOCOL_ICMPV6 || payload[0] !== NEIGHBOUR_ADVERTISEMENT) return null;
  if (payload.length < NEIGHBOUR.SIZE) return null;
  return {
    ...facts,
    kind: "neighbour",
    protocol: "NA",
    address: formatAddress(payload.subarray(NEIGHBOUR.target, NEIGHBOUR.target + 16)),
    owner: targetLinkAddress(payload),
    unsolicited: (payload[NEIGHBOUR.flags]! & SOLICITED) === 0,
  };
}

/** The target link-layer address option (RFC 4861 4.6.1); null when there is none. */
function targetLinkAddress(icmp: Uint8Array): string | null {
  for (let at: number = NEIGHBOUR.SIZE; at + 8 <= icmp.length;) {
    const size = icmp[at + 1]! * 8;
    if (size === 0) return null;
    if (icmp[at] === OPTION_TARGET_LINK_ADDRESS) return macAt(icmp, at + 2);
    at += size;
  }
  return null;
}

function readArp(arp: Uint8Array, facts: LinkFacts): Seen | null {
  const isEthernet = arp[ARP.hardwareLength] === MAC_SIZE;
  if (arp.length < ARP.SIZE || u16(arp, ARP.protocol) !== ETHERTYPE_IPV4 || !isEthernet) {
    return null;
  }
  const sender = formatAddress(arp.subarray(ARP.senderAddress, ARP.senderAddress + 4));
  const target = formatAddress(arp.subarray(ARP.targetAddress, ARP.targetAddress + 4));
  return {
    ...facts,
    kind: "neighbour",
    protocol: "ARP",
    address: sender,
    owner: macAt(arp, ARP.senderMac),
    unsolicited: sender === target,
  };
}
