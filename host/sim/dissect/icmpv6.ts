// ICMPv6 (RFC 4443), of it neighbour solicitation and advertisement with their options (RFC 4861).
// This module is browser safe.

import { checksumFor, pseudoHeaderSum } from "./checksum.ts";
import { hexOf, judgeChecksum, type LayerReader, macText, remark } from "./layer_reader.ts";
import {
  HOP_LIMIT_UNTOUCHED,
  IP_PROTOCOL_ICMPV6,
  MAC_SIZE,
  NEIGHBOUR,
  NEIGHBOUR_ADVERTISEMENT,
  NEIGHBOUR_SOLICITATION,
  OPTION_SOURCE_LINK_ADDRESS,
  OPTION_TARGET_LINK_ADDRESS,
} from "./layout.ts";
import { rfc } from "./source.ts";
import type { IpEnds, Walk } from "./walk.ts";

const ICMPV6_SIZE = 4;
/** Options of one message that are read; what comes behind is shown as data. */
const OPTIONS_MAX = 16;
/** Lengths of options count in these, bytes (RFC 4861 4.6). */
const OPTION_UNIT = 8;
const TYPE_WORDS: Readonly<Record<number, string>> = {
  128: "echo request",
  129: "echo reply",
  130: "multicast listener query",
  131: "multicast listener report",
  133: "router solicitation",
  134: "router advertisement",
  [NEIGHBOUR_SOLICITATION]: "neighbour solicitation",
  [NEIGHBOUR_ADVERTISEMENT]: "neighbour advertisement",
  137: "redirect",
  143: "multicast listener report v2",
};
const OPTION_WORDS: Readonly<Record<number, string>> = {
  [OPTION_SOURCE_LINK_ADDRESS]: "source link-layer address",
  [OPTION_TARGET_LINK_ADDRESS]: "target link-layer address",
  14: "nonce",
};

function wordText(words: Readonly<Record<number, string>>): (value: number) => string {
  return (value) => words[value] === undefined ? String(value) : `${words[value]} (${value})`;
}

/** A message; `isCut`: bytes of it were not captured. */
export function dissectIcmpv6(
  walk: Walk,
  at: number,
  end: number,
  { ends, isCut }: { ends: IpEnds; isCut: boolean },
): void {
  const type = walk.bytes[at];
  const isNeighbour = type === NEIGHBOUR_SOLICITATION || type === NEIGHBOUR_ADVERTISEMENT;
  const section = type === NEIGHBOUR_ADVERTISEMENT ? "4.4" : "4.3";
  const source = isNeighbour ? rfc(4861, section) : rfc(4443, "2.1");
  const reader = walk.reader("icmpv6", at, end, source);
  reader.number("icmpv6.type", NEIGHBOUR.type, 1, { text: wordText(TYPE_WORDS) });
  reader.number("icmpv6.code", NEIGHBOUR.code, 1);
  const checksum = reader.number("icmpv6.checksum", NEIGHBOUR.checksum, 2, {
    source: rfc(4443, "2.3"),
    text: (value) => hexOf(value, 4),
  });
  const message = reader.slice(0, reader.available);
  const isKnown = !isCut && ends.source.length === 16;
  const pseudo = isKnown ? pseudoHeaderSum(ends, IP_PROTOCOL_ICMPV6, message.length) : 0;
  judgeChecksum(checksum, isKnown ? checksumFor(message, NEIGHBOUR.checksum, pseudo) : null);
  if (type === NEIGHBOUR_ADVERTISEMENT) readAdvertisement(reader);
  else if (type === NEIGHBOUR_SOLICITATION) readSolicitation(reader);
  else if (!reader.isCut) reader.data("icmpv6.data", ICMPV6_SIZE, reader.available - ICMPV6_SIZE);
  if (isNeighbour) {
    if (ends.hopLimit !== null && ends.hopLimit.number !== HOP_LIMIT_UNTOUCHED) {
      remark(ends.hopLimit, "hopLimitWrong", { expected: HOP_LIMIT_UNTOUCHED });
    }
    readOptions(reader);
  }
  walk.add(reader);
}

/** RFC 4861 4.4. */
function readAdvertisement(reader: LayerReader): void {
  const flag = (value: number) => value === 1 ? "1 (set)" : "0";
  const form = { text: flag };
  reader.bits("neighbourAdvertisement.router", NEIGHBOUR.flags, 1, 0x80, form);
  const solicited = reader.bits(
    "neighbourAdvertisement.solicited",
    NEIGHBOUR.flags,
    1,
    0x40,
    form,
  );
  if (solicited?.number === 0) {
    solicited.source = rfc(4861, "7.2.6");
    remark(solicited, "unsolicited");
  }
  reader.bits("neighbourAdvertisement.override", NEIGHBOUR.flags, 1, 0x20, form);
  const reserved = reader.bits(
    "neighbourAdvertisement.reserved",
    NEIGHBOUR.flags,
    4,
    0x1fff_ffff,
  );
  if ((reserved?.number ?? 0) !== 0) remark(reserved, "reservedNotZero");
  reader.address("neighbourAdvertisement.target", NEIGHBOUR.target, 16);
}

/** RFC 4861 4.3. */
function readSolicitation(reader: LayerReader): void {
  const reserved = reader.number("neighbourSolicitation.reserved", NEIGHBOUR.flags, 4);
  if ((reserved?.number ?? 0) !== 0) remark(reserved, "reservedNotZero");
  reader.address("neighbourSolicitation.target", NEIGHBOUR.target, 16);
}

/** RFC 4861 4.6. */
function readOptions(reader: LayerReader): void {
  let offset: number = NEIGHBOUR.SIZE;
  for (let i = 0; i < OPTIONS_MAX && offset < reader.available && !reader.isCut; i++) {
    const source = rfc(4861, "4.6");
    const type = reader.number("option.type", offset, 1, { source, text: wordText(OPTION_WORDS) });
    const units = reader.number("option.length", offset + 1, 1, {
      source,
      text: (value) => `${OPTION_UNIT * value} bytes`,
    });
    if (reader.isCut || units === null) return;
    const size = OPTION_UNIT * (units.number ?? 0);
    if (size === 0) return remark(units, "lengthTooSmall", { least: 1 });
    const isLink = type?.number === OPTION_SOURCE_LINK_ADDRESS ||
      type?.number === OPTION_TARGET_LINK_ADDRESS;
    if (isLink && size === OPTION_UNIT) {
      reader.text("option.mac", offset + 2, MAC_SIZE, macText, rfc(4861, "4.6.1"));
    } else {
      reader.data("option.data", offset + 2, size - 2, source);
    }
    offset += size;
  }
  if (!reader.isCut && offset < reader.available) {
    reader.data("icmpv6.data", offset, reader.available - offset);
  }
}
