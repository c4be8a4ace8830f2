// All files of one configuration: reads the main file and what it includes, within the limits,
// and offers their statements as if the included text stood in place.
// This module is browser safe.

import { Diagnostics, quoted } from "./diagnostic.ts";
import { expandBraces } from "./glob.ts";
import { INCLUDE_KEYWORDS } from "./lexer.ts";
import {
  CONFIG_SIZE_MAX,
  FILES_MAX,
  GLOB_ALTERNATIVES_MAX,
  INCLUDE_DEPTH_MAX,
  TOKENS_MAX,
} from "./limits.ts";
import { type ConfSource, directoryOf, resolvePath, SourceFile } from "./source.ts";
import {
  type Item,
  keywordOf,
  parse,
  placeOfStatement,
  type Statement,
  type Tree,
} from "./tree.ts";

/** The files of one configuration. */
export class Document {
  /** Every file in the order of reading; one that is included twice stands here twice. */
  readonly trees: Tree[] = [];
  readonly diagnostics: Diagnostics;
  readonly #source: ConfSource;
  readonly #includeErrors: boolean;
  readonly #included = new Map<Statement, Tree[]>();
  #size = 0;
  #tokensLeft = TOKENS_MAX;

  /** `includeErrors`: a plain `include` that matches nothing is an error, as its strict forms. */
  constructor(source: ConfSource, diagnostics: Diagnostics, includeErrors = false) {
    this.#source = source;
    this.#includeErrors = includeErrors;
    this.diagnostics = diagnostics;
  }

  /** Reads a file that is not included from another; null and a diagnostic when it cannot be. */
  open(path: string): Tree | null {
    const place = { file: path, line: 1, column: 1, endLine: 1, endColumn: 1 };
    const read = this.#read(path);
    if (typeof read !== "string") return this.#add(read, [path]);
    this.diagnostics.add(place, {
      severity: "error",
      code: "file-unreadable",
      message: `${path}: ${read}`,
      hint: "check the name and the permissions",
    });
    return null;
  }

  /** The items with those of included files in place of the include statements. */
  *expand(items: readonly Item[]): Generator<Item> {
    for (const item of items) {
      const trees = item.kind === "statement" ? this.#included.get(item) : undefined;
      if (trees === undefined) yield item;
      else for (const tree of trees) yield* this.expand(tree.items);
    }
  }

  #read(path: string): SourceFile | string {
    if (this.trees.length >= FILES_MAX) return `more than ${FILES_MAX} files (FILES_MAX)`;
    const result = this.#source.read(path);
    if (!result.ok) return result.message;
    this.#size += result.bytes.length;
    if (this.#size > CONFIG_SIZE_MAX) {
      return `the configuration is larger than ${CONFIG_SIZE_MAX} bytes (CONFIG_SIZE_MAX)`;
    }
    return SourceFile.decode(path, result.bytes);
  }

  #add(file: SourceFile, chain: string[]): Tree {
    const tree = parse(file, this.#tokensLeft);
    this.#tokensLeft -= tree.tokenCount;
    this.trees.push(tree);
    if (!file.text.includes("\0")) this.#includeAll(tree.items, chain);
    return tree;
  }

  #includeAll(items: readonly Item[], chain: string[]): void {
    for (const item of items) {
      if (item.kind === "stray") continue;
      if (item.block !== null) this.#includeAll(item.block.items, chain);
      else if (INCLUDE_KEYWORDS.has(keywordOf(item))) this.#include(item, chain);
    }
  }

  #include(statement: Statement, chain: string[]): void {
    const trees: Tree[] = [];
    this.#included.set(statement, trees);
    const pattern = statement.words[1]?.value;
    if (pattern === undefined || pattern === "") {
      return this.#report(statement, "missing-argument", "include needs a file name", "error");
    }
    const full = resolvePath(directoryOf(statement.file.path), pattern);
    if (expandBraces(full) === null) {
      const message = `the pattern stands for more than ${GLOB_ALTERNATIVES_MAX} names ` +
        "(GLOB_ALTERNATIVES_MAX)";
      return this.#report(statement, "include-too-wide", message);
    }
    const hasWildcard = /[*?[{]/.test(pattern);
    const paths = hasWildcard ? this.#source.glob(full) : [full];
    if (paths.length === 0) {
      const isStrict = this.#includeErrors || keywordOf(statement) !== "include";
      return this.#report(
        statement,
        "include-no-match",
        `no file matches ${quoted(full)}`,
        isStrict ? "error" : "warning",
      );
    }
    for (const path of paths) this.#includeFile(statement, path, chain, trees);
  }

  #includeFile(statement: Statement, path: string, chain: string[], trees: Tree[]): void {
    if (chain.includes(path)) {
      const loop = [...chain.slice(chain.indexOf(path)), path].join(" -> ");
      return this.#report(statement, "include-loop", `the files include each other: ${loop}`);
    }
    if (chain.length > INCLUDE_DEPTH_MAX) {
      const message = `includes are nested deeper than ${INCLUDE_DEPTH_MAX} (INCLUDE_DEPTH_MAX)`;
      return this.#report(statement, "include-too-deep", message);
    }
    const read = this.#read(path);
    if (typeof read === "string") {
      return this.#report(statement, "file-unreadable", `${quoted(path)}: ${read}`);
    }
    trees.push(this.#add(read, [...chain, path]));
  }

  #report(
    statement: Statement,
    code: string,
    message: string,
    severity: "error" | "warning" = "error",
  ): void {
    this.diagnostics.add(placeOfStatement(statement), {
      severity,
      code,
      message,
      hint: code === "include-loop"
        ? "take one of the include lines out"
        : "a name is taken from the directory of the file that includes it",
    });
  }
}
