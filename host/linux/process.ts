// Runs one program: scripts of trackers, checks and notifications. It gets a session and a process
// group of its own, nothing on standard input, the user and group the caller names (without
// supplementary groups), exactly the environment the caller names, and none of our descriptors.
//
// What it can do to us is bounded: its output is read and all but the tail thrown away; at the time
// limit its whole group gets SIGTERM, and SIGKILL after TERM_GRACE_MS; what it left behind in the
// background lives on (keepalived does the same) but cannot make us wait, not even by keeping the
// output open. Whether its end is good or bad is for others to say.

import { joinBytes } from "../base/bytes.ts";
import { errorText } from "../base/errors.ts";

/** Between SIGTERM and SIGKILL, milliseconds. */
export const TERM_GRACE_MS = 2000;
/** How long a killed program may take to vanish before it is given up, milliseconds. */
const KILL_WAIT_MS = 1000;
/** How long output is still read once the program has ended, milliseconds. */
const DRAIN_MS = 200;
/** How often a group that got SIGTERM is looked at, milliseconds. */
const GROUP_POLL_MS = 50;

/** What to run and how. */
export interface ProcessOptions {
  /** Program and arguments; a path, or a name that is looked up in PATH of `env`. */
  argv: readonly [string, ...string[]];
  /** The whole environment. */
  env: Readonly<Record<string, string>>;
  /** User to become; left out = ours. */
  uid?: number;
  /** Group to become; left out = ours. */
  gid?: number;
  /** Time limit, milliseconds; null = none. */
  timeoutMs: number | null;
  /** Bytes of output to keep, standard output and error together; 0 = send it to /dev/null. */
  outputSizeMax: number;
}

/** How it ended. */
export type ProcessOutcome =
  /** By itself, with this exit status. */
  | { kind: "exited"; code: number }
  /** By a signal that was not ours. */
  | { kind: "signalled"; signal: string }
  /** Stopped by us at the time limit, or by stop(). `survived`: not even SIGKILL ended it in time. */
  | { kind: "timed-out" | "stopped"; survived: boolean }
  /** It never ran: no such file, not executable, user refused. */
  | { kind: "not-started"; error: string };

/** The end of a program. */
export interface ProcessResult {
  outcome: ProcessOutcome;
  /** The last outputSizeMax bytes it wrote. */
  output: Uint8Array;
  /** True when it wrote more than was kept. */
  outputCut: boolean;
  /** From start to end, milliseconds. */
  durationMs: number;
}

/** A program that runs. */
export interface RunningProcess {
  /** Its pid, which is that of its group; null when it did not start. */
  readonly pid: number | null;
  /** Never rejects. */
  readonly ended: Promise<ProcessResult>;
  /** Ends it as the time limit would; the result says "stopped". */
  stop(): void;
}

/** Starts a program. Never throws: what goes wrong stands in the result. */
export function startProcess(options: ProcessOptions): RunningProcess {
  const started = performance.now();
  const piped = options.outputSizeMax > 0 ? "piped" : "null";
  const [program, ...args] = options.argv;
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(program, {
      args,
      env: { ...options.env },
      clearEnv: true,
      detached: true,
      stdin: "null",
      stdout: piped,
      stderr: piped,
      ...(options.uid === undefined ? {} : { uid: options.uid }),
      ...(options.gid === undefined ? {} : { gid: options.gid }),
    }).spawn();
  } catch (thrown) {
    const outcome = { kind: "not-started", error: errorText(thrown) } as const;
    const result = {
      outcome,
      output: new Uint8Array(0),
      outputCut: false,
      durationMs: performance.now() - started,
    };
    return { pid: null, ended: Promise.resolve(result), stop: () => {} };
  }
  const stopped = Promise.withResolvers<"stopped">();
  const ended = follow(child, options, stopped.promise).then((end) => ({
    ...end,
    durationMs: performance.now() - started,
  }));
  return { pid: child.pid, ended, stop: () => stopped.resolve("stopped") };
}

