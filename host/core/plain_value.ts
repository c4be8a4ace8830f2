// Plain values as bytes: JSON with tags for what JSON has not (Map, Set, bytes, undefined, Infinity,
// NaN, -0), so that the engine's inputs and its state come back exactly as they were.
//   {"$":"map","v":[[key,value],...]}   {"$":"set","v":[...]}   {"$":"bytes","v":"base64"}
//   {"$":"number","v":"Infinity"}       {"$":"undefined"}
//   {"$":"object","v":[[name,value],...]}   an object that has a member "$" itself
//   {"$":"def","v":value}  {"$":"ref","v":n}   an object that is there more than once, the first time and
//                                           later: n counts the defs as they begin, from 0
// This module is browser safe.

import { VipdError } from "../base/errors.ts";

/** Nesting of a value at the most. */
export const PLAIN_DEPTH_MAX = 64;
/** Values in a value at the most, those that are referenced twice counted twice. */
export const PLAIN_SIZE_MAX = 16 * 1024 * 1024;

/** Commas and opening brackets in the text of a value: about as many values as JSON.parse will make of it. */
export const PLAIN_MARKS_MAX = 4 * 1024 * 1024;

const COMMA = 0x2c;
const BRACKET = 0x5b;
const BRACE = 0x7b;

const NUMBERS: Record<string, number> = {
  "Infinity": Infinity,
  "-Infinity": -Infinity,
  "NaN": NaN,
  "-0": -0,
};

/**
 * A plain value as the text of its bytes; what is referenced twice stands there twice. Throws VipdError
 * `plain_value` on a function, a symbol, a bigint, an object of another class, and beyond
 * PLAIN_DEPTH_MAX (a cycle too).
 */
export function plainText(value: unknown): string {
  return JSON.stringify(tagged(value, 0, null));
}

/** A plain value as bytes; throws as plainText does. */
export function encodePlain(value: unknown): Uint8Array {
  return new TextEncoder().encode(plainText(value));
}

/**
 * The same with every object once: what is referenced twice comes back as one object. For large values
 * that are, the engine's state.
 */
export function encodePlainShared(value: unknown): Uint8Array {
  const shared = new Map<object, number>();
  findShared(value, new Set(), shared, 0);
  const sharing: Sharing = { indexes: shared, defs: 0 };
  return new TextEncoder().encode(JSON.stringify(tagged(value, 0, sharing)));
}

/** The value back. Throws VipdError `plain_value` on anything that encodePlain does not make. */
export function decodePlain(bytes: Uint8Array): unknown {
  // Before anything is made of it: a few megabytes of brackets become gigabytes of objects.
  if (marksOf(bytes) > PLAIN_MARKS_MAX) refuse("too large");
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new VipdError("plain_value", "not the text of a plain value", { cause });
  }
  return untagged(value, 0, { defs: [], sizes: [], size: 0 });
}

function marksOf(bytes: Uint8Array): number {
  let marks = 0;
  for (const byte of bytes) {
    if (byte === COMMA || byte === BRACKET || byte === BRACE) marks++;
  }
  return marks;
}

function refuse(what: string): never {
  throw new VipdError("plain_value", `not a plain value: ${what}`);
}

/** Objects that are there more than once, with their number; -1 = not told yet. */
interface Sharing {
  indexes: Map<object, number>;
  defs: number;
}

function findShared(
  value: unknown,
  seen: Set<object>,
  shared: Map<object, number>,
  depth: number,
): void {
  if (typeof value !== "object" || value === null) return;
  if (depth > PLAIN_DEPTH_MAX) refuse("nested too deep");
  if (seen.has(value)) {
    shared.set(value, -1);
    return;
  }
  seen.add(value);
  if (value instanceof Uint8Array) return;
  if (value instanceof Map) {
    for (const [key, item] of value) {
      findShared(key, seen, shared, depth + 1);
      findShared(item, seen, shared, depth + 1);
    }
  } else if (Array.isArray(value) || value instanceof Set) {
    for (const item of value) findShared(item, seen, shared, depth + 1);
  } else for (const item of Object.values(value)) findShared(item, seen, shared, depth + 1);
}

/** The value itself where JSON can say it, otherwise a copy with tags. */
function tagged(value: unknown, depth: number, sharing: Sharing | null): unknown {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      if (Number.isFinite(value) && !Object.is(value, -0)) return value;
      return { $: "number", v: Object.is(value, -0) ? "-0" : String(value) };
    case "undefined":
      return { $: "undefined" };
    case "object":
      break;
    default:
      return refuse(`a ${typeof value}`);
  }
  if (value === null) return null;
  if (depth > PLAIN_DEPTH_MAX) refuse("nested too deep");
  const index = sharing?.indexes.get(value);
  if (index === undefined) return taggedObject(value, depth + 1, sharing);
  if (index >= 0) return { $: "ref", v: index };
  sharing!.indexes.set(value, sharing!.defs++);
  return { $: "def", v: taggedObject(value, depth + 1, sharing) };
}

