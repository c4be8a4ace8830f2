// The page stands by itself: it asks nobody but the server that it came from, runs under its own policy from
// any path, opens without a network once it was seen, tells of a new build, and stays small.

import { describe, expect, it } from "vitest";
import { ROOT } from "../lab/path.ts";
import { run } from "../lab/process.ts";
import { launchChromium, openIn, PAGE_FOLDER, usePages, waitForPlay } from "./pages.ts";
import { serveFolder } from "./static_server.ts";

/** The whole page, every view of it, compressed, bytes. */
const GZIP_MAX = 400_000;
const S = 1_000_000;

const openPage = usePages();

describe("the built page", () => {
  it("runs no script but its own", async () => {
    const page = await openPage({ expected: /Content Security Policy/ });
    await waitForPlay(page, S);
    const html = await Deno.readTextFile(`${PAGE_FOLDER}/index.html`);
    expect(html).toContain(
      `<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; script-src`,
    );
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>|\son\w+=/);
    expect(html).not.toMatch(/(?:src|href)="(?:https?:|\/)/);
    const refused = await page.evaluate(async () => {
      const violation = new Promise<string>((resolve) =>
        document.addEventListener(
          "securitypolicyviolation",
          ({ effectiveDirective }) => resolve(effectiveDirective),
        )
      );
      document.head.append(Object.assign(document.createElement("script"), { text: "0" }));
      return await violation;
    });
    expect(refused).toBe("script-src-elem");
  });

  it("is small enough", () => {
    // Examples are fetched when somebody opens one.
    const files = filesOf(PAGE_FOLDER).filter((file) =>
      !/licenses\.txt$|\.(conf|jsonc)$/.test(file)
    );
    const sent = files.filter((file) => !file.endsWith(".gz"))
      .map((file) => files.includes(`${file}.gz`) ? `${file}.gz` : file);
    const bytes = sent.reduce((sum, file) => sum + Deno.statSync(file).size, 0);
    console.log(`the page is ${(bytes / 1000).toFixed(0)} kB compressed, ${sent.length} files`);
    expect(sent.length).toBeGreaterThan(5);
    expect(bytes).toBeLessThan(GZIP_MAX);
  });

  it("holds no path of the machine that built it", async () => {
    const { code } = await run(["grep", "-rlF", ROOT, PAGE_FOLDER], { check: false });
    expect(code).toBe(1);
  });
});

function filesOf(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
    isDirectory ? filesOf(`${folder}/${name}`) : [`${folder}/${name}`]
  );
}

describe("without a network", () => {
  it("opens, plays and shows every view, once it was seen", async () => {
    await using browser = await launchChromium();
    const server = serveFolder(PAGE_FOLDER);
    const { page } = await openIn(browser, server, { offline: true });
    await waitForPlay(page, S);
    await page.evaluate(async () => void await navigator.serviceWorker.ready);
    await server[Symbol.asyncDispose]();
    await expect(fetch(server.url)).rejects.toThrow();
    await page.reload();
    await waitForPlay(page, 10 * S);
    await page.getByTestId("editor").locator(".cm-content").waitFor();
    await page.getByTestId("view-tab-inspector").click();
    await page.getByTestId("inspector-title").waitFor();
    await page.getByTestId("view-tab-balance").click();
    await page.getByTestId("view-balance").waitFor();
  });

  it("another build is told of, and loaded when asked for", async () => {
    const folder = await Deno.makeTempDir({ prefix: "vipd-page-" });
    await run(["cp", "-r", `${PAGE_FOLDER}/.`, folder]);
    await using server = serveFolder(folder);
    await using browser = await launchChromium();
    const { page, problems } = await openIn(browser, server, { offline: true });
    await page.evaluate(async () => void await navigator.serviceWorker.ready);
    const index = `${folder}/index.html`;
    const html = await Deno.readTextFile(index);
    await Deno.writeTextFile(index, html.replace("<body>", '<body data-build="next">'));
    const script = `${folder}/service_worker.js`;
    const worker = await Deno.readTextFile(script);
    await Deno.writeTextFile(script, worker.replace(/"[0-9a-f]{16}"/, '"00112233aabbccdd"'));
    await page.evaluate(async () => {
      const registration = await navigator.serviceWorker.ready;
      await registration.update();
    });
    await page.getByTestId("new-build").getByRole("button").click();
    await page.locator("body[data-build=next]").waitFor();
    await waitForPlay(page, S);
    const caches = await page.evaluate(() => globalThis.caches.keys());
    expect(caches).toHaveLength(1);
    expect(caches[0]).toContain("00112233aabbccdd");
    expect(problems).toEqual([]);
    await Deno.remove(folder, { recursive: true });
  });
});
