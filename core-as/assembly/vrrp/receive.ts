// Receiving an advert: the checks in keepalived's order (behaviour of vrrp_in_chk; RFC 3768 7.1, RFC
// 9568 7.1), each refusal with its status, its counter and what the packet said against what was
// wanted. An advert that passes goes to events.ts.

import { ID_NONE, PRIORITY_RESIGN } from "../abi/limits";
import { PacketInput } from "../abi/input";
import {
  FAMILY_INET,
  INSTANCE_SKIP_CHECK_ADV_ADDR,
  NOTICE_ADDRESS_LIST,
  STATE_STOP,
} from "../abi/state";
import {
  STATUS_AUTH_DATA,
  STATUS_AUTH_TYPE,
  STATUS_CHECKSUM,
  STATUS_DESTINATION,
  STATUS_INTERVAL,
  STATUS_OK,
  STATUS_OWN_PACKET,
  STATUS_PROTOCOL,
  STATUS_TOO_LONG,
  STATUS_TRUNCATED,
  STATUS_TTL,
  STATUS_TYPE,
  STATUS_VERSION,
  STATUS_VRID_UNKNOWN,
} from "../abi/status";
import { addressFromPacket } from "../base/address";
import {
  IP_PROTOCOL_VRRP,
  IPV4_HEADER_SIZE,
  IPV4_TTL_MAX,
  ipv4Check,
  ipv4Destination,
  ipv4Payload,
  ipv4PayloadLength,
  ipv4Protocol,
  ipv4Source,
  ipv4Ttl,
} from "../wire/ipv4";
import {
  VRRP_HEADER_SIZE,
  VRRP_PADDED_SIZE_MAX,
  vrrpAddress,
  vrrpAddressCount,
  vrrpAdvertisementIntervalUs,
  vrrpAuthData,
  vrrpAuthType,
  vrrpChecksum,
  vrrpChecksumIsValid,
  vrrpPriority,
  vrrpSize,
  vrrpType,
  vrrpVersion,
  vrrpVrid,
} from "../wire/vrrp";
import { instanceAt, node, scratchPacket, vipOfInstance } from "./arena";
import { advertAccepted } from "./events";
import { findInstance } from "./key_index";
import { noticePeer } from "./output_queue";
import { Packet } from "./packet";
import { Instance, VIP_ADVERTISED } from "./records";
import { tellRefused } from "./refused";

const TYPE_ADVERTISEMENT: u32 = 1;

/** Handles a packet record whose payload length was checked. Answers the packet's status. */
export function receive(input: PacketInput): u32 {
  const packet = scratchPacket();
  packet.vrid = 0;
  packet.ifindex = input.ifindex;
  packet.family = input.family;
  const at = changetype<u32>(input) + offsetof<PacketInput>();
  const status = openEnvelope(packet, input, at);
  if (status != STATUS_OK) {
    tellRefused(packet, ID_NONE, status, input.payloadLength, 0);
    return status;
  }
  if (packet.length < VRRP_HEADER_SIZE) {
    tellRefused(packet, ID_NONE, STATUS_TRUNCATED, packet.length, VRRP_HEADER_SIZE);
    return STATUS_TRUNCATED;
  }
  packet.vrid = vrrpVrid(packet.message);
  const number = findInstance(node().bank, packet.ifindex, packet.family, packet.vrid);
  if (number == ID_NONE) {
    tellRefused(packet, ID_NONE, STATUS_VRID_UNKNOWN, packet.vrid, 0);
    return STATUS_VRID_UNKNOWN;
  }
  const instance = instanceAt(number);
  if (isOurs(packet, instance)) {
    tellRefused(packet, number, STATUS_OWN_PACKET, 0, 0);
    return STATUS_OWN_PACKET;
  }
  const checked = checkHeader(packet, instance);
  return checked != STATUS_OK ? checked : checkBody(packet, instance);
}

