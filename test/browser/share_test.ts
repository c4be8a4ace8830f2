// Opening and sharing: samples, dropped files, links that mask secrets, files to save.

import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { type InPage, usePages, waitForPlay } from "./pages.ts";

const S = 1_000_000;
const openPage = usePages();

async function openShare(page: Page): Promise<void> {
  await page.getByTestId("share-open").click();
  await page.getByTestId("command").waitFor();
}

/** The link that the dialog shows. */
async function linkOf(page: Page): Promise<string> {
  const field = page.getByTestId("share-link");
  await page.waitForFunction(() =>
    document.querySelector<HTMLInputElement>("[data-testid=share-link]")!.value !== ""
  );
  return await field.inputValue();
}

const digestOf = (page: Page) =>
  page.evaluate(() => (globalThis as unknown as InPage).vipd.digest());
const confOf = (page: Page) =>
  page.getByTestId("editor").locator(".cm-content").evaluate((content) => content.textContent);

/** Drops files on the page. */
async function drop(page: Page, files: Record<string, string>): Promise<void> {
  await page.evaluate((files) => {
    const dataTransfer = new DataTransfer();
    for (const [name, text] of Object.entries(files)) {
      dataTransfer.items.add(new File([text], name));
    }
    const target = document.querySelector("main")!;
    const options = { bubbles: true, cancelable: true, dataTransfer };
    target.dispatchEvent(new DragEvent("dragover", options));
    target.dispatchEvent(new DragEvent("drop", options));
  }, files);
}

const conf = (router: string, priority: number, pass = "s3cret") =>
  `global_defs {
    router_id ${router}
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority ${priority}
    authentication {
        auth_type PASS
        auth_pass ${pass}
    }
    virtual_ipaddress {
        192.0.2.1/24
    }
}
`;

describe("opening", () => {
  it("plays a sample, and puts back what was there", async () => {
    const page = await openPage();
    await waitForPlay(page);
    const digest = await digestOf(page);
    await openShare(page);
    await page.getByTestId("sample").selectOption("02-kill-master");
    await page.getByTestId("open-sample").click();
    await page.getByTestId("share-notice").getByText("Kill the master opened.").waitFor();
    await waitForPlay(page);
    const { name } = await page.evaluate(() => (globalThis as unknown as InPage).vipd.scenario()!);
    expect(name).toBe("kill the master");
    await openShare(page);
    await page.getByTestId("put-back").click();
    await waitForPlay(page);
    expect(await digestOf(page)).toBe(digest);
  });

  it("takes dropped configurations with their scenario, and says what it cannot take", async () => {
    const page = await openPage();
    await waitForPlay(page, S);
    await page.getByTestId("editor").locator(".cm-content").waitFor();
    const scenario = `// one\n{ "name": "dropped", "duration": 30, "steps": [
      { "at": 9, "do": "kill", "node": "left" } ] }`;
    await drop(page, {
      "left.conf": conf("left", 100),
      "right.conf": conf("right", 90),
      "s.jsonc": scenario,
    });
    await page.getByTestId("file-right").waitFor();
    await waitForPlay(page);
    const recording = await page.evaluate(() => {
      const { cast, problem, endUs } = (globalThis as unknown as InPage).vipd.recording();
      return { nodes: cast.nodes.map(({ name }) => name), problem, endUs };
    });
    expect(recording).toEqual({ nodes: ["left", "right"], problem: "", endUs: 30 * S });

    await drop(page, { "x.bin": "\0" });
    await page.getByRole("alert").getByText("x.bin is no configuration").waitFor();
    await drop(page, { "s.jsonc": "{ 1" });
    await page.getByRole("alert").getByText(/s\.jsonc:1:3/).waitFor();
    expect(await confOf(page)).toContain("router_id left");
  });
});

describe("a link", () => {
  it("carries the play with its secrets masked, and with them when asked for", async () => {
    const page = await openPage();
    await waitForPlay(page);
    await openShare(page);
    const masked = await linkOf(page);
    await page.getByText("2 different secrets are masked").waitFor();
    await page.getByTestId("with-secrets").check();
    await page.waitForFunction((masked) => {
      const { value } = document.querySelector<HTMLInputElement>("[data-testid=share-link]")!;
      return value !== "" && value !== masked;
    }, masked);
    const whole = await linkOf(page);
    await page.getByTestId("copy-link").click();
    await page.getByText("Copied.").waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(whole);
    const digest = await digestOf(page);

    const other = await openPage({ url: masked });
    await waitForPlay(other);
    await other.getByTestId("editor").locator(".cm-content").waitFor();
    expect(await confOf(other)).toContain("auth_pass mask1");
    expect(await confOf(other)).not.toContain("pBkfC1");
    const same = await openPage({ url: whole });
    await waitForPlay(same);
    await same.getByTestId("editor").locator(".cm-content").waitFor();
    expect(await confOf(same)).toContain("auth_pass pBkfC1ax");
    expect(await digestOf(same)).toBe(digest);
  });

  it("that is broken is said to be, and the page opens as ever", async () => {
    const page = await openPage({ suffix: "#play=1.abc.AAAA" });
    await page.getByRole("alert").getByText("The link is damaged").waitFor();
    await waitForPlay(page, S);
  });

  it("gives files and a command that play the same", async () => {
    const page = await openPage();
    await waitForPlay(page);
    await openShare(page);
    expect(await page.getByTestId("command").innerText())
      .toBe("vipd simulate node1.conf node2.conf --scenario scenario.jsonc --seed 1");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByTestId("save-scenario.jsonc").click(),
    ]);
    expect(download.suggestedFilename()).toBe("scenario.jsonc");
    const text = await Deno.readTextFile(await download.path());
    expect(JSON.parse(text)).toMatchObject({ name: "by hand", duration: 600 });
  });
});
