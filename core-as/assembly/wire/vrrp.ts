// VRRP advertisements: version 2 (RFC 3768 5.3, authentication fields of RFC 2338 5.3.6) over IPv4 and
// version 3 (RFC 9568 5.2, RFC 5798 5.2) over IPv4 and IPv6. The IP header is not part of it.
//
// Version 2:
//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-------+-------+---------------+---------------+---------------+
// |ver = 2|type =1|     VRID      |   priority    |    n addr.    |
// +-------+-------+---------------+---------------+---------------+
// |   auth type   |  interval, s  |           checksum            |
// +---------------+---------------+-------------------------------+
// |                   n addresses, 4 bytes each                   |
// +---------------------------------------------------------------+
// |              authentication data, always 8 bytes              |
// +---------------------------------------------------------------+
//
// Version 3:
// +-------+-------+---------------+---------------+---------------+
// |ver = 3|type =1|     VRID      |   priority    |    n addr.    |
// +-------+-------+---------------+---------------+---------------+
// |  rsv  |     interval, cs      |           checksum            |
// +-------+-----------------------+-------------------------------+
// |                n addresses, 4 or 16 bytes each                |
// +---------------------------------------------------------------+

import { ADVERTISEMENT_INTERVAL_CS_MAX } from "../abi/limits";
import { FAMILY_INET } from "../abi/state";
import {
  STATUS_CHECKSUM,
  STATUS_OK,
  STATUS_TOO_LONG,
  STATUS_TRUNCATED,
  STATUS_TYPE,
  STATUS_VERSION,
} from "../abi/status";
import { addressSize, addressToPacket } from "../base/address";
import { readU16, writeU16 } from "../base/bytes";
import {
  checksumAdd,
  checksumFinish,
  checksumIsValid,
  checksumPseudoHeader,
} from "../base/checksum";
import { ETHERNET_PAYLOAD_SIZE_MIN } from "./ethernet";
import { IP_PROTOCOL_VRRP, IPV4_HEADER_SIZE } from "./ipv4";

const VERSION_TYPE: u32 = 0;
const VRID: u32 = 1;
const PRIORITY: u32 = 2;
const COUNT: u32 = 3;
const AUTH_TYPE: u32 = 4;
const INTERVAL_S: u32 = 5;
const INTERVAL_CS: u32 = 4;
const CHECKSUM: u32 = 6;
const ADDRESSES: u32 = 8;

const AUTH_DATA_SIZE: u32 = 8;
const TYPE_ADVERTISEMENT: u32 = 1;
const MICROSECONDS_PER_SECOND: u32 = 1_000_000;
const MICROSECONDS_PER_CENTISECOND: u32 = 10_000;

/** Bytes before the addresses. */
export const VRRP_HEADER_SIZE: u32 = 8;
/** Longest message: version 3 with 255 IPv6 addresses. */
export const VRRP_SIZE_MAX: u32 = VRRP_HEADER_SIZE + 255 * 16;
/**
 * A message over IPv4 up to this size may be longer than its counts say: senders exist that count the
 * padding of a minimal Ethernet frame into the IP total length. IPv6 adverts are never that short.
 */
export const VRRP_PADDED_SIZE_MAX: u32 = ETHERNET_PAYLOAD_SIZE_MIN - IPV4_HEADER_SIZE;

/**
 * Bytes of a message by its parameters: version 2 or 3, family, number of addresses (0..255).
 */
export function vrrpSize(version: u32, family: u32, count: u32): u32 {
  const trailer: u32 = version == 2 ? AUTH_DATA_SIZE : 0;
  return VRRP_HEADER_SIZE + count * addressSize(family) + trailer;
}

/**
 * Checks everything but the checksum of a message of `length` bytes. After STATUS_OK all getters that
 * the version has are safe. In this order: STATUS_TRUNCATED (shorter than a header), STATUS_VERSION
 * (not 2 or 3, or 2 over IPv6), STATUS_TYPE, STATUS_TRUNCATED (shorter than the counts say),
 * STATUS_TOO_LONG (longer; VRRP_PADDED_SIZE_MAX is tolerated). Not checked: VRID 0, auth type,
 * reserved bits (RFC 9568 5.2.6: ignored).
 */
export function vrrpCheckLayout(at: u32, length: u32, family: u32): u32 {
  if (length < VRRP_HEADER_SIZE) return STATUS_TRUNCATED;
  const version = vrrpVersion(at);
  if (version != 3 && !(version == 2 && family == FAMILY_INET)) return STATUS_VERSION;
  if (vrrpType(at) != TYPE_ADVERTISEMENT) return STATUS_TYPE;
  const size = vrrpSize(version, family, vrrpAddressCount(at));
  if (length < size) return STATUS_TRUNCATED;
  if (length > size && !(family == FAMILY_INET && length <= VRRP_PADDED_SIZE_MAX)) {
    return STATUS_TOO_LONG;
  }
  return STATUS_OK;
}

/**
 * Whether the checksum is right; only after vrrpCheckLayout said STATUS_OK. Source and destination
 * are those of the IP header, 4 or 16 bytes by family (an address field of the core will do); version
 * 2 does not use them. Padding is left out.
 */
export function vrrpChecksumIsValid(at: u32, family: u32, source: u32, destination: u32): bool {
  const version = vrrpVersion(at);
  const size = vrrpSize(version, family, vrrpAddressCount(at));
  return checksumIsValid(messageSum(at, size, family, source, destination));
}

