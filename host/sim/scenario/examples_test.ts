// The files of examples/scenarios: each is read, fits the example's configurations, breaks no invariant,
// and shows what its comment says.

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { coreModule } from "../../../test/virtual_node.ts";
import { loadConfig, memorySource } from "../../conf/index.ts";
import { ALL_INVARIANTS } from "../invariants/index.ts";
import { checkScenario } from "./scenario_check.ts";
import { readScenario } from "./scenario_text.ts";
import { simulate, type SimulatedNode } from "../simulate.ts";
import type { TraceEvent } from "../world_view.ts";

const EXAMPLES = new URL("../../../examples/", import.meta.url);
const WASM = coreModule();
/** Until then the cluster comes up. */
const START_US = 10_000_000;

/** Who becomes MASTER of what after the start, and when, in whole seconds. */
const MASTERS: Record<string, string[]> = {
  "01-start-order": ["33 node1 VI_1"],
  "02-kill-master": ["23 node2 VI_1", "43 node1 VI_1"],
  "03-graceful-stop": ["20 node2 VI_1", "43 node1 VI_1"],
  "04-frozen-guest": ["23 node2 VI_1"],
  "05-stopped-process": ["23 node2 VI_1", "33 node1 VI_1"],
  "06-one-way-cut": ["23 node2 VI_1"],
  "07-partition-and-heal": ["23 node1 VI_2", "23 node2 VI_1"],
  "08-maintenance-file": ["23 node2 VI_1", "48 node1 VI_1"],
  "09-both-scripts-fail": [],
  "10-flapping-script": [
    ...["23 node2 VI_1", "26 node1 VI_1", "31 node2 VI_1"],
    ...["35 node1 VI_1", "38 node2 VI_1", "43 node1 VI_1"],
  ],
  "11-untracked-script": [],
  "12-weight-too-small": ["73 node2 VI_1"],
  "13-tie": ["33 node1 VI_2", "33 node2 VI_1"],
  "14-password-differs": ["23 node2 VI_1"],
  "15-real-servers-down": [],
  "16-reload-priority": ["23 node2 VI_1", "42 node1 VI_1"],
  "18-unplugged": ["23 node2 VI_1", "43 node1 VI_1"],
  "19-nopreempt": ["23 node2 VI_1", "62 node1 VI_1", "63 node1 VI_2"],
  "20-address-removed": ["20 node1 VI_1"],
  "21-requests": ["48 node2 VI_1"],
};

/** Here the times follow from the seed alone: who takes over, and that it happens more than once. */
const LOSSY: Record<string, string> = { "17-lossy-wire": "node2 VI_1" };

function exampleNodes(): SimulatedNode[] {
  return ["node1", "node2"].map((name) => {
    const path = `${name}.conf`;
    const text = readFileSync(new URL(`lvs-dr-dual-master/${path}`, EXAMPLES), "utf8");
    return { name, config: loadConfig(path, memorySource({ [path]: text })).config! };
  });
}

function masters(events: readonly TraceEvent[]): string[] {
  return events.flatMap((event) => {
    if (event.kind !== "record" || event.record.kind !== "transition") return [];
    const { subject, to, instanceName } = event.record;
    if (subject !== "INSTANCE" || to !== "MASTER" || event.atUs < START_US) return [];
    return [`${Math.floor(event.atUs / 1_000_000)} ${event.node} ${instanceName}`];
  }).sort();
}

/** Reads and plays one; answers everything that was seen. */
function played(name: string): TraceEvent[] {
  const text = readFileSync(new URL(`scenarios/${name}.jsonc`, EXAMPLES), "utf8");
  expect(text).toMatch(/^\/\/ \S/);
  expect(text).toContain(`--scenario ${name}.jsonc`);
  const { scenario, problems, placeOf } = readScenario(text, { resolveConfig: null });
  expect(problems).toEqual([]);
  const nodes = exampleNodes();
  expect(checkScenario(scenario!, nodes, placeOf)).toEqual([]);
  const events: TraceEvent[] = [];
  const { violations } = simulate({
    wasm: WASM,
    nodes,
    scenario: scenario!,
    seed: 1,
    invariants: ALL_INVARIANTS,
    trace: (event) => events.push(event),
    traceAdverts: false,
    record: false,
    stopAtViolation: false,
  });
  expect(violations).toEqual([]);
  return events;
}

describe("examples/scenarios", () => {
  it("holds what is expected here and nothing else", () => {
    const files = readdirSync(new URL("scenarios/", EXAMPLES))
      .filter((name) => name.endsWith(".jsonc")).map((name) => name.replace(".jsonc", ""));
    expect(files.sort()).toEqual([...Object.keys(MASTERS), ...Object.keys(LOSSY)].sort());
  });

  for (const [name, expected] of Object.entries(MASTERS)) {
    it(`${name} shows what its comment says`, () => {
      expect(masters(played(name))).toEqual([...expected].sort());
    });
  }

  for (const [name, expected] of Object.entries(LOSSY)) {
    it(`${name} shows what its comment says`, () => {
      const seen = masters(played(name)).map((line) => line.replace(/^[0-9]+ /, ""));
      expect(new Set(seen)).toEqual(new Set([expected]));
      expect(seen.length).toBeGreaterThan(1);
    });
  }
});
