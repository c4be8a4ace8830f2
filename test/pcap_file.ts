// For tests: captures made by hand. Adverts are encoded by test/virtual_node.ts, not by what reads them.

import { type Advert, ipv4Packet, vrrpMessage } from "./virtual_node.ts";
import { parseAddress } from "../host/base/address.ts";
import type { CapturedPacket, PcapFile } from "../host/sim/pcap/pcap.ts";

/** Wall time at which the captures begin: 2026-11-22T02:00:00Z. */
export const BEGIN_US = Date.UTC(2026, 10, 22, 2) * 1000;

const MULTICAST_MAC = [0x01, 0x00, 0x5e, 0x00, 0x00, 0x12];
const MAC = [0x02, 0, 0, 0, 0, 0x07];

function bytesOf(address: string): Uint8Array {
  return parseAddress(address)!.bytes;
}

/** An IP packet with an advert. */
export function advertPacket(advert: Advert): Uint8Array {
  const message = vrrpMessage(advert);
  if (advert.family !== "INET6") {
    const { source = "10.9.0.2", destination = "224.0.0.18", ttl } = advert;
    return ipv4Packet(source, destination, message, ttl);
  }
  const { source = "fe80::2", destination = "ff02::12", ttl = 255 } = advert;
  return Uint8Array.from([
    ...[0x60, 0, 0, 0, message.length >> 8, message.length & 0xff, 112, ttl],
    ...bytesOf(source),
    ...bytesOf(destination),
    ...message,
  ]);
}

/** An Ethernet frame, with VLAN tags where asked for. */
export function frame(type: number, payload: Uint8Array, vlans: number[] = []): Uint8Array {
  const tags = vlans.flatMap((vlan) => [0x81, 0x00, vlan >> 8, vlan & 0xff]);
  return Uint8Array.from([
    ...MULTICAST_MAC,
    ...MAC,
    ...tags,
    ...[type >> 8, type & 0xff],
    ...payload,
  ]);
}

/** A gratuitous ARP request. */
export function garpFrame(address: string): Uint8Array {
  const ip = bytesOf(address);
  const arp = [0, 1, 8, 0, 6, 4, 0, 1, ...MAC, ...ip, 0, 0, 0, 0, 0, 0, ...ip];
  return frame(0x0806, Uint8Array.from(arp));
}

/** An advert in an Ethernet frame. */
export function advertFrame(advert: Advert, vlans: number[] = []): Uint8Array {
  return frame(advert.family === "INET6" ? 0x86dd : 0x0800, advertPacket(advert), vlans);
}

/** A file that holds frames at times after BEGIN_US, as if it had been read. */
export function captureOf(frames: { atUs: number; bytes: Uint8Array }[], linkType = 1): PcapFile {
  const packets = frames.map(({ atUs, bytes }, i): CapturedPacket => ({
    number: i + 1,
    atUs: BEGIN_US + atUs,
    interface: 0,
    linkType,
    bytes,
    originalLength: bytes.length,
  }));
  return { format: "pcap", packets, problem: null };
}

/** The bytes of a pcap file. */
export function classicPcap(
  frames: { atUs: number; bytes: Uint8Array }[],
  options: { little: boolean; nano: boolean; linkType?: number },
): Uint8Array {
  const { little, nano, linkType = 1 } = options;
  const u32 = (value: number) => word(value, 4, little);
  const parts = [
    u32(nano ? 0xa1b23c4d : 0xa1b2c3d4),
    [...word(2, 2, little), ...word(4, 2, little)],
    ...[u32(0), u32(0), u32(65535), u32(linkType)],
  ];
  for (const { atUs, bytes } of frames) {
    const us = BEGIN_US + atUs;
    parts.push(u32(Math.floor(us / 1_000_000)));
    parts.push(u32((us % 1_000_000) * (nano ? 1000 : 1)));
    parts.push(u32(bytes.length), u32(bytes.length), [...bytes]);
  }
  return Uint8Array.from(parts.flat());
}

/** The bytes of a pcapng block. */
export function block(type: number, body: number[], little: boolean): number[] {
  const padded = [...body, ...new Array<number>((4 - body.length % 4) % 4).fill(0)];
  const size = word(padded.length + 12, 4, little);
  return [...word(type, 4, little), ...size, ...padded, ...size];
}

/** A number as bytes. */
export function word(value: number, size: number, little: boolean): number[] {
  const bytes = Array.from({ length: size }, (_, i) => Math.floor(value / 256 ** i) % 256);
  return little ? bytes : bytes.reverse();
}

/** The bytes of a pcapng file: a section, an interface with nanoseconds, enhanced packet blocks. */
export function nextGenerationPcap(
  frames: { atUs: number; bytes: Uint8Array }[],
  options: { little: boolean; simple?: boolean; linkType?: number },
): Uint8Array {
  const { little, simple = false, linkType = 1 } = options;
  const u16 = (value: number) => word(value, 2, little);
  const u32 = (value: number) => word(value, 4, little);
  const section = [...u32(0x1a2b3c4d), ...u16(1), ...u16(0), ...new Array<number>(8).fill(0xff)];
  // if_tsresol 9: nanoseconds; then the end of the options.
  const source = [...u16(linkType), 0, 0, ...u32(0), ...u16(9), ...u16(1), 9, 0, 0, 0, 0, 0, 0, 0];
  const packets = frames.flatMap(({ atUs, bytes }) => {
    if (simple) return block(3, [...u32(bytes.length), ...bytes], little);
    const ns = BigInt(BEGIN_US + atUs) * 1000n;
    const time = [...u32(Number(ns >> 32n)), ...u32(Number(ns & 0xffff_ffffn))];
    const size = u32(bytes.length);
    return block(6, [...u32(0), ...time, ...size, ...size, ...bytes], little);
  });
  return Uint8Array.from([
    ...block(0x0a0d0d0a, section, little),
    ...block(1, source, little),
    ...block(0x0bad, [1, 2, 3], little),
    ...packets,
  ]);
}
