// Changes of a checked configuration by name, in keepalived's words: `vrrp_instance.VI_1.priority` = 90.
// Reloads of scenarios and `vipd replay --change` use it. The outcome is what the file with that change would
// mean; what the file could not mean is refused. This module is browser safe.

import { VipdError } from "../../base/errors.ts";
import { advice } from "../../base/nearest.ts";
import type { Config, RealServer, VirtualServer } from "../../conf/model.ts";
import { settleConfig } from "./edit_settle.ts";
import {
  INSTANCE_WORDS,
  SCRIPT_WORDS,
  SERVER_WORDS,
  SERVICE_WORDS,
  TRACK_WORDS,
  VIPD_WORDS,
  type Words,
} from "./edit_words.ts";
import type { Edit } from "./scenario.ts";

/** Names that a hint lists at the most. */
const LISTED_MAX = 8;

/** One path that an edit may have, for documents and the command line. */
export interface EditPath {
  /** NAME, SCRIPT and so on stand for names. */
  path: string;
  meaning: string;
  range: string;
}

const BLOCKS = ["vrrp_instance", "vrrp_script", "virtual_server", "vipd"];

/** Every path, in the order of the documents. */
export const EDIT_PATHS: readonly EditPath[] = [
  ...pathsOf("vrrp_instance.NAME", INSTANCE_WORDS),
  ...pathsOf("vrrp_instance.NAME.track_script.SCRIPT", TRACK_WORDS),
  ...pathsOf("vrrp_instance.NAME.track_interface.INTERFACE", TRACK_WORDS),
  ...pathsOf("vrrp_script.NAME", SCRIPT_WORDS),
  ...pathsOf("virtual_server.ADDRESS:PORT", SERVICE_WORDS),
  ...pathsOf("virtual_server.ADDRESS:PORT.real_server.ADDRESS:PORT", SERVER_WORDS),
  ...pathsOf("vipd", VIPD_WORDS),
];

function pathsOf<T>(head: string, words: Words<T>): EditPath[] {
  return Object.entries(words).map(([name, { meaning, range }]) => ({
    path: `${head}.${name}`,
    meaning,
    range,
  }));
}

/**
 * A new configuration with the changes; the old one stays as it is. All changes are made before the
 * whole is judged, so that `version` and `advert_int` may come in any order. Throws VipdError `edit`.
 */
export function applyEdits(config: Config, edits: readonly Edit[]): Config {
  const changed = structuredClone(config);
  for (const edit of edits) applyOne(changed, edit);
  settleConfig(changed, edits);
  return changed;
}

/** `vrrp_instance.VI_1.priority=90` of a command line. Throws VipdError `edit`. */
export function parseEdit(text: string): Edit {
  const at = text.indexOf("=");
  if (at > 0) return { path: text.slice(0, at).trim(), value: text.slice(at + 1).trim() };
  throw new VipdError("edit", `'${text}' is not a change`, {
    hint: "write PATH=VALUE, for example vrrp_instance.VI_1.priority=90",
  });
}

/** Who looks for the place of one edit. */
interface Search {
  config: Config;
  edit: Edit;
}

function applyOne(config: Config, edit: Edit): void {
  const search: Search = { config, edit };
  const [block = "", rest = ""] = splitFirst(edit.path);
  switch (block) {
    case "vrrp_instance": {
      const found = take(search, rest, config.instances.map((one) => [one, [one.name]]), block);
      return inInstance(search, found.place, found.rest);
    }
    case "vrrp_script": {
      const found = take(search, rest, config.scripts.map((one) => [one, [one.name]]), block);
      return setWord(search, SCRIPT_WORDS, found.place, found.rest, block);
    }
    case "virtual_server": {
      const names = aliases(config.virtualServers, serviceAliases);
      const found = take(search, rest, names, block);
      return inService(search, found.place, found.rest);
    }
    case "vipd":
      return setWord(search, VIPD_WORDS, config.vipd, rest, block);
  }
  throw unknown(search, "block", block, BLOCKS);
}