/** Finds message, sender, destination and TTL: from the IPv4 header, or from the IPv6 socket. */
function openEnvelope(packet: Packet, input: PacketInput, at: u32): u32 {
  const source = changetype<u32>(packet) + offsetof<Packet>("sourceHi");
  const destination = changetype<u32>(packet) + offsetof<Packet>("destinationHi");
  if (input.family != FAMILY_INET) {
    packet.hopLimit = input.hopLimit;
    packet.message = at;
    packet.length = input.payloadLength;
    packet.sourceHi = input.sourceHi;
    packet.sourceLo = input.sourceLo;
    packet.destinationHi = input.destinationHi;
    packet.destinationLo = input.destinationLo;
    return STATUS_OK;
  }
  packet.sourceHi = 0;
  packet.sourceLo = 0;
  // The sender is told also when the header is damaged, as far as there are bytes to tell.
  if (input.payloadLength >= IPV4_HEADER_SIZE) {
    addressFromPacket(source, ipv4Source(at), FAMILY_INET);
  }
  const status = ipv4Check(at, input.payloadLength);
  if (status != STATUS_OK) return status;
  addressFromPacket(destination, ipv4Destination(at), FAMILY_INET);
  if (ipv4Protocol(at) != IP_PROTOCOL_VRRP) return STATUS_PROTOCOL;
  packet.hopLimit = ipv4Ttl(at);
  packet.message = ipv4Payload(at);
  packet.length = ipv4PayloadLength(at);
  return STATUS_OK;
}

function isOurs(packet: Packet, instance: Instance): bool {
  return instance.sourceKnown != 0 && packet.sourceLo == instance.sourceLo &&
    packet.sourceHi == instance.sourceHi;
}

function refuse(packet: Packet, instance: Instance, status: u32, got: u32, want: u32): u32 {
  tellRefused(packet, instance.instance, status, got, want);
  return status;
}

/** TTL, version, length; version 2: authentication and interval. */
function checkHeader(packet: Packet, instance: Instance): u32 {
  const at = packet.message;
  if (packet.hopLimit != IPV4_TTL_MAX) {
    instance.ttlErrors++;
    return refuse(packet, instance, STATUS_TTL, packet.hopLimit, IPV4_TTL_MAX);
  }
  const version = vrrpVersion(at);
  if (version != instance.version) {
    instance.versionErrors++;
    return refuse(packet, instance, STATUS_VERSION, version, instance.version);
  }
  const size = vrrpSize(version, packet.family, vrrpAddressCount(at));
  if (packet.length < size) {
    instance.packetLengthErrors++;
    return refuse(packet, instance, STATUS_TRUNCATED, packet.length, size);
  }
  if (version != 2) return STATUS_OK;
  if (vrrpAuthType(at) != instance.authType) {
    instance.authTypeErrors++;
    return refuse(packet, instance, STATUS_AUTH_TYPE, vrrpAuthType(at), instance.authType);
  }
  // Without authentication the data is ignored (RFC 3768 5.3.10).
  if (instance.authType != 0 && vrrpAuthData(at) != instance.authData) {
    instance.authDataErrors++;
    return refuse(packet, instance, STATUS_AUTH_DATA, 0, 0);
  }
  const intervalUs = vrrpAdvertisementIntervalUs(at);
  if (intervalUs != instance.intervalUs) {
    instance.intervalErrors++;
    return refuse(packet, instance, STATUS_INTERVAL, intervalUs, instance.intervalUs);
  }
  return STATUS_OK;
}

