// The control server on real Unix sockets, against a provider made up here.

import { afterAll, afterEach, describe, expect, it } from "vitest";
import { connectControl } from "../../cli/connect.ts";
import { EventLog } from "./event_log.ts";
import { DUMP_CHUNK_BYTES, type ProviderStatus, type Reply } from "./protocol.ts";
import { type ControlServer, serveControl, SOCKET_PATH_BYTES_MAX } from "./server.ts";

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

const directory = await Deno.makeTempDir({ prefix: "vipd-control-" });
afterAll(() => Deno.remove(directory, { recursive: true }));
let pathCount = 0;
const freshPath = () => `${directory}/${++pathCount}.sock`;

const STATUS = { version: "test", instances: [] } as unknown as ProviderStatus;

async function serve(options: Partial<Parameters<typeof serveControl>[0]> = {}) {
  const events = new EventLog();
  const server: ControlServer = await serveControl({
    path: freshPath(),
    status: () => STATUS,
    events,
    command: (name) => Promise.resolve({ ok: true, lines: [name] }),
    dump: () => new Uint8Array(0),
    ...options,
  });
  open.push(server);
  return { server, events };
}

/** A client that shows raw lines. */
class RawClient {
  readonly conn: Deno.Conn;
  #text = "";
  constructor(conn: Deno.Conn) {
    this.conn = conn;
    open.push({ close: () => this.close() });
  }
  static async connect(path: string) {
    return new RawClient(await Deno.connect({ transport: "unix", path }));
  }
  close() {
    try {
      this.conn.close();
    } catch { /* The test closed it. */ }
  }
  async send(text: string) {
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at < bytes.length;) at += await this.conn.write(bytes.subarray(at));
  }
  /** The next message, or null at the end of the stream. */
  async next(): Promise<Reply | null> {
    const buffer = new Uint8Array(65_536);
    while (!this.#text.includes("\n")) {
      const size = await this.conn.read(buffer).catch(() => null);
      if (size === null) return null;
      this.#text += new TextDecoder().decode(buffer.subarray(0, size));
    }
    const at = this.#text.indexOf("\n");
    const line = this.#text.slice(0, at);
    this.#text = this.#text.slice(at + 1);
    return JSON.parse(line);
  }
}

