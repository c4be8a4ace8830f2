import fc from "fast-check";
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { describe, expect, it } from "vitest";
import { VipdError } from "../../base/errors.ts";
import type { Config } from "../../conf/model.ts";
import { config } from "../../engine/test_support.ts";
import {
  type Action,
  DEFAULT_MACHINE,
  DEFAULT_SCRIPT,
  GOOD_WIRE,
  type Scenario,
} from "./scenario.ts";
import { ACTIONS, SCENARIO_SIZE_MAX, STEP_MAX } from "./scenario_table.ts";
import {
  formatScenarioProblem,
  readScenario,
  SCENARIO_PROBLEM_MAX,
  scenarioSchema,
  writeScenario,
} from "./scenario_text.ts";

const SCHEMA = new URL("../../../examples/scenarios/scenario.schema.json", import.meta.url);

/** Problems as a reader sees them. */
function problems(text: string): string[] {
  const read = readScenario(text, { resolveConfig: null });
  expect(read.scenario === null).toBe(read.problems.length > 0);
  return read.problems.map((problem) => formatScenarioProblem("x", problem));
}

function problemsOfStep(step: string): string[] {
  return problems(`{"name": "x", "duration": 9, "steps": [\n${step}\n]}`);
}

function good(text: string): Scenario {
  const { scenario, problems } = readScenario(text, { resolveConfig: null });
  expect(problems).toEqual([]);
  return scenario!;
}