function taggedObject(value: object, depth: number, sharing: Sharing | null): unknown {
  if (Array.isArray(value)) return taggedArray(value, depth, sharing);
  if (value instanceof Map) {
    const pairs = [...value].map(([key, item]) => [
      tagged(key, depth, sharing),
      tagged(item, depth, sharing),
    ]);
    return { $: "map", v: pairs };
  }
  if (value instanceof Set) {
    return { $: "set", v: [...value].map((item) => tagged(item, depth, sharing)) };
  }
  if (value instanceof Uint8Array) return { $: "bytes", v: base64Of(value) };
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    refuse(`an object of class ${value.constructor?.name}`);
  }
  return taggedMembers(value, depth, sharing);
}

function taggedArray(value: unknown[], depth: number, sharing: Sharing | null): unknown[] {
  let copy: unknown[] | null = null;
  for (let i = 0; i < value.length; i++) {
    const item = tagged(value[i], depth, sharing);
    if (item === value[i] && i in value) continue;
    copy ??= value.slice();
    copy[i] = item;
  }
  return copy ?? value;
}

function taggedMembers(value: object, depth: number, sharing: Sharing | null): unknown {
  const members = value as Record<string, unknown>;
  let hasChanged = false;
  const names = Object.keys(members);
  const items = names.map((name) => {
    const item = tagged(members[name], depth, sharing);
    hasChanged ||= item !== members[name];
    return item;
  });
  const isTag = Object.hasOwn(members, "$");
  // JSON.stringify asks for toJSON.
  if (!hasChanged && !isTag && typeof members["toJSON"] !== "function") return value;
  const pairs = names.map((name, i) => [name, items[i]]);
  return isTag ? { $: "object", v: pairs } : Object.fromEntries(pairs);
}

/** Objects that a value defined so far, and how large each is with all that it refers to. */
interface Definitions {
  defs: { value: unknown }[];
  /** -1: it has begun and not ended. */
  sizes: number[];
  /** Values so far, those behind a reference counted each time. */
  size: number;
}

function untagged(value: unknown, depth: number, known: Definitions): unknown {
  if (depth > PLAIN_DEPTH_MAX) refuse("nested too deep");
  if (++known.size > PLAIN_SIZE_MAX) refuse("too large");
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => untagged(item, depth + 1, known));
  if (Object.hasOwn(value, "$")) {
    return untaggedSpecial(value as Record<string, unknown>, depth + 1, known);
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, untagged(item, depth + 1, known)]),
  );
}

function untaggedSpecial(
  tag: Record<string, unknown>,
  depth: number,
  known: Definitions,
): unknown {
  const { $: kind, v } = tag;
  if (Object.keys(tag).length !== (kind === "undefined" ? 1 : 2)) {
    refuse("a tag with other members");
  }
  switch (kind) {
    case "undefined":
      return undefined;
    case "number": {
      if (typeof v !== "string" || !Object.hasOwn(NUMBERS, v)) refuse("an unknown number");
      return NUMBERS[v];
    }
    case "bytes":
      return bytesOfBase64(v);
    case "set":
      if (!Array.isArray(v)) refuse("a set without its list");
      return new Set(v.map((item) => untagged(item, depth, known)));
    case "map":
      return new Map(
        pairsOf(v).map(([key, item]) => [
          untagged(key, depth, known),
          untagged(item, depth, known),
        ]),
      );
    case "object":
      return Object.fromEntries(
        pairsOf(v).map(([name, item]) => {
          if (typeof name !== "string") refuse("a member whose name is no text");
          return [name, untagged(item, depth, known)];
        }),
      );
    case "def":
      return define(v, depth - 1, known);
    case "ref":
      return referTo(v, known);
    default:
      return refuse("an unknown tag");
  }
}

function define(v: unknown, depth: number, known: Definitions): unknown {
  const index = known.sizes.push(-1) - 1;
  const before = known.size;
  const value = untagged(v, depth, known);
  known.defs[index] = { value };
  known.sizes[index] = known.size - before;
  return value;
}

/** Counts what it refers to again: nothing that walks a value later meets more than PLAIN_SIZE_MAX. */
function referTo(v: unknown, known: Definitions): unknown {
  const size = typeof v === "number" ? known.sizes[v] : undefined;
  if (size === undefined || size < 0) refuse("a reference to nothing");
  known.size += size;
  if (known.size > PLAIN_SIZE_MAX) refuse("too large");
  return known.defs[v as number]!.value;
}

function pairsOf(v: unknown): [unknown, unknown][] {
  if (!Array.isArray(v) || !v.every((pair) => Array.isArray(pair) && pair.length === 2)) {
    refuse("a tag without its pairs");
  }
  return v as [unknown, unknown][];
}

/** Characters handed to String.fromCharCode at once. */
const SPREAD_MAX = 8192;

/** Bytes as base64 (RFC 4648 4). */
export function base64Of(bytes: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < bytes.length; at += SPREAD_MAX) {
    binary += String.fromCharCode(...bytes.subarray(at, at + SPREAD_MAX));
  }
  return btoa(binary);
}

/** The bytes of base64. Throws VipdError `plain_value` when it is none. */
export function bytesOfBase64(text: unknown): Uint8Array {
  if (typeof text !== "string") refuse("bytes that are no text");
  let binary: string;
  try {
    binary = atob(text);
  } catch (cause) {
    throw new VipdError("plain_value", "not base64", { cause });
  }
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
