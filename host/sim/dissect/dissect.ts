// Takes a frame apart into layers and fields. Any bytes do: nothing here throws, and every range lies
// inside the frame. This module is browser safe.

import {
  LINKTYPE_ETHERNET,
  LINKTYPE_LINUX_SLL,
  LINKTYPE_LINUX_SLL2,
} from "../pcap/captured_packet.ts";
import { dissectArp } from "./arp.ts";
import { type Dissection, hasProblem, type RemarkCode } from "./field.ts";
import { dissectIp } from "./ip.ts";
import { SLL, SLL2 } from "./layout.ts";
import { dissectEthernet, dissectSll, dissectSll2, isPacketType } from "./link.ts";
import { dissectVrrp } from "./vrrp.ts";
import { Walk } from "./walk.ts";

/** What a frame can begin with; of equally likely ones the first is guessed. */
export const OUTERMOST = ["ethernet", "ip", "arp", "vrrp", "sll", "sll2"] as const;
export type Outermost = typeof OUTERMOST[number];

/** Takes bytes apart that begin with a header. */
export function dissect(outermost: Outermost, bytes: Uint8Array): Dissection {
  const walk = new Walk(bytes);
  const end = bytes.length;
  switch (outermost) {
    case "ethernet":
      dissectEthernet(walk, 0, end);
      break;
    case "sll":
      dissectSll(walk, 0, end);
      break;
    case "sll2":
      dissectSll2(walk, 0, end);
      break;
    case "ip":
      dissectIp(walk, 0, end);
      break;
    case "arp":
      dissectArp(walk, 0, end);
      break;
    case "vrrp":
      dissectVrrp(walk, 0, end, null);
      break;
  }
  return { layers: walk.layers, size: end };
}

/** What packets of a capture begin with, by its link type; unknown ones are taken for IP. */
export function outermostOf(linkType: number): Outermost {
  switch (linkType) {
    case LINKTYPE_ETHERNET:
      return "ethernet";
    case LINKTYPE_LINUX_SLL:
      return "sll";
    case LINKTYPE_LINUX_SLL2:
      return "sll2";
    default:
      return "ip";
  }
}

/** What a field that is wrong weighs against bytes that nothing explains. */
const PROBLEM_WEIGHT = 16;
/** A checksum that is wrong, and bytes that are cut off, say nothing of what a packet is. */
const DAMAGE: ReadonlySet<RemarkCode> = new Set([
  "checksumWrong",
  "checksumWithoutPseudoHeader",
  "truncated",
  "lengthBeyond",
]);

/**
 * What bytes of unknown origin most likely begin with: the reading under which the fewest fields are
 * wrong and the fewest bytes stay unexplained; Ethernet when nothing is better than that.
 */
export function guessOutermost(bytes: Uint8Array): Outermost {
  let best: { outermost: Outermost; doubt: number } = { outermost: "ethernet", doubt: Infinity };
  for (const outermost of OUTERMOST) {
    if (!canBegin(outermost, bytes)) continue;
    const doubt = doubtOf(dissect(outermost, bytes));
    if (doubt < best.doubt) best = { outermost, doubt };
  }
  return best.outermost;
}

/** Whether the bytes that tell a header from others are such ones. */
function canBegin(outermost: Outermost, bytes: Uint8Array): boolean {
  const [first = 0, second = 0, third = 0, fourth = 0] = bytes;
  switch (outermost) {
    case "ethernet":
      return true;
    case "ip":
      return first >> 4 === 4 || first >> 4 === 6;
    case "arp":
      return first === 0 && second === 1 && third === 8 && fourth === 0;
    case "vrrp":
      return first >> 4 === 2 || first >> 4 === 3;
    case "sll":
      return bytes.length >= SLL.SIZE && first === 0 && isPacketType(second);
    case "sll2":
      return bytes.length >= SLL2.SIZE && third === 0 && fourth === 0 &&
        isPacketType(bytes[SLL2.packetType]!);
  }
}

function doubtOf({ layers }: Dissection): number {
  let doubt = 0;
  for (const { id, from, to, fields } of layers) {
    if (id === "data") doubt += to - from;
    for (const field of fields.filter(hasProblem)) {
      doubt += field.remarks.every(({ code }) => DAMAGE.has(code)) ? 1 : PROBLEM_WEIGHT;
    }
  }
  return doubt;
}
