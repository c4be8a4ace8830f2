// Reads the fields of one layer: what is there of them. A field that is cut off has what there is of it
// and says so; one that begins behind the end is left out, and the layer's last field says so.
// This module is browser safe.

import { formatAddress } from "../../base/address.ts";
import type { Field, FieldId, Layer, LayerId, RemarkCode } from "./field.ts";
import { isSameChecksum } from "./checksum.ts";
import { MAC_SIZE } from "./layout.ts";
import type { Source } from "./source.ts";

/** Longest field that is shown as one number, bytes. */
const NUMBER_SIZE_MAX = 4;
/** Bytes that are written out of a long field. */
const RAW_BYTES_MAX = 64;

/** How to read a field. */
export interface FieldForm {
  /** If it is not the layer's. */
  source?: Source;
  /** The value in words; decimal if left out. */
  text?: (value: number) => string;
}

/** `0x6e`, with as many digits as the bytes have. */
export function hexOf(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, "0")}`;
}

/** `0a 09 00 64`, of long ones the begin. */
export function bytesText(bytes: Uint8Array): string {
  const shown = [...bytes.subarray(0, RAW_BYTES_MAX)];
  const text = shown.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return bytes.length > RAW_BYTES_MAX ? `${text} ...` : text;
}

/** `02:00:00:00:00:01` of any number of bytes. */
export function macText(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(":");
}

/** Adds a remark to a field that is there. */
export function remark(
  field: Field | null,
  code: RemarkCode,
  values: Readonly<Record<string, string | number>> = {},
): void {
  field?.remarks.push({ code, values });
}

/** Compares a checksum with what it should be; null = one cannot know. */
export function judgeChecksum(field: Field | null, expected: number | null): void {
  if (field === null || field.number === null) return;
  if (expected === null) return remark(field, "checksumUnchecked");
  field.expected = hexOf(expected, 4);
  if (!isSameChecksum(field.number, expected)) {
    remark(field, "checksumWrong", { expected: field.expected });
  }
}

/** The reader. */
export class LayerReader {
  readonly layer: Layer;
  readonly bytes: Uint8Array;
  /** Where the layer begins in the frame, and where what may belong to it ends. */
  readonly at: number;
  readonly end: number;
  readonly #source: Source;
  #isCut = false;

  /** Offsets of its fields count from `at`; 0 <= at <= end <= bytes.length. */
  constructor(id: LayerId, bytes: Uint8Array, at: number, end: number, source: Source) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
    this.#source = source;
    this.layer = { id, from: at, to: at, fields: [] };
  }

  /** Some of its bytes are not there. */
  get isCut(): boolean {
    return this.#isCut;
  }

  /** Bytes from `at` that are there. */
  get available(): number {
    return this.end - this.at;
  }

  /** What is there of some bytes of the layer. */
  slice(offset: number, size: number): Uint8Array {
    const from = Math.min(this.at + offset, this.end);
    return this.bytes.subarray(from, Math.max(from, Math.min(from + size, this.end)));
  }

  /** A number of up to four bytes. */
  number(id: FieldId, offset: number, size: number, form: FieldForm = {}): Field | null {
    return this.bits(id, offset, size, null, form);
  }

  /** Some bits of up to four bytes. */
  bits(
    id: FieldId,
    offset: number,
    size: number,
    mask: number | null,
    { source, text = String }: FieldForm = {},
  ): Field | null {
    const field = this.#place(id, offset, size, source);
    if (field === null || field.to - field.from < size) return field;
    let value = 0;
    for (const byte of this.slice(offset, size)) value = value * 256 + byte;
    field.mask = mask;
    if (mask !== null) value = ((value & mask) >>> 0) / lowestBit(mask);
    field.number = value;
    field.value = text(value);
    field.raw = hexOf(value, mask === null ? 2 * size : 1);
    return field;
  }

  /** Bytes with a text of one's own. */
  text(
    id: FieldId,
    offset: number,
    size: number,
    textOf: (bytes: Uint8Array) => string,
    source?: Source,
  ): Field | null {
    const field = this.#place(id, offset, size, source);
    if (field !== null && field.to - field.from === size) {
      field.value = textOf(this.slice(offset, size));
    }
    return field;
  }

  /** A MAC address. */
  mac(id: FieldId, offset: number, source?: Source): Field | null {
    return this.text(id, offset, MAC_SIZE, macText, source);
  }

  /** An IP address of 4 or 16 bytes. */
  address(id: FieldId, offset: number, size: number, source?: Source): Field | null {
    return this.text(id, offset, size, formatAddress, source);
  }

  /** Bytes that are not read any further. */
  data(id: FieldId, offset: number, size: number, source?: Source): Field | null {
    return size === 0 ? null : this.text(id, offset, size, bytesText, source);
  }

  #place(id: FieldId, offset: number, size: number, source = this.#source): Field | null {
    const there = this.slice(offset, size);
    if (there.length < size && this.#isCut) return null;
    if (there.length === 0) {
      this.#cut(this.layer.fields.at(-1) ?? null, 0, size);
      return null;
    }
    const from = this.at + offset;
    const { fields } = this.layer;
    const field: Field = {
      id,
      index: fields.filter((other) => other.id === id).length,
      from,
      to: from + there.length,
      mask: null,
      value: "",
      number: null,
      raw: size <= NUMBER_SIZE_MAX && there.length === size
        ? `0x${bytesText(there).replaceAll(" ", "")}`
        : bytesText(there),
      source,
      expected: null,
      remarks: [],
    };
    fields.push(field);
    this.layer.to = Math.max(this.layer.to, field.to);
    if (there.length < size) this.#cut(field, there.length, size);
    return field;
  }

  #cut(field: Field | null, have: number, want: number): void {
    this.#isCut = true;
    remark(field, "truncated", { have, want });
  }
}

function lowestBit(mask: number): number {
  return (mask & -mask) >>> 0;
}
