// Files of a configuration as text: the reader that callers inject, decoding that loses no byte,
// and line and column of an offset.
// This module is browser safe.

import type { Span } from "./diagnostic.ts";
import { expandBraces, globMatcher } from "./glob.ts";

/** What reading a file gave: its bytes, or why not in words for the user. */
export type ReadResult =
  | { ok: true; bytes: Uint8Array }
  | { ok: false; reason: "missing" | "refused" | "too large"; message: string };

/** Where configurations come from: a file system, or an editor's buffers in a browser. */
export interface ConfSource {
  /** Reads a file; directories, devices and executable files are refused. */
  read(path: string): ReadResult;
  /** Paths that match a shell pattern (glob.ts), sorted; none when it has too many alternatives. */
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
      const matchers = (expandBraces(pattern) ?? []).map(globMatcher);
      return Object.keys(files).filter((path) => matchers.some((matches) => matches(path))).sort();
    },
  };
}
