// One line of virtual_ipaddress: IP[/LEN] and options, keepalived.conf(5).
// This module is browser safe.

import { quoted } from "../diagnostic.ts";
import type { Document } from "../document.ts";
import { INTERFACE_NAME_LENGTH_MAX } from "../limits.ts";
import { findKeyword, nearestKeyword } from "../schema/keywords.ts";
import type { Statement } from "../tree.ts";
import { type AddressValue, Arguments, familyTitle, readAddress } from "./arguments.ts";
import { listLines, reportUnsupported } from "./block.ts";
import type { VipDraft } from "./drafts.ts";

/** RT_SCOPE_ names of <linux/rtnetlink.h>, as iproute2 prints them. */
const SCOPES: Record<string, number> = { global: 0, nowhere: 255, host: 254, link: 253, site: 200 };

type OptionReader = (args: Arguments, vip: VipDraft) => void;

const OPTIONS: Record<string, OptionReader> = {
  dev: (args, vip) => {
    vip.device = interfaceName(args) ?? vip.device;
  },
  label: readLabel,
  scope: readScope,
};

/** Options of an address line that are read, for the coverage of keywords. */
export const ADDRESS_OPTIONS: readonly string[] = Object.keys(OPTIONS);

/** The lines of a block of addresses. */
export function readAddresses(document: Document, statement: Statement): VipDraft[] {
  const vips: VipDraft[] = [];
  for (const line of listLines(document, statement)) {
    const vip = readLine(document, line);
    if (vip !== null) vips.push(vip);
  }
  return vips;
}

function readLine(document: Document, line: Statement): VipDraft | null {
  const args = new Arguments(line, document.diagnostics, 0);
  const head = readHead(args);
  if (head === null) return null;
  const vip: VipDraft = { statement: line, ...head, device: null, label: null, scope: null };
  while (args.more) {
    const option = args.take()!;
    const reader = Object.hasOwn(OPTIONS, option.value) ? OPTIONS[option.value] : undefined;
    if (reader !== undefined) {
      reader(args, vip);
      continue;
    }
    reportOption(document, args, line, option.value);
    break; // what its arguments are is not known
  }
  return vip;
}

function readHead(args: Arguments): { value: AddressValue; prefixLength: number | null } | null {
  const token = args.take()!;
  const [text, length, more] = token.value.split("/");
  const value = readAddress(text!);
  if (value === null || more !== undefined) {
    args.report(token, {
      severity: "error",
      code: "invalid-address",
      message: `${quoted(token.value)} is not an IP address`,
      hint: "write it as 192.0.2.1/24 or 2001:db8::1/64, one address a line",
    });
    return null;
  }
  if (length === undefined) return { value, prefixLength: null };
  const bits = /^[0-9]{1,3}$/.test(length) ? Number(length) : NaN;
  const max = value.family === "INET" ? 32 : 128;
  if (bits <= max) return { value, prefixLength: bits };
  args.report(token, {
    severity: "error",
    code: "invalid-prefix-length",
    message: `${quoted(length)} is not a prefix length of ${familyTitle(value.family)}`,
    hint: `write a number from 0 to ${max}`,
  });
  return null;
}

/** A name that an interface may have. */
export function interfaceName(args: Arguments): string | null {
  const token = args.word("an interface");
  if (token === null) return null;
  const isName = token.value.length <= INTERFACE_NAME_LENGTH_MAX && !/[/:]/.test(token.value);
  if (isName) return token.value;
  const what = `an interface name (at most ${INTERFACE_NAME_LENGTH_MAX} characters, no / or :)`;
  return args.invalid(token, what, "invalid-interface");
}

function readLabel(args: Arguments, vip: VipDraft): void {
  const token = args.word("a label");
  if (token === null) return;
  if (token.value.length > INTERFACE_NAME_LENGTH_MAX) {
    args.report(token, {
      severity: "error",
      code: "label-too-long",
      message: `label ${quoted(token.value)} has ${token.value.length} characters, ` +
        `the kernel takes ${INTERFACE_NAME_LENGTH_MAX}`,
      hint: "shorten what stands behind the colon, or leave the label out",
    });
    return;
  }
  if (vip.value.family === "INET6") {
    args.report(token, {
      severity: "warning",
      code: "label-without-effect",
      message: "IPv6 addresses have no labels: it is ignored",
      hint: "take the label out",
    });
    return;
  }
  vip.label = token.value;
}

function readScope(args: Arguments, vip: VipDraft): void {
  const token = args.word("a scope");
  if (token === null) return;
  const named = Object.hasOwn(SCOPES, token.value) ? SCOPES[token.value] : undefined;
  const value = named ?? (/^[0-9]{1,3}$/.test(token.value) ? Number(token.value) : NaN);
  if (value <= 255) vip.scope = value;
  else args.invalid(token, `a scope: ${Object.keys(SCOPES).join(", ")} or 0 to 255`);
}

function reportOption(document: Document, args: Arguments, line: Statement, word: string): void {
  const row = findKeyword("address_line", word);
  if (row !== null) return reportUnsupported(document, line, row);
  const near = nearestKeyword("address_line", word);
  const anAddress = readAddress(word.split("/")[0]!) !== null;
  args.note(
    "error",
    "unknown-keyword",
    `${quoted(word)} is not an option of an address`,
    anAddress ? "write one address a line" : near === null ? "" : `did you mean '${near}'?`,
  );
}
