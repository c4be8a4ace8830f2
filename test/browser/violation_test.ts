// The invariants run along: a core with a deliberate fault stops the clock where it shows.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compileCore } from "../sim/compile_core.ts";
import { MUTANTS } from "../sim/mutants.ts";
import { type InPage, usePages, waitForPlay } from "./pages.ts";

const openPage = usePages();

/** The name of a mutant, and of the invariant that it violates in the reference deployment. */
const FAULT = "down timer not restarted";
const INVARIANT = "takeover_on_time";

describe("a violated invariant", () => {
  let folder: string;
  let core: string;
  beforeAll(async () => {
    folder = await Deno.makeTempDir({ prefix: "vipd-core-" });
    core = `${folder}/core.wasm`;
    const mutant = MUTANTS.find(({ name }) => name === FAULT)!;
    await Deno.writeFile(core, await compileCore(mutant));
  });
  afterAll(() => Deno.remove(folder, { recursive: true }));

  it("stops the clock with its explanation", async () => {
    const page = await openPage({ core });
    await waitForPlay(page);
    const violation = await page.evaluate(() => {
      const { events } = (globalThis as unknown as InPage).vipd.recording();
      return events.find((event) => event.kind === "violation") ?? null;
    });
    expect(violation).toMatchObject({ violation: { invariant: INVARIANT } });
    await page.getByTestId("play").click();
    await page.getByTestId("stopped").waitFor();
    expect(await page.getByTestId("stopped").innerText()).toContain(INVARIANT);
    const stoppedUs = await page.evaluate(() =>
      (globalThis as unknown as InPage).vipd.playheadUs()
    );
    expect(stoppedUs).toBe(violation!.atUs);
    expect(await page.getByTestId("details").innerText()).toContain(INVARIANT);
    expect(await page.getByTestId("alarms").innerText()).toContain(INVARIANT);
    expect(await page.getByRole("button", { name: "10 min more" }).count()).toBe(0);
  });
});
