// global_defs and the vipd block.
// This module is browser safe.

import { quoted } from "../diagnostic.ts";
import { parseAddress } from "../../base/address.ts";
import { type AddressValue, type Arguments, SECOND_US } from "./arguments.ts";
import { type BlockSpec, field, flag, listWords, type Reader } from "./block.ts";
import type { GarpDraft, GlobalDraft, VipdDraft } from "./drafts.ts";
import { account, I32_MAX, repeatCount, U32_MAX, wholeSeconds } from "./values.ts";
import { readWeb } from "./web.ts";

/** Ports of mail service names. */
const MAIL_PORTS: Record<string, number> = { smtp: 25, submission: 587, smtps: 465 };

/** `vrrp_garp_NAME` and `garp_NAME` differ in nothing but the prefix. */
export function garpReaders<D extends GarpDraft>(prefix: string): Record<string, Reader<D>> {
  const seconds = (args: Arguments) => wholeSeconds(args);
  const readers: Record<string, Reader<GarpDraft>> = {
    [`${prefix}garp_master_delay`]: field("garpDelayUs", seconds),
    [`${prefix}garp_master_repeat`]: field("garpRepeat", repeatCount),
    [`${prefix}garp_master_refresh`]: field(
      "garpRefreshUs",
      (args) => wholeSeconds(args, U32_MAX),
    ),
    [`${prefix}garp_master_refresh_repeat`]: field("garpRefreshRepeat", repeatCount),
    [`${prefix}garp_lower_prio_delay`]: field("garpLowerPrioDelayUs", seconds),
    [`${prefix}garp_lower_prio_repeat`]: field(
      "garpLowerPrioRepeat",
      (args) => args.integer("a number of messages", { min: 0, max: I32_MAX }),
    ),
  };
  return readers;
}

/** `BOOL`, or nothing for true. */
export const boolean = (args: Arguments): boolean | null => args.boolean();

/** A multicast address of one family. */
export function multicast(args: Arguments, family: "INET" | "INET6" | null): AddressValue | null {
  const value = args.address("a multicast address", family);
  if (value === null || isMulticast(value.address)) return value;
  args.note("error", "invalid-address", `${value.address} is not a multicast address`);
  return null;
}

function isMulticast(address: string): boolean {
  const first = parseAddress(address)?.bytes[0] ?? 0;
  return address.includes(":") ? first === 0xff : first >= 224 && first <= 239;
}

function smtpServer(args: Arguments): { host: string; port: number } | null {
  const host = args.text("a host name or address");
  if (host === null) return null;
  const service = args.peek();
  if (service === null) return { host, port: MAIL_PORTS.smtp! };
  if (Object.hasOwn(MAIL_PORTS, service)) {
    args.take();
    return { host, port: MAIL_PORTS[service]! };
  }
  const port = args.integer("a port", { min: 1, max: 65535 });
  return port === null ? null : { host, port };
}

/** Readers of `global_defs`. */
export const GLOBAL_DEFS: BlockSpec<GlobalDraft> = {
  name: "global_defs",
  repeatable: ["notification_email"],
  readers: {
    router_id: field("routerId", (args) => args.text("a name")),
    notification_email: (_args, draft, document) => {
      for (const { token } of listWords(document, draft.seen.get("notification_email")!)) {
        draft.notificationEmail.push(token.value);
      }
    },
    notification_email_from: field("notificationEmailFrom", (args) => args.text("an address")),
    smtp_server: field("smtpServer", smtpServer),
    smtp_connect_timeout: field("smtpConnectTimeoutUs", (args) => {
      const us = wholeSeconds(args);
      return us === null ? null : Math.max(SECOND_US, us);
    }),
    smtp_helo_name: field("smtpHeloName", (args) => args.text("a name")),
    smtp_alert: field("smtpAlert", boolean),
    smtp_alert_vrrp: field("smtpAlertVrrp", boolean),
    smtp_alert_checker: field("smtpAlertChecker", boolean),
    vrrp_mcast_group4: field("multicastGroup4", (args) => multicast(args, "INET")),
    vrrp_mcast_group6: field("multicastGroup6", (args) => multicast(args, "INET6")),
    vrrp_version: field("version", (args) => args.integer("a version", { min: 2, max: 3 })),
    vrrp_min_garp: field("minGarp", boolean),
    vrrp_down_timer_adverts: field(
      "downTimerAdverts",
      (args) => args.integer("a number of adverts", { min: 1, max: 100 }),
    ),
    vrrp_lower_prio_no_advert: field("lowerPrioNoAdvert", boolean),
    vrrp_higher_prio_send_advert: field("higherPrioSendAdvert", boolean),
    vrrp_skip_check_adv_addr: field("skipCheckAdvAddr", boolean),
    script_user: field("scriptUser", account),
    enable_script_security: flag("scriptSecurity", true),
    ...garpReaders<GlobalDraft>("vrrp_"),
  },
};

/** Readers of vipd's own block. */
export const VIPD: BlockSpec<VipdDraft> = {
  name: "vipd",
  repeatable: ["web"],
  readers: {
    lease: field("lease", boolean),
    director: field(
      "director",
      (args) => args.choice("a director", ["auto", "kernel", "user"]),
    ),
    shell_scripts: field("shellScripts", boolean),
    web: readWeb,
  },
};

/** The name behind a block's keyword; null and a diagnostic when there is none. */
export function blockName(args: Arguments): string | null {
  const name = args.text("a name");
  if (name === null) return null;
  const extra = args.peek();
  if (extra !== null) {
    const message = `the name of a ${args.keyword} is one word, not ${quoted(`${name} ${extra}`)}`;
    args.note("error", "invalid-value", message, "put it in double quotes");
    return null;
  }
  return name;
}
