import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { coreModule } from "../../../test/virtual_node.ts";
import { checkCluster, isError, loadConfig, type Loaded, memorySource } from "../../conf/index.ts";
import type { Config } from "../../conf/model.ts";
import { STATUS_OK } from "../../core/abi.gen.ts";
import { Core } from "../../core/core.ts";
import { buildCoreConfig } from "../../engine/core_config.ts";
import { writeConfig } from "./config_text.ts";
import { interfaceNames } from "../layout.ts";
import { randomCluster } from "./random_config.ts";

const SEEDS = Array.from({ length: 200 }, (_, seed) => seed);
const EXAMPLES = new URL("../../../examples/lvs-dr-dual-master/", import.meta.url);
const WASM = coreModule();

function load(path: string, config: Config): Loaded {
  return loadConfig(path, memorySource({ [path]: writeConfig(config) }));
}

describe("randomCluster()", () => {
  it("gives the same cluster for the same seed, and another for another", () => {
    expect(randomCluster(7)).toEqual(randomCluster(7));
    expect(new Set(SEEDS.map((seed) => JSON.stringify(randomCluster(seed)))).size)
      .toBe(SEEDS.length);
  });

  it("gives configurations that the reader of files accepts and reads as they are", () => {
    for (const seed of SEEDS) {
      const loaded = randomCluster(seed).map(({ name, config }) => {
        const path = `${name}.conf`;
        const one = load(path, config);
        expect(one.diagnostics.filter(isError), `seed ${seed}`).toEqual([]);
        expect(one.config, `seed ${seed}`).toEqual(config);
        return one;
      });
      expect(checkCluster(loaded).filter(isError), `seed ${seed}`).toEqual([]);
    }
  });

  it("gives configurations that the core takes", () => {
    for (const seed of SEEDS.slice(0, 50)) {
      for (const { config } of randomCluster(seed)) {
        const names = [...new Set(config.instances.length === 0 ? [] : interfaceNames(config))];
        const interfaces = new Map(names.map((name, i) => [name, i + 2]));
        const core = Core.create(WASM);
        const { records } = buildCoreConfig(config, { generation: 1, interfaces, previous: null });
        for (const record of records) {
          expect(core.handleInput(1, record), `seed ${seed} ${record.kind}`).toBe(STATUS_OK);
        }
      }
    }
  });

  it("draws everything that people write", () => {
    const configs = SEEDS.flatMap((seed) => randomCluster(seed).map(({ config }) => config));
    const instances = configs.flatMap((config) => config.instances);
    const seen: [string, boolean][] = [
      ["1 to 4 nodes", new Set(SEEDS.map((seed) => randomCluster(seed).length)).size === 4],
      ["1 to 4 instances", new Set(configs.map((one) => one.instances.length)).size === 4],
      ["IPv6", instances.some(({ family }) => family === "INET6")],
      ["version 2", instances.some(({ version }) => version === 2)],
      ["owner", instances.some(({ priority }) => priority === 255)],
      ["tie", instances.filter(({ priority }) => priority === 100).length > 10],
      ["nopreempt", instances.some(({ nopreempt }) => nopreempt)],
      ["preempt_delay", instances.some(({ preemptDelayUs }) => preemptDelayUs > 0)],
      ["auth", instances.some(({ auth }) => auth !== null)],
      ["group", configs.some(({ groups }) => groups.length > 0)],
      ["excluded", instances.some(({ excludedVips }) => excludedVips.length > 0)],
      ["weight 0", instances.some(({ tracks }) => tracks.some(({ weight }) => weight === 0))],
      ["weight", instances.some(({ tracks }) => tracks.some(({ weight }) => weight < 0))],
      [
        "track_interface",
        instances.some(({ tracks }) => tracks.some((t) => t.watches !== "SCRIPT")),
      ],
      ["services", configs.some(({ virtualServers }) => virtualServers.length > 0)],
      ["lease off", configs.some(({ vipd }) => !vipd.lease)],
    ];
    expect(seen.filter(([, isThere]) => !isThere).map(([what]) => what)).toEqual([]);
  });
});

describe("writeConfig()", () => {
  it("writes the example so that it reads the same", () => {
    for (const name of ["node1.conf", "node2.conf"]) {
      const text = readFileSync(new URL(name, EXAMPLES), "utf8");
      const { config } = loadConfig(name, memorySource({ [name]: text }));
      expect(load(name, config!).config).toEqual(config);
    }
  });
});
