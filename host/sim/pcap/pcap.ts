// Capture files: pcap (both byte orders, microseconds and nanoseconds) and pcapng (any number of
// sections and interfaces; enhanced and simple packet blocks). Strict and bounded: what is not as the
// format says ends the reading with a sentence, what was read before stays. Nothing throws on any bytes.
// Formats: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng.
// This module is browser safe.

/** Packets of one file that are read; more are left out, and said. */
export const PCAP_PACKET_MAX = 2_000_000;
/** Longest packet and block, bytes: libpcap's own limit is 256 KiB for a packet. */
export const PCAP_BLOCK_BYTES_MAX = 16 * 1024 * 1024;
/** Interfaces of one pcapng section. */
export const PCAP_INTERFACE_MAX = 4096;

/** One captured packet. */
export interface CapturedPacket {
  /** Place in the file, from 1. */
  number: number;
  /** Wall time, whole microseconds since 1970; null where the file does not say it. */
  atUs: number | null;
  /** Place of its interface in the file's list. */
  interface: number;
  /** LINKTYPE_ number (captured_packet.ts). */
  linkType: number;
  /** What was captured of it: a view into the file's bytes. */
  bytes: Uint8Array;
  /** Its length on the wire, bytes. */
  originalLength: number;
}

/** A file as far as it could be read. */
export interface PcapFile {
  /** null = it is neither. */
  format: "pcap" | "pcapng" | null;
  packets: CapturedPacket[];
  /** Why the reading ended before the end of the file; null = it did not. */
  problem: string | null;
}

const MAGIC_MICROSECONDS = 0xa1b2c3d4;
const MAGIC_NANOSECONDS = 0xa1b23c4d;
const BLOCK_SECTION = 0x0a0d0d0a;
const BLOCK_INTERFACE = 1;
const BLOCK_SIMPLE = 3;
const BLOCK_ENHANCED = 6;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const OPTION_END = 0;
const OPTION_TSRESOL = 9;
const OPTION_TSOFFSET = 14;
const FILE_HEADER_SIZE = 24;
const RECORD_HEADER_SIZE = 16;
/** Block type and length at the front, length again at the end. */
const BLOCK_OVERHEAD = 12;

/** Whether the bytes begin as a capture file does. */
export function isPcap(bytes: Uint8Array): boolean {
  return formatOf(bytes) !== null;
}

/** Reads a file. */
export function readPcap(bytes: Uint8Array): PcapFile {
  const format = formatOf(bytes);
  if (format === null) {
    return { format: null, packets: [], problem: "this is no capture file (pcap or pcapng)" };
  }
  const packets: CapturedPacket[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const problem = format === "pcap"
    ? readClassic(view, bytes, packets)
    : new BlockReader(view, bytes, packets).read();
  return { format, packets, problem };
}

function formatOf(bytes: Uint8Array): "pcap" | "pcapng" | null {
  if (bytes.length < 4) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(0) === BLOCK_SECTION) return "pcapng";
  const magics = [view.getUint32(0), view.getUint32(0, true)];
  const isClassic = magics.some((magic) =>
    magic === MAGIC_MICROSECONDS || magic === MAGIC_NANOSECONDS
  );
  return isClassic ? "pcap" : null;
}

// ---- pcap ----

function readClassic(view: DataView, bytes: Uint8Array, packets: CapturedPacket[]): string | null {
  if (bytes.length < FILE_HEADER_SIZE) return "the file ends within its header";
  const first = view.getUint32(0, true);
  const little = first === MAGIC_MICROSECONDS || first === MAGIC_NANOSECONDS;
  const isNano = view.getUint32(0, little) === MAGIC_NANOSECONDS;
  const major = view.getUint16(4, little);
  if (major !== 2) return `format version ${major} is not known`;
  // The upper bits of this word tell of frame check sequences.
  const linkType = view.getUint32(20, little) & 0xffff;
  for (let at = FILE_HEADER_SIZE; at < bytes.length;) {
    const number = packets.length + 1;
    if (number > PCAP_PACKET_MAX) {
      return `more than ${PCAP_PACKET_MAX} packets: the rest is left out`;
    }
    if (bytes.length - at < RECORD_HEADER_SIZE) return `the file ends within packet ${number}`;
    const captured = view.getUint32(at + 8, little);
    const begin = at + RECORD_HEADER_SIZE;
    if (captured > PCAP_BLOCK_BYTES_MAX) return `packet ${number} claims ${captured} bytes`;
    if (bytes.length - begin < captured) return `the file ends within packet ${number}`;
    const fraction = view.getUint32(at + 4, little);
    packets.push({
      number,
      atUs: view.getUint32(at, little) * 1_000_000 +
        (isNano ? Math.floor(fraction / 1000) : fraction),
      interface: 0,
      linkType,
      bytes: bytes.subarray(begin, begin + captured),
      originalLength: view.getUint32(at + 12, little),
    });
    at = begin + captured;
  }
  return null;
}

// ---- pcapng ----

/** An interface block. */
interface Interface {
  /** Place among all interfaces of the file. */
  number: number;
  linkType: number;
  snapLength: number;
  /** Ticks in a second. */
  ticks: bigint;
  offsetS: bigint;
}

class BlockReader {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  readonly #packets: CapturedPacket[];
  #little = true;
  #interfaces: Interface[] = [];
  #interfaceCount = 0;

  constructor(view: DataView, bytes: Uint8Array, packets: CapturedPacket[]) {
    this.#view = view;
    this.#bytes = bytes;
    this.#packets = packets;
  }

