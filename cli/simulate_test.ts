// `vipd simulate` from the files to the text and the exit status, and as a program.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Invariant } from "../host/sim/world_view.ts";
import { ASCII_GLYPHS, type Screen } from "./screen.ts";
import { PLAIN } from "./paint.ts";
import { playMany, playOne, SIMULATE_HELD, SIMULATE_VIOLATED, SIMULATE_WRONG } from "./simulate.ts";
import { againCommand, checkCommand, type SimulateOptions } from "./simulate_options.ts";
import { FAILING_RUNS_MAX } from "./simulate_runs.ts";
import { ScenarioRefused } from "./simulate_scenario.ts";
import { readCluster } from "./simulated_cluster.ts";
import { nodeNames } from "../host/sim/node_names.ts";

const NODE = `global_defs {
    router_id NAME
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority PRIORITY
    virtual_ipaddress {
        192.0.2.100/24
    }
}
vrrp_instance VI_2 {
    interface eth0
    virtual_router_id 52
    priority PRIORITY
    virtual_ipaddress {
        192.0.2.101/24
    }
}
`;
const KILL =
  `{ "name": "kill", "duration": 30, "steps": [{ "at": 10, "do": "kill", "node": "a" }] }`;
const SCREEN: Screen = { width: 100, paint: PLAIN, glyphs: ASCII_GLYPHS };

let directory: string;
let files: string[];
beforeAll(async () => {
  directory = await Deno.makeTempDir({ prefix: "vipd-simulate-" });
  const texts: Record<string, string> = {
    "a.conf": NODE.replace("NAME", "a").replaceAll("PRIORITY", "110"),
    "b.conf": NODE.replace("NAME", "b").replaceAll("PRIORITY", "100"),
    "same.conf": NODE.replace("NAME", "a").replaceAll("PRIORITY", "90"),
    "wrong.conf": NODE.replace("NAME", "c"),
    "warned.conf": NODE.replace("NAME", "b").replaceAll("PRIORITY", "100\n    advert_int 1.2"),
    "kill.jsonc": KILL,
    "typo.jsonc": KILL.replace('"do": "kill"', '"do": "kil"'),
    "nobody.jsonc": KILL.replace('"a"', '"c"'),
    "broken.jsonc": "{ \n  duration",
  };
  for (const [name, text] of Object.entries(texts)) {
    await Deno.writeTextFile(`${directory}/${name}`, text, { mode: 0o644 });
  }
  await Deno.mkdir(`${directory}/x`);
  files = [path("a.conf"), path("b.conf")];
});
afterAll(() => Deno.remove(directory, { recursive: true }));

function path(name: string): string {
  return `${directory}/${name}`;
}

function options(change: Partial<SimulateOptions> = {}): SimulateOptions {
  return {
    ...{ files, scenario: path("kill.jsonc"), seed: 1, runs: 1, from: null, json: false },
    ...{ verbose: false, names: [], instances: [], save: null },
    ...change,
  };
}

const nodes = () => readCluster(files, []).nodes!;
/** Violated whenever anybody is MASTER. */
const nobodyMaster = (): Invariant => ({
  name: "nobody_master",
  transition: (_world, node, { to }) => to === "MASTER" ? `${node.name} is MASTER` : null,
});
const quiet = (): Invariant => ({ name: "quiet" });

describe("nodes", () => {
  it("are called by router_id, else by what tells their files apart", () => {
    const configs = nodes().map(({ config }) => config);
    expect(nodeNames(files, configs)).toEqual(["a", "b"]);
    const nameless = configs.map((config) => ({
      ...config,
      global: { ...config.global, routerId: "x" },
    }));
    expect(nodeNames(["/etc/left.conf", "/etc/right.conf"], nameless)).toEqual(["left", "right"]);
    expect(nodeNames(["one/k.conf", "two/k.conf"], nameless)).toEqual(["one/k", "two/k"]);
    expect(nodeNames(["k.conf", "k.conf"], nameless)).toEqual(["node1", "node2"]);
  });

  it("are called as the user says", () => {
    expect(readCluster(files, ["left", "right"]).nodes!.map(({ name }) => name))
      .toEqual(["left", "right"]);
    expect(() => readCluster(files, ["left"])).toThrow("1 names for 2 files");
    expect(() => readCluster(files, ["left", "left"])).toThrow("two nodes cannot both be named");
  });

  it("are none when a file has errors, and told what they are", () => {
    const { nodes: none, diagnostics } = readCluster([path("wrong.conf")], []);
    expect(none).toBeNull();
    expect(diagnostics.map(({ code }) => code)).toContain("invalid-number");
  });
});