/** Type, excess length, checksum, destination; version 3: an interval of 0 (RFC 9568 erratum 8301). */
function checkBody(packet: Packet, instance: Instance): u32 {
  const at = packet.message;
  if (vrrpType(at) != TYPE_ADVERTISEMENT) {
    instance.invalidTypeReceived++;
    return refuse(packet, instance, STATUS_TYPE, vrrpType(at), TYPE_ADVERTISEMENT);
  }
  const size = vrrpSize(instance.version, packet.family, vrrpAddressCount(at));
  const padded = packet.family == FAMILY_INET && packet.length <= VRRP_PADDED_SIZE_MAX;
  if (packet.length > size && !padded) {
    instance.packetLengthErrors++;
    return refuse(packet, instance, STATUS_TOO_LONG, packet.length, size);
  }
  const source = changetype<u32>(packet) + offsetof<Packet>("sourceHi");
  const destination = changetype<u32>(packet) + offsetof<Packet>("destinationHi");
  if (!vrrpChecksumIsValid(at, packet.family, source, destination)) {
    instance.checksumErrors++;
    return refuse(packet, instance, STATUS_CHECKSUM, vrrpChecksum(at), 0);
  }
  if (
    packet.destinationLo != instance.multicastGroupLo ||
    packet.destinationHi != instance.multicastGroupHi
  ) {
    instance.destinationErrors++;
    return refuse(packet, instance, STATUS_DESTINATION, 0, 0);
  }
  const intervalUs = vrrpAdvertisementIntervalUs(at);
  if (intervalUs == 0) {
    instance.intervalErrors++;
    return refuse(packet, instance, STATUS_INTERVAL, 0, instance.intervalUs);
  }
  accept(packet, instance, intervalUs);
  return STATUS_OK;
}

function accept(packet: Packet, instance: Instance, intervalUs: u32): void {
  const at = packet.message;
  if (instance.state == STATE_STOP) return;
  // Messages are limited to one for each master.
  const sameSender = instance.peerKnown != 0 && instance.peerLo == packet.sourceLo &&
    instance.peerHi == packet.sourceHi;
  if (!sameSender) instance.addressListTold = 0;
  instance.peerHi = packet.sourceHi;
  instance.peerLo = packet.sourceLo;
  instance.peerPriority = vrrpPriority(at);
  instance.peerKnown = 1;
  instance.lastAdvertUs = <f64> node().nowUs;
  instance.advertReceived++;
  if (instance.peerPriority == PRIORITY_RESIGN) instance.priorityZeroReceived++;
  // Another interval is counted; a BACKUP then learns it, so a steady master counts once.
  if (intervalUs != instance.advertisementIntervalUs) instance.intervalErrors++;
  compareAddresses(packet, instance);
  advertAccepted(instance, intervalUs);
}

/** Counts and tells, once for each master, an address list that is not ours (RFC 9568 7.1: MAY). */
function compareAddresses(packet: Packet, instance: Instance): void {
  if ((instance.flags & INSTANCE_SKIP_CHECK_ADV_ADDR) != 0) return;
  const count = vrrpAddressCount(packet.message);
  if (count == instance.advertisedCount && sameAddresses(packet, instance, count)) return;
  instance.addressListErrors++;
  if (instance.addressListTold != 0) return;
  instance.addressListTold = 1;
  noticePeer(instance, NOTICE_ADDRESS_LIST, <f64> count, <f64> instance.advertisedCount);
}

/**
 * Whether the packet carries exactly our addresses. In the same order, the usual case, one pass is
 * enough; otherwise each of theirs is looked for among ours.
 */
function sameAddresses(packet: Packet, instance: Instance, count: u32): bool {
  const bank = node().bank;
  let inOrder: u32 = 0;
  for (let n: u32 = 0; n < instance.vipCount; n++) {
    const vip = vipOfInstance(bank, instance, n);
    if ((vip.flags & VIP_ADVERTISED) == 0) continue;
    if (!carries(packet, inOrder, vip.addressHi, vip.addressLo)) break;
    inOrder++;
  }
  if (inOrder == count) return true;
  for (let n: u32 = 0; n < instance.vipCount; n++) {
    const vip = vipOfInstance(bank, instance, n);
    if ((vip.flags & VIP_ADVERTISED) == 0) continue;
    let found = false;
    for (let k: u32 = 0; k < count && !found; k++) {
      found = carries(packet, k, vip.addressHi, vip.addressLo);
    }
    if (!found) return false;
  }
  return true;
}

/** Whether the packet's k-th address is this one. */
function carries(packet: Packet, k: u32, hi: u64, lo: u64): bool {
  const at = vrrpAddress(packet.message, packet.family, k);
  if (packet.family == FAMILY_INET) return load<u32>(at) == <u32> hi;
  return load<u64>(at) == hi && load<u64>(at, 8) == lo;
}
