// docs/scenarios.md names every step, key, path of a change, example and limit, and nothing that is not there.

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { EDIT_PATHS } from "../host/sim/scenario/edit.ts";
import {
  ACTIONS,
  DURATION_MAX_S,
  SCENARIO_DEPTH_MAX,
  SCENARIO_SIZE_MAX,
  STEP_MAX,
} from "../host/sim/scenario/scenario_table.ts";
import { readScenario, SCENARIO_PROBLEM_MAX } from "../host/sim/scenario/scenario_text.ts";

const ROOT = new URL("../", import.meta.url);
const DOC = readFileSync(new URL("docs/scenarios.md", ROOT), "utf8");

/** Rows of the tables by the heading above them, without their heads. */
function rows(heading: string): string[] {
  const [, section = ""] = DOC.split(`\n## ${heading}\n`);
  return section.split("\n## ")[0]!.split("\n").filter((line) => line.startsWith("| "))
    .slice(1);
}

describe("docs/scenarios.md", () => {
  it("has a row for each step, with its keys", () => {
    const expected = Object.entries(ACTIONS).map(([name, { meaning, members }]) => {
      const keys = [...members.keys.keys()].map((key) =>
        members.required.includes(key) ? `\`${key}\`` : `[\`${key}\`]`
      );
      return `| \`${name}\` | ${keys.join(" ")} | ${meaning} |`;
    });
    expect(rows("Steps")).toEqual(expected);
  });

  it("has a row for each path of a change, with its range", () => {
    expect(rows("Changes: the paths of `set`")).toEqual(
      EDIT_PATHS.map(({ path, range, meaning }) => `| \`${path}\` | ${range} | ${meaning} |`),
    );
  });

  it("has a row for each example", () => {
    const files = readdirSync(new URL("examples/scenarios/", ROOT))
      .filter((name) => name.endsWith(".jsonc")).sort();
    expect(rows("Examples").map((row) => /scenarios\/([^)]*)\)/.exec(row)?.[1])).toEqual(files);
  });

  it("shows a scenario that can be read", () => {
    const [, block = ""] = /```jsonc\n([\s\S]*?)```/.exec(DOC) ?? [];
    expect(readScenario(block, { resolveConfig: null }).problems).toEqual([]);
  });

  it("tells the limits", () => {
    expect([SCENARIO_SIZE_MAX, DURATION_MAX_S]).toEqual([1024 * 1024, 7 * 24 * 3600]);
    const text = `1 MiB, ${STEP_MAX.toLocaleString("en")} steps, ${SCENARIO_DEPTH_MAX} levels`;
    expect(DOC).toContain(text);
    expect(DOC).toContain(`at most ${SCENARIO_PROBLEM_MAX} problems`);
  });
});
