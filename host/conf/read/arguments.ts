// The words behind a keyword, taken one by one and checked: each method returns the value, or null
// after it said what is wrong with it. Grammar of values: keepalived.conf(5).
// This module is browser safe.

import { BOOLEAN_WORDS } from "../../base/boolean_words.ts";
import { formatAddress, parseIpv4, parseIpv6 } from "../../base/address.ts";
import { type Diagnostics, type Finding, quoted, type Severity } from "../diagnostic.ts";
import type { Token } from "../lexer.ts";
import type { Family } from "../model.ts";
import { nearest } from "../../base/nearest.ts";
import { keywordOf, placeOfStatement, placeOfToken, type Statement } from "../tree.ts";

/** Inclusive range of a number. */
export interface Range {
  min: number;
  max: number;
}

/** An address of the file, canonical. */
export interface AddressValue {
  family: Family;
  address: string;
}

/** Keywords whose words are never repeated in a message: it ends in logs. */
const SECRETS: ReadonlySet<string> = new Set(["auth_pass", "token"]);

/** Microseconds in a second. */
export const SECOND_US = 1_000_000;

/** Reads the arguments of one statement from left to right. */
export class Arguments {
  readonly statement: Statement;
  readonly diagnostics: Diagnostics;
  #next = 1;

  constructor(statement: Statement, diagnostics: Diagnostics, first = 1) {
    this.statement = statement;
    this.diagnostics = diagnostics;
    this.#next = first;
  }

  get keyword(): string {
    return keywordOf(this.statement);
  }

  /** True while words are left. */
  get more(): boolean {
    return this.#next < this.statement.words.length;
  }

  /** The next word without taking it; null at the end. */
  peek(): string | null {
    return this.statement.words[this.#next]?.value ?? null;
  }

  /** Takes the next word if it is this one. */
  takeWord(word: string): boolean {
    if (this.peek() !== word) return false;
    this.#next++;
    return true;
  }

  /** Takes the next word; null at the end. */
  take(): Token | null {
    return this.statement.words[this.#next++] ?? null;
  }

  /** Says something about a word, or about the whole statement. */
  report(token: Token | null, finding: Finding): void {
    const { file } = this.statement;
    const place = token === null ? placeOfStatement(this.statement) : placeOfToken(file, token);
    this.diagnostics.add(place, finding);
  }

  /** Says that a word is not what it should be. */
  invalid(token: Token, what: string, code = "invalid-value", hint = ""): null {
    this.report(token, {
      severity: "error",
      code,
      message: `${this.keyword}: ${quoted(token.value)} is not ${what}`,
      hint,
    });
    return null;
  }

  /** The next word, which must be there. */
  word(what: string): Token | null {
    const token = this.take();
    if (token !== null && token.value !== "") return token;
    this.report(token, {
      severity: "error",
      code: "missing-argument",
      message: `${this.keyword} needs ${what}`,
    });
    return null;
  }

  /** A word as text. */
  text(what: string): string | null {
    return this.word(what)?.value ?? null;
  }

  /** A decimal integer within a range. */
  integer(what: string, { min, max }: Range): number | null {
    const token = this.word(`${what} (${min} to ${max})`);
    if (token === null) return null;
    const value = /^[+-]?[0-9]{1,15}$/.test(token.value) ? Number(token.value) : NaN;
    if (value >= min && value <= max) return value;
    return this.invalid(token, `${what} from ${min} to ${max}`, rangeCode(value));
  }

  /** Seconds with decimals, as whole microseconds; the range is in seconds. */
  seconds(what: string, { min, max }: Range, decimals = 6): number | null {
    const token = this.word(`${what} in seconds (${min} to ${max})`);
    if (token === null) return null;
    const value = parseSeconds(token.value, decimals);
    if (value >= min * SECOND_US && value <= max * SECOND_US) return value;
    const digits = decimals === 0 ? "whole seconds" : `seconds with at most ${decimals} decimals`;
    return this.invalid(token, `${what} from ${min} to ${max} (${digits})`, rangeCode(value));
  }

  /** on or off; true where nothing is written. */
  boolean(): boolean | null {
    const token = this.take();
    if (token === null) return true;
    if (Object.hasOwn(BOOLEAN_WORDS, token.value)) return BOOLEAN_WORDS[token.value]!;
    return this.invalid(token, "one of on, true, yes, off, false, no");
  }

  /** One of some words. */
  choice<T extends string>(what: string, words: readonly T[], code = "invalid-value"): T | null {
    const token = this.word(`${what}: ${words.join(", ")}`);
    if (token === null) return null;
    const found = words.find((word) => word === token.value);
    if (found !== undefined) return found;
    const near = nearest(token.value, words);
    const hint = near === null ? `write one of ${words.join(", ")}` : `did you mean '${near}'?`;
    this.report(token, {
      severity: "error",
      code,
      message: `${this.keyword}: ${quoted(token.value)} is not ${what}`,
      hint,
      ...(near === null ? {} : { fix: { place: this.#placeOf(token), replacement: near } }),
    });
    return null;
  }

  /** An IP address of either family, or of the one asked for. */
  address(what = "an IP address", family: Family | null = null): AddressValue | null {
    const token = this.word(what);
    if (token === null) return null;
    const value = readAddress(token.value);
    if (value === null) return this.invalid(token, what, "invalid-address");
    if (family !== null && value.family !== family) {
      return this.invalid(token, `${what} of ${familyTitle(family)}`, "invalid-address");
    }
    return value;
  }

  /** Says that words are left which mean nothing here. */
  end(): void {
    const token = this.take();
    if (token === null) return;
    const what = SECRETS.has(this.keyword) ? "another word" : quoted(token.value);
    this.report(token, {
      severity: "warning",
      code: "extra-argument",
      message: `${this.keyword}: ${what} and what follows has no meaning here`,
      hint: "take it out, or put it on a line of its own if it is a keyword",
    });
  }

  /** A finding about the whole statement. */
  note(severity: Severity, code: string, message: string, hint = ""): void {
    this.report(null, { severity, code, message, hint });
  }

  #placeOf(token: Token) {
    return placeOfToken(this.statement.file, token);
  }
}

function rangeCode(value: number): string {
  return Number.isNaN(value) ? "invalid-number" : "out-of-range";
}

/** Microseconds of decimal seconds; NaN when the text is not a number with so many decimals. */
export function parseSeconds(text: string, decimals: number): number {
  const match = /^([0-9]{1,10})(?:\.([0-9]+))?$/.exec(text);
  if (match === null) return NaN;
  const fraction = (match[2] ?? "").replace(/0+$/, "");
  if (fraction.length > decimals) return NaN;
  return Number(match[1]) * SECOND_US + Number(fraction.padEnd(6, "0"));
}

/** Seconds of microseconds as text without needless zeros. */
export function formatSeconds(us: number): string {
  return String(us / SECOND_US);
}

/** An address of either family in canonical text; null when the text is none. */
export function readAddress(text: string): AddressValue | null {
  // The strict text of an IPv4 address is its canonical one.
  if (parseIpv4(text) !== null) return { family: "INET", address: text };
  const bytes = text.includes(":") ? parseIpv6(text) : null;
  return bytes === null ? null : { family: "INET6", address: formatAddress(bytes) };
}

/** IPv4 or IPv6. */
export function familyTitle(family: Family): string {
  return family === "INET" ? "IPv4" : "IPv6";
}
