// Reads a frame as far as the director needs it: who talks to which service, and how. The result
// stands in one Packet, written anew for every frame.
//
// An ICMP error quotes a packet that a real server sent to a client (virtual address and port are its
// source). It is described as if the client had sent it, so that service and connection are found
// the same way: path MTU discovery of the real servers depends on it (RFC 1191, RFC 8201).

import { PROTOCOL_TCP, PROTOCOL_UDP } from "../abi/director";
import { FAMILY_INET, FAMILY_INET6 } from "../abi/state";
import { STATUS_NOT_OURS, STATUS_OK, STATUS_TRUNCATED } from "../abi/status";
import { addressEqual, addressFromPacket } from "../base/address";
import { readU16 } from "../base/bytes";
import {
  ETHERNET_HEADER_SIZE,
  ETHERNET_TYPE_IPV4,
  ETHERNET_TYPE_IPV6,
  ethernetPayload,
  ethernetType,
} from "../wire/ethernet";
import {
  IP_PROTOCOL_ICMPV6,
  IPV4_HEADER_SIZE,
  ipv4Check,
  ipv4Destination,
  ipv4HeaderLength,
  ipv4Payload,
  ipv4PayloadLength,
  ipv4Protocol,
  ipv4Source,
  ipv4TotalLength,
} from "../wire/ipv4";
import {
  IPV6_HEADER_SIZE,
  ipv6Check,
  ipv6Destination,
  ipv6NextHeader,
  ipv6Payload,
  ipv6PayloadLength,
  ipv6Source,
} from "../wire/ipv6";
import { tcpCheck, tcpDestinationPort, tcpFlags, tcpSourcePort } from "../wire/tcp";
import { udpCheck, udpDestinationPort, udpSourcePort } from "../wire/udp";

/** Number of ICMP for IPv4 (IANA protocol-numbers). */
export const IP_PROTOCOL_ICMP: u32 = 1;
/** Bytes before the packet that an ICMP error of either family quotes. */
export const ICMP_ERROR_HEADER_SIZE: u32 = 8;
/** Bytes of a quoted TCP or UDP header that are always there (RFC 792). */
const QUOTED_TRANSPORT_SIZE: u32 = 8;
/** Offset of flags and fragment offset in an IPv4 header, and the bits of the offset. */
const IPV4_FRAGMENT: u32 = 6;
const IPV4_FRAGMENT_OFFSET_MASK: u32 = 0x1fff;

/** One packet, addresses as fields of 16 bytes, seen from the client. */
@unmanaged
export class Packet {
  clientHi: u64;
  clientLo: u64;
  serviceHi: u64;
  serviceLo: u64;
  clientPort: u32;
  servicePort: u32;
  /** FAMILY_INET or FAMILY_INET6. */
  family: u32;
  /** PROTOCOL_TCP or PROTOCOL_UDP. */
  protocol: u32;
  /** TCP control bits; 0 for UDP. */
  flags: u32;
  /** 1 for an ICMP error about a packet of this connection. */
  isError: u32;
  /** Address and bytes of the IP packet. */
  ip: u32;
  ipLength: u32;
  /** Address and bytes of the TCP segment, UDP datagram or ICMP message. */
  transport: u32;
  transportLength: u32;
}

const last = changetype<Packet>(memory.data(offsetof<Packet>(), 8));

/** The packet read last; whole only when packetRead answered STATUS_OK. */
export function packetLast(): Packet {
  return last;
}

/** Address of the client's address field of a packet. */
export function packetClient(packet: Packet): u32 {
  return changetype<u32>(packet) + offsetof<Packet>("clientHi");
}

/** Address of the virtual address field of a packet. */
export function packetService(packet: Packet): u32 {
  return changetype<u32>(packet) + offsetof<Packet>("serviceHi");
}

/**
 * Reads a frame of at least ETHERNET_HEADER_SIZE bytes. Answers STATUS_OK (TCP, UDP or an ICMP error
 * about one of them), STATUS_NOT_OURS (anything else that is well formed), or what the codecs of
 * wire/ say: STATUS_TRUNCATED, STATUS_PROTOCOL, STATUS_CHECKSUM, STATUS_FRAGMENT. Checksums of TCP
 * and UDP are not checked: frames of virtual links have partial ones.
 */
export function packetRead(frame: u32, size: u32): u32 {
  const ip = ethernetPayload(frame);
  const room = size - ETHERNET_HEADER_SIZE;
  last.ip = ip;
  last.isError = 0;
  last.flags = 0;
  switch (ethernetType(frame)) {
    case ETHERNET_TYPE_IPV4:
      return readIpv4(ip, room);
    case ETHERNET_TYPE_IPV6:
      return readIpv6(ip, room);
    default:
      return STATUS_NOT_OURS;
  }
}

