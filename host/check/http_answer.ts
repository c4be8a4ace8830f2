// The answer to a check's HTTP/1.0 request, read piece by piece: status code, Content-Length, how
// long the body is and its MD5. Nothing is kept but the header, so a large body costs no memory.

import { createHash, type Hash } from "node:crypto";
import type { CheckOutcome } from "../engine/contract.ts";

/** Bytes of a header; a longer one is no answer. */
export const HEADER_SIZE_MAX = 64 * 1024;
/** Bytes of a body that are read. Without a digest the answer is complete there. */
export const BODY_SIZE_MAX = 16 * 1024 * 1024;

const decoder = new TextDecoder("latin1");

/** Reads one answer. */
export class HttpAnswer {
  readonly #hash: Hash | null;
  #head: Uint8Array = new Uint8Array(0);
  #status: number | null = null;
  #contentLength: number | null = null;
  #bytes = 0;

  /** `digest`: compute the MD5 of the body. */
  constructor(digest: boolean) {
    this.#hash = digest ? createHash("md5") : null;
  }

  /** Takes the next piece; an outcome when the answer is complete. */
  take(chunk: Uint8Array): CheckOutcome | null {
    if (this.#status !== null) return this.#takeBody(chunk);
    const head = concatenate(this.#head, chunk);
    const end = endOfHeader(head);
    if (end === null) {
      this.#head = head;
      return head.length > HEADER_SIZE_MAX ? { kind: "tooLong", bytes: head.length } : null;
    }
    this.#head = new Uint8Array(0);
    const header = decoder.decode(head.subarray(0, end));
    this.#status = statusOf(header);
    this.#contentLength = contentLengthOf(header);
    return this.#takeBody(head.subarray(end));
  }

  /** The server closed: what there is of an answer. */
  end(): CheckOutcome {
    if (this.#status === null) return { kind: "noResponse" };
    return {
      kind: "response",
      status: this.#status,
      digest: this.#hash?.digest("hex") ?? null,
      bytes: this.#bytes,
      contentLength: this.#contentLength,
    };
  }

  #takeBody(chunk: Uint8Array): CheckOutcome | null {
    const length = this.#contentLength ?? Infinity;
    this.#hash?.update(chunk.subarray(0, Math.max(0, length - this.#bytes)));
    this.#bytes += chunk.length;
    if (this.#bytes >= length) return this.end();
    if (this.#bytes < BODY_SIZE_MAX) return null;
    return this.#hash === null ? this.end() : { kind: "tooLong", bytes: this.#bytes };
  }
}

function concatenate(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b;
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}

const CR = 0x0d;
const LF = 0x0a;

/** Offset behind the empty line that ends the header; also without CR. Null = not there yet. */
function endOfHeader(bytes: Uint8Array): number | null {
  for (let i = 0; i + 1 < bytes.length; i++) {
    if (bytes[i] !== LF) continue;
    if (bytes[i + 1] === LF) return i + 2;
    if (bytes[i + 1] === CR && bytes[i + 2] === LF) return i + 3;
  }
  return null;
}

/** Status code of the first line; 0 = it has none (RFC 9112 4). */
function statusOf(header: string): number {
  const match = /^HTTP\/[0-9.]+[ \t]+([0-9]{3})(?![0-9])/.exec(header);
  return match === null ? 0 : Number(match[1]);
}

/** Content-Length; null when there is none or no sensible one. */
function contentLengthOf(header: string): number | null {
  const match = /^content-length:[ \t]*([0-9]{1,15})[ \t]*\r?$/im.exec(header);
  return match === null ? null : Number(match[1]);
}
