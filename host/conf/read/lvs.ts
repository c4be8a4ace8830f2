// virtual_server and real_server.
// This module is browser safe.

import { quoted } from "../diagnostic.ts";
import type { Document } from "../document.ts";
import type { Tunnel } from "../model.ts";
import { parseAddress } from "../../base/address.ts";
import { type Arguments, SECOND_US } from "./arguments.ts";
import { type BlockSpec, field, flag, readBlock, type Reader } from "./block.ts";
import { checkDefaultReaders, CHECKERS } from "./check.ts";
import {
  CheckerDraft,
  type MethodDraft,
  ServerDraft,
  ServiceDraft,
  type ServiceKeyDraft,
} from "./drafts.ts";
import { boolean } from "./global.ts";
import { I32_MAX, port, U32_MAX } from "./values.ts";

/** Schedulers of ip_vs that keepalived.conf(5) names. */
export const SCHEDULERS = [
  ...[
    "rr",
    "wrr",
    "lc",
    "wlc",
    "lblc",
    "lblcr",
    "sh",
    "mh",
    "dh",
    "fo",
    "ovf",
    "sed",
    "nq",
    "twos",
  ],
] as const;

/** Default of `persistence_timeout` without a number. */
export const PERSISTENCE_DEFAULT_US = 360 * SECOND_US;
/** Longest persistence, seconds: 31 days. */
const PERSISTENCE_MAX = 2_678_400;

function method(args: Arguments): MethodDraft | null {
  const word = args.choice("a forwarding method", ["NAT", "DR", "TUN"] as const, "unknown-method");
  if (word === null) return null;
  const tunnel = word === "TUN" && args.more ? tunnelOptions(args) : null;
  return { method: word, tunnel };
}

const TUNNEL_TYPES = { ipip: "IPIP", gue: "GUE", gre: "GRE" } as const;
const TUNNEL_CHECKSUMS = { nocsum: "NOCSUM", csum: "CSUM", remcsum: "REMCSUM" } as const;

/** `[type ipip|gue port N|gre] [nocsum|csum|remcsum]`. */
function tunnelOptions(args: Arguments): Tunnel | null {
  const tunnel: Tunnel = { type: "IPIP", port: 0, checksum: "NOCSUM" };
  if (args.takeWord("type")) {
    const type = args.choice("a tunnel type", ["ipip", "gue", "gre"] as const);
    if (type === null) return null;
    tunnel.type = TUNNEL_TYPES[type];
  }
  if (tunnel.type === "GUE") {
    if (!args.takeWord("port")) {
      args.note("error", "missing-argument", "type gue needs 'port NUMBER'");
      return null;
    }
    const number = port(args);
    if (number === null) return null;
    tunnel.port = number;
  }
  if (args.more) {
    const checksum = args.choice("a checksum", ["nocsum", "csum", "remcsum"] as const);
    if (checksum === null) return null;
    tunnel.checksum = TUNNEL_CHECKSUMS[checksum];
  }
  return tunnel;
}

function persistenceTimeout(args: Arguments): number | null {
  if (!args.more) return PERSISTENCE_DEFAULT_US;
  return args.seconds("a time", { min: 1, max: PERSISTENCE_MAX }, 0);
}

/** A netmask as leading bits: 255.255.255.0 (IPv4) or 1 to 128. */
function granularity(args: Arguments): number | null {
  const token = args.word("a netmask or prefix length");
  if (token === null) return null;
  const mask = token.value.includes(".") ? parseAddress(token.value) : null;
  const bits = mask === null ? Number(token.value) : maskBits(mask.bytes);
  const isBits = mask !== null || /^[0-9]{1,3}$/.test(token.value);
  if (isBits && bits >= 1 && bits <= 128) return bits;
  return args.invalid(token, "a netmask or a prefix length from 1 to 128");
}

function maskBits(bytes: Uint8Array): number {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return /^1*0*$/.test(bits) ? bits.lastIndexOf("1") + 1 : 0;
}

function scheduler(args: Arguments): string | null {
  return args.choice("a scheduler", SCHEDULERS, "unknown-scheduler");
}

function sorryServer(args: Arguments): ServiceDraft["sorryServer"] {
  const value = args.address("the address of the sorry server");
  if (value === null) return null;
  if (!args.more) return { value, port: null };
  const number = port(args);
  return number === null ? null : { value, port: number };
}

const anyWeight = (args: Arguments) => args.integer("a weight", { min: 0, max: I32_MAX });
const someWeight = (args: Arguments) => args.integer("a weight", { min: 1, max: I32_MAX });

