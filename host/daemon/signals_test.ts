// Signals of a real process: what its default action would be can only be seen from outside.

import { describe, expect, it } from "vitest";
import { SIGNAL_NUMBERS } from "./options.ts";

const PROGRAM = `
import { takeSignals } from ${JSON.stringify(new URL("./signals.ts", import.meta.url).href)};
const tell = (name) => console.log(name);
takeSignals({
  stop: (name) => { tell(name); Deno.exit(0); },
  reload: () => tell("reload"),
  unsupported: tell,
  ignoreInterrupt: false,
});
tell("ready");
setInterval(() => {}, 1000);
`;

describe("takeSignals()", () => {
  it("no signal that keepalived knows ends the process but STOP", async () => {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-lock", "-"],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(PROGRAM));
    await writer.close();
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let heard = "";
    const until = async (word: string) => {
      while (!heard.includes(word)) {
        const { done, value } = await reader.read();
        if (done) throw new Error(`ended before ${word}: ${heard}`);
        heard += value;
      }
    };
    await until("ready");
    const { STOP: _stop, ...others } = SIGNAL_NUMBERS;
    for (const number of Object.values(others)) {
      const sent = await new Deno.Command("sh", { args: ["-c", `kill -${number} ${child.pid}`] })
        .output();
      expect(sent.success).toBe(true);
    }
    await until("SIGUSR1");
    await until("SIGUSR2");
    await until("reload");
    child.kill("SIGTERM");
    await until("SIGTERM");
    expect((await child.status).code).toBe(0);
  });
});
