// Freezes ONE thread of another process, which no signal can do: ptrace(2) through FFI. The others run
// on, as when a thread waits for a page that never comes or for a lock that nobody gives back.

const PTRACE_DETACH = 17;
const PTRACE_SEIZE = 0x4206;
const PTRACE_INTERRUPT = 0x4207;
/** waitpid(2): do not block; threads too. */
const WNOHANG = 1;
const WALL = 0x4000_0000;

const libc = Deno.dlopen("libc.so.6", {
  ptrace: { parameters: ["i32", "i32", "usize", "usize"], result: "i64" },
  waitpid: { parameters: ["i32", "pointer", "i32"], result: "i32" },
}).symbols;

/** Scheduling policy of a thread: field 41 of proc(5) stat, counted from the state behind the name. */
const STAT_POLICY = 41 - 3;
const SCHED_FIFO = "1";

/** The number of the real-time thread of a vipd: its wire worker. */
export function realTimeThread(pid: number): number {
  for (const { name } of Deno.readDirSync(`/proc/${pid}/task`)) {
    const stat = Deno.readTextFileSync(`/proc/${pid}/task/${name}/stat`);
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[STAT_POLICY] === SCHED_FIFO) return Number(name);
  }
  throw new Error(`process ${pid} has no real-time thread`);
}

/**
 * A thread that stands still. The thread that made it must also end it (ptrace's rule), so it works only
 * where the test runs on one thread.
 */
export class FrozenThread {
  readonly #tid: number;
  readonly #status = new Int32Array(new ArrayBuffer(4));

  private constructor(tid: number) {
    this.#tid = tid;
  }

  /** Freezes a thread by its number; a process's number is that of its main thread. */
  static freeze(tid: number): FrozenThread {
    if (libc.ptrace(PTRACE_SEIZE, tid, 0n, 0n) !== 0n) {
      throw new Error(`ptrace: thread ${tid} cannot be seized (root? kernel.yama.ptrace_scope?)`);
    }
    const thread = new FrozenThread(tid);
    libc.ptrace(PTRACE_INTERRUPT, tid, 0n, 0n);
    thread.#wait(0);
    return thread;
  }

  /** Lets the thread go on. */
  thaw(): void {
    libc.ptrace(PTRACE_DETACH, this.#tid, 0n, 0n);
  }

  /**
   * True when its process has ended. The kernel holds the end of a traced process back from its parent
   * until the tracer has asked: call it until it is true.
   */
  hasEnded(): boolean {
    if (this.#wait(WNOHANG) !== this.#tid) return false;
    const status = this.#status[0]!;
    const stopped = (status & 0xff) === 0x7f;
    return !stopped;
  }

  #wait(flags: number): number {
    return libc.waitpid(this.#tid, Deno.UnsafePointer.of(this.#status), WALL | flags);
  }
}
