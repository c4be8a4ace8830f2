// The page plays what `vipd simulate` plays: as it was built, in a browser, it gives the same digest and the
// same transitions, with times and reasons, for the same configurations, scenario and seed. (That the
// command plays what daemons do is test/interop/simulation_agreement_test.ts.)

import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import type { Scenario } from "../../host/sim/scenario/scenario.ts";
import { readScenario } from "../../host/sim/scenario/scenario_text.ts";
import { ROOT } from "../lab/path.ts";
import { type InPage, usePages, waitForPlay } from "./pages.ts";
import { storyOfCommand, storyOfPage } from "./transitions.ts";

const openPage = usePages();

/** Files of examples/scenarios, and seeds. */
const PLAYS: [string, number][] = [
  ["01-start-order", 1],
  ["02-kill-master", 1],
  ["02-kill-master", 4711],
  ["06-one-way-cut", 2],
  ["08-maintenance-file", 3],
  ["10-flapping-script", 5],
  ["15-real-servers-down", 6],
  ["16-reload-priority", 8],
  ["17-lossy-wire", 7],
  ["17-lossy-wire", 4_294_967_295],
];

const fileOf = (name: string) => `${ROOT}/examples/scenarios/${name}.jsonc`;

async function scenarioOf(name: string): Promise<Scenario> {
  const text = await Deno.readTextFile(fileOf(name));
  const { scenario, problems } = readScenario(text, { resolveConfig: null });
  if (scenario === null) throw new Error(`${name}: ${problems[0]!.message}`);
  return scenario;
}

async function playInPage(page: Page, scenario: Scenario, seed: number): Promise<void> {
  await page.evaluate(([scenario, seed]) => {
    const { vipd } = globalThis as unknown as InPage;
    vipd.playSeed(seed);
    vipd.playScenario(scenario);
  }, [scenario, seed] as const);
  await waitForPlay(page);
}

describe("the page and vipd simulate", () => {
  it("play the same", async () => {
    const page = await openPage();
    await waitForPlay(page, 0);
    const digests = new Set<string>();
    for (const [name, seed] of PLAYS) {
      await playInPage(page, await scenarioOf(name), seed);
      const [here, there] = [await storyOfPage(page), await storyOfCommand(fileOf(name), seed)];
      expect(here, `${name}, seed ${seed}`).toEqual(there);
      expect(here.transitions.length).toBeGreaterThan(4);
      digests.add(here.digest);
    }
    expect(digests.size).toBe(PLAYS.length);
  });
});
