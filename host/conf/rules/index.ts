// All rules about one configuration, in the order of their reports.
// This module is browser safe.

import { accountMissing } from "./account_missing.ts";
import { addressFamily } from "./address_family.ts";
import { advertInterval } from "./advert_interval.ts";
import { authIgnored } from "./auth_ignored.ts";
import { authPassLong } from "./auth_pass_long.ts";
import { deprecatedKeyword } from "./deprecated_keyword.ts";
import { groupMembership, groupOfOne } from "./group_membership.ts";
import { interfaceMissing } from "./interface_missing.ts";
import { ipv6LinkLocal } from "./ipv6_link_local.ts";
import { ipv6Version } from "./ipv6_version.ts";
import { mixedFamily } from "./mixed_family.ts";
import { modelLimits } from "./model_limits.ts";
import { oddBlanks } from "./odd_blanks.ts";
import { portMismatch } from "./port_mismatch.ts";
import { preemption } from "./preemption.ts";
import { quorumReach } from "./quorum_reach.ts";
import { requiredKeyword } from "./required_keyword.ts";
import { reporter, type Rule, type RuleContext } from "./rule.ts";
import { scriptInsecure } from "./script_insecure.ts";
import { scriptMissing } from "./script_missing.ts";
import { scriptUntracked } from "./script_untracked.ts";
import { serviceDefaults } from "./service_defaults.ts";
import { serviceDuplicate } from "./service_duplicate.ts";
import { serviceEmpty } from "./service_empty.ts";
import { shellCommand } from "./shell_command.ts";
import { sorryLocal } from "./sorry_local.ts";
import { trackRefused } from "./track_refused.ts";
import { unknownReference } from "./unknown_reference.ts";
import { vipDuplicate } from "./vip_duplicate.ts";
import { vipExcess } from "./vip_excess.ts";
import { vipMissing } from "./vip_missing.ts";
import { vridDuplicate } from "./vrid_duplicate.ts";
import { webExposed, webWithoutToken } from "./web_access.ts";
import { weightClamped } from "./weight_clamped.ts";

/** Every rule about one configuration. */
export const RULES: readonly Rule[] = [
  ...[oddBlanks, requiredKeyword, vridDuplicate, unknownReference, groupMembership, groupOfOne],
  ...[addressFamily, vipMissing, vipExcess, vipDuplicate, ipv6Version, ipv6LinkLocal],
  ...[advertInterval, preemption, authPassLong, authIgnored, trackRefused, weightClamped],
  ...[scriptUntracked, shellCommand, deprecatedKeyword, serviceDefaults, serviceEmpty],
  ...[serviceDuplicate, mixedFamily, portMismatch, quorumReach, sorryLocal, modelLimits],
  ...[webWithoutToken, webExposed, interfaceMissing, accountMissing, scriptMissing, scriptInsecure],
];

/** Runs all rules. */
export function runRules(context: RuleContext): void {
  for (const rule of RULES) rule.check(context, reporter(rule, context.document.diagnostics));
}
