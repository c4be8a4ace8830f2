// Opens the built page in Chromium and watches what it says and asks; for the tests, the bench and the pictures.

import { type Browser, chromium, type Page } from "playwright-core";
import type { Door } from "../../web/app/door.ts";
import { ROOT } from "../lab/path.ts";
import type { StaticServer } from "./static_server.ts";

/** The built page. */
export const PAGE_FOLDER = Deno.env.get("VIPD_PAGE") || `${ROOT}/dist/web`;
/** The page's door, as code inside the page has it. */
export type InPage = { vipd: Door };

const CHROMIUM = "/usr/bin/chromium";
const ARGUMENTS = [
  // As root; the page is ours.
  "--no-sandbox",
  // Nothing of the browser's own may ask anybody.
  "--disable-background-networking",
  "--disable-component-update",
  "--no-first-run",
  // Letters look the same on every screen, and small in a picture.
  "--disable-lcd-text",
  "--font-render-hinting=none",
];
/** What one wait in a page may take, milliseconds. */
const WAIT_MS_MAX = 15_000;

/** How a page is opened. */
export interface PageOptions {
  /** Behind the address of the page: `#...`, `?...`. */
  suffix?: string;
  /** Another address than that of the built page. */
  url?: string;
  width?: number;
  height?: number;
  theme?: "light" | "dark";
  language?: "en" | "zh";
  /** The page begins paused, and nothing moves by itself. true when not given. */
  reducedMotion?: boolean;
  /** The browser keeps the page for when there is no network. */
  offline?: boolean;
  /** File of another core than the one that was built with the page. */
  core?: string;
  /** Origins that may be asked beside the page's own: `ws://127.0.0.1:8080`. */
  mayAsk?: readonly string[];
  /** Sayings of the console that are expected. */
  expected?: RegExp;
}

/** Starts Chromium, without a window. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
}

/** An open page. */
export interface OpenedPage {
  page: Page;
  /** What went wrong in it so far. */
  problems: string[];
  /** Addresses of everything that it asked for. */
  asked: string[];
}

/** Opens a page in a context of its own, with everything that it does watched. */
export async function openIn(
  browser: Browser,
  server: StaticServer,
  options: PageOptions = {},
): Promise<OpenedPage> {
  const { width = 1280, height = 800, theme = "light", language = "en" } = options;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    locale: language === "zh" ? "zh-CN" : "en-GB",
    reducedMotion: (options.reducedMotion ?? true) ? "reduce" : "no-preference",
    serviceWorkers: options.offline === true ? "allow" : "block",
    permissions: ["clipboard-read", "clipboard-write"],
  });
  const { core } = options;
  if (core !== undefined) {
    const answer = { contentType: "application/wasm", path: core };
    await context.route("**/core-*.wasm", (route) => route.fulfill(answer));
  }
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT_MS_MAX);
  const url = options.url ?? server.url;
  const opened: OpenedPage = { page, problems: [], asked: [] };
  watch(opened, [new URL(url).origin, ...options.mayAsk ?? []], options.expected);
  await page.goto(url + (options.suffix ?? ""));
  return opened;
}

function watch({ page, problems, asked }: OpenedPage, origins: string[], expected?: RegExp): void {
  page.on("console", (message) => {
    if (message.type() !== "error" || expected?.test(message.text())) return;
    problems.push(`console: ${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => problems.push(`error: ${error.stack ?? error.message}`));
  page.on("crash", () => problems.push("the page crashed"));
  const look = (url: string) => {
    asked.push(url);
    const isInside = /^(data|blob):/.test(url) || origins.includes(new URL(url).origin);
    if (!isInside) problems.push(`asked another origin: ${url}`);
  };
  page.on("request", (request) => look(request.url()));
  page.on("websocket", (socket) => look(socket.url()));
  page.on("response", (response) => {
    if (response.status() >= 400) problems.push(`HTTP ${response.status()}: ${response.url()}`);
  });
}

/** Waits until everything up to a time of the recording is known, microseconds; the end when none is given. */
export async function waitForPlay(page: Page, us?: number): Promise<void> {
  await page.waitForFunction((us) => {
    const door = (globalThis as Partial<InPage>).vipd;
    if (door === undefined) return false;
    const { isComplete, untilUs, cast } = door.recording();
    return cast.nodes.length > 0 && (isComplete || (us !== undefined && untilUs >= us));
  }, us);
}

/** Looks at another time of the recording, microseconds, and waits until it is drawn. */
export async function lookAt(page: Page, us: number): Promise<void> {
  await page.evaluate(async (us) => {
    (globalThis as unknown as InPage).vipd.jumpTo(us);
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    await frame();
    await frame();
  }, us);
}
