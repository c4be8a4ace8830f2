// Link layers: Ethernet II with 802.1Q tags, and Linux cooked captures of both versions.
// This module is browser safe.

import { dissectArp } from "./arp.ts";
import type { Field } from "./field.ts";
import { dissectIpv4, dissectIpv6 } from "./ip.ts";
import { bytesText, hexOf, type LayerReader, macText, remark } from "./layer_reader.ts";
import {
  ETHERNET,
  ETHERTYPE_ARP,
  ETHERTYPE_IPV4,
  ETHERTYPE_IPV6,
  ETHERTYPES_VLAN,
  MAC_SIZE,
  SLL,
  SLL2,
  UNKNOWN_MAC,
  VLAN,
} from "./layout.ts";
import { rfc } from "./source.ts";
import type { Walk } from "./walk.ts";

/** Tags that are looked behind: 802.1Q in 802.1ad, and room for odd ones. */
const VLAN_TAGS_MAX = 4;
/** Below it the field is a length (IEEE 802.3 3.2.6). */
const ETHERTYPE_MIN = 0x0600;
const IEEE_802_3 = { document: "IEEE 802.3", section: "3.2" };
const IEEE_802_1Q = { document: "IEEE 802.1Q", section: "9.6" };

const ETHERTYPE_WORDS: Readonly<Record<number, string>> = {
  [ETHERTYPE_IPV4]: "IPv4",
  [ETHERTYPE_ARP]: "ARP",
  [ETHERTYPE_IPV6]: "IPv6",
  0x8100: "802.1Q",
  0x88a8: "802.1ad",
  0x88cc: "LLDP",
};
const PACKET_TYPE_WORDS = ["to us", "broadcast", "multicast", "to somebody else", "sent by us"];
/** ARPHRD_ numbers (linux/if_arp.h). */
const HARDWARE_WORDS: Readonly<Record<number, string>> = { 1: "Ethernet", 772: "loopback" };

/** `IPv4 (0x0800)`, `length 38`. */
function etherTypeText(type: number): string {
  if (type < ETHERTYPE_MIN) return `length ${type}`;
  const word = ETHERTYPE_WORDS[type];
  return word === undefined ? hexOf(type, 4) : `${word} (${hexOf(type, 4)})`;
}

/** Ethernet II (IEEE 802.3 3.1), without FCS. */
export function dissectEthernet(walk: Walk, at: number, end: number): void {
  const reader = walk.reader("ethernet", at, end, IEEE_802_3);
  walk.destinationMac = reader.mac("ethernet.destination", ETHERNET.destination);
  walk.sourceMac = reader.mac("ethernet.source", ETHERNET.source);
  if (walk.destinationMac?.value === "ff:ff:ff:ff:ff:ff") remark(walk.destinationMac, "broadcast");
  for (const mac of [walk.destinationMac, walk.sourceMac]) {
    if (mac?.value === UNKNOWN_MAC) remark(mac, "macUnknown");
  }
  const type = readType(reader, "ethernet.type", ETHERNET.type);
  walk.add(reader);
  if (!reader.isCut) dissectType(walk, type, at + ETHERNET.SIZE, end, VLAN_TAGS_MAX);
}

function readType(
  reader: LayerReader,
  id: "ethernet.type" | "vlan.type" | "sll.protocol",
  offset: number,
): number {
  const field = reader.number(id, offset, 2, { source: rfc(894), text: etherTypeText });
  return field?.number ?? 0;
}

function dissectType(walk: Walk, type: number, at: number, end: number, tagsLeft: number): void {
  if (ETHERTYPES_VLAN.includes(type) && tagsLeft > 0) {
    return dissectVlan(walk, at, end, tagsLeft);
  }
  switch (type) {
    case ETHERTYPE_ARP:
      return dissectArp(walk, at, end);
    case ETHERTYPE_IPV4:
      return dissectIpv4(walk, at, end);
    case ETHERTYPE_IPV6:
      return dissectIpv6(walk, at, end);
    default:
      walk.rest("data", at, end);
  }
}

function dissectVlan(walk: Walk, at: number, end: number, tagsLeft: number): void {
  const reader = walk.reader("vlan", at, end, IEEE_802_1Q);
  reader.bits("vlan.priority", VLAN.control, 2, 0xe000);
  reader.bits("vlan.dropEligible", VLAN.control, 2, 0x1000);
  reader.bits("vlan.id", VLAN.control, 2, 0x0fff);
  const type = readType(reader, "vlan.type", VLAN.type);
  walk.add(reader);
  if (!reader.isCut) dissectType(walk, type, at + VLAN.SIZE, end, tagsLeft - 1);
}

/** Whether a cooked capture says that of a packet (linux/if_packet.h, PACKET_HOST to PACKET_OUTGOING). */
export function isPacketType(type: number): boolean {
  return type < PACKET_TYPE_WORDS.length;
}

function packetTypeText(type: number): string {
  return PACKET_TYPE_WORDS[type] ?? String(type);
}

function hardwareText(hardware: number): string {
  const word = HARDWARE_WORDS[hardware];
  return word === undefined ? String(hardware) : `${word} (${hardware})`;
}

/** The address field has eight bytes, of which the length says how many count. */
function readCookedAddress(
  reader: LayerReader,
  offset: number,
  length: Field | null,
): Field | null {
  const size = Math.min(length?.number ?? 0, 8);
  const form = size === MAC_SIZE ? macText : bytesText;
  return reader.text("sll.address", offset, 8, (bytes) => form(bytes.subarray(0, size)));
}

/** Linux cooked capture, version 1. */
export function dissectSll(walk: Walk, at: number, end: number): void {
  const source = { document: "LINKTYPE_LINUX_SLL", section: "" };
  const reader = walk.reader("sll", at, end, source);
  reader.number("sll.packetType", SLL.packetType, 2, { text: packetTypeText });
  reader.number("sll.hardware", SLL.hardware, 2, { text: hardwareText });
  const length = reader.number("sll.addressLength", SLL.addressLength, 2);
  walk.sourceMac = readCookedAddress(reader, SLL.address, length);
  const type = readType(reader, "sll.protocol", SLL.protocol);
  walk.add(reader);
  if (!reader.isCut) dissectType(walk, type, at + SLL.SIZE, end, VLAN_TAGS_MAX);
}

/** Linux cooked capture, version 2. */
export function dissectSll2(walk: Walk, at: number, end: number): void {
  const source = { document: "LINKTYPE_LINUX_SLL2", section: "" };
  const reader = walk.reader("sll2", at, end, source);
  const type = readType(reader, "sll.protocol", SLL2.protocol);
  reader.number("sll2.reserved", SLL2.reserved, 2);
  reader.number("sll2.ifindex", SLL2.ifindex, 4);
  reader.number("sll.hardware", SLL2.hardware, 2, { text: hardwareText });
  reader.number("sll.packetType", SLL2.packetType, 1, { text: packetTypeText });
  const length = reader.number("sll.addressLength", SLL2.addressLength, 1);
  walk.sourceMac = readCookedAddress(reader, SLL2.address, length);
  walk.add(reader);
  if (!reader.isCut) dissectType(walk, type, at + SLL2.SIZE, end, VLAN_TAGS_MAX);
}