describe("the command that plays it again", () => {
  it.each<[string, Partial<SimulateOptions>, string]>([
    ["the tour", { files: ["a", "b"], scenario: null }, "vipd simulate a b --seed 7"],
    [
      "chaos of many runs",
      { files: ["a"], scenario: null, runs: 9 },
      "vipd simulate a --scenario chaos --seed 7",
    ],
    [
      "a file, names, and words that a shell would take apart",
      { files: ["a b.conf", "it's"], scenario: "s.jsonc", names: ["x", "y"] },
      `vipd simulate 'a b.conf' 'it'\\''s' --name x --name y --scenario s.jsonc --seed 7`,
    ],
  ])("%s", (_what, change, want) => expect(againCommand(options(change), 7)).toBe(want));

  it("the warnings' command takes names with blanks too", () => {
    expect(checkCommand(["a b.conf", "c.conf"])).toBe("vipd check --no-host 'a b.conf' c.conf");
  });
});

describe("one play", () => {
  it("tells the takeover and that everything held", () => {
    const { text, exitStatus } = playOne(options(), nodes(), SCREEN, [quiet]);
    expect(exitStatus).toBe(SIMULATE_HELD);
    expect(text).toContain("vipd simulate a, b: kill, seed 1");
    expect(text).toMatch(/a 10\.000 {2}a {2}kill -9\n/);
    expect(text).toContain("(VI_1) Entering MASTER STATE: no advert from 10.0.0.1 (priority 110)");
    expect(text).toContain("1 invariant held");
    expect(text).toMatch(/192\.0\.2\.101 +VI_2 +3\.57 s/);
  });

  it("tells a violation with the command, and ends with 1", () => {
    const { text, exitStatus } = playOne(options(), nodes(), SCREEN, [quiet, nobodyMaster]);
    expect(exitStatus).toBe(SIMULATE_VIOLATED);
    expect(text).toContain("violated: nobody_master at 3.570 s: a is MASTER");
    expect(text.split("\n").at(-1)).toBe(
      `again: vipd simulate ${files.join(" ")} --scenario ${path("kill.jsonc")} --seed 1`,
    );
  });

  it("shows the instances that are asked for", () => {
    const { text } = playOne(options({ instances: ["VI_2"] }), nodes(), SCREEN, []);
    expect(text).toContain("VI_2");
    expect(text).not.toContain("VI_1");
    expect(() => playOne(options({ instances: ["VI_3"] }), nodes(), SCREEN, []))
      .toThrow("there is no instance VI_3");
  });

  it("one node and three nodes work too", () => {
    const one = playOne(options({ scenario: null }), nodes().slice(0, 1), SCREEN, [quiet]);
    expect(one.exitStatus).toBe(SIMULATE_HELD);
    const three = readCluster([...files, path("same.conf")], ["a", "b", "c"]).nodes!;
    const { text } = playOne(options({ scenario: null }), three, SCREEN, [quiet]);
    expect(text).toContain("vipd simulate a, b, c: tour");
  });

  it("as JSON has everything, and the same but for the time it took", () => {
    const document = () => {
      const { text } = playOne(options({ json: true }), nodes(), SCREEN, [nobodyMaster]);
      const { elapsedMs, ...rest } = JSON.parse(text);
      expect(elapsedMs).toBeGreaterThan(0);
      return rest;
    };
    const first = document();
    expect(first).toMatchObject({
      nodes: [{ name: "a", files: [files[0]] }, { name: "b", files: [files[1]] }],
      scenario: { name: "kill", steps: [{ at: 10, do: "kill", node: "a" }] },
      seed: 1,
      endUs: 30_000_000,
      invariants: 1,
      violations: [{ invariant: "nobody_master" }, {}, {}, {}],
      account: { addresses: [{ address: "192.0.2.100" }, {}], routers: [{ name: "VI_1" }, {}] },
      timeline: { routers: [{ lanes: [{ node: "a" }, { node: "b" }] }, {}] },
    });
    expect(first.digest).toMatch(/^[0-9a-f]{16}$/);
    expect(document()).toEqual(first);
  });

  it("saves the scenario that it plays, so that it can be played from the file", async () => {
    const save = path("saved.json");
    const chaos = options({ scenario: "chaos", seed: 5, json: true });
    const first = JSON.parse(playOne({ ...chaos, save }, nodes(), SCREEN, []).text);
    expect(JSON.parse(await Deno.readTextFile(save)).name).toBe(first.scenario.name);
    const again = playOne({ ...chaos, scenario: save }, nodes(), SCREEN, []);
    expect(JSON.parse(again.text).digest).toBe(first.digest);
    expect(() => playOne({ ...chaos, save: path("none/x.json") }, nodes(), SCREEN, []))
      .toThrow("cannot be written");
  });

  it.each([
    ["typo.jsonc", /^.*typo\.jsonc:1:\d+: "kil" is not what a step can do/],
    ["nobody.jsonc", /^.*nobody\.jsonc:1:\d+: there is no node 'c'; write one of a, b/],
    ["broken.jsonc", /^.*broken\.jsonc:2:\d+: /],
  ])("%s is refused at its line", (name, told) => {
    const refused = () => playOne(options({ scenario: path(name) }), nodes(), SCREEN, []);
    expect(refused).toThrow(ScenarioRefused);
    expect(refused).toThrow(told);
  });

  it("a scenario that is no file is an error that names those that need none", () => {
    const wrong = () => playOne(options({ scenario: path("none.jsonc") }), nodes(), SCREEN, []);
    expect(wrong).toThrow("there is no such file");
    expect(() => playOne(options({ scenario: path("x") }), nodes(), SCREEN, [])).toThrow(
      "x cannot",
    );
  });
});

