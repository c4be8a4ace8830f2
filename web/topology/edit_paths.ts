// What a reload can change in one configuration, as concrete paths of edit.ts, the likeliest first. Pure.

import type { Config } from "../../host/conf/model.ts";
import { applyEdits, EDIT_PATHS } from "../../host/sim/scenario/edit.ts";
import type { Edit, Step } from "../../host/sim/scenario/scenario.ts";

/** A path that a hand can pick, with what it takes. */
export interface EditChoice {
  path: string;
  meaning: string;
  range: string;
}

/** What is changed most often. */
const LIKELY = [
  "vrrp_instance.NAME.priority",
  "virtual_server.ADDRESS:PORT.real_server.ADDRESS:PORT.weight",
];

/** Every path of a configuration. */
export function editChoices(config: Config): EditChoice[] {
  const all = EDIT_PATHS.flatMap(({ path, meaning, range }) =>
    concretePaths(config, path).map((concrete) => ({ of: path, path: concrete, meaning, range }))
  );
  const rank = ({ of }: { of: string }) => {
    const at = LIKELY.indexOf(of);
    return at < 0 ? LIKELY.length : at;
  };
  return all.toSorted((one, other) => rank(one) - rank(other))
    .map(({ path, meaning, range }) => ({ path, meaning, range }));
}

function concretePaths(config: Config, path: string): string[] {
  const [block = "", ...words] = path.split(".");
  const word = words.at(-1)!;
  switch (block) {
    case "vrrp_instance":
      return config.instances.flatMap(({ name, tracks }) => {
        const head = `${block}.${name}`;
        if (words.length < 3 || words[1] === "authentication") {
          return [`${head}.${words.slice(1).join(".")}`];
        }
        const watches = words[1] === "track_script" ? "SCRIPT" : "INTERFACE";
        return tracks.filter((track) => track.watches === watches)
          .map(({ tracker }) => `${head}.${words[1]}.${tracker}.${word}`);
      });
    case "vrrp_script":
      return config.scripts.map(({ name }) => `${block}.${name}.${word}`);
    case "virtual_server":
      return config.virtualServers.flatMap(({ name, realServers }) => {
        const head = `${block}.${name}`;
        return words.includes("real_server")
          ? realServers.map((server) => `${head}.real_server.${server.name}.${word}`)
          : [`${head}.${word}`];
      });
    default:
      return [path];
  }
}

/** What is wrong with a change, in a sentence; "" = it can be made. */
export function editProblem(config: Config, edit: Edit): string {
  try {
    applyEdits(config, [edit]);
    return "";
  } catch (thrown) {
    if (!(thrown instanceof Error)) throw thrown;
    const hint = "hint" in thrown && typeof thrown.hint === "string" ? thrown.hint : "";
    return hint === "" ? thrown.message : `${thrown.message}: ${hint}`;
  }
}

/**
 * The configuration that a node's file has at a time, with the reloads until then. A change that cannot be
 * made is left out: the play says so (scenario_check.ts).
 */
export function configAt(
  config: Config,
  steps: readonly Step[],
  node: string,
  us: number,
): Config {
  return steps.reduce((now, { atUs, action }) => {
    if (atUs > us || action.do !== "reload" || action.node !== node) return now;
    const base = action.config ?? now;
    const isGood = action.set.every((edit) => editProblem(base, edit) === "");
    return isGood ? applyEdits(base, action.set) : base;
  }, config);
}
