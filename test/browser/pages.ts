// Opens the built page in tests. A page that says an error, asks another origin than its own or is refused
// a file fails the test that opened it.

import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import {
  launchChromium,
  type OpenedPage,
  openIn,
  PAGE_FOLDER,
  type PageOptions,
} from "./chromium.ts";
import { serveFolder, type StaticServer } from "./static_server.ts";

export {
  type InPage,
  launchChromium,
  lookAt,
  openIn,
  PAGE_FOLDER,
  type PageOptions,
  waitForPlay,
} from "./chromium.ts";

/**
 * Once at the head of a test file: answers a function that opens pages. A page is closed behind the
 * test that opened it, which fails if anything went wrong in it.
 */
export function usePages(): (options?: PageOptions) => Promise<Page> {
  let browser: Browser;
  let server: StaticServer;
  let open: OpenedPage[] = [];
  beforeAll(async () => {
    server = serveFolder(PAGE_FOLDER);
    browser = await launchChromium();
  });
  afterEach(async () => {
    const problems = open.flatMap((one) => one.problems);
    const contexts = open.map(({ page }) => page.context());
    open = [];
    await Promise.all(contexts.map((context) => context.close()));
    expect(problems).toEqual([]);
  });
  afterAll(async () => {
    await browser.close();
    await server[Symbol.asyncDispose]();
  });
  return async (options) => {
    const opened = await openIn(browser, server, options);
    open.push(opened);
    return opened.page;
  };
}
