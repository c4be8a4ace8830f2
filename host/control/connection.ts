// One client of the control socket: reads its messages one at a time, answers each before it reads
// the next, and sends it the events it asked for. A client that does not read fills only its own
// small backlog and is then dropped; nothing here makes the caller wait.

import { errorText } from "../base/errors.ts";
import { encodeLine, LineDecoder } from "./lines.ts";
import {
  CLIENT_BACKLOG_BYTES_MAX,
  CLIENT_STALL_MS_MAX,
  type EventRecord,
  type Reply,
  type Request,
  REQUEST_LENGTH_MAX,
} from "./protocol.ts";
import { readRequest } from "./requests.ts";

/** Why a connection ended: itself, our stop, a message that was too long, or it did not read. */
export type EndReason = "closed" | "stopped" | "rejected" | "dropped";

/** Limits of a connection; tests make them small. */
export interface ConnectionLimits {
  requestLength: number;
  backlogBytes: number;
  stallMs: number;
}

/** The limits of protocol.ts. */
export const CONNECTION_LIMITS: ConnectionLimits = {
  requestLength: REQUEST_LENGTH_MAX,
  backlogBytes: CLIENT_BACKLOG_BYTES_MAX,
  stallMs: CLIENT_STALL_MS_MAX,
};

/** Answers one request: returns the last reply, may send others before it or later. */
export type Answer = (request: Request, connection: Connection) => Promise<Reply | null>;

/** What a connection reads from and writes to: lines as bytes. */
export type LineStream = Pick<Deno.Conn, "read" | "write" | "close">;

/** One client. */
export class Connection {
  readonly #conn: LineStream;
  readonly #answer: Answer;
  readonly #limits: ConnectionLimits;
  readonly #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #pump: Promise<void> | null = null;
  #ended: EndReason | null = null;
  #onEnd: (() => void)[] = [];

  constructor(conn: LineStream, answer: Answer, limits: ConnectionLimits) {
    this.#conn = conn;
    this.#answer = answer;
    this.#limits = limits;
  }

  /** Serves the client until it ends; resolves with why. Never rejects. */
  async run(): Promise<EndReason> {
    try {
      await this.#readAll();
    } catch {
      // A reset connection, or our own close under the read: both are an end.
    }
    this.end("closed");
    return this.#ended ?? "closed";
  }

  /** Calls back when the connection ends. */
  onEnd(callback: () => void): void {
    if (this.#ended === null) this.#onEnd.push(callback);
    else callback();
  }

  /** Sends an event without waiting; drops the client when its backlog is full. */
  sendEvent(id: number, event: EventRecord): void {
    if (this.#ended !== null) return;
    const bytes = encodeLine({ id, type: "event", event } satisfies Reply);
    if (this.#queuedBytes + bytes.length > this.#limits.backlogBytes) return this.end("dropped");
    void this.#send(bytes);
  }

  /** Sends a reply and resolves when it is written or the connection has ended. */
  async sendReply(reply: Reply): Promise<void> {
    await this.#send(encodeLine(reply));
  }

  /** Ends the connection, once. */
  end(reason: EndReason): void {
    if (this.#ended !== null) return;
    this.#ended = reason;
    this.#queue.length = 0;
    try {
      this.#conn.close();
    } catch {
      // The peer's reset closed it already.
    }
    for (const callback of this.#onEnd) callback();
    this.#onEnd = [];
  }

  async #readAll(): Promise<void> {
    const decoder = new LineDecoder(this.#limits.requestLength);
    const buffer = new Uint8Array(this.#limits.requestLength);
    for (;;) {
      const size = await this.#conn.read(buffer);
      if (size === null) return;
      const lines = decoder.push(buffer.subarray(0, size));
      if (lines === null) return await this.#reject();
      for (const line of lines) {
        if (line.trim() !== "") await this.#take(line);
        if (this.#ended !== null) return;
      }
      // Reading what is there takes no turn of the event loop; nobody waits for who asks without end.
      await new Promise((resolve) => setTimeout(resolve));
    }
  }

  async #reject(): Promise<void> {
    const message = `a message is longer than ${this.#limits.requestLength}`;
    await this.sendReply({ id: -1, type: "error", error: { code: "too_long", message } });
    this.end("rejected");
  }

  async #take(line: string): Promise<void> {
    const read = readRequest(line);
    if ("problem" in read) {
      const error = { code: "bad_request", message: `bad request: ${read.problem}` } as const;
      return await this.sendReply({ id: read.id, type: "error", error });
    }
    const { id } = read.request;
    let reply: Reply | null;
    try {
      reply = await this.#answer(read.request, this);
    } catch (thrown) {
      reply = { id, type: "error", error: { code: "failed", message: errorText(thrown) } };
    }
    if (reply !== null) await this.sendReply(reply);
  }

  #send(bytes: Uint8Array): Promise<void> {
    if (this.#ended !== null) return Promise.resolve();
    this.#queue.push(bytes);
    this.#queuedBytes += bytes.length;
    this.#pump ??= this.#writeAll();
    return this.#pump;
  }

  async #writeAll(): Promise<void> {
    for (let bytes = this.#queue.shift(); bytes !== undefined; bytes = this.#queue.shift()) {
      let written = 0;
      while (written < bytes.length && this.#ended === null) {
        const size = await this.#writeSome(bytes.subarray(written));
        if (size === null) return; // The connection has ended.
        written += size;
      }
      this.#queuedBytes -= bytes.length;
    }
    // In the turn that saw the queue empty: the next message must find nobody who seems to write.
    this.#pump = null;
  }

  /** Writes what the socket takes; null when the connection ended. */
  async #writeSome(bytes: Uint8Array): Promise<number | null> {
    const timer = setTimeout(() => this.end("dropped"), this.#limits.stallMs);
    try {
      return await this.#conn.write(bytes);
    } catch {
      this.end("closed");
      return null;
    } finally {
      clearTimeout(timer);
    }
  }
}
