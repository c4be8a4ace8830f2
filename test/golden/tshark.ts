// What tshark calls a field, and what a golden packet calls it. tshark is the decoder that is not ours.

/** How the value is written: text as tshark has it, a number, or a number as 0x and four digits. */
type Form = "text" | "number" | "word";

/** tshark's field, ours, and its form. Order is that of the golden file. */
const MAP: [string, string, Form][] = [
  ["eth.dst", "ethernet.destination", "text"],
  ["eth.src", "ethernet.source", "text"],
  ["eth.type", "ethernet.type", "word"],
  ["arp.opcode", "arp.operation", "number"],
  ["arp.src.hw_mac", "arp.senderMac", "text"],
  ["arp.src.proto_ipv4", "arp.senderAddress", "text"],
  ["arp.dst.hw_mac", "arp.targetMac", "text"],
  ["arp.dst.proto_ipv4", "arp.targetAddress", "text"],
  ["ip.hdr_len", "ipv4.headerLength", "number"],
  ["ip.dsfield", "ipv4.tos", "number"],
  ["ip.len", "ipv4.totalLength", "number"],
  ["ip.id", "ipv4.identification", "number"],
  ["ip.ttl", "ipv4.ttl", "number"],
  ["ip.proto", "ipv4.protocol", "number"],
  ["ip.src", "ipv4.source", "text"],
  ["ip.dst", "ipv4.destination", "text"],
  ["ipv6.tclass", "ipv6.trafficClass", "number"],
  ["ipv6.flow", "ipv6.flowLabel", "number"],
  ["ipv6.plen", "ipv6.payloadLength", "number"],
  ["ipv6.nxt", "ipv6.nextHeader", "number"],
  ["ipv6.hlim", "ipv6.hopLimit", "number"],
  ["ipv6.src", "ipv6.source", "text"],
  ["ipv6.dst", "ipv6.destination", "text"],
  ["vrrp.version", "vrrp.version", "number"],
  ["vrrp.type", "vrrp.type", "number"],
  ["vrrp.virt_rtr_id", "vrrp.vrid", "number"],
  ["vrrp.prio", "vrrp.priority", "number"],
  ["vrrp.addr_count", "vrrp.addressCount", "number"],
  ["vrrp.auth_type", "vrrp.authType", "number"],
  ["vrrp.adver_int", "vrrp.advertisementIntervalS", "number"],
  ["vrrp.short_adver_int", "vrrp.advertisementIntervalCs", "number"],
  ["vrrp.checksum", "vrrp.checksum", "word"],
  ["vrrp.ip_addr", "vrrp.addresses", "text"],
  ["vrrp.ipv6_addr", "vrrp.addresses", "text"],
  ["vrrp.auth_string", "vrrp.authData", "text"],
  ["icmpv6.type", "icmpv6.type", "number"],
  ["icmpv6.code", "icmpv6.code", "number"],
  ["icmpv6.nd.na.flag.r", "neighbourAdvertisement.router", "number"],
  ["icmpv6.nd.na.flag.s", "neighbourAdvertisement.solicited", "number"],
  ["icmpv6.nd.na.flag.o", "neighbourAdvertisement.override", "number"],
  ["icmpv6.nd.na.target_address", "neighbourAdvertisement.target", "text"],
  ["icmpv6.opt.target_linkaddr", "neighbourAdvertisement.mac", "text"],
  ["tcp.srcport", "tcp.sourcePort", "number"],
  ["tcp.dstport", "tcp.destinationPort", "number"],
  ["tcp.seq_raw", "tcp.sequence", "number"],
  ["tcp.ack_raw", "tcp.acknowledgment", "number"],
  ["tcp.hdr_len", "tcp.headerLength", "number"],
  ["tcp.flags", "tcp.flags", "number"],
  ["tcp.window_size_value", "tcp.window", "number"],
  ["udp.srcport", "udp.sourcePort", "number"],
  ["udp.dstport", "udp.destinationPort", "number"],
  ["udp.length", "udp.length", "number"],
];

/** What to ask tshark for, in the order of its columns. */
export const TSHARK_FIELDS: readonly string[] = MAP.map(([theirs]) => theirs);

/** The fields of a golden packet from one line of `tshark -T fields`; absent ones are left out. */
export function fieldsOfTshark(line: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [index, value] of line.split("\t").entries()) {
    const [, ours, form] = MAP[index]!;
    if (value === "") continue;
    if (form === "text") fields[ours] = value;
    else if (form === "word") fields[ours] = `0x${Number(value).toString(16).padStart(4, "0")}`;
    else fields[ours] = String(Number(value));
  }
  return fields;
}
