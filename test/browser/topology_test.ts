// The picture of the cluster in the built page: pointing, menus, what must not be overlooked, and the faults
// that take more than a button.

import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import type { Action, Scenario } from "../../host/sim/scenario/scenario.ts";
import { type InPage, lookAt, usePages, waitForPlay } from "./pages.ts";

const openPage = usePages();

const S = 1_000_000;
/** The reference deployment has masters by then, and an advert has just left node1. */
const SETTLED_US = 20 * S;

const things = (page: Page) => page.getByTestId("things").getByRole("button");
const steps = (page: Page): Promise<Action[]> =>
  page.evaluate(() =>
    (globalThis as unknown as InPage).vipd.scenario()?.steps.map(({ action }) => action) ?? []
  );

async function openSettled(): Promise<Page> {
  const page = await openPage();
  await waitForPlay(page);
  await lookAt(page, SETTLED_US);
  return page;
}

/** Presses an arrow key until the list's focus is on a thing. */
async function goTo(page: Page, name: RegExp, key: string): Promise<void> {
  for (let i = 0; i < 20; i++) {
    const text = await page.evaluate(() => document.activeElement?.textContent ?? "");
    if (name.test(text)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${key} does not lead to ${name}`);
}

describe("a thing of the picture", () => {
  it("opens what can be done to it, and does it", async () => {
    const page = await openSettled();
    await page.getByTestId("topology").click({ position: { x: 100, y: 24 } });
    const menu = page.getByTestId("thing-menu");
    await menu.getByTestId("menu-pause").click();
    await menu.waitFor({ state: "detached" });
    await waitForPlay(page);
    expect(await steps(page)).toEqual([{ do: "pause", node: "node1" }]);
    expect(await page.getByTestId("announcement").innerText()).toContain("node1: ");
    await lookAt(page, SETTLED_US + S);
    expect(await things(page).first().innerText()).toContain("node1: SIGSTOP");
    await page.getByTestId("topology").click({ position: { x: 100, y: 24 } });
    await menu.getByTestId("menu-resume").waitFor();
    expect(await menu.getByTestId("menu-shutdown").getAttribute("aria-disabled")).toBe("true");
    await page.keyboard.press("Escape");
    await menu.waitFor({ state: "detached" });
  });

  it("is reached, opened and failed from the keyboard", async () => {
    const page = await openSettled();
    await things(page).first().focus();
    await goTo(page, /^node2/, "ArrowRight");
    await goTo(page, /^cable .* of node2/, "ArrowDown");
    await page.keyboard.press("Enter");
    await page.getByTestId("menu-unplug").and(page.locator(":focus")).waitFor();
    await page.keyboard.press("Enter");
    await waitForPlay(page);
    expect(await steps(page)).toMatchObject([{ do: "unplug", node: "node2" }]);
    await lookAt(page, SETTLED_US + S);
    await goTo(page, /^cable .* of node2: pulled/, "ArrowDown");
    expect(await things(page).filter({ hasText: "node2: running" }).innerText()).toContain("FAULT");
  });

  it("may be a packet, whose bytes are then shown", async () => {
    const page = await openSettled();
    const advert = things(page).filter({ hasText: /^advert of VI_/ }).first();
    for (let i = 0; i < 40 && await advert.count() === 0; i++) {
      await lookAt(page, SETTLED_US + i * 50_000);
      await page.waitForTimeout(120);
    }
    await advert.evaluate((button) => (button as HTMLElement).click());
    await page.getByTestId("show-packet").click();
    await page.getByTestId("inspector-title").waitFor();
  });
});

describe("two machines with one address", () => {
  it("cannot be overlooked", async () => {
    const page = await openSettled();
    const split: Scenario = {
      name: "split",
      description: "",
      durationUs: 60 * S,
      wire: { latencyUs: 50, jitterUs: 0, loss: 0, duplicate: 0, reorder: 0 },
      machines: {},
      scripts: [],
      steps: [
        { atUs: 20 * S, action: { do: "partition", sets: [["node1"], ["node2"]] } },
        { atUs: 40 * S, action: { do: "heal" } },
      ],
    };
    await page.evaluate(
      (split) => (globalThis as unknown as InPage).vipd.playScenario(split),
      split,
    );
    await waitForPlay(page);
    await lookAt(page, 30 * S);
    const alarms = page.getByTestId("alarms");
    await alarms.getByText("172.18.200.6 is held by node1, node2").waitFor();
    expect(await alarms.innerText()).toMatch(/VI_1 has two MASTERs/);
    await lookAt(page, 50 * S);
    await alarms.getByRole("listitem").first().waitFor({ state: "detached" });
  });
});

describe("a fault by hand", () => {
  async function openFaults(): Promise<Page> {
    const page = await openSettled();
    await page.getByTestId("side-tab-faults").click();
    await page.getByTestId("pick-node1").click();
    return page;
  }

  it("is a worse wire, which is healed again", async () => {
    const page = await openFaults();
    const heal = page.getByTestId("do-heal");
    expect(await heal.isDisabled()).toBe(true);
    await page.locator(".faults summary").click();
    await page.getByRole("button", { name: "degrade it" }).click();
    await waitForPlay(page);
    expect(await steps(page)).toMatchObject([{
      do: "wire",
      node: "node1",
      quality: { loss: 0.3 },
    }]);
    await lookAt(page, SETTLED_US + S);
    await things(page).filter({ hasText: /^cable .* of node1: in, loses 30 %/ }).waitFor({
      state: "attached",
    });
    await heal.click();
    await waitForPlay(page);
    expect((await steps(page)).map((step) => step.do)).toEqual(["wire", "heal"]);
  });

  it("is a reload with one other value, which is judged first", async () => {
    const page = await openFaults();
    const [value, set] = [page.getByTestId("reload-value"), page.getByTestId("reload-set")];
    await value.fill("300");
    expect(await set.isDisabled()).toBe(true);
    await value.fill("50");
    await set.click();
    await waitForPlay(page);
    await lookAt(page, SETTLED_US + 10 * S);
    await things(page).filter({ hasText: /^node1: .*VI_1 BACKUP 55/ }).waitFor({
      state: "attached",
    });
  });

  it("is taken out, put back, and saved with the others", async () => {
    const page = await openFaults();
    await page.getByTestId("do-freeze").click();
    await waitForPlay(page);
    await page.getByTestId("steps").getByRole("button").last().click();
    expect(await steps(page)).toEqual([]);
    await page.getByTestId("put-back").click();
    await waitForPlay(page);
    expect(await steps(page)).toEqual([{ do: "freeze", node: "node1" }]);
    await page.getByTestId("save-scenario").click();
    await page.getByTestId("save-scenario.jsonc").waitFor();
  });
});
