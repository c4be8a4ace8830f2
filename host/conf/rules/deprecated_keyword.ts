// Old spellings that still work.
// This module is browser safe.

import type { Draft } from "../read/block.ts";
import type { Drafts } from "../read/drafts.ts";
import { placeOfToken } from "../tree.ts";
import type { Rule } from "./rule.ts";

/** Old spelling -> the one of today. */
const RENAMED: Record<string, string> = { nb_get_retry: "retry" };

/** Seed mistake 6. */
export const deprecatedKeyword: Rule = {
  code: "deprecated-keyword",
  severity: "warning",
  why: "it still works, but keepalived reports it as an error in a config test",
  advice: "write the new word",
  check({ drafts }, report) {
    for (const draft of checkersOf(drafts)) {
      for (const [old, now] of Object.entries(RENAMED)) {
        const statement = draft.seen.get(old);
        if (statement === undefined) continue;
        const place = placeOfToken(statement.file, statement.words[0]!);
        report(place, `'${old}' is deprecated, the word is '${now}'`, {
          fix: { place, replacement: now },
        });
      }
    }
  },
};

function* checkersOf(drafts: Drafts): Generator<Draft> {
  for (const { realServers } of drafts.services) {
    for (const { checkers } of realServers) yield* checkers;
  }
}
