// The IPVS table of a lab's node as people see it (`ipvsadm -Ln`), and waiting for one.

import type { LabNode } from "./netns.ts";
import { delay } from "./process.ts";

/** How often a table is looked at while it is waited for, milliseconds. */
const LOOK_MS = 200;

/** What `ipvsadm -Ln` prints in the node. */
export async function ipvsTable(node: LabNode): Promise<string> {
  return (await node.net(["ipvsadm", "-Ln"])).stdout;
}

/**
 * The rows of a table without heading and connection counts, blanks single:
 * `TCP 172.18.200.6:80 wlc`, `-> 172.18.200.100:80 Route 1`.
 */
export function ipvsRows(table: string): string[] {
  return table.split("\n").slice(3).map((line) => {
    const words = line.trim().split(/\s+/);
    return (words[0] === "->" ? words.slice(0, 4) : words).join(" ");
  }).filter((row) => row !== "");
}

/** Waits until the node's table has these rows; whether it came so far, and the table at the end. */
export async function untilIpvsRows(
  node: LabNode,
  rows: string[],
  timeoutMs: number,
): Promise<{ reached: boolean; table: string }> {
  const wanted = rows.join("\n");
  const deadline = performance.now() + timeoutMs;
  while (true) {
    const table = await ipvsTable(node);
    const reached = ipvsRows(table).join("\n") === wanted;
    if (reached || performance.now() > deadline) return { reached, table };
    await delay(LOOK_MS);
  }
}