describe("readScenario()", () => {
  it("reads comments, trailing commas and a byte order mark, and fills in what is left out", () => {
    const text = `\ufeff// What it shows.
{
  "$schema": "./scenario.schema.json",
  "name": "kill", /* the master */
  "duration": 12.5,
  "wire": { "latencyMs": 0.25 },
  "machines": { "node2": { "started": false, "clockRate": 1.01 } },
  "scripts": [{ "node": "node1", "script": "chk", "signal": 9, }],
  "steps": [
    { "at": 0, "do": "start", "node": "node2" },
    { "at": 3.609375, "do": "kill", "node": "node1" },
    { "at": 4, "do": "wire", "node": "node2", "direction": "in", "loss": 0.1, "jitterMs": 2 },
    { "at": 4, "do": "cut", "from": "node1", "to": "node2" },
    { "at": 5, "do": "reload", "node": "node2", "set": { "vrrp_instance.VI_1.priority": 90 } },
    { "at": 6, "do": "script", "script": "chk", "exit": 1, "takes": 2 },
    { "at": 7, "do": "server", "address": "2001:DB8::0:1", "state": 503 },
    { "at": 8, "do": "stallMain", "node": "node2", "for": 0.75 },
  ],
}
`;
    expect(good(text)).toEqual({
      name: "kill",
      description: "",
      durationUs: 12_500_000,
      wire: { ...GOOD_WIRE, latencyUs: 250 },
      machines: { node2: { ...DEFAULT_MACHINE, started: false, clockRate: 1.01 } },
      scripts: [{
        node: "node1",
        script: "chk",
        outcome: { kind: "signal", signal: 9 },
        runUs: DEFAULT_SCRIPT.runUs,
      }],
      steps: [
        { atUs: 0, action: { do: "start", node: "node2" } },
        { atUs: 3_609_375, action: { do: "kill", node: "node1" } },
        {
          atUs: 4_000_000,
          action: {
            do: "wire",
            node: "node2",
            interface: null,
            direction: "in",
            quality: { jitterUs: 2000, loss: 0.1 },
          },
        },
        { atUs: 4_000_000, action: { do: "cut", from: "node1", to: "node2" } },
        {
          atUs: 5_000_000,
          action: {
            do: "reload",
            node: "node2",
            set: [{ path: "vrrp_instance.VI_1.priority", value: 90 }],
            config: null,
          },
        },
        {
          atUs: 6_000_000,
          action: {
            do: "script",
            node: null,
            script: "chk",
            outcome: { kind: "exit", code: 1 },
            runUs: 2_000_000,
          },
        },
        {
          atUs: 7_000_000,
          action: { do: "server", address: "2001:db8::1", port: null, state: 503 },
        },
        { atUs: 8_000_000, action: { do: "stallMain", node: "node2", forUs: 750_000 } },
      ],
    });
  });

  it("tells every problem with its place, and what to do", () => {
    const text = `{
  "nam": "x",
  "duration": "long",
  "wire": { "loss": 2, "latencyMs": 0.0001 },
  "steps": [
    { "at": 1, "do": "kil", "node": "node1" },
    { "at": 1, "do": "kill", "nod": "node1" },
    { "at": 1, "node": "node1" },
    { "at": 2, "do": "script", "script": "chk", "exit": 1, "signal": 2 },
    { "at": 2, "do": "wire", "node": "node1" }
  ]
}`;
    expect(problems(text)).toEqual([
      `x:1:1: 'name' is missing; write "name": what it is called`,
      "x:2:3: a scenario has no key 'nam'; did you mean 'name'?",
      'x:3:15: "long" is not a time in seconds; write a number from 0 to 604800, at most 6 decimals',
      "x:4:21: 2 is not a probability; write a number from 0 to 1, at most 9 decimals",
      "x:4:37: 0.0001 is not a time in milliseconds; " +
      "write a number from 0 to 10000, at most 3 decimals",
      `x:6:22: "kil" is not what a step can do; did you mean 'kill'?`,
      `x:7:5: 'node' is missing; write "node": the name of a node`,
      "x:7:30: 'kill' has no key 'nod'; did you mean 'node'?",
      "x:8:5: a step needs 'do'; write \"do\": " + Object.keys(ACTIONS).join(", "),
      'x:9:5: a script ends in one way, not by exit and signal; write for example "exit": 1',
      "x:10:5: nothing is changed here; write one of latencyMs, jitterMs, loss, duplicate, reorder",
    ]);
  });

  it("tells what is wrong in one step", () => {
    const cases: [string, RegExp][] = [
      ['{"at": -1, "do": "heal"}', /x:2:8: -1 is not a time/],
      ['{"at": 1e999, "do": "heal"}', /is not a time/],
      ['{"at": 1, "do": "heal", "at": 2}', /x:2:25: 'at' stands twice/],
      ['{"at": 1, "do": "heal", "node": "a"}', /'heal' has no key 'node'; there is none|write one/],
      ['{"at": 1, "do": "toString", "node": "a"}', /"toString" is not what a step can do/],
      ['{"at": 1, "do": {}, "node": "a"}', /an object is not what a step can do/],
      ['{"at": 9.5, "do": "heal"}', /the scenario ends 0.5 s before this step; make 'duration'/],
      [
        '{"at": 2, "do": "heal"},\n{"at": 1.5, "do": "heal"}',
        /x:3:8: this step comes 0.5 s before the one above it: steps stand in the order/,
      ],
      ['{"at": 1, "do": "server", "address": "192.0.2", "state": "up"}', /not an IP address/],
      ['{"at": 1, "do": "server", "address": "192.0.2.1", "state": "dwn"}', /"dwn" is not how/],
      ['{"at": 1, "do": "script", "script": "x"}', /how the script ends is missing/],
      ['{"at": 1, "do": "script", "script": "x", "timeout": false}', /write "timeout": true/],
      ['{"at": 1, "do": "partition", "sets": ["a"]}', /"a" is not a set of nodes/],
      ['{"at": 1, "do": "reload", "node": "a", "set": {"x": null}}', /null is not a value/],
      ['{"at": 1, "do": "reload", "node": "a", "config": "f"}', /'f' cannot be read here/],
      ['{"at": 1, "do": "clock", "node": "a", "rate": 0}', /0 is not the rate of a clock/],
      ["7", /7 is not a step; write it in braces/],
    ];
    for (const [step, text] of cases) expect(problemsOfStep(step).join("\n"), step).toMatch(text);
  });

  it("explains broken JSON", () => {
    expect(problems('{"name": "x"\n "duration": 1}')[0]).toMatch(/^x:2:2: a comma is missing/);
    expect(problems('{name: "x"}')[0]).toMatch(/^x:1:2: this is no JSON word/);
    expect(problems('{"name": "x')[0]).toMatch(/a text is not closed/);
    expect(problems("")).toEqual(["x:1:1: the file is empty; write a scenario in braces"]);
    expect(problems("[]")[0]).toMatch(/a list is not a scenario/);
    expect(problems("{} {}").join()).toMatch(/something follows the scenario/);
  });

  it("refuses what is larger than its limits, by name", () => {
    expect(problems(" ".repeat(SCENARIO_SIZE_MAX + 1))[0]).toContain(String(SCENARIO_SIZE_MAX));
    expect(problems("[".repeat(100_000))[0]).toMatch(/more than 16 brackets/);
    expect(problems('{"a":'.repeat(100_000))[0]).toMatch(/more than 16 brackets/);
    const steps = Array(STEP_MAX + 1).fill('{"at":1,"do":"heal"}').join(",");
    expect(problemsOfStep(steps)[0]).toMatch(/more than a list of steps may have/);
    const wrong = Array(STEP_MAX).fill('{"at":1,"do":"hale"}').join(",");
    expect(problemsOfStep(wrong)).toHaveLength(SCENARIO_PROBLEM_MAX);
  });

  it("never throws, whatever it is given", () => {
    const sample = writeScenario(fc.sample(scenarios(), { numRuns: 1, seed: 1 })[0]!);
    fc.assert(
      fc.property(fc.nat(sample.length), fc.nat(9), fc.string(), (at, length, insert) => {
        const text = sample.slice(0, at) + insert + sample.slice(at + length);
        const { scenario, problems } = readScenario(text, { resolveConfig: null });
        expect(scenario === null).toBe(problems.length > 0);
      }),
      { numRuns: 300 },
    );
  });

  it("gets another configuration by its name, and tells why it cannot", () => {
    const other = config({ files: ["other.conf"] });
    const text =
      '{"name":"x","duration":1,"steps":[{"at":0,"do":"reload","node":"a","config":"other.conf"}]}';
    const { scenario } = readScenario(text, { resolveConfig: () => other });
    expect(scenario!.steps[0]!.action).toMatchObject({ set: [], config: other });
    const failing = readScenario(text, {
      resolveConfig: () => {
        throw new VipdError("config", "other.conf: no such file", { hint: "write it" });
      },
    });
    expect(formatScenarioProblem("x", failing.problems[0]!))
      .toBe("x:1:77: other.conf: no such file; write it");
  });
});

