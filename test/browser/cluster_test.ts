// The cluster in the page: the reference deployment, a fault by hand, an edited file, the way through time, and
// all of it from the keyboard.

import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { writeScenario } from "../../host/sim/scenario/scenario_text.ts";
import { type InPage, lookAt, usePages, waitForPlay } from "./pages.ts";
import { storyOfCommand, storyOfPage } from "./transitions.ts";

const openPage = usePages();

const S = 1_000_000;
/** A play by hand is as long. */
const END_US = 600 * S;

/** The things of the picture, as they are told to those who do not see it. */
const things = async (page: Page) => (await page.getByTestId("things").innerText()).split("\n");

async function thing(page: Page, name: string): Promise<string> {
  return (await things(page)).find((line) => line.startsWith(name)) ?? "";
}

const clockUs = (page: Page) =>
  page.evaluate(() => (globalThis as unknown as InPage).vipd.playheadUs());

/** Kills it at 20 s with the mouse, and lets that play to its end. */
async function killNode1(page: Page): Promise<void> {
  await lookAt(page, 20 * S);
  await page.getByTestId("side-tab-faults").click();
  await page.getByTestId("pick-node1").click();
  await page.getByTestId("do-kill").click();
  await waitForPlay(page);
}

describe("the reference deployment", () => {
  it("shows both addresses on their masters", async () => {
    const page = await openPage();
    await waitForPlay(page, 10 * S);
    await lookAt(page, 10 * S);
    expect(await thing(page, "node1")).toMatch(
      /VI_1 MASTER 105; VI_2 BACKUP 103; 172\.18\.200\.6$/,
    );
    expect(await thing(page, "node2")).toMatch(
      /VI_1 BACKUP 103; VI_2 MASTER 105; 172\.18\.200\.5$/,
    );
    expect(await page.getByTestId("source").innerText()).toMatch(/simulation/);
    expect(await page.getByTestId("alarms").innerText()).toBe("");
  });

  it("plays by itself, unless less motion is wanted", async () => {
    const page = await openPage({ reducedMotion: false });
    await page.waitForFunction(() =>
      ((globalThis as Partial<InPage>).vipd?.playheadUs() ?? 0) > 500_000
    );
    await page.getByTestId("play").click();
    const stoppedUs = await clockUs(page);
    await page.waitForTimeout(200);
    expect(await clockUs(page)).toBe(stoppedUs);
    const calm = await openPage({ reducedMotion: true });
    await waitForPlay(calm, S);
    await calm.waitForTimeout(200);
    expect(await clockUs(calm)).toBe(0);
  });
});

describe("a fault by hand", () => {
  it("kills node1, and node2 takes over when vipd simulate says so", async () => {
    const page = await openPage();
    await waitForPlay(page);
    await killNode1(page);
    const scenario = await page.evaluate(() => (globalThis as unknown as InPage).vipd.scenario());
    expect(scenario!.steps.map(({ action }) => action.do)).toEqual(["kill"]);
    const file = await Deno.makeTempFile({ suffix: ".json" });
    await Deno.writeTextFile(file, writeScenario(scenario!));
    const [here, there] = [await storyOfPage(page), await storyOfCommand(file, 1)];
    await Deno.remove(file);
    expect(here).toEqual(there);
    const takeover = here.transitions.at(-1)!;
    expect(takeover).toMatchObject({ node: "node2", text: /^\(VI_1\) Entering MASTER STATE/ });
    await lookAt(page, takeover.atUs - 1);
    expect(await thing(page, "node2")).toContain("VI_1 BACKUP");
    await lookAt(page, takeover.atUs);
    expect(await thing(page, "node2")).toContain("VI_1 MASTER");
    expect(await thing(page, "node2")).toContain("172.18.200.6");
  });

  it("is taken back: the play is what it was", async () => {
    const page = await openPage();
    await waitForPlay(page);
    const before = await storyOfPage(page);
    await killNode1(page);
    expect(await storyOfPage(page)).not.toEqual(before);
    await page.getByTestId("steps").getByRole("button").last().click();
    await waitForPlay(page);
    expect(await storyOfPage(page)).toEqual(before);
  });
});

describe("a reload of the tab", () => {
  it("brings back what was done by hand and what was edited", async () => {
    const page = await openPage();
    await waitForPlay(page);
    await killNode1(page);
    const story = await storyOfPage(page);
    await edit(page, "priority 100", "priority 90");
    await page.getByTestId("edited").waitFor();
    // Kept a moment after the last change.
    await page.waitForTimeout(1000);
    await page.reload();
    await waitForPlay(page);
    expect(await storyOfPage(page)).toEqual(story);
    await page.getByTestId("edited").waitFor();
    expect(await openFile(page)).toContain("priority 90");
  });
});