/** vrrpCheckLayout and then the checksum: STATUS_CHECKSUM when it is wrong. */
export function vrrpCheck(
  at: u32,
  length: u32,
  family: u32,
  source: u32,
  destination: u32,
): u32 {
  const status = vrrpCheckLayout(at, length, family);
  if (status != STATUS_OK) return status;
  return vrrpChecksumIsValid(at, family, source, destination) ? STATUS_OK : STATUS_CHECKSUM;
}

/** Sum of a message of `size` bytes and, in version 3, of the pseudo header (RFC 9568 5.2.8). */
function messageSum(at: u32, size: u32, family: u32, source: u32, destination: u32): u64 {
  const pseudo: u64 = vrrpVersion(at) == 2
    ? 0
    : checksumPseudoHeader(family, source, destination, IP_PROTOCOL_VRRP, size);
  return checksumAdd(pseudo, at, size);
}

/** Version field. */
export function vrrpVersion(at: u32): u32 {
  return <u32> load<u8>(at + VERSION_TYPE) >> 4;
}

/** Type field; 1 is ADVERTISEMENT. */
export function vrrpType(at: u32): u32 {
  return <u32> load<u8>(at + VERSION_TYPE) & 0x0f;
}

/** Virtual router identifier. */
export function vrrpVrid(at: u32): u32 {
  return load<u8>(at + VRID);
}

/** Priority: 0 the master resigns, 255 the owner. */
export function vrrpPriority(at: u32): u32 {
  return load<u8>(at + PRIORITY);
}

/** Number of addresses. */
export function vrrpAddressCount(at: u32): u32 {
  return load<u8>(at + COUNT);
}

/** Version 2: authentication type, AUTH_NONE, AUTH_PASS or another. */
export function vrrpAuthType(at: u32): u32 {
  return load<u8>(at + AUTH_TYPE);
}

/** Version 2: advert interval, seconds. */
export function vrrpAdvertisementIntervalS(at: u32): u32 {
  return load<u8>(at + INTERVAL_S);
}

/** Version 3: advert interval, centiseconds, 12 bits. */
export function vrrpAdvertisementIntervalCs(at: u32): u32 {
  return readU16(at + INTERVAL_CS) & ADVERTISEMENT_INTERVAL_CS_MAX;
}

/** Advert interval of either version, microseconds. */
export function vrrpAdvertisementIntervalUs(at: u32): u32 {
  return vrrpVersion(at) == 2
    ? vrrpAdvertisementIntervalS(at) * MICROSECONDS_PER_SECOND
    : vrrpAdvertisementIntervalCs(at) * MICROSECONDS_PER_CENTISECOND;
}

/** The checksum field, as a number. */
export function vrrpChecksum(at: u32): u32 {
  return readU16(at + CHECKSUM);
}

/** Address of the index-th address, 4 or 16 bytes by family; index is below vrrpAddressCount. */
export function vrrpAddress(at: u32, family: u32, index: u32): u32 {
  return at + ADDRESSES + index * addressSize(family);
}

/** Version 2: the eight bytes of authentication data as they lie in memory (ConfigInstanceInput.authData). */
export function vrrpAuthData(at: u32): u64 {
  return load<u64>(at + ADDRESSES + (vrrpAddressCount(at) << 2));
}

/**
 * Writes a version 2 message but for its addresses and checksum: vrrpPutAddress each of them, then
 * vrrpSeal. Returns its bytes. `intervalS` is 0..255; `authData` holds the eight bytes as they lie in
 * memory and is zero unless authType is AUTH_PASS.
 */
export function vrrpEmitV2(
  at: u32,
  vrid: u32,
  priority: u32,
  count: u32,
  intervalS: u32,
  authType: u32,
  authData: u64,
): u32 {
  emitCommon(at, 2, vrid, priority, count);
  store<u8>(at + AUTH_TYPE, authType);
  store<u8>(at + INTERVAL_S, intervalS);
  store<u64>(at + ADDRESSES + (count << 2), authData);
  return vrrpSize(2, FAMILY_INET, count);
}

/**
 * Writes a version 3 message but for its addresses and checksum: vrrpPutAddress each of them, then
 * vrrpSeal. Returns its bytes. `intervalCs` is 0..ADVERTISEMENT_INTERVAL_CS_MAX.
 */
export function vrrpEmitV3(
  at: u32,
  family: u32,
  vrid: u32,
  priority: u32,
  count: u32,
  intervalCs: u32,
): u32 {
  emitCommon(at, 3, vrid, priority, count);
  writeU16(at + INTERVAL_CS, intervalCs & ADVERTISEMENT_INTERVAL_CS_MAX);
  return vrrpSize(3, family, count);
}

function emitCommon(at: u32, version: u32, vrid: u32, priority: u32, count: u32): void {
  store<u8>(at + VERSION_TYPE, version << 4 | TYPE_ADVERTISEMENT);
  store<u8>(at + VRID, vrid);
  store<u8>(at + PRIORITY, priority);
  store<u8>(at + COUNT, count);
}

/** Writes the index-th address of a message from an address field of the core (16 bytes). */
export function vrrpPutAddress(at: u32, family: u32, index: u32, address: u32): void {
  addressToPacket(vrrpAddress(at, family, index), address, family);
}

/**
 * Writes the checksum of an otherwise complete message. Source and destination as in
 * vrrpChecksumIsValid.
 */
export function vrrpSeal(at: u32, family: u32, source: u32, destination: u32): void {
  const size = vrrpSize(vrrpVersion(at), family, vrrpAddressCount(at));
  writeU16(at + CHECKSUM, 0);
  writeU16(at + CHECKSUM, checksumFinish(messageSum(at, size, family, source, destination)));
}
