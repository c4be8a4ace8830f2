// What the tests of this folder share: the client's side of a WebSocket, byte by byte, and a server.

import { encodeFrame, OPCODE } from "./frames.ts";
import { streamProtocols } from "./terms.ts";

const MASK = 0x80;
const KEY = [1, 2, 3, 4] as const;

/** A frame as a client sends it. */
export function maskedFrame(
  opcode: number,
  payload: Uint8Array,
  { isFinal = true } = {},
): Uint8Array<ArrayBuffer> {
  const { bytes, headSize } = encodeFrame(opcode, payload);
  const frame = new Uint8Array(bytes.length + KEY.length);
  frame.set(bytes.subarray(0, headSize));
  if (!isFinal) frame[0] = opcode;
  frame[1] = frame[1]! | MASK;
  frame.set(KEY, headSize);
  for (let i = 0; i < payload.length; i++) {
    frame[headSize + KEY.length + i] = payload[i]! ^ KEY[i & 3]!;
  }
  return frame;
}

/** A text frame as a client sends it. */
export function textFrame(text: string): Uint8Array<ArrayBuffer> {
  return maskedFrame(OPCODE.TEXT, new TextEncoder().encode(text));
}

/** A handshake for the stream; headers with null are left out. */
export function handshake(
  port: number,
  secret: string | null,
  headers: Record<string, string | null> = {},
): string {
  const all: Record<string, string | null> = {
    Host: `127.0.0.1:${port}`,
    Upgrade: "websocket",
    Connection: "keep-alive, Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Protocol": secret === null ? null : streamProtocols(secret).join(", "),
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) =>
    value === null ? [] : [`${name}: ${value}`]
  );
  return ["GET /stream HTTP/1.1", ...lines, "", ""].join("\r\n");
}
