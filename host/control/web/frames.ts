// Frames of a WebSocket (RFC 6455 5.2), the server's side: masked ones in, plain ones out.
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-------+-+-------------+-------------------------------+
//   |F|R|R|R| opcode|M| length      | extended length, 16 (126)     |
//   |I|S|S|S|  (4)  |A|    (7)      |             or 64 bits (127)  |
//   |N|V|V|V|       |S|             +-------------------------------+
//   | |1|2|3|       |K|             | masking key, 32 bits, if MASK |
//   +-+-+-+-+-------+-+-------------+-------------------------------+
//   | payload                                                       |
//   +---------------------------------------------------------------+
//
// Numbers are in network order.
// This module is browser safe.

import { joinBytes } from "../../base/bytes.ts";
import { CLOSE_CODE } from "./terms.ts";

/** Opcodes of RFC 6455 11.8. */
export const OPCODE = { CONTINUATION: 0, TEXT: 1, BINARY: 2, CLOSE: 8, PING: 9, PONG: 10 } as const;

/** Longest payload of a control frame, bytes (RFC 6455 5.5). */
export const CONTROL_PAYLOAD_MAX = 125;
/** Frames of one message. */
export const FRAGMENTS_MAX = 64;
const FIN = 0x80;
const RSV = 0x70;
const MASK = 0x80;
const LENGTH_16 = 126;
const LENGTH_64 = 127;

/** What a client has said. */
export type Incoming =
  | { kind: "message"; bytes: Uint8Array<ArrayBuffer> }
  | { kind: "ping"; bytes: Uint8Array<ArrayBuffer> }
  | { kind: "pong" }
  | { kind: "close" }
  /** The stream is of no more use; `code` is what the closing frame says. */
  | { kind: "broken"; code: number };

/** Cuts a byte stream into messages; fragments are put together. */
export class FrameDecoder {
  readonly #sizeMax: number;
  #rest = new Uint8Array(0);
  /** Where in `#rest` the next frame begins: frames are small, and cutting off each would copy all behind it. */
  #at = 0;
  #fragments: Uint8Array[] = [];
  #fragmentSize = 0;
  #isFragmented = false;

  /** `sizeMax`: longest message, bytes. */
  constructor(sizeMax: number) {
    this.#sizeMax = sizeMax;
  }

  /** Takes the next bytes, a few kilobytes at most; what they complete, in order. Nothing comes behind `broken`. */
  push(bytes: Uint8Array): Incoming[] {
    this.#rest = joinBytes([this.#rest.subarray(this.#at), bytes]);
    this.#at = 0;
    const found: Incoming[] = [];
    for (;;) {
      const frame = this.#next();
      if (frame === null) return found;
      const incoming = "kind" in frame ? frame : this.#take(frame);
      if (incoming !== null) found.push(incoming);
      if (incoming?.kind === "broken") return found;
    }
  }

  /** The first whole frame, taken off; null when it is not whole. */
  #next(): Frame | Broken | null {
    const rest = this.#rest.subarray(this.#at);
    const head = readFrameHead(rest, this.#sizeMax);
    if (head === null || "kind" in head) return head;
    const { at, size, opcode, isFinal } = head;
    if (rest.length < at + size) return null;
    const key = rest.subarray(at - 4, at);
    const payload = rest.slice(at, at + size);
    for (let i = 0; i < size; i++) payload[i] = payload[i]! ^ key[i & 3]!;
    this.#at += at + size;
    return { opcode, isFinal, payload };
  }

