// Answers to a client in place of the frame it sent. The packets of a balanced service are kept from
// the local stack, so what the kernel's stack or ip_vs would tell the client is told here: a reset
// for a segment of no connection (RFC 9293 3.10.7.1), port unreachable when no server is left, time
// exceeded when the TTL is used up (RFC 792, RFC 4443 3). The answer overwrites the frame; addresses
// come from the Packet, which holds copies.

import { ANSWER_PER_SECOND_MAX } from "../abi/limits";
import { FAMILY_INET } from "../abi/state";
import { addressIsMulticast, addressIsUnspecified } from "../base/address";
import { writeU16, writeU32 } from "../base/bytes";
import { checksum, checksumAdd, checksumFinish, checksumPseudoHeader6 } from "../base/checksum";
import { ETHERNET_HEADER_SIZE } from "../wire/ethernet";
import { IP_PROTOCOL_ICMPV6, IP_PROTOCOL_TCP, IPV4_HEADER_SIZE, ipv4Emit } from "../wire/ipv4";
import { IPV6_HEADER_SIZE, ipv6Emit } from "../wire/ipv6";
import {
  TCP_ACK,
  TCP_FIN,
  TCP_HEADER_SIZE,
  TCP_RST,
  TCP_SYN,
  tcpAcknowledgment,
  tcpEmit,
  tcpFlags,
  tcpHeaderLength,
  tcpSeal,
  tcpSequence,
} from "../wire/tcp";
import { countersLive } from "./counters";
import {
  ICMP_ERROR_HEADER_SIZE,
  IP_PROTOCOL_ICMP,
  Packet,
  packetClient,
  packetService,
} from "./packet";

/** Bytes of the client's packet that an ICMP error quotes: 576 in all over IPv4 (RFC 1812 4.3.2.3). */
const QUOTE_SIZE_MAX: u32 = 548;
/** TTL and hop limit of answers (RFC 1700, "recommended default"). */
const ANSWER_TTL: u32 = 64;
const SECOND_US: u64 = 1_000_000;

/** How many answers this second has seen. */
@unmanaged
export class AnswerHead {
  secondUs: u64;
  count: u32;
}

const head = changetype<AnswerHead>(memory.data(offsetof<AnswerHead>(), 8));

/** Forgets what was sent. */
export function answerInit(): void {
  head.secondUs = 0;
  head.count = 0;
}

/** Answers a TCP segment with a reset. Returns the bytes of the new frame, 0 for no answer. */
export function answerReset(frame: u32, packet: Packet, now: u64): u32 {
  if ((packet.flags & TCP_RST) != 0 || !mayAnswer(packet, now)) return 0;
  const segment = packet.transport;
  const flags = tcpFlags(segment);
  let sequence: u32 = 0;
  let acknowledgment: u32 = 0;
  if ((flags & TCP_ACK) != 0) sequence = tcpAcknowledgment(segment);
  else {
    acknowledgment = tcpSequence(segment) + packet.transportLength - tcpHeaderLength(segment);
    if ((flags & TCP_SYN) != 0) acknowledgment++;
    if ((flags & TCP_FIN) != 0) acknowledgment++;
  }
  const answerFlags = (flags & TCP_ACK) != 0 ? TCP_RST : TCP_RST | TCP_ACK;
  const at = emitIp(frame, packet, IP_PROTOCOL_TCP, TCP_HEADER_SIZE);
  tcpEmit(
    at,
    packet.servicePort,
    packet.clientPort,
    sequence,
    acknowledgment,
    answerFlags,
    0,
    0,
  );
  tcpSeal(at, TCP_HEADER_SIZE, packet.family, packetService(packet), packetClient(packet));
  return at + TCP_HEADER_SIZE - frame;
}

/** Answers with port unreachable. Returns the bytes of the new frame, 0 for no answer. */
export function answerUnreachable(frame: u32, packet: Packet, now: u64): u32 {
  return packet.family == FAMILY_INET
    ? answerIcmp(frame, packet, 3, 3, now)
    : answerIcmp(frame, packet, 1, 4, now);
}

/** Answers with time exceeded in transit. Returns the bytes of the new frame, 0 for no answer. */
export function answerTimeExceeded(frame: u32, packet: Packet, now: u64): u32 {
  return packet.family == FAMILY_INET
    ? answerIcmp(frame, packet, 11, 0, now)
    : answerIcmp(frame, packet, 3, 0, now);
}

function answerIcmp(frame: u32, packet: Packet, type: u32, code: u32, now: u64): u32 {
  // Never an error about an error (RFC 1122 3.2.2).
  if (packet.isError != 0 || !mayAnswer(packet, now)) return 0;
  const quote = min(packet.ipLength, QUOTE_SIZE_MAX);
  const length = ICMP_ERROR_HEADER_SIZE + quote;
  const ipv4 = packet.family == FAMILY_INET;
  const header = ipv4 ? IPV4_HEADER_SIZE : IPV6_HEADER_SIZE;
  memory.copy(packet.ip + header + ICMP_ERROR_HEADER_SIZE, packet.ip, quote);
  const at = emitIp(frame, packet, ipv4 ? IP_PROTOCOL_ICMP : IP_PROTOCOL_ICMPV6, length);
  store<u8>(at, type);
  store<u8>(at + 1, code);
  writeU16(at + 2, 0);
  writeU32(at + 4, 0);
  const sum = ipv4 ? checksum(at, length) : checksumFinish(checksumAdd(
    checksumPseudoHeader6(
      packetService(packet),
      packetClient(packet),
      IP_PROTOCOL_ICMPV6,
      length,
    ),
    at,
    length,
  ));
  writeU16(at + 2, sum);
  return at + length - frame;
}

/** Turns the Ethernet header round and writes an IP header back to the client; returns its end. */
function emitIp(frame: u32, packet: Packet, protocol: u32, length: u32): u32 {
  const ourMacLow = load<u32>(frame);
  const ourMacHigh = load<u16>(frame + 4);
  store<u32>(frame, load<u32>(frame + 6));
  store<u16>(frame + 4, load<u16>(frame + 10));
  store<u32>(frame + 6, ourMacLow);
  store<u16>(frame + 10, ourMacHigh);
  const ip = frame + ETHERNET_HEADER_SIZE;
  const from = packetService(packet);
  const to = packetClient(packet);
  return packet.family == FAMILY_INET
    ? ip + ipv4Emit(ip, 0, 0, ANSWER_TTL, protocol, from, to, length)
    : ip + ipv6Emit(ip, 0, protocol, ANSWER_TTL, from, to, length);
}

/** Whether the client is one station and this second has room for one more answer; takes the room. */
function mayAnswer(packet: Packet, now: u64): bool {
  const client = packetClient(packet);
  if (addressIsUnspecified(client) || addressIsMulticast(client, packet.family)) return false;
  if (packet.family == FAMILY_INET && load<u32>(client) == 0xffff_ffff) return false;
  if (now - head.secondUs >= SECOND_US) {
    head.secondUs = now;
    head.count = 0;
  }
  if (head.count >= ANSWER_PER_SECOND_MAX) return false;
  head.count++;
  countersLive().answered++;
  return true;
}
