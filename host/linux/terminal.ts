// How a daemon leaves the terminal that started it: the second half of what `cli/vipd` begins. The
// launcher gives the daemon a session of its own and a pipe; here the daemon lets go of standard
// output and error and then writes "ready" into the pipe, at which the launcher returns 0.

/** Environment variable with the number of the pipe's descriptor; the launcher sets it. */
export const READY_FD_VARIABLE = "VIPD_READY_FD";

const FD_DIRECTORY = "/proc/self/fd";
const STDERR = 2;
/** Scripts must not inherit what is ours (<asm-generic/fcntl.h>). */
const O_CLOEXEC = 0o2000000;
const SYMBOLS = {
  dup3: { parameters: ["i32", "i32", "i32"], result: "i32" },
  open: { parameters: ["buffer", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
} as const;

/** The descriptors of this process that lead where any of `targets` leads. */
function descriptorsTo(targets: Set<string>): number[] {
  const found: number[] = [];
  for (const entry of [...Deno.readDirSync(FD_DIRECTORY)]) {
    try {
      if (targets.has(Deno.readLinkSync(`${FD_DIRECTORY}/${entry.name}`))) {
        found.push(Number(entry.name));
      }
    } catch (error) {
      // The descriptor of the directory itself is gone by now.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return found;
}

/**
 * Leads standard output and error to /dev/null. Deno writes through duplicates of descriptors 1 and
 * 2, so every descriptor that leads to the same pipe, file or terminal is turned; one that was opened
 * for something else but to the same place (a log file given as both) is turned with them. Throws when
 * /proc or the C library cannot be reached. Needs all permissions (Deno guards /proc).
 */
export function letGoOfTerminal(): void {
  const libc = Deno.dlopen("libc.so.6", SYMBOLS);
  try {
    const targets = new Set([1, 2].map((fd) => Deno.readLinkSync(`${FD_DIRECTORY}/${fd}`)));
    const writeOnly = 1;
    const nothing = libc.symbols.open(new TextEncoder().encode("/dev/null\0"), writeOnly);
    if (nothing < 0) throw new Error("cannot open /dev/null for writing");
    for (const fd of descriptorsTo(targets)) {
      const flags = fd <= STDERR ? 0 : O_CLOEXEC;
      const turned = libc.symbols.dup3(nothing, fd, flags);
      if (turned < 0) throw new Error(`cannot redirect descriptor ${fd}`);
    }
    libc.symbols.close(nothing);
  } finally {
    libc.close();
  }
}

/**
 * Tells the launcher that the pid file stands, after letting go of the terminal. Returns false, and
 * does nothing, when no launcher waits (foreground, or started without it). Variable and
 * descriptor are removed, so that no script inherits them.
 */
export function reportReady(): boolean {
  const fd = Deno.env.get(READY_FD_VARIABLE);
  if (fd === undefined) return false;
  Deno.env.delete(READY_FD_VARIABLE);
  letGoOfTerminal();
  const pipe = Deno.openSync(`${FD_DIRECTORY}/${fd}`, { write: true });
  try {
    pipe.writeSync(new TextEncoder().encode("ready\n"));
  } finally {
    pipe.close();
  }
  closeDescriptor(Number(fd));
  return true;
}

/** Closes the launcher's pipe itself: Deno does not know that descriptor. */
function closeDescriptor(fd: number): void {
  const libc = Deno.dlopen("libc.so.6", SYMBOLS);
  libc.symbols.close(fd);
  libc.close();
}
