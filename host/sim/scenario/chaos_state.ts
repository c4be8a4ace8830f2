// What a scenario of random faults has done so far: the steps, and what they have made of the nodes, so that
// the next fault fits and everything can be mended. This module is browser safe.

import { VipdError } from "../../base/errors.ts";
import type { Config, RealServer } from "../../conf/model.ts";
import { applyEdits } from "./edit.ts";
import type { Random } from "../random.ts";
import { type Action, DEFAULT_SCRIPT, type Edit, type Machine, type Step } from "./scenario.ts";
import type { SimulatedNode } from "../simulate.ts";

/** One node as the steps have left it. */
export interface ChaosNode {
  readonly name: string;
  /** What its file says. */
  config: Config;
  process: "running" | "down" | "off" | "paused" | "frozen";
  /** It was told to stop and may not have ended yet. */
  stopping: boolean;
  unplugged: boolean;
  /** A cable is out, also that of a node which started since. */
  cableOut: boolean;
  clockChanged: boolean;
  /** Main was silent for so long that the worker may end the process until then; 0: it was not. */
  resignsUs: number;
  /** A reload was asked for while it could not take it. */
  fileChanged: boolean;
}

/** The state. */
export class ChaosState {
  readonly steps: Step[] = [];
  readonly nodes: readonly ChaosNode[];
  nowUs = 0;
  /** Every configuration that some node ever had: what is learnt from adverts outlives a reload. */
  readonly seen: Config[];
  /** There are cuts, partitions or changed wires. */
  isNetworkDirty = false;
  readonly #random: Random;
  /** `node script` that do not answer well. */
  readonly #badScripts = new Map<string, { node: string; script: string }>();
  readonly #badServers = new Set<string>();

  constructor(
    random: Random,
    nodes: readonly SimulatedNode[],
    machines: Readonly<Record<string, Machine>>,
  ) {
    this.#random = random;
    this.seen = nodes.map(({ config }) => config);
    this.nodes = nodes.map(({ name, config }) => ({
      name,
      config,
      process: machines[name]!.started ? "running" : "down",
      stopping: false,
      unplugged: false,
      cableOut: false,
      clockChanged: false,
      resignsUs: 0,
      fileChanged: false,
    }));
  }

  wait(us: number): void {
    this.nowUs += us;
  }

  do(action: Action): void {
    this.steps.push({ atUs: this.nowUs, action });
  }

  configs(): Config[] {
    return this.nodes.map(({ config }) => config);
  }

  /** An interval of adverts, at random. */
  intervalUs(): number {
    const all = this.configs().flatMap(({ instances }) =>
      instances.map(({ advertisementIntervalUs }) => advertisementIntervalUs)
    );
    return all.length === 0 ? 1_000_000 : this.#random.pick(all);
  }

  /** A node in one of these states; null = there is none. */
  pick(...processes: ChaosNode["process"][]): ChaosNode | null {
    const fit = this.nodes.filter(({ process }) => processes.includes(process));
    return fit.length === 0 ? null : this.#random.pick(fit);
  }

  start(node: ChaosNode): void {
    this.do({ do: "start", node: node.name });
    node.process = "running";
    node.stopping = false;
    node.unplugged = false;
    node.resignsUs = 0;
    node.fileChanged = false;
  }

  goOn(node: ChaosNode): void {
    this.do({ do: node.process === "frozen" ? "thaw" : "resume", node: node.name });
    node.process = "running";
  }

  /**
   * The same changes on some nodes, each a little after the one before. False: one of them cannot be
   * made (an owner has no weights), and none is.
   */
  reload(nodes: readonly ChaosNode[], set: Edit[], gapUs: () => number): boolean {
    const changed: Config[] = [];
    try {
      for (const { config } of nodes) changed.push(applyEdits(config, set));
    } catch (error) {
      if (error instanceof VipdError && error.code === "edit") return false;
      throw error;
    }
    if (set.length > 0) this.seen.push(...changed);
    nodes.forEach((node, i) => {
      if (i > 0) this.wait(gapUs());
      node.config = changed[i]!;
      if (node.process !== "running") node.fileChanged = true;
      this.do({
        do: "reload",
        node: node.name,
        set: set.map((edit) => ({ ...edit })),
        config: null,
      });
    });
    return true;
  }

  /** Every node has what its file says. */
  settleFiles(): void {
    for (const node of this.nodes) {
      if (!node.fileChanged) continue;
      this.do({ do: "reload", node: node.name, set: [], config: null });
      node.fileChanged = false;
    }
  }

  /** A tracked script of a node; null = there is none. */
  pickScript(): { node: string; script: string; intervalUs: number } | null {
    const all = this.nodes.flatMap(({ name, config }) =>
      config.scripts.filter(({ trackedBy }) => trackedBy.length > 0)
        .map((script) => ({ node: name, script: script.name, intervalUs: script.intervalUs }))
    );
    return all.length === 0 ? null : this.#random.pick(all);
  }

  noteScript(node: string, script: string, isGood: boolean): void {
    const key = `${node} ${script}`;
    if (isGood) this.#badScripts.delete(key);
    else this.#badScripts.set(key, { node, script });
  }

  mendScripts(): void {
    for (const { node, script } of this.#badScripts.values()) {
      this.do({ do: "script", node, script, ...DEFAULT_SCRIPT });
    }
    this.#badScripts.clear();
  }

  /** A real server; null = there is none. */
  pickServer(): RealServer | null {
    const all = this.nodes.flatMap(({ config }) =>
      config.virtualServers.flatMap(({ realServers }) => realServers)
    );
    return all.length === 0 ? null : this.#random.pick(all);
  }

  noteServer(address: string, isGood: boolean): void {
    if (isGood) this.#badServers.delete(address);
    else this.#badServers.add(address);
  }

  mendServers(): void {
    for (const address of this.#badServers) {
      this.do({ do: "server", address, port: null, state: "up" });
    }
    this.#badServers.clear();
  }
}
