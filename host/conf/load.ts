// The way from a file name to a checked configuration: read, parse, read blocks, resolve, judge.
// This module is browser safe.

import { type Diagnostic, Diagnostics } from "./diagnostic.ts";
import { Document } from "./document.ts";
import type { HostFacts } from "./host_facts.ts";
import type { Config } from "./model.ts";
import type { Drafts } from "./read/drafts.ts";
import { newDrafts, readRoot, ROOT_SPEC, VIPD_CONF_SPEC } from "./read/root.ts";
import { checkSyntax } from "./read/syntax.ts";
import { resolveConfig } from "./resolve/config.ts";
import { runRules } from "./rules/index.ts";
import type { ModelLimits } from "./rules/rule.ts";
import { type ConfSource, directoryOf } from "./source.ts";
import type { Tree } from "./tree.ts";

/** vipd's own settings, beside the main file, so that one file can serve two daemons. */
export const VIPD_CONF = "vipd.conf";

/** What a caller may know besides the files. */
export interface LoadOptions {
  /** The machine; left out, rules that need it stay silent. */
  facts?: HostFacts;
  /** Capacities of the core; left out, they are not checked. */
  limits?: ModelLimits;
  /** A pattern of `include` that matches nothing is an error, not a warning (keepalived's -e). */
  includeErrors?: boolean;
}

/** A configuration that was read. */
export interface Loaded {
  /** The file that was asked for. */
  path: string;
  /** null when a diagnostic is an error. */
  config: Config | null;
  /** In the order of files and lines. */
  diagnostics: Diagnostic[];
  /** Every file as a tree, the main one first. */
  trees: Tree[];
  /** What was written, for rules that compare nodes. */
  drafts: Drafts;
}

/** Reads and checks one node's configuration. Never throws, whatever the files hold. */
export function loadConfig(
  path: string,
  source: ConfSource,
  options: LoadOptions = {},
): Loaded {
  const diagnostics = new Diagnostics();
  const document = new Document(source, diagnostics, options.includeErrors);
  const drafts = newDrafts();
  const main = document.open(path);
  const readable = main === null ? [] : [{ tree: main, spec: ROOT_SPEC }];
  const own = openOwn(document, path, source);
  if (own !== null) readable.push({ tree: own, spec: VIPD_CONF_SPEC });
  const isText = new Set(document.trees.filter((tree) => checkSyntax(tree, diagnostics)));
  if (document.trees.every((tree) => isText.has(tree))) {
    for (const { tree, spec } of readable) readRoot(document, tree, spec, drafts);
  }
  const files = document.trees.map(({ file }) => file.path);
  const config = resolveConfig(drafts, files);
  const { facts = null, limits = null } = options;
  runRules({ document, drafts, config, facts, limits });
  if (facts !== null) dropMissingPrograms(config, facts);
  return {
    path,
    config: diagnostics.failed ? null : config,
    diagnostics: diagnostics.sorted(files),
    trees: document.trees,
    drafts,
  };
}

function openOwn(document: Document, path: string, source: ConfSource): Tree | null {
  const own = directoryOf(path) + VIPD_CONF;
  if (path === own) return null;
  const result = source.read(own);
  return !result.ok && result.reason === "missing" ? null : document.open(own);
}

/**
 * Takes trackers and checkers out whose program cannot be run, as keepalived does; the rule
 * script-missing has told about each.
 */
function dropMissingPrograms(config: Config, facts: HostFacts): void {
  const cannotRun = ({ argv }: { argv: string[] }) =>
    facts.program(argv[0] ?? "").state !== "executable";
  const missing = new Set(
    config.scripts.filter(({ script }) => cannotRun(script)).map(({ name }) => name),
  );
  for (const script of config.scripts) if (missing.has(script.name)) script.trackedBy = [];
  for (const instance of config.instances) {
    instance.tracks = instance.tracks.filter(({ tracker, watches }) =>
      watches === "INTERFACE" || !missing.has(tracker)
    );
  }
  for (const { realServers } of config.virtualServers) {
    for (const server of realServers) {
      server.checkers = server.checkers.filter((checker) =>
        checker.kind !== "MISC_CHECK" || !cannotRun(checker.script)
      );
    }
  }
}
