// Drafts to the model: the one place that puts the parts together.
// This module is browser safe.

import type { Config, GlobalDefs, VipdSettings } from "../model.ts";
import { SECOND_US } from "../read/arguments.ts";
import type { Drafts, GroupDraft } from "../read/drafts.ts";
import { resolveService } from "./lvs.ts";
import { resolveWeb } from "./web.ts";
import { resolveGroup, resolveInstance, resolveScripts } from "./vrrp.ts";

const SMTP_CONNECT_TIMEOUT_DEFAULT_US = 30 * SECOND_US;

/** The group of each instance; the first one that names it. */
export function groupsByMember(drafts: Drafts): Map<string, GroupDraft> {
  const groups = new Map<string, GroupDraft>();
  for (const group of drafts.groups) {
    for (const { name } of group.members) if (!groups.has(name)) groups.set(name, group);
  }
  return groups;
}

/** Resolves a configuration; what cannot be resolved is left out, and a rule tells about it. */
export function resolveConfig(drafts: Drafts, files: string[]): Config {
  const groupOf = groupsByMember(drafts);
  const instances = drafts.instances.flatMap((draft) =>
    resolveInstance(draft, drafts, groupOf.get(draft.name) ?? null) ?? []
  );
  const names = new Set(instances.map(({ name }) => name));
  const scripts = resolveScripts(drafts);
  const trackers = new Map(scripts.map((script) => [script.name, script]));
  for (const { name, tracks } of instances) {
    for (const { tracker, watches } of tracks) {
      if (watches === "SCRIPT") trackers.get(tracker)!.trackedBy.push(name);
    }
  }
  return {
    files,
    global: resolveGlobal(drafts),
    scripts,
    instances,
    groups: drafts.groups.map((draft) => resolveGroup(draft, drafts, names)),
    virtualServers: drafts.services.flatMap((draft) => resolveService(draft, drafts) ?? []),
    vipd: resolveVipd(drafts),
  };
}

function resolveGlobal({ global }: Drafts): GlobalDefs {
  return {
    routerId: global?.routerId ?? null,
    notificationEmail: global?.notificationEmail ?? [],
    notificationEmailFrom: global?.notificationEmailFrom ?? null,
    smtpServer: global?.smtpServer ?? null,
    smtpConnectTimeoutUs: global?.smtpConnectTimeoutUs ?? SMTP_CONNECT_TIMEOUT_DEFAULT_US,
    smtpHeloName: global?.smtpHeloName ?? null,
    scriptSecurity: global?.scriptSecurity ?? false,
  };
}

function resolveVipd({ vipd }: Drafts): VipdSettings {
  return {
    lease: vipd?.lease ?? true,
    director: vipd?.director ?? "auto",
    shellScripts: vipd?.shellScripts ?? true,
    web: resolveWeb(vipd?.web ?? null),
  };
}
