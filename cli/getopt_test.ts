// The command line, compared with what keepalived 2.2.7 (Debian 12) was seen to do. The rows stand
// here so that this runs everywhere; test/interop/getopt_test.ts asks the real program.

import { describe, expect, it } from "vitest";
import { SIGNAL_NUMBERS } from "../host/daemon/options.ts";
import { readCommandLine } from "./daemon_options.ts";
import { type Found, getopt, type OptionSpec } from "./getopt.ts";
import { OPTION_TABLE, optionHelp } from "./option_table.ts";

const ENTRY = "file:///vipd.js";
const read = (line: string) => readCommandLine(line === "" ? [] : line.split(" "), ENTRY);

function run(line: string) {
  const { action, messages } = read(line);
  if (action.action !== "run" && action.action !== "test") throw new Error(messages.join("; "));
  return action.options;
}

describe("getopt()", () => {
  type Key = "flag" | "need" | "may";
  const table: OptionSpec<Key>[] = [
    { key: "flag", short: "a", long: "alpha", value: "none" },
    { key: "need", short: "f", long: "file", value: "required" },
    { key: "may", short: "t", long: "test", value: "optional" },
  ];
  const option = (key: Key, spelled: string, value: string | null = null): Found<Key> => ({
    kind: "option",
    key,
    spelled,
    value,
  });
  const word = (text: string): Found<Key> => ({ kind: "word", word: text });
  const rows: [string, Found<Key>[]][] = [
    ["-a", [option("flag", "-a")]],
    ["-aaf/x", [option("flag", "-a"), option("flag", "-a"), option("need", "-f", "/x")]],
    ["-f /x y", [option("need", "-f", "/x"), word("y")]],
    ["-f -a", [option("need", "-f", "-a")]],
    ["-f --", [option("need", "-f", "--")]],
    ["-fa", [option("need", "-f", "a")]],
    ["-t /x", [option("may", "-t"), word("/x")]],
    ["-t/x", [option("may", "-t", "/x")]],
    ["-at", [option("flag", "-a"), option("may", "-t")]],
    ["-ta", [option("may", "-t", "a")]],
    ["x -a y", [word("x"), option("flag", "-a"), word("y")]],
    ["- -a", [word("-"), option("flag", "-a")]],
    ["-a -- -a --x", [option("flag", "-a"), word("-a"), word("--x")]],
    ["--alp", [option("flag", "--alpha")]],
    ["--file=/x", [option("need", "--file", "/x")]],
    ["--fi /x", [option("need", "--file", "/x")]],
    ["--file=a=b", [option("need", "--file", "a=b")]],
    ["--test", [option("may", "--test")]],
    ["--test /x", [option("may", "--test"), word("/x")]],
    ["--test=/x", [option("may", "--test", "/x")]],
    ["--test=", [option("may", "--test", "")]],
    ["--alpha=1", [{ kind: "unknown", spelled: "--alpha=1" }]],
    ["--file=", [{ kind: "missing", spelled: "--file" }]],
    ["-f", [{ kind: "missing", spelled: "-f" }]],
    ["--file", [{ kind: "missing", spelled: "--file" }]],
    ["-Qa", [{ kind: "unknown", spelled: "-Q" }, option("flag", "-a")]],
    ["--nope", [{ kind: "unknown", spelled: "--nope" }]],
  ];
  it.each(rows)("reads %s", (line, want) => {
    expect(getopt(line.split(" "), table)).toEqual(want);
  });
});

describe("readCommandLine() as keepalived 2.2.7", () => {
  // What stood on stderr before the version, with -v at the end.
  const lines: [string, string[]][] = [
    ["-nlDf/x -v", []],
    ["-f -n -v", []],
    ["-DDlnGXVIRdaexmPCB -v", []],
    ["- x -v", []],
    ["--vrrp -v", []],
    ["--vrrp_ x -v", []],
    ["--p /x -v", []],
    ["--bfd /x -v", []],
    ["--dont-f -v", []],
    ["--dont-release-v -v", []],
    ["--log-fa 3 -v", []],
    ["--no_ -v", []],
    ["--no- -v", []],
    ["--um 7 -v", []],
    ["--release -v", []],
    ["--addr -v", []],
    ["--config-i x -v", []],
    ["--all -v", []],
    ["--check -v", []],
    ["--c x -v", ["Unknown option --c"]],
    ["--dont-release -v", ["Unknown option --dont-release"]],
    ["--log-f 3 -v", ["Unknown option --log-f"]],
    ["--core -v", ["Unknown option --core"]],
    ["--al -v", ["Unknown option --al"]],
    ["--no -v", ["Unknown option --no"]],
    ["--rel=1 -v", ["Unknown option --rel=1"]],
    ["-G= -v", ["Unknown option -="]],
    ["-QWv", ["Unknown option -Q", "Unknown option -W"]],
    ["--use-file= -v", ["Missing parameter for option --use-file"]],
    ["-S9 -v", ["Invalid log facility '9'"]],
    ["-u abc -v", ["Invalid --umask option abc"]],
  ];
  it.each(lines)("%s", (line, want) => {
    const { action, messages } = read(line);
    expect(action).toEqual({ action: "version" });
    expect(messages.filter((text) => !text.includes("not supported yet"))).toEqual(want);
  });

  it.each(["-Q", "--bogus", "-f", "--use-file", "-nQ", "--si", "-:", "-t --umask"])(
    "%s is refused",
    (line) => {
      const { action, messages } = read(line);
      expect(action).toEqual({ action: "refuse" });
      expect(messages).toHaveLength(1);
    },
  );

  it("-v and -h end at once: what follows is not looked at", () => {
    expect(read("-v --bogus")).toEqual({ action: { action: "version" }, messages: [] });
    expect(read("-h -f")).toEqual({ action: { action: "help" }, messages: [] });
  });

  it("--signum in all its forms, with the numbers of 2.2.7", () => {
    for (const line of ["--signum=JSON", "--signum JSON", "--sig JSON", "--si=JSON"]) {
      expect(read(line).action).toEqual({ action: "signum", name: "JSON" });
    }
    expect(SIGNAL_NUMBERS).toEqual({
      STOP: 15,
      RELOAD: 1,
      DATA: 10,
      STATS: 12,
      STATS_CLEAR: 63,
      JSON: 36,
    });
  });
});

