// Small codecs between JSON and plain data, from which one table (scenario_table.ts) gets a reader with
// places, a writer and a JSON schema. A schema library reads only: units would have to be turned back and
// the shape be told twice for the writer, and its messages know no lines. This module is browser safe.

import type { Node as JsonNode } from "jsonc-parser";
import { advice } from "../../base/nearest.ts";

/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Said instead of a value after a problem was reported. */
export const WRONG: unique symbol = Symbol("wrong");
export type Wrong = typeof WRONG;

/** What is wrong at a place. */
export interface Finding {
  /** What. */
  message: string;
  /** Why that is a problem; "" = it goes without saying. */
  why?: string;
  /** What to do. */
  hint: string;
}

/** Who hears of problems while a value is read. */
export interface Reading {
  report(node: JsonNode, finding: Finding): Wrong;
  /** Further problems would only be dropped. */
  readonly isFull: boolean;
}

/** One value in JSON. */
export interface Codec<T> {
  readonly schema: { [key: string]: Json };
  read(node: JsonNode, reading: Reading): T | Wrong;
  write(value: T): Json;
}

/** What stands in the file, for a message. */
export function shown(node: JsonNode): string {
  if (node.type === "object") return "an object";
  if (node.type === "array") return "a list";
  const text = JSON.stringify(node.value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** `did you mean`, or all the words to choose from. */
export function adviceAmong(word: string, known: Iterable<string>): string {
  return advice(word, [...known], Infinity, "there is none");
}

/** Text of a length. */
export function text(what: string, min: number, max: number): Codec<string> {
  return {
    schema: { type: "string", minLength: min, maxLength: max },
    read(node, reading) {
      const value: unknown = node.value;
      if (typeof value === "string" && value.length >= min && value.length <= max) return value;
      return reading.report(node, {
        message: `${shown(node)} is not ${what}`,
        hint: `write ${what} as text of ${min} to ${max} characters`,
      });
    },
    write: (value) => value,
  };
}

/** Text that a function brings into its canonical form; null = it is not such a text. */
export function canonical(
  what: string,
  example: string,
  canonicalOf: (value: string) => string | null,
): Codec<string> {
  return {
    schema: { type: "string", examples: [example] },
    read(node, reading) {
      const value = typeof node.value === "string" ? canonicalOf(node.value) : null;
      if (value !== null) return value;
      return reading.report(node, {
        message: `${shown(node)} is not ${what}`,
        hint: `write it as "${example}"`,
      });
    },
    write: (value) => value,
  };
}

/** A number in a range; `digits`: decimals that it may have at the most. */
export function number(what: string, min: number, max: number, digits: number): Codec<number> {
  const kind = digits === 0 ? "integer" : "number";
  return {
    schema: { type: kind, minimum: min, maximum: max },
    read(node, reading) {
      const value: unknown = node.value;
      const factor = 10 ** digits;
      if (typeof value === "number" && value >= min && value <= max) {
        if (Math.round(value * factor) / factor === value) return value;
      }
      const decimals = digits === 0 ? "a whole number" : `at most ${digits} decimals`;
      return reading.report(node, {
        message: `${shown(node)} is not ${what}`,
        hint: `write a number from ${min} to ${max}, ${decimals}`,
      });
    },
    write: (value) => value,
  };
}

/** A number in JSON that is microseconds in the data: `scale` of them in one unit. */
export function microseconds(what: string, max: number, scale: number): Codec<number> {
  const codec = number(what, 0, max, Math.round(Math.log10(scale)));
  return {
    schema: codec.schema,
    read(node, reading) {
      const value = codec.read(node, reading);
      return value === WRONG ? WRONG : Math.round(value * scale);
    },
    write: (us) => us / scale,
  };
}

/** true or false. */
export const BOOLEAN: Codec<boolean> = {
  schema: { type: "boolean" },
  read(node, reading) {
    if (typeof node.value === "boolean") return node.value;
    const hint = "write true or false";
    return reading.report(node, { message: `${shown(node)} is not true or false`, hint });
  },
  write: (value) => value,
};

/** One of some words. */
export function word<T extends string>(what: string, words: readonly T[]): Codec<T> {
  return {
    schema: { enum: [...words] },
    read(node, reading) {
      const found = words.find((one) => one === node.value);
      if (found !== undefined) return found;
      const hint = adviceAmong(String(node.value), words);
      return reading.report(node, { message: `${shown(node)} is not ${what}`, hint });
    },
    write: (value) => value,
  };
}

/** Either of two by JSON type. */
export function either<A, B>(
  type: "string" | "number",
  first: Codec<A>,
  second: Codec<B>,
): Codec<A | B> {
  return {
    schema: { anyOf: [first.schema, second.schema] },
    read: (node, reading) => (node.type === type ? first : second).read(node, reading),
    write(value) {
      const actual: string = typeof value;
      return actual === type ? first.write(value as A) : second.write(value as B);
    },
  };
}

/** For an optional key whose absence is null in the data. */
export function nullable<T>(codec: Codec<T>): Codec<T | null> {
  return { ...codec, write: (value) => value === null ? null : codec.write(value) };
}

/** A list. */
export function list<T>(what: string, item: Codec<T>, max: number): Codec<T[]> {
  return {
    schema: { type: "array", items: item.schema, maxItems: max },
    read(node, reading) {
      if (node.type !== "array") {
        const hint = "write it in square brackets";
        return reading.report(node, { message: `${shown(node)} is not ${what}`, hint });
      }
      const children = node.children ?? [];
      if (children.length > max) {
        const message = `${children.length} are more than ${what} may have`;
        return reading.report(node, { message, hint: `write at most ${max}` });
      }
      const values: T[] = [];
      let wrong = false;
      for (const child of children) {
        if (wrong && reading.isFull) break;
        const value = item.read(child, reading);
        if (value === WRONG) wrong = true;
        else values.push(value);
      }
      return wrong ? WRONG : values;
    },
    write: (values) => values.map((value) => item.write(value)),
  };
}
