// What scripts and servers answer in a simulation: the engine's questions, the scenario's answers. Pure
// but for the rules that a step changes. This module is browser safe.

import type { Config, HttpCheck } from "../../conf/model.ts";
import type {
  CheckOutcome,
  CheckSpec,
  RunCheckOutput,
  RunScriptOutput,
  ScriptOutcome,
} from "../../engine/contract.ts";
import {
  type Action,
  DEFAULT_SCRIPT,
  type ScriptRule,
  type ServerState,
} from "../scenario/scenario.ts";

/** An answer and when it comes. */
export interface Answer<T> {
  outcome: T;
  afterUs: number;
}

/** A server's answer is under way so long, microseconds. */
const ANSWER_US = 400;
/** After TERM a script that ran too long has ended so much later, microseconds. */
const TERM_US = 1_000;
const STATUS_GOOD = 200;
const BODY_SIZE = 1_000;

/** Scripts and servers. */
export class Surroundings {
  /** By `node script`; the node is empty for every node. */
  readonly #scripts = new Map<string, { outcome: ScriptOutcome; runUs: number }>();
  /** By `address port`; the port is empty for every port. */
  readonly #servers = new Map<string, ServerState>();

  constructor(rules: readonly ScriptRule[]) {
    for (const { node, script, outcome, runUs } of rules) {
      this.#scripts.set(`${node} ${script}`, { outcome, runUs });
    }
  }

  /** A step changes a script. */
  setScript({ node, script, outcome, runUs }: Extract<Action, { do: "script" }>): void {
    if (node === null) {
      for (const key of this.#scripts.keys()) {
        if (key.endsWith(` ${script}`)) this.#scripts.delete(key);
      }
    }
    this.#scripts.set(`${node ?? ""} ${script}`, { outcome, runUs });
  }

  /** A step changes a server. */
  setServer({ address, port, state }: Extract<Action, { do: "server" }>): void {
    if (port === null) {
      for (const key of this.#servers.keys()) {
        if (key.startsWith(`${address} `)) this.#servers.delete(key);
      }
    }
    this.#servers.set(`${address} ${port ?? ""}`, state);
  }

  /** How a run of a script ends on a node. */
  script(node: string, { tracker, timeoutUs }: RunScriptOutput): Answer<ScriptOutcome> {
    const rule = this.#scripts.get(`${node} ${tracker}`) ?? this.#scripts.get(` ${tracker}`) ??
      DEFAULT_SCRIPT;
    if (rule.runUs >= timeoutUs || rule.outcome.kind === "timeout") {
      return { outcome: { kind: "timeout" }, afterUs: timeoutUs + TERM_US };
    }
    return { outcome: rule.outcome, afterUs: rule.runUs };
  }

  /** How a check ends on a node; `online`: it has a network at all. */
  check(output: RunCheckOutput, config: Config, online: boolean): Answer<CheckOutcome> {
    const { spec } = output;
    if (spec.kind === "MISC_CHECK") return this.#misc(output, config);
    if (!online) return { outcome: { kind: "unreachable" }, afterUs: ANSWER_US };
    const state = this.#server(spec.target.address, spec.target.port);
    if (state === "refuse") return { outcome: { kind: "refused" }, afterUs: ANSWER_US };
    if (state === "silent") {
      const outcome = { kind: "timeout", phase: "connect" } as const;
      return { outcome, afterUs: spec.connectTimeoutUs };
    }
    if (spec.kind === "TCP_CHECK") return { outcome: { kind: "connected" }, afterUs: ANSWER_US };
    return { outcome: response(output, config, spec, state), afterUs: 2 * ANSWER_US };
  }

  #server(address: string, port: number): ServerState {
    return this.#servers.get(`${address} ${port}`) ?? this.#servers.get(`${address} `) ?? "up";
  }

  /** A MISC_CHECK looks at the real server that it stands in. */
  #misc({ virtualServer, realServer }: RunCheckOutput, config: Config): Answer<CheckOutcome> {
    const server = config.virtualServers.find(({ name }) => name === virtualServer)
      ?.realServers.find(({ name }) => name === realServer);
    const state = server === undefined ? "up" : this.#server(server.address, server.port);
    const code = state === "up" ? 0 : 1;
    return {
      outcome: { kind: "script", outcome: { kind: "exit", code } },
      afterUs: DEFAULT_SCRIPT.runUs,
    };
  }
}

/** The answer that the configuration asks for, or another status. */
function response(
  { virtualServer, realServer }: RunCheckOutput,
  config: Config,
  spec: Extract<CheckSpec, { path: string }>,
  state: "up" | number,
): CheckOutcome {
  const url = config.virtualServers.find(({ name }) => name === virtualServer)
    ?.realServers.find(({ name }) => name === realServer)
    ?.checkers.filter((one): one is HttpCheck => "urls" in one)
    .flatMap(({ urls }) => urls)
    .find(({ path }) => path === spec.path);
  const status = state === "up" ? url?.statusCodes[0]?.from ?? STATUS_GOOD : state;
  const digest = spec.digest ? url?.digest ?? null : null;
  return { kind: "response", status, digest, bytes: BODY_SIZE, contentLength: BODY_SIZE };
}
