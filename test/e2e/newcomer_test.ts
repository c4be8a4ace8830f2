// The first minutes of somebody new, in a clean clone: what is missing is named with the command that
// brings it, wrong words draw a suggestion, a mistake in a file is found in every form of the check.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../lab/path.ts";
import { run, type RunResult } from "../lab/process.ts";

let folder: string;
let clone: string;

/** A launcher of a clone does not know dist/: these tests always run the sources. */
function vipd(...args: string[]): Promise<RunResult> {
  return run([`${clone}/cli/vipd`, ...args], { check: false, cwd: clone });
}

const TYPO = `vrrp_instance VI_1 {
    interface lo
    virtual_router_id 51
    prority 100
    virtual_ipaddress {
        172.18.200.6/16
    }
}
`;

beforeAll(async () => {
  folder = await Deno.makeTempDir({ prefix: "vipd-newcomer-" });
  clone = `${folder}/vipd`;
  // What is committed, without what was built or installed here; a released source has no .git.
  const git = await run(["git", "-C", ROOT, "rev-parse"], { check: false });
  if (git.code === 0) await run(["git", "clone", "-q", "--no-hardlinks", ROOT, clone]);
  else {
    await Deno.mkdir(clone);
    const left = ["node_modules", "dist", "core-as/build"].map((name) => `--exclude=./${name}`);
    await run([
      "sh",
      "-c",
      'cd "$1" && shift && tar c "$@" .',
      "sh",
      ROOT,
      ...left,
      "-f",
      `${folder}/t`,
    ]);
    await run(["tar", "xf", `${folder}/t`, "-C", clone]);
  }
});
afterAll(() => Deno.remove(folder, { recursive: true }));

describe("in a clean clone", () => {
  it("vipd says that npm ci is missing", async () => {
    for (const args of [["--version"], ["check", "x.conf"], ["-n"], []]) {
      const { code, stdout, stderr } = await vipd(...args);
      expect([code, stdout]).toEqual([1, ""]);
      expect(stderr).toMatch(/^vipd: .*node_modules.* is missing: run npm ci in /);
    }
  });

  it("with packages it checks, and the daemon says that the core is to be built", async () => {
    await Deno.symlink(`${ROOT}/node_modules`, `${clone}/node_modules`);
    const version = await vipd("version");
    expect(version.stdout).toMatch(/^vipd v\d+\.\d+\.\d+, .*\n\nCore ABI: .*\n.*deno .*\n.*source/);
    const pidFiles = ["-p", `${folder}/a.pid`, "-r", `${folder}/b.pid`, "-c", `${folder}/c.pid`];
    await Deno.writeTextFile(`${folder}/good.conf`, TYPO.replace("prority", "priority"));
    const { code, stderr } = await vipd("-n", "-l", "-G", "-f", `${folder}/good.conf`, ...pidFiles);
    expect(code).toBe(1);
    expect(stderr).toContain("npm run build:core");
  });

  it.each<[string[], number, RegExp]>([
    [["chekc", "x.conf"], 2, /Did you mean `check`/],
    [["statsu"], 2, /Did you mean `status`/],
    [["check"], 2, /vipd check needs the FILE/],
    [["check", "--format", "xml", "x.conf"], 2, /"text" and "json"/],
    [["status", "--jsn"], 2, /--jsn/],
    [["events", "-n", "-3"], 2, /greater than or equal to 0/],
    [["--nonsense"], 1, /Unknown option --nonsense/],
    [["-n", "-f"], 1, /Missing parameter for option -f/],
  ])("wrong words draw a message, and no more: %j", async (args, status, told) => {
    const { code, stdout, stderr } = await vipd(...args);
    expect([code, stdout]).toEqual([status, ""]);
    expect(stderr).toMatch(told);
    expect(stderr).not.toMatch(/\bat .*\.ts:\d+/);
  });

  it("help lists the subcommands, and the daemon's help the options", async () => {
    const help = await vipd("help");
    for (const word of ["check", "status", "events", "console", "version"]) {
      expect(help.stdout).toContain(word);
    }
    const options = await vipd("--help");
    expect([options.code, options.stderr]).toEqual([0, expect.stringContaining("--use-file=FILE")]);
  });

  it("a misspelt word is found as text, as JSON with its fix, by -t and by the daemon", async () => {
    await Deno.writeTextFile(`${clone}/typo.conf`, TYPO);
    const text = await vipd("check", "--no-host", "typo.conf");
    expect([text.code, text.stderr]).toEqual([2, ""]);
    expect(text.stdout).toBe(
      "typo.conf:4:5 error unknown-keyword 'prority' is not a keyword of a vrrp_instance block\n" +
        "    did you mean 'priority'?\n",
    );
    const json = await vipd("check", "--no-host", "--format", "json", "typo.conf");
    expect(json.code).toBe(2);
    const [found] = JSON.parse(json.stdout) as [Finding];
    expect(found).toMatchObject({ file: "typo.conf", line: 4, column: 5, severity: "error" });
    const lines = TYPO.split("\n");
    const { span, replacement } = found.fix;
    const line = lines[span.line - 1]!;
    lines[span.line - 1] = line.slice(0, span.column - 1) + replacement +
      line.slice(span.endColumn - 1);
    const test = await vipd("-t", "-f", "typo.conf");
    expect([test.code, test.stderr]).toEqual([4, expect.stringContaining("typo.conf:4:5 error")]);
    const pidFiles = ["-p", `${folder}/a.pid`, "-r", `${folder}/b.pid`, "-c", `${folder}/c.pid`];
    const daemon = await vipd("-n", "-l", "-G", "-f", "typo.conf", ...pidFiles);
    expect(daemon.code).toBe(2);
    expect(daemon.stderr).toMatch(/typo\.conf: Line 4.*did you mean 'priority'/);
    expect(daemon.stderr).toContain("vipd check typo.conf");
    // The fix, put in where it says, makes the file clean.
    await Deno.writeTextFile(`${clone}/typo.conf`, lines.join("\n"));
    const mended = await vipd("check", "--no-host", "typo.conf");
    expect(mended).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("the example's files have warnings and no error, alone and as a cluster", async () => {
    const files = ["node1", "node2"].map((name) => `examples/lvs-dr-dual-master/${name}.conf`);
    for (const args of [[files[0]!], files]) {
      const { code, stdout } = await vipd("check", "--no-host", ...args);
      expect(code).toBe(1);
      expect(stdout).not.toMatch(/:\d+ error /);
    }
  });
});

interface Finding {
  fix: { span: { line: number; column: number; endColumn: number }; replacement: string };
}