describe("the editor", () => {
  it("judges an edited priority, and the cluster plays it when told to", async () => {
    const page = await openPage();
    await waitForPlay(page, 10 * S);
    await edit(page, "priority 100", "priority 300");
    await page.getByTestId("verdict").getByText("1 error").waitFor();
    expect(await page.getByTestId("problems").innerText()).toMatch(/node1:\d+.*priority/);
    expect(await page.getByTestId("edited").innerText()).toContain("has errors");
    await edit(page, "priority 300", "priority 90");
    await page.getByTestId("play-edited").click();
    await waitForPlay(page, 10 * S);
    await lookAt(page, 10 * S);
    expect(await thing(page, "node1")).toContain("VI_1 BACKUP 95");
    expect(await thing(page, "node2")).toContain("VI_1 MASTER 103");
  });
});

/** Writes something else in the place of the first `what` of the open file, with the keyboard. */
async function edit(page: Page, what: string, instead: string): Promise<void> {
  await page.getByTestId("editor").locator(".cm-content").click();
  await page.keyboard.press("Control+Home");
  // By letters: a line that is long is shown as two.
  const end = (await openFile(page)).indexOf(what) + what.length;
  for (let i = 0; i < end; i++) await page.keyboard.press("ArrowRight");
  for (let i = 0; i < what.length; i++) await page.keyboard.press("Backspace");
  await page.keyboard.insertText(instead);
}

/** Text of the first file. */
const openFile = (page: Page) =>
  page.evaluate(() => (globalThis as unknown as InPage).vipd.files()[0]!.text);

describe("time", () => {
  it("is jumped through: every moment of ten minutes is there at once", async () => {
    const page = await openPage();
    await waitForPlay(page);
    const tookMs = await page.evaluate(async (endUs) => {
      const { vipd } = globalThis as unknown as InPage;
      const took: number[] = [];
      for (let i = 0; i < 40; i++) {
        const begunMs = performance.now();
        vipd.jumpTo((i * 7919 % 600) / 600 * endUs);
        await new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)));
        took.push(performance.now() - begunMs);
      }
      return took.toSorted((one, other) => one - other);
    }, END_US);
    console.log(
      `jumps in ten minutes: median ${tookMs[20]!.toFixed(0)} ms, slowest ${
        tookMs[39]!.toFixed(0)
      } ms`,
    );
    // A jump takes a frame or two; this only catches one that plays from the beginning.
    expect(tookMs[20]).toBeLessThan(100);
  });

  it("is scrubbed with the pointer", async () => {
    const page = await openPage();
    await waitForPlay(page);
    const box = (await page.getByTestId("scrubber").boundingBox())!;
    await page.mouse.move(box.x + box.width / 4, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 8 });
    await page.mouse.up();
    expect(Math.abs(await clockUs(page) - END_US / 2)).toBeLessThan(END_US / 100);
    expect(await page.getByTestId("clock").innerText()).toMatch(/^(4:5|5:0)\d/);
  });
});

describe("the keyboard alone", () => {
  it("plays, jumps, fails a node and reads what came of it", async () => {
    const page = await openPage();
    await waitForPlay(page);
    await page.keyboard.press("End");
    expect(await clockUs(page)).toBe(END_US);
    await page.keyboard.press("Home");
    await page.keyboard.press("Space");
    await page.waitForFunction(() => (globalThis as unknown as InPage).vipd.playheadUs() > 100_000);
    await page.keyboard.press("Space");
    await page.keyboard.press(".");
    const steppedUs = await clockUs(page);
    await page.keyboard.press(".");
    expect(await clockUs(page)).toBeGreaterThan(steppedUs);
    await lookAt(page, 20 * S);
    await tabTo(page, '[data-testid="side-tab-details"]');
    await page.keyboard.press("ArrowRight");
    await tabTo(page, '[data-testid="pick-node1"]');
    await page.keyboard.press("Enter");
    await tabTo(page, '[data-testid="do-kill"]');
    await page.keyboard.press("Enter");
    await waitForPlay(page);
    await lookAt(page, 30 * S);
    expect(await thing(page, "node2")).toContain("VI_1 MASTER");
    await page.keyboard.press("?");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
  });
});

/** Presses Tab until something has the focus, which has to be seen there. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let i = 0; i < 120; i++) {
    const isThere = await page.evaluate((selector) => {
      const { activeElement } = document;
      if (activeElement?.matches(selector) !== true) return false;
      const { outlineStyle, boxShadow } = getComputedStyle(activeElement);
      return outlineStyle !== "none" || boxShadow !== "none";
    }, selector);
    if (isThere) return;
    // In the editor Tab indents; Escape lets it go on.
    if (await page.locator(".cm-content:focus").count() > 0) await page.keyboard.press("Escape");
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab does not lead to ${selector}`);
}
