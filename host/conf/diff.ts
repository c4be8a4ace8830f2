// What a reload would change: two models compared part by part, named as an operator names them.
// This module is browser safe.

import type { Config } from "./model.ts";

/** One difference. Values are JSON texts; secrets are stars. */
export interface ConfigChange {
  kind: "added" | "removed" | "changed";
  /** `vrrp_instance VI_1 priority`, `virtual_server [192.0.2.1]:tcp:80`. */
  path: string;
  before: string | null;
  after: string | null;
}

/** Longest value that a change shows, characters. */
const VALUE_LENGTH_MAX = 200;

/** Differences from one configuration to another, in the order of the parts. */
export function diff(before: Config, after: Config): ConfigChange[] {
  const changes: ConfigChange[] = [];
  compare("global_defs", before.global, after.global, changes);
  compare("vipd", before.vipd, after.vipd, changes);
  compareNamed("vrrp_script", before.scripts, after.scripts, changes);
  compareNamed("vrrp_instance", before.instances, after.instances, changes);
  compareNamed("vrrp_sync_group", before.groups, after.groups, changes);
  compareNamed("virtual_server", before.virtualServers, after.virtualServers, changes);
  return changes;
}

interface Named {
  name: string;
}

function isNamed(value: unknown): value is Named {
  return typeof value === "object" && value !== null && "name" in value;
}

function isNamedList(value: unknown): value is Named[] {
  return Array.isArray(value) && value.length > 0 && value.every(isNamed);
}

function compareNamed(
  title: string,
  before: readonly Named[],
  after: readonly Named[],
  changes: ConfigChange[],
): void {
  const old = new Map(before.map((item) => [item.name, item]));
  const now = new Set(after.map(({ name }) => name));
  for (const { name } of before) {
    if (now.has(name)) continue;
    changes.push({ kind: "removed", path: `${title} ${name}`, before: name, after: null });
  }
  for (const item of after) {
    const path = `${title} ${item.name}`;
    const same = old.get(item.name);
    if (same !== undefined) compare(path, same, item, changes);
    else changes.push({ kind: "added", path, before: null, after: item.name });
  }
}

function compare(path: string, before: object, after: object, changes: ConfigChange[]): void {
  const [old, now] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  for (const [key, value] of now) {
    const was: unknown = old.get(key);
    if (textOf(was) === textOf(value)) continue;
    if (isNamedList(was) || isNamedList(value)) {
      compareNamed(`${path} ${key}`, listOf(was), listOf(value), changes);
      continue;
    }
    const shown = (any: unknown) => isSecret(key) ? "***" : short(maskedTextOf(any));
    const [from, to] = [shown(was), shown(value)];
    changes.push({ kind: "changed", path: `${path} ${key}`, before: from, after: to });
  }
}

function listOf(value: unknown): Named[] {
  return isNamedList(value) ? value : [];
}

function isSecret(key: string): boolean {
  return key === "auth" || key === "secret";
}

function textOf(value: unknown): string {
  return JSON.stringify(value) ?? "null";
}

/** For reading: a secret inside is stars. */
function maskedTextOf(value: unknown): string {
  return JSON.stringify(value, (key, part) => isSecret(key) && part !== null ? "***" : part) ??
    "null";
}

function short(text: string): string {
  return text.length > VALUE_LENGTH_MAX ? `${text.slice(0, VALUE_LENGTH_MAX)}...` : text;
}
