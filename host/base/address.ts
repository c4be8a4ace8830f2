// IP addresses and MACs between text and bytes, the one place for it. Strict: an IPv4 address is
// four decimal numbers without leading zeros, an IPv6 address is RFC 4291 2.2 text and is printed
// as RFC 5952 says. In records of the core an address is 16 bytes in network order, IPv4 first.
// This module is browser safe.

/** AF_INET and AF_INET6 of <sys/socket.h>. */
export type Family = 2 | 10;
export const AF_INET = 2;
export const AF_INET6 = 10;

/** An address as family and network order bytes (4 or 16). */
export interface Address {
  family: Family;
  bytes: Uint8Array;
}

const DOT = 0x2e, ZERO = 0x30, NINE = 0x39;

/** Parses an IPv4 address; null when the text is not exactly one. */
export function parseIpv4(text: string): Uint8Array | null {
  if (text.length < 7 || text.length > 15) return null;
  const bytes = new Uint8Array(4);
  let at = 0;
  for (let i = 0; i < 4; i++) {
    const start = at;
    let value = 0;
    for (let code = text.charCodeAt(at); code >= ZERO && code <= NINE; code = text.charCodeAt(at)) {
      value = 10 * value + code - ZERO;
      at++;
    }
    const digits = at - start;
    const hasLeadingZero = digits > 1 && text.charCodeAt(start) === ZERO;
    if (digits < 1 || digits > 3 || hasLeadingZero || value > 255) return null;
    bytes[i] = value;
    if (i < 3 && text.charCodeAt(at++) !== DOT) return null;
  }
  return at === text.length ? bytes : null;
}

/** Parses an IPv6 address without zone; null when the text is not exactly one (RFC 4291 2.2). */
export function parseIpv6(text: string): Uint8Array | null {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const head = groupsOf(halves[0]!);
  const tail = halves.length === 2 ? groupsOf(halves[1]!) : [];
  if (head === null || tail === null) return null;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null;
  if (head.length > 0 && halves.length === 2 && halves[0]!.includes(".")) return null;
  const groups = [...head, ...new Array<number>(missing).fill(0), ...tail];
  const bytes = new Uint8Array(16);
  groups.forEach((group, i) => {
    bytes[2 * i] = group >> 8;
    bytes[2 * i + 1] = group & 0xff;
  });
  return bytes;
}

function groupsOf(text: string): number[] | null {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    if (part.includes(".")) {
      const v4 = i === parts.length - 1 ? parseIpv4(part) : null;
      if (v4 === null) return null;
      groups.push((v4[0]! << 8) | v4[1]!, (v4[2]! << 8) | v4[3]!);
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return null;
      groups.push(parseInt(part, 16));
    }
  }
  return groups;
}

/** Parses an address of either family; null when the text is neither. */
export function parseAddress(text: string): Address | null {
  const v4 = parseIpv4(text);
  if (v4 !== null) return { family: AF_INET, bytes: v4 };
  const v6 = text.includes(":") ? parseIpv6(text) : null;
  return v6 === null ? null : { family: AF_INET6, bytes: v6 };
}

/** Text of 4 or 16 network order bytes (RFC 5952 for IPv6). */
export function formatAddress(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  const groups: number[] = [];
  for (let i = 0; i < 16; i += 2) groups.push((bytes[i]! << 8) | bytes[i + 1]!);
  const zeros = longestZeros(groups);
  const hex = (part: number[]) => part.map((group) => group.toString(16)).join(":");
  if (zeros.count < 2) return hex(groups);
  return `${hex(groups.slice(0, zeros.start))}::${hex(groups.slice(zeros.start + zeros.count))}`;
}

function longestZeros(groups: number[]): { start: number; count: number } {
  let best = { start: 0, count: 0 };
  for (let i = 0; i < groups.length;) {
    let end = i;
    while (end < groups.length && groups[end] === 0) end++;
    if (end - i > best.count) best = { start: i, count: end - i };
    i = end + 1;
  }
  return best;
}

/** Compares two addresses of one family as unsigned numbers: negative, zero or positive. */
export function compareAddresses(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length; i++) {
    const difference = a[i]! - b[i]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Text of the 16 byte address field of a record; "" when the family is neither INET nor INET6. */
export function readAddress(view: DataView, at: number, family: number): string {
  if (family !== AF_INET && family !== AF_INET6) return "";
  return formatAddress(
    new Uint8Array(view.buffer, view.byteOffset + at, family === AF_INET ? 4 : 16),
  );
}

/** Writes an address to a 16 byte field, zero padded; "" writes zeros. Throws on other text. */
export function writeAddress(view: DataView, at: number, text: string): void {
  const field = new Uint8Array(view.buffer, view.byteOffset + at, 16).fill(0);
  if (text === "") return;
  const address = parseAddress(text);
  if (address === null) throw new RangeError(`not an IP address: ${text}`);
  field.set(address.bytes);
}

/** Text of the first six bytes of a MAC field, lower case with colons. */
export function readMac(view: DataView, at: number): string {
  return [...new Uint8Array(view.buffer, view.byteOffset + at, 6)]
    .map((byte) => byte.toString(16).padStart(2, "0")).join(":");
}

/** Parses a MAC as `aa:bb:cc:dd:ee:ff`; null when it is none. */
export function parseMac(text: string): Uint8Array | null {
  if (!/^[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}$/.test(text)) return null;
  return Uint8Array.from(text.split(":"), (part) => parseInt(part, 16));
}

/** Writes a MAC to an 8 byte field, zero padded; "" writes zeros. Throws on other text. */
export function writeMac(view: DataView, at: number, text: string): void {
  const field = new Uint8Array(view.buffer, view.byteOffset + at, 8).fill(0);
  if (text === "") return;
  const mac = parseMac(text);
  if (mac === null) throw new RangeError(`not a MAC: ${text}`);
  field.set(mac);
}
