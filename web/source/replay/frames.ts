// Frames as they were on the wire, from packets without a link header: those of dumps, which hold what a raw
// socket gives, and of captures of other link types. What is not known of the header is zero.

import { parseMac } from "../../../host/base/address.ts";
import { type PacketOutput, writePacketOutput } from "../../../host/core/abi.gen.ts";
import {
  LINKTYPE_ETHERNET,
  LINKTYPE_LINUX_SLL,
  LINKTYPE_LINUX_SLL2,
} from "../../../host/sim/pcap/captured_packet.ts";
import { advertFrame } from "../../../host/sim/machine/advert_frame.ts";

/** A MAC that nobody knows. */
export const UNKNOWN_MAC = "00:00:00:00:00:00";

/** Bytes of a packet record without its payload, and room to spare. */
const RECORD_SIZE_MAX = 256;
/** Frames that are remembered. */
const KEPT_MAX = 1024;
/** Where the hop limit of IPv6 stands in an Ethernet frame. */
const AT_HOP_LIMIT = 14 + 7;

/** A packet as the core was handed it, or as it sends it. */
export type BarePacket =
  & Pick<PacketOutput, "ifindex" | "family" | "source" | "destination" | "payload">
  & { hopLimit?: number };

/** Makes frames; equal ones are one array, which nobody may write into. */
export class Frames {
  readonly #kept = new Map<string, Uint8Array>();

  /** The frame of an advert with this sender's MAC ("" = not known). `key`: whose it is. */
  ofAdvert(key: string, packet: BarePacket, mac: string): Uint8Array {
    const { ifindex, family, source, destination, payload } = packet;
    const record = new Uint8Array(RECORD_SIZE_MAX + payload.length);
    const view = new DataView(record.buffer);
    const output = { ifindex, family, source, destination, payload };
    writePacketOutput(view, 0, { kind: "packet", instance: 0, ...output });
    const frame = advertFrame(record, parseMac(mac) === null ? UNKNOWN_MAC : mac);
    if (family === "INET6" && packet.hopLimit !== undefined) frame[AT_HOP_LIMIT] = packet.hopLimit;
    return this.keep(key, frame);
  }

  /** The array that is kept for equal bytes under this key: not `frame` itself, which may be a view. */
  keep(key: string, frame: Uint8Array): Uint8Array {
    const before = this.#kept.get(key);
    if (before !== undefined && isEqual(before, frame)) return before;
    if (this.#kept.size >= KEPT_MAX) this.#kept.clear();
    const kept = frame.slice();
    this.#kept.set(key, kept);
    return kept;
  }
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/**
 * A captured packet as an Ethernet frame. Captures of other link types have another header, or none: then
 * the MACs are zero but for the sender's, where it is known.
 */
export function ethernetFrame(linkType: number, bytes: Uint8Array, mac: string | null): Uint8Array {
  if (linkType === LINKTYPE_ETHERNET) return bytes;
  const headerSize = HEADER_SIZES.get(linkType) ?? 0;
  const packet = bytes.subarray(headerSize);
  const frame = new Uint8Array(ETHERNET_SIZE + packet.length);
  const sender = mac === null ? null : parseMac(mac);
  if (sender !== null) frame.set(sender, 6);
  new DataView(frame.buffer).setUint16(12, typeOf(linkType, bytes));
  frame.set(packet, ETHERNET_SIZE);
  return frame;
}

const ETHERNET_SIZE = 14;
/** Headers in front of the packet, bytes. */
const HEADER_SIZES = new Map([[LINKTYPE_LINUX_SLL, 16], [LINKTYPE_LINUX_SLL2, 20]]);
const TYPE_IPV4 = 0x0800;
const TYPE_IPV6 = 0x86dd;

function typeOf(linkType: number, bytes: Uint8Array): number {
  const at = linkType === LINKTYPE_LINUX_SLL ? 14 : linkType === LINKTYPE_LINUX_SLL2 ? 0 : null;
  if (at !== null) return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  return (bytes[0] ?? 0) >> 4 === 6 ? TYPE_IPV6 : TYPE_IPV4;
}
