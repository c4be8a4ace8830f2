// TCP_CHECK, HTTP_GET, SSL_GET and MISC_CHECK.
// This module is browser safe.

import type { Arguments } from "./arguments.ts";
import { type BlockSpec, field, flag, newDraft, readBlock, type Reader } from "./block.ts";
import type { CheckDefaultsDraft, CheckerDraft, UrlDraft } from "./drafts.ts";
import { account, command, I32_MAX, LONG_SECONDS, port, wholeSeconds } from "./values.ts";

/** Shortest time where 0 makes no sense, seconds. */
const SHORTEST = 0.000001;

/** Keywords that service, server and checker share; a checker without connection leaves two out. */
export function checkDefaultReaders<D extends CheckDefaultsDraft>(): Record<string, Reader<D>> {
  const readers: Record<string, Reader<CheckDefaultsDraft>> = {
    delay_loop: field(
      "delayLoopUs",
      (args) => args.seconds("a time", { min: SHORTEST, max: 0xffff_ffff }),
    ),
    retry: field("retry", (args) => args.integer("a count", { min: 0, max: I32_MAX })),
    delay_before_retry: field(
      "delayBeforeRetryUs",
      (args) => args.seconds("a time", LONG_SECONDS),
    ),
    warmup: field("warmupUs", (args) => args.seconds("a time", LONG_SECONDS)),
    connect_timeout: field(
      "connectTimeoutUs",
      (args) => args.seconds("a time", { ...LONG_SECONDS, min: SHORTEST }),
    ),
    virtualhost: field("virtualhost", (args) => args.text("a host name")),
  };
  return readers;
}

const { virtualhost, connect_timeout, ...TIMES } = checkDefaultReaders<CheckerDraft>();

const CONNECT: Record<string, Reader<CheckerDraft>> = {
  ...TIMES,
  connect_timeout: connect_timeout!,
  connect_ip: field("connectAddress", (args) => args.address()),
  connect_port: field("connectPort", port),
};

const HTTP: Record<string, Reader<CheckerDraft>> = {
  ...CONNECT,
  virtualhost: virtualhost!,
  nb_get_retry: TIMES.retry!,
  url: (args, draft, document) => {
    const url: UrlDraft = {
      ...newDraft(args.statement),
      path: null,
      digest: null,
      statusCodes: [],
      virtualhost: null,
    };
    draft.urls.push(url);
    const spec = draft.kind === "HTTP_GET" ? HTTP_URL : SSL_URL;
    readBlock(document, spec, args.statement.block!.items, url);
  },
};

const URL_READERS: Record<string, Reader<UrlDraft>> = {
  path: field("path", (args) => {
    const token = args.word("a path");
    if (token === null || token.value.startsWith("/")) return token?.value ?? null;
    return args.invalid(token, "a path: it starts with /");
  }),
  digest: field("digest", (args) => {
    const token = args.word("an MD5 digest");
    if (token === null) return null;
    if (/^[0-9a-fA-F]{32}$/.test(token.value)) return token.value.toLowerCase();
    return args.invalid(token, "an MD5 digest: 32 hex digits");
  }),
  status_code: readStatusCodes,
  virtualhost: field("virtualhost", (args) => args.text("a host name")),
};

/** `CODE|LO-HI ...`. */
function readStatusCodes(args: Arguments, draft: UrlDraft): void {
  do {
    const token = args.word("a status code (100 to 599)");
    if (token === null) return;
    const match = /^([1-5][0-9][0-9])(?:-([1-5][0-9][0-9]))?$/.exec(token.value);
    const from = Number(match?.[1]);
    const to = Number(match?.[2] ?? match?.[1]);
    if (match === null || from > to) {
      args.invalid(token, "a status code from 100 to 599, or a range of them such as 200-299");
      return;
    }
    draft.statusCodes.push({ from, to });
  } while (args.more);
}

const HTTP_URL: BlockSpec<UrlDraft> = {
  name: "virtual_server.real_server.HTTP_GET.url",
  repeatable: ["status_code"],
  readers: URL_READERS,
};

const SSL_URL: BlockSpec<UrlDraft> = {
  ...HTTP_URL,
  name: "virtual_server.real_server.SSL_GET.url",
};

/** Readers of the checkers. */
export const CHECKERS: readonly BlockSpec<CheckerDraft>[] = [
  { name: "virtual_server.real_server.TCP_CHECK", repeatable: [], readers: CONNECT },
  {
    name: "virtual_server.real_server.HTTP_GET",
    repeatable: ["url"],
    // Without TLS there is no name to send.
    readers: { ...HTTP, enable_sni: () => {}, sni_name: (args) => void args.take() },
  },
  {
    name: "virtual_server.real_server.SSL_GET",
    repeatable: ["url"],
    readers: {
      ...HTTP,
      enable_sni: (args, draft) => {
        draft.enableSni = args.boolean() ?? draft.enableSni;
      },
      sni_name: field("sniName", (args) => args.text("a host name")),
    },
  },
  {
    name: "virtual_server.real_server.MISC_CHECK",
    repeatable: [],
    readers: {
      ...TIMES,
      misc_path: field("misc", command),
      misc_timeout: field("miscTimeoutUs", (args) => wholeSeconds(args)),
      misc_dynamic: flag("miscDynamic", true),
      user: field("user", account),
    },
  },
];

/** Readers of `url`, for the coverage of keywords. */
export const URL_BLOCKS: readonly BlockSpec<UrlDraft>[] = [HTTP_URL, SSL_URL];
