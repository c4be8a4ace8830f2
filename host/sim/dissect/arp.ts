// ARP (RFC 826), gratuitous too (RFC 5227, RFC 9568 8.1.2). This module is browser safe.

import type { Field } from "./field.ts";
import { hexOf, remark } from "./layer_reader.ts";
import { ARP, ETHERTYPE_IPV4, MAC_SIZE } from "./layout.ts";
import { rfc } from "./source.ts";
import type { Walk } from "./walk.ts";

const RFC_826 = rfc(826);
const RFC_5227 = rfc(5227, "3");
const ETHERNET_HARDWARE = 1;
const IPV4_SIZE = 4;
const OPERATION_WORDS: Readonly<Record<number, string>> = { 1: "request", 2: "reply" };

function operationText(operation: number): string {
  const word = OPERATION_WORDS[operation];
  return word === undefined ? String(operation) : `${word} (${operation})`;
}

/** Remarks on a value that this ARP does not know; a field that is cut off has its own remark. */
function expect(field: Field | null, known: readonly number[]): void {
  if (field === null || field.number === null) return;
  if (!known.includes(field.number)) remark(field, "unknownValue");
}

/** ARP. Address fields are read where they have the lengths of Ethernet and IPv4. */
export function dissectArp(walk: Walk, at: number, end: number): void {
  const reader = walk.reader("arp", at, end, RFC_826);
  const hardware = reader.number("arp.hardware", ARP.hardware, 2, {
    text: (value) => value === ETHERNET_HARDWARE ? `Ethernet (${value})` : String(value),
  });
  const protocol = reader.number("arp.protocol", ARP.protocol, 2, {
    text: (value) => value === ETHERTYPE_IPV4 ? `IPv4 (${hexOf(value, 4)})` : hexOf(value, 4),
  });
  const macSize = reader.number("arp.hardwareLength", ARP.hardwareLength, 1);
  const addressSize = reader.number("arp.protocolLength", ARP.protocolLength, 1);
  const operation = reader.number("arp.operation", ARP.operation, 2, { text: operationText });
  expect(hardware, [ETHERNET_HARDWARE]);
  expect(protocol, [ETHERTYPE_IPV4]);
  expect(macSize, [MAC_SIZE]);
  expect(addressSize, [IPV4_SIZE]);
  expect(operation, Object.keys(OPERATION_WORDS).map(Number));
  if (macSize?.number !== MAC_SIZE || addressSize?.number !== IPV4_SIZE) {
    walk.add(reader);
    if (!reader.isCut) walk.rest("data", at + ARP.senderMac, end);
    return;
  }
  reader.mac("arp.senderMac", ARP.senderMac);
  const sender = reader.address("arp.senderAddress", ARP.senderAddress, IPV4_SIZE);
  reader.mac("arp.targetMac", ARP.targetMac);
  const target = reader.address("arp.targetAddress", ARP.targetAddress, IPV4_SIZE);
  if (target !== null && target.value !== "" && target.value === sender?.value) {
    target.source = RFC_5227;
    remark(target, "gratuitous");
  }
  walk.add(reader);
  if (!reader.isCut) walk.rest("padding", at + ARP.SIZE, end);
}
