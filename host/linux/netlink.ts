// Netlink messages and attributes (<linux/netlink.h>): a writer and two readers, no socket. Host byte
// order unless a name says Be. A message is a 16 byte header {u32 length, u16 type, u16 flags,
// u32 sequence, u32 port} and a payload; an attribute {u16 length, u16 type} and its value; both
// padded to 4 bytes.
//
// The readers never throw and never read outside their range: the first thing that does not fit
// becomes `error`, sticks, and ends the iteration. The caller looks at it once, at the end.

import { LITTLE_ENDIAN } from "./layout.ts";
import { Pinned } from "./pinned.ts";

/** Bytes of nlmsghdr. */
export const NLMSG_HEADER_SIZE = 16;
/** Bytes of the header of an attribute. */
export const NLA_HEADER_SIZE = 4;

/** Offsets in nlmsghdr. */
export const NLMSG = { LENGTH: 0, TYPE: 4, FLAGS: 6, SEQUENCE: 8, PORT: 12 } as const;

export const NLMSG_ERROR = 2;
export const NLMSG_DONE = 3;
/** Types below are netlink's own. */
export const NLMSG_MIN_TYPE = 0x10;

export const NLM_F_REQUEST = 0x1;
export const NLM_F_MULTI = 0x2;
export const NLM_F_ACK = 0x4;
export const NLM_F_DUMP_INTR = 0x10;
export const NLM_F_REPLACE = 0x100;
export const NLM_F_EXCL = 0x200;
export const NLM_F_CREATE = 0x400;
export const NLM_F_APPEND = 0x800;
export const NLM_F_DUMP = 0x300;
/** In an NLMSG_ERROR: the request is not repeated in it. */
export const NLM_F_CAPPED = 0x100;
/** In an NLMSG_ERROR: attributes follow. */
export const NLM_F_ACK_TLVS = 0x200;

/** The value is attributes. */
export const NLA_F_NESTED = 0x8000;
const NLA_TYPE_MASK = 0x3fff;

/** NLMSG_ALIGN and NLA_ALIGN: up to the next multiple of 4. */
export function align4(size: number): number {
  return (size + 3) & ~3;
}

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();

/** Writes messages one behind the other; grows as needed. Writes every byte it takes. */
export class NetlinkWriter {
  #memory = Pinned.of(4096);
  // Those of #memory, held here because each field written goes through them.
  #bytes = this.#memory.bytes;
  #view = this.#memory.view;
  #length = 0;
  #message = -1;

  /** What has been written: `length` bytes of it count. Replaced when the writer grows. */
  get memory(): Pinned {
    return this.#memory;
  }

  /** Bytes written. */
  get length(): number {
    return this.#length;
  }

  /** Forgets everything. */
  clear(): void {
    this.#length = 0;
    this.#message = -1;
  }

  /** Opens a message; returns its offset. */
  begin(type: number, flags: number, sequence = 0): number {
    this.#message = this.#length;
    this.u32(0); // length, known at the end
    this.u16(type);
    this.u16(flags);
    this.u32(sequence);
    this.u32(0); // port: the kernel's
    return this.#message;
  }

  /** Closes the message: its length is known now. */
  end(): void {
    const length = this.#length - this.#message;
    this.#view.setUint32(this.#message + NLMSG.LENGTH, length, LITTLE_ENDIAN);
    this.#message = -1;
  }

  /** One byte. */
  u8(value: number): void {
    const at = this.#take(1);
    this.#bytes[at] = value;
  }

  /** Two bytes, host order. */
  u16(value: number): void {
    const at = this.#take(2);
    this.#view.setUint16(at, value, LITTLE_ENDIAN);
  }

  /** Two bytes, network order. */
  be16(value: number): void {
    const at = this.#take(2);
    this.#view.setUint16(at, value, false);
  }

  /** Four bytes, host order. */
  u32(value: number): void {
    const at = this.#take(4);
    this.#view.setUint32(at, value, LITTLE_ENDIAN);
  }

  /** Four bytes, network order. */
  be32(value: number): void {
    const at = this.#take(4);
    this.#view.setUint32(at, value, false);
  }

  /** Bytes as they are. */
  bytes(value: Uint8Array): void {
    const at = this.#take(value.length);
    // Addresses, mostly: a loop beats set() up to a few dozen bytes.
    for (let i = 0; i < value.length; i++) this.#bytes[at + i] = value[i]!;
  }

  /** `count` zero bytes. */
  zeros(count: number): void {
    const at = this.#take(count);
    for (let i = 0; i < count; i++) this.#bytes[at + i] = 0;
  }

