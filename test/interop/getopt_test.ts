// The daemon's command line beside the real keepalived's. Every line runs keepalived in its test
// mode on a file that does not exist, and most end with -v, so that it never becomes a daemon; what
// both print about the options has to agree.

import { afterAll, describe, expect, it } from "vitest";
import { readCommandLine } from "../../cli/daemon_options.ts";
import { SIGNAL_NUMBERS } from "../../host/daemon/options.ts";

const HARMLESS = ["-t", "-f", "/nonexistent/keepalived.conf"];
/** Lines about options; what a build without a feature says about it is no fact about the syntax. */
const ABOUT_OPTIONS = /^(Unknown option|Missing parameter|Invalid log facility|Invalid --umask)/;

/** Where `-t1` and `--config-test=1` leave their log. */
const directory = await Deno.makeTempDir({ prefix: "vipd-getopt-" });
afterAll(() => Deno.remove(directory, { recursive: true }));

async function keepalived(args: string[]) {
  const command = new Deno.Command("keepalived", { args, cwd: directory, stdin: "null" });
  const { code, stdout, stderr } = await command.output();
  const text = new TextDecoder().decode(stderr);
  return { code, stdout: new TextDecoder().decode(stdout), lines: text.split("\n") };
}

/** Words from which lines are made: letters, clusters, long names in every length, values. */
function* commandLines(): Generator<string[]> {
  for (const letter of "abcdefhilnmprstuxABCDGIMPRSVXQWz:=") yield [`-${letter}1`];
  const names = [
    ["use-file", "vrrp", "check", "no_bfd", "all", "log-console", "log-detail", "log-facility"],
    ["no-syslog", "umask", "release-vips", "dont-release-vrrp", "dont-release-ipvs", "dump-conf"],
    ["dont-respawn", "dont-fork", "pid", "vrrp_pid", "checkers_pid", "address-monitoring"],
    ["bfd_pid", "snmp", "snmp-agent-socket", "namespace", "core-dump", "core-dump-pattern"],
    ["all-config", "config-id", "config-test", "nonsense"],
  ].flat();
  for (const name of names) {
    for (let length = 1; length <= name.length; length++) {
      yield [`--${name.slice(0, length)}=1`];
    }
    yield [`--${name}`, "1"];
    yield [`--${name}=`];
  }
}

/** `--X` is how 2.2.7 names a long option whose value is missing; ours has the name. */
const normal = (line: string) =>
  line.replace(/^(Missing parameter for option) --.*/, "$1 --X")
    .replace(/^(Invalid --umask option \d*).*/, "$1");

describe("readCommandLine() beside keepalived", () => {
  it("finds the same fault in every line, and none where there is none", async () => {
    const differences: string[] = [];
    let count = 0;
    for (const words of commandLines()) {
      const args = [...HARMLESS, ...words, "-v"];
      const theirs = await keepalived(args);
      const ours = readCommandLine(args, "");
      const want = theirs.lines.filter((line) => ABOUT_OPTIONS.test(line)).map(normal);
      const got = ours.messages.filter((line) => ABOUT_OPTIONS.test(line)).map(normal);
      if (JSON.stringify(want) !== JSON.stringify(got)) {
        differences.push(
          `${words.join(" ")}: keepalived ${want.join("; ")}, vipd ${got.join("; ")}`,
        );
      }
      count++;
    }
    expect(differences).toEqual([]);
    expect(count).toBeGreaterThan(300);
  });

  it("ends as it does on what is unknown or missing at the end", async () => {
    for (const words of [["-Q"], ["--bogus"], ["-i"], ["--umask"], ["-S"], ["--config-id="]]) {
      const args = [...HARMLESS, ...words];
      const { code } = await keepalived(args);
      expect(code).toBe(1);
      expect(readCommandLine(args, "").action).toEqual({ action: "refuse" });
    }
  });

  it("prints the same signal numbers", async () => {
    for (const [name, number] of Object.entries(SIGNAL_NUMBERS)) {
      expect((await keepalived([`--signum=${name}`])).stdout).toBe(`${number}\n`);
    }
    expect((await keepalived(["--signum=NONE"])).code).toBe(1);
  });
});
