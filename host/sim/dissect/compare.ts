// What differs between two packets: fields are paired by layer, id and place among equals, so that an
// address more or less does not make everything behind it differ. This module is browser safe.

import { type Dissection, type Field, fieldsOf } from "./field.ts";

/** A packet with what it says. */
export interface Dissected {
  bytes: Uint8Array;
  dissection: Dissection;
}

/** How a packet stands to another. */
export interface Comparison {
  /** By field of the packet: its fellow of the other where that differs; null: the other has none. */
  differences: ReadonlyMap<Field, Field | null>;
  /** Bytes of the packet that are others there. */
  bytes: ReadonlySet<number>;
  /** Fields that only the other has. */
  missing: readonly Field[];
}

/** Compares a packet with another. */
export function compare(one: Dissected, other: Dissected): Comparison {
  const others = byKey(other.dissection);
  const differences = new Map<Field, Field | null>();
  const bytes = new Set<number>();
  for (const [key, field] of byKey(one.dissection)) {
    const fellow = others.get(key) ?? null;
    others.delete(key);
    if (fellow !== null && fellow.raw === field.raw && fellow.value === field.value) continue;
    differences.set(field, fellow);
    for (let at = field.from; at < field.to; at++) {
      const there = fellow === null ? undefined : other.bytes[fellow.from + at - field.from];
      if (there !== one.bytes[at]) bytes.add(at);
    }
  }
  const missing = new Set(others.values());
  return {
    differences,
    bytes,
    missing: fieldsOf(other.dissection).filter((field) => missing.has(field)),
  };
}

/** Fields by what they are paired by. */
function byKey({ layers }: Dissection): Map<string, Field> {
  const keys = new Map<string, Field>();
  const seen = new Map<string, number>();
  for (const { id, fields } of layers) {
    const nth = seen.get(id) ?? 0;
    seen.set(id, nth + 1);
    for (const field of fields) keys.set(`${id} ${nth} ${field.id} ${field.index}`, field);
  }
  return keys;
}