  /** An attribute of raw bytes. */
  attribute(type: number, value: Uint8Array): void {
    this.#header(type, value.length);
    this.bytes(value);
    this.#pad();
  }

  /** An attribute of one byte. */
  attributeU8(type: number, value: number): void {
    this.#header(type, 1);
    this.u8(value);
    this.#pad();
  }

  /** An attribute of two bytes, host order. */
  attributeU16(type: number, value: number): void {
    this.#header(type, 2);
    this.u16(value);
    this.#pad();
  }

  /** An attribute of two bytes, network order. */
  attributeBe16(type: number, value: number): void {
    this.#header(type, 2);
    this.be16(value);
    this.#pad();
  }

  /** An attribute of four bytes, host order. */
  attributeU32(type: number, value: number): void {
    this.#header(type, 4);
    this.u32(value);
  }

  /** An attribute of four bytes, network order. */
  attributeBe32(type: number, value: number): void {
    this.#header(type, 4);
    this.be32(value);
  }

  /** A text with its closing NUL. */
  attributeString(type: number, value: string): void {
    const text = ENCODER.encode(value);
    this.#header(type, text.length + 1);
    this.bytes(text);
    this.u8(0);
    this.#pad();
  }

  /** The header of an attribute whose `size` bytes of value, a multiple of 4, the caller writes. */
  attributeHeader(type: number, size: number): void {
    this.#header(type, size);
  }

  /** Opens a nest of attributes; hand the answer to closeNested(). */
  openNested(type: number): number {
    const at = this.#length;
    this.#header(type | NLA_F_NESTED, 0);
    return at;
  }

  /** Closes the nest that began at `at`: its length is known now. */
  closeNested(at: number): void {
    this.#view.setUint16(at, this.#length - at, LITTLE_ENDIAN);
  }

