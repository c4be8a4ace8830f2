// Objects of scenario files: tables of keys, from which reading with places, writing and a JSON schema follow;
// unknown and missing keys are problems. This module is browser safe.

import type { Node as JsonNode } from "jsonc-parser";
import {
  adviceAmong,
  type Codec,
  type Json,
  type Reading,
  shown,
  word,
  WRONG,
  type Wrong,
} from "./scenario_codec.ts";

/** Keys of an object that together are one value. */
export interface Members<T> {
  readonly keys: ReadonlyMap<string, { schema: { [key: string]: Json }; meaning: string }>;
  /** Keys that must be there. */
  readonly required: readonly string[];
  /** Exactly one of these must be there; empty = no such rule. */
  readonly oneOf: readonly string[];
  read(found: ReadonlyMap<string, JsonNode>, node: JsonNode, reading: Reading): T | Wrong;
  write(value: T): [string, Json][];
}

/** One key of an object. */
export interface Field<V> {
  codec: Codec<V>;
  meaning: string;
  /** Its name in JSON; null = as in the data. */
  key: string | null;
  /** What it is when it is not there; undefined: it must be. */
  absent: V | undefined;
}

/** A key that must be there. */
export function required<V>(codec: Codec<V>, meaning: string, key: string | null = null): Field<V> {
  return { codec, meaning, key, absent: undefined };
}

/** A key that may be missing. */
export function optional<V>(
  codec: Codec<V>,
  absent: NoInfer<V>,
  meaning: string,
  key: string | null = null,
): Field<V> {
  return { codec, meaning, key, absent };
}

/** The keys of an object and their values; null after something was reported. */
function entriesOf(
  node: JsonNode,
  what: string,
  reading: Reading,
): Map<string, { key: JsonNode; value: JsonNode }> | null {
  if (node.type !== "object") {
    const hint = "write it in braces";
    reading.report(node, { message: `${shown(node)} is not ${what}`, hint });
    return null;
  }
  const entries = new Map<string, { key: JsonNode; value: JsonNode }>();
  let wrong = false;
  for (const property of node.children ?? []) {
    const [key, value] = property.children ?? [];
    if (key === undefined || value === undefined) continue; // a syntax error, told already
    const name = String(key.value);
    if (entries.has(name)) {
      reading.report(key, { message: `'${name}' stands twice`, hint: "take one of them out" });
      wrong = true;
    }
    entries.set(name, { key, value });
  }
  return wrong ? null : entries;
}

/** An object with any keys. */
export function record<T>(what: string, item: Codec<T>, meaning: string): Codec<Record<string, T>> {
  return {
    schema: { type: "object", description: meaning, additionalProperties: item.schema },
    read(node, reading) {
      const entries = entriesOf(node, what, reading);
      if (entries === null) return WRONG;
      const values: [string, T][] = [];
      for (const [key, { value }] of entries) {
        const one = item.read(value, reading);
        if (one !== WRONG) values.push([key, one]);
      }
      return values.length === entries.size ? Object.fromEntries(values) : WRONG;
    },
    write: (values) =>
      Object.fromEntries(Object.entries(values).map(([key, value]) => [key, item.write(value)])),
  };
}

/** The table of an object: a field or a group of keys for each property. */
export type MembersTable<T> = { readonly [K in keyof T]-?: Field<T[K]> | Members<T[K]> };

/** Keys that together are a T; the type checker sees that no property is forgotten. */
export function members<T extends object>(table: MembersTable<T>): Members<T> {
  const rows = Object.entries(table) as [string, Field<unknown> | Members<unknown>][];
  const keys: [string, { schema: { [key: string]: Json }; meaning: string }][] = [];
  const needed: string[] = [];
  const oneOf: string[] = [];
  for (const [property, row] of rows) {
    if (!("codec" in row)) {
      keys.push(...row.keys);
      needed.push(...row.required);
      oneOf.push(...row.oneOf);
      continue;
    }
    const key = row.key ?? property;
    keys.push([key, { schema: row.codec.schema, meaning: row.meaning }]);
    if (row.absent === undefined) needed.push(key);
  }
  return {
    keys: new Map(keys),
    required: needed,
    oneOf,
    read(found, node, reading) {
      const values: [string, unknown][] = [];
      for (const [property, row] of rows) {
        const value = "codec" in row
          ? readField(row, row.key ?? property, found, { node, reading })
          : row.read(found, node, reading);
        if (value !== WRONG) values.push([property, value]);
      }
      return values.length === rows.length ? Object.fromEntries(values) as T : WRONG;
    },
    write: (value) =>
      rows.flatMap(([property, row]): [string, Json][] => {
        const one = value[property as keyof T];
        return "codec" in row ? writeField(row, row.key ?? property, one) : row.write(one);
      }),
  };
}

function readField<V>(
  field: Field<V>,
  key: string,
  found: ReadonlyMap<string, JsonNode>,
  { node, reading }: { node: JsonNode; reading: Reading },
): V | Wrong {
  const value = found.get(key);
  if (value !== undefined) return field.codec.read(value, reading);
  if (field.absent !== undefined) return structuredClone(field.absent);
  const hint = `write "${key}": ${field.meaning}`;
  return reading.report(node, { message: `'${key}' is missing`, hint });
}

