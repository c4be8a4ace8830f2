// VRRP advertisements of version 2 (RFC 3768, authentication of RFC 2338) and version 3 (RFC 9568): every
// field with what a receiver finds wrong with it that knows nothing of its own configuration.
// This module is browser safe.

import { checksumFor, isSameChecksum, pseudoHeaderSum } from "./checksum.ts";
import type { Field } from "./field.ts";
import {
  bytesText,
  hexOf,
  judgeChecksum,
  type LayerReader,
  macText,
  remark,
} from "./layer_reader.ts";
import {
  groupMac4,
  groupMac6,
  HOP_LIMIT_UNTOUCHED,
  IP_PROTOCOL_VRRP,
  UNKNOWN_MAC,
  VRRP,
  VRRP_ADVERTISEMENT,
  VRRP_PADDED_SIZE_MAX,
  vrrpMessageSize,
} from "./layout.ts";
import { rfc, type Source } from "./source.ts";
import type { IpEnds, Walk } from "./walk.ts";

const AUTH_WORDS: Readonly<Record<number, string>> = {
  0: "none",
  1: "simple text password",
  2: "IP authentication header",
};
const AUTH_NONE = 0;
const AUTH_PASSWORD = 1;
/** Virtual router MACs but for the VRID (RFC 9568 7.3). */
const VIRTUAL_MACS = ["00:00:5e:00:01:", "00:00:5e:00:02:"];

/** Sections of the fields by version: what both have in the same place. */
interface Sections {
  version: Source;
  type: Source;
  vrid: Source;
  priority: Source;
  count: Source;
  checksum: Source;
  addresses: Source;
}

const VERSION_2: Sections = {
  version: rfc(3768, "5.3.1"),
  type: rfc(3768, "5.3.2"),
  vrid: rfc(3768, "5.3.3"),
  priority: rfc(3768, "5.3.4"),
  count: rfc(3768, "5.3.5"),
  checksum: rfc(3768, "5.3.8"),
  addresses: rfc(3768, "5.3.9"),
};
const VERSION_3: Sections = {
  version: rfc(9568, "5.2.1"),
  type: rfc(9568, "5.2.2"),
  vrid: rfc(9568, "5.2.3"),
  priority: rfc(9568, "5.2.4"),
  count: rfc(9568, "5.2.5"),
  checksum: rfc(9568, "5.2.8"),
  addresses: rfc(9568, "5.2.9"),
};

/** What the layer's parts share. */
interface Message {
  reader: LayerReader;
  version: number;
  sections: Sections;
  /** 4 or 16. */
  addressSize: number;
  /** Bytes that version and count ask for. */
  size: number;
  /** null = only the message is there. */
  ends: IpEnds | null;
}

/** A message of whatever version. */
export function dissectVrrp(walk: Walk, at: number, end: number, ends: IpEnds | null): void {
  const version = (walk.bytes[at] ?? 0) >> 4;
  const sections = version === 2 ? VERSION_2 : VERSION_3;
  const reader = walk.reader("vrrp", at, end, sections.version);
  const versionField = reader.bits("vrrp.version", VRRP.versionType, 1, 0xf0);
  const type = reader.bits("vrrp.type", VRRP.versionType, 1, 0x0f, {
    source: sections.type,
    text: (value) => value === VRRP_ADVERTISEMENT ? `advertisement (${value})` : String(value),
  });
  const vrid = reader.number("vrrp.vrid", VRRP.vrid, 1, { source: sections.vrid });
  const priority = reader.number("vrrp.priority", VRRP.priority, 1, { source: sections.priority });
  const count = reader.number("vrrp.addressCount", VRRP.count, 1, { source: sections.count });
  const addressSize = sizeOfAddress(reader, version, ends);
  const size = vrrpMessageSize(version, addressSize, count?.number ?? 0);
  const message = { reader, version, sections, addressSize, size, ends };
  const checksum = version === 2 ? readTimesV2(message) : readTimesV3(message);
  readAddresses(message, count);
  readEnd(message);
  judge(message, checksum);
  checkVersion(versionField, version, ends);
  if (type !== null && type.number !== VRRP_ADVERTISEMENT) remark(type, "unknownValue");
  if (vrid?.number === 0) remark(vrid, "vridZero");
  if (priority?.number === 0) remark(priority, "resigns");
  if (priority?.number === 255) remark(priority, "owner");
  if (count?.number === 0) remark(count, "countZero");
  if (ends !== null) checkEnvelope(walk, ends, vrid);
  walk.add(reader);
}

