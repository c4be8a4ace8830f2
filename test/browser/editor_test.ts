// The editor: our own colours, completion and help by block, mends, tabs with their own undo, the way out by keyboard.

import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { usePages, waitForPlay } from "./pages.ts";

const S = 1_000_000;
const openPage = usePages();

async function openEditor(options?: Parameters<typeof openPage>[0]): Promise<Page> {
  const page = await openPage(options);
  await waitForPlay(page, S);
  await page.getByTestId("editor").locator(".cm-content").waitFor();
  return page;
}

/** What the editor shows, as far as it is drawn. */
const textOf = (page: Page) =>
  page.getByTestId("editor").locator(".cm-content").evaluate((content) =>
    [...content.querySelectorAll(".cm-line")].map((line) => line.textContent).join("\n")
  );

/** Replaces the whole text with the keyboard. */
async function write(page: Page, text: string): Promise<void> {
  await page.getByTestId("editor").locator(".cm-content").click();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(text);
}

describe("the editor", () => {
  it("completes keywords of the block, their values, and writes blocks whole", async () => {
    const page = await openEditor();
    await write(page, "vrrp_instance VI_9 {\n    \n}\n");
    await page.keyboard.press("Control+Home");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("End");
    await page.keyboard.type("sta");
    const list = page.locator(".cm-tooltip-autocomplete");
    await list.getByRole("option").first().waitFor();
    expect(await list.locator("[aria-selected]").innerText()).toMatch(/^state\s/);
    expect(await page.locator(".cm-completionInfo").innerText()).toContain("default: BACKUP");
    // CodeMirror takes no choice in the first moments of a list, so that nobody picks by mistake.
    await page.waitForTimeout(150);
    await page.keyboard.press("Enter");
    await list.getByRole("option", { name: "MASTER" }).waitFor();
    await page.waitForTimeout(150);
    await page.keyboard.press("Enter");
    expect(await textOf(page)).toContain("    state MASTER");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Enter");
    await page.keyboard.type("track_scr");
    await list.getByRole("option", { name: /^track_script/ }).waitFor();
    await page.waitForTimeout(150);
    await page.keyboard.press("Enter");
    expect(await textOf(page)).toContain("    track_script {\n        \n    }");
  });

  it("says what a keyword means, and mends what is misspelt", async () => {
    const page = await openEditor();
    await write(page, "vrrp_instance VI_9 {\n    prioritty 90\n}\n");
    const problem = page.getByTestId("problems").locator("li", { hasText: "prioritty" });
    await problem.getByRole("button", { name: "Mend it: priority" }).click();
    await page.waitForFunction(() =>
      document.querySelector(".cm-content")?.textContent?.includes("    priority 90") === true
    );
    await page.locator(".conf-keyword", { hasText: "priority" }).click();
    expect(await page.getByTestId("cursor-help").innerText()).toContain("range: 1 to 255");
    await page.locator(".conf-keyword", { hasText: "priority" }).hover();
    await page.locator(".conf-help").waitFor();
  });

  it("formats, and takes that back", async () => {
    const page = await openEditor();
    await write(page, 'vrrp_script a {\nscript "/bin/true"\n}\n');
    const before = await textOf(page);
    await page.keyboard.press("Shift+Alt+f");
    expect(await textOf(page)).toBe('vrrp_script a {\n    script "/bin/true"\n}\n');
    await page.keyboard.press("Control+z");
    expect(await textOf(page)).toBe(before);
  });

  it("keeps a tab's undo, adds, renames and closes tabs", async () => {
    const page = await openEditor();
    const firstLine = async () => (await textOf(page)).split("\n")[0];
    const first = await firstLine();
    await page.getByTestId("editor").locator(".cm-content").click();
    await page.keyboard.press("Control+Home");
    await page.keyboard.type("# mine ");
    await page.getByTestId("file-node2").click();
    expect(await textOf(page)).not.toContain("# mine");
    await page.getByTestId("file-node1").press("ArrowRight");
    await page.getByTestId("file-node2").press("Home");
    expect(await textOf(page)).toContain("# mine");
    await page.getByTestId("editor").locator(".cm-content").focus();
    await page.keyboard.press("Control+z");
    await page.waitForFunction(() =>
      document.querySelector(".cm-content")?.textContent?.includes("# mine") === false
    );
    expect(await firstLine()).toBe(first);

    await page.getByTestId("add-node").click();
    await page.getByTestId("file-node3").waitFor();
    await page.getByTestId("rename-node").click();
    await page.getByTestId("node-name").fill("node2");
    await page.getByText("Another node has this name.").waitFor();
    await page.getByTestId("node-name").fill("backup");
    await page.keyboard.press("Enter");
    await page.getByTestId("file-backup").waitFor();
    await page.getByTestId("close-node").click();
    expect(await page.getByTestId("file-backup").count()).toBe(0);
    expect(await page.getByTestId("editor").locator(".cm-content").count()).toBe(1);
  });

  it("is left with Escape and Tab, and speaks the language of the page", async () => {
    const page = await openEditor({ language: "zh" });
    const content = page.getByTestId("editor").locator(".cm-content");
    expect(await content.getAttribute("aria-label")).toBe("node1 的 keepalived.conf");
    await content.focus();
    await page.keyboard.press("Escape");
    await page.keyboard.press("Tab");
    expect(await content.evaluate((element) => element.contains(document.activeElement)))
      .toBe(false);
  });
});
