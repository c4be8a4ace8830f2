// Files of a configuration as text: the reader that callers inject, decoding that loses no byte,
// and line and column of an offset.
// This module is browser safe.

import type { Span } from "./diagnostic.ts";

/** What reading a file gave: its bytes, or why not in words for the user. */
export type ReadResult =
  | { ok: true; bytes: Uint8Array }
  | { ok: false; reason: "missing" | "refused" | "too large"; message: string };

/** Where configurations come from: a file system, or an editor's buffers in a browser. */
export interface ConfSource {
  /** Reads a file; directories, devices and executable files are refused. */
  read(path: string): ReadResult;
  /** Paths that match a shell pattern with `*`, `?`, `[...]` and `{a,b}`, sorted. */
  glob(pattern: string): string[];
}

/** How a file's bytes became text. Latin-1 stands in where they are not UTF-8. */
export type Encoding = "utf-8" | "latin-1";

/** One file, read. Offsets everywhere are UTF-16 units of `text`. */
export class SourceFile {
  readonly path: string;
  readonly text: string;
  readonly encoding: Encoding;
  #lineStarts: number[] | null = null;

  constructor(path: string, text: string, encoding: Encoding = "utf-8") {
    this.path = path;
    this.text = text;
    this.encoding = encoding;
  }

  /** Decodes bytes; every byte sequence has a text, and `encode` of it gives the bytes back. */
  static decode(path: string, bytes: Uint8Array): SourceFile {
    try {
      const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
      return new SourceFile(path, text);
    } catch {
      return new SourceFile(path, latin1(bytes), "latin-1");
    }
  }

  /** Line and column of an offset, both from 1. A line ends at LF, CR LF or a CR alone. */
  position(offset: number): { line: number; column: number } {
    this.#lineStarts ??= lineStartsOf(this.text);
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#lineStarts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - this.#lineStarts[low]! + 1 };
  }

  /** The span between two offsets. */
  span(start: number, end: number): Span {
    const from = this.position(start);
    const to = this.position(end);
    return { file: this.path, ...from, endLine: to.line, endColumn: to.column };
  }
}

/** Bytes of a text in the encoding that it was decoded from. */
export function encode(text: string, encoding: Encoding): Uint8Array {
  if (encoding === "utf-8") return new TextEncoder().encode(text);
  return Uint8Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
}

function latin1(bytes: Uint8Array): string {
  const CHUNK = 8192;
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += CHUNK) {
    parts.push(String.fromCharCode(...bytes.subarray(at, at + CHUNK)));
  }
  return parts.join("");
}

function lineStartsOf(text: string): number[] {
  const starts = [0];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x0a || (code === 0x0d && text.charCodeAt(i + 1) !== 0x0a)) starts.push(i + 1);
  }
  return starts;
}

/** The directory part of a path, with its slash; "" for a bare name. */
export function directoryOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

/** A path as seen from a directory: absolute ones stay. */
export function resolvePath(directory: string, path: string): string {
  return path.startsWith("/") ? path : directory + path;
}

/** A source that holds its files in memory: tests, editors, the simulator. */
export function memorySource(files: Record<string, string | Uint8Array>): ConfSource {
  return {
    read(path) {
      const content = Object.hasOwn(files, path) ? files[path] : undefined;
      if (content === undefined) {
        return { ok: false, reason: "missing", message: "there is no such file" };
      }
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
      return { ok: true, bytes };
    },
    glob(pattern) {
      const matches = globMatchers(pattern);
      return Object.keys(files).filter((path) => matches.some((match) => match.test(path))).sort();
    },
  };
}

/** Regular expressions, one a brace alternative, that match whole paths as glob(7) does. */
export function globMatchers(pattern: string): RegExp[] {
  return expandBraces(pattern).map((alternative) => new RegExp(`^${globSource(alternative)}$`));
}

/** Alternatives of one pattern that GLOB_ALTERNATIVES_MAX bounds. */
const GLOB_ALTERNATIVES_MAX = 256;

/** The patterns that a pattern with `{a,b}` stands for. */
export function expandBraces(pattern: string): string[] {
  const done: string[] = [];
  const open = [pattern];
  while (open.length > 0 && done.length + open.length <= GLOB_ALTERNATIVES_MAX) {
    const next = open.pop()!;
    const brace = /\{([^{}]*)\}/.exec(next);
    if (brace === null) done.push(next);
    else {
      for (const part of brace[1]!.split(",")) {
        open.push(next.slice(0, brace.index) + part + next.slice(brace.index + brace[0].length));
      }
    }
  }
  return done.sort();
}

function globSource(pattern: string): string {
  let source = "";
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i]!;
    const set = char === "[" ? /^\[(!?)([^\]/]+)\]/.exec(pattern.slice(i)) : null;
    if (set !== null && hasOrderedRanges(set[2]!)) {
      const inverted = set[1] === "!" ? "^" : "";
      source += `[${inverted}${set[2]!.replace(/[\\^[]/g, "\\$&")}]`;
      i += set[0].length - 1;
    } else if (char === "*") source += "[^/]*";
    else if (char === "?") source += "[^/]";
    else source += char.replace(/[\\^$.|+()[\]{}]/g, "\\$&");
  }
  return source;
}

/** False for sets such as `[z-a]`, which regular expressions refuse: they are read as letters. */
function hasOrderedRanges(set: string): boolean {
  return [...set.matchAll(/(.)-(.)/gsu)].every(([, from, to]) => from! <= to!);
}
