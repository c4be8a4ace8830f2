// `vipd console`: an interactive shell on the control socket, made with cliffy. Each command asks
// the daemon anew, so that the console outlives a restart. Over a pipe it runs all lines in order
// and ends with 1 when one of them failed.
//
// cliffy's readline is used with care: it drops lines that come while a command runs and splits
// words at `/` and `:`, so our own LineSource answers its questions with quoted words; and it has
// no completion, so one is put on the readline.

import { PassThrough } from "node:stream";
import process from "node:process";
import type { Interface } from "node:readline";
import { CLI, type Command, type PassedParameters } from "cliffy";
import type { CommandName, ControlClient } from "../host/control/client.ts";
import { connectControl } from "./connect.ts";
import { type LineSource, pipedLines, quoteForCliffy, typedLines } from "./console_lines.ts";
import { OutputClosed, print, printError } from "./output.ts";
import { stdoutPaint } from "./paint.ts";
import { eventText, statusText } from "./status_text.ts";

const PROMPT = "vipd> ";
/** Events that `events` shows when it is not told how many. */
const EVENTS_SHOWN = 20;

/** What readline calls at a tab: the choices and the part of the line that they replace. */
type Completer = (line: string, done: (error: null, found: [string[], string]) => void) => void;

/** The parts of cliffy that its types keep to themselves. */
interface CliffyInside {
  readline: Interface & { completer?: Completer };
}

/** Runs the console until `quit` or the end of the input; resolves with the exit status. */
export function runConsole(socket: string): Promise<number> {
  const typed = Deno.stdin.isTerminal() && Deno.stdout.isTerminal();
  // Over a pipe cliffy's own readline gets a stream that stays empty: the lines are ours to give.
  const cli = new CLI({
    input: typed ? process.stdin : new PassThrough(),
    output: typed ? process.stdout : new PassThrough(),
    quietBlank: true,
  });
  const { readline } = cli as unknown as CliffyInside;
  const lines = typed ? typedLines(readline) : pipedLines(Deno.stdin.readable);
  return new Promise((resolve) => new Console(socket, cli, readline, lines, resolve).start());
}

class Console {
  readonly #socket: string;
  readonly #cli: CLI;
  readonly #readline: CliffyInside["readline"];
  readonly #lines: LineSource;
  readonly #done: (status: number) => void;
  #failed = false;

  constructor(
    socket: string,
    cli: CLI,
    readline: CliffyInside["readline"],
    lines: LineSource,
    done: (status: number) => void,
  ) {
    this.#socket = socket;
    this.#cli = cli;
    this.#readline = readline;
    this.#lines = lines;
    this.#done = done;
  }

  start(): void {
    const commands = this.#commands();
    this.#readline.completer = (line, done) => done(null, complete(line, Object.keys(commands)));
    this.#readline.question = ((prompt: string, answer: (line: string) => void) => {
      void this.#next(prompt, answer);
    }) as Interface["question"];
    // What cliffy itself says when it knows no such command must count as a failure too.
    (this.#cli as unknown as { invalidCommand(): void }).invalidCommand = () => {
      this.#failed = true;
      console.error("vipd: no such command; `help` lists them");
    };
    this.#cli
      .setDelimiter(PROMPT)
      .setInfo(`Asks the vipd behind ${this.#socket}.`)
      .addCommands(commands)
      .show();
  }

  async #next(prompt: string, answer: (line: string) => void): Promise<void> {
    const line = await this.#lines.next(prompt);
    // At the end of the input cliffy's question stays open for ever: the program ends with it.
    if (line === null) this.#done(this.#failed ? 1 : 0);
    else answer(quoteForCliffy(line));
  }

  #quit(): void {
    this.#cli.hide();
    this.#readline.close();
    this.#done(this.#failed ? 1 : 0);
  }

  #commands(): Record<string, Command> {
    const json = { label: "json", optional: true, description: "print it as JSON" };
    return {
      status: {
        description: "who is master of what and why, which servers take the traffic",
        parameters: [json],
        action: (given) => this.#ask((client) => showStatus(client, given["json"] === "json")),
      },
      events: {
        description: `the last events, ${EVENTS_SHOWN} or as many as you say`,
        parameters: [{ label: "count", optional: true }],
        action: (given) => this.#ask((client) => showEvents(client, given)),
      },
      check: {
        description: "check the daemon's configuration file as it is now, or files that you name",
        parameters: [{ label: "files", rest: true }],
        action: (given) => this.#check(given["files"] as string[]),
      },
      reload: {
        description: "take over the configuration file as it is now",
        action: () => this.#ask((client) => this.#command(client, "reload")),
      },
      quit: {
        description: "leave the console",
        aliases: ["exit"],
        action: () => this.#quit(),
      },
    };
  }

  async #check(files: string[]): Promise<void> {
    if (files.length === 0) return await this.#ask((client) => this.#command(client, "check"));
    try {
      const { CHECK_CLEAN, runCheck } = await import("./check.ts");
      if (runCheck({ files, format: "text", host: true }) !== CHECK_CLEAN) this.#failed = true;
    } catch (thrown) {
      this.#fail(thrown);
    }
  }

  #fail(thrown: unknown): void {
    this.#failed = true;
    if (thrown instanceof OutputClosed) this.#quit();
    else printError(thrown);
  }

  async #ask(action: (client: ControlClient) => Promise<void>): Promise<void> {
    let client: ControlClient | null = null;
    try {
      client = await connectControl(this.#socket);
      await action(client);
    } catch (thrown) {
      this.#fail(thrown);
    } finally {
      client?.close();
    }
  }

  async #command(client: ControlClient, name: CommandName): Promise<void> {
    const { ok, lines } = await client.command(name);
    for (const line of lines) print(line);
    if (!ok) this.#failed = true;
  }
}

async function showStatus(client: ControlClient, json: boolean): Promise<void> {
  const status = await client.status();
  print(json ? JSON.stringify(status, null, 2) : statusText(status, stdoutPaint()));
}

async function showEvents(client: ControlClient, given: PassedParameters): Promise<void> {
  const count = given["count"] === undefined ? EVENTS_SHOWN : Number(given["count"]);
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new Error(`events ${given["count"]}: not a number of events`);
  }
  const paint = stdoutPaint();
  await client.events({ limit: count }, (event) => print(eventText(event, paint)));
}

/** Completes the first word; after `help` and `status` the second. */
function complete(line: string, commands: string[]): [string[], string] {
  const [, before = "", word = ""] = /^(.*?)(\S*)$/.exec(line) ?? [];
  const first = before.trim();
  const choices = first === ""
    ? [...commands, "help", "exit"]
    : first === "help"
    ? commands
    : first === "status"
    ? ["json"]
    : [];
  return [choices.filter((choice) => choice.startsWith(word)).map((choice) => `${choice} `), word];
}
