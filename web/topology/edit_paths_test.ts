import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadConfig, memorySource } from "../../host/conf/index.ts";
import { applyEdits } from "../../host/sim/scenario/edit.ts";
import type { Step } from "../../host/sim/scenario/scenario.ts";
import { configAt, editChoices, editProblem } from "./edit_paths.ts";

const text = readFileSync(
  new URL("../../examples/lvs-dr-dual-master/node1.conf", import.meta.url),
  "utf8",
);
const config = loadConfig("node1.conf", memorySource({ "node1.conf": text })).config!;

describe("what a reload can change", () => {
  const choices = editChoices(config);

  it("begins with priorities and weights", () => {
    expect(choices[0]!.path).toBe("vrrp_instance.VI_1.priority");
    expect(choices[2]!.path).toMatch(/^virtual_server\..*\.real_server\..*\.weight$/);
  });

  it("is known to edits, each path", () => {
    for (const { path } of choices) {
      // No keyword takes this; a path that is not there is told otherwise.
      expect(editProblem(config, { path, value: "\u0000" })).not.toMatch(/there is no/);
    }
    expect(choices.some(({ path }) => path.includes("NAME") || path.includes("SCRIPT"))).toBe(
      false,
    );
  });

  it("says what is wrong with a value", () => {
    const path = "vrrp_instance.VI_1.priority";
    expect(editProblem(config, { path, value: "90" })).toBe("");
    expect(editProblem(config, { path, value: "300" })).toMatch(/priority is .*255/);
    expect(applyEdits(config, [{ path, value: "90" }]).instances[0]!.priority).toBe(90);
  });
});

describe("the configuration at a time", () => {
  const path = "vrrp_instance.VI_1.priority";
  const reload = (atUs: number, node: string, value: number): Step => ({
    atUs,
    action: { do: "reload", node, set: [{ path, value }], config: null },
  });
  const steps = [reload(10, "a", 90), reload(20, "b", 80), reload(30, "a", 999)];
  const priorityAt = (us: number) => configAt(config, steps, "a", us).instances[0]!.priority;

  it("has the node's own reloads until then", () => {
    const first = config.instances[0]!.priority;
    expect([priorityAt(9), priorityAt(10), priorityAt(25)]).toEqual([first, 90, 90]);
  });

  it("has no change that cannot be made", () => {
    expect(priorityAt(30)).toBe(90);
  });
});
