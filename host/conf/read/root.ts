// The top level: opens the blocks and collects their drafts.
// This module is browser safe.

import { quoted } from "../diagnostic.ts";
import type { Document } from "../document.ts";
import { ROOT, VIPD_FILE } from "../schema/keywords.ts";
import type { Statement, Tree } from "../tree.ts";
import type { Arguments } from "./arguments.ts";
import { type BlockSpec, type Draft, newDraft, readBlock } from "./block.ts";
import { type Drafts, newGlobal, newInstance, newNotify } from "./drafts.ts";
import { blockName, GLOBAL_DEFS, VIPD } from "./global.ts";
import { readService } from "./lvs.ts";
import { VRRP_INSTANCE, VRRP_SCRIPT, VRRP_SYNC_GROUP } from "./vrrp.ts";

interface RootDraft extends Draft {
  drafts: Drafts;
  /** Keyword and name of each named block. */
  names: Set<string>;
}

/** The name of a block that no other of its kind has; null and a diagnostic otherwise. */
function freeName(args: Arguments, names: Set<string>): string | null {
  const name = blockName(args);
  if (name === null) return null;
  const key = `${args.keyword} ${name}`;
  if (!names.has(key)) {
    names.add(key);
    return name;
  }
  args.note(
    "error",
    "duplicate-name",
    `there are two ${args.keyword} with the name ${quoted(name)}`,
    "give each a name of its own",
  );
  return null;
}

const bodyOf = (statement: Statement) => statement.block!.items;

/** Readers of the top level. */
export const ROOT_SPEC: BlockSpec<RootDraft> = {
  name: ROOT,
  repeatable: [
    ...["global_defs", "vipd", "vrrp_script", "vrrp_instance", "vrrp_sync_group", "virtual_server"],
  ],
  readers: {
    global_defs: (args, { drafts }, document) => {
      drafts.global ??= newGlobal(args.statement);
      readBlock(document, GLOBAL_DEFS, bodyOf(args.statement), drafts.global);
    },
    vipd: (args, { drafts }, document) => {
      const { statement } = args;
      drafts.vipd ??= {
        ...newDraft(statement),
        ...{ lease: null, director: null, shellScripts: null, web: null },
      };
      readBlock(document, VIPD, bodyOf(statement), drafts.vipd);
    },
    vrrp_script: (args, { drafts, names }, document) => {
      const name = freeName(args, names);
      if (name === null) return;
      const script = {
        ...newDraft(args.statement),
        ...{ name, script: null, intervalUs: null, timeoutUs: null, weight: null, rise: null },
        ...{ fall: null, user: null },
      };
      drafts.scripts.set(name, script);
      readBlock(document, VRRP_SCRIPT, bodyOf(args.statement), script);
    },
    vrrp_instance: (args, { drafts, names }, document) => {
      const name = freeName(args, names);
      if (name === null) return;
      const instance = newInstance(args.statement, name);
      drafts.instances.push(instance);
      readBlock(document, VRRP_INSTANCE, bodyOf(args.statement), instance);
    },
    vrrp_sync_group: (args, { drafts, names }, document) => {
      const name = freeName(args, names);
      if (name === null) return;
      const group = {
        ...newDraft(args.statement),
        ...newNotify(),
        ...{ name, members: [], tracks: [], trackingWeight: false, smtpAlert: null },
      };
      drafts.groups.push(group);
      readBlock(document, VRRP_SYNC_GROUP, bodyOf(args.statement), group);
    },
    virtual_server: (args, { drafts }, document) => {
      const service = readService(args, document);
      if (service !== null) drafts.services.push(service);
    },
  },
};

/** Only these may stand in vipd.conf. */
export const VIPD_CONF_SPEC: BlockSpec<RootDraft> = {
  ...ROOT_SPEC,
  name: VIPD_FILE,
  readers: { vipd: ROOT_SPEC.readers.vipd! },
};

/** Reads all blocks of the main file into drafts. */
export function readRoot(
  document: Document,
  tree: Tree,
  spec: BlockSpec<RootDraft>,
  into: Drafts,
): void {
  const statement: Statement = { kind: "statement", file: tree.file, words: [], block: null };
  const draft = { ...newDraft(statement), drafts: into, names: new Set<string>() };
  readBlock(document, spec, tree.items, draft);
}

/** Drafts of an empty configuration. */
export function newDrafts(): Drafts {
  return { global: null, vipd: null, scripts: new Map(), instances: [], groups: [], services: [] };
}