describe("writeScenario()", () => {
  it("writes what readScenario() reads back to the same", () => {
    const configs = new Map<string, Config>([["other.conf", config({ files: ["other.conf"] })]]);
    fc.assert(
      fc.property(scenarios(configs), (scenario) => {
        const text = writeScenario(scenario);
        const read = readScenario(text, { resolveConfig: (name) => configs.get(name)! });
        expect(read.problems, text).toEqual([]);
        expect(read.scenario).toEqual(scenario);
      }),
      { numRuns: 300 },
    );
  });

  it("leaves defaults out and puts each step on a line", () => {
    const text = '{"name": "x", "duration": 2, "steps": [{"at": 0.5, "do": "heal"}]}';
    expect(writeScenario(good(text))).toBe(`{
  "name": "x",
  "duration": 2,
  "steps": [
    { "at": 0.5, "do": "heal" }
  ]
}
`);
  });

  it("refuses a configuration that has no file", () => {
    const text = '{"name": "x", "duration": 2, "steps": []}';
    const action: Action = { do: "reload", node: "a", set: [], config: config({ files: [] }) };
    const scenario = { ...good(text), steps: [{ atUs: 0, action }] };
    expect(() => writeScenario(scenario)).toThrow(VipdError);
  });
});

describe("scenarioSchema()", () => {
  it("is what examples/scenarios/scenario.schema.json holds (VIPD_UPDATE=1 writes it)", () => {
    const text = `${JSON.stringify(scenarioSchema(), null, 2)}\n`;
    if (process.env.VIPD_UPDATE === "1") writeFileSync(SCHEMA, text);
    expect(JSON.parse(readFileSync(SCHEMA, "utf8"))).toEqual(scenarioSchema());
  });
});

