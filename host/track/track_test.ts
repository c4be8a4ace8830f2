import { describe, expect, it } from "vitest";
import type { RunScript, Script, ScriptOutcome, ScriptResultInput } from "../engine/contract.ts";
import { resolveIdentity } from "./accounts.ts";
import { createScriptRunner } from "./script_runner.ts";
import { signalNumber } from "./signal_number.ts";
import { TrackedScripts } from "./tracked_scripts.ts";

const US = { identityOf: () => ({ uid: null, gid: null }) };

function shell(command: string): Script {
  const argv = ["/bin/sh", "-c", command, "sh"];
  return { argv, shell: "/bin/sh", command, user: null, group: null };
}

function run(script: Script, timeoutUs: number | null = 5_000_000): Promise<ScriptOutcome> {
  const options = { arguments: ["one", "two"], environment: { VIPD_TEST: "yes" }, timeoutUs };
  return createScriptRunner(US)(script, options).outcome;
}

describe("createScriptRunner()", () => {
  it.each<[string, ScriptOutcome]>([
    ["exit 0", { kind: "exit", code: 0 }],
    ["exit 3", { kind: "exit", code: 3 }],
    ["kill -9 $$", { kind: "signal", signal: 9 }],
    ['[ "$1 $2" = "one two" ]', { kind: "exit", code: 0 }],
    ['[ "$VIPD_TEST" = yes ] && [ -n "$PATH" ]', { kind: "exit", code: 0 }],
  ])("%s", async (command, want) => {
    expect(await run(shell(command))).toEqual(want);
  });

  it("ends a script that takes too long, and its children", async () => {
    const started = performance.now();
    expect(await run(shell("sleep 60 & sleep 60"), 100_000)).toEqual({ kind: "timeout" });
    expect(performance.now() - started).toBeLessThan(3000);
  });

  it("says why a script could not be started", async () => {
    const script = { ...shell(""), argv: ["/nonexistent/script"] };
    const outcome = await run(script);
    expect(outcome.kind).toBe("error");
    expect(outcome.kind === "error" ? outcome.text : "").toMatch(/nonexistent|No such file/);
  });

  it("says why an account could not be found, and runs nothing", async () => {
    const script = { ...shell("exit 0"), user: "no-such-user" };
    const outcome = await createScriptRunner()(script, {
      arguments: [],
      environment: {},
      timeoutUs: null,
    }).outcome;
    expect(outcome).toMatchObject({ kind: "error", text: expect.stringContaining("no-such-user") });
  });
});

describe("resolveIdentity()", () => {
  const folder = Deno.makeTempDirSync();
  const files = { passwd: `${folder}/passwd`, group: `${folder}/group` };
  Deno.writeTextFileSync(
    files.passwd,
    "root:x:0:0:root:/root:/bin/sh\nbad:x:y:z::/:/bin/sh\nkeepalived_script:x:77:78::/:/bin/sh\n",
  );
  Deno.writeTextFileSync(files.group, "root:x:0:\nwheel:x:10:root\n");
  it.each<[string | null, string | null, number | null, number | null]>([
    ["root", null, 0, 0],
    ["root", "wheel", 0, 10],
    [null, null, 77, 78],
    [null, "wheel", 77, 10],
  ])("%s %s", (user, group, uid, gid) => {
    expect(resolveIdentity(user, group, files)).toEqual({ uid, gid });
  });
  it("runs as we do when keepalived_script does not exist", () => {
    const other = { ...files, passwd: files.group };
    expect(resolveIdentity(null, null, other)).toEqual({ uid: null, gid: null });
  });
  it("throws for names that do not exist", () => {
    expect(() => resolveIdentity("bad", null, files)).toThrow("user bad is not in");
    expect(() => resolveIdentity("root", "nobody", files)).toThrow("group nobody is not in");
    expect(() => resolveIdentity("root", null, { ...files, passwd: "/nonexistent" }))
      .toThrow("cannot read /nonexistent");
  });
});

describe("TrackedScripts", () => {
  it("reports each run once, and none that was aborted", async () => {
    const ends: ((outcome: ScriptOutcome) => void)[] = [];
    let stopped = 0;
    const runScript: RunScript = () => ({
      outcome: new Promise((resolve) => ends.push(resolve)),
      stop: () => stopped++,
    });
    const reports: ScriptResultInput[] = [];
    const scripts = new TrackedScripts(runScript, (input) => reports.push(input));
    const base = { kind: "runScript" as const, tracker: "t", script: shell(""), timeoutUs: 1 };
    for (const number of [1, 2, 3]) scripts.start({ ...base, run: number });
    expect(scripts.abort(2)).toBe(true);
    ends.forEach((end) => end({ kind: "exit", code: 0 }));
    await Promise.resolve();
    await Promise.resolve();
    expect(reports.map((report) => report.run)).toEqual([1, 3]);
    expect([stopped, scripts.abort(1)]).toEqual([1, false]);
  });
});

it("signalNumber()", () => {
  expect(["SIGHUP", "SIGKILL", "SIGTERM", "SIGSYS", "SIGRTMIN"].map(signalNumber))
    .toEqual([1, 9, 15, 31, 0]);
});
