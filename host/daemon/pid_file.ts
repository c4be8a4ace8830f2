// The pid file: one daemon for one file. The lock, not the number in it, says who runs: it is
// gone with its process, so a stale file never stops a start, and a pid used again by another
// program never does either. keepalived takes no such lock, so a file of its is also checked by pid.

import { VipdError } from "../base/errors.ts";

/** Holds the lock until release(). */
export class PidFile {
  readonly path: string;
  readonly #file: Deno.FsFile;

  private constructor(path: string, file: Deno.FsFile) {
    this.path = path;
    this.#file = file;
  }

  /**
   * Takes the pid file and writes our pid. Throws VipdError "already-running" when another daemon
   * holds it, "pid-file" when it cannot be written.
   */
  static take(path: string): PidFile {
    let file = openLocked(path);
    // The daemon before may have removed the file after we opened it: ours would be a lock that nobody
    // sees.
    while (!standsAt(path, file)) {
      file.close();
      file = openLocked(path);
    }
    try {
      // Everybody may read it, as keepalived's: the umask is for what is secret.
      Deno.chmodSync(path, 0o644);
      file.truncateSync(0);
      file.seekSync(0, Deno.SeekMode.Start);
      file.writeSync(new TextEncoder().encode(`${Deno.pid}\n`));
    } catch (cause) {
      file.close();
      throw new VipdError("pid-file", `cannot write pid file ${path}: ${reason(cause)}`, {
        cause,
        hint: "free the file system, or name another place with --pid FILE",
      });
    }
    return new PidFile(path, file);
  }

  /** Removes the file and gives up the lock. */
  release(): void {
    try {
      Deno.removeSync(this.path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    } finally {
      this.#file.close();
    }
  }
}

/** Opens the file and takes its lock. Throws VipdError as PidFile.take. */
function openLocked(path: string): Deno.FsFile {
  let file: Deno.FsFile;
  try {
    Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")) || "/", { recursive: true });
    file = Deno.openSync(path, { create: true, read: true, write: true, mode: 0o644 });
  } catch (cause) {
    throw new VipdError("pid-file", `cannot open pid file ${path}: ${reason(cause)}`, {
      cause,
      hint: "name a writable place with --pid FILE, or run as root",
    });
  }
  const other = holder(file);
  if (other === null) return file;
  file.close();
  throw new VipdError("already-running", `daemon is already running, ${other} (${path})`, {
    hint: "stop it first, or give this one another pid file with --pid FILE",
  });
}

/** Whether the path still names the file that was opened. */
function standsAt(path: string, file: Deno.FsFile): boolean {
  try {
    const [named, opened] = [Deno.statSync(path), file.statSync()];
    return named.ino === opened.ino && named.dev === opened.dev;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Who holds the file, as text; null when it is free (and then it is locked for us). */
function holder(file: Deno.FsFile): string | null {
  const pid = pidIn(file);
  if (!file.tryLockSync(true)) return pid === null ? "pid unknown" : `pid ${pid}`;
  if (pid !== null && pid !== Deno.pid && commandOf(pid) === "keepalived") {
    return `pid ${pid} is a keepalived`;
  }
  return null;
}

function pidIn(file: Deno.FsFile): number | null {
  const bytes = new Uint8Array(32);
  const length = file.readSync(bytes) ?? 0;
  const text = new TextDecoder().decode(bytes.subarray(0, length)).trim();
  return /^[1-9][0-9]*$/.test(text) ? Number(text) : null;
}

/** Name of a running process (comm), or null; a zombie runs no more. */
function commandOf(pid: number): string | null {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    const close = stat.lastIndexOf(")");
    if (stat.slice(close + 2, close + 3) === "Z") return null;
    return stat.slice(stat.indexOf("(") + 1, close);
  } catch {
    // No such process: the file is stale.
    return null;
  }
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