function writeField<V>(field: Field<V>, key: string, value: V): [string, Json][] {
  const json = field.codec.write(value);
  if (field.absent === undefined) return [[key, json]];
  const absent = field.codec.write(field.absent);
  return JSON.stringify(json) === JSON.stringify(absent) ? [] : [[key, json]];
}

/** Keys of which any may be missing, and at least one is there. */
export function someMembers<T extends object>(
  table: { readonly [K in keyof T]-?: Field<T[K]> },
): Members<Partial<T>> {
  const rows = Object.entries(table) as [string, Field<unknown>][];
  const keys = rows.map(([property, { key, codec, meaning }]) =>
    [key ?? property, { schema: codec.schema, meaning }] as const
  );
  return {
    keys: new Map(keys),
    required: [],
    oneOf: [],
    read(found, node, reading) {
      const values: [string, unknown][] = [];
      let wrong = false;
      for (const [property, { key, codec }] of rows) {
        const one = found.get(key ?? property);
        const value = one === undefined ? undefined : codec.read(one, reading);
        if (value === WRONG) wrong = true;
        else if (value !== undefined) values.push([property, value]);
      }
      if (wrong) return WRONG;
      if (values.length > 0) return Object.fromEntries(values) as Partial<T>;
      const hint = `write one of ${keys.map(([key]) => key).join(", ")}`;
      return reading.report(node, { message: "nothing is changed here", hint });
    },
    write: (value) =>
      rows.flatMap(([property, { key, codec }]): [string, Json][] =>
        property in value ? [[key ?? property, codec.write(value[property as keyof T])]] : []
      ),
  };
}

/** An object of such keys; unknown keys are problems, `ignored` ones mean nothing. */
export function object<T>(
  what: string,
  inner: Members<T>,
  ignored: readonly string[] = [],
): Codec<T> {
  return {
    schema: objectSchema(inner, ignored),
    read(node, reading) {
      const entries = entriesOf(node, what, reading);
      if (entries === null) return WRONG;
      const found = knownKeys(entries, [inner], { what, ignored, reading });
      const value = inner.read(found.nodes, node, reading);
      return found.good ? value : WRONG;
    },
    write: (value) => Object.fromEntries(inner.write(value)),
  };
}

function knownKeys(
  entries: ReadonlyMap<string, { key: JsonNode; value: JsonNode }>,
  groups: Members<unknown>[],
  { what, ignored, reading }: { what: string; ignored: readonly string[]; reading: Reading },
): { nodes: Map<string, JsonNode>; good: boolean } {
  const known = groups.flatMap(({ keys }) => [...keys.keys()]);
  const nodes = new Map<string, JsonNode>();
  let good = true;
  for (const [name, { key, value }] of entries) {
    if (known.includes(name)) nodes.set(name, value);
    else if (!ignored.includes(name)) {
      good = false;
      reading.report(key, {
        message: `${what} has no key '${name}'`,
        hint: adviceAmong(name, known),
      });
    }
  }
  return { nodes, good };
}

function objectSchema(
  { keys, required: needed, oneOf }: Members<unknown>,
  ignored: readonly string[] = [],
): { [key: string]: Json } {
  const properties: { [key: string]: Json } = {};
  for (const key of ignored) properties[key] = { type: "string" };
  for (const [key, { schema, meaning }] of keys) {
    properties[key] = { ...schema, description: meaning };
  }
  return {
    type: "object",
    properties,
    ...(needed.length === 0 ? {} : { required: [...needed] }),
    ...(oneOf.length === 0 ? {} : { oneOf: oneOf.map((key) => ({ required: [key] })) }),
    additionalProperties: false,
  };
}

/** Kinds of one object by a key whose value is the kind's name. */
export type Kinds = Readonly<Record<string, { meaning: string; members: Members<unknown> }>>;

/** An object whose key `tag` says which other keys it has; `common` keys are in all kinds. */
export function tagged<T extends object>(
  what: string,
  tag: string,
  common: Members<unknown>,
  kinds: Kinds,
): Codec<{ common: unknown; value: T }> {
  const names = Object.keys(kinds);
  return {
    schema: {
      oneOf: names.map((name) => {
        const { meaning, members: inner } = kinds[name]!;
        const constant = { schema: { const: name }, meaning };
        return {
          ...objectSchema({
            ...inner,
            keys: new Map([...common.keys, [tag, constant], ...inner.keys]),
            required: [...common.required, tag, ...inner.required],
          }),
          description: meaning,
        };
      }),
    },
    read(node, reading) {
      const entries = entriesOf(node, what, reading);
      if (entries === null) return WRONG;
      const at = entries.get(tag)?.value;
      if (at === undefined) {
        const hint = `write "${tag}": ${names.join(", ")}`;
        return reading.report(node, { message: `${what} needs '${tag}'`, hint });
      }
      const name = word(`what ${what} can do`, names).read(at, reading);
      if (name === WRONG) return WRONG;
      const inner = kinds[name]!.members;
      const title = `'${name}'`;
      const found = knownKeys(entries, [common, inner], { what: title, ignored: [tag], reading });
      const head = common.read(found.nodes, node, reading);
      const value = inner.read(found.nodes, node, reading);
      if (!found.good || head === WRONG || value === WRONG) return WRONG;
      return { common: head, value: { [tag]: name, ...value as object } as T };
    },
    write({ common: head, value }) {
      const name = String(value[tag as keyof T]);
      const rest = kinds[name]!.members.write(value);
      return Object.fromEntries([...common.write(head), [tag, name], ...rest]);
    },
  };
}
