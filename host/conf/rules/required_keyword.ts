// Keywords that a block cannot be without.
// This module is browser safe.

import { quoted } from "../diagnostic.ts";
import type { CheckerDraft, Drafts } from "../read/drafts.ts";
import { type Draft } from "../read/block.ts";
import { checkPort } from "../resolve/lvs.ts";
import type { Rule } from "./rule.ts";

/** keepalived refuses to start, or drops the block. */
export const requiredKeyword: Rule = {
  code: "required-keyword",
  severity: "error",
  why: "the block means nothing without it",
  advice: "add the line",
  check({ drafts }, report) {
    const need = (draft: Draft, isMissing: boolean, what: string) => {
      if (isMissing) report(draft.statement, what);
    };
    for (const draft of drafts.scripts.values()) {
      need(draft, !draft.seen.has("script"), `vrrp_script ${quoted(draft.name)} has no script`);
    }
    for (const draft of drafts.instances) {
      const who = `vrrp_instance ${quoted(draft.name)}`;
      need(draft, !draft.seen.has("virtual_router_id"), `${who} has no virtual_router_id`);
      need(draft, !draft.seen.has("interface"), `${who} has no interface`);
    }
    for (const { checker, port } of checkersOf(drafts)) {
      if (checker.kind === "MISC_CHECK") {
        need(checker, !checker.seen.has("misc_path"), "MISC_CHECK has no misc_path");
        continue;
      }
      need(
        checker,
        port === 0,
        `${checker.kind} has no port: neither connect_port nor the server's`,
      );
      if (checker.kind === "TCP_CHECK") continue;
      need(checker, !checker.seen.has("url"), `${checker.kind} has no url`);
      for (const url of checker.urls) need(url, !url.seen.has("path"), "url has no path");
    }
  },
};

function* checkersOf(drafts: Drafts): Generator<{ checker: CheckerDraft; port: number }> {
  for (const service of drafts.services) {
    for (const server of service.realServers) {
      for (const checker of server.checkers) {
        yield { checker, port: checkPort(checker, { server, service, drafts }) };
      }
    }
  }
}
