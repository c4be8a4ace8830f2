import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import type {
  CheckOutcome,
  CheckResultInput,
  CheckSpec,
  HttpCheckSpec,
  RunScript,
  ScriptOutcome,
} from "../engine/contract.ts";
import { Checks } from "./checks.ts";
import { outcomeOfError } from "./conversation.ts";
import { httpRequest } from "./http.ts";

const listeners: Deno.Listener[] = [];
const connections: Deno.Conn[] = [];
afterEach(() => {
  for (const listener of listeners.splice(0)) listener.close();
  for (const connection of connections.splice(0)) {
    try {
      connection.close();
    } catch (thrown) {
      if (!(thrown instanceof Deno.errors.BadResource)) throw thrown;
    }
  }
});

const NO_SCRIPT: RunScript = () => {
  throw new Error("this check runs no script");
};

/** A server that does `serve` with each connection; its port. */
function serve(
  handle: (connection: Deno.Conn, request: string) => Promise<void>,
  listener: Deno.Listener = Deno.listen({ hostname: "127.0.0.1", port: 0 }),
): number {
  listeners.push(listener);
  (async () => {
    for await (const connection of listener) {
      connections.push(connection);
      const buffer = new Uint8Array(4096);
      const size = await connection.read(buffer).catch(() => null);
      const request = new TextDecoder().decode(buffer.subarray(0, size ?? 0));
      await handle(connection, request).catch(() => {});
    }
  })();
  return (listener.addr as Deno.NetAddr).port;
}

function answering(text: string): (connection: Deno.Conn) => Promise<void> {
  return async (connection) => {
    await connection.write(new TextEncoder().encode(text));
    connection.close();
  };
}

const SILENT = () => new Promise<void>(() => {});

function target(port: number) {
  return { family: "INET" as const, address: "127.0.0.1", port };
}

function http(port: number, change: Partial<HttpCheckSpec> = {}): HttpCheckSpec {
  return {
    kind: "HTTP_GET",
    target: target(port),
    connectTimeoutUs: 300_000,
    path: "/status",
    host: "www.example.org",
    sni: null,
    digest: true,
    ...change,
  };
}

function check(spec: CheckSpec, runScript = NO_SCRIPT): Promise<CheckOutcome> {
  return new Promise((resolve) => {
    const checks = new Checks(runScript, (input) => resolve(input.outcome));
    checks.start({ kind: "runCheck", run: 1, virtualServer: "V", realServer: "R", spec });
  });
}

/** A port on which nothing listens. */
function closedPort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.close();
  return (listener.addr as Deno.NetAddr).port;
}

describe("TCP_CHECK", () => {
  const spec = (port: number): CheckSpec => ({
    kind: "TCP_CHECK",
    target: target(port),
    connectTimeoutUs: 300_000,
  });
  it("connects", async () => {
    expect(await check(spec(serve(SILENT)))).toEqual({ kind: "connected" });
  });
  it("is refused", async () => {
    expect(await check(spec(closedPort()))).toEqual({ kind: "refused" });
  });
});

