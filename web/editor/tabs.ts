// The tabs of the editor: their names, and what adding, renaming and closing one makes of the files.

import type { ConfFile } from "../app/state.ts";

/** Tabs at a time: as many as a simulation has nodes. */
export const TABS_MAX = 32;
/** Longest name, characters. */
export const TAB_NAME_LENGTH_MAX = 64;

/** Why a tab cannot have a name. */
export type NameProblem = "empty" | "letters" | "long" | "taken";

/** Why a tab cannot have a name; null: it can. */
export function nameProblem(
  files: readonly ConfFile[],
  name: string,
  own: string,
): NameProblem | null {
  if (name === "") return "empty";
  if (name.length > TAB_NAME_LENGTH_MAX) return "long";
  // It becomes the name of a file and a word of a command.
  if (!/^[\p{L}\p{N}_@][\p{L}\p{N}._@-]*$/u.test(name)) return "letters";
  return name !== own && files.some((file) => sameFile(file.name, name)) ? "taken" : null;
}

/** Names that are one file: `a` and `a.conf`. */
function sameFile(one: string, other: string): boolean {
  const base = (name: string) => name.replace(/\.conf$/, "");
  return base(one) === base(other);
}

/** A name like this one that no tab has: `node1` -> `node2`. */
export function freeName(files: readonly ConfFile[], like: string): string {
  const clean = like.replace(/\.conf$/, "").replace(/[^\p{L}\p{N}._@-]/gu, "-")
    .replace(/^[.-]+/, "").slice(0, TAB_NAME_LENGTH_MAX - 4) || "node";
  if (nameProblem(files, clean, "") === null) return clean;
  const [, stem, number] = /^(.*?)([0-9]*)$/.exec(clean)!;
  for (let next = Number(number || 1) + 1;; next++) {
    const name = `${stem}${number === "" && !/[-_]$/.test(stem!) ? "-" : ""}${next}`;
    if (nameProblem(files, name, "") === null) return name;
  }
}

/** The files with another one behind the tab that is shown: a copy of it, the likeliest begin of a peer. */
export function addFile(
  files: readonly ConfFile[],
  after: string,
): { files: ConfFile[]; name: string } {
  const at = files.findIndex(({ name }) => name === after);
  const name = freeName(files, after === "" ? "node1" : after);
  const file = { name, text: withRouterId(files[at]?.text ?? "", after, name) };
  return { files: files.toSpliced(at + 1, 0, file), name };
}

/** A copy whose router_id was the name of its file has its own name there. */
function withRouterId(text: string, before: string, name: string): string {
  return text.replace(
    /^([^\S\r\n]*router_id[^\S\r\n]+)(\S+)/m,
    (whole, head: string, id: string) => id === before ? `${head}${name}` : whole,
  );
}

/** The files with one of another name. */
export function renameFile(files: readonly ConfFile[], from: string, to: string): ConfFile[] {
  return files.map((file) => file.name === from ? { ...file, name: to } : file);
}

/** The files without one, and which tab is shown then; the last tab stays. */
export function closeFile(
  files: readonly ConfFile[],
  name: string,
): { files: readonly ConfFile[]; shown: string } {
  const at = files.findIndex((file) => file.name === name);
  if (files.length <= 1 || at < 0) return { files, shown: files[0]?.name ?? "" };
  const left = files.toSpliced(at, 1);
  return { files: left, shown: left[Math.min(at, left.length - 1)]!.name };
}

/** The files with another text in one; the same list when nothing changes. */
export function withText(
  files: readonly ConfFile[],
  name: string,
  text: string,
): readonly ConfFile[] {
  const file = files.find((one) => one.name === name);
  if (file === undefined || file.text === text) return files;
  return files.map((one) => one === file ? { name, text } : one);
}