/** Without an IP header the length tells: a version 3 message of one family fits its count. */
function sizeOfAddress(reader: LayerReader, version: number, ends: IpEnds | null): number {
  if (ends !== null) return ends.source.length;
  if (version !== 3) return 4;
  const count = reader.slice(VRRP.count, 1)[0] ?? 0;
  return count > 0 && reader.available >= VRRP.SIZE + 16 * count ? 16 : 4;
}

function checkVersion(field: Field | null, version: number, ends: IpEnds | null): void {
  if (version !== 2 && version !== 3) remark(field, "unknownValue");
  if (version === 2 && ends?.source.length === 16) remark(field, "version2OverIpv6");
}

/** Authentication type, interval and checksum; answers the checksum. */
function readTimesV2({ reader }: Message): Field | null {
  const auth = reader.number("vrrp.authType", VRRP.authType, 1, {
    source: rfc(2338, "5.3.6"),
    text: (value) =>
      AUTH_WORDS[value] === undefined ? String(value) : `${AUTH_WORDS[value]} (${value})`,
  });
  if (auth !== null && AUTH_WORDS[auth.number ?? 0] === undefined) remark(auth, "unknownValue");
  const interval = reader.number("vrrp.advertisementIntervalS", VRRP.intervalS, 1, {
    source: rfc(3768, "5.3.7"),
    text: (value) => `${value} s`,
  });
  if (interval?.number === 0) remark(interval, "intervalZero");
  return readChecksum(reader, VERSION_2);
}

/** Reserved bits, interval and checksum; answers the checksum. */
function readTimesV3({ reader }: Message): Field | null {
  const reserved = reader.bits("vrrp.reserved", VRRP.intervalCs, 1, 0xf0, {
    source: rfc(9568, "5.2.6"),
  });
  if ((reserved?.number ?? 0) !== 0) remark(reserved, "reservedNotZero");
  const interval = reader.bits("vrrp.advertisementIntervalCs", VRRP.intervalCs, 2, 0x0fff, {
    source: rfc(9568, "5.2.7"),
    text: (value) => `${value} cs = ${value / 100} s`,
  });
  if (interval?.number === 0) remark(interval, "intervalZero");
  return readChecksum(reader, VERSION_3);
}

function readChecksum(reader: LayerReader, { checksum }: Sections): Field | null {
  return reader.number("vrrp.checksum", VRRP.checksum, 2, {
    source: checksum,
    text: (value) => hexOf(value, 4),
  });
}

function readAddresses(
  { reader, version, sections, addressSize, size, ends }: Message,
  count: Field | null,
): void {
  const [want, have] = [size, reader.available];
  if (!reader.isCut && have < want) remark(count, "countTooBig", { want, have });
  let first: Field | null = null;
  for (let i = 0; i < (count?.number ?? 0) && !reader.isCut; i++) {
    const at = VRRP.addresses + i * addressSize;
    const field = reader.address("vrrp.addresses", at, addressSize, sections.addresses);
    if (i === 0) first = field;
  }
  const isWhole = first !== null && first.value !== "";
  if (isWhole && version === 3 && ends?.source.length === 16 && !isLinkLocal(first!.value)) {
    remark(first, "firstAddressNotLinkLocal");
  }
}

