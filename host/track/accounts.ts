// Accounts of the local files (passwd(5), group(5)): which uid and gid a script runs as. Names from
// other sources (LDAP, systemd-homed) are not looked up: a script's account that needs the network
// would fail just when it is needed.

import { errorText, VipdError } from "../base/errors.ts";

/** Account that scripts run as when none is named and it exists (keepalived.conf(5) script_user). */
export const DEFAULT_ACCOUNT = "keepalived_script";

/** Where the accounts stand. */
export interface AccountFiles {
  passwd: string;
  group: string;
}

/** Who a process runs as; null = as we do. */
export interface Identity {
  uid: number | null;
  gid: number | null;
}

/**
 * The identity for a script's user and group as configured. Without a user: keepalived_script if
 * that account exists, else ours. Throws VipdError "no-account" for a name that does not exist and
 * "accounts-unreadable" when the files cannot be read.
 */
export function resolveIdentity(
  user: string | null,
  group: string | null,
  files: AccountFiles = { passwd: "/etc/passwd", group: "/etc/group" },
): Identity {
  const account = findAccount(readLines(files.passwd), user ?? DEFAULT_ACCOUNT);
  if (account === null && user !== null) throw noAccount("user", user, files.passwd);
  if (group === null) return account ?? { uid: null, gid: null };
  const gid = findGroup(readLines(files.group), group);
  if (gid === null) throw noAccount("group", group, files.group);
  return { uid: account?.uid ?? null, gid };
}

function noAccount(what: string, name: string, file: string): VipdError {
  return new VipdError("no-account", `${what} ${name} is not in ${file}`, {
    hint: `make the ${what}, or name another one`,
  });
}

function readLines(file: string): string[][] {
  try {
    return Deno.readTextFileSync(file).split("\n").map((line) => line.split(":"));
  } catch (thrown) {
    throw new VipdError("accounts-unreadable", `cannot read ${file}: ${errorText(thrown)}`, {
      cause: thrown,
    });
  }
}

/** name:password:uid:gid:... */
function findAccount(lines: string[][], name: string): { uid: number; gid: number } | null {
  for (const [account, , uid, gid] of lines) {
    if (account === name && isId(uid) && isId(gid)) return { uid: Number(uid), gid: Number(gid) };
  }
  return null;
}

/** name:password:gid:members */
function findGroup(lines: string[][], name: string): number | null {
  for (const [group, , gid] of lines) if (group === name && isId(gid)) return Number(gid);
  return null;
}

function isId(text: string | undefined): boolean {
  return text !== undefined && /^[0-9]+$/.test(text);
}
