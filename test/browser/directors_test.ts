// The page and real directors, in namespaces: two of them followed live through a takeover and a lost
// connection, and the dump of one opened afterwards.

import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { untilInstance } from "../lab/asking.ts";
import { type LiveDirector, LivePair } from "../lab/live_pair.ts";
import { VIP1, VIP2 } from "../lab/topology.ts";
import { vipd } from "../lab/vipd.ts";
import { type InPage, lookAt, usePages, waitForPlay } from "./pages.ts";

const openPage = usePages();

/** A browser says aloud that a connection was refused, which is the point here. */
const REFUSED = /WebSocket connection to .* failed|ERR_CONNECTION_REFUSED/;

const originOf = ({ url }: LiveDirector) => url.replace(/^http/, "ws");

async function watch(page: Page, { url, token }: LiveDirector): Promise<void> {
  const panel = page.getByRole("dialog");
  await panel.getByTestId("live-address").fill(url);
  await panel.getByTestId("live-token").fill(token);
  await panel.getByTestId("live-add").click();
}

/** The page that node1 serves, with both directors watched. */
async function follow({ node1, node2 }: LivePair): Promise<Page> {
  const page = await openPage({
    url: `${node1.url}/`,
    mayAsk: [originOf(node1), originOf(node2)],
    expected: REFUSED,
  });
  const panel = page.getByRole("dialog");
  await panel.getByTestId("live-address").waitFor();
  expect(await panel.getByTestId("live-address").inputValue()).toBe(node1.url);
  await watch(page, node1);
  await watch(page, node2);
  await panel.locator('[data-testid=live-row][data-state="up"]').nth(1).waitFor();
  const show = panel.getByTestId("live-show");
  if (await show.count() > 0) await show.click();
  await page.getByTestId("live-close").click();
  return page;
}

/** Waits until the list of things says it of a node. */
async function untilThing(page: Page, node: string, ...words: string[]): Promise<void> {
  await page.waitForFunction(([node, words]) => {
    const lines = [...document.querySelectorAll("[data-testid=things] button")]
      .map(({ textContent }) => textContent ?? "");
    return lines.some((line) =>
      line.startsWith(node) && words.every((word) => line.includes(word))
    );
  }, [node, words] as const);
}

describe("two directors followed live", () => {
  it("show a takeover, and the one that is gone as lost", async () => {
    await using pair = await LivePair.open("vp-live");
    const page = await follow(pair);
    expect(await page.getByTestId("source").innerText()).toContain("live");
    await untilThing(page, "node1", "VI_1 MASTER", "VI_2 BACKUP", VIP1);
    await untilThing(page, "node2", "VI_1 BACKUP", "VI_2 MASTER", VIP2);
    pair.node1.program.kill("SIGKILL");
    await untilThing(page, "node2", "VI_1 MASTER", VIP1, VIP2);
    // What is not known any more is not shown as it was last.
    await untilThing(page, "node1", "VI_1 ?");
    const node1 = await page.getByTestId("things").getByText(/^node1/).first().innerText();
    expect(node1).not.toMatch(/MASTER|BACKUP/);
    expect(await page.getByTestId("alarms").innerText()).toMatch(/node1/);
    const told = await page.evaluate(() =>
      (globalThis as unknown as InPage).vipd.recording().events.flatMap((event) =>
        event.kind === "record" && event.record.kind === "transition" &&
          event.record.instanceName === "VI_1"
          ? [`${event.node} ${event.record.from} ${event.record.to} ${event.record.reason}`]
          : []
      )
    );
    expect(told.at(-1)).toBe("node2 BACKUP MASTER MASTER_DOWN");
  });

  it("say that a connection was lost, and know again what is when it is back", async () => {
    await using pair = await LivePair.open("vp-lost");
    const page = await follow(pair);
    await untilThing(page, "node2", "VI_2 MASTER");
    pair.node2.way.cut();
    await untilThing(page, "node2", "VI_2 ?");
    await untilThing(page, "node1", "VI_1 MASTER");
    expect(await page.getByTestId("alarms").innerText()).toMatch(/node2/);
    pair.node2.way.mend();
    await untilThing(page, "node2", "VI_1 BACKUP", "VI_2 MASTER", VIP2);
    await page.waitForFunction(() =>
      document.querySelector("[data-testid=alarms]")!.textContent === ""
    );
  });
});

describe("a dump of a real vipd", () => {
  it("opens, and tells the takeover that the daemon made", async () => {
    await using pair = await LivePair.open("vp-dump");
    const { node } = pair.node2;
    pair.node1.program.kill("SIGKILL");
    await untilInstance(node, "VI_1", "MASTER");
    await vipd(node, ["dump", "/run/night.dump"]);
    const page = await openPage();
    await waitForPlay(page, 0);
    await page.getByTestId("share-open").click();
    await page.getByTestId("open-files").setInputFiles(`/proc/${node.pid}/root/run/night.dump`);
    await page.getByTestId("source").getByText("night.dump").waitFor();
    await waitForPlay(page);
    const { takeoverUs, problem } = await page.evaluate(() => {
      const { events, problem } = (globalThis as unknown as InPage).vipd.recording();
      const takeover = events.findLast((event) =>
        event.kind === "record" && event.record.kind === "transition" &&
        event.record.instanceName === "VI_1" && event.record.reason === "MASTER_DOWN" &&
        event.record.to === "MASTER"
      );
      return { takeoverUs: takeover?.atUs ?? -1, problem };
    });
    expect(problem).toBe("");
    expect(takeoverUs).toBeGreaterThan(0);
    await lookAt(page, takeoverUs - 1);
    await untilThing(page, "node2", "VI_1 BACKUP", "VI_2 MASTER");
    await lookAt(page, takeoverUs + 500_000);
    await untilThing(page, "node2", "VI_1 MASTER", VIP1);
  });
});
