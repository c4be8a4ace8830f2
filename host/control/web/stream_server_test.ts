// A handshake while the configuration changes: what only its timing can show.

import { describe, expect, it } from "vitest";
import type { WebAccess } from "./access.ts";
import { OPCODE } from "./frames.ts";
import { readRequestHead, type RequestHead } from "./request_head.ts";
import { StreamServer } from "./stream_server.ts";
import { CLOSE_CODE } from "./terms.ts";
import { handshake } from "./web_fixture.ts";

const SECRET = "0123456789abcdef";
const ACCESS: WebAccess = { tokens: [{ name: "ops", secret: SECRET }], origins: [] };
const HEAD = readRequestHead(new TextEncoder().encode(handshake(80, SECRET))) as RequestHead;

/** A fresh connection; `onHandshake` is called while the answer to the handshake is written. */
function connection(onHandshake: () => void) {
  const written: Uint8Array[] = [];
  const conn = {
    remoteAddr: { hostname: "192.0.2.1" },
    read: () => Promise.resolve(null),
    write(bytes: Uint8Array) {
      if (written.length === 0) onHandshake();
      written.push(bytes.slice());
      return Promise.resolve(bytes.length);
    },
    close: () => {},
  };
  return { conn: conn as unknown as Deno.Conn, written };
}

describe("StreamServer", () => {
  it("lets nobody in whose token goes while the handshake is under way", async () => {
    const server = new StreamServer(() => Promise.resolve(null), { limits: {}, denied: () => {} });
    let access = ACCESS;
    const { conn, written } = connection(() => access = { tokens: [], origins: [] });
    await server.serve(conn, HEAD, () => access);
    const [head, frame] = [written[1]!, new DataView(written[1]!.buffer)];
    expect(head[0]! & 0x0f).toBe(OPCODE.CLOSE);
    expect(frame.getUint16(2)).toBe(CLOSE_CODE.DENIED);
    expect(server.status()).toMatchObject({ clients: 0, denied: 1 });
  });

  it("lets nobody in when it has stopped meanwhile", async () => {
    const server = new StreamServer(() => Promise.resolve(null), { limits: {}, denied: () => {} });
    const { conn, written } = connection(() => server.stop());
    await server.serve(conn, HEAD, () => ACCESS);
    expect(written).toHaveLength(1);
  });
});
