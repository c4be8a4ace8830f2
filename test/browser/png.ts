// PNG (RFC 2083) as small as its format allows without changing a pixel: a browser compresses its pictures for
// speed, ours are kept for ever.

import { Buffer } from "node:buffer";
import { constants, crc32, deflateSync, inflateSync } from "node:zlib";

const SIGNATURE_LENGTH = 8;
/** Length and type before a chunk's data, its checksum behind. */
const HEAD_LENGTH = 8;
const CHECKSUM_LENGTH = 4;

/** Bytes of a pixel by colour type (4.1.1), of eight bits a channel: RGB and RGBA. */
const PIXEL_BYTES: Record<number, number> = { 2: 3, 6: 4 };

/** The same picture, smaller. Throws on one that no browser takes: other than RGB or RGBA of eight bits. */
export function repackPng(png: Uint8Array): Uint8Array {
  const source = Buffer.from(png.buffer, png.byteOffset, png.byteLength);
  const width = source.readUInt32BE(SIGNATURE_LENGTH + HEAD_LENGTH);
  const [depth, colours] = [source[24], source[25]!];
  const pixel = PIXEL_BYTES[colours];
  if (depth !== 8 || pixel === undefined) {
    throw new Error(`colours of type ${colours}, ${depth} bits`);
  }
  const parts: Buffer[] = [source.subarray(0, SIGNATURE_LENGTH)];
  const data: Buffer[] = [];
  for (let at = SIGNATURE_LENGTH; at < source.length;) {
    const length = source.readUInt32BE(at);
    const end = at + HEAD_LENGTH + length;
    const type = source.toString("latin1", at + 4, at + HEAD_LENGTH);
    if (type === "IDAT") data.push(source.subarray(at + HEAD_LENGTH, end));
    if (type === "IEND") {
      parts.push(chunk("IDAT", repacked(Buffer.concat(data), width * pixel + 1, pixel)));
    }
    if (type !== "IDAT") parts.push(source.subarray(at, end + CHECKSUM_LENGTH));
    at = end + CHECKSUM_LENGTH;
  }
  return Buffer.concat(parts);
}

/** Without filters (6): they are made for photographs, and hide how alike letters are. */
function repacked(data: Buffer, stride: number, pixel: number): Buffer {
  const rows = inflateSync(data);
  for (let at = 0; at < rows.length; at += stride) {
    unfilter(rows, at, stride, pixel);
    rows[at] = 0;
  }
  const level = constants.Z_BEST_COMPRESSION;
  return deflateSync(rows, { level, memLevel: constants.Z_MAX_MEMLEVEL });
}

/** Turns one row, whose first byte is the number of its filter, into the bytes of its pixels. */
function unfilter(rows: Buffer, at: number, stride: number, pixel: number): void {
  const filter = rows[at]!;
  for (let i = at + 1; i < at + stride; i++) {
    const left = i > at + pixel ? rows[i - pixel]! : 0;
    const above = at > 0 ? rows[i - stride]! : 0;
    const corner = at > 0 && i > at + pixel ? rows[i - stride - pixel]! : 0;
    rows[i] = rows[i]! + predicted(filter, left, above, corner);
  }
}

function predicted(filter: number, left: number, above: number, corner: number): number {
  switch (filter) {
    case 1:
      return left;
    case 2:
      return above;
    case 3:
      return (left + above) >> 1;
    case 4:
      return paeth(left, above, corner);
    default:
      return 0;
  }
}

/** The neighbour nearest to left + above - corner (6.6). */
function paeth(left: number, above: number, corner: number): number {
  const guess = left + above - corner;
  const [toLeft, toAbove] = [Math.abs(guess - left), Math.abs(guess - above)];
  const toCorner = Math.abs(guess - corner);
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(CHECKSUM_LENGTH)];
  length.writeUInt32BE(data.length);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}