function inInstance(search: Search, instance: Config["instances"][number], rest: string): void {
  const [kind = "", tail = ""] = splitFirst(rest);
  if (kind !== "track_script" && kind !== "track_interface") {
    return setWord(search, INSTANCE_WORDS, instance, rest, "vrrp_instance", [
      ...["track_script", "track_interface"],
    ]);
  }
  const watches = kind === "track_script" ? "SCRIPT" : "INTERFACE";
  const tracks = instance.tracks.filter((track) => track.watches === watches);
  const title = `${kind} of ${instance.name}`;
  const found = take(search, tail, tracks.map((one) => [one, [one.tracker]]), title);
  setWord(search, TRACK_WORDS, found.place, found.rest, kind);
}

function inService(search: Search, service: VirtualServer, rest: string): void {
  const [kind = "", tail = ""] = splitFirst(rest);
  if (kind !== "real_server") {
    return setWord(search, SERVICE_WORDS, service, rest, "virtual_server", ["real_server"]);
  }
  const names = aliases(service.realServers, serverAliases);
  const found = take(search, tail, names, `real_server of ${service.name}`);
  setWord(search, SERVER_WORDS, found.place, found.rest, kind);
}

function splitFirst(text: string): [string, string] {
  const at = text.indexOf(".");
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

/** Takes the longest name at the beginning of a path: names may hold dots. */
function take<T>(
  search: Search,
  path: string,
  places: [T, string[]][],
  what: string,
): { place: T; rest: string } {
  let best: { place: T; rest: string; length: number } | null = null;
  for (const [place, names] of places) {
    for (const name of names) {
      if (!path.startsWith(`${name}.`) || name.length <= (best?.length ?? -1)) continue;
      best = { place, rest: path.slice(name.length + 1), length: name.length };
    }
  }
  if (best !== null) return best;
  const guess = what.includes("server")
    ? path.slice(0, path.lastIndexOf("."))
    : splitFirst(path)[0];
  throw unknown(search, what, guess, places.map(([, names]) => names[0]!));
}

function setWord<T>(
  { config, edit }: Search,
  words: Words<T>,
  place: T,
  name: string,
  block: string,
  others: string[] = [],
): void {
  if (!Object.hasOwn(words, name)) {
    throw unknown({ config, edit }, `keyword of ${block}`, name, [
      ...Object.keys(words),
      ...others,
    ]);
  }
  const found = words[name]!;
  if (found.apply(place, edit.value, config)) return;
  throw new VipdError(
    "edit",
    `${edit.path}: ${JSON.stringify(edit.value)} is not ${name}`,
    { hint: `${name} is ${found.range}` },
  );
}

function unknown({ edit }: Search, what: string, name: string, known: string[]): VipdError {
  const hint = advice(name, known, LISTED_MAX, "there is none in this configuration");
  const text = name === "" ? `a ${what} is missing` : `there is no ${what} '${name}'`;
  return new VipdError("edit", `${edit.path}: ${text}`, { hint });
}

/** Places with all their names, short ones first; a name that two places have is left out. */
function aliases<T>(places: T[], namesOf: (place: T) => string[]): [T, string[]][] {
  const owners = new Map<string, number>();
  for (const name of places.flatMap(namesOf)) owners.set(name, (owners.get(name) ?? 0) + 1);
  return places.map((place) => [place, namesOf(place).filter((name) => owners.get(name) === 1)]);
}

/** `172.18.200.6:80`, `172.18.200.6 80` as in the file, `[172.18.200.6]:tcp:80` as in the status. */
function serviceAliases({ key, name }: VirtualServer): string[] {
  if (key.kind === "FWMARK") return [`fwmark ${key.mark}`, name];
  return [...endpointAliases(key), name];
}

function serverAliases(server: RealServer): string[] {
  return [...endpointAliases(server), server.name];
}

function endpointAliases(one: { family: string; address: string; port: number }): string[] {
  const { family, address, port } = one;
  const short = family === "INET" ? `${address}:${port}` : `[${address}]:${port}`;
  return [short, `${address} ${port}`];
}
