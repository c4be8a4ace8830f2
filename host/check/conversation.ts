// One TCP or TLS connection of a check: connect, send, read, within the check's timeouts. Says what
// it saw; judges nothing. The connection is closed before the promise is fulfilled, whatever
// happened. TLS certificates are not verified, as in keepalived: a check asks whether the server
// answers, and real servers have names of their own.

import net from "node:net";
import tls from "node:tls";

import type { CheckOutcome, CheckPhase, Endpoint } from "../engine/contract.ts";

/** A conversation may take so many times its timeout in all: a server that drips ends it. */
const TIMEOUTS_MAX = 10;

/** What to say, and what to make of the answer. */
export interface Conversation {
  target: Endpoint;
  /** For connecting (with TLS), then for each read, microseconds. */
  timeoutUs: number;
  /** null = plain TCP. */
  tls: { serverName: string | null } | null;
  /** Sent once the connection is up; null = none is sent and the conversation ends there. */
  request: string | null;
  /** Takes a piece of the answer; an outcome ends the conversation. */
  onData: (chunk: Uint8Array) => CheckOutcome | null;
  /** The server has closed. */
  onEnd: () => CheckOutcome;
}

/** Holds a conversation. Never rejects; an abort answers a `local` outcome. */
export function converse(conversation: Conversation, signal: AbortSignal): Promise<CheckOutcome> {
  return new Promise((resolve) => {
    const talk = new Talk(conversation, resolve);
    if (signal.aborted) talk.finish({ kind: "local", text: "aborted" });
    else talk.start(signal);
  });
}

class Talk {
  readonly #conversation: Conversation;
  readonly #resolve: (outcome: CheckOutcome) => void;
  #socket: net.Socket | null = null;
  #phase: CheckPhase = "connect";
  #timer: ReturnType<typeof setTimeout> | undefined;
  #limit: ReturnType<typeof setTimeout> | undefined;
  #done = false;
  #cancel: () => void = () => {};

  constructor(conversation: Conversation, resolve: (outcome: CheckOutcome) => void) {
    this.#conversation = conversation;
    this.#resolve = resolve;
  }

  start(signal: AbortSignal): void {
    const onAbort = () => this.finish({ kind: "local", text: "aborted" });
    signal.addEventListener("abort", onAbort, { once: true });
    this.#cancel = () => signal.removeEventListener("abort", onAbort);
    const timeoutMs = this.#conversation.timeoutUs / 1000;
    this.#limit = setTimeout(() => this.#timeOut(), timeoutMs * TIMEOUTS_MAX);
    this.#arm();
    try {
      this.#socket = this.#open();
    } catch (thrown) {
      this.finish({ kind: "local", text: String(thrown) });
    }
  }

  #open(): net.Socket {
    const { target, tls: secure } = this.#conversation;
    const address = { host: target.address, port: target.port };
    const socket = secure === null ? net.connect(address) : tls.connect({
      ...address,
      rejectUnauthorized: false,
      ...(secure.serverName === null ? {} : { servername: secure.serverName }),
    });
    socket.on("connect", () => {
      if (secure === null) this.#opened();
      else this.#phase = "tls";
    });
    socket.on("secureConnect", () => this.#opened());
    socket.on("data", (chunk: Uint8Array) => this.#take(chunk));
    socket.on("end", () => this.#end());
    socket.on("error", (error: Error & { code?: string }) => this.#fail(error));
    socket.on("close", () => this.#end());
    return socket;
  }

  #opened(): void {
    const { request } = this.#conversation;
    if (this.#done) return;
    if (request === null) return this.finish({ kind: "connected" });
    this.#phase = "read";
    this.#arm();
    this.#socket?.write(request);
  }

  #take(chunk: Uint8Array): void {
    if (this.#done) return;
    this.#arm();
    const outcome = this.#conversation.onData(chunk);
    if (outcome !== null) this.finish(outcome);
  }

  #fail(error: Error & { code?: string }): void {
    if (this.#done) return;
    // A server that drops TLS without saying goodbye has still answered, as keepalived sees it.
    const isUnclean = this.#conversation.tls !== null && this.#phase === "read" &&
      isUncleanClose(error);
    if (isUnclean) this.#end();
    else this.finish(outcomeOfError(this.#phase, error));
  }

  #end(): void {
    if (!this.#done) this.finish(this.#conversation.onEnd());
  }

  #arm(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#timeOut(), this.#conversation.timeoutUs / 1000);
  }

  #timeOut(): void {
    this.finish({ kind: "timeout", phase: this.#phase });
  }

  finish(outcome: CheckOutcome): void {
    if (this.#done) return;
    this.#done = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#limit);
    this.#cancel();
    this.#socket?.destroy();
    this.#resolve(outcome);
  }
}

function isUncleanClose(error: Error & { code?: string }): boolean {
  return error.code === "ECONNRESET" ? false : /close_notify|unexpected ?eof/i.test(error.message);
}

/** errnos that say that the server's network does not answer. */
const UNREACHABLE = new Set(["EHOSTUNREACH", "ENETUNREACH", "EHOSTDOWN", "ENETDOWN"]);
/** errnos of a fault of our own: no verdict over the server. */
const LOCAL = new Set([
  "EMFILE",
  "ENFILE",
  "ENOBUFS",
  "ENOMEM",
  "EADDRNOTAVAIL",
  "EADDRINUSE",
  "EAFNOSUPPORT",
  "EACCES",
  "EPERM",
  "EINVAL",
]);

/** What an error of a socket says, by phase. */
export function outcomeOfError(
  phase: CheckPhase,
  error: { code?: string; message: string },
): CheckOutcome {
  const code = error.code ?? "";
  const text = error.message;
  if (code === "ETIMEDOUT") return { kind: "timeout", phase };
  if (UNREACHABLE.has(code)) return { kind: "unreachable" };
  if (phase === "connect" && code === "ECONNREFUSED") return { kind: "refused" };
  if (phase === "connect" && LOCAL.has(code)) return { kind: "local", text };
  if (phase === "tls") return { kind: "tlsError", text };
  return { kind: "broken", phase, text };
}
