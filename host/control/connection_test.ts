// One client's connection against a socket made up here: what only its timing can show.

import { describe, expect, it } from "vitest";
import { Connection, CONNECTION_LIMITS } from "./connection.ts";
import { EventLog } from "./event_log.ts";

/** A socket that takes every byte at once and says nothing; `written` is what it took. */
function eagerSocket() {
  let written = "";
  const socket = {
    read: () => new Promise<number | null>(() => {}),
    write(bytes: Uint8Array) {
      written += new TextDecoder().decode(bytes);
      return Promise.resolve(bytes.length);
    },
    close: () => {},
  };
  return { socket: socket as unknown as Deno.Conn, written: () => written };
}

describe("Connection", () => {
  it("leaves the event loop its turns while requests come without end", async () => {
    const bytes = new TextEncoder().encode("\n".repeat(64));
    const socket = {
      read: (buffer: Uint8Array) => {
        buffer.set(bytes);
        return Promise.resolve(bytes.length);
      },
      write: (written: Uint8Array) => Promise.resolve(written.length),
      close: () => {},
    };
    const conn = socket as unknown as Deno.Conn;
    const connection = new Connection(conn, () => Promise.resolve(null), CONNECTION_LIMITS);
    const ended = connection.run();
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
    connection.end("stopped");
    expect(await ended).toBe("stopped");
  });

  it("sends an event that comes just when its queue has run empty", async () => {
    const log = new EventLog();
    const event = (text: string) => log.append("daemon", text, {}, 0);
    for (let turns = 0; turns < 16; turns++) {
      const { socket, written } = eagerSocket();
      const connection = new Connection(socket, () => Promise.resolve(null), CONNECTION_LIMITS);
      connection.sendEvent(1, event("first"));
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      connection.sendEvent(1, event("second"));
      await new Promise((resolve) => setTimeout(resolve, 0));
      expect(written()).toMatch(/first.*\n.*second.*\n$/);
      connection.end("stopped");
    }
  });
});
