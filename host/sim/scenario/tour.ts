// What `vipd simulate` plays when it is given no scenario: each thing that can befall a cluster once, at
// leisure, so that a newcomer sees in one timeline what his configurations do. The pauses follow from
// the configurations. This module is browser safe.

import type { Config, Track, VrrpInstance } from "../../conf/model.ts";
import { checkVerdictUs, electionUs, leaseUs, scriptVerdictUs } from "./quiet.ts";
import { type Action, DEFAULT_SCRIPT, GOOD_WIRE, type Scenario, type Step } from "./scenario.ts";
import type { SimulatedNode } from "../simulate.ts";

const SECOND_US = 1_000_000;
const OWNER = 255;

/** Who is master of what when all is well. */
interface Favourite {
  node: string;
  instance: VrrpInstance;
}

/** The tour of a cluster. */
export function tourScenario(nodes: readonly SimulatedNode[]): Scenario {
  const tour = new Tour(nodes);
  tour.begin();
  tour.kill();
  tour.unplug();
  tour.freeze();
  tour.script();
  tour.server();
  tour.shutdown();
  return {
    name: "tour",
    description: "Everything that can befall these nodes, once.",
    durationUs: tour.nowUs,
    wire: { ...GOOD_WIRE },
    machines: {},
    scripts: [],
    steps: tour.steps,
  };
}

/** The node that is master of each virtual router when all is well, in the order of the first file. */
function favouritesOf(nodes: readonly SimulatedNode[]): Favourite[] {
  const best = new Map<string, Favourite & { priority: number }>();
  for (const { name, config } of nodes) {
    for (const instance of config.instances) {
      const key = `${instance.family} ${instance.vrid}`;
      const priority = priorityOf(instance);
      const other = best.get(key);
      if (other === undefined || other.priority < priority) {
        best.set(key, { node: name, instance, priority });
      }
    }
  }
  return [...best.values()];
}

/** Effective priority with every tracker good. */
function priorityOf({ priority, tracks }: VrrpInstance): number {
  if (priority === OWNER) return OWNER;
  const sum = tracks.reduce(
    (total, { weight, reverse }) => total + (weight > 0 !== reverse ? weight : 0),
    priority,
  );
  return Math.max(1, Math.min(OWNER - 1, sum));
}

class Tour {
  readonly steps: Step[] = [];
  nowUs = 0;
  readonly #nodes: readonly SimulatedNode[];
  readonly #configs: readonly Config[];
  readonly #favourites: readonly Favourite[];
  readonly #electionUs: number;

  constructor(nodes: readonly SimulatedNode[]) {
    this.#nodes = nodes;
    this.#configs = nodes.map(({ config }) => config);
    this.#favourites = favouritesOf(nodes);
    this.#electionUs = wholeSeconds(electionUs(this.#configs));
  }

  begin(): void {
    const many = this.#nodes.length > 1;
    this.#say(many ? "All nodes start at once." : "The node starts.");
    this.#wait(this.#electionUs + wholeSeconds(scriptVerdictUs(this.#configs)));
  }

  kill(): void {
    const first = this.#favourites[0];
    if (first === undefined) return;
    const { node } = first;
    this.#say(`kill -9 of ${node}: no goodbye, so the others wait for adverts that do not come.`);
    this.#do({ do: "kill", node });
    this.#wait(Math.max(this.#electionUs, wholeSeconds(leaseUs(this.#configs))));
    this.#say(`${node} is started again.`);
    this.#do({ do: "start", node });
    this.#wait(this.#electionUs + wholeSeconds(scriptVerdictUs(this.#configs)));
  }

  unplug(): void {
    const node = this.#next(1);
    if (node === null) return;
    this.#say(`${node} loses its network: it knows, and goes to FAULT; the others cannot know.`);
    this.#do({ do: "unplug", node, interface: null });
    this.#wait(this.#electionUs);
    this.#say(`The cable of ${node} is in again.`);
    this.#do({ do: "plug", node, interface: null });
    this.#wait(this.#electionUs);
  }

  freeze(): void {
    const node = this.#next(0);
    if (node === null || this.#nodes.length < 2) return;
    this.#say(
      `The guest ${node} stands still with its clock, and believes afterwards it never did.`,
    );
    this.#do({ do: "freeze", node });
    this.#wait(this.#electionUs);
    this.#do({ do: "thaw", node });
    this.#wait(this.#electionUs);
  }

  script(): void {
    const found = this.#trackedScript();
    if (found === null) return;
    const { node, track: { tracker: script, weight } } = found;
    const effect = weight === 0 ? "weight 0: FAULT" : `its weight is ${Math.abs(weight)}`;
    const pauseUs = wholeSeconds(scriptVerdictUs(this.#configs)) + this.#electionUs;
    this.#say(`${script} fails on ${node} (${effect}).`);
    this.#do({
      do: "script",
      node,
      script,
      outcome: { kind: "exit", code: 1 },
      runUs: DEFAULT_SCRIPT.runUs,
    });
    this.#wait(pauseUs);
    this.#say(`${script} is good again on ${node}.`);
    this.#do({ do: "script", node, script, ...DEFAULT_SCRIPT });
    this.#wait(pauseUs);
  }

  server(): void {
    const servers = this.#configs.flatMap(({ virtualServers }) => virtualServers)
      .flatMap(({ realServers }) => realServers)
      .filter(({ checkers }) => checkers.length > 0);
    const server = servers[0];
    if (server === undefined) return;
    const { address, port } = server;
    const pauseUs = wholeSeconds(checkVerdictUs(this.#configs));
    this.#say(`The real server ${address} refuses connections.`);
    this.#do({ do: "server", address, port: port === 0 ? null : port, state: "refuse" });
    this.#wait(pauseUs);
    this.#say(`${address} answers again.`);
    this.#do({ do: "server", address, port: port === 0 ? null : port, state: "up" });
    this.#wait(pauseUs);
  }

  shutdown(): void {
    const node = this.#next(0);
    if (node === null) return;
    this.#say(`${node} is stopped in order: it says goodbye with priority 0.`);
    this.#do({ do: "shutdown", node });
    this.#wait(Math.max(this.#electionUs, 5 * SECOND_US));
    this.#say(`${node} is started again.`);
    this.#do({ do: "start", node });
    this.#wait(this.#electionUs + wholeSeconds(scriptVerdictUs(this.#configs)));
  }

  /** The node of the nth favourite that is another than the first one's, else the first. */
  #next(n: 0 | 1): string | null {
    const first = this.#favourites[0];
    if (first === undefined) return null;
    if (n === 0) return first.node;
    return (this.#favourites.find(({ node }) => node !== first.node) ?? first).node;
  }

  /** A script that a favourite tracks; those that can move something first. */
  #trackedScript(): { node: string; track: Track } | null {
    const all = this.#favourites.flatMap(({ node, instance }) =>
      instance.tracks.filter(({ watches }) => watches === "SCRIPT").map((track) => ({
        node,
        track,
      }))
    );
    return all[0] ?? null;
  }

  #say(text: string): void {
    this.#do({ do: "say", text });
  }

  #do(action: Action): void {
    this.steps.push({ atUs: this.nowUs, action });
  }

  #wait(us: number): void {
    this.nowUs += us;
  }
}

/** Times that a person reads are whole seconds. */
function wholeSeconds(us: number): number {
  return Math.ceil(us / SECOND_US) * SECOND_US;
}
