import { describe, expect, it } from "vitest";
import type { Scenario } from "../../host/sim/scenario/scenario.ts";
import { handScenario } from "../source/play/hand_scenario.ts";
import { loadNodes } from "../source/play/nodes.ts";
import { Masking } from "./mask.ts";
import { commandOf, filesOfPlay, readPlayedScenario, sharePlay } from "./shared_play.ts";

const text = (node: string, pass: string, priority = 100) =>
  `global_defs {
    router_id ${node}
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority ${priority}
    authentication {
        auth_type PASS
        auth_pass ${pass}
    }
    virtual_ipaddress {
        192.0.2.1/24
    }
}
`;
const FILES = [{ name: "a", text: text("a", "s3cret") }, {
  name: "b",
  text: text("b", "s3cret", 90),
}];

/** node a is reloaded with another configuration, and b with a change of its password. */
function played(): Scenario {
  const later = loadNodes([{ name: "a", text: text("a", "s3cret", 80) }]).nodes![0]!.config;
  const path = "vrrp_instance.VI_1.authentication.auth_pass";
  return {
    ...handScenario(),
    steps: [
      { atUs: 5, action: { do: "reload", node: "a", set: [], config: later } },
      { atUs: 6, action: { do: "kill", node: "b" } },
      {
        atUs: 7,
        action: { do: "reload", node: "b", set: [{ path, value: "other" }], config: null },
      },
    ],
  };
}

describe("sharePlay", () => {
  it("gives texts that read back to the same play", () => {
    const scenario = played();
    const play = sharePlay({ files: FILES, scenario, seed: 7 }, null);
    expect(play.files).toEqual(FILES);
    expect(play.configs.map(({ name }) => name)).toEqual(["a.reload-1.conf"]);
    const read = readPlayedScenario(play.scenario!, play.configs);
    const [reload] = read.steps;
    expect(reload!.action).toMatchObject({ config: { files: ["a.reload-1.conf"] } });
    const unnamed = (one: Scenario) =>
      JSON.parse(JSON.stringify(one).replaceAll(/"files":\[[^\]]*\]/g, '"files":[]'));
    expect(unnamed(read)).toEqual(unnamed(scenario));
  });

  it("masks every file, and agreement stays", () => {
    const masking = new Masking();
    const play = sharePlay({ files: FILES, scenario: played(), seed: 7 }, masking);
    expect(JSON.stringify(play)).not.toMatch(/s3cret|other/);
    expect(masking.size).toBe(2);
    expect(loadNodes(play.files).nodes).toHaveLength(2);
    const read = readPlayedScenario(play.scenario!, play.configs);
    const [reload, , change] = read.steps;
    const auth = (config: { instances: { auth: unknown }[] }) => config.instances[0]!.auth;
    const first = loadNodes(play.files).nodes![0]!.config;
    const { action } = reload!;
    if (action.do !== "reload" || action.config === null) throw new Error("no reload");
    expect(auth(action.config)).toEqual(auth(first));
    expect(change!.action).toMatchObject({ set: [{ value: "mask2" }] });
  });

  it("has no scenario where nothing was done", () => {
    const play = sharePlay({ files: FILES, scenario: null, seed: 1 }, null);
    expect(play).toEqual({ files: FILES, scenario: null, configs: [], seed: 1 });
    expect(filesOfPlay(play).map(({ name }) => name)).toEqual(["a.conf", "b.conf"]);
    expect(commandOf(play)).toBe("vipd simulate a.conf b.conf --seed 1");
  });

  it("names what is saved, and the command that plays it", () => {
    const play = sharePlay({ files: FILES, scenario: played(), seed: 7 }, null);
    expect(filesOfPlay(play).map(({ name }) => name))
      .toEqual(["a.conf", "b.conf", "a.reload-1.conf", "scenario.jsonc"]);
    expect(commandOf(play))
      .toBe("vipd simulate a.conf b.conf --scenario scenario.jsonc --seed 7");
  });
});

describe("readPlayedScenario", () => {
  it("says what is wrong, and where", () => {
    expect(() => readPlayedScenario("{\n 1", [], "x.jsonc")).toThrow(/^x\.jsonc:2:2: /);
    const reload = `{ "name": "x", "duration": 9, "steps": [
      { "at": 1, "do": "reload", "node": "a", "config": "later.conf" } ] }`;
    expect(() => readPlayedScenario(reload, [])).toThrow(/later\.conf' is not there/);
    const broken = [{ name: "later.conf", text: "nonsense" }];
    expect(() => readPlayedScenario(reload, broken)).toThrow(/later\.conf' has errors/);
  });
});
