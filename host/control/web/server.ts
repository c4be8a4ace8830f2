// Serves the page, and to those with a token the stream: what `vipd status` and `vipd events` tell, as
// messages of a WebSocket. Read only: commands and dumps stay with the Unix socket.
//
// It speaks HTTP itself, a request a connection. The runtime's own server takes any number of
// connections and waits for ever for one that stops in the middle of its head (measured: 200 half heads
// were all still open after 45 s), and they would use up the descriptors that scripts, checks and a
// reload need. Here every bound is ours, and the same as those of the Unix socket behind it.

import { VIPD_VERSION } from "../../base/version.ts";
import { errorText } from "../../base/errors.ts";
import type { Answer } from "../connection.ts";
import type { WebStatus } from "../protocol.ts";
import { isOurHost, isOurOrigin, type WebAccess } from "./access.ts";
import { Page } from "./page.ts";
import {
  readRequestHead,
  type Refusal,
  REQUEST_HEAD_BYTES_MAX,
  type RequestHead,
} from "./request_head.ts";
import { type Answered, encodeAnswerHead, jsonAnswer, textAnswer } from "./response.ts";
import { endConn, ORIGIN_REFUSED, type StreamLimits, StreamServer } from "./stream_server.ts";
import { FACTS_PATH, type ServerFacts, STREAM_PATH } from "./terms.ts";

/**
 * Connections at one time, those of streams among them. For one more the oldest of those whose request is not
 * whole is closed; where all are whole it is told so and closed itself.
 */
export const WEB_CONNECTION_MAX = 64;
/** Time for a request to come in whole, milliseconds. */
export const REQUEST_MS_MAX = 5_000;
/** Time in which some of an answer must leave, milliseconds. */
export const ANSWER_STALL_MS_MAX = 10_000;
/** Pause after a failed accept, milliseconds. */
const ACCEPT_RETRY_MS = 200;

/** How to serve. */
export interface WebOptions {
  /** IP address and port; port 0 = any free one. */
  listen: { address: string; port: number };
  access: WebAccess;
  /** Folder of the built page. */
  page: string;
  role: ServerFacts["role"];
  /** What is there beside the page, by path with its first slash. */
  beside?: ReadonlyMap<string, Answered>;
  /** Answers the stream; null: there is none. */
  stream: Answer | null;
  /** Somebody was turned away, a sentence. Not more often than REFUSAL_TOLD_MS. */
  refused?: (why: string) => void;
  /** Tests make limits small. */
  limits?: Partial<WebLimits>;
}

/** Bounds of a server. */
export interface WebLimits extends StreamLimits {
  connections: number;
  requestMs: number;
  answerStallMs: number;
}

/** A server that stands. */
export interface WebServer {
  /** Where it listens. */
  readonly address: string;
  readonly port: number;
  status(): Omit<WebStatus, "listen" | "problem">;
  /** Takes other tokens and origins; those who follow with one that is gone are ended. */
  allow(access: WebAccess): void;
  /** Ends all connections. Harmless when called again. */
  close(): Promise<void>;
}

/** Listens and serves in the background. Throws what the system says when it cannot listen. */
export function serveWeb(options: WebOptions): WebServer {
  const { address, port } = options.listen;
  const listener = Deno.listen({ transport: "tcp", hostname: address, port });
  const server = new Server(listener, options);
  const served = server.acceptAll();
  const { port: bound } = listener.addr as Deno.NetAddr;
  return {
    address,
    port: bound,
    status: () => server.status(),
    allow: (access) => server.allow(access),
    async close() {
      server.stop();
      await served;
    },
  };
}

class Server {
  readonly #listener: Deno.TcpListener;
  readonly #options: WebOptions;
  readonly #limits: Pick<WebLimits, "connections" | "requestMs" | "answerStallMs">;
  readonly #page: Page;
  readonly #stream: StreamServer;
  /** All connections, and the end of each. */
  readonly #open = new Map<Deno.Conn, Promise<void>>();
  /** Those that are no stream, */
  readonly #asking = new Set<Deno.Conn>();
  /** and of these those whose request is not whole, the oldest first. */
  readonly #unheard = new Set<Deno.Conn>();
  #access: WebAccess;
  #stopped = false;
  #refused = 0;

