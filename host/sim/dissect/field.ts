// What a dissection consists of: layers of fields, each field with its bytes, its value, where the
// standard says what it means, and what is remarkable about it. Plain data without sentences: whoever
// shows it has names and remarks in words by their ids (web/text/inspector.ts).
// This module is browser safe.

import type { Source } from "./source.ts";

/** Layers. */
export type LayerId =
  | "ethernet"
  | "vlan"
  | "sll"
  | "sll2"
  | "arp"
  | "ipv4"
  | "ipv6"
  | "ipv6Extension"
  | "ah"
  | "vrrp"
  | "icmpv6"
  | "tcp"
  | "udp"
  | "data"
  | "padding";

/** Fields; those of the golden packets have the same names (test/golden/tshark.ts). */
export type FieldId =
  | `ethernet.${"destination" | "source" | "type"}`
  | `vlan.${"priority" | "dropEligible" | "id" | "type"}`
  | `sll.${"packetType" | "hardware" | "addressLength" | "address" | "protocol"}`
  | `sll2.${"ifindex" | "reserved"}`
  | `arp.${"hardware" | "protocol" | "hardwareLength" | "protocolLength" | "operation"}`
  | `arp.${"senderMac" | "senderAddress" | "targetMac" | "targetAddress"}`
  | `ipv4.${"version" | "headerLength" | "tos" | "totalLength" | "identification" | "flags"}`
  | `ipv4.${"fragmentOffset" | "ttl" | "protocol" | "checksum" | "source" | "destination"}`
  | `ipv4.options`
  | `ipv6.${"version" | "trafficClass" | "flowLabel" | "payloadLength" | "nextHeader"}`
  | `ipv6.${"hopLimit" | "source" | "destination"}`
  | `ipv6Extension.${"nextHeader" | "length" | "data"}`
  | `ah.${"nextHeader" | "length" | "reserved" | "spi" | "sequence" | "icv"}`
  | `vrrp.${"version" | "type" | "vrid" | "priority" | "addressCount" | "authType" | "reserved"}`
  | `vrrp.${"advertisementIntervalS" | "advertisementIntervalCs" | "checksum" | "addresses"}`
  | `vrrp.${"authData" | "excess"}`
  | `icmpv6.${"type" | "code" | "checksum" | "data"}`
  | `neighbourAdvertisement.${"router" | "solicited" | "override" | "reserved" | "target"}`
  | `neighbourSolicitation.${"reserved" | "target"}`
  | `option.${"type" | "length" | "mac" | "data"}`
  | `tcp.${"sourcePort" | "destinationPort" | "sequence" | "acknowledgment" | "headerLength"}`
  | `tcp.${"reserved" | "flags" | "window" | "checksum" | "urgent" | "options"}`
  | `udp.${"sourcePort" | "destinationPort" | "length" | "checksum"}`
  | "data.bytes"
  | "padding.bytes";