const SERVICE_ONLY: Record<string, Reader<ServiceDraft>> = {
  lb_algo: field("scheduler", scheduler),
  lvs_sched: field("scheduler", scheduler),
  lb_kind: field("method", method),
  lvs_method: field("method", method),
  // The flag is set always.
  hashed: () => {},
  protocol: field(
    "protocol",
    (args) => args.choice("a protocol", ["TCP", "UDP", "SCTP"] as const),
  ),
  persistence_timeout: field("persistenceTimeoutUs", persistenceTimeout),
  persistence_granularity: field("granularity", granularity),
  ip_family: field("family", (args) => {
    const word = args.choice("a family", ["inet", "inet6"] as const);
    return word === null ? null : word === "inet" ? "INET" : "INET6";
  }),
  inhibit_on_failure: flag("inhibitOnFailure", true),
  alpha: flag("alpha", true),
  quorum: field("quorum", someWeight),
  hysteresis: field("hysteresis", anyWeight),
  weight: field("weight", someWeight),
  smtp_alert: field("smtpAlert", boolean),
  sorry_server: field("sorryServer", sorryServer),
  sorry_server_lvs_method: field("sorryMethod", method),
  real_server: readRealServer,
};

/** Readers of `virtual_server`. */
export const VIRTUAL_SERVER: BlockSpec<ServiceDraft> = {
  name: "virtual_server",
  repeatable: ["real_server"],
  readers: { ...checkDefaultReaders<ServiceDraft>(), ...SERVICE_ONLY },
};

/** Readers of `real_server`. */
export const REAL_SERVER: BlockSpec<ServerDraft> = {
  name: "virtual_server.real_server",
  repeatable: ["TCP_CHECK", "HTTP_GET", "SSL_GET", "MISC_CHECK"],
  readers: {
    ...checkDefaultReaders<ServerDraft>(),
    weight: field("weight", anyWeight),
    lvs_method: field("method", method),
    inhibit_on_failure: field("inhibitOnFailure", boolean),
    alpha: field("alpha", boolean),
    smtp_alert: field("smtpAlert", boolean),
    TCP_CHECK: readChecker,
    HTTP_GET: readChecker,
    SSL_GET: readChecker,
    MISC_CHECK: readChecker,
  },
};

function readRealServer(args: Arguments, service: ServiceDraft, document: Document): void {
  const value = args.address("the address of a real server");
  if (value === null) return;
  const number = args.more ? args.integer("a port", { min: 0, max: 65535 }) : null;
  const { statement } = args;
  const server = new ServerDraft(statement, value, number);
  service.realServers.push(server);
  args.end();
  readBlock(document, REAL_SERVER, statement.block!.items, server);
}

function readChecker(args: Arguments, server: ServerDraft, document: Document): void {
  const spec = CHECKERS.find((each) => each.name.endsWith(`.${args.keyword}`))!;
  const kind = args.keyword as CheckerDraft["kind"];
  const checker = new CheckerDraft(args.statement, kind);
  server.checkers.push(checker);
  readBlock(document, spec, args.statement.block!.items, checker);
}

/** `ADDR [PORT] | fwmark MARK`; groups are not supported yet. */
export function serviceKey(args: Arguments): ServiceKeyDraft | null {
  if (args.takeWord("group")) {
    args.note(
      "error",
      "not-supported-yet",
      "'virtual_server group' is not supported yet; it changes where traffic goes, so nothing " +
        "is started",
      "write one virtual_server for each address of the group",
    );
    return null;
  }
  if (args.takeWord("fwmark")) {
    const mark = args.integer("a firewall mark", { min: 1, max: U32_MAX });
    return mark === null ? null : { kind: "FWMARK", mark };
  }
  const value = args.address("the address of the service");
  if (value === null) return null;
  const number = args.more ? args.integer("a port", { min: 0, max: 65535 }) : 0;
  return number === null ? null : { kind: "ADDRESS", value, port: number };
}

/** Reads a `virtual_server` block; null and a diagnostic when its head says nothing. */
export function readService(args: Arguments, document: Document): ServiceDraft | null {
  const key = serviceKey(args);
  if (key === null) return null;
  if (args.more) {
    const rest = args.peek()!;
    args.note("error", "extra-argument", `virtual_server: ${quoted(rest)} has no meaning here`);
  }
  const service = new ServiceDraft(args.statement, key);
  readBlock(document, VIRTUAL_SERVER, args.statement.block!.items, service);
  return service;
}
