// The client of the control socket without a socket: it is given a transport that carries texts
// (cli/connect.ts: lines of a Unix socket; a page: messages of a WebSocket) and matches replies to
// requests. Everything a reader of the status needs is exported from here.
// This module is browser safe.

import { joinBytes } from "../base/bytes.ts";
import { VipdError } from "../base/errors.ts";
import { bytesOfBase64 } from "../core/plain_value.ts";
import { DUMP_SIZE_MAX } from "../core/record.ts";
import type { CommandName, CommandResult, EventRecord, NodeStatus, Reply } from "./protocol.ts";

export * from "./protocol.ts";
export * from "./web/terms.ts";
export * from "./web/transport.ts";
export { LineDecoder } from "./lines.ts";
export { controlSocketPath, DEFAULT_PID_FILE } from "./socket_path.ts";

/** Carries texts both ways; one text is one message. */
export interface Transport {
  /** Sends one message. Rejects when the connection is gone. */
  send(text: string): Promise<void>;
  /** Messages of the daemon in order; ends when the connection does. Iterated once. */
  readonly messages: AsyncIterable<string>;
  /** Ends the connection; harmless when it is ended. */
  close(): void;
}

/** Which events to read. */
export interface EventsQuery {
  /** Only events with a larger sequence. */
  after?: number;
  /** At most so many of the remembered ones; those that follow are not counted. */
  limit?: number;
  /** Go on with new events until the connection ends. */
  follow?: boolean;
}

/**
 * A daemon that says nothing for so long does not answer (stopped, hung, out of memory), milliseconds.
 * Its status takes milliseconds.
 */
export const ANSWER_MS_MAX = 5_000;
/** The same for a command: a reload waits for the wire worker. */
export const COMMAND_ANSWER_MS_MAX = 30_000;

/** A message that comes before the result. */
type PartReply = Extract<Reply, { type: "event" | "chunk" }>;

interface Pending {
  part(reply: PartReply): void;
  result(value: unknown): void;
  error(error: VipdError): void;
  /** Counts from the last message; null where silence is normal. */
  silence: { limitMs: number; timer: ReturnType<typeof setTimeout> } | null;
}

/**
 * Asks one daemon. All methods reject with VipdError; code `closed` when the connection ended,
 * `no_answer` when the daemon is silent for too long.
 */
export class ControlClient {
  readonly #transport: Transport;
  readonly #answerMs: number;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  #ended: VipdError | null = null;

  /** Tests make `answerMs` small. */
  constructor(transport: Transport, answerMs: number = ANSWER_MS_MAX) {
    this.#transport = transport;
    this.#answerMs = answerMs;
    void this.#read();
  }

  /** What the daemon is doing. */
  async status(): Promise<NodeStatus> {
    return await this.#ask({ method: "status" }, null, this.#answerMs) as NodeStatus;
  }

  /** Runs a command in the daemon. */
  async command(command: CommandName): Promise<CommandResult> {
    const limitMs = Math.max(this.#answerMs, COMMAND_ANSWER_MS_MAX);
    return await this.#ask({ method: "command", command }, null, limitMs) as CommandResult;
  }

  /** What both halves of the daemon remember: the bytes of a dump (host/core/record.ts), with secrets. */
  async dump(): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    const take = (reply: PartReply) => {
      if (reply.type !== "chunk") return;
      const chunk = bytesOfBase64(reply.data);
      size += chunk.length;
      if (size > DUMP_SIZE_MAX) throw new VipdError("protocol", "the dump is too large");
      chunks.push(chunk);
    };
    const limitMs = Math.max(this.#answerMs, COMMAND_ANSWER_MS_MAX);
    const { bytes } = await this.#ask({ method: "dump" }, take, limitMs) as { bytes: number };
    if (bytes !== size) throw new VipdError("protocol", `a dump of ${bytes} bytes came as ${size}`);
    return joinBytes(chunks);
  }

  /**
   * Hands events to `listener` in order. Without `follow` it resolves when the remembered ones are
   * told, with it only when the connection ends, and then by rejecting.
   */
  async events(query: EventsQuery, listener: (event: EventRecord) => void): Promise<void> {
    // Who follows may have to wait for the next event for days.
    const limitMs = query.follow === true ? null : this.#answerMs;
    const take = (reply: PartReply) => {
      if (reply.type === "event") listener(reply.event);
    };
    await this.#ask({ method: "events", ...query }, take, limitMs);
  }

  /** Ends the connection; what is pending rejects with code `closed`. */
  close(): void {
    this.#transport.close();
  }

  #ask(
    request: object,
    part: ((reply: PartReply) => void) | null,
    limitMs: number | null,
  ): Promise<unknown> {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const silence = limitMs === null ? null : { limitMs, timer: this.#endAfter(limitMs) };
      const take = part ?? (() => {});
      this.#pending.set(id, { part: take, result: resolve, error: reject, silence });
      this.#transport.send(JSON.stringify({ id, ...request })).catch((cause) =>
        this.#end(closed(cause))
      );
    });
  }

  #endAfter(limitMs: number): ReturnType<typeof setTimeout> {
    return setTimeout(() => this.#end(noAnswer(limitMs)), limitMs);
  }

  async #read(): Promise<void> {
    try {
      for await (const text of this.#transport.messages) this.#take(text);
      this.#end(closed(undefined));
    } catch (cause) {
      this.#end(cause instanceof VipdError ? cause : closed(cause));
    }
  }

  #take(text: string): void {
    const reply = readReply(text);
    if (reply.type === "error" && reply.id === -1) throw refused(reply.error);
    const pending = this.#pending.get(reply.id);
    if (pending === undefined) return;
    const { silence } = pending;
    clearTimeout(silence?.timer);
    if (reply.type === "event" || reply.type === "chunk") {
      if (silence !== null) silence.timer = this.#endAfter(silence.limitMs);
      return pending.part(reply);
    }
    this.#pending.delete(reply.id);
    if (reply.type === "error") pending.error(refused(reply.error));
    else pending.result(reply.result);
  }

  #end(error: VipdError): void {
    if (this.#ended !== null) return;
    this.#ended = error;
    this.#transport.close();
    for (const pending of this.#pending.values()) {
      clearTimeout(pending.silence?.timer);
      pending.error(error);
    }
    this.#pending.clear();
  }
}

function readReply(text: string): Reply {
  try {
    const value: unknown = JSON.parse(text);
    const type = (value as { type?: unknown } | null)?.type;
    if (type === "result" || type === "event" || type === "chunk" || type === "error") {
      return value as Reply;
    }
  } catch (cause) {
    throw new VipdError("protocol", "the answer is not JSON", { cause });
  }
  throw new VipdError("protocol", "the answer is none of result, event, chunk, error", {
    hint: "Is this the control socket of a vipd?",
  });
}

function refused(error: { code: string; message: string }): VipdError {
  return new VipdError(error.code, error.message);
}

function noAnswer(limitMs: number): VipdError {
  return new VipdError("no_answer", `the daemon does not answer: nothing for ${limitMs / 1000} s`, {
    hint: "Is its process stopped (state T in ps) or the machine overloaded? See its log.",
  });
}

function closed(cause: unknown): VipdError {
  return new VipdError("closed", "the daemon closed the connection", { cause });
}
