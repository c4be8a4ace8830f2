// What files are, by their content and name: configurations, a scenario, a dump or capture, or none of these.

import { isDump } from "../../host/core/record.ts";
import { CONFIG_SIZE_MAX } from "../../host/conf/limits.ts";
import { findKeyword, ROOT, VIPD_FILE } from "../../host/conf/schema/keywords.ts";
import { SourceFile } from "../../host/conf/source.ts";
import { keywordOf } from "../../host/conf/tree.ts";
import { isPcap } from "../../host/sim/pcap/pcap.ts";
import type { ConfFile } from "../app/state.ts";
import { treeOf } from "../editor/syntax.ts";
import { SHARE_TEXT } from "../text/share.ts";
import type { Told } from "./share_state.ts";

/** Files that are taken at once. */
export const FILES_AT_ONCE_MAX = 64;
/** Blank, tab and line ends. */
const WHITE: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);

/** One file as it comes. */
export interface GivenFile {
  name: string;
  bytes: Uint8Array;
}

/** What some files are together, or what is wrong with them: a text with its values. */
export type Sorted =
  | { kind: "recording"; file: GivenFile }
  /** `confs` by the names of the files. */
  | { kind: "play"; confs: ConfFile[]; scenario: ConfFile | null }
  | { kind: "problem"; problem: Told };

/** What one file is. */
export function kindOf({ name, bytes }: GivenFile): "conf" | "scenario" | "recording" | "unknown" {
  if (isPcap(bytes) || isDump(bytes)) return "recording";
  if (bytes.length > CONFIG_SIZE_MAX || bytes.includes(0)) return "unknown";
  const { text } = SourceFile.decode(name, bytes);
  if (/\.jsonc?$/i.test(name)) return "scenario";
  if (/\.conf$/i.test(name)) return "conf";
  if (/^(\s|\/\/[^\n]*\n|\/\*[^]*?\*\/)*\{\s*("|\/[/*])/.test(text)) return "scenario";
  const isConf = treeOf(text).items.some((item) =>
    item.kind === "statement" && item.block !== null &&
    (findKeyword(ROOT, keywordOf(item)) ?? findKeyword(VIPD_FILE, keywordOf(item))) !== null
  );
  return isConf ? "conf" : "unknown";
}

/** What files are together. */
export function sortFiles(given: readonly GivenFile[]): Sorted {
  if (given.length > FILES_AT_ONCE_MAX) {
    return problem("tooManyFiles", { max: FILES_AT_ONCE_MAX });
  }
  const kinds = given.map(kindOf);
  // An empty one would silently take the place of a node's configuration.
  const empty = given.find(({ bytes }) => bytes.every((byte) => WHITE.has(byte)));
  if (empty !== undefined) return problem("emptyFile", { name: empty.name });
  const unknown = kinds.indexOf("unknown");
  if (unknown >= 0) return problem("unknownFile", { name: given[unknown]!.name });
  const recording = kinds.indexOf("recording");
  if (recording >= 0 && given.length > 1) return problem("oneRecording");
  if (recording >= 0) return { kind: "recording", file: given[recording]! };
  const texts = given.map(({ name, bytes }) => ({
    name,
    text: SourceFile.decode(name, bytes).text,
  }));
  const scenarios = texts.filter((_, i) => kinds[i] === "scenario");
  if (scenarios.length > 1) return problem("oneScenario");
  const confs = texts.filter((_, i) => kinds[i] === "conf");
  return { kind: "play", confs, scenario: scenarios[0] ?? null };
}

function problem(
  text: "tooManyFiles" | "emptyFile" | "unknownFile" | "oneRecording" | "oneScenario",
  values: Told["values"] = {},
): Sorted {
  return { kind: "problem", problem: { text: SHARE_TEXT[text], values } };
}
