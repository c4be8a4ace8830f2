// Transitions as two sides tell them, in one form: the page from its recording, the command from what
// `vipd simulate --json` prints.

import type { Page } from "playwright-core";
import { describeTransition } from "../../host/engine/describe.ts";
import type { TimelineLine } from "../../host/sim/timeline/timeline_lines.ts";
import { EXAMPLE } from "../lab/path.ts";
import { run } from "../lab/process.ts";
import { VIPD } from "../lab/vipd.ts";
import type { InPage } from "./pages.ts";

const CLI_MS_MAX = 60_000;
const REFERENCE = ["node1.conf", "node2.conf"];

/** One transition. */
export interface Told {
  atUs: number;
  node: string | null;
  /** The whole sentence, with its reason and its arithmetic. */
  text: string;
}

/** A whole play. */
export interface PlayStory {
  digest: string;
  transitions: Told[];
}

/** What the page has played. */
export async function storyOfPage(page: Page): Promise<PlayStory> {
  const { digest, records } = await page.evaluate(() => {
    const { vipd } = globalThis as unknown as InPage;
    const records = vipd.recording().events.flatMap((event) =>
      event.kind === "record" && event.record.kind === "transition"
        ? [{ atUs: event.atUs, node: event.node, record: event.record }]
        : []
    );
    return { digest: vipd.digest(), records };
  });
  const transitions = records.map(({ atUs, node, record }) => (
    { atUs, node, text: describeTransition(record) }
  ));
  return { digest, transitions };
}

/** What `vipd simulate` plays of the reference deployment. `scenario`: a file, `tour` or `chaos`. */
export async function storyOfCommand(scenario: string, seed: number): Promise<PlayStory> {
  const options = ["--scenario", scenario, "--seed", String(seed), "--json"];
  const { stdout } = await run([VIPD, "simulate", ...REFERENCE, ...options], {
    cwd: EXAMPLE,
    timeoutMs: CLI_MS_MAX,
  });
  const { digest, timeline } = JSON.parse(stdout) as {
    digest: string;
    timeline: { lines: TimelineLine[] };
  };
  const transitions = timeline.lines.filter(({ kind }) => kind === "transition")
    .map(({ atUs, who, text }) => ({ atUs, node: who, text }));
  return { digest, transitions };
}
