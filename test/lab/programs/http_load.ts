// The client of a lab: HTTP requests, each on a connection of its own, one JSON line for each
// (LoadResult of http.ts), until the time is over or standard input ends.
// usage: http_load.ts HOST PORT PATH PER-SECOND DURATION-MS TIMEOUT-MS
// Requests start on a fixed beat whether earlier ones have ended or not, so a stall shows as
// many failures and not as one slow request.

import { patternByte } from "../http_pattern.ts";
import type { LoadResult } from "../http.ts";

const [host, port, path, perSecond, durationMs, timeoutMs] = [
  Deno.args[0]!,
  Number(Deno.args[1]),
  Deno.args[2]!,
  ...Deno.args.slice(3).map(Number),
] as [string, number, string, number, number, number];

const now = () => performance.timeOrigin + performance.now();

async function fetchOnce(): Promise<LoadResult> {
  const atMs = now();
  let connection: Deno.TcpConn | null = null;
  let timedOut = false;
  const abort = new AbortController();
  const timer = setTimeout(() => {
    timedOut = true;
    abort.abort();
    connection?.close();
  }, timeoutMs);
  try {
    connection = await Deno.connect({ hostname: host, port, signal: abort.signal });
    const request = `GET ${path} HTTP/1.0\r\nHost: ${host}\r\n\r\n`;
    await connection.write(new TextEncoder().encode(request));
    const answer = new Uint8Array(await new Response(connection.readable).arrayBuffer());
    return { atMs, tookMs: now() - atMs, ...judge(answer) };
  } catch (error) {
    const why = timedOut ? `no answer in ${timeoutMs} ms` : (error as Error).message;
    return { atMs, tookMs: now() - atMs, server: null, status: null, bytes: 0, error: why };
  } finally {
    clearTimeout(timer);
  }
}

/** Takes an answer apart and checks its length and, for /bytes, its content. */
function judge(answer: Uint8Array): Omit<LoadResult, "atMs" | "tookMs"> {
  const text = new TextDecoder("latin1").decode(answer.subarray(0, 4096));
  const end = text.indexOf("\r\n\r\n");
  const status = Number(text.match(/^HTTP\/1\.[01] (\d{3})/)?.[1] ?? NaN);
  if (end < 0 || Number.isNaN(status)) {
    return { server: null, status: null, bytes: answer.length, error: "not an HTTP answer" };
  }
  const body = answer.subarray(end + 4);
  const server = text.match(/\r\nx-server: ([^\r]*)/i)?.[1] ?? null;
  const wanted = path.startsWith("/bytes/") ? Number(path.split("/")[2]) : null;
  let error: string | null = null;
  if (wanted !== null && body.length !== wanted) error = `${body.length} of ${wanted} bytes`;
  else if (wanted !== null && body.some((byte, i) => byte !== patternByte(i))) {
    error = "bytes differ from what was sent";
  }
  return { server, status, bytes: body.length, error };
}

const begun = performance.now();
const pending = new Set<Promise<void>>();
let stopped = false;
(async () => {
  for await (const _ of Deno.stdin.readable);
  stopped = true;
})();

for (let i = 0; !stopped; i++) {
  const dueMs = begun + (i * 1000) / perSecond;
  if (dueMs - begun >= durationMs) break;
  const waitMs = dueMs - performance.now();
  if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
  const one = fetchOnce().then((result) => {
    console.log(JSON.stringify(result));
    pending.delete(one);
  });
  pending.add(one);
}
await Promise.all(pending);
Deno.exit(0);
