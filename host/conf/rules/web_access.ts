// Who can reach the page and the stream of a daemon.
// This module is browser safe.

import { quoted } from "../diagnostic.ts";
import { isLoopback } from "../resolve/web.ts";
import { type Rule, statementOf } from "./rule.ts";

const TOKEN_ADVICE = "add a line: token NAME SECRET, with a secret from: openssl rand -hex 16";

/** Nobody can follow a daemon without token; beyond this machine that is surely not what was meant. */
export const webWithoutToken: Rule = {
  code: "web-without-token",
  severity: "warning",
  why: "nobody may follow this daemon, only its page is served",
  advice: TOKEN_ADVICE,
  check({ drafts, config }, report) {
    const [draft, settings] = [drafts.vipd?.web ?? null, config.vipd.web];
    if (draft === null || settings === null || settings.tokens.length > 0) return;
    // A token that was refused is told about already.
    if (draft.seen.has("token")) return;
    const { address } = settings.listen;
    if (isLoopback(address)) return report(draft.statement, "web has no token");
    report(statementOf(draft, "listen"), `web listens on ${quoted(address)} and has no token`, {
      severity: "error",
    });
  },
};

/** The stream is not encrypted (RFC 6455 without TLS). */
export const webExposed: Rule = {
  code: "web-not-encrypted",
  severity: "info",
  why: "whoever sees the packets can read tokens and states",
  advice: "listen on 127.0.0.1 and reach it by ssh -L or behind a proxy with TLS, or be sure of " +
    "that network",
  check({ drafts, config }, report) {
    const [draft, settings] = [drafts.vipd?.web ?? null, config.vipd.web];
    if (draft === null || settings === null || isLoopback(settings.listen.address)) return;
    const { address } = settings.listen;
    report(statementOf(draft, "listen"), `web listens beyond this machine, on ${quoted(address)}`);
  },
};
