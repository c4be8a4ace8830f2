// ARP for IPv4 over Ethernet (RFC 826), and the gratuitous ARP that tells a segment where a virtual
// address is now (RFC 5227 3, RFC 9568 8.1.2).
//
//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-------------------------------+-------------------------------+
// |       hardware type = 1       |    protocol type = 0x0800     |
// +---------------+---------------+-------------------------------+
// |hw. length = 6 |proto len. = 4 |           operation           |
// +---------------+---------------+-------------------------------+
// |                          sender MAC                           |
// +                               +-------------------------------+
// |                               |        sender address         |
// +-------------------------------+-------------------------------+
// |        sender address         |                               |
// +-------------------------------+          target MAC           +
// |                                                               |
// +---------------------------------------------------------------+
// |                        target address                         |
// +---------------------------------------------------------------+

import { STATUS_OK, STATUS_PROTOCOL, STATUS_TRUNCATED } from "../abi/status";
import { readU16, readU32, writeU16, writeU32 } from "../base/bytes";
import { ETHERNET_HEADER_SIZE, ETHERNET_TYPE_ARP, ethernetEmit, MAC_SIZE } from "./ethernet";

const HARDWARE_PROTOCOL: u32 = 0;
const LENGTHS: u32 = 4;
const OPERATION: u32 = 6;
const SENDER_MAC: u32 = 8;
const SENDER_ADDRESS: u32 = 14;
const TARGET_MAC: u32 = 18;
const TARGET_ADDRESS: u32 = 24;

/** Hardware type 1 (Ethernet) and protocol type 0x0800 (IPv4) in one word. */
const ETHERNET_IPV4: u32 = 0x0001_0800;
/** Six bytes of MAC, four of address. */
const LENGTHS_6_4: u32 = 0x0604;

/** Bytes of a packet without its Ethernet header. */
export const ARP_SIZE: u32 = 28;
/** Bytes of a gratuitous ARP frame. */
export const ARP_FRAME_SIZE: u32 = ETHERNET_HEADER_SIZE + ARP_SIZE;
/** Operations (RFC 826). */
export const ARP_REQUEST: u32 = 1;
export const ARP_REPLY: u32 = 2;

/**
 * Checks an ARP packet of `length` bytes (without Ethernet header; padding may follow). After
 * STATUS_OK all getters are safe. Answers STATUS_TRUNCATED, or STATUS_PROTOCOL when it is not
 * IPv4 over Ethernet. Not checked: the operation.
 */
export function arpCheck(at: u32, length: u32): u32 {
  if (length < ARP_SIZE) return STATUS_TRUNCATED;
  if (readU32(at + HARDWARE_PROTOCOL) != ETHERNET_IPV4) return STATUS_PROTOCOL;
  if (readU16(at + LENGTHS) != LENGTHS_6_4) return STATUS_PROTOCOL;
  return STATUS_OK;
}

/** ARP_REQUEST, ARP_REPLY or another. */
export function arpOperation(at: u32): u32 {
  return readU16(at + OPERATION);
}

/** Address of the sender's MAC, 6 bytes. */
export function arpSenderMac(at: u32): u32 {
  return at + SENDER_MAC;
}

/** Address of the sender's IPv4 address, 4 bytes. */
export function arpSenderAddress(at: u32): u32 {
  return at + SENDER_ADDRESS;
}

/** Address of the target's MAC, 6 bytes. */
export function arpTargetMac(at: u32): u32 {
  return at + TARGET_MAC;
}

/** Address of the target's IPv4 address, 4 bytes. */
export function arpTargetAddress(at: u32): u32 {
  return at + TARGET_ADDRESS;
}

/** Whether sender and target address are the same one: an announcement (RFC 5227 3). */
export function arpIsGratuitous(at: u32): bool {
  return load<u32>(at + SENDER_ADDRESS) == load<u32>(at + TARGET_ADDRESS);
}

/**
 * Writes an ARP packet without Ethernet header; returns its 28 bytes. The MACs are addresses of 6
 * bytes, the IPv4 addresses of 4.
 */
export function arpEmit(
  at: u32,
  operation: u32,
  senderMac: u32,
  senderAddress: u32,
  targetMac: u32,
  targetAddress: u32,
): u32 {
  writeU32(at + HARDWARE_PROTOCOL, ETHERNET_IPV4);
  writeU16(at + LENGTHS, LENGTHS_6_4);
  writeU16(at + OPERATION, operation);
  memory.copy(at + SENDER_MAC, senderMac, MAC_SIZE);
  store<u32>(at + SENDER_ADDRESS, load<u32>(senderAddress));
  memory.copy(at + TARGET_MAC, targetMac, MAC_SIZE);
  store<u32>(at + TARGET_ADDRESS, load<u32>(targetAddress));
  return ARP_SIZE;
}

/**
 * Writes a gratuitous ARP frame, Ethernet header included, to everybody; returns its 42 bytes.
 * `operation` is ARP_REQUEST (what VRRP routers send) or ARP_REPLY; `mac` is the address of 6 bytes,
 * `address` that of 4. The target MAC is all ones, as keepalived has it: RFC 5227 leaves it open, and
 * a switch that looks into ARP sees a broadcast.
 */
export function arpEmitGratuitous(at: u32, operation: u32, mac: u32, address: u32): u32 {
  // The broadcast MAC is written where the Ethernet header has it and copied from there.
  memory.fill(at, 0xff, MAC_SIZE);
  ethernetEmit(at, at, mac, ETHERNET_TYPE_ARP);
  arpEmit(at + ETHERNET_HEADER_SIZE, operation, mac, address, at, address);
  return ARP_FRAME_SIZE;
}