describe("many plays", () => {
  const many = (change: Partial<SimulateOptions>, ...invariants: (() => Invariant)[]) =>
    playMany(options({ runs: 4, ...change }), nodes(), SCREEN, invariants);

  it("have a summary", () => {
    const { text, exitStatus } = many({ from: 10 }, quiet);
    expect(exitStatus).toBe(SIMULATE_HELD);
    expect(text).toContain("seeds 10 to 13: 4 runs");
    expect(text).toContain("120 s played in ");
    expect(text).toMatch(/longest takeover +\d/);
    expect(text).toContain("1 invariant held in every run");
    expect(text).toContain("--scenario");
  });

  it("without a scenario are chaos, with another one for each seed", () => {
    const numbers = (from: number) =>
      JSON.parse(many({ scenario: null, from, runs: 2, json: true }).text);
    expect(numbers(1)).toMatchObject({ scenario: "chaos", first: 1, played: 2, failures: [] });
    expect(numbers(1).playedUs).not.toBe(numbers(3).playedUs);
  });

  it("end after some runs with a violation, and tell how each is seen again", () => {
    const told = many({ runs: 50 }, nobodyMaster);
    expect(told.exitStatus).toBe(SIMULATE_VIOLATED);
    expect(told.text).toContain(`${FAILING_RUNS_MAX} of 50 runs`);
    expect(told.text.match(/^seed \d+ violated nobody_master at /gm)).toHaveLength(
      FAILING_RUNS_MAX,
    );
    expect(told.text).toContain(`again: ${againCommand(options({ runs: 50 }), 5)}`);
    const { failures } = JSON.parse(many({ runs: 50, json: true }, nobodyMaster).text);
    expect(failures[0]).toMatchObject({
      seed: 1,
      violation: { invariant: "nobody_master" },
      again: againCommand(options(), 1),
    });
  });

  it("an invariant that throws is a violation, a wrong scenario is none", () => {
    const throws = (): Invariant => ({
      name: "throws",
      transition: () => {
        throw new TypeError("out of bounds");
      },
    });
    const { text, exitStatus } = many({}, throws);
    expect(exitStatus).toBe(SIMULATE_VIOLATED);
    expect(text).toContain("violated no_trap at 0.000 s: out of bounds");
    expect(() => many({ scenario: path("nobody.jsonc") }, quiet)).toThrow(ScenarioRefused);
  });

  it("have no single scenario to save", () => {
    expect(() => many({ save: path("s.json") })).toThrow("--save writes the scenario of one run");
  });
});

