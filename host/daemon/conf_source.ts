// Configurations from the file system: what host/conf reads by. As keepalived: directories, other
// things that are no plain file and executable files are refused.

import { errorText } from "../base/errors.ts";
import {
  CONFIG_SIZE_MAX,
  type ConfSource,
  expandBraces,
  globMatcher,
  type ReadResult,
} from "../conf/index.ts";

/** Any execute bit. */
const EXECUTABLE = 0o111;

/** The file system as a source. */
export function fileSource(): ConfSource {
  return {
    read: readFile,
    glob: (pattern) => (expandBraces(pattern) ?? []).flatMap(globOne).sort(),
  };
}

function readFile(path: string): ReadResult {
  try {
    const { isFile, mode, size } = Deno.statSync(path);
    if (!isFile) return refused("it is no plain file");
    if (((mode ?? 0) & EXECUTABLE) !== 0) return refused("it is executable");
    if (size > CONFIG_SIZE_MAX) {
      const message = `it has ${size} bytes, more than ${CONFIG_SIZE_MAX}`;
      return { ok: false, reason: "too large", message };
    }
    return { ok: true, bytes: Deno.readFileSync(path) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      return { ok: false, reason: "missing", message: "there is no such file" };
    }
    return refused(errorText(error));
  }
}

function refused(message: string): ReadResult {
  return { ok: false, reason: "refused", message };
}

/** Paths that match one pattern without braces, walked from its first directory with a wildcard. */
function globOne(pattern: string): string[] {
  const names = pattern.split("/");
  const first = names.findIndex((name) => /[*?[]/.test(name));
  if (first < 0) return exists(pattern) ? [pattern] : [];
  let found = [names.slice(0, first).join("/")];
  for (let depth = first; depth < names.length; depth++) {
    const matches = globMatcher(names[depth]!);
    const hidden = names[depth]!.startsWith(".");
    found = found.flatMap((directory) =>
      namesIn(directory).filter((name) => (hidden || !name.startsWith(".")) && matches(name)).map((
        name,
      ) => (directory === "" && first === 0 ? name : `${directory}/${name}`))
    );
  }
  return found;
}

function namesIn(directory: string): string[] {
  try {
    return [...Deno.readDirSync(directory === "" ? "." : directory)].map(({ name }) => name);
  } catch {
    // A file where a directory would have to be, or one that we may not read: nothing matches.
    return [];
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
