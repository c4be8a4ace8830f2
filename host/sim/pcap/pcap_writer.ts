// Writes capture files: pcap, little endian, microseconds (draft-ietf-opsawg-pcap), what every tool reads.
// This module is browser safe.

const MAGIC_MICROSECONDS = 0xa1b2c3d4;
const FILE_HEADER_SIZE = 24;
const RECORD_HEADER_SIZE = 16;
/** Longest packet that the file announces, bytes: libpcap's limit. */
const SNAP_LENGTH = 262_144;
const SECOND_US = 1_000_000;

/** A packet to write. */
export interface PacketToWrite {
  /** Wall time, whole microseconds since 1970, before 2106. */
  atUs: number;
  bytes: Uint8Array;
  /** Its length on the wire. */
  originalLength: number;
}

/** The bytes of a file with packets of one link type (LINKTYPE_ number). */
export function writePcap(packets: readonly PacketToWrite[], linkType: number): Uint8Array {
  const size = packets.reduce(
    (sum, { bytes }) => sum + RECORD_HEADER_SIZE + bytes.length,
    FILE_HEADER_SIZE,
  );
  const file = new Uint8Array(size);
  const view = new DataView(file.buffer);
  view.setUint32(0, MAGIC_MICROSECONDS, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, SNAP_LENGTH, true);
  view.setUint32(20, linkType, true);
  let at = FILE_HEADER_SIZE;
  for (const { atUs, bytes, originalLength } of packets) {
    view.setUint32(at, Math.floor(atUs / SECOND_US), true);
    view.setUint32(at + 4, atUs % SECOND_US, true);
    view.setUint32(at + 8, bytes.length, true);
    view.setUint32(at + 12, originalLength, true);
    file.set(bytes, at + RECORD_HEADER_SIZE);
    at += RECORD_HEADER_SIZE + bytes.length;
  }
  return file;
}
