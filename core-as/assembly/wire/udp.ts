// UDP headers (RFC 768; over IPv6 RFC 8200 8.1).
//
//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-------------------------------+-------------------------------+
// |          source port          |       destination port        |
// +-------------------------------+-------------------------------+
// |            length             |           checksum            |
// +-------------------------------+-------------------------------+

import { FAMILY_INET } from "../abi/state";
import { STATUS_OK, STATUS_TRUNCATED } from "../abi/status";
import { readU16, writeU16 } from "../base/bytes";
import {
  checksumAdd,
  checksumFinish,
  checksumIsValid,
  checksumPseudoHeader,
} from "../base/checksum";
import { IP_PROTOCOL_UDP } from "./ipv4";

const SOURCE_PORT: u32 = 0;
const DESTINATION_PORT: u32 = 2;
const LENGTH: u32 = 4;
const CHECKSUM: u32 = 6;

/** Bytes of the header. */
export const UDP_HEADER_SIZE: u32 = 8;

/**
 * Checks a datagram in `length` bytes. After STATUS_OK all getters are safe, and so are the udpLength
 * bytes from `at`; bytes behind them are left out. Answers STATUS_TRUNCATED. Not checked: the checksum,
 * which network cards and virtual links leave to be filled in later.
 */
export function udpCheck(at: u32, length: u32): u32 {
  if (length < UDP_HEADER_SIZE) return STATUS_TRUNCATED;
  const total = udpLength(at);
  return total < UDP_HEADER_SIZE || total > length ? STATUS_TRUNCATED : STATUS_OK;
}

/**
 * Whether the checksum is right, or absent where that is allowed: a zero over IPv4. Source and
 * destination are those of the IP header, 4 or 16 bytes by family.
 */
export function udpChecksumIsValid(at: u32, family: u32, source: u32, destination: u32): bool {
  if (readU16(at + CHECKSUM) == 0) return family == FAMILY_INET;
  return checksumIsValid(datagramSum(at, family, source, destination));
}

function datagramSum(at: u32, family: u32, source: u32, destination: u32): u64 {
  const length = udpLength(at);
  const sum = checksumPseudoHeader(family, source, destination, IP_PROTOCOL_UDP, length);
  return checksumAdd(sum, at, length);
}

/** Source port. */
export function udpSourcePort(at: u32): u32 {
  return readU16(at + SOURCE_PORT);
}

/** Destination port. */
export function udpDestinationPort(at: u32): u32 {
  return readU16(at + DESTINATION_PORT);
}

/** Bytes of the datagram, header included. */
export function udpLength(at: u32): u32 {
  return readU16(at + LENGTH);
}

/** Address of the payload. */
export function udpPayload(at: u32): u32 {
  return at + UDP_HEADER_SIZE;
}

/** Writes a header but for its checksum (udpSeal); returns its 8 bytes. */
export function udpEmit(
  at: u32,
  sourcePort: u32,
  destinationPort: u32,
  payloadLength: u32,
): u32 {
  writeU16(at + SOURCE_PORT, sourcePort);
  writeU16(at + DESTINATION_PORT, destinationPort);
  writeU16(at + LENGTH, UDP_HEADER_SIZE + payloadLength);
  writeU16(at + CHECKSUM, 0);
  return UDP_HEADER_SIZE;
}

/** Writes the checksum of an otherwise complete datagram; a zero is sent as all ones (RFC 768). */
export function udpSeal(at: u32, family: u32, source: u32, destination: u32): void {
  writeU16(at + CHECKSUM, 0);
  const sum = checksumFinish(datagramSum(at, family, source, destination));
  writeU16(at + CHECKSUM, sum == 0 ? 0xffff : sum);
}
