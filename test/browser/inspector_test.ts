// The packet inspector in the built page: packets of the play, pasted ones, a capture; fields and bytes that
// point at each other; checksums; comparison; taking packets out.

import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { readPcap } from "../../host/sim/pcap/pcap.ts";
import { readGolden } from "../golden/golden.ts";
import { ROOT } from "../lab/path.ts";
import { type InPage, lookAt, usePages, waitForPlay } from "./pages.ts";

const openPage = usePages();
const CAPTURE = `${ROOT}/test/golden/takeovers.pcap`;
const at = (id: string) => `[data-testid="inspector-${id}"]`;
/** The reference deployment has masters by then, microseconds. */
const SETTLED_US = 20_000_000;

const hexOf = (bytes: Uint8Array) =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");

async function openInspector(page: Page): Promise<void> {
  await page.click('[data-testid="view-tab-inspector"]');
  await page.waitForSelector(at("title"));
}

async function paste(page: Page, text: string): Promise<void> {
  await page.click(at("open-button"));
  await page.fill(at("paste"), text);
  await page.click(at("inspect"));
  await page.waitForSelector(at("open"), { state: "hidden" });
}

/** The bytes that are lit up, as they are written. */
const litBytes = (page: Page) => page.locator(".hex-byte.lit").allTextContents();
const pickedField = (page: Page) =>
  page.locator('.field[aria-selected="true"]').getAttribute("data-field");

describe("the packet inspector", () => {
  it("shows the last packet before the playhead, every field of it with its bytes", async () => {
    const page = await openPage();
    await waitForPlay(page, SETTLED_US);
    await lookAt(page, SETTLED_US);
    await openInspector(page);
    expect(await page.textContent(at("title"))).toMatch(
      /^(advert|announcement) of \S+ at 1[0-9]\./,
    );
    expect(await page.textContent(at("verdict"))).toContain("Nothing wrong");
    await page.selectOption(at("filter"), "advert");
    await page.locator('.packet-row[role="option"]').first().click();
    await page.click('[data-field="vrrp.priority"]');
    const value = await page.textContent('[data-field="vrrp.priority"] .field-value');
    expect(await litBytes(page)).toEqual([Number(value).toString(16).padStart(2, "0")]);
    expect(await page.getAttribute(at("source"), "href"))
      .toBe("https://www.rfc-editor.org/rfc/rfc3768.html#section-5.3.4");
  });

  it("follows the time where that is asked for, until a packet is picked", async () => {
    const page = await openPage();
    await waitForPlay(page, 2 * SETTLED_US);
    await lookAt(page, SETTLED_US);
    await openInspector(page);
    const before = await page.textContent(at("title"));
    await lookAt(page, 2 * SETTLED_US);
    expect(await page.textContent(at("title"))).toBe(before);
    await page.click(at("follow"));
    expect(await page.textContent(at("title"))).toMatch(/ at 39\./);
    await lookAt(page, SETTLED_US);
    expect(await page.textContent(at("title"))).toBe(before);
    await page.focus(at("packets"));
    await page.keyboard.press("Home");
    expect(await page.getAttribute(at("follow"), "aria-pressed")).toBe("false");
  });

  it("is walked through with the arrows, by fields and by bytes", async () => {
    const page = await openPage();
    await openInspector(page);
    await paste(page, hexOf(readGolden("vrrp3_ipv6").bytes));
    await page.focus(at("fields"));
    await page.keyboard.press("Home");
    expect(await pickedField(page)).toBe("ethernet.destination");
    expect((await litBytes(page)).join("")).toBe("333300000012");
    await page.keyboard.press("ArrowDown");
    expect(await pickedField(page)).toBe("ethernet.source");
    await page.locator('.hex-byte[tabindex="0"]').focus();
    for (let i = 0; i < 6; i++) await page.keyboard.press("ArrowRight");
    expect(await pickedField(page)).toBe("ethernet.type");
    expect((await litBytes(page)).join("")).toBe("86dd");
    await page.keyboard.press("PageDown");
    expect(await pickedField(page)).toBe("vrrp.addresses");
  });

  it("says of a wrong checksum which is right, and of text what is no hex", async () => {
    const page = await openPage();
    await openInspector(page);
    const { bytes } = readGolden("vrrp2_pass");
    const damaged = bytes.slice();
    damaged[36] = 90;
    await paste(page, hexOf(damaged));
    expect(await page.textContent(at("verdict"))).toContain("Problems: 1");
    await page.click('[data-field="vrrp.checksum"]');
    expect(await page.textContent(at("checksum"))).toContain("0x9e19");
    await page.click(at("open-button"));
    await page.fill(at("paste"), "45 00 0g");
    await page.click(at("inspect"));
    expect(await page.textContent('[data-testid="inspector-open"] [role="alert"]'))
      .toContain("“0g” is not hexadecimal");
  });

  it("reads a capture that is dropped, compares its packets and plays it", async () => {
    const page = await openPage();
    await openInspector(page);
    const base64 = btoa(String.fromCharCode(...await Deno.readFile(CAPTURE)));
    const transfer = await page.evaluateHandle((base64) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const data = new DataTransfer();
      data.items.add(new File([bytes], "takeovers.pcap"));
      return data;
    }, base64);
    await page.dispatchEvent('[data-testid="inspector"]', "drop", { dataTransfer: transfer });
    await page.waitForFunction(
      (title) => document.querySelector(title)?.textContent === "packet 1 of takeovers.pcap",
      at("title"),
    );
    await page.focus(at("packets"));
    await page.keyboard.press("End");
    await page.selectOption(at("compare"), "previous");
    expect(await page.textContent(at("differences"))).toMatch(/packet \d+ of takeovers.pcap/);
    expect(await page.locator(".field-other").count()).toBeGreaterThan(0);
    await page.click(at("play"));
    await page.waitForFunction(() =>
      (globalThis as unknown as InPage).vipd.recording().source === "capture"
    );
  });

  it("gives packets away as hex and as a capture", async () => {
    const page = await openPage();
    await openInspector(page);
    const { bytes } = readGolden("arp_gratuitous");
    await paste(page, hexOf(bytes));
    await page.click(at("copy"));
    await page.waitForFunction(() =>
      document.querySelector('[data-testid="announcement"]')?.textContent?.includes("42 bytes")
    );
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied.replaceAll("\n", " ")).toBe(hexOf(bytes));
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.click(at("download")),
    ]);
    const saved = readPcap(await Deno.readFile(await download.path()));
    expect(saved.packets.map((packet) => [...packet.bytes])).toEqual([[...bytes]]);
  });

  it("fits a phone, in Chinese and in the dark", async () => {
    const page = await openPage({ width: 390, height: 844, language: "zh", theme: "dark" });
    await openInspector(page);
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(wider).toBeLessThanOrEqual(0);
    expect(await page.textContent(at("verdict"))).toContain("没有问题");
  });
});
