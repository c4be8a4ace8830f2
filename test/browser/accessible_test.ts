// Everybody can use the page: axe finds nothing serious in any view, in both themes, wide and narrow; every
// text is there in both languages; nothing is wider than a phone.

import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { lookAt, type PageOptions, usePages, waitForPlay } from "./pages.ts";

const openPage = usePages();

/** Node1 was killed by then, in the faulty views, microseconds. */
const LOOKED_US = 24_000_000;

/** Each view and panel of the page, by how one gets there. */
const VIEWS: Record<string, (page: Page) => Promise<void>> = {
  "cluster, details": async (page) => {
    await page.getByTestId("things").getByRole("button").first().evaluate((button) =>
      (button as HTMLElement).click()
    );
  },
  "cluster, faults": async (page) => {
    await side(page, "faults");
    await page.getByTestId("pick-node1").click();
  },
  "cluster, story": (page) => side(page, "story"),
  "keys": async (page) => {
    await page.getByTestId("help").click();
    await page.getByRole("dialog").waitFor();
  },
  "LVS": (page) => page.getByTestId("view-tab-balance").click(),
  "packets": async (page) => {
    await page.getByTestId("view-tab-inspector").click();
    await page.getByTestId("inspector-title").waitFor();
  },
};

const side = (page: Page, name: string) => page.getByTestId(`side-tab-${name}`).click();

async function openView(name: string, options: PageOptions): Promise<Page> {
  const page = await openPage(options);
  await waitForPlay(page);
  await lookAt(page, LOOKED_US);
  await VIEWS[name]!(page);
  await page.getByText(/^(Loading…|加载中…)$/).waitFor({ state: "detached" });
  return page;
}

/** What axe finds that keeps somebody out, a line each. */
async function faultsOf(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) =>
      `${id}: ${
        nodes.map(({ target, failureSummary }) => `${target}: ${failureSummary}`).join("\n")
      }`
    );
}

describe.each(Object.keys(VIEWS))("%s", (name) => {
  it("has no serious fault for axe, light and dark", async () => {
    const page = await openView(name, { theme: "light", height: 1000 });
    expect(await faultsOf(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: "dark" });
    await page.locator("html[data-theme=dark]").waitFor();
    // Colours are those of a drawn page.
    await lookAt(page, LOOKED_US);
    expect(await faultsOf(page)).toEqual([]);
  });

  it("speaks Chinese throughout", async () => {
    const page = await openView(name, {});
    const en = await wordsOf(page);
    await page.locator("[data-testid=language]").evaluate((element) => {
      const select = element as HTMLSelectElement;
      select.value = "zh";
      select.dispatchEvent(new Event("change", { bubbles: true }));
    });
    await page.locator("html[lang=zh]").waitFor();
    const zh = await wordsOf(page);
    expect(zh.filter((word) => /\{\w+\}|undefined|\[object/.test(word))).toEqual([]);
    // What controls are called: names and numbers are the same in both.
    const same = zh.filter((word) => en.includes(word) && !SAME.test(word));
    expect(same).toEqual([]);
  });
});

/** What is the same in both languages: names of things, states, numbers, units, words of keepalived. */
const SAME =
  /^(vipd|English|中文|LVS|Space|Home|End|Esc|kill -9|SIG\w+|[A-Z]|[^A-Za-z\u4e00-\u9fff]*|\[[0-9.]+\]:tcp:80|.*\b(node\d|VI_\d|chk_\w+|eno\d+)\b.*)$/;

/** Names of all controls and headings that are shown. */
async function wordsOf(page: Page): Promise<string[]> {
  return await page.evaluate(() => {
    const named = document.querySelectorAll(
      "button, h1, h2, h3, label > span, select, [role=tab], [role=img], [role=group], [aria-label]",
    );
    const words = [...named]
      .filter((element) => element.closest(".cm-editor, .problems, .packet-list") === null)
      .filter((element) => element.getClientRects().length > 0)
      .map((element) =>
        (element.getAttribute("aria-label") ??
          (element instanceof HTMLElement ? element.innerText : "")).trim()
      );
    return [...new Set(words.filter((word) => word !== "" && !word.includes("\n")))];
  });
}

describe("a phone", () => {
  it.each(Object.keys(VIEWS).filter((name) => !name.startsWith("cluster, ")))(
    "shows %s without scrolling sideways",
    async (name) => {
      const page = await openView(name, { width: 390, height: 844 });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(wide).toBeLessThanOrEqual(390);
    },
  );

  it("shows one of configuration, cluster and panels", async () => {
    const page = await openPage({ width: 390, height: 844 });
    await waitForPlay(page);
    await page.getByTestId("pane-tab-configuration").click();
    await page.getByTestId("editor").waitFor();
    await page.getByTestId("pane-tab-side").click();
    await side(page, "faults");
    await page.getByTestId("pick-node1").click();
    await page.getByTestId("do-kill").waitFor();
  });
});
