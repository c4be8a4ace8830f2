// The bundle of dist/ holds whole packages: one that hands require() around loses half of itself without
// a word, and is missed only where it is used.

import { afterAll, expect, it } from "vitest";
import { bundle } from "./bundle.mjs";

const ROOT = new URL("../../", import.meta.url).pathname;
const folder = Deno.makeTempDirSync({ prefix: "vipd-bundle-" });
afterAll(() => Deno.removeSync(folder, { recursive: true }));

it("bundle() makes a program that reads and plays a scenario", async () => {
  await bundle(ROOT, `${folder}/vipd.js`);
  const nodes = ["node1", "node2"].map((name) => `${ROOT}examples/lvs-dr-dual-master/${name}.conf`);
  const scenario = `${ROOT}examples/scenarios/03-graceful-stop.jsonc`;
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", `${folder}/vipd.js`, "simulate", ...nodes, "--scenario", scenario],
  }).output();
  const text = new TextDecoder();
  expect(success, text.decode(stderr)).toBe(true);
  expect(text.decode(stdout)).toContain("Entering MASTER STATE");
});
