// A WebSocket on a connection made up here: what a client that sends without end may take.

import { describe, expect, it } from "vitest";
import { OPCODE } from "./frames.ts";
import { type ByteStream, READ_PAUSE_MS, StreamConn } from "./stream_conn.ts";
import { maskedFrame, textFrame } from "./web_fixture.ts";

const NOTHING = new Uint8Array(0);

/** Always has as many of these frames as are read, and takes every byte at once. */
function floodOf(frame: Uint8Array) {
  const counts = { reads: 0, writes: 0 };
  const conn: ByteStream = {
    read(buffer) {
      counts.reads++;
      for (let i = 0; i < buffer.length; i++) buffer[i] = frame[i % frame.length]!;
      return Promise.resolve(buffer.length - buffer.length % frame.length);
    },
    write(bytes) {
      counts.writes++;
      return Promise.resolve(bytes.length);
    },
    close: () => {},
  };
  return { conn, counts };
}

describe("StreamConn", () => {
  it("leaves the event loop its turns while pings come without end", async () => {
    const { conn, counts } = floodOf(maskedFrame(OPCODE.PING, NOTHING));
    const socket = new StreamConn(conn, NOTHING, 100);
    let isOver = false;
    void socket.read(new Uint8Array(100)).then(() => isOver = true, () => isOver = true);
    let ticks = 0;
    const begunMs = performance.now();
    while (ticks < 20) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      ticks++;
    }
    const turnsMax = (performance.now() - begunMs) / READ_PAUSE_MS + 2;
    expect(isOver).toBe(false);
    expect(counts.reads).toBeGreaterThan(1);
    expect(counts.reads).toBeLessThanOrEqual(turnsMax);
    // Of the many in one read one is answered.
    expect(counts.writes).toBeLessThanOrEqual(counts.reads);
  });

  it("gives the first message without a pause, and the next ones in their order", async () => {
    const { conn } = floodOf(textFrame("ab"));
    const socket = new StreamConn(conn, textFrame("first"), 100);
    const buffer = new Uint8Array(6);
    expect(await socket.read(buffer)).toBe(6);
    expect(new TextDecoder().decode(buffer)).toBe("first\n");
    expect(await socket.read(buffer)).toBe(6);
    expect(new TextDecoder().decode(buffer)).toBe("ab\nab\n");
  });
});
