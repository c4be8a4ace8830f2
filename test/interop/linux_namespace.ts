// Network namespaces for the tests of host/linux: made with ip(8), entered by the test's own thread
// with setns(2), removed at the end whatever happened.

const CLONE_NEWNET = 0x4000_0000;
/** Time for one command, milliseconds. */
const COMMAND_TIMEOUT_MS = 10_000;

const c = Deno.dlopen("libc.so.6", {
  setns: { parameters: ["i32", "i32"], result: "i32" },
  open: { parameters: ["buffer", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
}).symbols;

/** Runs a command to its end; throws with its words when it fails. Returns standard output. */
export function run(command: string, ...args: string[]): string {
  const output = new Deno.Command("timeout", {
    args: [String(COMMAND_TIMEOUT_MS / 1000), command, ...args],
    stdin: "null",
  }).outputSync();
  const text = new TextDecoder();
  if (!output.success) {
    throw new Error(`${command} ${args.join(" ")}: ${text.decode(output.stderr)}`);
  }
  return text.decode(output.stdout);
}

/** ip(8) with its words in one string. */
export function ip(words: string): string {
  return run("ip", ...words.trim().split(/\s+/));
}

/** A set of namespaces of one test file. */
export class Namespaces {
  readonly #names: string[] = [];
  readonly #tag = `vl-${Deno.pid.toString(36)}-`;

  /** Makes a namespace with lo up and returns its name. */
  add(name: string): string {
    const full = this.#tag + name;
    ip(`netns add ${full}`);
    this.#names.push(full);
    ip(`-n ${full} link set lo up`);
    return full;
  }

  /** Joins two namespaces with a veth pair, both ends up and named `device`. */
  join(a: string, b: string, device = "eth0"): void {
    ip(`-n ${a} link add ${device} type veth peer name ${device} netns ${b}`);
    ip(`-n ${a} link set ${device} up`);
    ip(`-n ${b} link set ${device} up`);
  }

  /** Removes them all. */
  remove(): void {
    for (const name of this.#names.splice(0)) ip(`netns del ${name}`);
  }
}

/**
 * Runs `action`, which must not await, with this thread in the namespace; sockets made in there
 * stay in it.
 */
export function within<T>(namespace: string, action: () => T): T {
  const home = openNamespace("/proc/self/ns/net");
  const other = openNamespace(`/run/netns/${namespace}`);
  try {
    enter(other, namespace);
    return action();
  } finally {
    enter(home, "home");
    c.close(other);
    c.close(home);
  }
}

/** ifindex of a device of the namespace. */
export function ifindexOf(namespace: string, device: string): number {
  return JSON.parse(ip(`-n ${namespace} -j link show dev ${device}`))[0].ifindex;
}

/** Waits until `condition` holds; throws when it does not within `timeoutMs`. */
export async function until(
  what: string,
  condition: () => boolean,
  timeoutMs = 3000,
): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function openNamespace(path: string): number {
  const fd = c.open(new TextEncoder().encode(path + "\0"), 0o2000000);
  if (fd < 0) throw new Error(`cannot open ${path}`);
  return fd;
}

function enter(fd: number, name: string): void {
  if (c.setns(fd, CLONE_NEWNET) !== 0) throw new Error(`cannot enter namespace ${name}`);
}