async function until(condition: () => boolean) {
  const end = performance.now() + 5000;
  while (!condition()) {
    if (performance.now() > end) throw new Error("the condition never came");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe("serveControl(): the socket", () => {
  it("has mode 0600 and goes away with close()", async () => {
    const { server } = await serve();
    const info = await Deno.lstat(server.path);
    expect(info.isSocket).toBe(true);
    expect(info.mode! & 0o777).toBe(0o600);
    await server.close();
    await expect(Deno.lstat(server.path)).rejects.toThrow(Deno.errors.NotFound);
  });

  it("leaves the process umask as it was", async () => {
    const before = Deno.umask();
    await serve();
    expect(Deno.umask()).toBe(before);
  });

  it("replaces a stale socket", async () => {
    const path = freshPath();
    const code = `const l = Deno.listen({ transport: "unix", path: ${JSON.stringify(path)} });
      Deno.kill(Deno.pid, "SIGKILL"); l.close();`;
    await new Deno.Command(Deno.execPath(), { args: ["eval", "--no-config", code] }).output();
    expect((await Deno.lstat(path)).isSocket).toBe(true);
    const { server } = await serve({ path });
    const client = await RawClient.connect(server.path);
    await client.send('{"id":1,"method":"status"}\n');
    expect(await client.next()).toMatchObject({ id: 1, type: "result" });
  });

  it("refuses a live one, and the live one goes on", async () => {
    const { server } = await serve();
    await expect(serve({ path: server.path })).rejects.toMatchObject({ code: "socket_in_use" });
    const client = await RawClient.connect(server.path);
    await client.send('{"id":1,"method":"status"}\n');
    expect(await client.next()).toMatchObject({ id: 1, type: "result" });
  });

  it("refuses a path that holds a file, is too long or has no directory", async () => {
    const file = freshPath();
    await Deno.writeTextFile(file, "mine");
    await expect(serve({ path: file })).rejects.toMatchObject({ code: "socket_path" });
    expect(await Deno.readTextFile(file)).toBe("mine");
    const long = `${directory}/${"x".repeat(SOCKET_PATH_BYTES_MAX)}`;
    await expect(serve({ path: long })).rejects.toMatchObject({ code: "socket_path" });
    await expect(serve({ path: `${directory}/none/a.sock` })).rejects.toMatchObject({
      code: "socket",
    });
  });
});

describe("serveControl(): requests", () => {
  it("answers status with its own part added", async () => {
    const { server, events } = await serve();
    events.append("daemon", "start", {}, 0);
    const client = await RawClient.connect(server.path);
    await client.send('{"id":7,"method":"status"}\n');
    const reply = await client.next();
    expect(reply).toMatchObject({
      id: 7,
      type: "result",
      result: { protocol: 1, version: "test", events: [{ text: "start" }] },
    });
    expect((reply as { result: { control: unknown } }).result.control).toEqual({
      path: server.path,
      clients: 1,
      refused: 0,
      dropped: 0,
      rejected: 0,
      web: null,
    });
  });

  it("hands out a dump in chunks, and a client puts it together", async () => {
    const bytes = new Uint8Array(2 * DUMP_CHUNK_BYTES + 5).map((_, i) => i * 7);
    const { server } = await serve({ dump: () => bytes });
    const raw = await RawClient.connect(server.path);
    await raw.send('{"id":3,"method":"dump"}\n');
    const types: string[] = [];
    for (let reply = await raw.next(); reply !== null; reply = await raw.next()) {
      types.push(reply.type);
      if (reply.type === "result") break;
    }
    expect(types).toEqual(["chunk", "chunk", "chunk", "result"]);
    const client = await connectControl(server.path);
    open.push(client);
    expect(await client.dump()).toEqual(bytes);
    const small = await serve();
    const other = await connectControl(small.server.path);
    open.push(other);
    expect(await other.dump()).toEqual(new Uint8Array(0));
  });

  it("tells why there is no dump", async () => {
    const { server } = await serve({
      dump: () => {
        throw new Error("no memory");
      },
    });
    const client = await connectControl(server.path);
    open.push(client);
    await expect(client.dump()).rejects.toMatchObject({ code: "failed", message: "no memory" });
  });

  it("answers several messages of one write in order, and after the client's end of writing", async () => {
    const { server } = await serve();
    const client = await RawClient.connect(server.path);
    await client.send(
      '{"id":1,"method":"command","command":"check"}\nrubbish\n\n{"id":2,"method":"command","command":"reload"}\n',
    );
    await (client.conn as Deno.UnixConn).closeWrite();
    expect(await client.next()).toMatchObject({ id: 1, result: { lines: ["check"] } });
    expect(await client.next()).toMatchObject({ id: -1, error: { code: "bad_request" } });
    expect(await client.next()).toMatchObject({ id: 2, result: { lines: ["reload"] } });
    expect(await client.next()).toBeNull();
  });

  it("tells a failing provider's reason and lives on", async () => {
    const { server } = await serve({
      status: () => {
        throw new Error("no status today");
      },
    });
    const client = await RawClient.connect(server.path);
    await client.send(
      '{"id":1,"method":"status"}\n{"id":2,"method":"command","command":"check"}\n',
    );
    expect(await client.next()).toMatchObject({
      id: 1,
      error: { code: "failed", message: "no status today" },
    });
    expect(await client.next()).toMatchObject({ id: 2, type: "result" });
  });

  it("events: the remembered ones, bounded, then a count", async () => {
    const { server, events } = await serve();
    for (let i = 1; i <= 4; i++) events.append("lvs", `event ${i}`, {}, 0);
    const client = await RawClient.connect(server.path);
    await client.send('{"id":1,"method":"events","after":1,"limit":2}\n');
    expect(await client.next()).toMatchObject({ id: 1, event: { sequence: 3 } });
    expect(await client.next()).toMatchObject({ id: 1, event: { sequence: 4 } });
    expect(await client.next()).toEqual({ id: 1, type: "result", result: { events: 2 } });
  });

  it("events with follow: no gap between the remembered and the new, and none after the end", async () => {
    const { server, events } = await serve();
    events.append("lvs", "before", {}, 0);
    const client = await RawClient.connect(server.path);
    await client.send('{"id":1,"method":"events","follow":true}\n');
    expect(await client.next()).toMatchObject({ event: { sequence: 1 } });
    events.append("lvs", "after", {}, 0);
    expect(await client.next()).toMatchObject({ event: { sequence: 2 } });
    client.close();
    await until(() => server.status().clients === 0);
    events.append("lvs", "to nobody", {}, 0);
    expect(server.status()).toMatchObject({ dropped: 0, rejected: 0 });
  });
});

describe("serveControl(): limits", () => {
  it("a message that is too long is told and ends only that client", async () => {
    const { server } = await serve({ limits: { requestLength: 100 } });
    const other = await RawClient.connect(server.path);
    const client = await RawClient.connect(server.path);
    await client.send("x".repeat(150));
    expect(await client.next()).toMatchObject({ id: -1, error: { code: "too_long" } });
    expect(await client.next()).toBeNull();
    await until(() => server.status().rejected === 1);
    await other.send('{"id":1,"method":"status"}\n');
    expect(await other.next()).toMatchObject({ id: 1, type: "result" });
  });

  it("one client more than allowed is told so; a place that is free again is given away", async () => {
    const { server } = await serve({ limits: { clients: 2 } });
    const first = await RawClient.connect(server.path);
    await RawClient.connect(server.path);
    const third = await RawClient.connect(server.path);
    expect(await third.next()).toMatchObject({ id: -1, error: { code: "too_many" } });
    expect(await third.next()).toBeNull();
    expect(server.status()).toMatchObject({ clients: 2, refused: 1 });
    first.close();
    await until(() => server.status().clients === 1);
    const fourth = await RawClient.connect(server.path);
    await fourth.send('{"id":1,"method":"status"}\n');
    expect(await fourth.next()).toMatchObject({ id: 1, type: "result" });
  });

  it("a subscriber that does not read is dropped and counted; the others hear everything", async () => {
    const { server, events } = await serve({ limits: { backlogBytes: 20_000 } });
    const slow = await RawClient.connect(server.path);
    const quick = await RawClient.connect(server.path);
    for (const client of [slow, quick]) {
      await client.send('{"id":1,"method":"events","follow":true}\n');
    }
    await until(() => server.status().clients === 2);
    events.append("lvs", "first", {}, 0);
    expect(await quick.next()).toMatchObject({ event: { sequence: 1 } });
    let sequence = 1;
    while (server.status().dropped === 0 && sequence < 2000) {
      const started = performance.now();
      events.append("lvs", "x".repeat(5000), {}, 0);
      expect(performance.now() - started).toBeLessThan(100);
      expect(await quick.next()).toMatchObject({ event: { sequence: ++sequence } });
    }
    expect(server.status()).toMatchObject({ dropped: 1, clients: 1 });
  });

  it("a connection follows once: more would only multiply what is sent", async () => {
    const { server, events } = await serve();
    const client = await RawClient.connect(server.path);
    await client.send('{"id":1,"method":"events","follow":true}\n');
    await client.send('{"id":2,"method":"events","follow":true}\n');
    expect(await client.next()).toMatchObject({ id: 2, type: "error" });
    events.append("daemon", "one", {}, 0);
    expect(await client.next()).toMatchObject({ id: 1, type: "event" });
    await client.send('{"id":3,"method":"status"}\n');
    expect(await client.next()).toMatchObject({ id: 3, type: "result" });
  });

  it("a client that never takes its reply is dropped after the stall limit", async () => {
    const big = { ...STATUS, routerId: "x".repeat(4_000_000) } as ProviderStatus;
    const { server } = await serve({ status: () => big, limits: { stallMs: 100 } });
    const client = await RawClient.connect(server.path);
    await client.send('{"id":1,"method":"status"}\n');
    await until(() => server.status().dropped === 1);
    expect(server.status().clients).toBe(0);
  });

  it("close() ends every client at once", async () => {
    const { server } = await serve();
    const client = await RawClient.connect(server.path);
    await client.send('{"id":1,"method":"events","follow":true}\n');
    await until(() => server.status().clients === 1);
    await server.close();
    expect(await client.next()).toBeNull();
  });
});
