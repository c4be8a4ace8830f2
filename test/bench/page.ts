// The page in a browser: the first view, the time of frames with two nodes of 20 instances each while it plays and
// while somebody scrubs, a jump to any moment of ten minutes, and what is fetched.

import { Buffer } from "node:buffer";
import type { Browser, Page } from "playwright-core";
import {
  type InPage,
  launchChromium,
  openIn,
  PAGE_FOLDER,
  type PageOptions,
  waitForPlay,
} from "../browser/chromium.ts";
import { serveFolder, type StaticServer } from "../browser/static_server.ts";
import { type BenchRow, LeftOut, type Measurement } from "./row.ts";
import { percentile } from "./statistics.ts";

const RUNS = 7;
const QUICK_RUNS = 3;
const INSTANCES = 20;
/** Frames that are watched in a run. */
const FRAMES = 300;
const QUICK_FRAMES = 120;
const END_US = 600_000_000;
const JUMPS = 60;
/** What is looked at while it plays: every instance has a master. */
const SETTLED_US = 30_000_000;

/** A node of 20 instances. */
function confOf(node: number): string {
  const instances = Array.from({ length: INSTANCES }, (_, i) => {
    const priority = (i + node) % 2 === 0 ? 150 : 100;
    return `vrrp_instance VI_${i + 1} {
    interface eth0
    virtual_router_id ${i + 1}
    priority ${priority}
    advert_int 1
    virtual_ipaddress {
        192.0.2.${i + 101}/24
    }
}
`;
  });
  return `global_defs {\n    router_id node${node}\n}\n${instances.join("")}`;
}

/** Opens both files by hand, as a person would. */
async function openMany(page: Page): Promise<void> {
  await waitForPlay(page, 0);
  await page.getByTestId("share-open").click();
  await page.getByTestId("open-files").setInputFiles([1, 2].map((node) => ({
    name: `node${node}.conf`,
    mimeType: "text/plain",
    buffer: Buffer.from(confOf(node)),
  })));
  await page.waitForFunction((count) => {
    const { cast, isComplete } = (globalThis as unknown as InPage).vipd.recording();
    return isComplete && cast.nodes[0]?.instances.length === count;
  }, INSTANCES);
}

/** Milliseconds between frames, sorted. */
async function frames(page: Page, kind: "play" | "scrub", count: number): Promise<number[]> {
  return await page.evaluate(async ([kind, count, fromUs, endUs]) => {
    const { vipd } = globalThis as unknown as InPage;
    vipd.jumpTo(fromUs);
    vipd.play(kind === "play", 1);
    const next = () => new Promise<number>((drawn) => requestAnimationFrame(drawn));
    await next();
    let lastMs = await next();
    const found: number[] = [];
    for (let i = 0; i < count; i++) {
      // There and back, as a hand does it.
      if (kind === "scrub") vipd.jumpTo((1 - Math.cos(i / count * 4 * Math.PI)) / 2 * endUs);
      const nowMs = await next();
      found.push(nowMs - lastMs);
      lastMs = nowMs;
    }
    vipd.play(false);
    return found;
  }, [kind, count, SETTLED_US, END_US] as const);
}

/** Milliseconds until a moment far away is drawn. */
async function jumps(page: Page): Promise<number[]> {
  return await page.evaluate(async ([count, endUs]) => {
    const { vipd } = globalThis as unknown as InPage;
    const found: number[] = [];
    for (let i = 0; i < count; i++) {
      const begunMs = performance.now();
      vipd.jumpTo((i * 7919 % count) / count * endUs);
      await new Promise<void>((drawn) => requestAnimationFrame(() => setTimeout(drawn)));
      found.push(performance.now() - begunMs);
    }
    return found;
  }, [JUMPS, END_US] as const);
}

/** From the navigation's begin to the first frame that shows the cluster, milliseconds; nothing is cached. */
async function firstView(browser: Browser, server: StaticServer): Promise<number> {
  const { page } = await openIn(browser, server, { reducedMotion: false });
  const tookMs = await page.evaluate(async () => {
    for (;;) {
      await new Promise((drawn) => requestAnimationFrame(drawn));
      const { vipd } = globalThis as Partial<InPage>;
      const hasNodes = document.querySelector("[data-testid=things] li") !== null;
      if (hasNodes && vipd !== undefined && vipd.recording().untilUs > 0) return performance.now();
    }
  });
  await page.context().close();
  return tookMs;
}

function lines(what: string, runs: number[][]): Measurement[] {
  const of = (name: string, share: number): Measurement => ({
    what: `${what}: ${name}`,
    unit: "ms",
    vipd: runs.map((run) => percentile(run, share)),
    keepalived: null,
  });
  return [of("median", 50), of("p99", 99)];
}

export const PAGE_ROW: BenchRow = {
  name: "page",
  title: "The page in a browser",
  notes: [
    "Chromium without a window and without a graphics card, 1280 x 800, from a plain static server on this machine; a screen of 60 Hz: 16.7 ms is no frame lost.",
    `Two nodes of ${INSTANCES} instances each, ten minutes played; scrubbing moves the playhead across all of it with every frame.`,
    "First view: from the begin of the navigation to the first frame that shows the cluster playing, nothing cached.",
    "A jump is measured until it is drawn, and so takes a frame at least.",
  ],
  measure: async ({ quick, progress }) => {
    if (!await Deno.stat(`${PAGE_FOLDER}/index.html`).then(() => true, () => false)) {
      throw new LeftOut("the page is not built: npm run build:page");
    }
    await using server = serveFolder(PAGE_FOLDER);
    await using browser = await launchChromium();
    const runs = quick ? QUICK_RUNS : RUNS;
    const count = quick ? QUICK_FRAMES : FRAMES;
    const first: number[] = [];
    const found = { play: [] as number[][], scrub: [] as number[][], jumps: [] as number[][] };
    const options: PageOptions = { reducedMotion: true };
    for (let run = 0; run < runs; run++) {
      progress(`run ${run + 1} of ${runs}`);
      first.push(await firstView(browser, server));
      const { page } = await openIn(browser, server, options);
      await openMany(page);
      found.play.push(await frames(page, "play", count));
      found.scrub.push(await frames(page, "scrub", count));
      found.jumps.push(await jumps(page));
      await page.context().close();
    }
    return [
      { what: "first view", unit: "ms", vipd: first, keepalived: null },
      ...lines("frame while playing", found.play),
      ...lines("frame while scrubbing", found.scrub),
      ...lines("jump", found.jumps),
    ];
  },
};
