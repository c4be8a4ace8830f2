// The demo's fixed sequence (`npm run demo -- --script`): each step breaks or mends one thing, waits
// for what must come of it, and measures. The table at the end says what happened; a step whose
// expectation did not come true makes the exit status 1.

import Table from "cli-table3";
import { type DemoCluster, type DirectorName, now, WEIGHT } from "./demo_cluster.ts";
import { failures, type LoadResult } from "./http.ts";
import { delay, eventually } from "./process.ts";
import { VIP1, VIP2 } from "./topology.ts";

/** A row of the table. */
export interface StepResult {
  what: string;
  expected: string;
  /** Seconds from the deed to what was expected; null when it did not come. */
  seconds: number | null;
  /** What was seen, or why not. */
  seen: string;
  sent: number;
  lost: number;
}

/** Requests per second and VIP. */
export const REQUESTS_PER_SECOND = 20;
/** Share of requests that a server may differ from its weight's share by. */
const SHARE_TOLERANCE = 0.08;
/** Load is measured so long for the distribution, milliseconds. */
const SHARE_MS = 10_000;

/** What a step does and waits for. */
interface Step {
  what: string;
  expected: string;
  /** Longest time until the expectation must be true, seconds: the protocol's floor and some. */
  withinS: number;
  act(cluster: DemoCluster): Promise<void> | void;
  /** What was seen once it is true, else null. */
  look(cluster: DemoCluster, sinceMs: number): Promise<string | null>;
}

const STEPS: Step[] = [
  {
    what: "both directors start",
    expected: `node1 holds ${VIP1}, node2 holds ${VIP2}`,
    withinS: 15,
    act: () => {},
    look: (c) => held(c, { [VIP1]: "node1", [VIP2]: "node2" }),
  },
  {
    what: "a client sends requests for 10 s",
    expected: "rs1 : rs2 = 1 : 2 by wlc",
    withinS: 25,
    act: async (c) => {
      await c.startLoads(REQUESTS_PER_SECOND);
      await delay(SHARE_MS);
    },
    look: (c, since) => Promise.resolve(shareByWeight(c.results(), since)),
  },
  {
    what: "touch /etc/keepalived/down on node1",
    expected: `node2 holds ${VIP1} too`,
    withinS: 10,
    act: (c) => c.setDownFile("node1", true),
    look: (c) => held(c, { [VIP1]: "node2", [VIP2]: "node2" }),
  },
  {
    what: "remove it",
    expected: `${VIP1} is back on node1`,
    withinS: 10,
    act: (c) => c.setDownFile("node1", false),
    look: (c) => held(c, { [VIP1]: "node1", [VIP2]: "node2" }),
  },
  {
    what: "kill -9 vipd on node1",
    expected: `node2 takes ${VIP1}, node1's kernel gives it up`,
    withinS: 10,
    act: (c) => c.endDirector("node1", "SIGKILL"),
    look: (c) => held(c, { [VIP1]: "node2", [VIP2]: "node2" }),
  },
  {
    what: "start it again",
    expected: `${VIP1} is back on node1`,
    withinS: 15,
    act: (c) => c.startDirector("node1"),
    look: (c) => held(c, { [VIP1]: "node1", [VIP2]: "node2" }),
  },
  {
    what: "SIGSTOP vipd on node2",
    expected: `node1 takes ${VIP2}, node2's kernel gives it up`,
    withinS: 10,
    act: (c) => c.freezeDirector("node2", true),
    look: (c) => held(c, { [VIP1]: "node1", [VIP2]: "node1" }),
  },
  {
    what: "SIGCONT",
    expected: `${VIP2} is back on node2, never on both`,
    withinS: 15,
    act: (c) => c.freezeDirector("node2", false),
    look: (c) => held(c, { [VIP1]: "node1", [VIP2]: "node2" }),
  },
  {
    what: "pull node1's cable out",
    expected: `node2 takes ${VIP1}`,
    withinS: 10,
    act: (c) => c.setCable("node1", "out"),
    look: (c) => held(c, { [VIP1]: "node2", [VIP2]: "node2" }),
  },
  {
    what: "put it back in",
    expected: `${VIP1} is back on node1`,
    withinS: 15,
    act: (c) => c.setCable("node1", "in"),
    look: (c) => held(c, { [VIP1]: "node1", [VIP2]: "node2" }),
  },
  {
    what: "stop the web server of rs1",
    expected: "out of both services, every request answered by rs2",
    withinS: 25,
    act: (c) => c.stopServer("rs1"),
    look: (c) => weights(c, "rs1", 0),
  },
  {
    what: "stop the web server of rs2 too",
    expected: "the sorry servers answer for both VIPs",
    withinS: 25,
    act: (c) => c.stopServer("rs2"),
    look: (c, since) => Promise.resolve(answeredBySorry(c.results(), since)),
  },
  {
    what: "start both",
    expected: "both are back, no sorry answers",
    withinS: 30,
    act: async (c) => {
      await c.startServer("rs1");
      await c.startServer("rs2");
    },
    look: async (c) => await weights(c, "rs1", WEIGHT.rs1) && await weights(c, "rs2", WEIGHT.rs2),
  },
  {
    what: "stop vipd on node1 in order",
    expected: `node2 takes ${VIP1} after the skew time`,
    withinS: 5,
    act: (c) => c.endDirector("node1", "SIGTERM"),
    look: (c) => held(c, { [VIP1]: "node2", [VIP2]: "node2" }),
  },
];

