import { afterEach, describe, expect, it } from "vitest";
import { type ProcessOptions, type ProcessResult, startProcess } from "./process.ts";

const ENV = { PATH: "/usr/bin:/bin" };
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) Deno.removeSync(folder, { recursive: true });
});

function run(script: string, change: Partial<ProcessOptions> = {}): Promise<ProcessResult> {
  return startProcess({
    argv: ["/bin/sh", "-c", script],
    env: ENV,
    timeoutMs: 10_000,
    outputSizeMax: 4096,
    ...change,
  }).ended;
}

function text(result: ProcessResult): string {
  return new TextDecoder().decode(result.output);
}

function lives(pid: number): boolean {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    return stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3) !== "Z";
  } catch {
    return false;
  }
}

describe("startProcess()", () => {
  it("answers exit status and output of both streams", async () => {
    const result = await run("echo out; echo err >&2; exit 7");
    expect(result.outcome).toEqual({ kind: "exited", code: 7 });
    expect(text(result).split("\n").sort()).toEqual(["", "err", "out"]);
    expect(result.outputCut).toBe(false);
  });

  it("answers the signal that ended it", async () => {
    expect((await run("kill -SEGV $$")).outcome).toEqual({ kind: "signalled", signal: "SIGSEGV" });
  });

  it("says why a program did not start, and never throws", async () => {
    const absent = startProcess({
      argv: ["/nonexistent/script"],
      env: ENV,
      timeoutMs: null,
      outputSizeMax: 0,
    });
    expect(absent.pid).toBe(null);
    absent.stop();
    expect((await absent.ended).outcome).toMatchObject({ kind: "not-started" });
    const folder = Deno.makeTempDirSync();
    folders.push(folder);
    Deno.writeTextFileSync(`${folder}/plain`, "no program", { mode: 0o644 });
    const { outcome } = await run("", { argv: [`${folder}/plain`] });
    expect(outcome).toMatchObject({ kind: "not-started" });
    expect(outcome).toHaveProperty("error", expect.stringMatching(/denied/i));
  });

  it("gives it exactly the environment, an empty input and a session of its own", async () => {
    const result = await run(
      "env | grep -v -e ^PWD= -e ^SHLVL= -e ^_= | sort; cat; ps -o pid=,pgid=,sid= -p $$",
      { env: { ...ENV, VRRP: "a b" } },
    );
    const [path, vrrp, ids] = text(result).trim().split("\n");
    expect([path, vrrp]).toEqual([`PATH=${ENV.PATH}`, "VRRP=a b"]);
    const [pid, group, session] = ids!.trim().split(/\s+/);
    expect([group, session]).toEqual([pid, pid]);
  });

  it.runIf(Deno.uid() === 0)("runs it as the user and group named, no other groups", async () => {
    const result = await run("id -u; id -G", { uid: 65534, gid: 65533 });
    expect(text(result)).toBe("65534\n65533\n");
  });

  it("keeps the last bytes of endless output", async () => {
    const result = await run("seq 1 200000; echo the end", { outputSizeMax: 100 });
    expect(result.output.length).toBe(100);
    expect(text(result)).toMatch(/199999\n200000\nthe end\n$/);
    expect(result.outputCut).toBe(true);
    const exact = await run("printf 0123456789", { outputSizeMax: 10 });
    expect([text(exact), exact.outputCut]).toEqual(["0123456789", false]);
  });

  it("ends the whole group at the time limit by SIGTERM", async () => {
    const result = await run("sleep 60 & echo $!; echo $$; wait", { timeoutMs: 200 });
    expect(result.outcome).toEqual({ kind: "timed-out", survived: false });
    expect(result.durationMs).toBeLessThan(2000);
    const pids = text(result).trim().split("\n").map(Number);
    expect(pids).toHaveLength(2);
    expect(pids.filter(lives)).toEqual([]);
  });

  it("kills what ignores SIGTERM, the child of a leader that obeyed too", async () => {
    const result = await run(
      "sh -c 'trap \"\" TERM; echo $$; while :; do sleep 1; done' & wait",
      { timeoutMs: 200 },
    );
    expect(result.outcome).toEqual({ kind: "timed-out", survived: false });
    expect(result.durationMs).toBeGreaterThan(2000);
    expect(result.durationMs).toBeLessThan(5000);
    expect(lives(Number(text(result).trim()))).toBe(false);
  });

  it("does not wait for what it left in the background, and lets that live", async () => {
    const result = await run("sleep 30 & echo $!");
    const pid = Number(text(result).trim());
    expect(result.outcome).toEqual({ kind: "exited", code: 0 });
    expect(result.durationMs).toBeLessThan(2000);
    expect(lives(pid)).toBe(true);
    Deno.kill(pid, "SIGKILL");
  });

  it("stop() ends it at once, and after the end does nothing", async () => {
    const program = startProcess({
      argv: ["sleep", "60"],
      env: ENV,
      timeoutMs: null,
      outputSizeMax: 0,
    });
    program.stop();
    expect((await program.ended).outcome).toEqual({ kind: "stopped", survived: false });
    program.stop();
    expect(lives(program.pid!)).toBe(false);
  });

  it("leaves no descriptor open", async () => {
    const count = () => [...Deno.readDirSync("/proc/self/fd")].length;
    await run("true");
    const before = count();
    await Promise.all(
      Array.from({ length: 20 }, (_, i) => run(i % 2 ? "sleep 9 & echo hi" : "exit 1")),
    );
    // Deno closes a cancelled pipe a moment later; the sleepers outlive this by far.
    for (let wait = 0; wait < 40 && count() > before; wait++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(count()).toBeLessThanOrEqual(before);
  });
});
