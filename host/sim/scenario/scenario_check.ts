// Whether a scenario fits a cluster: every name in it stands in a configuration, and every reload's changes
// can be made at their time. This module is browser safe.

import { VipdError } from "../../base/errors.ts";
import { advice } from "../../base/nearest.ts";
import type { Config } from "../../conf/model.ts";
import { applyEdits } from "./edit.ts";
import { readPrefixed } from "./edit_value.ts";
import { interfaceNames } from "../layout.ts";
import type { Action, Scenario } from "./scenario.ts";
import {
  type FindPlace,
  NO_PLACE,
  SCENARIO_PROBLEM_MAX,
  type ScenarioProblem,
} from "./scenario_text.ts";
import type { SimulatedNode } from "../simulate.ts";

/** Names that a hint lists at the most. */
const LISTED_MAX = 12;

type Path = readonly (string | number)[];

/** Everything in a scenario that the configurations do not have; empty = it can be played. */
export function checkScenario(
  scenario: Scenario,
  nodes: readonly SimulatedNode[],
  placeOf: FindPlace = NO_PLACE,
): ScenarioProblem[] {
  const check = new Check(scenario, nodes, placeOf);
  for (const [name, { addresses }] of Object.entries(scenario.machines)) {
    if (!check.node(name, ["machines", name])) continue;
    for (const device of Object.keys(addresses)) {
      check.device(name, device, ["machines", name, "addresses", device]);
    }
  }
  scenario.scripts.forEach(({ node, script }, i) => {
    if (check.node(node, ["scripts", i, "node"])) {
      check.script(node, script, ["scripts", i, "script"]);
    }
  });
  scenario.steps.forEach(({ action }, i) => check.action(action, ["steps", i]));
  return check.problems;
}

class Check {
  readonly problems: ScenarioProblem[] = [];
  readonly #scenario: Scenario;
  /** What each node's file says at the step that is looked at, and all that it ever says. */
  readonly #files = new Map<string, { now: Config; all: Config[] }>();
  readonly #placeOf: FindPlace;

  constructor(scenario: Scenario, nodes: readonly SimulatedNode[], placeOf: FindPlace) {
    this.#scenario = scenario;
    this.#placeOf = placeOf;
    for (const { name, config } of nodes) {
      this.#files.set(name, { now: config, all: [config] });
    }
    for (const { action } of scenario.steps) {
      if (action.do !== "reload" || action.config === null) continue;
      this.#files.get(action.node)?.all.push(action.config);
    }
  }

  action(action: Action, at: Path): void {
    if ("node" in action && action.node !== null && !this.node(action.node, [...at, "node"])) {
      return;
    }
    switch (action.do) {
      case "cut":
        return this.#cut(action, at);
      case "partition":
        return this.#partition(action.sets, [...at, "sets"]);
      case "unplug":
      case "plug":
      case "wire":
        if (action.interface !== null) {
          this.device(action.node, action.interface, [...at, "interface"]);
        }
        return;
      case "script":
        return this.script(action.node, action.script, [...at, "script"]);
      case "server":
        return this.#server(action, at);
      case "removeAddress":
        return this.#address(action.node, action.address, [...at, "address"]);
      case "reload":
        return this.#reload(action, at);
      case "load":
        return this.#service(action.service, [...at, "service"]);
    }
  }