describe("readCommandLine(): what the daemon gets", () => {
  it("has keepalived's defaults", () => {
    expect(run("")).toEqual({
      entry: ENTRY,
      configFile: "/etc/keepalived/keepalived.conf",
      includeErrors: false,
      vrrp: true,
      checkers: true,
      foreground: false,
      log: { console: false, detail: 0, syslog: true, facility: "daemon" },
      dumpConfig: false,
      umask: null,
      keepIpvs: false,
      ignoreSigint: false,
      pidFiles: {
        daemon: "/run/keepalived.pid",
        vrrp: "/run/vrrp.pid",
        checkers: "/run/checkers.pid",
      },
      controlSocket: "/run/keepalived.sock",
    });
  });

  it("takes every option that it has", () => {
    const options = run("-nlDDGdIe -f/a.conf -S 5 -u 027 -p /r/a.pid -r /r/v -c /r/c");
    expect(options).toMatchObject({
      configFile: "/a.conf",
      includeErrors: true,
      foreground: true,
      log: { console: true, detail: 2, syslog: false, facility: "local5" },
      dumpConfig: true,
      umask: 0o27,
      keepIpvs: true,
      pidFiles: { daemon: "/r/a.pid", vrrp: "/r/v", checkers: "/r/c" },
      controlSocket: "/r/a.sock",
    });
    expect(run("--socket=/s -p /r/a.pid").controlSocket).toBe("/s");
    expect(run("--ignore-sigint").ignoreSigint).toBe(true);
  });

  it("-P, -C and --all choose the parts", () => {
    expect(run("-P")).toMatchObject({ vrrp: true, checkers: false });
    expect(run("-C")).toMatchObject({ vrrp: false, checkers: true });
    expect(run("-PC")).toMatchObject({ vrrp: false, checkers: false });
    expect(run("-P --all")).toMatchObject({ vrrp: true, checkers: true });
  });

  it.each<[string, string]>([
    ["0", "local0"],
    ["7", "local7"],
    ["local3", "local3"],
    ["user", "user"],
    ["daemon", "daemon"],
  ])("-S %s is %s", (value, facility) => {
    expect(run(`-S ${value}`).log.facility).toBe(facility);
  });

  it.each<[string, number]>([["022", 0o22], ["18", 18], ["0x1f", 31], ["0", 0]])(
    "-u %s is %i",
    (value, mask) => expect(run(`-u ${value}`).umask).toBe(mask),
  );

  it.each(["999", "0x", "08", "-1", "1000000"])("-u %s is told and left out", (value) => {
    const { action, messages } = read(`-u ${value}`);
    expect(messages).toEqual([`Invalid --umask option ${value}`]);
    expect(action).toMatchObject({ action: "run", options: { umask: null } });
  });

  it("-t with and without a file", () => {
    expect(read("-t").action).toMatchObject({ action: "test", logFile: null });
    expect(read("-t/x").action).toMatchObject({ action: "test", logFile: "/x" });
    expect(read("--config-t=/x -f y").action).toMatchObject({
      action: "test",
      logFile: "/x",
      options: { configFile: "y" },
    });
  });

  it("words are told and the daemon starts", () => {
    const { action, messages } = read("-t /x y");
    expect(messages).toEqual(["Unexpected argument(s): /x y"]);
    expect(action.action).toBe("test");
  });

  it.each(["-s blue", "-T", "--config-fd=3", "-V"])("%s is refused: not supported yet", (line) => {
    const { action, messages } = read(line);
    expect(action).toEqual({ action: "refuse" });
    expect(messages[0]).toContain("not supported yet");
  });

  it.each([
    ...["-x", "-A /x", "-g", "-g/x", "-m", "-Mcore", "--perf", "--debug=x", "--flush-log-file"],
    ...["-a", "-i left"],
  ])(
    "%s is told and the daemon starts",
    (line) => {
      const { action, messages } = read(line);
      expect(action.action).toBe("run");
      expect(messages).toHaveLength(1);
      expect(messages[0]).toContain("not supported yet and is ignored");
    },
  );
});

describe("the option table", () => {
  it("has no letter and no name twice", () => {
    const letters = OPTION_TABLE.flatMap((spec) => spec.short ?? []);
    const names = OPTION_TABLE.map((spec) => spec.long);
    expect(new Set(letters).size).toBe(letters.length);
    expect(new Set(names).size).toBe(names.length);
  });

  it("fits 100 columns in the help", () => {
    for (const line of optionHelp()) expect(line.length).toBeLessThanOrEqual(100);
  });
});
