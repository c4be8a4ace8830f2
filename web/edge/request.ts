// What a body's members must be. Every problem names the member, never its content.

import { nearest } from "../../host/base/nearest.ts";
import { SCENARIO_SIZE_MAX } from "../../host/sim/scenario/scenario_table.ts";
import { EDGE_LIMITS } from "./limits.ts";
import { limitReached, Problem } from "./problem.ts";

/** One file. Bytes where it was sent as such. */
export interface PostedFile {
  name: string;
  text: string | Uint8Array;
  /** What its node is called; null = found out. Always null of one that is included. */
  node: string | null;
}

/** A cluster's configurations. */
export interface PostedCluster {
  /** keepalived.conf of each node. */
  files: PostedFile[];
  /** What those include, vipd.conf, and configurations of a scenario's reloads. */
  included: PostedFile[];
}

/** What is to be simulated. */
export interface PostedPlay extends PostedCluster {
  /** "tour", "chaos", or the text of a scenario file. */
  scenario: string;
  seed: number;
}

/** Scenarios that are made for any cluster. */
export const MADE_SCENARIOS: readonly string[] = ["tour", "chaos"];
const SEED_MAX = 0xffff_ffff;

type Members = Record<string, unknown>;

/** The members of /check. Throws Problem 400, 413 or 422. */
export function readCluster(body: Members): PostedCluster {
  refuseOthers(body, ["files", "included"], "the body");
  return clusterOf(body);
}

/** The members of /simulate. Throws Problem 400, 413 or 422. */
export function readPlay(body: Members): PostedPlay {
  refuseOthers(body, ["files", "included", "scenario", "seed"], "the body");
  return { ...clusterOf(body), scenario: scenarioOf(body["scenario"]), seed: seedOf(body["seed"]) };
}

function clusterOf(body: Members): PostedCluster {
  const files = listOf(body["files"], "files", true);
  if (files.length === 0) {
    throw wrong("files", "is empty", "send the configuration of at least one node");
  }
  if (files.length > EDGE_LIMITS.nodes.value) {
    throw limitReached(413, EDGE_LIMITS.nodes, files.length, "send fewer nodes");
  }
  const included = body["included"] === undefined
    ? []
    : listOf(body["included"], "included", false);
  const all = [...files, ...included];
  if (all.length > EDGE_LIMITS.files.value) {
    throw limitReached(413, EDGE_LIMITS.files, all.length, "send fewer files");
  }
  refuseTwice(all.map(({ name }) => name), "files");
  const nodes = files.flatMap(({ node }) => node ?? []);
  if (nodes.length > 0 && nodes.length < files.length) {
    throw wrong("files", "have a node's name here and none there", "name all nodes, or none");
  }
  refuseTwice(nodes, "nodes");
  return { files, included };
}

function refuseTwice(names: readonly string[], what: string): void {
  if (new Set(names).size === names.length) return;
  throw wrong("files", `hold two ${what} of one name`, "give each another name");
}

function listOf(value: unknown, member: string, isMain: boolean): PostedFile[] {
  if (!Array.isArray(value)) {
    throw wrong(member, "is no list", 'write [{"name": "node1.conf", "text": "..."}]');
  }
  return value.map((item, i) => fileOf(item, `${member}[${i}]`, isMain));
}

function fileOf(item: unknown, at: string, isMain: boolean): PostedFile {
  if (typeof item !== "object" || item === null || Array.isArray(item)) {
    throw wrong(at, "is no object", 'write {"name": "node1.conf", "text": "..."}');
  }
  const { name, text, node = null } = item as Members;
  refuseOthers(item as Members, isMain ? ["name", "text", "node"] : ["name", "text"], at);
  if (typeof text !== "string" && !(text instanceof Uint8Array)) {
    throw wrong(`${at}.text`, "is no text", "put the whole file there");
  }
  return {
    name: nameOf(name, `${at}.name`),
    text,
    node: node === null ? null : nameOf(node, `${at}.node`),
  };
}

function nameOf(value: unknown, at: string): string {
  if (typeof value !== "string" || value === "") {
    throw wrong(at, "is no name", "write a text of at least one character");
  }
  if (value.length > EDGE_LIMITS.name.value) {
    throw limitReached(413, EDGE_LIMITS.name, value.length, "give it a shorter name");
  }
  // deno-lint-ignore no-control-regex
  if (/[\u0000-\u001f\u007f-\u009f]/.test(value)) {
    throw wrong(at, "holds a control character", "leave it out");
  }
  return value;
}

/** A scenario object is written out as a file would hold it, so that problems have their lines. */
function scenarioOf(value: unknown): string {
  if (value === undefined) return "tour";
  if (typeof value === "string") {
    if (value.length > SCENARIO_SIZE_MAX) {
      throw wrong("scenario", "is too long", `write at most ${SCENARIO_SIZE_MAX} characters`);
    }
    return value;
  }
  if (typeof value === "object" && value !== null) return JSON.stringify(value, null, 2);
  throw wrong(
    "scenario",
    "is no scenario",
    'send "tour", "chaos", or a scenario as object or text',
  );
}

function seedOf(value: unknown): number {
  if (value === undefined) return 1;
  const isSeed = typeof value === "number" && Number.isInteger(value) && value >= 0 &&
    value <= SEED_MAX;
  if (isSeed) return value;
  throw wrong("seed", "is no seed", `write a whole number from 0 to ${SEED_MAX}`);
}

function refuseOthers(members: Members, known: readonly string[], at: string): void {
  const other = Object.keys(members).find((name) => !known.includes(name));
  if (other === undefined) return;
  const near = nearest(other, known);
  throw new Problem(400, "member", `${at} has a member that is not known`, {
    detail: near === null ? `known are ${known.join(", ")}` : `one is like '${near}', but not it`,
    hint: near === null ? "leave it out" : `write '${near}'`,
  });
}

function wrong(at: string, what: string, hint: string): Problem {
  return new Problem(400, "member", `${at} ${what}`, { hint });
}
