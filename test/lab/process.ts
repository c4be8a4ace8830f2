// Programs that a test runs: short ones to their end, long ones with their output kept as timed lines.
// Nothing here knows about namespaces; netns.ts puts its `nsenter` in front.

/** How long a short command may take before it counts as hung, milliseconds. */
export const COMMAND_TIMEOUT_MS = 30_000;
/** How long a program may take to end after TERM before it is killed, milliseconds. */
export const STOP_TIMEOUT_MS = 10_000;

export interface RunOptions {
  /** Standard input; empty when left out. */
  input?: string;
  /** Added to the environment of the test. */
  env?: Record<string, string>;
  cwd?: string;
  timeoutMs?: number;
  /** Throw CommandError when the status is not 0; true when left out. */
  check?: boolean;
}

export interface RunResult {
  /** Exit status; 128 + n after signal n, as a shell counts. */
  code: number;
  stdout: string;
  stderr: string;
}

/** A command that failed or hung: the message holds the command, its status and what it printed. */
export class CommandError extends Error {
  constructor(readonly argv: string[], readonly result: RunResult, why: string) {
    super(`${argv.join(" ")}: ${why}\n${result.stderr}${result.stdout}`.trimEnd());
    this.name = "CommandError";
  }
}

/** Runs a command to its end. Throws CommandError on a timeout and, unless told not to, on failure. */
export async function run(argv: string[], options: RunOptions = {}): Promise<RunResult> {
  const timeoutMs = options.timeoutMs ?? COMMAND_TIMEOUT_MS;
  const child = new Deno.Command(argv[0]!, {
    args: argv.slice(1),
    stdin: options.input === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
    ...(options.env && { env: options.env }),
    ...(options.cwd && { cwd: options.cwd }),
  }).spawn();
  let hung = false;
  const timer = setTimeout(() => {
    hung = true;
    killTree(child.pid);
  }, timeoutMs);
  try {
    if (options.input !== undefined) await feed(child.stdin, options.input);
    const output = await child.output();
    const text = new TextDecoder();
    const result = {
      code: output.code,
      stdout: text.decode(output.stdout),
      stderr: text.decode(output.stderr),
    };
    if (hung) throw new CommandError(argv, result, `hung for ${timeoutMs} ms`);
    if (result.code !== 0 && options.check !== false) {
      throw new CommandError(argv, result, `status ${result.code}`);
    }
    return result;
  } finally {
    clearTimeout(timer);
  }
}

