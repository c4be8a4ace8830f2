// Names that nothing has.
// This module is browser safe.

import { quoted } from "../diagnostic.ts";
import type { Drafts } from "../read/drafts.ts";
import { nearest } from "../../base/nearest.ts";
import { placeOfToken } from "../tree.ts";
import type { Report, Rule } from "./rule.ts";

/** Trackers and members that are not defined: keepalived drops them with a message. */
export const unknownReference: Rule = {
  code: "unknown-reference",
  severity: "error",
  why: "without it somebody else would be master than you meant",
  advice: "define it, or take the line out",
  check({ drafts, document: { diagnostics } }, report) {
    const guess: Guess = (name, names) => diagnostics.isFull("error") ? null : nearest(name, names);
    checkTrackers(drafts, guess, report);
    checkMembers(drafts, guess, report);
  },
};

/** The name that was perhaps meant. */
type Guess = (name: string, names: Iterable<string>) => string | null;

function checkTrackers(drafts: Drafts, guess: Guess, report: Report): void {
  for (const { tracks } of [...drafts.instances, ...drafts.groups]) {
    for (const { name, watches, statement } of tracks) {
      if (watches !== "SCRIPT" || drafts.scripts.has(name)) continue;
      const near = guess(name, drafts.scripts.keys());
      const what = `there is no vrrp_script ${quoted(name)}`;
      if (near === null) report(statement, what);
      else {
        const place = placeOfToken(statement.file, statement.words[0]!);
        report(place, what, {
          advice: `did you mean '${near}'?`,
          fix: { place, replacement: near },
        });
      }
    }
  }
}

function checkMembers(drafts: Drafts, guess: Guess, report: Report): void {
  const names = new Set(drafts.instances.map(({ name }) => name));
  for (const { members } of drafts.groups) {
    for (const { name, token, line } of members) {
      if (names.has(name)) continue;
      const near = guess(name, names);
      const advice = near === null ? {} : { advice: `did you mean '${near}'?` };
      report(placeOfToken(line.file, token), `there is no vrrp_instance ${quoted(name)}`, advice);
    }
  }
}
