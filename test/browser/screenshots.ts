// Takes the pictures of docs/images. See test/browser/screenshots.

import type { Browser, Locator, Page } from "playwright-core";
import { readScenario } from "../../host/sim/scenario/scenario_text.ts";
import { ROOT } from "../lab/path.ts";
import {
  type InPage,
  launchChromium,
  lookAt,
  openIn,
  PAGE_FOLDER,
  waitForPlay,
} from "./chromium.ts";
import { repackPng } from "./png.ts";
import { serveFolder, type StaticServer } from "./static_server.ts";

const IMAGES = `${ROOT}/docs/images`;
const BYTES_MAX = 200_000;
const S = 1_000_000;

/** One picture. */
interface Picture {
  name: string;
  theme: "light" | "dark";
  width: number;
  height: number;
  /** A file of examples/scenarios. */
  scenario: string;
  /** What is looked at, microseconds. */
  us: number;
  /** Leads to what is shown; answers what of the page is taken, null: all of it. */
  show(page: Page): Promise<Locator | null>;
}

/** Node2 says nothing yet, and the kernel of the dead node1 still has its address. */
const KILLED = { scenario: "02-kill-master", us: 22.5 * S };
/** Node2 has taken over and its announcements are under way. */
const TAKEN = { scenario: "02-kill-master", us: 23_207_190 };
const WIDE = { width: 1280, height: 800 };

const PICTURES: readonly Picture[] = [
  { name: "page", theme: "light", ...WIDE, ...KILLED, show: wholePage },
  { name: "page-dark", theme: "dark", ...WIDE, ...KILLED, show: wholePage },
  {
    name: "topology",
    theme: "light",
    ...{ width: 1440, height: 960 },
    ...TAKEN,
    show: (page) => Promise.resolve(page.locator("section.topology")),
  },
  {
    name: "lanes",
    theme: "light",
    ...{ width: 1440, height: 1100 },
    ...TAKEN,
    show: (page) => Promise.resolve(page.locator("section.lanes")),
  },
  { name: "inspector", theme: "light", ...WIDE, ...TAKEN, show: inspector },
  { name: "lvs", theme: "dark", ...WIDE, scenario: "21-requests", us: 30 * S, show: balance },
];

async function wholePage(page: Page): Promise<null> {
  await page.getByTestId("side-tab-story").click();
  return null;
}

async function inspector(page: Page): Promise<Locator> {
  await page.getByTestId("view-tab-inspector").click();
  await page.getByTestId("inspector-title").waitFor();
  await page.getByTestId("inspector-filter").selectOption("advert");
  await page.locator('.packet-row[role="option"]').last().click();
  await page.locator('[data-field="vrrp.priority"]').click();
  return page.getByTestId("inspector");
}

async function balance(page: Page): Promise<Locator> {
  await page.getByTestId("view-tab-balance").click();
  await page.getByText(/^Loading…$/).waitFor({ state: "detached" });
  // The traffic is computed in a thread of its own; it is there when the picture stands still.
  const view = page.getByTestId("view-balance");
  let before = "";
  for (let now = await view.innerText(); now !== before; now = await view.innerText()) {
    before = now;
    await page.waitForTimeout(1000);
  }
  return view;
}

async function take(browser: Browser, server: StaticServer, picture: Picture): Promise<void> {
  const { name, theme, width, height, scenario: file, us, show } = picture;
  const { page, problems } = await openIn(browser, server, { theme, width, height });
  await waitForPlay(page, 0);
  const text = await Deno.readTextFile(`${ROOT}/examples/scenarios/${file}.jsonc`);
  const { scenario } = readScenario(text, { resolveConfig: null });
  await page.evaluate((scenario) => {
    (globalThis as unknown as InPage).vipd.playScenario(scenario);
  }, scenario);
  await waitForPlay(page);
  await page.locator(".cm-content").waitFor();
  await lookAt(page, us);
  const part = await show(page);
  await lookAt(page, us);
  // The pointer rests where nothing lights up under it.
  await page.mouse.move(0, 0);
  const path = `${IMAGES}/${name}.png`;
  const taken = await (part ?? page).screenshot({ animations: "disabled", caret: "hide" });
  const bytes = repackPng(new Uint8Array(taken));
  await Deno.writeFile(path, bytes);
  await page.context().close();
  if (problems.length > 0) throw new Error(`${name}: ${problems.join("; ")}`);
  if (bytes.length > BYTES_MAX) throw new Error(`${path}: ${bytes.length} bytes are too many`);
  console.log(`${path.slice(ROOT.length + 1)}  ${Math.round(bytes.length / 1000)} kB`);
}

async function main(): Promise<void> {
  const unknown = Deno.args.find((word) => !PICTURES.some(({ name }) => name === word));
  if (unknown !== undefined) {
    throw new Error(
      `no picture ${unknown}; there are ${PICTURES.map(({ name }) => name).join(", ")}`,
    );
  }
  await Deno.mkdir(IMAGES, { recursive: true });
  await using server = serveFolder(PAGE_FOLDER);
  await using browser = await launchChromium();
  for (const picture of PICTURES) {
    if (Deno.args.length > 0 && !Deno.args.includes(picture.name)) continue;
    await take(browser, server, picture);
  }
}

await main();
