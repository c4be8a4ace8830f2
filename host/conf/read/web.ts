// The web block of vipd's own settings: where the page is served, and who may follow the daemon.
// This module is browser safe.

import {
  ORIGINS_OF_WEB_MAX,
  TOKEN_LENGTH_MAX,
  TOKEN_LENGTH_MIN,
  TOKENS_OF_WEB_MAX,
} from "../limits.ts";
import type { Endpoint, WebToken } from "../model.ts";
import { WEB_PORT_DEFAULT } from "../resolve/web.ts";
import type { Arguments } from "./arguments.ts";
import { type BlockSpec, field, newDraft, readBlock, type Reader } from "./block.ts";
import type { VipdDraft, WebDraft } from "./drafts.ts";
import { port } from "./values.ts";

/** Printable ASCII without blanks and quotes: what every file, shell, page and header carries unchanged. */
const SECRET = /^[\x21\x23-\x7e]+$/;

/** `ADDRESS [PORT]`. */
function listen(args: Arguments): Endpoint | null {
  const value = args.address("an IP address, and the port behind a blank");
  if (value === null) return null;
  if (!args.more) return { ...value, port: WEB_PORT_DEFAULT };
  const number = port(args);
  return number === null ? null : { ...value, port: number };
}

/**
 * `NAME SECRET`. Neither stands in a message, for those end in logs, and the two are easily written the
 * wrong way round.
 */
function token(args: Arguments, { tokens }: WebDraft): void {
  const name = args.text("a name and a secret");
  if (name === null) return;
  const secret = args.text("a secret behind the name");
  if (secret === null) return;
  const problem = problemOf({ name, secret }, tokens);
  if (problem === null) tokens.push({ name, secret });
  else args.note("error", "invalid-token", `token: ${problem}`, SECRET_ADVICE);
}

const SECRET_ADVICE = "make one with: openssl rand -hex 16";

function problemOf({ name, secret }: WebToken, tokens: readonly WebToken[]): string | null {
  if (secret.length < TOKEN_LENGTH_MIN || secret.length > TOKEN_LENGTH_MAX) {
    return `the secret has ${secret.length} characters, not ${TOKEN_LENGTH_MIN} to ${TOKEN_LENGTH_MAX}`;
  }
  if (!SECRET.test(secret)) return "the secret has other characters than printable ASCII";
  if (tokens.some((other) => other.name === name)) return "another token has that name";
  if (tokens.some((other) => other.secret === secret)) return "another token has the same secret";
  if (tokens.length >= TOKENS_OF_WEB_MAX) return `there are more than ${TOKENS_OF_WEB_MAX} tokens`;
  return null;
}

/** `SCHEME://HOST[:PORT]`, once each. */
function origin(args: Arguments, { origins }: WebDraft): void {
  const word = args.word("an origin, such as https://ops.example.net");
  if (word === null) return;
  const value = originOf(word.value);
  if (value === null) {
    const what = "an origin: http:// or https://, a host, and a port if it is not the usual one";
    args.invalid(word, what, "invalid-origin", "every page that may connect is listed by its own");
  } else if (origins.length >= ORIGINS_OF_WEB_MAX) {
    args.note("error", "too-many", `there are more than ${ORIGINS_OF_WEB_MAX} origins`);
  } else if (!origins.includes(value)) origins.push(value);
}

/** An origin as browsers send it: lower case, no default port; null when the text is none. */
function originOf(text: string): string | null {
  if (!/^https?:\/\/[^/?#@*]+\/?$/i.test(text) || !URL.canParse(text)) return null;
  return new URL(text).origin;
}

/** Readers of the block. */
export const WEB: BlockSpec<WebDraft> = {
  name: "vipd.web",
  repeatable: ["token", "allow_origin"],
  readers: { listen: field("listen", listen), token, allow_origin: origin },
};

/** Reads the block; two of them are one. */
export const readWeb: Reader<VipdDraft> = ({ statement }, draft, document) => {
  draft.web ??= { ...newDraft(statement), listen: null, tokens: [], origins: [] };
  readBlock(document, WEB, statement.block!.items, draft.web);
};