function readIpv4(ip: u32, room: u32): u32 {
  const status = ipv4Check(ip, room);
  if (status != STATUS_OK) return status;
  last.family = FAMILY_INET;
  last.ipLength = ipv4TotalLength(ip);
  last.transport = ipv4Payload(ip);
  last.transportLength = ipv4PayloadLength(ip);
  addressFromPacket(packetClient(last), ipv4Source(ip), FAMILY_INET);
  addressFromPacket(packetService(last), ipv4Destination(ip), FAMILY_INET);
  const protocol = ipv4Protocol(ip);
  return protocol == IP_PROTOCOL_ICMP ? readIcmp() : readTransport(protocol);
}

function readIpv6(ip: u32, room: u32): u32 {
  const status = ipv6Check(ip, room);
  if (status != STATUS_OK) return status;
  last.family = FAMILY_INET6;
  last.ipLength = IPV6_HEADER_SIZE + ipv6PayloadLength(ip);
  last.transport = ipv6Payload(ip);
  last.transportLength = ipv6PayloadLength(ip);
  addressFromPacket(packetClient(last), ipv6Source(ip), FAMILY_INET6);
  addressFromPacket(packetService(last), ipv6Destination(ip), FAMILY_INET6);
  const protocol = ipv6NextHeader(ip);
  return protocol == IP_PROTOCOL_ICMPV6 ? readIcmpv6() : readTransport(protocol);
}

function readTransport(protocol: u32): u32 {
  const at = last.transport;
  last.protocol = protocol;
  if (protocol == PROTOCOL_TCP) {
    const status = tcpCheck(at, last.transportLength);
    if (status != STATUS_OK) return status;
    last.clientPort = tcpSourcePort(at);
    last.servicePort = tcpDestinationPort(at);
    last.flags = tcpFlags(at);
    return STATUS_OK;
  }
  if (protocol == PROTOCOL_UDP) {
    const status = udpCheck(at, last.transportLength);
    if (status != STATUS_OK) return status;
    last.clientPort = udpSourcePort(at);
    last.servicePort = udpDestinationPort(at);
    return STATUS_OK;
  }
  return STATUS_NOT_OURS;
}

/** Destination unreachable 3, source quench 4, time exceeded 11, parameter problem 12 (RFC 792). */
function readIcmp(): u32 {
  if (last.transportLength == 0) return STATUS_TRUNCATED;
  const type: u32 = load<u8>(last.transport);
  if (type != 3 && type != 4 && type != 11 && type != 12) return STATUS_NOT_OURS;
  const quoted = last.transport + ICMP_ERROR_HEADER_SIZE;
  const fixed = ICMP_ERROR_HEADER_SIZE + IPV4_HEADER_SIZE;
  if (last.transportLength < fixed) return STATUS_TRUNCATED;
  const headerLength = ipv4HeaderLength(quoted);
  if (<u32> load<u8>(quoted) >> 4 != 4 || headerLength < IPV4_HEADER_SIZE) return STATUS_NOT_OURS;
  if (last.transportLength < ICMP_ERROR_HEADER_SIZE + headerLength + QUOTED_TRANSPORT_SIZE) {
    return STATUS_TRUNCATED;
  }
  if ((readU16(quoted + IPV4_FRAGMENT) & IPV4_FRAGMENT_OFFSET_MASK) != 0) return STATUS_NOT_OURS;
  return readQuoted(
    ipv4Source(quoted),
    ipv4Destination(quoted),
    ipv4Protocol(quoted),
    ipv4Payload(quoted),
  );
}

/** Types 1 to 4: unreachable, too big, time exceeded, parameter problem (RFC 4443 3). */
function readIcmpv6(): u32 {
  if (last.transportLength == 0) return STATUS_TRUNCATED;
  const type: u32 = load<u8>(last.transport);
  if (type < 1 || type > 4) return STATUS_NOT_OURS;
  const quoted = last.transport + ICMP_ERROR_HEADER_SIZE;
  if (last.transportLength < ICMP_ERROR_HEADER_SIZE + IPV6_HEADER_SIZE + QUOTED_TRANSPORT_SIZE) {
    return STATUS_TRUNCATED;
  }
  if (<u32> load<u8>(quoted) >> 4 != 6) return STATUS_NOT_OURS;
  return readQuoted(
    ipv6Source(quoted),
    ipv6Destination(quoted),
    ipv6NextHeader(quoted),
    ipv6Payload(quoted),
  );
}

/** A quoted packet from the virtual address to a client, turned round. */
function readQuoted(source: u32, destination: u32, protocol: u32, transport: u32): u32 {
  if (protocol != PROTOCOL_TCP && protocol != PROTOCOL_UDP) return STATUS_NOT_OURS;
  const client = packetClient(last);
  addressFromPacket(client, source, last.family);
  // Only the sender of the quoted packet is told of it.
  if (!addressEqual(client, packetService(last))) return STATUS_NOT_OURS;
  addressFromPacket(client, destination, last.family);
  last.protocol = protocol;
  // Ports stand at the same place in both headers.
  last.servicePort = tcpSourcePort(transport);
  last.clientPort = tcpDestinationPort(transport);
  last.isError = 1;
  return STATUS_OK;
}
