// Values that several blocks share: ports, commands, accounts, weights, counts.
// This module is browser safe.

import { quoted } from "../diagnostic.ts";
import type { Token } from "../lexer.ts";
import type { Arguments } from "./arguments.ts";
import type { CommandDraft, WeightDraft } from "./drafts.ts";

/** Largest 32-bit unsigned number. */
export const U32_MAX = 0xffff_ffff;
/** Largest 32-bit signed number. */
export const I32_MAX = 0x7fff_ffff;
/** Longest time that keepalived takes, whole seconds: 2^32 microseconds. */
export const SECONDS_MAX = 4294;
/** Widest range of a time with decimals, seconds. */
export const LONG_SECONDS = { min: 0, max: SECONDS_MAX };

/** A port from 1. */
export function port(args: Arguments): number | null {
  return args.integer("a port", { min: 1, max: 65535 });
}

/** `SCRIPT`, whose account has a keyword of its own: what follows is ignored, as in keepalived. */
export function command(args: Arguments): CommandDraft | null {
  const token = args.word("a command");
  if (token === null) return null;
  if (args.more) {
    args.note(
      "warning",
      "unquoted-command",
      `${args.keyword}: the words behind ${quoted(token.value)} are ignored`,
      "put the command and its arguments in double quotes",
    );
  }
  return commandDraft(args, token);
}

/** `SCRIPT [USER [GROUP]]`. */
export function commandWithAccount(args: Arguments): CommandDraft | null {
  const token = args.word("a command");
  if (token === null) return null;
  const user = args.take()?.value ?? null;
  const group = user === null ? null : args.take()?.value ?? null;
  return { ...commandDraft(args, token), user, group };
}

function commandDraft({ keyword, statement }: Arguments, token: Token): CommandDraft {
  return { keyword, statement, token, command: token.value.trim(), user: null, group: null };
}

/** `USER [[:]GROUP]`. */
export function account(args: Arguments): { user: string; group: string | null } | null {
  const user = args.text("an account");
  if (user === null) return null;
  const group = args.take()?.value ?? null;
  return { user, group: group?.replace(/^:/, "") ?? null };
}

/** `INT [reverse]` of a tracker definition. */
export function weight(args: Arguments): WeightDraft | null {
  const value = args.integer("a weight", { min: -253, max: 253 });
  if (value === null) return null;
  return { weight: value, reverse: args.takeWord("reverse") ? true : null };
}

/** Messages per burst: 0 counts as 1. */
export function repeatCount(args: Arguments): number | null {
  const value = args.integer("a number of messages", { min: 0, max: U32_MAX });
  return value === null ? null : Math.max(1, value);
}

/** Whole seconds. */
export function wholeSeconds(args: Arguments, max = SECONDS_MAX): number | null {
  return args.seconds("a time", { min: 0, max }, 0);
}
