// The head of an HTTP request (RFC 9112 2 to 5), read from bytes with every bound named. Only what a
// browser sends for a page and for a WebSocket is taken: a GET or HEAD in origin form and without a body.
// This module is browser safe.

/** Bytes of a head with its empty line. */
export const REQUEST_HEAD_BYTES_MAX = 8192;
/** Header lines of a request. */
export const REQUEST_HEADERS_MAX = 64;

/** A request. */
export interface RequestHead {
  method: "GET" | "HEAD";
  /** Begins with a slash, without query; nothing in it is escaped. */
  path: string;
  /** By name in lower case; of one that stands twice, both with a comma between (RFC 9110 5.3). */
  headers: ReadonlyMap<string, string>;
  /** What came behind the head already. */
  rest: Uint8Array<ArrayBuffer>;
}

/** Why there is no request: the status of the answer (RFC 9110 15) and a line for people. */
export interface Refusal {
  status: 400 | 403 | 404 | 405 | 408 | 426 | 431 | 503 | 505;
  why: string;
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const PLAIN_PATH = /^\/[A-Za-z0-9._~\/-]*$/;
/** Header fields that may stand once only: with two, readers could differ in what they take. */
const SINGLE: ReadonlySet<string> = new Set(["host", "origin", "sec-websocket-key"]);

/**
 * Reads the head from the first bytes of a connection; null while its end is missing. More than
 * REQUEST_HEAD_BYTES_MAX without an end are refused. Never throws.
 */
export function readRequestHead(bytes: Uint8Array<ArrayBuffer>): RequestHead | Refusal | null {
  const end = endOf(bytes);
  if (end === null) {
    return bytes.length < REQUEST_HEAD_BYTES_MAX
      ? null
      : { status: 431, why: `the head has more than ${REQUEST_HEAD_BYTES_MAX} bytes` };
  }
  // Latin-1: no byte is lost, and whatever is not ASCII fits no rule below.
  const text = Array.from(bytes.subarray(0, end), (byte) => String.fromCharCode(byte)).join("");
  const [first = "", ...lines] = text.split("\r\n");
  const start = readStart(first);
  if ("why" in start) return start;
  const headers = readHeaders(lines);
  if ("why" in headers) return headers;
  if (!headers.has("host")) return { status: 400, why: "there is no Host" };
  if (headers.has("transfer-encoding") || (headers.get("content-length") ?? "0") !== "0") {
    return { status: 400, why: "a request here has no body" };
  }
  return { ...start, headers, rest: bytes.slice(end + 4) };
}

/** Where the empty line begins; null when it is not there, or behind the limit. */
function endOf(bytes: Uint8Array): number | null {
  const last = Math.min(bytes.length, REQUEST_HEAD_BYTES_MAX) - 4;
  for (let at = 0; at <= last; at++) {
    if (
      bytes[at] === 13 && bytes[at + 1] === 10 && bytes[at + 2] === 13 && bytes[at + 3] === 10
    ) return at;
  }
  return null;
}

function readStart(line: string): Pick<RequestHead, "method" | "path"> | Refusal {
  const [method = "", target = "", version = "", ...more] = line.split(" ");
  if (more.length > 0 || !TOKEN.test(method) || !/^HTTP\/\d\.\d$/.test(version)) {
    return { status: 400, why: "the first line is no request" };
  }
  if (version !== "HTTP/1.1") return { status: 505, why: "HTTP/1.1 is spoken here" };
  if (method !== "GET" && method !== "HEAD") return { status: 405, why: "GET and HEAD only" };
  const path = target.split("?", 1)[0]!;
  if (!target.startsWith("/")) return { status: 400, why: "the target is no path" };
  return PLAIN_PATH.test(path) ? { method, path } : { status: 404, why: "there is nothing here" };
}

function readHeaders(lines: readonly string[]): Map<string, string> | Refusal {
  if (lines.length > REQUEST_HEADERS_MAX) {
    return { status: 431, why: `there are more than ${REQUEST_HEADERS_MAX} header lines` };
  }
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(0, colon)).toLowerCase();
    const value = line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, "");
    // deno-lint-ignore no-control-regex
    if (!TOKEN.test(name) || /[\x00-\x08\x0a-\x1f\x7f]/.test(value)) {
      return { status: 400, why: "a header line is none" };
    }
    const before = headers.get(name);
    if (before !== undefined && SINGLE.has(name)) {
      return { status: 400, why: `${name} stands twice` };
    }
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return headers;
}

/** The members of a comma separated header, trimmed; empty when it is not there. */
export function listOf(headers: ReadonlyMap<string, string>, name: string): string[] {
  const text = headers.get(name);
  return text === undefined ? [] : text.split(",").map((one) => one.trim()).filter(Boolean);
}
