// The frame that an advert makes on the wire: what the kernel of a machine puts before the packet that
// its core hands to the VRRP socket. This module is browser safe.

import { FAMILY_INET, PACKET_OUTPUT, PACKET_OUTPUT_SIZE } from "../../core/abi.gen.ts";

const ETHERNET_HEADER_SIZE = 14;
const IPV6_HEADER_SIZE = 40;
const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_IPV6 = 0x86dd;
const NEXT_HEADER_VRRP = 112;
/** RFC 9568 5.1.2.3. */
const HOP_LIMIT = 255;

/**
 * Ethernet frame without FCS of a PACKET_OUTPUT record, as an interface with this MAC sends it
 * (RFC 1112 6.4, RFC 2464 7: multicast MACs; RFC 8200 3: IPv6 header).
 */
export function advertFrame(record: Uint8Array, mac: string): Uint8Array {
  const view = new DataView(record.buffer, record.byteOffset, record.length);
  const payload = record.subarray(
    PACKET_OUTPUT_SIZE,
    PACKET_OUTPUT_SIZE + view.getUint32(PACKET_OUTPUT.payloadLength, true),
  );
  const isIpv4 = view.getUint32(PACKET_OUTPUT.family, true) === FAMILY_INET;
  const destination = record.subarray(PACKET_OUTPUT.destination);
  const header = ETHERNET_HEADER_SIZE + (isIpv4 ? 0 : IPV6_HEADER_SIZE);
  const frame = new Uint8Array(header + payload.length);
  const to = isIpv4
    ? [0x01, 0x00, 0x5e, destination[1]! & 0x7f, destination[2]!, destination[3]!]
    : [0x33, 0x33, ...destination.subarray(12, 16)];
  frame.set(to, 0);
  frame.set(mac.split(":").map((byte) => parseInt(byte, 16)), 6);
  const out = new DataView(frame.buffer);
  out.setUint16(12, isIpv4 ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6);
  if (!isIpv4) {
    frame[ETHERNET_HEADER_SIZE] = 0x60;
    out.setUint16(ETHERNET_HEADER_SIZE + 4, payload.length);
    frame[ETHERNET_HEADER_SIZE + 6] = NEXT_HEADER_VRRP;
    frame[ETHERNET_HEADER_SIZE + 7] = HOP_LIMIT;
    frame.set(record.subarray(PACKET_OUTPUT.source, PACKET_OUTPUT.source + 16), 22);
    frame.set(destination.subarray(0, 16), 38);
  }
  frame.set(payload, header);
  return frame;
}