async function feed(stdin: WritableStream<Uint8Array>, input: string): Promise<void> {
  const writer = stdin.getWriter();
  try {
    await writer.write(new TextEncoder().encode(input));
    await writer.close();
  } catch (error) {
    // A program may end without reading its input; its status tells the rest.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

/** One line that a program printed. */
export interface LogLine {
  /** When the line was read, milliseconds since 1970 (the clock of captures). */
  atMs: number;
  from: "stdout" | "stderr";
  text: string;
}

/** A program that runs beside the test. `stop` or `await using` ends it; a lab ends all of its own. */
export class RunningProgram implements AsyncDisposable {
  readonly lines: LogLine[] = [];
  /** Settles with the exit status (128 + n after signal n) when the program is gone. */
  readonly ended: Promise<number>;
  /** Writes to the program's standard input when it was started with `input: "piped"`. */
  readonly stdin: WritableStreamDefaultWriter<Uint8Array> | null;
  readonly #helper: number;
  #watchers = new Set<() => void>();
  #exitStatus: number | null = null;

  /**
   * `pid` is the number that this process may signal: of the program itself, also where the child is a
   * helper (nsenter) in front of it.
   */
  constructor(
    readonly name: string,
    readonly argv: string[],
    readonly pid: number,
    child: Deno.ChildProcess,
    hasInput: boolean,
  ) {
    this.#helper = child.pid;
    this.stdin = hasInput ? child.stdin.getWriter() : null;
    const reading = Promise.all([
      this.#collect(child.stdout, "stdout"),
      this.#collect(child.stderr, "stderr"),
    ]);
    this.ended = child.status.then(async (status) => {
      // A daemon's children may hold its pipes after it: do not wait for those for ever.
      await Promise.race([reading, delay(200)]);
      this.#exitStatus = status.code;
      for (const wake of this.#watchers) wake();
      return status.code;
    });
  }

  async #collect(stream: ReadableStream<Uint8Array>, from: LogLine["from"]): Promise<void> {
    let rest = "";
    const decoder = new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>;
    for await (const chunk of stream.pipeThrough(decoder)) {
      const parts = (rest + chunk).split("\n");
      rest = parts.pop()!;
      this.#add(parts, from);
    }
    if (rest !== "") this.#add([rest], from);
  }

  #add(texts: string[], from: LogLine["from"]): void {
    const atMs = performance.timeOrigin + performance.now();
    for (const text of texts) this.lines.push({ atMs, from, text });
    for (const wake of this.#watchers) wake();
  }

  /** The exit status, or null while the program runs. */
  get exitStatus(): number | null {
    return this.#exitStatus;
  }

  /** Everything printed so far, one string. */
  get log(): string {
    return this.lines.map((line) => line.text).join("\n");
  }

  /** The first line that matches, from line number `from` on; waits for it. Throws with the log. */
  async waitForLine(pattern: RegExp, timeoutMs = COMMAND_TIMEOUT_MS, from = 0): Promise<LogLine> {
    let next = from;
    const search = () => {
      while (next < this.lines.length) {
        const line = this.lines[next++]!;
        if (pattern.test(line.text)) return line;
      }
      return null;
    };
    const what = `${this.name} to print ${pattern}`;
    const found = await this.#wait(search, timeoutMs, what);
    return found;
  }

  #wait<T>(search: () => T | null, timeoutMs: number, what: string): Promise<T> {
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        clearTimeout(timer);
        this.#watchers.delete(look);
        settle();
      };
      const look = () => {
        const found = search();
        if (found !== null) finish(() => resolve(found));
        else if (this.#exitStatus !== null) {
          finish(() =>
            reject(new Error(`${what}: it ended with ${this.#exitStatus}\n${this.log}`))
          );
        }
      };
      const timer = setTimeout(
        () => finish(() => reject(new Error(`waited ${timeoutMs} ms for ${what}\n${this.log}`))),
        timeoutMs,
      );
      this.#watchers.add(look);
      look();
    });
  }

  /** Sends a signal to the program itself. Throws when it is gone. */
  kill(signal: Deno.Signal): void {
    Deno.kill(this.pid, signal);
    if (signal === "SIGCONT" || signal === "SIGKILL") this.#wakeHelper();
  }

  /** nsenter stops itself when its program is stopped, and would then never hear of its end. */
  #wakeHelper(): void {
    if (this.#helper !== this.pid) killIfThere(this.#helper, "SIGCONT");
  }

  /** TERM, then KILL after STOP_TIMEOUT_MS; the exit status. Does nothing to a program that ended. */
  async stop(): Promise<number> {
    if (this.#exitStatus === null) killIfThere(this.pid, "SIGTERM");
    this.#wakeHelper();
    const timer = setTimeout(() => killIfThere(this.pid, "SIGKILL"), STOP_TIMEOUT_MS);
    try {
      return await this.ended;
    } finally {
      clearTimeout(timer);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/** Sends a signal; a process that is gone already is no error. */
export function killIfThere(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Kills a process and everything that descends from it. */
export function killTree(pid: number): void {
  const children = processes().filter((entry) => entry.parent === pid);
  killIfThere(pid, "SIGKILL");
  for (const child of children) killTree(child.pid);
}

export interface ProcessEntry {
  pid: number;
  parent: number;
  /** One letter, as in proc(5) stat: Z is a zombie. */
  state: string;
}

/** Every process that this one can see (proc(5) stat; not every kernel has a list of children). */
export function processes(): ProcessEntry[] {
  const found: ProcessEntry[] = [];
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^[0-9]+$/.test(name)) continue;
    try {
      const stat = Deno.readTextFileSync(`/proc/${name}/stat`);
      // The name in brackets may hold anything, so read on from the last one.
      const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      found.push({ pid: Number(name), parent: Number(parent), state: state! });
    } catch {
      continue; // It ended between the listing and the reading.
    }
  }
  return found;
}

/** Waits. */
export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Calls `look` until it gives something other than null or undefined; throws after the time. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | null | undefined> | T | null | undefined,
  timeoutMs = COMMAND_TIMEOUT_MS,
  everyMs = 50,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  while (true) {
    const found = await look();
    if (found !== null && found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs} ms for ${what}`);
    await delay(everyMs);
  }
}
