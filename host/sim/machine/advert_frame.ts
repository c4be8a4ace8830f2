// The frame that an advert makes on the wire: what the kernel of a machine puts before the packet that
// its core hands to the VRRP socket (host/linux/vrrp_socket.ts). This module is browser safe.

import { parseMac } from "../../base/address.ts";
import { FAMILY_INET, PACKET_OUTPUT, PACKET_OUTPUT_SIZE } from "../../core/abi.gen.ts";
import {
  ETHERNET,
  ETHERTYPE_IPV4,
  ETHERTYPE_IPV6,
  groupMac4,
  groupMac6,
  HOP_LIMIT_UNTOUCHED,
  IP_PROTOCOL_VRRP,
  IPV6,
  TRAFFIC_CLASS_CONTROL,
} from "../dissect/layout.ts";

/**
 * Ethernet frame without FCS and without padding of a PACKET_OUTPUT record (multicast, as vipd sends),
 * from an interface with this MAC. IPv4 brings its header; IPv6 gets the one of the kernel with flow
 * label 0 (net.ipv6.auto_flowlabels would put a hash of its own there). RFC 1112 6.4 and RFC 2464 7:
 * multicast MACs; RFC 8200 3: IPv6 header. Throws RangeError when `mac` is none.
 */
export function advertFrame(record: Uint8Array, mac: string): Uint8Array {
  const sender = parseMac(mac);
  if (sender === null) throw new RangeError(`not a MAC: ${mac}`);
  const view = new DataView(record.buffer, record.byteOffset, record.length);
  const payload = record.subarray(
    PACKET_OUTPUT_SIZE,
    PACKET_OUTPUT_SIZE + view.getUint32(PACKET_OUTPUT.payloadLength, true),
  );
  const isIpv4 = view.getUint32(PACKET_OUTPUT.family, true) === FAMILY_INET;
  const destination = record.subarray(PACKET_OUTPUT.destination, PACKET_OUTPUT.destination + 16);
  const header = isIpv4
    ? new Uint8Array(0)
    : ipv6Header(record.subarray(PACKET_OUTPUT.source), destination, payload.length);
  const frame = new Uint8Array(ETHERNET.SIZE + header.length + payload.length);
  frame.set(isIpv4 ? groupMac4(destination) : groupMac6(destination), ETHERNET.destination);
  frame.set(sender, ETHERNET.source);
  const type = isIpv4 ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6;
  new DataView(frame.buffer).setUint16(ETHERNET.type, type);
  frame.set(header, ETHERNET.SIZE);
  frame.set(payload, ETHERNET.SIZE + header.length);
  return frame;
}

function ipv6Header(source: Uint8Array, destination: Uint8Array, length: number): Uint8Array {
  const header = new Uint8Array(IPV6.SIZE);
  const view = new DataView(header.buffer);
  view.setUint32(IPV6.versionClassFlow, 0x6000_0000 | (TRAFFIC_CLASS_CONTROL << 20));
  view.setUint16(IPV6.payloadLength, length);
  header[IPV6.nextHeader] = IP_PROTOCOL_VRRP;
  header[IPV6.hopLimit] = HOP_LIMIT_UNTOUCHED;
  header.set(source.subarray(0, 16), IPV6.source);
  header.set(destination, IPV6.destination);
  return header;
}