  #header(type: number, size: number): void {
    const at = this.#take(NLA_HEADER_SIZE);
    this.#view.setUint16(at, NLA_HEADER_SIZE + size, LITTLE_ENDIAN);
    this.#view.setUint16(at + 2, type, LITTLE_ENDIAN);
  }

  #pad(): void {
    while ((this.#length & 3) !== 0) this.u8(0);
  }

  /** Room for `size` bytes at the end, which the caller writes; returns its offset. */
  #take(size: number): number {
    const at = this.#length;
    if (at + size > this.#bytes.length) this.#grow(at + size);
    this.#length = at + size;
    return at;
  }

  #grow(size: number): void {
    const grown = Pinned.of(Math.max(2 * this.#bytes.length, size));
    grown.bytes.set(this.#bytes);
    this.#memory = grown;
    this.#bytes = grown.bytes;
    this.#view = grown.view;
  }
}

/** What two readers share: the first error of a range and of all that lies in it. */
class Errors {
  first: string | null = null;
}

/** Walks the messages of one datagram. */
export class MessageReader {
  readonly view: DataView;
  /** Header of the message that next() stands on. */
  type = 0;
  flags = 0;
  sequence = 0;
  /** nlmsg_pid: the port that caused it, 0 = the kernel itself. */
  port = 0;
  /** Payload: byte offsets in `view`. */
  start = 0;
  end = 0;
  readonly #length: number;
  #next = 0;
  readonly #errors = new Errors();

  /** Over the first `length` bytes of the view. */
  constructor(view: DataView, length: number) {
    this.view = view;
    this.#length = Math.min(length, view.byteLength);
  }

  /** The first thing that did not fit, in the messages or in attributes read from them. */
  get error(): string | null {
    return this.#errors.first;
  }

  /** Steps to the next message; false at the end or after an error. */
  next(): boolean {
    const at = this.#next;
    if (this.#errors.first !== null || at >= this.#length) return false;
    if (at + NLMSG_HEADER_SIZE > this.#length) return this.#fail(at, "header cut off");
    const size = this.view.getUint32(at + NLMSG.LENGTH, LITTLE_ENDIAN);
    if (size < NLMSG_HEADER_SIZE || at + size > this.#length) {
      return this.#fail(at, `length ${size} of ${this.#length - at}`);
    }
    this.type = this.view.getUint16(at + NLMSG.TYPE, LITTLE_ENDIAN);
    this.flags = this.view.getUint16(at + NLMSG.FLAGS, LITTLE_ENDIAN);
    this.sequence = this.view.getUint32(at + NLMSG.SEQUENCE, LITTLE_ENDIAN);
    this.port = this.view.getUint32(at + NLMSG.PORT, LITTLE_ENDIAN);
    this.start = at + NLMSG_HEADER_SIZE;
    this.end = at + size;
    this.#next = at + align4(size);
    return true;
  }

  /** True when the payload has at least `size` bytes; otherwise that is an error. */
  has(size: number): boolean {
    return this.end - this.start >= size ||
      this.#fail(this.start, `payload of ${this.end - this.start}, needs ${size}`);
  }

  /** The attributes behind the first `skip` bytes of the payload. */
  attributes(skip: number): AttributeReader {
    return new AttributeReader(this.view, this.start + align4(skip), this.end, this.#errors);
  }

  #fail(at: number, what: string): false {
    this.#errors.first ??= `netlink message at ${at}: ${what}`;
    return false;
  }
}

/** Walks the attributes of a range. */
export class AttributeReader {
  readonly #view: DataView;
  readonly #end: number;
  readonly #errors: Errors;
  #next: number;
  #start = 0;
  #size = 0;
  #type = 0;

  /** Over the bytes `start` up to `end` of the view; `errors` is the parent's. */
  constructor(view: DataView, start: number, end: number, errors: Errors = new Errors()) {
    this.#view = view;
    this.#next = start;
    this.#end = Math.min(end, view.byteLength);
    this.#errors = errors;
  }

  /** The first thing that did not fit. */
  get error(): string | null {
    return this.#errors.first;
  }

  /** Type of the attribute that next() stands on, without the nested and byte order bits. */
  get type(): number {
    return this.#type;
  }

  /** Bytes of its value. */
  get size(): number {
    return this.#size;
  }

  /** Steps to the next attribute; false at the end or after an error. */
  next(): boolean {
    const at = this.#next;
    if (this.#errors.first !== null || at >= this.#end) return false;
    if (at + NLA_HEADER_SIZE > this.#end) return this.#fail(at, "header cut off");
    const length = this.#view.getUint16(at, LITTLE_ENDIAN);
    if (length < NLA_HEADER_SIZE || at + length > this.#end) {
      return this.#fail(at, `length ${length} of ${this.#end - at}`);
    }
    this.#type = this.#view.getUint16(at + 2, LITTLE_ENDIAN) & NLA_TYPE_MASK;
    this.#start = at + NLA_HEADER_SIZE;
    this.#size = length - NLA_HEADER_SIZE;
    this.#next = at + align4(length);
    return true;
  }

  /** The value's first byte; 0 and an error when it is shorter, as in all of these. */
  u8(): number {
    return this.#has(1) ? this.#view.getUint8(this.#start) : 0;
  }

  /** Two bytes, host order. */
  u16(): number {
    return this.#has(2) ? this.#view.getUint16(this.#start, LITTLE_ENDIAN) : 0;
  }

  /** Two bytes, network order. */
  be16(): number {
    return this.#has(2) ? this.#view.getUint16(this.#start, false) : 0;
  }

  /** Four bytes, host order. */
  u32(): number {
    return this.#has(4) ? this.#view.getUint32(this.#start, LITTLE_ENDIAN) : 0;
  }

  /** A u32 of an array or structure in the value; 0 and an error when that is shorter. */
  u32At(offset: number): number {
    return this.#has(offset + 4) ? this.#view.getUint32(this.#start + offset, LITTLE_ENDIAN) : 0;
  }

  /** A u64 as a number, exact up to 2^53. */
  u64(): number {
    if (!this.#has(8)) return 0;
    return this.#view.getUint32(this.#start, LITTLE_ENDIAN) +
      this.#view.getUint32(this.#start + 4, LITTLE_ENDIAN) * 0x1_0000_0000;
  }

  /** A copy of the value, or of its first `size` bytes; zeros and an error when it is shorter. */
  bytes(size = this.#size): Uint8Array {
    const copy = new Uint8Array(size);
    if (this.#has(size)) {
      const { buffer, byteOffset } = this.#view;
      copy.set(new Uint8Array(buffer, byteOffset + this.#start, size));
    }
    return copy;
  }

  /** The value as text, up to its NUL. */
  string(): string {
    const bytes = this.bytes();
    const nul = bytes.indexOf(0);
    return DECODER.decode(nul < 0 ? bytes : bytes.subarray(0, nul));
  }

  /** The attributes in the value. */
  nested(): AttributeReader {
    return new AttributeReader(
      this.#view,
      this.#start,
      this.#start + this.#size,
      this.#errors,
    );
  }

  #has(size: number): boolean {
    return this.#size >= size ||
      this.#fail(this.#start, `value of ${this.#size}, needs ${size}`);
  }

  #fail(at: number, what: string): false {
    this.#errors.first ??= `netlink attribute ${this.#type} at ${at}: ${what}`;
    return false;
  }
}
