// `vipd console` at a terminal: script(1) of util-linux gives it one, and the keys are typed into it
// one after the other, each when the answer to the one before is seen.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { statusFixture } from "../../cli/status_fixture.ts";
import { EventLog } from "../../host/control/event_log.ts";
import { type ControlServer, serveControl } from "../../host/control/server.ts";

const directory = await Deno.makeTempDir({ prefix: "vipd-console-" });
const socket = `${directory}/vipd.sock`;
const VIPD = new URL("../../cli/vipd", import.meta.url).pathname;
/** Time that anything typed has to show its effect, milliseconds. */
const ANSWER_MS_MAX = 10_000;

let server: ControlServer;
const commands: string[] = [];

beforeAll(async () => {
  server = await serveControl({
    path: socket,
    status: () => statusFixture(),
    events: new EventLog(),
    command: async (name) => {
      commands.push(name);
      await new Promise((resolve) => setTimeout(resolve, 50));
      return { ok: true, lines: [`${name} is done`] };
    },
    dump: () => new Uint8Array(0),
  });
});
afterAll(async () => {
  await server.close();
  await Deno.remove(directory, { recursive: true });
});

/** A console at a terminal. */
class Terminal {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  #seen = "";

  constructor() {
    this.#child = new Deno.Command("script", {
      args: ["-qefc", `${VIPD} console --socket ${socket}`, "/dev/null"],
      // As at a person's terminal: what CI sets in the environment turns colours off.
      clearEnv: true,
      env: {
        TERM: "xterm",
        PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin",
        HOME: Deno.env.get("HOME") ?? "/",
      },
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    void this.#read();
  }

  async #read() {
    const decoder = new TextDecoder();
    for await (const bytes of this.#child.stdout) {
      this.#seen += decoder.decode(bytes, { stream: true });
    }
  }

  async type(keys: string) {
    await this.#writer.write(new TextEncoder().encode(keys));
  }

  /** Waits for a text and forgets everything up to its end; returns what came before it. */
  async see(text: string): Promise<string> {
    const end = performance.now() + ANSWER_MS_MAX;
    while (!this.#seen.includes(text)) {
      if (performance.now() > end) throw new Error(`never saw ${text}, but ${this.#seen}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const at = this.#seen.indexOf(text);
    const before = this.#seen.slice(0, at);
    this.#seen = this.#seen.slice(at + text.length);
    return before;
  }

  async end(): Promise<number> {
    const { code } = await this.#child.status;
    await this.#writer.close().catch(() => {});
    return code;
  }
}

describe("vipd console at a terminal", () => {
  it("prompts, completes, colours, remembers and quits", async () => {
    const terminal = new Terminal();
    await terminal.see("vipd> ");
    await terminal.type("sta\t");
    await terminal.see("status ");
    await terminal.type("\r");
    const shown = await terminal.see("vipd> ");
    expect(shown).toContain("VI_1");
    expect(shown).toContain("\x1b[32mMASTER");
    await terminal.type("help ev\t\r");
    expect(await terminal.see("vipd> ")).toContain("the last events");
    commands.length = 0;
    await terminal.type("reload\r");
    await terminal.see("reload is done");
    await terminal.see("vipd> ");
    await terminal.type("\x1b[A\r");
    await terminal.see("reload is done");
    await terminal.see("vipd> ");
    expect(commands).toEqual(["reload", "reload"]);
    await terminal.type("quit\r");
    expect(await terminal.end()).toBe(0);
  });

  it("runs every line of a paste, also those that come while a command runs", async () => {
    const terminal = new Terminal();
    await terminal.see("vipd> ");
    commands.length = 0;
    await terminal.type("reload\rcheck\rreload\rquit\r");
    expect(await terminal.end()).toBe(0);
    expect(commands).toEqual(["reload", "check", "reload"]);
  });

  it("ends at Ctrl-D", async () => {
    const terminal = new Terminal();
    await terminal.see("vipd> ");
    await terminal.type("\x04");
    expect(await terminal.end()).toBe(0);
  });
});
