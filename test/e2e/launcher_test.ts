// cli/vipd, the sh launcher, in the layout of dist/: links, arguments, status, signals, the start of a
// daemon and its early death. The program it starts is launched_program.ts.
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = new URL("../../", import.meta.url).pathname;
const folder = Deno.makeTempDirSync({ prefix: "vipd-launcher-" });
const text = new TextDecoder();

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

async function launch(args: string[], env: Record<string, string> = {}): Promise<Ended> {
  const result = await new Deno.Command(`${folder}/vipd`, { args, env }).output();
  return {
    code: result.code,
    stdout: text.decode(result.stdout),
    stderr: text.decode(result.stderr),
  };
}

/** Session and command line of a process, from its stat and cmdline files. */
function inspect(pid: number): { session: number; command: string[] } {
  const fields = Deno.readTextFileSync(`/proc/${pid}/stat`).split(") ")[1]!.split(" ");
  const command = Deno.readTextFileSync(`/proc/${pid}/cmdline`).split("\0").slice(0, -1);
  return { session: Number(fields[3]), command };
}

async function waitForPid(file: string): Promise<number> {
  for (let tries = 0; tries < 200; tries++) {
    try {
      const pid = Number(Deno.readTextFileSync(file));
      if (pid > 0) return pid;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`no pid in ${file}`);
}

beforeAll(() => {
  Deno.mkdirSync(`${folder}/dist`);
  Deno.copyFileSync(`${root}cli/vipd`, `${folder}/dist/vipd`);
  Deno.symlinkSync(Deno.execPath(), `${folder}/dist/deno`);
  Deno.writeTextFileSync(
    `${folder}/dist/vipd.js`,
    `await import(${JSON.stringify(new URL("launched_program.ts", import.meta.url).href)});\n`,
  );
  Deno.symlinkSync("dist/vipd", `${folder}/relative`);
  Deno.symlinkSync(`${folder}/relative`, `${folder}/vipd`);
});

afterAll(() => Deno.removeSync(folder, { recursive: true }));

describe("cli/vipd", () => {
  it("becomes the program through a chain of links, so that signal and status are its own", async () => {
    const pidFile = `${folder}/foreground.pid`;
    const child = new Deno.Command(`${folder}/vipd`, {
      args: ["-n", "-f", "a file", ""],
      env: { PID_FILE: pidFile },
      stdout: "piped",
    }).spawn();
    expect(await waitForPid(pidFile)).toBe(child.pid);
    child.kill("SIGTERM");
    const { code, stdout } = await child.output();
    expect(code).toBe(42);
    expect(JSON.parse(text.decode(stdout)).args).toEqual(["-n", "-f", "a file", ""]);
  });

  it("starts a daemon in a session of its own and returns 0 when it is ready", async () => {
    const pidFile = `${folder}/background.pid`;
    // output() returns only when nobody holds our pipes any more: the daemon has let go of them.
    const started = await launch(["-D", "-f", "/nowhere/n"], { PID_FILE: pidFile });
    expect(started).toEqual({ code: 0, stdout: "", stderr: "" });
    const pid = await waitForPid(pidFile);
    try {
      const { session, command } = inspect(pid);
      expect(session).toBe(pid);
      expect(command.slice(-3)).toEqual(["-D", "-f", "/nowhere/n"]);
      expect(command).toContain("--no-remote");
    } finally {
      Deno.kill(pid, "SIGTERM");
    }
  });

  it("returns the daemon's status and message when it dies before it is ready", async () => {
    const died = await launch([], { START_STATUS: "2" });
    expect(died.code).toBe(2);
    expect(died.stderr).toBe("the configuration is not good\n");
  });

  it("returns a failure when the daemon ends with 0 without ever being ready", async () => {
    expect((await launch([], { START_STATUS: "0" })).code).toBe(1);
  });

  const foreground = [
    ["check", "file"],
    ["-lDn"],
    ["-lD", "--dont-fork"],
    ["--dont-f"],
    ["-t"],
    ["-t/tmp/log"],
    ["--version"],
    ["-f/etc/x", "-v"],
    ["--signum=DATA"],
    ["--pid", "/run/a.pid", "-n"],
  ];
  for (const args of foreground) {
    it(`stays in the foreground with ${args.join(" ")}`, async () => {
      const ended = await launch(args, { START_STATUS: "0" });
      expect(ended.code).toBe(0);
    });
  }

  const background = [
    [],
    ["-f", "-n"],
    ["-f/etc/n"],
    ["-lDp", "-n"],
    ["--use-file=/etc/t", "-D"],
    ["--pid", "-n"],
    ["-g/var/log/n"],
    ["-D", "--", "-n"],
  ];
  for (const args of background) {
    it(`goes to the background with ${args.join(" ") || "no argument"}`, async () => {
      // Ending with 0 is a failure only for a daemon, so the status tells which way was taken.
      const ended = await launch(args, { START_STATUS: "0" });
      expect(ended.code).toBe(1);
    });
  }
});
