// Values of edits: what a keyword takes, as JSON or as text of a command line, and its range in words.
// Ranges are those of the configuration's reader. This module is browser safe.

import { BOOLEAN_WORDS } from "../../base/boolean_words.ts";
import { AF_INET, formatAddress, parseAddress } from "../../base/address.ts";
import type { Edit } from "./scenario.ts";

/** What one keyword takes. */
export interface ValueKind<V> {
  /** For messages and documents: `1 to 255`. */
  range: string;
  /** null = it is not one. */
  read(value: Edit["value"]): V | null;
}

/** Longest password of VRRPv2, bytes (RFC 2338 5.3.6). */
const AUTH_PASS_SIZE_MAX = 8;
/** Weights of trackers. */
const WEIGHT_MAX = 253;
const SECOND_US = 1_000_000;

/** A whole number. */
export function integer(min: number, max: number): ValueKind<number> {
  return {
    range: `${min} to ${max}`,
    read(value) {
      const number = numberOf(value);
      return Number.isInteger(number) && number >= min && number <= max ? number : null;
    },
  };
}

/** Seconds with decimals; the value is microseconds. */
export function seconds(min: number, max: number, decimals = 6): ValueKind<number> {
  const step = 10 ** (6 - decimals);
  const unit = decimals === 0 ? "whole s" : "s";
  return {
    range: `${min} to ${max} ${unit}`,
    read(value) {
      const number = numberOf(value);
      if (!(number >= min && number <= max)) return null;
      const us = Math.round(number * SECOND_US);
      return us % step === 0 && us / SECOND_US === number ? us : null;
    },
  };
}

function numberOf(value: Edit["value"]): number {
  if (typeof value === "number") return value;
  return typeof value === "string" && /^[+-]?[0-9]{1,15}(\.[0-9]{1,9})?$/.test(value)
    ? Number(value)
    : NaN;
}

/** On or off. */
export const BOOLEAN: ValueKind<boolean> = {
  range: "true or false",
  read(value) {
    if (typeof value === "boolean") return value;
    return typeof value === "string" && Object.hasOwn(BOOLEAN_WORDS, value)
      ? BOOLEAN_WORDS[value]!
      : null;
  },
};

/** Weight of a track line. */
export const TRACK_WEIGHT: ValueKind<number> = integer(-WEIGHT_MAX, WEIGHT_MAX);

/** One of some words. */
export function choice<T extends string | number>(words: readonly T[]): ValueKind<T> {
  return {
    range: words.join(" or "),
    read: (value) => words.find((word) => word === value || String(word) === value) ?? null,
  };
}

/** A VRRPv2 password as it stands in the packet; empty = no authentication. */
export const PASSWORD: ValueKind<Uint8Array | null> = {
  range: `at most ${AUTH_PASS_SIZE_MAX} bytes, "" for none`,
  read(value) {
    if (typeof value === "boolean") return null;
    const bytes = new TextEncoder().encode(String(value));
    if (bytes.length > AUTH_PASS_SIZE_MAX) return null;
    const data = new Uint8Array(AUTH_PASS_SIZE_MAX);
    data.set(bytes);
    return data;
  },
};

/** An address with prefix length. */
export interface PrefixedAddress {
  family: "INET" | "INET6";
  /** Canonical. */
  address: string;
  /** null = not written. */
  prefixLength: number | null;
}

/** Addresses with or without prefix length, separated by blanks. */
export const ADDRESSES: ValueKind<PrefixedAddress[]> = {
  range: "ADDRESS[/LENGTH] ...",
  read(value) {
    if (typeof value !== "string") return null;
    const list = value.split(/[ ,]+/).filter((word) => word !== "").map(readPrefixed);
    return list.every((one): one is PrefixedAddress => one !== null) ? list : null;
  },
};

/** `192.0.2.1/24`, `2001:db8::1`; null = it is none. */
export function readPrefixed(text: string): PrefixedAddress | null {
  const [head, length, more] = text.split("/");
  const parsed = parseAddress(head!);
  if (parsed === null || more !== undefined) return null;
  const family = parsed.family === AF_INET ? "INET" : "INET6";
  const address = formatAddress(parsed.bytes);
  if (length === undefined) return { family, address, prefixLength: null };
  const prefixLength = /^[0-9]{1,3}$/.test(length) ? Number(length) : NaN;
  return prefixLength <= (family === "INET" ? 32 : 128) ? { family, address, prefixLength } : null;
}
