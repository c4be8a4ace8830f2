// Plain values as bytes: JSON with tags for what JSON has not (Map, Set, bytes, undefined, Infinity,
// NaN, -0), so that the engine's inputs and its state come back exactly as they were. Values that are
// referenced twice come back as two copies.
//   {"$":"map","v":[[key,value],...]}   {"$":"set","v":[...]}   {"$":"bytes","v":"base64"}
//   {"$":"number","v":"Infinity"}       {"$":"undefined"}
//   {"$":"object","v":[[name,value],...]}   an object that has a member "$" itself
// This module is browser safe.

import { VipdError } from "../base/errors.ts";

/** Nesting of a value at the most. */
export const PLAIN_DEPTH_MAX = 64;

const NUMBERS: Record<string, number> = {
  "Infinity": Infinity,
  "-Infinity": -Infinity,
  "NaN": NaN,
  "-0": -0,
};

/**
 * A plain value as the text of its bytes. Throws VipdError `plain_value` on a function, a symbol, a
 * bigint, an object of another class, and beyond PLAIN_DEPTH_MAX (a cycle too).
 */
export function plainText(value: unknown): string {
  return JSON.stringify(tagged(value, 0));
}

/** A plain value as bytes; throws as plainText does. */
export function encodePlain(value: unknown): Uint8Array {
  return new TextEncoder().encode(plainText(value));
}

/** The value back. Throws VipdError `plain_value` on anything that encodePlain does not make. */
export function decodePlain(bytes: Uint8Array): unknown {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new VipdError("plain_value", "not the text of a plain value", { cause });
  }
  return untagged(value, 0);
}

function refuse(what: string): never {
  throw new VipdError("plain_value", `not a plain value: ${what}`);
}

/** The value itself where JSON can say it, otherwise a copy with tags. */
function tagged(value: unknown, depth: number): unknown {
  if (depth > PLAIN_DEPTH_MAX) refuse("nested too deep");
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
      return value === null ? null : taggedObject(value, depth + 1);
    default:
      return refuse(`a ${typeof value}`);
  }
}

function taggedObject(value: object, depth: number): unknown {
  if (Array.isArray(value)) return Array.from(value, (item) => tagged(item, depth));
  if (value instanceof Map) {
    const pairs = [...value].map(([key, item]) => [tagged(key, depth), tagged(item, depth)]);
    return { $: "map", v: pairs };
  }
  if (value instanceof Set) return { $: "set", v: [...value].map((item) => tagged(item, depth)) };
  if (value instanceof Uint8Array) return { $: "bytes", v: base64Of(value) };
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    refuse(`an object of class ${value.constructor?.name}`);
  }
  const entries = Object.entries(value).map(([name, item]) => [name, tagged(item, depth)] as const);
  return Object.hasOwn(value, "$") ? { $: "object", v: entries } : Object.fromEntries(entries);
}

function untagged(value: unknown, depth: number): unknown {
  if (depth > PLAIN_DEPTH_MAX) refuse("nested too deep");
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => untagged(item, depth + 1));
  if (Object.hasOwn(value, "$")) {
    return untaggedSpecial(value as Record<string, unknown>, depth + 1);
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, untagged(item, depth + 1)]),
  );
}

function untaggedSpecial(tag: Record<string, unknown>, depth: number): unknown {
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
      return new Set(v.map((item) => untagged(item, depth)));
    case "map":
      return new Map(
        pairsOf(v).map(([key, item]) => [untagged(key, depth), untagged(item, depth)]),
      );
    case "object":
      return Object.fromEntries(
        pairsOf(v).map(([name, item]) => {
          if (typeof name !== "string") refuse("a member whose name is no text");
          return [name, untagged(item, depth)];
        }),
      );
    default:
      return refuse("an unknown tag");
  }
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