  constructor(listener: Deno.TcpListener, options: WebOptions) {
    this.#listener = listener;
    this.#options = options;
    this.#access = options.access;
    this.#limits = {
      connections: options.limits?.connections ?? WEB_CONNECTION_MAX,
      requestMs: options.limits?.requestMs ?? REQUEST_MS_MAX,
      answerStallMs: options.limits?.answerStallMs ?? ANSWER_STALL_MS_MAX,
    };
    this.#page = new Page(options.page);
    this.#stream = new StreamServer(options.stream, {
      limits: options.limits ?? {},
      denied: options.refused ?? (() => {}),
    });
  }

  status(): Omit<WebStatus, "listen" | "problem"> {
    const stream = this.#stream.status();
    return { ...stream, refused: this.#refused + stream.refused };
  }

  allow(access: WebAccess): void {
    this.#access = access;
    this.#stream.keep(access);
  }

  async acceptAll(): Promise<void> {
    while (!this.#stopped) {
      let conn: Deno.Conn;
      try {
        conn = await this.#listener.accept();
      } catch {
        // Our own close, or no free descriptor: then the client waits in the kernel's queue.
        if (!this.#stopped) await new Promise((resolve) => setTimeout(resolve, ACCEPT_RETRY_MS));
        continue;
      }
      if (this.#open.size >= this.#limits.connections) await this.#evict();
      if (this.#stopped) endConn(conn);
      else if (this.#open.size < this.#limits.connections) this.#open.set(conn, this.#serve(conn));
      else await this.#turnAway(conn);
    }
  }

  /** Whoever opens connections and says nothing keeps nobody out who says something. */
  async #evict(): Promise<void> {
    const [oldest] = this.#unheard;
    if (oldest === undefined) return;
    this.#refused++;
    endConn(oldest);
    // Its descriptor is there until its read has ended: it still counts.
    await this.#open.get(oldest);
  }

  /** One at a time: those that are turned away hold no more than one descriptor together. */
  async #turnAway(conn: Deno.Conn): Promise<void> {
    this.#refused++;
    const why = `${this.#limits.connections} connections are open already`;
    // A fresh socket takes a few hundred bytes at once.
    await this.#send(conn, textAnswer(503, why), "GET").catch(() => {});
    endConn(conn);
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#listener.close();
    this.#stream.stop();
    for (const conn of this.#asking) endConn(conn);
  }

  /** One connection from its first byte to its end. Never rejects. */
  async #serve(conn: Deno.Conn): Promise<void> {
    this.#asking.add(conn);
    this.#unheard.add(conn);
    try {
      const head = await this.#receive(conn);
      this.#unheard.delete(conn);
      if (head === null) return;
      if ("why" in head) return await this.#send(conn, refusal(head), "GET");
      if (head.path === `/${STREAM_PATH}`) {
        const answered = await this.#follow(conn, head);
        if (answered === null) return;
        return await this.#send(conn, answered, head.method);
      }
      await this.#send(conn, await this.#answer(head), head.method);
    } catch {
      // A reset connection, or our own close under a read or write: both are an end.
    } finally {
      for (const set of [this.#open, this.#asking, this.#unheard]) set.delete(conn);
      endConn(conn);
    }
  }

  /** The request; null when the client went away before it was whole. */
  async #receive(conn: Deno.Conn): Promise<RequestHead | Refusal | null> {
    const late = Promise.withResolvers<Refusal>();
    const timer = setTimeout(
      () => late.resolve({ status: 408, why: "the request took too long" }),
      this.#limits.requestMs,
    );
    try {
      return await Promise.race([late.promise, readHead(conn)]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #answer(head: RequestHead): Promise<Answered> {
    if (!isOurHost(head.headers.get("host")!, this.#access)) {
      return refusal({ status: 403, why: HOST_REFUSED });
    }
    if (head.path === `/${FACTS_PATH}`) return jsonAnswer(this.#facts());
    const beside = this.#options.beside?.get(head.path);
    if (beside !== undefined) return beside;
    try {
      return await this.#page.answer(head);
    } catch (thrown) {
      return textAnswer(503, `The page cannot be read: ${errorText(thrown)}`);
    }
  }

  #facts(): ServerFacts {
    return { role: this.#options.role, version: VIPD_VERSION };
  }

  /** Serves a stream to its end; an answer where it does not begin. */
  async #follow(conn: Deno.Conn, head: RequestHead): Promise<Answered | null> {
    const host = head.headers.get("host")!;
    const origin = head.headers.get("origin") ?? null;
    const why = !isOurHost(host, this.#access)
      ? HOST_REFUSED
      : !isOurOrigin(origin, host, this.#access)
      ? ORIGIN_REFUSED
      : null;
    if (why === null) {
      this.#asking.delete(conn);
      return await this.#stream.serve(conn, head, () => this.#access);
    }
    this.#stream.deny(why, conn);
    return refusal({ status: 403, why });
  }

  async #send(conn: Deno.Conn, answered: Answered, method: "GET" | "HEAD"): Promise<void> {
    await this.#write(conn, encodeAnswerHead(answered));
    if (method === "GET" && answered.body !== undefined) await this.#write(conn, answered.body);
  }

  async #write(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const timer = setTimeout(() => endConn(conn), this.#limits.answerStallMs);
      try {
        at += await conn.write(bytes.subarray(at));
      } finally {
        clearTimeout(timer);
      }
    }
  }
}

const HOST_REFUSED =
  "this server is reached by its address, or by the host of an origin that allow_origin lists";

/** Reads until the head is whole. */
async function readHead(conn: Deno.Conn): Promise<RequestHead | Refusal | null> {
  const buffer = new Uint8Array(REQUEST_HEAD_BYTES_MAX);
  let size = 0;
  for (;;) {
    const count = await conn.read(buffer.subarray(size));
    if (count === null) return null;
    size += count;
    const head = readRequestHead(buffer.slice(0, size));
    if (head !== null) return head;
  }
}

function refusal({ status, why }: Refusal): Answered {
  const headers: [string, string][] = [];
  if (status === 405) headers.push(["Allow", "GET, HEAD"]);
  if (status === 426) headers.push(["Sec-WebSocket-Version", "13"]);
  return textAnswer(status, why, headers);
}