describe("the program", () => {
  const MAIN = new URL("./main.ts", import.meta.url).pathname;
  const CONFIG = new URL("../deno.json", import.meta.url).pathname;
  const EXAMPLES = new URL("../examples/lvs-dr-dual-master/", import.meta.url).pathname;
  const examples = [`${EXAMPLES}node1.conf`, `${EXAMPLES}node2.conf`];

  async function vipd(args: string[], env: Record<string, string> = {}) {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--unstable-net", "--config", CONFIG, MAIN, "simulate", ...args],
      env: { COLUMNS: "100", LC_ALL: "C.UTF-8", ...env },
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, out: text(stdout), err: text(stderr) };
  }

  it("plays the tour on the reference deployment", async () => {
    const { code, out, err } = await vipd(examples);
    expect(code).toBe(SIMULATE_HELD);
    expect(out).toContain("vipd simulate node1, node2: tour, seed 1");
    expect(out).toMatch(/VI_1 node1 .*█/);
    expect(out).toMatch(/\d+ invariants held\nagain: vipd simulate /);
    expect(out).not.toContain("\x1b");
    expect(err).toMatch(/^\d+ warnings: vipd check --no-host /);
  });

  it("prints what the readme shows, line by line", async () => {
    const readme = await Deno.readTextFile(new URL("../README.md", import.meta.url));
    const shown = readme.slice(readme.indexOf("\nvipd simulate node1, node2: tour")).split(
      "```",
    )[0]!;
    const { out } = await vipd(["node1.conf", "node2.conf"].map((name) => EXAMPLES + name));
    const printed = out.replaceAll(EXAMPLES, "examples/lvs-dr-dual-master/").split("\n");
    // How long it took, and how many invariants there are, may change.
    const isFixed = (line: string) => !/times real time|invariants held|^ +\[\.\.\.\]$/.test(line);
    const lines = shown.split("\n").filter((line) => line !== "" && isFixed(line));
    expect(lines.length).toBeGreaterThan(25);
    for (const line of lines) expect(printed).toContain(line);
  });

  it("takes the width and the letters of the terminal", async () => {
    const { out } = await vipd(examples, { COLUMNS: "80", LC_ALL: "C" });
    // deno-lint-ignore no-control-regex
    expect(out).toMatch(/^[\x00-\x7f]*$/);
    const longest = Math.max(...out.split("\n").slice(0, -2).map((line) => line.length));
    expect(longest).toBeLessThanOrEqual(80);
  });

  it("--json prints JSON and nothing else", async () => {
    const { code, out } = await vipd(["--json", ...examples]);
    expect(code).toBe(SIMULATE_HELD);
    expect(JSON.parse(out).nodes).toHaveLength(2);
  });

  it.each<[string, () => string[], RegExp]>([
    ["no file", () => [], /needs the FILE/],
    ["an unknown option", () => [...files, "--sed", "1"], /--sed/],
    ["a seed that is none", () => [...files, "--seed", "x"], /--seed/],
    ["no runs", () => [...files, "--runs", "0"], /--runs/],
    ["a missing file", () => [path("none.conf")], /none\.conf:1:1 error file-unreadable/],
    ["a file with errors", () => [path("wrong.conf")], /wrong\.conf:7:\d+ error invalid-number/],
    ["a name too few", () => [...files, "--name", "a"], /1 names for 2 files/],
    ["an empty name", () => [...files, "--name", "a", "--name", ""], /needs a name/],
    ["a missing scenario", () => [...files, "--scenario", path("no")], /there is no such file/],
    ["a typo", () => [...files, "--scenario", path("typo.jsonc")], /typo\.jsonc:1:\d+: /],
  ])("%s ends with 2 and a reason", async (_what, args, reason) => {
    const { code, out, err } = await vipd(args());
    expect([code, out]).toEqual([SIMULATE_WRONG, ""]);
    expect(err).toMatch(reason);
    expect(err).not.toContain("    at ");
  });
});
