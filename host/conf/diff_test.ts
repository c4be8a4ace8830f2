import { describe, expect, it } from "vitest";
import { diff } from "./diff.ts";
import { config, instance, service } from "./test_support.ts";

const auth = (password: string) => `authentication {\nauth_type PASS\nauth_pass ${password}\n}`;

describe("diff()", () => {
  it("finds nothing between equal configurations", () => {
    const text = instance() + service();
    expect(diff(config(text), config(text))).toEqual([]);
  });

  it("names what was added, removed and changed", () => {
    const before = config(instance("priority 90", "A", 1) + instance("", "B", 2) + service());
    const after = config(
      instance("priority 95", "A", 1) + instance("", "C", 3) + service("", "weight 7"),
    );
    expect(diff(before, after)).toEqual([
      { kind: "removed", path: "vrrp_instance B", before: "B", after: null },
      { kind: "changed", path: "vrrp_instance A priority", before: "90", after: "95" },
      { kind: "added", path: "vrrp_instance C", before: null, after: "C" },
      {
        kind: "changed",
        path: "virtual_server [192.0.2.1]:tcp:80 realServers [198.51.100.1]:tcp:80 weight",
        before: "1",
        after: "7",
      },
      expect.objectContaining({
        path: "virtual_server [192.0.2.1]:tcp:80 realServers [198.51.100.1]:tcp:80 checkers",
      }),
    ]);
  });

  it("never shows a token", () => {
    const web = (line: string) => config(`vipd {\nweb {\n${line}\n}\n}\n`);
    const told = (before: string, after: string) => JSON.stringify(diff(web(before), web(after)));
    const [one, other] = ["token ops 0123456789abcdef", "token ops fedcba9876543210"];
    expect(told(one, other)).toContain('"path":"vipd web"');
    for (const [from, to] of [[one, other], ["", one], [one, ""]] as const) {
      expect(told(from, to)).toContain("ops");
      expect(told(from, to)).not.toMatch(/0123456789|fedcba/);
    }
  });

  it("never shows a password", () => {
    const changes = diff(config(instance(auth("abc"))), config(instance(auth("abd"))));
    expect(changes).toEqual([
      { kind: "changed", path: "vrrp_instance VI_1 auth", before: "***", after: "***" },
    ]);
  });
});