describe("HTTP_GET", () => {
  it("sends keepalived's request to the byte", async () => {
    const seen = Promise.withResolvers<string>();
    const port = serve(async (connection, request) => {
      seen.resolve(request);
      await answering("HTTP/1.0 200 OK\r\n\r\nhello")(connection);
    });
    expect(await check(http(port))).toEqual({
      kind: "response",
      status: 200,
      digest: "5d41402abc4b2a76b9719d911017c592",
      bytes: 5,
      contentLength: null,
    });
    expect(await seen.promise).toBe(
      "GET /status HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: www.example.org\r\n\r\n",
    );
    expect(httpRequest("/status", "www.example.org")).toBe(await seen.promise);
  });

  it("is done at Content-Length, also when the server keeps the connection", async () => {
    const port = serve(async (connection) => {
      const text = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
      await connection.write(new TextEncoder().encode(text));
    });
    expect(await check(http(port))).toMatchObject({ kind: "response", bytes: 5 });
  });

  it("times out at a server that accepts and never answers", async () => {
    const started = performance.now();
    expect(await check(http(serve(SILENT)))).toEqual({ kind: "timeout", phase: "read" });
    const tookMs = performance.now() - started;
    expect(tookMs).toBeGreaterThan(290);
    expect(tookMs).toBeLessThan(2000);
  });

  it("times out at a server that drips its answer", async () => {
    const port = serve(async (connection) => {
      for (;;) {
        await connection.write(new TextEncoder().encode("x"));
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    });
    const spec = http(port, { connectTimeoutUs: 100_000 });
    expect(await check(spec)).toEqual({ kind: "timeout", phase: "read" });
  });

  it("gets no answer from a server that closes", async () => {
    const port = serve((connection) => Promise.resolve(connection.close()));
    expect(await check(http(port))).toEqual({ kind: "noResponse" });
  });

  it("says what a server answers that speaks no HTTP", async () => {
    const port = serve(answering("220 mail.example.org ESMTP\r\n\r\n"));
    expect(await check(http(port))).toMatchObject({ kind: "response", status: 0 });
  });
});

describe("SSL_GET", () => {
  const folder = new URL("../../test/golden/tls/", import.meta.url);
  const file = (name: string) => readFileSync(new URL(name, folder), "utf8");
  const listenTls = () =>
    Deno.listenTls({
      hostname: "127.0.0.1",
      port: 0,
      cert: file("self_signed.pem"),
      key: file("self_signed_key.pem"),
    });

  it("takes any certificate", async () => {
    const port = serve(answering("HTTP/1.0 200 OK\r\n\r\nhello"), listenTls());
    const spec = http(port, { kind: "SSL_GET" });
    expect(await check(spec)).toMatchObject({
      kind: "response",
      status: 200,
      digest: "5d41402abc4b2a76b9719d911017c592",
    });
  });

  it("sends a server name when told to", async () => {
    const port = serve(answering("HTTP/1.0 200 OK\r\n\r\nhello"), listenTls());
    const spec = http(port, { kind: "SSL_GET", sni: "www.example.org" });
    expect(await check(spec)).toMatchObject({ kind: "response", status: 200 });
  });

  it("fails at a server without TLS", async () => {
    const port = serve(answering("HTTP/1.0 400 Bad Request\r\n\r\n"));
    const spec = http(port, { kind: "SSL_GET" });
    expect(await check(spec)).toMatchObject({ kind: "tlsError" });
  });

  it("times out in the handshake", async () => {
    const spec = http(serve(SILENT), { kind: "SSL_GET" });
    expect(await check(spec)).toEqual({ kind: "timeout", phase: "tls" });
  });
});

describe("MISC_CHECK", () => {
  it("tells how the command ended", async () => {
    const script = { argv: ["/m"], shell: null, command: "/m", user: null, group: null };
    const outcome: ScriptOutcome = { kind: "exit", code: 3 };
    const runScript: RunScript = (given, options) => {
      expect([given, options.timeoutUs]).toEqual([script, 2_000_000]);
      return { outcome: Promise.resolve(outcome), stop: () => {} };
    };
    const spec: CheckSpec = { kind: "MISC_CHECK", script, timeoutUs: 2_000_000 };
    expect(await check(spec, runScript)).toEqual({ kind: "script", outcome });
  });
});

describe("Checks", () => {
  it("abort() closes the connection and reports nothing", async () => {
    const closed = Promise.withResolvers<void>();
    const port = serve(async (connection) => {
      const rest = await connection.read(new Uint8Array(1)).catch(() => null);
      if (rest === null) closed.resolve();
    });
    const reports: CheckResultInput[] = [];
    const checks = new Checks(NO_SCRIPT, (input) => reports.push(input));
    const base = { kind: "runCheck" as const, virtualServer: "V", realServer: "R" };
    checks.start({ ...base, run: 7, spec: http(port, { connectTimeoutUs: 60_000_000 }) });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(checks.abort(7)).toBe(true);
    expect(checks.abort(7)).toBe(false);
    await closed.promise;
    expect(reports).toEqual([]);
  });

  it("does not lose descriptors over many checks", async () => {
    const port = serve(answering("HTTP/1.0 200 OK\r\n\r\n"));
    const count = () => [...Deno.readDirSync("/proc/self/fd")].length;
    await check(http(port));
    const before = count();
    for (let i = 0; i < 100; i++) await check(http(i % 2 === 0 ? port : closedPort()));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(count()).toBeLessThan(before + 10);
  });
});

describe("outcomeOfError()", () => {
  it.each([
    ["ECONNREFUSED", { kind: "refused" }],
    ["EHOSTUNREACH", { kind: "unreachable" }],
    ["ENETUNREACH", { kind: "unreachable" }],
    ["ETIMEDOUT", { kind: "timeout", phase: "connect" }],
    ["EMFILE", { kind: "local", text: "words" }],
    ["EADDRNOTAVAIL", { kind: "local", text: "words" }],
    ["ECONNRESET", { kind: "broken", phase: "connect", text: "words" }],
  ])("%s while connecting", (code, want) => {
    expect(outcomeOfError("connect", { code, message: "words" })).toEqual(want);
  });
  it("a reset while reading breaks the connection", () => {
    expect(outcomeOfError("read", { code: "ECONNRESET", message: "words" }))
      .toEqual({ kind: "broken", phase: "read", text: "words" });
  });
});
