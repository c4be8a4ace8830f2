import { describe, expect, it } from "vitest";
import { shellNeeded, splitCommand } from "./command.ts";
import { config } from "../test_support.ts";

describe("splitCommand()", () => {
  it.each([
    ["/bin/a b  c", ["/bin/a", "b", "c"]],
    [`/bin/a 'b c' "d e"f`, ["/bin/a", "b c", "d ef"]],
    [`/bin/a b\\ c '\\n' ""`, ["/bin/a", "b c", "\\n", ""]],
    [`/bin/a 'open`, ["/bin/a", "open"]],
    ["", []],
  ])("%s", (text, words) => {
    expect(splitCommand(text).map(({ value }) => value)).toEqual(words);
  });
});

describe("shellNeeded()", () => {
  it.each([
    ["[[ -f /etc/keepalived/down ]] && exit 1 || exit 0", "/bin/bash"],
    ["[ -f /etc/keepalived/down ] && exit 1 || exit 0", "/bin/sh"],
    ["test -e /run/x; exit $?", "/bin/sh"],
    ["if [ -f /x ]; then exit 1; fi", "/bin/sh"],
    ["kill -0 $(cat /run/nginx.pid)", "/bin/sh"],
    ["kill -0 `cat /run/nginx.pid`", "/bin/sh"],
    ["pidof nginx > /dev/null 2>&1", "/bin/sh"],
    ["ps ax | grep -q [n]ginx", "/bin/sh"],
    ["LANG=C /bin/date", "/bin/sh"],
    ["diff <(ls a) <(ls b)", "/bin/bash"],
    ["killall -0 httpd", null],
    ["/etc/keepalived/notify.sh master", null],
    ["/usr/bin/curl http://192.0.2.1/?a=1&b=2", null],
    ["/bin/check '&&' \"||\" a\\;", null],
    ["/bin/check --pattern=* 'a$(b)'", null],
    ["/usr/bin/[ -f /x ]", null],
  ])("%s needs %s", (text, shell) => {
    expect(shellNeeded(text)).toBe(shell);
  });
});

describe("resolveCommand()", () => {
  it("gives a shell what a caller appends as $1 and on", () => {
    const { scripts } = config('vrrp_script a {\nscript "exit 1"\n}\n');
    expect(scripts[0]!.script).toEqual({
      argv: ["/bin/sh", "-c", "exit 1", "script"],
      shell: "/bin/sh",
      command: "exit 1",
      user: null,
      group: null,
    });
  });

  it("takes the account of the line, else script_user", () => {
    const text = `global_defs {
    script_user nobody nogroup
}
vrrp_script a {
    script "/bin/a b"
}
vrrp_script b {
    script /bin/b
    user daemon
}
`;
    const [a, b] = config(text).scripts.map(({ script }) => script);
    expect(a).toMatchObject({ argv: ["/bin/a", "b"], user: "nobody", group: "nogroup" });
    expect(b).toMatchObject({ argv: ["/bin/b"], user: "daemon", group: null });
  });
});
