// Where the fields of a frame stand: the offsets of every header that the simulator, the replay of
// captures and the packet inspector read or write. Bytes from the header's begin, network order. The
// core has its own in core-as/assembly/wire; test/golden holds both against the same packets.
// This module is browser safe.

/** Ethernet II (IEEE 802.3 3.1, RFC 894). */
export const ETHERNET = { destination: 0, source: 6, type: 12, SIZE: 14 } as const;
/** 802.1Q tag behind the type that names it: control information, then the type of what follows. */
export const VLAN = { control: 0, type: 2, SIZE: 4 } as const;
/** Linux cooked capture v1 (tcpdump.org LINKTYPE_LINUX_SLL). */
export const SLL = {
  packetType: 0,
  hardware: 2,
  addressLength: 4,
  address: 6,
  protocol: 14,
  SIZE: 16,
} as const;
/** Linux cooked capture v2 (tcpdump.org LINKTYPE_LINUX_SLL2). */
export const SLL2 = {
  protocol: 0,
  reserved: 2,
  ifindex: 4,
  hardware: 8,
  packetType: 10,
  addressLength: 11,
  address: 12,
  SIZE: 20,
} as const;
/** ARP for IPv4 over Ethernet (RFC 826). */
export const ARP = {
  hardware: 0,
  protocol: 2,
  hardwareLength: 4,
  protocolLength: 5,
  operation: 6,
  senderMac: 8,
  senderAddress: 14,
  targetMac: 18,
  targetAddress: 24,
  SIZE: 28,
} as const;
/** IPv4 without options (RFC 791 3.1). */
export const IPV4 = {
  versionIhl: 0,
  tos: 1,
  totalLength: 2,
  identification: 4,
  fragment: 6,
  ttl: 8,
  protocol: 9,
  checksum: 10,
  source: 12,
  destination: 16,
  SIZE: 20,
} as const;
/** IPv6 without extension headers (RFC 8200 3). */
export const IPV6 = {
  versionClassFlow: 0,
  payloadLength: 4,
  nextHeader: 6,
  hopLimit: 7,
  source: 8,
  destination: 24,
  SIZE: 40,
} as const;
/** Neighbour solicitation and advertisement without options (RFC 4861 4.3, 4.4). */
export const NEIGHBOUR = {
  type: 0,
  code: 1,
  checksum: 2,
  flags: 4,
  target: 8,
  SIZE: 24,
} as const;
/** VRRP of both versions (RFC 3768 5.1, RFC 9568 5.1); SIZE is that of what stands before the addresses. */
export const VRRP = {
  versionType: 0,
  vrid: 1,
  priority: 2,
  count: 3,
  /** Version 2. */
  authType: 4,
  /** Version 2, whole seconds. */
  intervalS: 5,
  /** Version 3: the lower 12 bits, hundredths of a second. */
  intervalCs: 4,
  checksum: 6,
  addresses: 8,
  SIZE: 8,
  /** Version 2: bytes of authentication data behind the addresses. */
  AUTH_SIZE: 8,
} as const;
/** TCP without options (RFC 9293 3.1). */
export const TCP = {
  sourcePort: 0,
  destinationPort: 2,
  sequence: 4,
  acknowledgment: 8,
  dataOffset: 12,
  flags: 13,
  window: 14,
  checksum: 16,
  urgent: 18,
  SIZE: 20,
} as const;
/** UDP (RFC 768). */
export const UDP = { sourcePort: 0, destinationPort: 2, length: 4, checksum: 6, SIZE: 8 } as const;

/** Bytes of a MAC address. */
export const MAC_SIZE = 6;
/** What stands in a frame that was put together from a packet without a link header. */
export const UNKNOWN_MAC = "00:00:00:00:00:00";
/** EtherTypes (IANA ieee-802-numbers). */
export const ETHERTYPE_IPV4 = 0x0800;
export const ETHERTYPE_ARP = 0x0806;
export const ETHERTYPE_IPV6 = 0x86dd;
/** 802.1Q, 802.1ad, and what was used for stacked tags before. */
export const ETHERTYPES_VLAN: readonly number[] = [0x8100, 0x88a8, 0x9100];

/** Protocol numbers (IANA protocol-numbers). */
export const IP_PROTOCOL_TCP = 6;
export const IP_PROTOCOL_UDP = 17;
export const IP_PROTOCOL_AH = 51;
export const IP_PROTOCOL_ICMPV6 = 58;
export const IP_PROTOCOL_VRRP = 112;

/** TTL and hop limit of VRRP (RFC 9568 5.1.1.3, 5.1.2.3) and neighbour discovery (RFC 4861 7.1). */
export const HOP_LIMIT_UNTOUCHED = 255;
/** DSCP CS6, what every VRRP implementation sends. */
export const TRAFFIC_CLASS_CONTROL = 0xc0;
/** Over IPv4 a message up to this size may be padded: core-as/assembly/wire/vrrp.ts has the reason. */
export const VRRP_PADDED_SIZE_MAX = 26;
/** Type of a VRRP advertisement, the only one there is. */
export const VRRP_ADVERTISEMENT = 1;
/** Types of ICMPv6 (RFC 4861 4.3, 4.4). */
export const NEIGHBOUR_SOLICITATION = 135;
export const NEIGHBOUR_ADVERTISEMENT = 136;
/** Options of neighbour discovery (RFC 4861 4.6.1). */
export const OPTION_SOURCE_LINK_ADDRESS = 1;
export const OPTION_TARGET_LINK_ADDRESS = 2;

/** Bytes of a VRRP message with so many addresses of 4 or 16 bytes. */
export function vrrpMessageSize(version: number, addressSize: number, count: number): number {
  return VRRP.SIZE + count * addressSize + (version === 2 ? VRRP.AUTH_SIZE : 0);
}

/** The lower 23 bits of an IPv4 group behind 01:00:5e (RFC 1112 6.4). */
export function groupMac4(group: Uint8Array): number[] {
  return [0x01, 0x00, 0x5e, group[1]! & 0x7f, group[2]!, group[3]!];
}

/** The lower 32 bits of an IPv6 group behind 33:33 (RFC 2464 7). */
export function groupMac6(group: Uint8Array): number[] {
  return [0x33, 0x33, ...group.subarray(12, 16)];
}