/** What is remarkable, and whether it is wrong. */
export const REMARK_LEVELS = {
  /** {have, want}: bytes that are there and that the field has. */
  truncated: "problem",
  /** {expected}. */
  checksumWrong: "problem",
  /** {expected}: right if one leaves the pseudo header out, as some senders do. */
  checksumWithoutPseudoHeader: "problem",
  /** Not all bytes that it covers are there, or the addresses are not. */
  checksumUnchecked: "note",
  /** Zero: the sender computed none. */
  checksumAbsent: "note",
  /** {least}: a length that is less than what has to be there. */
  lengthTooSmall: "problem",
  /** {have}: a length that is more than what is there. */
  lengthBeyond: "problem",
  /** {expected}. */
  versionWrong: "problem",
  /** The protocol does not know this value. */
  unknownValue: "problem",
  /** VRRP version 2 is for IPv4 alone. */
  version2OverIpv6: "problem",
  /** {expected}: has passed a router or was made up. */
  hopLimitWrong: "problem",
  fragment: "problem",
  /** VRRP VRIDs begin with 1. */
  vridZero: "problem",
  countZero: "problem",
  /** {want, have}: bytes of the message by its count, and what there is. */
  countTooBig: "problem",
  /** Bytes behind what the count says; over IPv4 a short message may be padded. */
  excess: "problem",
  padded: "note",
  intervalZero: "problem",
  /** {family}: adverts come from there by RFC 9568 5.1.2.1. */
  sourceNotLinkLocal: "problem",
  firstAddressNotLinkLocal: "problem",
  /** {expected}: the group's MAC is another. */
  groupMacWrong: "problem",
  /** A unicast destination, or a group of one's own. */
  notVrrpGroup: "note",
  reservedNotZero: "note",
  resigns: "note",
  owner: "note",
  passwordInClear: "note",
  /** {vrid}: a virtual router's MAC. */
  virtualMac: "note",
  /** {vrid}: a virtual router's MAC, but not of the VRID in the message. */
  virtualMacOther: "problem",
  /** Zeros: the capture or dump had no link header. */
  macUnknown: "note",
  gratuitous: "note",
  unsolicited: "note",
  broadcast: "note",
} as const satisfies Record<string, "note" | "problem">;

/** Codes of remarks. */
export type RemarkCode = keyof typeof REMARK_LEVELS;

/** One remark; its values are named at its code. */
export interface Remark {
  code: RemarkCode;
  values: Readonly<Record<string, string | number>>;
}

/** One field. */
export interface Field {
  id: FieldId;
  /** Which one of several with the same id in its layer, from 0. */
  index: number;
  /** Its bytes in the frame: from..to, without `to`. */
  from: number;
  to: number;
  /** Its bits among those bytes taken as one big endian number; null: all of them. */
  mask: number | null;
  /** For people; "" when it is cut off. */
  value: string;
  /** The masked and shifted number of a field of up to four bytes; null: longer, or cut off. */
  number: number | null;
  /** `0x6e`, or bytes `0a 09 00 64`. */
  raw: string;
  source: Source;
  /** A checksum's right value, `0x8a19`; null: it is no checksum, or one cannot know. */
  expected: string | null;
  remarks: Remark[];
}

/** One header, or what no header explains. */
export interface Layer {
  id: LayerId;
  from: number;
  to: number;
  fields: Field[];
}

/** A whole frame. */
export interface Dissection {
  layers: Layer[];
  /** Bytes of the frame. */
  size: number;
}

/** Whether something is wrong with a field. */
export function hasProblem({ remarks }: Field): boolean {
  return remarks.some(({ code }) => REMARK_LEVELS[code] === "problem");
}

/** Layers that say how bytes are carried, not what they are. */
const CARRIERS: ReadonlySet<LayerId> = new Set(["ethernet", "vlan", "sll", "sll2", "data"]);

/** What can be said of a frame: something is wrong, nothing is, or not everything could be looked at. */
export function verdictOf(dissection: Dissection): "wrong" | "unchecked" | "right" {
  const fields = fieldsOf(dissection);
  if (fields.some(hasProblem)) return "wrong";
  const isUnknown = dissection.layers.every(({ id }) => CARRIERS.has(id));
  const isUnchecked = fields.some(({ remarks }) =>
    remarks.some(({ code }) => code === "checksumUnchecked")
  );
  return isUnknown || isUnchecked ? "unchecked" : "right";
}

/** All fields of a dissection in the order of their layers. */
export function fieldsOf({ layers }: Dissection): Field[] {
  return layers.flatMap(({ fields }) => fields);
}

/** The bits of the byte at an offset that belong to a field: 0..0xff. */
export function bitsAt({ from, to, mask }: Field, at: number): number {
  if (at < from || at >= to) return 0;
  return mask === null ? 0xff : (mask >>> (8 * (to - 1 - at))) & 0xff;
}
