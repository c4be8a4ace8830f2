// What a page and a daemon agree upon beside the messages of protocol.ts: the path of the stream, how
// the token comes along, what a close code means. A browser cannot set headers on a WebSocket, and an
// address with a token in it ends in histories and logs: so the token is one of the subprotocols
// (RFC 6455 1.9) that the page asks for, and the daemon chooses the other.
// This module is browser safe.

/** Path of the stream, relative to the page's own. */
export const STREAM_PATH = "stream";
/** Path of what the page's server says of itself (ServerFacts). */
export const FACTS_PATH = "vipd.json";
/** The subprotocol that is spoken. */
export const STREAM_PROTOCOL = "vipd.v1";
/** In front of the token's secret. */
const TOKEN_PREFIX = "vipd.token.";

/** Codes with which a daemon ends a stream (RFC 6455 7.4.2: 4000 and up are an application's). */
export const CLOSE_CODE = {
  /** RFC 6455 7.4.1: the daemon stops, or its configuration no longer has the token. */
  GOING_AWAY: 1001,
  PROTOCOL_ERROR: 1002,
  UNSUPPORTED_DATA: 1003,
  TOO_LARGE: 1009,
  /** No token, or one that the daemon does not have. */
  DENIED: 4401,
  /** As many clients as there may be are connected. */
  NO_ROOM: 4429,
  /** The client gave no sign of life. */
  SILENT: 4408,
} as const;

/** What stands at FACTS_PATH. */
export interface ServerFacts {
  /** `daemon`: the stream of a running one is here; `files`: `vipd web`. Elsewhere: `static`. */
  role: "daemon" | "files";
  version: string;
}

/**
 * Key of the page's fragment that names the folder of what `vipd web FILE...` was given: `#opened=KEY`. A
 * fragment is never sent, and without the key nobody finds the folder.
 */
export const OPENED_KEY = "opened";

/** Path of the list (OpenedFile[]) of what is to be opened, relative to the page. */
export function openedListPath(key: string): string {
  return `opened/${key}/list.json`;
}

/** A file that the page is to open. */
export interface OpenedFile {
  /** For the title, without folders. */
  name: string;
  /** Relative to the page. */
  path: string;
}

/** The subprotocols that a page asks for. The secret is printable ASCII. */
export function streamProtocols(secret: string): string[] {
  const base64 = btoa(secret).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  return [STREAM_PROTOCOL, TOKEN_PREFIX + base64];
}

/** The secret among the subprotocols of a request; null when there is none that can be read. */
export function secretOf(protocols: readonly string[]): string | null {
  const found = protocols.find((one) => one.startsWith(TOKEN_PREFIX));
  if (found === undefined) return null;
  try {
    return atob(found.slice(TOKEN_PREFIX.length).replace(/-/g, "+").replace(/_/g, "/"));
  } catch {
    return null;
  }
}
