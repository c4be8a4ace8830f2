// Headers of TCP (RFC 9293) and UDP (RFC 768); what they carry is only shown.
// This module is browser safe.

import { checksumFor, pseudoHeaderSum } from "./checksum.ts";
import { hexOf, judgeChecksum, remark } from "./layer_reader.ts";
import { IP_PROTOCOL_TCP, IP_PROTOCOL_UDP, TCP, UDP } from "./layout.ts";
import { rfc } from "./source.ts";
import type { IpEnds, Walk } from "./walk.ts";

/** The IP header around it; `isCut`: bytes of the payload were not captured. */
export interface Around {
  ends: IpEnds;
  isCut: boolean;
}

/** From the lowest bit (RFC 9293 3.1). */
const TCP_FLAGS = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"];

function tcpFlagsText(flags: number): string {
  const words = TCP_FLAGS.filter((_, bit) => (flags >> bit & 1) === 1);
  return words.length === 0 ? "none" : words.join(", ");
}

const CHECKSUM_FORM = { text: (value: number) => hexOf(value, 4) };

/** A segment. */
export function dissectTcp(walk: Walk, at: number, end: number, { ends, isCut }: Around): void {
  const reader = walk.reader("tcp", at, end, rfc(9293, "3.1"));
  reader.number("tcp.sourcePort", TCP.sourcePort, 2);
  reader.number("tcp.destinationPort", TCP.destinationPort, 2);
  reader.number("tcp.sequence", TCP.sequence, 4);
  reader.number("tcp.acknowledgment", TCP.acknowledgment, 4);
  const words = reader.bits("tcp.headerLength", TCP.dataOffset, 1, 0xf0, {
    text: (value) => `${4 * value} bytes (${value} words)`,
  });
  reader.bits("tcp.reserved", TCP.dataOffset, 1, 0x0f);
  reader.number("tcp.flags", TCP.flags, 1, { text: tcpFlagsText });
  reader.number("tcp.window", TCP.window, 2);
  const checksum = reader.number("tcp.checksum", TCP.checksum, 2, CHECKSUM_FORM);
  reader.number("tcp.urgent", TCP.urgent, 2);
  const segment = reader.slice(0, reader.available);
  const pseudo = isCut ? 0 : pseudoHeaderSum(ends, IP_PROTOCOL_TCP, segment.length);
  judgeChecksum(checksum, isCut ? null : checksumFor(segment, TCP.checksum, pseudo));
  const headerSize = 4 * (words?.number ?? 0);
  if (!reader.isCut && headerSize < TCP.SIZE) {
    remark(words, "lengthTooSmall", { least: TCP.SIZE / 4 });
  } else if (!reader.isCut) {
    reader.data("tcp.options", TCP.SIZE, headerSize - TCP.SIZE, rfc(9293, "3.2"));
  }
  walk.add(reader);
  if (!reader.isCut) walk.rest("data", at + Math.max(headerSize, TCP.SIZE), end);
}

/** A datagram. */
export function dissectUdp(walk: Walk, at: number, end: number, { ends, isCut }: Around): void {
  const reader = walk.reader("udp", at, end, rfc(768));
  reader.number("udp.sourcePort", UDP.sourcePort, 2);
  reader.number("udp.destinationPort", UDP.destinationPort, 2);
  const length = reader.number("udp.length", UDP.length, 2);
  const checksum = reader.number("udp.checksum", UDP.checksum, 2, CHECKSUM_FORM);
  const size = length?.number ?? 0;
  const isWhole = size >= UDP.SIZE && size <= reader.available && !isCut;
  if (!reader.isCut && size < UDP.SIZE) remark(length, "lengthTooSmall", { least: UDP.SIZE });
  if (!reader.isCut && size > reader.available) {
    remark(length, "lengthBeyond", { have: reader.available });
  }
  if (checksum?.number === 0 && ends.source.length === 4) {
    remark(checksum, "checksumAbsent");
  } else {
    const datagram = reader.slice(0, size);
    const pseudo = pseudoHeaderSum(ends, IP_PROTOCOL_UDP, size);
    judgeChecksum(checksum, isWhole ? udpChecksum(datagram, pseudo) : null);
  }
  walk.add(reader);
  if (!reader.isCut) walk.rest("data", at + UDP.SIZE, end);
}

/** Zero is sent as all ones (RFC 768). */
function udpChecksum(datagram: Uint8Array, pseudo: number): number {
  return checksumFor(datagram, UDP.checksum, pseudo) || 0xffff;
}