/** Plays all steps, one line each as they come; the results. */
export async function playScript(
  cluster: DemoCluster,
  say: (line: string) => void,
): Promise<StepResult[]> {
  const results: StepResult[] = [];
  for (const step of STEPS) {
    const result = await play(cluster, step);
    results.push(result);
    const time = result.seconds === null ? "NO" : `${result.seconds.toFixed(2)} s`;
    say(`${time.padStart(8)}  ${step.what}: ${result.seen}`);
  }
  return results;
}

async function play(cluster: DemoCluster, step: Step): Promise<StepResult> {
  const before = cluster.results().length;
  const sinceMs = now();
  let seen: string | null = null;
  let seconds: number | null = null;
  let why = "it did not happen";
  try {
    await step.act(cluster);
    const look = async () => seen = await step.look(cluster, sinceMs);
    await eventually(step.expected, look, step.withinS * 1000);
    seconds = (now() - sinceMs) / 1000;
  } catch (error) {
    why = (error as Error).message.split("\n")[0] ?? why;
  }
  const results = cluster.results().slice(before);
  return {
    what: step.what,
    expected: step.expected,
    seconds,
    seen: seen ?? why,
    sent: results.length,
    lost: failures(results).length,
  };
}

/** True once each VIP is on exactly the director named and nowhere else. */
async function held(
  cluster: DemoCluster,
  wanted: Record<string, DirectorName>,
): Promise<string | null> {
  for (const [vip, name] of Object.entries(wanted)) {
    const holders = await cluster.holders(vip);
    if (holders.length !== 1 || holders[0] !== name) return null;
  }
  return Object.entries(wanted).map(([vip, name]) => `${vip} on ${name}`).join(", ");
}

function shareByWeight(results: LoadResult[], sinceMs: number): string | null {
  const answered = results.filter((r) => r.atMs >= sinceMs && r.error === null);
  const rs1 = answered.filter((r) => r.server === "rs1").length;
  const rs2 = answered.filter((r) => r.server === "rs2").length;
  if (rs1 + rs2 === 0) return null;
  const share = rs2 / (rs1 + rs2);
  const wanted = WEIGHT.rs2 / (WEIGHT.rs1 + WEIGHT.rs2);
  return Math.abs(share - wanted) > SHARE_TOLERANCE
    ? null
    : `${rs1} : ${rs2}, rs2 has ${(100 * share).toFixed(1)} %`;
}

/** Both directors show a real server with this weight in every service. */
async function weights(
  cluster: DemoCluster,
  server: "rs1" | "rs2",
  weight: number,
): Promise<string | null> {
  const address = server === "rs1" ? "172.18.200.100" : "172.18.200.110";
  for (const { status } of await cluster.look()) {
    const servers = status?.virtualServers.flatMap((service) => service.realServers) ?? [];
    const rows = servers.filter((row) => row.address.includes(address));
    if (rows.length === 0 || rows.some((row) => row.weight !== weight)) return null;
  }
  return `${server} has weight ${weight} everywhere`;
}

/** Both VIPs are answered by their director's own web server. */
function answeredBySorry(results: LoadResult[], sinceMs: number): string | null {
  const answered = new Set(
    results.filter((r) => r.atMs >= sinceMs && r.error === null)
      .map((r) => r.server),
  );
  return answered.has("sorry-node1") && answered.has("sorry-node2")
    ? "sorry-node1 and sorry-node2 answer"
    : null;
}

/** The table of what happened. */
export function scriptTable(results: StepResult[]): string {
  const table = new Table({
    head: ["deed", "expected", "after", "requests", "lost"],
    style: { head: [], border: [], compact: true },
    colWidths: [37, 50, 10, 10, 7],
    wordWrap: true,
    colAligns: ["left", "left", "right", "right", "right"],
  });
  for (const { what, expected, seconds, sent, lost } of results) {
    const after = seconds === null ? "NO" : `${seconds.toFixed(2)} s`;
    table.push([what, expected, after, sent, lost]);
  }
  return table.toString();
}