  #take({ opcode, isFinal, payload }: Frame): Incoming | null {
    switch (opcode) {
      case OPCODE.PING:
        return { kind: "ping", bytes: payload };
      case OPCODE.PONG:
        return { kind: "pong" };
      case OPCODE.CLOSE:
        return { kind: "close" };
      case OPCODE.BINARY:
        return broken(CLOSE_CODE.UNSUPPORTED_DATA);
      case OPCODE.TEXT:
      case OPCODE.CONTINUATION:
        break;
      default:
        return broken(CLOSE_CODE.PROTOCOL_ERROR);
    }
    // A message begins with TEXT and goes on with CONTINUATION, never otherwise (RFC 6455 5.4).
    if ((opcode === OPCODE.CONTINUATION) !== this.#isFragmented) {
      return broken(CLOSE_CODE.PROTOCOL_ERROR);
    }
    this.#fragments.push(payload);
    this.#fragmentSize += payload.length;
    if (this.#fragmentSize > this.#sizeMax || this.#fragments.length > FRAGMENTS_MAX) {
      return broken(CLOSE_CODE.TOO_LARGE);
    }
    this.#isFragmented = !isFinal;
    if (!isFinal) return null;
    const bytes = joinBytes(this.#fragments);
    this.#fragments = [];
    this.#fragmentSize = 0;
    return { kind: "message", bytes };
  }
}

interface Frame {
  opcode: number;
  isFinal: boolean;
  payload: Uint8Array<ArrayBuffer>;
}

type Broken = Extract<Incoming, { kind: "broken" }>;

function broken(code: number): Broken {
  return { kind: "broken", code };
}

/** Head of a frame: `at` is where its payload begins. */
interface FrameHead {
  opcode: number;
  isFinal: boolean;
  at: number;
  size: number;
}

/** Reads a head; null when it is not whole. */
function readFrameHead(bytes: Uint8Array, sizeMax: number): FrameHead | Broken | null {
  if (bytes.length < 2) return null;
  const [first, second] = [bytes[0]!, bytes[1]!];
  const opcode = first & 0x0f;
  const isFinal = (first & FIN) !== 0;
  // No extension was agreed upon, and a client masks everything (RFC 6455 5.1, 5.2).
  if ((first & RSV) !== 0 || (second & MASK) === 0) return broken(CLOSE_CODE.PROTOCOL_ERROR);
  const length = second & 0x7f;
  if (opcode >= OPCODE.CLOSE && (!isFinal || length > CONTROL_PAYLOAD_MAX)) {
    return broken(CLOSE_CODE.PROTOCOL_ERROR);
  }
  const wide = length === LENGTH_64 ? 8 : length === LENGTH_16 ? 2 : 0;
  const at = 2 + wide + 4;
  if (bytes.length < at) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const size = wide === 8 ? Number(view.getBigUint64(2)) : wide === 2 ? view.getUint16(2) : length;
  return size > sizeMax ? broken(CLOSE_CODE.TOO_LARGE) : { opcode, isFinal, at, size };
}

/** A whole frame of the server's. */
export function encodeFrame(
  opcode: number,
  payload: Uint8Array,
): { bytes: Uint8Array<ArrayBuffer>; headSize: number } {
  const size = payload.length;
  const wide = size > 0xffff ? 8 : size >= LENGTH_16 ? 2 : 0;
  const headSize = 2 + wide;
  const bytes = new Uint8Array(headSize + size);
  const view = new DataView(bytes.buffer);
  bytes[0] = FIN | opcode;
  bytes[1] = wide === 8 ? LENGTH_64 : wide === 2 ? LENGTH_16 : size;
  if (wide === 2) view.setUint16(2, size);
  if (wide === 8) view.setBigUint64(2, BigInt(size));
  bytes.set(payload, headSize);
  return { bytes, headSize };
}

/** A closing frame: code and reason (RFC 6455 5.5.1). The reason is cut to what fits. */
export function encodeClose(code: number, reason: string): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(reason).subarray(0, CONTROL_PAYLOAD_MAX - 2);
  const payload = new Uint8Array(2 + text.length);
  new DataView(payload.buffer).setUint16(0, code);
  payload.set(text, 2);
  return encodeFrame(OPCODE.CLOSE, payload).bytes;
}
