// Web servers and clients on the nodes of a lab.

import type { LabNode } from "./netns.ts";
import { DENO, ROOT } from "./path.ts";
import type { RunningProgram } from "./process.ts";

/** One request of a load. */
export interface LoadResult {
  /** When it began, milliseconds since 1970 (the clock of captures). */
  atMs: number;
  tookMs: number;
  /** The name of the server that answered, null when none did. */
  server: string | null;
  status: number | null;
  /** Bytes of the body. */
  bytes: number;
  /** What was wrong, null when all was well. */
  error: string | null;
}

function program(file: string, args: string[]): string[] {
  return [DENO, "run", "-A", "--no-lock", `${ROOT}/test/lab/programs/${file}`, ...args];
}

export interface HttpServerOptions {
  port?: number;
  /** "silent" accepts connections and never answers; "tls" answers by HTTPS. */
  mode?: "answers" | "silent" | "tls";
}

/** Starts a web server on every address of the node, port 80 when left out; it says `name`. */
export async function startHttpServer(
  node: LabNode,
  name: string = node.name,
  options: HttpServerOptions = {},
): Promise<RunningProgram> {
  const args = [name, `${options.port ?? 80}`, options.mode ?? "answers"];
  const server = await node.start(program("http_server.ts", args), { name: "web server" });
  await server.waitForLine(/^listening$/);
  return server;
}

export interface LoadOptions {
  host: string;
  port?: number;
  /** "/" when left out; see programs/http_server.ts for the others. */
  path?: string;
  perSecond: number;
  /** A day when left out: the load then ends with `finish`. */
  durationMs?: number;
  /** How long one request may take, 3 s when left out. */
  timeoutMs?: number;
}

const TIMEOUT_MS = 3000;
const UPLOAD_TIMEOUT_MS = 30_000;
const A_DAY_MS = 86_400_000;

/** A load that runs on a node. */
export class Load {
  constructor(readonly client: RunningProgram) {}

  /** The requests that have ended so far, in the order of their ends. */
  get results(): LoadResult[] {
    return this.client.lines
      .filter((line) => line.from === "stdout")
      .map((line) => JSON.parse(line.text) as LoadResult);
  }

  /** Waits for the end of its duration and returns all. Throws when the client failed. */
  async finish(): Promise<LoadResult[]> {
    const status = await this.client.ended;
    if (status !== 0) throw new Error(`the load ended with ${status}\n${this.client.log}`);
    return this.results;
  }

  /** Starts no more requests, waits for the ones under way and returns all. */
  async stop(): Promise<LoadResult[]> {
    await this.client.stdin?.close().catch(() => {}); // It may have ended at its time.
    return await this.finish();
  }
}

/** Starts requests at a fixed rate from a node. */
export async function startLoad(node: LabNode, options: LoadOptions): Promise<Load> {
  const args = [
    options.host,
    `${options.port ?? 80}`,
    options.path ?? "/",
    `${options.perSecond}`,
    `${options.durationMs ?? A_DAY_MS}`,
    `${options.timeoutMs ?? TIMEOUT_MS}`,
  ];
  const load = program("http_load.ts", args);
  return new Load(await node.start(load, { input: "piped", name: "load" }));
}

/** How many requests each server answered well. */
export function countByServer(results: LoadResult[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const result of results) {
    if (result.error !== null || result.server === null || result.status !== 200) continue;
    counts[result.server] = (counts[result.server] ?? 0) + 1;
  }
  return counts;
}

/** The requests that were not answered well. */
export function failures(results: LoadResult[]): LoadResult[] {
  return results.filter((result) => result.error !== null || result.status !== 200);
}

/** Uploads a body of the pattern several times, one after the other; what became of each. */
export async function upload(
  node: LabNode,
  options: { host: string; bytes: number; times: number },
): Promise<{ server: string | null; status: number }[]> {
  const { host, bytes, times } = options;
  const { stdout } = await node.exec(
    program("http_upload.ts", [host, `${bytes}`, `${times}`]),
    { timeoutMs: UPLOAD_TIMEOUT_MS },
  );
  return JSON.parse(stdout);
}
