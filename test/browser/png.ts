// PNG (RFC 2083) as small as its format allows without changing a pixel: a browser compresses its pictures for
// speed, ours are kept for ever.

import { constants, crc32, deflateSync, inflateSync } from "node:zlib";

const SIGNATURE_LENGTH = 8;
/** Length and type before a chunk's data, its checksum behind. */
const HEAD_LENGTH = 8;
const CHECKSUM_LENGTH = 4;

/** Bytes of a pixel by colour type (4.1.1), of eight bits a channel: RGB and RGBA. */
const PIXEL_BYTES: Record<number, number> = { 2: 3, 6: 4 };

/** The same picture, smaller. Throws on one that no browser takes: other than RGB or RGBA of eight bits. */
export function repackPng(png: Uint8Array): Uint8Array {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const width = view.getUint32(SIGNATURE_LENGTH + HEAD_LENGTH);
  const [depth, colours] = [png[24], png[25]!];
  const pixel = PIXEL_BYTES[colours];
  if (depth !== 8 || pixel === undefined) {
    throw new Error(`colours of type ${colours}, ${depth} bits`);
  }
  const parts: Uint8Array[] = [png.subarray(0, SIGNATURE_LENGTH)];
  const data: Uint8Array[] = [];
  for (let at = SIGNATURE_LENGTH; at < png.length;) {
    const end = at + HEAD_LENGTH + view.getUint32(at);
    const type = new TextDecoder().decode(png.subarray(at + 4, at + HEAD_LENGTH));
    if (type === "IDAT") data.push(png.subarray(at + HEAD_LENGTH, end));
    if (type === "IEND") {
      parts.push(chunk("IDAT", repacked(joined(data), width * pixel + 1, pixel)));
    }
    if (type !== "IDAT") parts.push(png.subarray(at, end + CHECKSUM_LENGTH));
    at = end + CHECKSUM_LENGTH;
  }
  return joined(parts);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Without filters (6): they are made for photographs, and hide how alike letters are. */
function repacked(data: Uint8Array, stride: number, pixel: number): Uint8Array {
  const rows = new Uint8Array(inflateSync(data));
  for (let at = 0; at < rows.length; at += stride) {
    unfilter(rows, at, stride, pixel);
    rows[at] = 0;
  }
  const level = constants.Z_BEST_COMPRESSION;
  return new Uint8Array(deflateSync(rows, { level, memLevel: constants.Z_MAX_MEMLEVEL }));
}

/** Turns one row, whose first byte is the number of its filter, into the bytes of its pixels. */
function unfilter(rows: Uint8Array, at: number, stride: number, pixel: number): void {
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

function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = joined([new TextEncoder().encode(type), data]);
  return joined([word(data.length), body, word(crc32(body))]);
}

/** Four bytes, the most significant first. */
function word(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}