/** Authentication data of version 2, and what is left. */
function readEnd({ reader, version, addressSize, size }: Message): void {
  if (reader.isCut) return;
  if (version === 2) {
    const auth = reader.slice(VRRP.authType, 1)[0];
    const at = size - VRRP.AUTH_SIZE;
    const source = rfc(2338, "5.3.10");
    const text = auth === AUTH_PASSWORD ? passwordText : bytesText;
    const field = reader.text("vrrp.authData", at, VRRP.AUTH_SIZE, text, source);
    if (auth === AUTH_PASSWORD) remark(field, "passwordInClear");
    const isEmpty = reader.slice(at, VRRP.AUTH_SIZE).every((byte) => byte === 0);
    if (auth === AUTH_NONE && !isEmpty) remark(field, "reservedNotZero");
  }
  if (reader.isCut || reader.available <= size) return;
  const excess = reader.data("vrrp.excess", size, reader.available - size);
  const isPadded = addressSize === 4 && reader.available <= VRRP_PADDED_SIZE_MAX;
  remark(excess, isPadded ? "padded" : "excess");
}

/** Printable characters as they are, others as `\x07`; zeros at the end are padding. */
function passwordText(bytes: Uint8Array): string {
  const end = bytes.findLastIndex((byte) => byte !== 0) + 1;
  return [...bytes.subarray(0, end)].map((byte) =>
    byte >= 0x20 && byte < 0x7f && byte !== 0x5c
      ? String.fromCharCode(byte)
      : `\\x${byte.toString(16).padStart(2, "0")}`
  ).join("");
}

/** The checksum over the message by its count; version 3 with the pseudo header (RFC 9568 5.2.8). */
function judge({ reader, version, size, ends }: Message, checksum: Field | null): void {
  if (checksum === null || checksum.number === null) return;
  const message = reader.slice(0, size);
  const hasPseudo = version !== 2;
  if (message.length < size || (hasPseudo && ends === null)) return judgeChecksum(checksum, null);
  const plain = checksumFor(message, VRRP.checksum);
  if (!hasPseudo || ends === null) return judgeChecksum(checksum, plain);
  const pseudo = pseudoHeaderSum(ends, IP_PROTOCOL_VRRP, size);
  const expected = checksumFor(message, VRRP.checksum, pseudo);
  if (isSameChecksum(checksum.number, expected) || !isSameChecksum(checksum.number, plain)) {
    return judgeChecksum(checksum, expected);
  }
  checksum.expected = hexOf(expected, 4);
  remark(checksum, "checksumWithoutPseudoHeader", { expected: checksum.expected });
}

function isLinkLocal(address: string): boolean {
  return /^fe[89ab][0-9a-f]:/.test(address);
}

/** What the headers around an advert have to say (RFC 9568 5.1, 7.3). */
function checkEnvelope(walk: Walk, ends: IpEnds, vrid: Field | null): void {
  const { sourceField, destinationField, hopLimit } = ends;
  if (hopLimit !== null && hopLimit.number !== HOP_LIMIT_UNTOUCHED) {
    remark(hopLimit, "hopLimitWrong", { expected: HOP_LIMIT_UNTOUCHED });
  }
  if (ends.source.length === 16 && !isLinkLocal(sourceField?.value ?? "")) {
    remark(sourceField, "sourceNotLinkLocal");
  }
  const groups = ["224.0.0.18", "ff02::12"];
  if (!groups.includes(destinationField?.value ?? "")) remark(destinationField, "notVrrpGroup");
  const { destinationMac, sourceMac } = walk;
  const group = groupMac(ends.destination);
  const isKnown = destinationMac !== null && destinationMac.value !== UNKNOWN_MAC;
  if (group !== null && isKnown && destinationMac.value !== group) {
    remark(destinationMac, "groupMacWrong", { expected: group });
  }
  const prefix = VIRTUAL_MACS.find((mac) => sourceMac?.value.startsWith(mac));
  if (prefix === undefined || sourceMac === null) return;
  const inMac = parseInt(sourceMac.value.slice(prefix.length), 16);
  remark(sourceMac, inMac === vrid?.number ? "virtualMac" : "virtualMacOther", { vrid: inMac });
}

/** MAC of a multicast group; null: no group. */
function groupMac(address: Uint8Array): string | null {
  if (address.length === 4) {
    return address[0]! >> 4 === 0xe ? macText(Uint8Array.from(groupMac4(address))) : null;
  }
  return address[0] === 0xff ? macText(Uint8Array.from(groupMac6(address))) : null;
}
