// This machine as host/conf's rules ask for it: interfaces, programs, accounts.

import type { HostFacts, ProgramFacts } from "../conf/index.ts";
import { RouteSocket } from "../linux/route.ts";

const EXECUTABLE = 0o111;
/** Writable by the group or by others. */
const WRITABLE_BY_OTHERS = 0o022;
const STICKY = 0o1000;
/** Where names without a slash are looked up when PATH is not set. */
const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** What this machine has, each thing looked up when it is first asked for. */
export function hostFacts(): HostFacts {
  const programs = new Map<string, ProgramFacts>();
  let interfaces: string[] | undefined;
  let users: Set<string> | undefined;
  let groups: Set<string> | undefined;
  return {
    interfaces: () => interfaces ??= interfaceNames(),
    program(name) {
      const known = programs.get(name) ?? programFacts(name);
      programs.set(name, known);
      return known;
    },
    hasUser: (name) => (users ??= namesIn("/etc/passwd")).has(name),
    hasGroup: (name) => (groups ??= namesIn("/etc/group")).has(name),
  };
}

/** By netlink and not from /sys, which may belong to another network namespace. */
function interfaceNames(): string[] {
  const route = new RouteSocket();
  try {
    return route.links().map(({ name }) => name);
  } finally {
    route.close();
  }
}

/** First fields of a passwd(5) or group(5) file. Accounts of other sources (LDAP) are not seen. */
function namesIn(file: string): Set<string> {
  const lines = Deno.readTextFileSync(file).split("\n");
  return new Set(lines.map((line) => line.slice(0, Math.max(0, line.indexOf(":")))));
}

function programFacts(name: string): ProgramFacts {
  const path = name.includes("/") ? name : lookUp(name);
  const mode = path === null ? null : modeOf(path);
  if (path === null || mode === null) return { state: "missing", insecure: null };
  if ((mode & EXECUTABLE) === 0) return { state: "not executable", insecure: null };
  return { state: "executable", insecure: insecureElement(path) };
}

function lookUp(name: string): string | null {
  const directories = (Deno.env.get("PATH") ?? DEFAULT_PATH).split(":");
  return directories.map((directory) => `${directory}/${name}`)
    .find((path) => ((modeOf(path) ?? 0) & EXECUTABLE) !== 0) ?? null;
}

function modeOf(path: string): number | null {
  try {
    const { isFile, mode } = Deno.statSync(path);
    return isFile ? mode ?? 0 : null;
  } catch {
    return null;
  }
}

/** The first element of a path that another user than root could change, in words; null = none. */
function insecureElement(path: string): string | null {
  let real: string;
  try {
    real = Deno.realPathSync(path);
  } catch {
    return null;
  }
  const names = real.split("/");
  for (let depth = 1; depth <= names.length; depth++) {
    const element = names.slice(0, depth).join("/") || "/";
    const { uid, mode } = Deno.statSync(element);
    if (uid !== 0) return `${element} belongs to user ${uid}`;
    const writable = ((mode ?? 0) & WRITABLE_BY_OTHERS) !== 0;
    if (writable && ((mode ?? 0) & STICKY) === 0) return `${element} may be written by others`;
  }
  return null;
}
