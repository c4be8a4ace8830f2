// The stream of a daemon as the transport of ControlClient: a WebSocket of the browser, of Deno or of
// Node. Why it ended is told by its closing code.
// This module is browser safe.

import { VipdError } from "../../base/errors.ts";
import type { Transport } from "../client.ts";
import { REPLY_LENGTH_MAX } from "../protocol.ts";
import { CLOSE_CODE, STREAM_PATH, streamProtocols } from "./terms.ts";

/** What is used of a WebSocket; tests make one up. */
export type StreamSocket = Pick<
  WebSocket,
  "onopen" | "onmessage" | "onclose" | "send" | "close" | "readyState"
>;

/** Opens a WebSocket. */
export type OpenSocket = (url: string, protocols: string[]) => StreamSocket;

/** Time for a connection to come about, milliseconds. */
export const CONNECT_MS_MAX = 10_000;

/** `readyState` of an open one (WHATWG WebSockets). */
const OPEN = 1;

/**
 * The address of the stream that belongs to a page's: `http://192.0.2.1:8112` -> `ws://.../stream`. What
 * has no scheme gets http. Throws VipdError `address` when the text is none.
 */
export function streamAddress(text: string): string {
  const trimmed = text.trim();
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `http://${trimmed}`;
  const url = URL.canParse(whole) ? new URL(whole) : null;
  const scheme = url === null ? undefined : SCHEMES[url.protocol];
  if (url === null || scheme === undefined || url.username !== "" || url.password !== "") {
    throw new VipdError("address", `'${trimmed}' is no address of a director`, {
      hint: "write it as http://192.0.2.1:8112",
    });
  }
  const folder = url.pathname.replace(new RegExp(`/?(${STREAM_PATH}/?)?$`), "");
  return `${scheme}//${url.host}${folder}/${STREAM_PATH}`;
}

const SCHEMES: Record<string, string> = {
  "http:": "ws:",
  "https:": "wss:",
  "ws:": "ws:",
  "wss:": "wss:",
};

/**
 * Connects to the stream at a ws: or wss: address. Rejects with VipdError: `unreachable` when no
 * connection comes about (a browser is not told why), `denied`, `no_room`, `address`. The messages of the
 * transport end by throwing `closed` with what the daemon said, or `dropped` and the like.
 */
export function openStream(
  address: string,
  secret: string,
  open: OpenSocket = (url, protocols) => new WebSocket(url, protocols),
): Promise<Transport> {
  return new Promise((resolve, reject) => {
    let socket: StreamSocket;
    try {
      socket = open(address, streamProtocols(secret));
    } catch (cause) {
      // A malformed address, characters that no token has, or http: from a page of https:.
      return reject(unreachable(address, cause));
    }
    const inbox = new Inbox();
    const timer = setTimeout(() => {
      reject(unreachable(address, new Error(`no answer in ${CONNECT_MS_MAX / 1000} s`)));
      socket.close();
    }, CONNECT_MS_MAX);
    socket.onopen = () => {
      clearTimeout(timer);
      resolve(transportOf(socket, inbox));
    };
    socket.onmessage = ({ data }: MessageEvent) => inbox.take(data);
    socket.onclose = ({ code, reason }: CloseEvent) => {
      clearTimeout(timer);
      // Without effect once it was open.
      reject(unreachable(address, new Error(reason || `code ${code}`)));
      inbox.end(endOf(code, reason));
    };
  });
}

function transportOf(socket: StreamSocket, inbox: Inbox): Transport {
  return {
    send(text) {
      if (socket.readyState !== OPEN) return Promise.reject(new Error("the stream is closed"));
      socket.send(text);
      return Promise.resolve();
    },
    messages: inbox,
    close: () => socket.close(),
  };
}

/** Messages that came and were not taken yet. */
class Inbox implements AsyncIterable<string> {
  readonly #texts: string[] = [];
  #end: VipdError | null = null;
  #wake: (() => void) | null = null;

  take(data: unknown): void {
    if (this.#end !== null) return;
    if (typeof data === "string" && data.length <= REPLY_LENGTH_MAX) this.#texts.push(data);
    else this.end(new VipdError("protocol", "the daemon's answer is too long, or none"));
    this.#wake?.();
  }

  end(error: VipdError): void {
    this.#end ??= error;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    for (;;) {
      const text = this.#texts.shift();
      if (text !== undefined) yield text;
      else if (this.#end !== null) throw this.#end;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}

function unreachable(address: string, cause: unknown): VipdError {
  return new VipdError("unreachable", `${address} does not answer`, {
    cause,
    hint: "Is the daemon there, does `vipd { web { } }` listen on that address, and does its " +
      "allow_origin list this page?",
  });
}

function endOf(code: number, reason: string): VipdError {
  switch (code) {
    case CLOSE_CODE.DENIED:
      return new VipdError("denied", "the daemon does not have that token", {
        hint: "Its tokens stand in vipd { web { token NAME SECRET } }.",
      });
    case CLOSE_CODE.NO_ROOM:
      return new VipdError("no_room", `the daemon takes no more: ${reason}`);
    default:
      return new VipdError("closed", reason === "" ? "the connection was lost" : reason);
  }
}