  read(): string | null {
    for (let at = 0; at < this.#bytes.length;) {
      const size = this.#openBlock(at);
      if (typeof size === "string") return size;
      const problem = this.#take(at, size);
      if (problem !== null) return problem;
      at += size;
    }
    return null;
  }

  /** The block's whole size, or what is wrong with it. */
  #openBlock(at: number): number | string {
    const left = this.#bytes.length - at;
    if (left < BLOCK_OVERHEAD) return `the file ends within the block at byte ${at}`;
    if (this.#view.getUint32(at) === BLOCK_SECTION) {
      if (this.#view.getUint32(at + 8, true) === BYTE_ORDER_MAGIC) this.#little = true;
      else if (this.#view.getUint32(at + 8) === BYTE_ORDER_MAGIC) this.#little = false;
      else return `the section at byte ${at} has no byte order mark`;
    }
    const size = this.#view.getUint32(at + 4, this.#little);
    if (size < BLOCK_OVERHEAD || size % 4 !== 0 || size > PCAP_BLOCK_BYTES_MAX) {
      return `the block at byte ${at} claims ${size} bytes`;
    }
    if (size > left) return `the file ends within the block at byte ${at}`;
    if (this.#view.getUint32(at + size - 4, this.#little) !== size) {
      return `the two lengths of the block at byte ${at} differ`;
    }
    return size;
  }

  #take(at: number, size: number): string | null {
    const type = this.#view.getUint32(at, this.#little);
    const body = at + 8;
    const length = size - BLOCK_OVERHEAD;
    switch (type) {
      case BLOCK_SECTION:
        this.#interfaces = [];
        return length < 16 ? `the section at byte ${at} is too short` : null;
      case BLOCK_INTERFACE:
        return this.#takeInterface(body, length);
      case BLOCK_ENHANCED:
        return this.#takeEnhanced(body, length);
      case BLOCK_SIMPLE:
        return this.#takeSimple(body, length);
      default:
        return null;
    }
  }

  #takeInterface(body: number, length: number): string | null {
    if (length < 8) return `the interface block at byte ${body - 8} is too short`;
    if (this.#interfaces.length >= PCAP_INTERFACE_MAX) {
      return `more than ${PCAP_INTERFACE_MAX} interfaces`;
    }
    const entry: Interface = {
      number: this.#interfaceCount++,
      linkType: this.#view.getUint16(body, this.#little),
      snapLength: this.#view.getUint32(body + 4, this.#little),
      ticks: 1_000_000n,
      offsetS: 0n,
    };
    this.#readOptions(body + 8, body + length, entry);
    this.#interfaces.push(entry);
    return null;
  }

  #readOptions(from: number, end: number, entry: Interface): void {
    for (let at = from; at + 4 <= end;) {
      const code = this.#view.getUint16(at, this.#little);
      const length = this.#view.getUint16(at + 2, this.#little);
      const value = at + 4;
      if (code === OPTION_END || value + length > end) return;
      if (code === OPTION_TSRESOL && length === 1) {
        const resolution = this.#view.getUint8(value);
        const exponent = BigInt(resolution & 0x7f);
        entry.ticks = (resolution & 0x80) === 0 ? 10n ** exponent : 2n ** exponent;
      }
      if (code === OPTION_TSOFFSET && length === 8) {
        entry.offsetS = this.#view.getBigInt64(value, this.#little);
      }
      at = value + length + (4 - length % 4) % 4;
    }
  }

  #takeEnhanced(body: number, length: number): string | null {
    if (length < 20) return `the packet block at byte ${body - 8} is too short`;
    const source = this.#interfaces[this.#view.getUint32(body, this.#little)];
    if (source === undefined) return `the packet block at byte ${body - 8} names no interface`;
    const captured = this.#view.getUint32(body + 12, this.#little);
    if (captured > length - 20) return `the packet at byte ${body - 8} is longer than its block`;
    const high = BigInt(this.#view.getUint32(body + 4, this.#little));
    const low = BigInt(this.#view.getUint32(body + 8, this.#little));
    return this.#push(source, {
      atUs: wallUs(high << 32n | low, source),
      begin: body + 20,
      captured,
      originalLength: this.#view.getUint32(body + 16, this.#little),
    });
  }

  #takeSimple(body: number, length: number): string | null {
    const source = this.#interfaces[0];
    if (length < 4 || source === undefined) {
      return `the packet at byte ${body - 8} has no interface`;
    }
    const originalLength = this.#view.getUint32(body, this.#little);
    const limit = source.snapLength === 0 ? Infinity : source.snapLength;
    const captured = Math.min(originalLength, limit);
    if (captured > length - 4) return `the packet at byte ${body - 8} is longer than its block`;
    return this.#push(source, { atUs: null, begin: body + 4, captured, originalLength });
  }

  #push(
    source: Interface,
    found: { atUs: number | null; begin: number; captured: number; originalLength: number },
  ): string | null {
    if (this.#packets.length >= PCAP_PACKET_MAX) {
      return `more than ${PCAP_PACKET_MAX} packets: the rest is left out`;
    }
    this.#packets.push({
      number: this.#packets.length + 1,
      atUs: found.atUs,
      interface: source.number,
      linkType: source.linkType,
      bytes: this.#bytes.subarray(found.begin, found.begin + found.captured),
      originalLength: found.originalLength,
    });
    return null;
  }
}

/** Ticks as microseconds since 1970; null when that is no time a number can hold. */
function wallUs(ticks: bigint, source: Interface): number | null {
  const us = Number(ticks * 1_000_000n / source.ticks + source.offsetS * 1_000_000n);
  return Number.isSafeInteger(us) ? us : null;
}
