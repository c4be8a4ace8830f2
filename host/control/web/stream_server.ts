// The streams of a web server: the handshake (RFC 6455 4.2), the token, and then the connection that
// also serves the Unix socket. A browser is told nothing of an answer that is no handshake, so who may
// not follow is told by the code of the closing frame.

import {
  type Answer,
  Connection,
  CONNECTION_LIMITS,
  type ConnectionLimits,
} from "../connection.ts";
import type { ClientCounts } from "../protocol.ts";
import { isOurOrigin, tokenOf, type WebAccess } from "./access.ts";
import { encodeClose } from "./frames.ts";
import { listOf, REQUEST_HEAD_BYTES_MAX, type RequestHead } from "./request_head.ts";
import { type Answered, encodeHead, textAnswer } from "./response.ts";
import { StreamConn } from "./stream_conn.ts";
import { CLOSE_CODE, STREAM_PROTOCOL } from "./terms.ts";

/** Streams at one time. One more is told so and closed. */
export const STREAM_MAX = 16;
/** Between two looks at a client, milliseconds: it is asked for a sign of life. */
export const PING_MS = 20_000;
/** A client that gives no sign of life for so long is gone, milliseconds. */
export const SILENCE_MS_MAX = 60_000;
/** Between two answers to `status` of one client, milliseconds: making one takes main's time. */
export const STATUS_PAUSE_MS = 100;
/** The same as a multiple of the time that making the last one took, where the configuration is large. */
const STATUS_PAUSE_SHARE = 20;
/** No client waits longer for its turn, milliseconds: it would take us for dead. */
const STATUS_PAUSE_MS_MAX = 1000;
/** Between two lines about refusals, milliseconds: whoever knocks without end does not fill the log. */
export const REFUSAL_TOLD_MS = 60_000;

/** Time for a client that may not follow to see why, milliseconds. */
const LEAVE_MS_MAX = 1000;
/** GUID of RFC 6455 1.3. */
const HANDSHAKE_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/** Bytes of a message: of the limit's UTF-16 units, each has three at most. */
const UTF8_BYTES_PER_UNIT_MAX = 3;

/** Why a page may not follow. */
export const ORIGIN_REFUSED =
  "this page's origin is not one of those that may connect: see allow_origin";

/** Bounds of streams. */
export interface StreamLimits extends ConnectionLimits {
  clients: number;
  pingMs: number;
  silenceMs: number;
  statusPauseMs: number;
}

const STREAM_LIMITS: StreamLimits = {
  ...CONNECTION_LIMITS,
  clients: STREAM_MAX,
  pingMs: PING_MS,
  silenceMs: SILENCE_MS_MAX,
  statusPauseMs: STATUS_PAUSE_MS,
};

interface Follower {
  token: string;
  secret: string;
  /** Null: no browser. */
  origin: string | null;
  host: string;
  socket: StreamConn;
  connection: Connection;
}

/** What the web server gives. */
export interface StreamOptions {
  limits: Partial<StreamLimits>;
  /** Told when somebody was turned away. */
  denied(why: string): void;
}

/** The streams of a server. */
export class StreamServer {
  readonly #answer: Answer | null;
  readonly #limits: StreamLimits;
  readonly #options: StreamOptions;
  readonly #followers = new Set<Follower>();
  #refused = 0;
  #dropped = 0;
  #rejected = 0;
  #denied = 0;
  #deniedUntold = 0;
  #toldAtMs = -Infinity;
  #isStopped = false;

  constructor(answer: Answer | null, options: StreamOptions) {
    this.#answer = answer;
    this.#options = options;
    this.#limits = { ...STREAM_LIMITS, ...options.limits };
  }