/** Any scenario that a file can hold. */
function scenarios(configs: ReadonlyMap<string, Config> = new Map()): fc.Arbitrary<Scenario> {
  const name = fc.string({ minLength: 1, maxLength: 8 }).filter((text) => text !== "__proto__");
  const us = fc.nat({ max: 10_000_000_000 });
  const delay = fc.nat({ max: 10_000_000 });
  const probability = fc.integer({ min: 0, max: 1000 }).map((n) => n / 1000);
  const rate = fc.integer({ min: 500_000, max: 2_000_000 }).map((n) => n / 1_000_000);
  const quality = {
    latencyUs: delay,
    jitterUs: delay,
    loss: probability,
    duplicate: probability,
    reorder: probability,
  };
  const address = fc.constantFrom("192.0.2.1", "2001:db8::1");
  const one = fc.option(name);
  const outcome = fc.oneof(
    fc.record({ kind: fc.constant("exit" as const), code: fc.nat(255) }),
    fc.record({ kind: fc.constant("signal" as const), signal: fc.integer({ min: 1, max: 64 }) }),
    fc.constant({ kind: "timeout" as const }),
    fc.record({ kind: fc.constant("error" as const), text: name }),
  );
  const edits = fc.uniqueArray(
    fc.record({
      path: name.map((text) => `a.${text}`),
      value: fc.oneof(name, fc.integer(), fc.boolean()),
    }),
    { selector: (edit) => edit.path, maxLength: 3 },
  );
  const onNode = <K extends Action["do"]>(kind: K) => ({ do: fc.constant(kind), node: name });
  const action: fc.Arbitrary<Action> = fc.oneof(
    ...([
      "start",
      "kill",
      "shutdown",
      "powerOff",
      "pause",
      "resume",
      "freeze",
      "thaw",
    ] as const).map((kind) => fc.record(onNode(kind))),
    fc.record({ ...onNode("stallMain"), forUs: us }),
    fc.record({
      ...onNode("reload"),
      set: edits,
      config: fc.constantFrom(null, ...configs.values()),
    }),
    fc.record({ ...onNode("unplug"), interface: one }),
    fc.record({ ...onNode("plug"), interface: one }),
    fc.record({
      ...onNode("wire"),
      interface: one,
      direction: fc.constantFrom("in" as const, "out" as const, "both" as const),
      quality: fc.record(quality, { requiredKeys: [] }).filter((some) =>
        Object.keys(some).length > 0
      ),
    }),
    fc.record({ do: fc.constant("cut" as const), from: name, to: name }),
    fc.record({ do: fc.constant("partition" as const), sets: fc.array(fc.array(name)) }),
    fc.constant({ do: "heal" as const }),
    fc.record({
      do: fc.constant("script" as const),
      node: one,
      script: name,
      outcome,
      runUs: us,
    }),
    fc.record({
      do: fc.constant("server" as const),
      address,
      port: fc.option(fc.integer({ min: 1, max: 65535 })),
      state: fc.oneof(
        fc.constantFrom("up" as const, "refuse" as const, "silent" as const),
        fc.integer({ min: 100, max: 599 }),
      ),
    }),
    fc.record({ ...onNode("removeAddress"), address }),
    fc.record({ ...onNode("clock"), rate }),
    fc.record({ do: fc.constant("say" as const), text: name }),
  );
  const steps = fc.array(fc.record({ atUs: us, action }), { maxLength: 12 })
    .map((list) => list.sort((a, b) => a.atUs - b.atUs));
  const machine = fc.record({
    addresses: fc.dictionary(name, fc.array(address.map((text) => `${text}/24`)), { maxKeys: 2 }),
    clockRate: rate,
    latenessUs: delay,
    queueDelayUs: delay,
    started: fc.boolean(),
  });
  return fc.record({
    name,
    description: fc.string(),
    durationUs: fc.constant(20_000_000_000),
    wire: fc.record(quality),
    machines: fc.dictionary(name, machine, { maxKeys: 2 }),
    scripts: fc.array(fc.record({ node: name, script: name, outcome, runUs: us })),
    steps,
  });
}
