// The demo's live terminal: draws the view twice a second in place and turns keys into deeds. Plain
// ANSI on the alternate screen; whatever happens, the terminal is given back as it was.

import { bold, cyan, dim, green, red } from "yoctocolors";
import { type DemoCluster, now, REAL_SERVER_ADDRESS, WEIGHT } from "./demo_cluster.ts";
import { type DemoView, type Line, renderDemo, type Style } from "./demo_view.ts";
import type { LoadResult } from "./http.ts";

const DRAW_MS = 500;
const PAINT: Record<Style, (text: string) => string> = {
  plain: (text) => text,
  strong: bold,
  good: green,
  bad: red,
  dim,
  title: (text) => bold(cyan(text)),
};

/** What a key does; `act` runs while the drawing goes on. */
export interface Key {
  key: string;
  does: string;
  act(cluster: DemoCluster): Promise<void> | void;
}

/** The keys: each failure of the demo, and its end. */
export const KEYS: Key[] = [
  {
    key: "d",
    does: "chk_down on node1",
    act: (c) => c.setDownFile("node1", !c.condition("node1").includes("down is there")),
  },
  { key: "1", does: "web server rs1", act: (c) => toggleServer(c, "rs1") },
  { key: "2", does: "web server rs2", act: (c) => toggleServer(c, "rs2") },
  {
    key: "k",
    does: "kill -9 node1 / start",
    act: (c) =>
      c.condition("node1") === "running"
        ? c.endDirector("node1", "SIGKILL")
        : c.startDirector("node1"),
  },
  {
    key: "c",
    does: "cable of node1",
    act: (c) => c.setCable("node1", c.condition("node1") === "cable out" ? "in" : "out"),
  },
  {
    key: "s",
    does: "SIGSTOP node1 / SIGCONT",
    act: (c) => c.freezeDirector("node1", !c.condition("node1").startsWith("frozen")),
  },
  { key: "q", does: "end", act: () => {} },
];

function toggleServer(cluster: DemoCluster, name: "rs1" | "rs2"): Promise<void> {
  return cluster.serverRuns(name) ? cluster.stopServer(name) : cluster.startServer(name);
}

/** Draws until `q`, Ctrl-C or the signal. */
export async function runScreen(cluster: DemoCluster, ended: AbortSignal): Promise<void> {
  const write = (text: string) => Deno.stdout.writeSync(new TextEncoder().encode(text));
  const typed = Deno.stdin.isTerminal();
  write("\x1b[?1049h\x1b[?25l");
  if (typed) Deno.stdin.setRaw(true);
  const quit = new AbortController();
  const over = AbortSignal.any([ended, quit.signal]);
  try {
    if (typed) void readKeys(cluster, quit);
    while (!over.aborted) {
      const { columns, rows } = size();
      const lines = renderDemo(await viewOf(cluster), columns, rows);
      write("\x1b[H" + lines.map((line) => paint(line) + "\x1b[K").join("\r\n") + "\x1b[J");
      await sleep(DRAW_MS, over);
    }
  } finally {
    if (typed) Deno.stdin.setRaw(false);
    write("\x1b[?25h\x1b[?1049l");
  }
}

async function readKeys(cluster: DemoCluster, quit: AbortController): Promise<void> {
  const buffer = new Uint8Array(16);
  while (!quit.signal.aborted) {
    const length = await Deno.stdin.read(buffer);
    if (length === null) return;
    const CONTROL_C = 3;
    const pressed = String.fromCharCode(buffer[0]!);
    if (buffer[0] === CONTROL_C || pressed === "q") return quit.abort();
    const key = KEYS.find((candidate) => candidate.key === pressed);
    try {
      await key?.act(cluster);
    } catch (error) {
      cluster.tell("demo", `that did not work: ${(error as Error).message}`);
    }
  }
}

async function viewOf(cluster: DemoCluster): Promise<DemoView> {
  const [directors, owners] = await Promise.all([cluster.look(), cluster.owners()]);
  const results = cluster.results();
  const failed = results.filter((result) => result.error !== null || result.status !== 200);
  const lastSecond = results.filter((result) => result.atMs > now() - 1000);
  return {
    elapsedS: (now() - cluster.startedMs) / 1000,
    directors,
    owners,
    realServers: (["rs1", "rs2"] as const).map((name) => ({
      name,
      address: REAL_SERVER_ADDRESS[name],
      weight: WEIGHT[name],
      running: cluster.serverRuns(name),
      answered: answeredBy(results, name),
      perSecond: answeredBy(lastSecond, name),
    })),
    requests: {
      sent: results.length,
      failed: failed.length,
      perSecond: lastSecond.length,
      lastFailure: failed.at(-1)?.error ?? "",
    },
    happened: [...cluster.happened].sort((a, b) => a.atMs - b.atMs).map(({ atMs, who, text }) => ({
      atS: (atMs - cluster.startedMs) / 1000,
      who,
      text,
    })),
    keys: KEYS.map(({ key, does }) => ({ key, does })),
  };
}

function answeredBy(results: LoadResult[], name: string): number {
  return results.filter((result) => result.server === name && result.error === null).length;
}

function paint(line: Line): string {
  return line.map(({ text, style }) => PAINT[style](text)).join("");
}

function size(): { columns: number; rows: number } {
  try {
    return Deno.consoleSize();
  } catch {
    return { columns: 100, rows: 40 };
  }
}

function sleep(ms: number, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    over.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
}