  status(): ClientCounts & { denied: number; followers: string[] } {
    return {
      clients: this.#followers.size,
      refused: this.#refused,
      dropped: this.#dropped,
      rejected: this.#rejected,
      denied: this.#denied,
      followers: [...this.#followers].map(({ token }) => token).sort(),
    };
  }

  /** Serves a stream to its end; an answer where the request is no handshake. `accessNow`: who may follow. */
  async serve(
    conn: Deno.Conn,
    head: RequestHead,
    accessNow: () => WebAccess,
  ): Promise<Answered | null> {
    if (this.#answer === null) return textAnswer(404, "There is no daemon behind this page.");
    const accept = await acceptOf(head);
    if (accept === null) {
      return textAnswer(426, "This is for WebSockets.", [
        ["Upgrade", "websocket"],
        ["Sec-WebSocket-Version", "13"],
      ]);
    }
    const chosen = listOf(head.headers, "sec-websocket-protocol").includes(STREAM_PROTOCOL);
    await writeAll(
      conn,
      encodeHead(101, [
        ["Upgrade", "websocket"],
        ["Connection", "Upgrade"],
        ["Sec-WebSocket-Accept", accept],
        ...(chosen ? [["Sec-WebSocket-Protocol", STREAM_PROTOCOL] as const] : []),
      ]),
    );
    // Both may have changed since the handshake began.
    if (this.#isStopped) return null;
    const access = accessNow();
    const token = tokenOf(head.headers, access);
    const isOurs = isOurOrigin(
      head.headers.get("origin") ?? null,
      head.headers.get("host")!,
      access,
    );
    if (token === null || !isOurs) {
      const why = token === null ? "this daemon does not have that token" : ORIGIN_REFUSED;
      this.deny(why, conn);
      await takeLeave(conn, encodeClose(CLOSE_CODE.DENIED, why));
    } else if (this.#followers.size >= this.#limits.clients) {
      this.#refused++;
      const why = `${this.#limits.clients} clients follow already`;
      await takeLeave(conn, encodeClose(CLOSE_CODE.NO_ROOM, why));
    } else await this.#follow(conn, head, { name: token, access });
    return null;
  }

  async #follow(
    conn: Deno.Conn,
    { headers, rest }: RequestHead,
    { name, access }: { name: string; access: WebAccess },
  ): Promise<void> {
    let heardAtMs = performance.now();
    const messageSize = this.#limits.requestLength * UTF8_BYTES_PER_UNIT_MAX;
    const socket = new StreamConn(conn, rest, messageSize, () => {
      heardAtMs = performance.now();
    });
    const connection = new Connection(socket, this.#paced(this.#answer!), this.#limits);
    const follower: Follower = {
      ...{ token: name, secret: secretNamed(access, name) ?? "", socket, connection },
      ...{ origin: headers.get("origin") ?? null, host: headers.get("host")! },
    };
    this.#followers.add(follower);
    const pinging = setInterval(() => {
      if (performance.now() - heardAtMs <= this.#limits.silenceMs) return socket.ping();
      socket.farewell = { code: CLOSE_CODE.SILENT, reason: "no sign of life" };
      connection.end("dropped");
    }, this.#limits.pingMs);
    const reason = await connection.run();
    clearInterval(pinging);
    this.#followers.delete(follower);
    if (reason === "dropped") this.#dropped++;
    if (reason === "rejected" || socket.isBroken) this.#rejected++;
  }

  /** Keeps a client that asks without end from taking all of main's time. */
  #paced(answer: Answer): Answer {
    let readyAtMs = 0;
    return async (request, connection) => {
      if (request.method !== "status") return await answer(request, connection);
      const wait = readyAtMs - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      const begunMs = performance.now();
      const reply = await answer(request, connection);
      const endedMs = performance.now();
      const share = Math.min(STATUS_PAUSE_MS_MAX, (endedMs - begunMs) * STATUS_PAUSE_SHARE);
      readyAtMs = endedMs + Math.max(this.#limits.statusPauseMs, share);
      return reply;
    };
  }

  /** Ends who may not follow any more. */
  keep(access: WebAccess): void {
    for (const { token, secret, origin, host, socket, connection } of this.#followers) {
      const isKnown = secretNamed(access, token) === secret;
      if (isKnown && isOurOrigin(origin, host, access)) continue;
      socket.farewell = {
        code: CLOSE_CODE.GOING_AWAY,
        reason: "its token or origin was taken out",
      };
      connection.end("stopped");
    }
  }

  /** Ends all. */
  stop(): void {
    this.#isStopped = true;
    for (const { socket, connection } of this.#followers) {
      socket.farewell = { code: CLOSE_CODE.GOING_AWAY, reason: "the daemon stops serving" };
      connection.end("stopped");
    }
  }

  /** Counts one who was turned away, and tells of it now and then. */
  deny(why: string, conn: Deno.Conn): void {
    this.#denied++;
    this.#deniedUntold++;
    const nowMs = performance.now();
    if (nowMs - this.#toldAtMs < REFUSAL_TOLD_MS) return;
    const { hostname } = conn.remoteAddr as Deno.NetAddr;
    const others = this.#deniedUntold > 1 ? `, and ${this.#deniedUntold - 1} others before` : "";
    this.#options.denied(`${hostname} was turned away: ${why}${others}`);
    this.#toldAtMs = nowMs;
    this.#deniedUntold = 0;
  }
}

function secretNamed({ tokens }: WebAccess, name: string): string | null {
  return tokens.find((token) => token.name === name)?.secret ?? null;
}

/** Sec-WebSocket-Accept of a handshake; null when the request is none (RFC 6455 4.2.1). */
async function acceptOf({ method, headers }: RequestHead): Promise<string | null> {
  const has = (name: string, word: string) =>
    listOf(headers, name).some((one) => one.toLowerCase() === word);
  const key = headers.get("sec-websocket-key") ?? "";
  const isOne = method === "GET" && has("upgrade", "websocket") && has("connection", "upgrade") &&
    headers.get("sec-websocket-version") === "13" && /^[A-Za-z0-9+/]{22}==$/.test(key);
  if (!isOne) return null;
  const text = new TextEncoder().encode(key + HANDSHAKE_GUID);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-1", text));
  return btoa(String.fromCharCode(...digest));
}

/**
 * Sends a closing frame and waits for the client's, or its end: closing with something unread would
 * reset the connection, and the client might never see why.
 */
async function takeLeave(conn: Deno.Conn, frame: Uint8Array): Promise<void> {
  const timer = setTimeout(() => endConn(conn), LEAVE_MS_MAX);
  try {
    await writeAll(conn, frame);
    await conn.read(new Uint8Array(REQUEST_HEAD_BYTES_MAX));
  } catch {
    // It has closed, or was closed here.
  } finally {
    clearTimeout(timer);
  }
}

/** For what fits into a fresh socket at once. */
async function writeAll(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
}

/** Closes a connection that may be closed: what is thrown in a timer would end the daemon. */
export function endConn(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch {
    // It is closed already.
  }
}
