// The web server on real sockets of this machine: what it serves, whom it turns away, its bounds.

import { afterAll, afterEach, describe, expect, it } from "vitest";
import { answerReading } from "../answers.ts";
import { ControlClient, openStream, streamAddress } from "../client.ts";
import { EventLog } from "../event_log.ts";
import type { ProviderStatus } from "../protocol.ts";
import { OPCODE } from "./frames.ts";
import { REQUEST_HEAD_BYTES_MAX } from "./request_head.ts";
import { serveWeb, type WebOptions, type WebServer } from "./server.ts";
import { CLOSE_CODE, streamProtocols } from "./terms.ts";
import { handshake, maskedFrame, textFrame } from "./web_fixture.ts";

const SECRET = "0123456789abcdef";
const ACCESS = { tokens: [{ name: "ops", secret: SECRET }], origins: ["https://ops.example.net"] };
const STATUS = { version: "test", instances: [] } as unknown as ProviderStatus;

const page = await Deno.makeTempDir({ prefix: "vipd-page-" });
await Deno.mkdir(`${page}/assets`);
await Deno.writeTextFile(`${page}/index.html`, "<!doctype html>the page");
await Deno.writeTextFile(`${page}/assets/a-1.js`, "plain");
await Deno.writeTextFile(`${page}/assets/a-1.js.gz`, "packed");
await Deno.writeTextFile(`${page}/core.wasm`, "wasm");
afterAll(() => Deno.remove(page, { recursive: true }));

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

function serve(options: Partial<WebOptions> = {}) {
  const events = new EventLog();
  const told: string[] = [];
  const control = () => ({
    ...{ path: "", clients: 0, refused: 0, dropped: 0, rejected: 0, web: null },
  });
  const server: WebServer = serveWeb({
    listen: { address: "127.0.0.1", port: 0 },
    access: ACCESS,
    page,
    role: "daemon",
    stream: answerReading({ status: () => STATUS, events }, control),
    refused: (why) => told.push(why),
    ...options,
  });
  open.push(server);
  return { server, events, told, url: `http://127.0.0.1:${server.port}` };
}

const connectStream = async (url: string, secret: string) =>
  new ControlClient(await openStream(streamAddress(url), secret));

/** A socket of which a test decides every byte. */
async function rawSocket(port: number, text = "") {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  open.push({
    close() {
      try {
        conn.close();
      } catch { /* The test closed it. */ }
    },
  });
  await conn.write(new TextEncoder().encode(text));
  return conn;
}

/** All bytes until the end, as Latin-1. */
async function untilEnd(conn: Deno.Conn): Promise<string> {
  let text = "";
  const buffer = new Uint8Array(65_536);
  for (;;) {
    const size = await conn.read(buffer).catch(() => null);
    if (size === null) return text;
    text += String.fromCharCode(...buffer.subarray(0, size));
  }
}

const ask = async (port: number, text: string) => await untilEnd(await rawSocket(port, text));
const statusOf = (answer: string) => Number(/^HTTP\/1.1 (\d+)/.exec(answer)?.[1]);