  #service(name: string | null, at: Path): void {
    if (name === null) return;
    const known = this.#configs(null).flatMap(({ virtualServers }) =>
      virtualServers.map((one) => one.name)
    );
    if (!known.includes(name)) this.#unknown("virtual_server", name, known, at);
  }

  /** True when there is such a node. */
  node(name: string, at: Path): boolean {
    if (this.#files.has(name)) return true;
    this.#unknown("node", name, [...this.#files.keys()], at);
    return false;
  }

  device(node: string, name: string, at: Path): void {
    const known = this.#configs(node).flatMap(interfaceNames);
    if (!known.includes(name)) this.#unknown(`interface of ${node}`, name, known, at);
  }

  /** node null: one that has it is enough. */
  script(node: string | null, name: string, at: Path): void {
    const known = this.#configs(node).flatMap(({ scripts }) => scripts.map((one) => one.name));
    const what = node === null ? "vrrp_script" : `vrrp_script of ${node}`;
    if (!known.includes(name)) this.#unknown(what, name, known, at);
  }

  #configs(node: string | null): Config[] {
    if (node !== null) return this.#files.get(node)?.all ?? [];
    return [...this.#files.values()].flatMap(({ all }) => all);
  }

  #cut({ from, to }: Extract<Action, { do: "cut" }>, at: Path): void {
    const isKnown = this.node(from, [...at, "from"]) && this.node(to, [...at, "to"]);
    if (!isKnown || from !== to) return;
    this.#report([...at, "to"], {
      message: `${from} cannot be cut from itself`,
      why: "a cut is between two nodes",
      hint: "name another node",
    });
  }

  #partition(sets: string[][], at: Path): void {
    const seen = new Set<string>();
    sets.forEach((set, i) =>
      set.forEach((name, j) => {
        const place = [...at, i, j];
        if (this.node(name, place) && seen.has(name)) {
          this.#report(place, {
            message: `${name} stands in two sets`,
            why: "a node hears those of one set",
            hint: "take one of them out",
          });
        }
        seen.add(name);
      })
    );
  }

  #server({ address, port }: Extract<Action, { do: "server" }>, at: Path): void {
    const all = this.#configs(null).flatMap(({ virtualServers }) =>
      virtualServers.flatMap(({ realServers }) => realServers)
    );
    const targets = all.flatMap(({ address, port, checkers }) => [
      { address, port },
      ...checkers.flatMap((checker) => checker.kind === "MISC_CHECK" ? [] : [checker.target]),
    ]);
    const here = targets.filter((one) => one.address === canonical(address));
    if (here.length === 0) {
      const known = targets.map((one) => one.address);
      return this.#unknown("real server", address, known, [...at, "address"]);
    }
    if (port === null || here.some((one) => one.port === port)) return;
    const known = here.map((one) => String(one.port));
    this.#unknown(`port of ${address}`, String(port), known, [...at, "port"]);
  }

  #address(node: string, address: string, at: Path): void {
    const reloaded = this.#scenario.steps.flatMap(({ action }) =>
      action.do === "reload" && action.node === node ? action.set : []
    ).flatMap(({ path, value }) =>
      path.endsWith(".virtual_ipaddress") ? String(value).split(/[ ,]+/) : []
    );
    const given = Object.values(this.#scenario.machines[node]?.addresses ?? {}).flat();
    const known = [
      ...this.#configs(node).flatMap(({ instances }) =>
        instances.flatMap(({ vips, excludedVips }) =>
          [...vips, ...excludedVips].map((vip) => vip.address)
        )
      ),
      ...[...given, ...reloaded].map((text) => canonical(text)),
    ];
    if (!known.includes(canonical(address))) {
      this.#unknown(`address of ${node}`, address, known, at);
    }
  }

  #reload({ node, set, config }: Extract<Action, { do: "reload" }>, at: Path): void {
    const file = this.#files.get(node)!;
    try {
      file.now = applyEdits(config ?? file.now, set);
    } catch (error) {
      if (!(error instanceof VipdError)) throw error;
      const path = set.map((one) => one.path).find((one) => error.message.startsWith(`${one}:`));
      this.#report(path === undefined ? [...at, "set"] : [...at, "set", path], {
        message: error.message,
        why: "",
        hint: error.hint ?? "correct the change",
      });
    }
  }

  #unknown(what: string, name: string, known: string[], at: Path): void {
    const hint = advice(name, [...new Set(known)], LISTED_MAX, "the configurations have none");
    this.#report(at, {
      message: `there is no ${what} '${name}'`,
      why: "",
      hint,
    });
  }

  #report(at: Path, finding: Omit<ScenarioProblem, "line" | "column">): void {
    if (this.problems.length >= SCENARIO_PROBLEM_MAX) return;
    this.problems.push({ ...this.#placeOf(at), ...finding });
  }
}

/** An address without its prefix length, canonical; other text as it is. */
function canonical(text: string): string {
  return readPrefixed(text)?.address ?? text;
}
