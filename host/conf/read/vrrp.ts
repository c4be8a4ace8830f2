// vrrp_script, vrrp_instance and vrrp_sync_group.
// This module is browser safe.

import type { Arguments } from "./arguments.ts";
import { interfaceName, readAddresses } from "./address_line.ts";
import {
  type BlockSpec,
  type Draft,
  field,
  flag,
  listWords,
  readBlock,
  type Reader,
} from "./block.ts";
import type { GroupDraft, InstanceDraft, NotifyDraft, ScriptDraft } from "./drafts.ts";
import { boolean, garpReaders, multicast } from "./global.ts";
import { readTracks } from "./track_line.ts";
import { account, command, commandWithAccount, I32_MAX, SECONDS_MAX, weight } from "./values.ts";

/** Shortest and longest interval of a script, seconds; 0 counts as 1. */
function scriptSeconds(args: Arguments): number | null {
  const us = args.seconds("a time", { min: 0, max: SECONDS_MAX }, 3);
  return us === 0 ? 1_000_000 : us;
}

function count(args: Arguments): number | null {
  return args.integer("a count", { min: 1, max: I32_MAX });
}

/** Readers of `vrrp_script`. */
export const VRRP_SCRIPT: BlockSpec<ScriptDraft> = {
  name: "vrrp_script",
  repeatable: [],
  readers: {
    script: field("script", command),
    interval: field("intervalUs", scriptSeconds),
    timeout: field("timeoutUs", scriptSeconds),
    weight: field("weight", weight),
    rise: field("rise", count),
    fall: field("fall", count),
    user: field("user", account),
  },
};

function notifyReaders<D extends NotifyDraft>(): Record<string, Reader<D>> {
  const readers: Record<string, Reader<NotifyDraft>> = {
    notify_master: field("notifyMaster", commandWithAccount),
    notify_backup: field("notifyBackup", commandWithAccount),
    notify_fault: field("notifyFault", commandWithAccount),
    notify_stop: field("notifyStop", commandWithAccount),
    notify: field("notify", commandWithAccount),
  };
  return readers;
}

interface Tracking extends Draft {
  tracks: InstanceDraft["tracks"];
}

function trackReaders<D extends Tracking>(): Record<string, Reader<D>> {
  const readers: Record<string, Reader<Tracking>> = {
    track_script: (args, draft, document) => {
      draft.tracks = [...draft.tracks, ...readTracks(document, args.statement, "SCRIPT")];
    },
    track_interface: (args, draft, document) => {
      draft.tracks = [...draft.tracks, ...readTracks(document, args.statement, "INTERFACE")];
    },
  };
  return readers;
}

const AUTHENTICATION: BlockSpec<InstanceDraft> = {
  name: "vrrp_instance.authentication",
  repeatable: [],
  readers: {
    auth_type: (args, draft) => {
      const type = args.choice("a type", ["PASS", "AH"]);
      if (type === "AH") {
        args.note(
          "error",
          "not-supported-yet",
          "'auth_type AH' is not supported yet; it changes what is sent, so nothing is started",
          "use PASS on all routers, or version 3 without authentication",
        );
      } else draft.authType = type;
    },
    auth_pass: field("authPass", (args) => args.text("a password")),
  },
};

/** Readers of `vrrp_instance`. */
export const VRRP_INSTANCE: BlockSpec<InstanceDraft> = {
  name: "vrrp_instance",
  repeatable: [
    ...["virtual_ipaddress", "virtual_ipaddress_excluded", "track_script", "track_interface"],
  ],
  readers: {
    state: field("state", (args) => args.choice("a state", ["MASTER", "BACKUP"])),
    interface: field("interface", interfaceName),
    virtual_router_id: field("vrid", (args) => args.integer("a VRID", { min: 1, max: 255 })),
    priority: field("priority", (args) => args.integer("a priority", { min: 1, max: 255 })),
    advert_int: field(
      "advertIntervalUs",
      (args) => args.seconds("an interval", { min: 0.01, max: 255 }),
    ),
    version: field("version", (args) => args.integer("a version", { min: 2, max: 3 })),
    authentication: (args, draft, document) => {
      readBlock(document, AUTHENTICATION, args.statement.block!.items, draft);
    },
    virtual_ipaddress: (args, draft, document) => {
      draft.vips = [...draft.vips, ...readAddresses(document, args.statement)];
    },
    virtual_ipaddress_excluded: (args, draft, document) => {
      draft.excludedVips = [...draft.excludedVips, ...readAddresses(document, args.statement)];
    },
    ...trackReaders<InstanceDraft>(),
    dont_track_primary: flag("dontTrackPrimary", true),
    mcast_src_ip: field("source", (args) => args.address()),
    mcast_dst_ip: field("multicastGroup", (args) => multicast(args, null)),
    // What is so by default anyway: there is no strict mode yet that would change it.
    accept: () => {},
    preempt: flag("nopreempt", false),
    nopreempt: flag("nopreempt", true),
    preempt_delay: field(
      "preemptDelayUs",
      (args) => args.seconds("a delay", { min: 0, max: 1000 }),
    ),
    down_timer_adverts: field(
      "downTimerAdverts",
      (args) => args.integer("a number of adverts", { min: 1, max: 100 }),
    ),
    lower_prio_no_advert: field("lowerPrioNoAdvert", boolean),
    higher_prio_send_advert: field("higherPrioSendAdvert", boolean),
    skip_check_adv_addr: field("skipCheckAdvAddr", boolean),
    ...notifyReaders<InstanceDraft>(),
    smtp_alert: field("smtpAlert", boolean),
    ...garpReaders<InstanceDraft>(""),
  },
};

/** Readers of `vrrp_sync_group`. */
export const VRRP_SYNC_GROUP: BlockSpec<GroupDraft> = {
  name: "vrrp_sync_group",
  repeatable: ["group", "track_script", "track_interface"],
  readers: {
    group: (args, draft, document) => {
      for (const { token, line } of listWords(document, args.statement)) {
        draft.members.push({ name: token.value, token, line });
      }
    },
    ...trackReaders<GroupDraft>(),
    sync_group_tracking_weight: flag("trackingWeight", true),
    ...notifyReaders<GroupDraft>(),
    smtp_alert: field("smtpAlert", boolean),
  },
};

/** Blocks inside vrrp_instance that have readers of their own, for the coverage of keywords. */
export const NESTED_VRRP_BLOCKS: readonly BlockSpec<InstanceDraft>[] = [AUTHENTICATION];