/** Waits for the end of a started program, by itself or by us. */
async function follow(
  child: Deno.ChildProcess,
  options: ProcessOptions,
  stopped: Promise<"stopped">,
): Promise<{ outcome: ProcessOutcome; output: Uint8Array; outputCut: boolean }> {
  const tail = new Tail(options.outputSizeMax);
  const readers = options.outputSizeMax > 0
    ? [child.stdout.getReader(), child.stderr.getReader()]
    : [];
  const drained = Promise.all(readers.map((reader) => collect(reader, tail)));
  const limit = options.timeoutMs === null ? null : timer(options.timeoutMs, "timed-out" as const);
  const first = await Promise.race([
    child.status,
    stopped,
    ...(limit === null ? [] : [limit.promise]),
  ]);
  limit?.cancel();
  const outcome = typeof first === "string"
    ? { kind: first, survived: !await endGroup(child) }
    : outcomeOf(first);
  const patience = timer(DRAIN_MS, null);
  await Promise.race([drained, patience.promise]);
  patience.cancel();
  // Who still writes from the background gets SIGPIPE, as with any closed pipe.
  await Promise.all(readers.map((reader) => reader.cancel()));
  return { outcome, output: tail.bytes(), outputCut: tail.cut };
}

/** SIGTERM to the group, SIGKILL when that was not enough. True when the program has ended. */
async function endGroup(child: Deno.ChildProcess): Promise<boolean> {
  let ended = false;
  const status = child.status.then(() => {
    ended = true;
  });
  signalGroup(child.pid, "SIGTERM");
  const deadline = performance.now() + TERM_GRACE_MS;
  while (groupLives(child.pid) && performance.now() < deadline) {
    await timer(GROUP_POLL_MS, null).promise;
  }
  if (groupLives(child.pid)) signalGroup(child.pid, "SIGKILL");
  const wait = timer(KILL_WAIT_MS, null);
  await Promise.race([status, wait.promise]);
  wait.cancel();
  return ended;
}

/** A process group keeps its number as long as one member lives, so this cannot hit another. */
function signalGroup(group: number, signal: Deno.Signal): void {
  try {
    Deno.kill(-group, signal);
  } catch (error) {
    // Gone in the meantime; EPERM: only members that changed their user are left.
    if (!(error instanceof Deno.errors.NotFound || isNotPermitted(error))) throw error;
  }
}

/** True while the group has a member that is more than a zombie waiting for its parent. */
function groupLives(group: number): boolean {
  let processes: Deno.DirEntry[];
  try {
    processes = [...Deno.readDirSync("/proc")];
  } catch {
    return true; // without /proc nobody knows: the group gets its whole grace, then SIGKILL
  }
  for (const entry of processes) {
    if (!/^[0-9]+$/.test(entry.name)) continue;
    let stat: string;
    try {
      stat = Deno.readTextFileSync(`/proc/${entry.name}/stat`);
    } catch {
      continue; // ended between the listing and the reading
    }
    const [state, , processGroup] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (Number(processGroup) === group && state !== "Z" && state !== "X") return true;
  }
  return false;
}

function isNotPermitted(error: unknown): boolean {
  return error instanceof Deno.errors.PermissionDenied ||
    (error instanceof Error && "code" in error && error.code === "EPERM");
}

function outcomeOf(status: Deno.CommandStatus): ProcessOutcome {
  return status.signal === null
    ? { kind: "exited", code: status.code }
    : { kind: "signalled", signal: status.signal };
}

async function collect(reader: ReadableStreamDefaultReader<Uint8Array>, tail: Tail): Promise<void> {
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      tail.push(value);
    }
  } catch {
    // A pipe that breaks has nothing more to say; how the program ended tells the rest.
  }
}

/** The last bytes of a stream. */
class Tail {
  cut = false;
  readonly #sizeMax: number;
  #chunks: Uint8Array[] = [];
  #size = 0;

  constructor(sizeMax: number) {
    this.#sizeMax = sizeMax;
  }

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    while (this.#size - this.#chunks[0]!.length >= this.#sizeMax) {
      this.#size -= this.#chunks.shift()!.length;
      this.cut = true;
    }
  }

  bytes(): Uint8Array {
    const all = joinBytes(this.#chunks);
    if (all.length > this.#sizeMax) this.cut = true;
    return all.slice(Math.max(0, all.length - this.#sizeMax));
  }
}

/** A promise for later, and how to let go of it. */
function timer<T>(ms: number, value: T): { promise: Promise<T>; cancel: () => void } {
  let id: ReturnType<typeof setTimeout> | undefined;
  const promise = new Promise<T>((resolve) => {
    id = setTimeout(() => resolve(value), ms);
  });
  return { promise, cancel: () => clearTimeout(id) };
}
