// TCP headers (RFC 9293 3.1), as far as a balancer needs them: it reads ports and flags and never opens
// a connection itself.
//
//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-------------------------------+-------------------------------+
// |          source port          |       destination port        |
// +-------------------------------+-------------------------------+
// |                        sequence number                        |
// +---------------------------------------------------------------+
// |                     acknowledgment number                     |
// +-------+-------+---------------+-------------------------------+
// |offset |reserv.|C E U A P R S F|            window             |
// +-------+-------+---------------+-------------------------------+
// |           checksum            |        urgent pointer         |
// +-------------------------------+-------------------------------+
// |                    options, 0 to 40 bytes                     |
// +---------------------------------------------------------------+

import { STATUS_OK, STATUS_PROTOCOL, STATUS_TRUNCATED } from "../abi/status";
import { readU16, readU32, writeU16, writeU32 } from "../base/bytes";
import {
  checksumAdd,
  checksumFinish,
  checksumIsValid,
  checksumPseudoHeader,
} from "../base/checksum";
import { IP_PROTOCOL_TCP } from "./ipv4";

const SOURCE_PORT: u32 = 0;
const DESTINATION_PORT: u32 = 2;
const SEQUENCE: u32 = 4;
const ACKNOWLEDGMENT: u32 = 8;
const OFFSET: u32 = 12;
const FLAGS: u32 = 13;
const WINDOW: u32 = 14;
const CHECKSUM: u32 = 16;
const URGENT: u32 = 18;

/** Bytes of a header without options. */
export const TCP_HEADER_SIZE: u32 = 20;
/** Control bits. */
export const TCP_FIN: u32 = 0x01;
export const TCP_SYN: u32 = 0x02;
export const TCP_RST: u32 = 0x04;
export const TCP_PSH: u32 = 0x08;
export const TCP_ACK: u32 = 0x10;
export const TCP_URG: u32 = 0x20;
export const TCP_ECE: u32 = 0x40;
export const TCP_CWR: u32 = 0x80;

/**
 * Checks the header of a segment of `length` bytes. After STATUS_OK all getters are safe. Answers
 * STATUS_TRUNCATED, or STATUS_PROTOCOL when the data offset is below 5. Not checked: the options, and
 * the checksum, which network cards and virtual links leave to be filled in later.
 */
export function tcpCheck(at: u32, length: u32): u32 {
  if (length < TCP_HEADER_SIZE) return STATUS_TRUNCATED;
  const headerLength = tcpHeaderLength(at);
  if (headerLength < TCP_HEADER_SIZE) return STATUS_PROTOCOL;
  return headerLength > length ? STATUS_TRUNCATED : STATUS_OK;
}

/**
 * Whether the checksum of a segment of `length` bytes is right. Source and destination are those of
 * the IP header, 4 or 16 bytes by family.
 */
export function tcpChecksumIsValid(
  at: u32,
  length: u32,
  family: u32,
  source: u32,
  destination: u32,
): bool {
  const sum = checksumPseudoHeader(family, source, destination, IP_PROTOCOL_TCP, length);
  return checksumIsValid(checksumAdd(sum, at, length));
}

/** Source port. */
export function tcpSourcePort(at: u32): u32 {
  return readU16(at + SOURCE_PORT);
}

/** Destination port. */
export function tcpDestinationPort(at: u32): u32 {
  return readU16(at + DESTINATION_PORT);
}

/** Sequence number. */
export function tcpSequence(at: u32): u32 {
  return readU32(at + SEQUENCE);
}

/** Acknowledgment number. */
export function tcpAcknowledgment(at: u32): u32 {
  return readU32(at + ACKNOWLEDGMENT);
}

/** Bytes of the header, options included: 20 to 60. */
export function tcpHeaderLength(at: u32): u32 {
  return <u32> load<u8>(at + OFFSET) >> 4 << 2;
}

/** Control bits, TCP_ constants. */
export function tcpFlags(at: u32): u32 {
  return load<u8>(at + FLAGS);
}

/** Window as it stands, without scaling. */
export function tcpWindow(at: u32): u32 {
  return readU16(at + WINDOW);
}

/**
 * Writes a header but for its checksum (tcpSeal) and its options, `optionsLength` bytes (a multiple of
 * 4, at most 40) that the caller writes behind it; returns the bytes of both.
 */
export function tcpEmit(
  at: u32,
  sourcePort: u32,
  destinationPort: u32,
  sequence: u32,
  acknowledgment: u32,
  flags: u32,
  window: u32,
  optionsLength: u32,
): u32 {
  const headerLength = TCP_HEADER_SIZE + optionsLength;
  writeU16(at + SOURCE_PORT, sourcePort);
  writeU16(at + DESTINATION_PORT, destinationPort);
  writeU32(at + SEQUENCE, sequence);
  writeU32(at + ACKNOWLEDGMENT, acknowledgment);
  store<u8>(at + OFFSET, headerLength >> 2 << 4);
  store<u8>(at + FLAGS, flags);
  writeU16(at + WINDOW, window);
  writeU16(at + CHECKSUM, 0);
  writeU16(at + URGENT, 0);
  return headerLength;
}

/** Writes the checksum of an otherwise complete segment of `length` bytes, as tcpChecksumIsValid reads it. */
export function tcpSeal(at: u32, length: u32, family: u32, source: u32, destination: u32): void {
  writeU16(at + CHECKSUM, 0);
  const sum = checksumPseudoHeader(family, source, destination, IP_PROTOCOL_TCP, length);
  writeU16(at + CHECKSUM, checksumFinish(checksumAdd(sum, at, length)));
}
