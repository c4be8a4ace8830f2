// Interfaces that the machine does not have.
// This module is browser safe.

import { quoted } from "../diagnostic.ts";
import { nearest } from "../../base/nearest.ts";
import { type FindingDetail, type Report, type Rule, statementOf } from "./rule.ts";
import type { InstanceDraft } from "../read/drafts.ts";

/** A daemon does not start (or reload) without it, as keepalived; a check elsewhere only warns. */
export const interfaceMissing: Rule = {
  code: "interface-missing",
  severity: "warning",
  why: "the daemon does not start with it here, as keepalived does not",
  advice: "correct the name, or create the interface",
  check({ drafts, facts, document: { diagnostics } }, report) {
    if (facts === null) return;
    const known = new Set(facts.interfaces());
    const guess = (name: string) =>
      diagnostics.isFull("warning") ? null : nearest(name, facts.interfaces());
    for (const draft of drafts.instances) checkInstance(draft, guess, known, report);
  },
};

function checkInstance(
  draft: InstanceDraft,
  guess: (name: string) => string | null,
  known: Set<string>,
  report: Report,
): void {
  const check = (name: string | null, place: Parameters<Report>[0]) => {
    if (name === null || known.has(name)) return;
    known.add(name); // once is enough
    const near = guess(name);
    const detail: FindingDetail = near === null ? {} : { advice: `did you mean '${near}'?` };
    report(place, `there is no interface ${quoted(name)} here`, detail);
  };
  check(draft.interface, statementOf(draft, "interface"));
  for (const vip of [...draft.vips, ...draft.excludedVips]) check(vip.device, vip.statement);
  for (const track of draft.tracks) {
    if (track.watches === "INTERFACE") check(track.name, track.statement);
  }
}