async function until(condition: () => boolean) {
  const end = performance.now() + 5000;
  while (!condition()) {
    if (performance.now() > end) throw new Error("the condition never came");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe("serveWeb(): the page", () => {
  it("is served with its types, and every answer has the security headers", async () => {
    const { url } = serve();
    const answers = await Promise.all(
      ["/", "/core.wasm", "/none", "/vipd.json", "/stream"].map((path) => fetch(url + path)),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 404, 200, 426]);
    expect(await answers[0]!.text()).toContain("the page");
    const types = answers.map(({ headers }) => headers.get("content-type"));
    expect(types.slice(0, 2)).toEqual(["text/html; charset=utf-8", "application/wasm"]);
    expect(await answers[3]!.json()).toMatchObject({ role: "daemon" });
    for (const { headers } of answers) {
      const policy = headers.get("content-security-policy")!;
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain("'unsafe-eval'");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("referrer-policy")).toBe("no-referrer");
      expect([...headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
    }
    await Promise.all(answers.map(({ body }) => body?.locked ? null : body?.cancel()));
  });

  it("comes compressed to who takes it, is kept for ever by its hash, and not sent twice", async () => {
    const { server } = serve();
    const head = (more: string) =>
      `GET /assets/a-1.js HTTP/1.1\r\nHost: 127.0.0.1\r\n${more}\r\n\r\n`;
    const packed = await ask(server.port, head("Accept-Encoding: br, gzip"));
    expect(packed).toContain("Content-Encoding: gzip");
    expect(packed).toContain("\r\n\r\npacked");
    expect(packed).toContain("immutable");
    const plain = await ask(server.port, head("Accept-Encoding: gzip;q=0"));
    expect(plain).toContain("\r\n\r\nplain");
    const tag = /ETag: (".*")/.exec(plain)![1]!;
    const again = await ask(server.port, head(`If-None-Match: ${tag}`));
    expect(statusOf(again)).toBe(304);
    expect(again.endsWith("\r\n\r\n")).toBe(true);
  });

  it("tells HEAD the length and sends no body", async () => {
    const { server } = serve();
    const answer = await ask(server.port, "HEAD / HTTP/1.1\r\nHost: [::1]\r\n\r\n");
    expect(answer).toContain("Content-Length: 23\r\n");
    expect(answer.endsWith("\r\n\r\n")).toBe(true);
  });

  it("says what to do where it is not built, and serves it once it is", async () => {
    const folder = await Deno.makeTempDir({ prefix: "vipd-page-" });
    const { url } = serve({ page: folder });
    const answer = await fetch(url);
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain("npm run build");
    await Deno.writeTextFile(`${folder}/index.html`, "now");
    expect(await (await fetch(url)).text()).toBe("now");
    await Deno.remove(folder, { recursive: true });
  });

  it("leads nowhere else", async () => {
    const { server } = serve();
    for (const path of ["/../a", "/assets/../../a", "/%2e%2e/a", "/assets", "//etc/passwd"]) {
      const answer = await ask(server.port, `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
      expect(statusOf(answer)).toBe(404);
    }
  });
});

describe("serveWeb(): who is turned away", () => {
  it.each(["evil.example", "evil.example:8112", "127.0.0.1.nip.example"])(
    "a page whose name leads here: Host %s",
    async (host) => {
      const { server, told } = serve();
      for (const path of ["/", "/vipd.json", "/core.wasm"]) {
        const answer = await ask(server.port, `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
        expect(statusOf(answer)).toBe(403);
      }
      const answer = await ask(server.port, handshake(server.port, SECRET, { Host: host }));
      expect(statusOf(answer)).toBe(403);
      expect(told).toHaveLength(1);
    },
  );

  it.each(["https://evil.example", "null", "http://127.0.0.1:1"])(
    "a page of origin %s, token or not",
    async (Origin) => {
      const { server } = serve();
      const answer = await ask(server.port, handshake(server.port, SECRET, { Origin }));
      expect(statusOf(answer)).toBe(403);
      expect(server.status()).toMatchObject({ denied: 1, clients: 0 });
    },
  );

  it.each([
    ["no token", null],
    ["a wrong one", "0123456789abcdeg"],
  ])("%s, by the code of the closing frame, and told once", async (_what, secret) => {
    const { server, told, url } = serve();
    const codes: number[] = [];
    for (let i = 0; i < 3; i++) {
      const protocols = secret === null ? ["vipd.v1"] : streamProtocols(secret);
      const socket = new WebSocket(`${url}/stream`, protocols);
      // As a page does that cannot know better.
      socket.onopen = () => socket.send('{"id":1,"method":"status"}');
      let heard = "";
      socket.onmessage = ({ data }) => heard += data;
      codes.push(await new Promise((resolve) => socket.onclose = ({ code }) => resolve(code)));
      expect(heard).toBe("");
    }
    expect(codes).toEqual([CLOSE_CODE.DENIED, CLOSE_CODE.DENIED, CLOSE_CODE.DENIED]);
    expect(server.status()).toMatchObject({ denied: 3, clients: 0, followers: [] });
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/^127\.0\.0\.1 was turned away: /);
    expect(told[0]).not.toContain("0123");
  });

  it.each([
    ["POST", "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 405],
    ["a preflight", "OPTIONS /stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 405],
    ["garbage", "\x16\x03\x01\x02\x00\x01\r\n\r\n", 400],
    [
      "a head without end",
      "GET / HTTP/1.1\r\n" + "a: b\r\n".repeat(REQUEST_HEAD_BYTES_MAX / 6),
      431,
    ],
  ])("%s", async (_what, text, status) => {
    const { server } = serve();
    expect(statusOf(await ask(server.port, text))).toBe(status);
  });

  it.each([
    ["Upgrade", { Upgrade: "h2c" }],
    ["version", { "Sec-WebSocket-Version": "8" }],
    ["key", { "Sec-WebSocket-Key": "short" }],
    ["Connection", { Connection: "keep-alive" }],
  ])("a handshake with another %s", async (_what, headers) => {
    const { server } = serve();
    const answer = await ask(server.port, handshake(server.port, SECRET, headers));
    expect(statusOf(answer)).toBe(426);
  });
});

describe("serveWeb(): the stream", () => {
  it("answers the handshake of RFC 6455 1.3 and chooses the protocol, never the token", async () => {
    const { server } = serve();
    const conn = await rawSocket(server.port, handshake(server.port, SECRET));
    const buffer = new Uint8Array(4096);
    const answer = new TextDecoder().decode(buffer.subarray(0, (await conn.read(buffer))!));
    expect(answer).toContain("HTTP/1.1 101 ");
    expect(answer).toContain("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n");
    expect(answer).toContain("Sec-WebSocket-Protocol: vipd.v1\r\n");
  });

  it("gives status and events, as the Unix socket does", async () => {
    const { server, events, url } = serve();
    events.append("daemon", "before", {}, 0);
    const client = await connectStream(`${url}/stream`, SECRET);
    open.push(client);
    expect(await client.status()).toMatchObject({ protocol: 1, version: "test" });
    const heard: string[] = [];
    client.events({ follow: true }, ({ text }) => heard.push(text)).catch(() => {});
    await until(() => heard.length === 1);
    events.append("lvs", "after \u00e4\u4e2d", {}, 0);
    events.append("lvs", "x".repeat(100_000), {}, 0);
    await until(() => heard.length === 3);
    expect(heard.map((text) => text.slice(0, 10))).toEqual([
      "before",
      "after \u00e4\u4e2d",
      "xxxxxxxxxx",
    ]);
    expect(server.status()).toMatchObject({ clients: 1, followers: ["ops"] });
    client.close();
    await until(() => server.status().clients === 0);
    events.append("lvs", "to nobody", {}, 0);
  });

  it("answers a page of an allowed origin, and what came with the handshake", async () => {
    const { server } = serve();
    const headers = { Origin: "https://ops.example.net" };
    const conn = await rawSocket(server.port);
    const early = textFrame('{"id":5,\n"method":"status"}');
    const hello = new TextEncoder().encode(handshake(server.port, SECRET, headers));
    const bytes = new Uint8Array(hello.length + early.length);
    bytes.set(hello);
    bytes.set(early, hello.length);
    await conn.write(bytes);
    const buffer = new Uint8Array(4096);
    let text = "";
    while (!text.includes('"type":"result"')) {
      const size = await conn.read(buffer);
      if (size === null) throw new Error(`it ended with ${text}`);
      text += new TextDecoder().decode(buffer.subarray(0, size));
    }
    expect(text).toContain('{"id":5,');
  });

  it("changes nothing and hands out no secret", async () => {
    const { url } = serve();
    const client = await connectStream(`${url}/stream`, SECRET);
    open.push(client);
    await expect(client.command("reload")).rejects.toMatchObject({ code: "read_only" });
    await expect(client.dump()).rejects.toMatchObject({ code: "read_only" });
    expect(await client.status()).toMatchObject({ version: "test" });
  });

  it("ends a client whose message is too long or none", async () => {
    const { server } = serve({ limits: { requestLength: 100 } });
    const codeOf = async (frame: Uint8Array) => {
      const conn = await rawSocket(server.port, handshake(server.port, SECRET));
      await conn.write(frame);
      const text = await untilEnd(conn);
      return text.charCodeAt(text.lastIndexOf("\x88") + 2) << 8 |
        text.charCodeAt(text.lastIndexOf("\x88") + 3);
    };
    expect(await codeOf(textFrame("x".repeat(400)))).toBe(CLOSE_CODE.TOO_LARGE);
    expect(await codeOf(maskedFrame(OPCODE.BINARY, new Uint8Array(1)))).toBe(
      CLOSE_CODE.UNSUPPORTED_DATA,
    );
    await until(() => server.status().rejected === 2);
    // Within the bytes of a frame, and more characters than a request may have.
    await codeOf(textFrame("x".repeat(200)));
    await until(() => server.status().rejected === 3);
  });

  it("answers pings, and ends who gives no sign of life", async () => {
    const { server } = serve({ limits: { pingMs: 20, silenceMs: 100 } });
    const conn = await rawSocket(server.port, handshake(server.port, SECRET));
    await conn.write(maskedFrame(OPCODE.PING, new TextEncoder().encode("there?")));
    const text = await untilEnd(conn);
    expect(text).toContain("\x8a\x06there?");
    expect(text).toContain("\x89\x00");
    expect(server.status()).toMatchObject({ clients: 0, dropped: 1 });
  });

  it("drops a reader that has stalled, and no other hears of it", async () => {
    const { server, events, url } = serve({ limits: { backlogBytes: 100_000 } });
    const lazy = await rawSocket(server.port, handshake(server.port, SECRET));
    await lazy.write(textFrame('{"id":1,"method":"events","follow":true}'));
    const client = await connectStream(`${url}/stream`, SECRET);
    open.push(client);
    let heard = 0;
    client.events({ follow: true }, () => heard++).catch(() => {});
    await until(() => server.status().clients === 2);
    let told = 0;
    while (server.status().dropped === 0) {
      if (told++ > 10_000) throw new Error("the stalled reader stays");
      events.append("lvs", "x".repeat(10_000), {}, 0);
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    await until(() => heard >= told);
    expect(server.status()).toMatchObject({ clients: 1, dropped: 1 });
  });

  it("does not answer faster than its pace", async () => {
    const { url } = serve({ limits: { statusPauseMs: 60 } });
    const client = await connectStream(`${url}/stream`, SECRET);
    open.push(client);
    const begun = performance.now();
    await Promise.all([client.status(), client.status(), client.status()]);
    expect(performance.now() - begun).toBeGreaterThan(115);
  });
});

describe("serveWeb(): a large configuration", () => {
  it("answers the less often the longer an answer takes to make", async () => {
    const events = new EventLog();
    const status = () => {
      const end = performance.now() + 10;
      while (performance.now() < end);
      return STATUS;
    };
    const control = () => ({
      ...{ path: "", clients: 0, refused: 0, dropped: 0, rejected: 0, web: null },
    });
    const { url } = serve({
      stream: answerReading({ status, events }, control),
      limits: { statusPauseMs: 1 },
    });
    const client = await connectStream(`${url}/stream`, SECRET);
    open.push(client);
    const begun = performance.now();
    await client.status();
    await client.status();
    expect(performance.now() - begun).toBeGreaterThan(200);
  });
});

describe("serveWeb(): its bounds", () => {
  it("takes so many clients and tells one more", async () => {
    const { server, url } = serve({ limits: { clients: 1 } });
    const client = await connectStream(`${url}/stream`, SECRET);
    open.push(client);
    await client.status();
    const second = new WebSocket(`${url}/stream`, streamProtocols(SECRET));
    const code = await new Promise((resolve) => second.onclose = ({ code }) => resolve(code));
    expect(code).toBe(CLOSE_CODE.NO_ROOM);
    expect(server.status()).toMatchObject({ clients: 1, refused: 1 });
  });

  it("takes so many connections, and tells one more", async () => {
    const { server, url } = serve({ limits: { connections: 2 } });
    for (let i = 0; i < 2; i++) {
      const client = await connectStream(`${url}/stream`, SECRET);
      open.push(client);
      await client.status();
    }
    expect(statusOf(await untilEnd(await rawSocket(server.port)))).toBe(503);
    expect(server.status()).toMatchObject({ clients: 2, refused: 1 });
  });

  it("lets nobody be kept out by those that say nothing", async () => {
    const { server, url } = serve({ limits: { connections: 4, requestMs: 2_000 } });
    const silent = [];
    for (let i = 0; i < 5; i++) silent.push(await rawSocket(server.port, i % 2 ? "GET / HT" : ""));
    expect(await untilEnd(silent[0]!)).toBe("");
    const client = await connectStream(`${url}/stream`, SECRET);
    open.push(client);
    expect((await client.status()).version).toBe("test");
    expect((await fetch(url)).status).toBe(200);
    // Those that remain are told after their time.
    expect(statusOf(await untilEnd(silent[4]!))).toBe(408);
    expect(server.status().refused).toBeGreaterThanOrEqual(3);
  });

  it("ends an answer that nobody takes", async () => {
    const folder = await Deno.makeTempDir({ prefix: "vipd-page-" });
    await Deno.writeFile(`${folder}/index.html`, new Uint8Array(32 * 1024 * 1024));
    const { server } = serve({ page: folder, limits: { connections: 1, answerStallMs: 100 } });
    await rawSocket(server.port, "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    await new Promise((resolve) => setTimeout(resolve, 800));
    const answer = await ask(server.port, "HEAD /none HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    expect(statusOf(answer)).toBe(404);
    await Deno.remove(folder, { recursive: true });
  });

  it("says at once that it cannot listen", () => {
    const { server } = serve();
    const listen = { address: "127.0.0.1", port: server.port };
    expect(() => serve({ listen })).toThrow(Deno.errors.AddrInUse);
    expect(() => serve({ listen: { address: "192.0.2.1", port: 0 } })).toThrow();
  });

  it("ends whose token is taken out, at once, and keeps the others", async () => {
    const both = { ...ACCESS, tokens: [...ACCESS.tokens, { name: "tv", secret: "x".repeat(16) }] };
    const { server, url } = serve({ access: both });
    const [ops, tv] = [
      await connectStream(`${url}/stream`, SECRET),
      await connectStream(`${url}/stream`, "x".repeat(16)),
    ];
    open.push(ops, tv);
    await until(() => server.status().clients === 2);
    server.allow({ ...both, tokens: [{ name: "ops", secret: "y".repeat(16) }, both.tokens[1]!] });
    await expect(ops.status()).rejects.toMatchObject({ code: "closed" });
    expect(await tv.status()).toMatchObject({ version: "test" });
    expect(server.status().followers).toEqual(["tv"]);
  });

  it("ends everybody with a word when it closes", async () => {
    const { server, url } = serve();
    const socket = new WebSocket(`${url}/stream`, streamProtocols(SECRET));
    const ended = new Promise((resolve) => socket.onclose = ({ code }) => resolve(code));
    await until(() => server.status().clients === 1);
    await rawSocket(server.port, "GET ");
    await server.close();
    expect(await ended).toBe(CLOSE_CODE.GOING_AWAY);
    await until(() => server.status().clients === 0);
  });

  it("goes on after whatever comes in", async () => {
    const { server, url } = serve();
    let seed = 11;
    const random = () => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) >> 8;
    const hello = new TextEncoder().encode(handshake(server.port, SECRET));
    for (let round = 0; round < 200; round++) {
      const bytes = new Uint8Array(hello.length + 40);
      bytes.set(hello);
      for (let i = hello.length; i < bytes.length; i++) bytes[i] = random() & 255;
      if (round % 2 === 0) bytes[random() % hello.length] = random() & 255;
      const conn = await rawSocket(server.port);
      await conn.write(bytes.subarray(0, 1 + random() % bytes.length)).catch(() => 0);
      conn.close();
    }
    expect((await fetch(url)).status).toBe(200);
    await until(() => server.status().clients === 0);
  });
});
