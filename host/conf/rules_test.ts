// Each rule on what it must find and on what it must leave alone.

import { describe, expect, it } from "vitest";
import type { LoadOptions } from "./load.ts";
import { RULES } from "./rules/index.ts";
import { codes, findings, instance, load, machine, service } from "./test_support.ts";

interface Samples {
  /** Texts in which the rule has nothing to say. */
  valid: string[];
  /** Texts with what is found in them: `line severity code`. */
  invalid: [text: string, found: string[]][];
  options?: LoadOptions;
}

const script = (lines = "script /bin/a", track = "track_script {\nchk\n}") =>
  `vrrp_script chk {\n${lines}\n}\n${instance(track)}`;
const pair = (group: string, a = "", b = "") => instance(a, "A", 1) + instance(b, "B", 2) + group;
const web = (lines: string) => `vipd {\nweb {\n${lines}\n}\n}\n`;
const TOKEN = "token ops 0123456789abcdef";
const GROUP = "vrrp_sync_group G {\ngroup {\nA\nB\n}\n}\n";
const ipv6 = (lines = "") => instance(lines).replace("192.0.2.51/24", "fe80::1/64");
const auth = (lines: string) => `authentication {\n${lines}\n}`;
const without = (text: string, line: string) => text.replace(`    ${line}\n`, "");
const LIMITS = { instances: 1, groups: 1, trackers: 1, tracks: 1, vips: 2 };
const insecure = machine({
  program: () => ({ state: "executable", insecure: "/bin/a may be written by others" }),
});

const SAMPLES: Record<string, Samples> = {
  "odd-blanks": {
    valid: [instance()],
    invalid: [[instance("\u00a0priority 100 # \u00a0\n"), ["7 warning odd-blanks"]]],
  },
  "required-keyword": {
    valid: [instance(), script(), service("", "MISC_CHECK {\nmisc_path /bin/a\n}")],
    invalid: [
      [without(instance(), "virtual_router_id 51"), ["1 error required-keyword"]],
      [without(instance(), "interface eth0"), ["1 error required-keyword"]],
      [script(""), ["1 error required-keyword"]],
      [service("", "HTTP_GET {\n}"), ["7 error required-keyword"]],
      [service("", "HTTP_GET {\nurl {\n}\n}"), ["8 error required-keyword"]],
      [service("", "MISC_CHECK {\n}"), ["7 error required-keyword"]],
      [
        "virtual_server fwmark 1 {\nlb_algo rr\nlb_kind DR\nreal_server 192.0.2.9 {\n" +
        "TCP_CHECK {\n}\n}\n}",
        ["5 error required-keyword"],
      ],
    ],
  },
  "vrid-duplicate": {
    valid: [
      instance("", "A", 1) + instance("", "B", 2),
      instance("", "A", 1) + ipv6().replace("VI_1", "B").replace("51", "1"),
      instance("", "A", 1) +
      instance("", "B", 1).replace("eth0", "eth1").replace("192.0.2.1/24", "192.0.2.9"),
    ],
    invalid: [[
      instance("", "A", 1) + instance("", "B", 1).replace("192.0.2.1/24", "192.0.2.9"),
      ["11 error vrid-duplicate"],
    ]],
  },
  "unknown-reference": {
    valid: [script(), pair(GROUP)],
    invalid: [
      [instance("track_script {\nchk\n}"), ["8 error unknown-reference"]],
      [pair(GROUP.replace("B\n", "B\nC\n")), ["21 error unknown-reference"]],
    ],
  },
  "group-membership": {
    valid: [pair(GROUP)],
    invalid: [[
      pair(`${GROUP}${GROUP.replace("G", "H")}`),
      ["25 error group-membership", "26 error group-membership"],
    ]],
  },
  "group-of-one": {
    valid: [pair(GROUP)],
    invalid: [[pair(GROUP.replace("B\n", "")), ["18 warning group-of-one"]]],
  },
  "address-family": {
    valid: [instance("virtual_ipaddress_excluded {\n2001:db8::1\n}"), ipv6("mcast_src_ip fe80::2")],
    invalid: [
      [instance("virtual_ipaddress {\n2001:db8::1\n}"), ["8 error address-family"]],
      [instance("mcast_src_ip 2001:db8::1"), ["7 error address-family"]],
    ],
  },
  "no-virtual-address": {
    valid: [instance()],
    invalid: [
      [without(instance(), "    192.0.2.51/24"), ["4 warning no-virtual-address"]],
      [without(instance("version 3"), "    192.0.2.51/24"), ["4 error no-virtual-address"]],
    ],
  },
  "too-many-addresses": {
    valid: [instance()],
    invalid: [[
      ipv6(
        `virtual_ipaddress {\n${
          Array.from({ length: 90 }, (_, i) => `2001:db8::${(i + 1).toString(16)}`).join("\n")
        }\n}`,
      ),
      ["7 warning too-many-addresses"],
    ]],
  },
  "address-twice": {
    valid: [pair("")],
    invalid: [
      [pair("", "virtual_ipaddress {\n192.0.2.2/24\n}"), ["15 warning address-twice"]],
    ],
  },
  "ipv6-is-version-3": {
    valid: [ipv6("version 3"), instance("version 2")],
    invalid: [[ipv6("version 2"), ["7 warning ipv6-is-version-3"]]],
  },
  "first-address-not-link-local": {
    valid: [ipv6(), instance()],
    invalid: [[
      instance().replace("192.0.2.51/24", "2001:db8::1"),
      ["5 info first-address-not-link-local"],
    ]],
  },
  "advert-interval-rounded": {
    valid: [instance("advert_int 3"), instance("version 3\nadvert_int 0.01")],
    invalid: [
      [instance("advert_int 1.5"), ["7 warning advert-interval-rounded"]],
      [instance("version 3\nadvert_int 0.015"), ["8 warning advert-interval-rounded"]],
      [instance("version 3\nadvert_int 41"), ["8 warning advert-interval-rounded"]],
    ],
  },
  "preemption-ignored": {
    valid: [instance("nopreempt"), instance("state BACKUP\npreempt_delay 5")],
    invalid: [
      [instance("state MASTER\npriority 100\nnopreempt"), ["9 warning preemption-ignored"]],
      [instance("priority 255\npreempt_delay 5"), ["8 warning preemption-ignored"]],
    ],
  },
  "auth-pass-too-long": {
    valid: [instance(auth("auth_type PASS\nauth_pass 12345678"))],
    invalid: [[
      instance(auth("auth_type PASS\nauth_pass 123456789")),
      ["9 warning auth-pass-too-long"],
    ]],
  },
  "auth-ignored": {
    valid: [instance(auth("auth_type PASS\nauth_pass abc"))],
    invalid: [
      [instance(`version 3\n${auth("auth_type PASS\nauth_pass abc")}`), ["8 warning auth-ignored"]],
      [instance(auth("auth_pass abc")), ["7 warning auth-ignored"]],
      [instance(auth("auth_type PASS")), ["7 warning auth-ignored"]],
    ],
  },
  "track-ignored": {
    valid: [script(), instance("track_interface {\neth1\n}")],
    invalid: [
      [instance("track_interface {\neth0\n}"), ["8 warning track-ignored"]],
      [instance("track_interface {\neth1\neth1\n}"), ["9 warning track-ignored"]],
      [script("script /bin/a\nweight 5", "priority 255\ntrack_script {\nchk\n}"), [
        "13 warning track-ignored",
      ]],
      [
        `vrrp_script chk {\nscript /bin/a\nweight 5\n}\n${pair(GROUP, "track_script {\nchk\n}")}`,
        ["12 warning track-ignored"],
      ],
    ],
  },
  "priority-out-of-reach": {
    valid: [script("script /bin/a\nweight 4", "priority 250\ntrack_script {\nchk\n}")],
    invalid: [
      [script("script /bin/a\nweight 5", "priority 250\ntrack_script {\nchk\n}"), [
        "11 warning priority-out-of-reach",
      ]],
      [script("script /bin/a\nweight -50", "priority 50\ntrack_script {\nchk\n}"), [
        "11 warning priority-out-of-reach",
      ]],
    ],
  },
  "script-untracked": {
    valid: [
      script(),
      `vrrp_script chk {\nscript /bin/a\n}\n${
        pair(GROUP.replace("group {", "track_script {\nchk\n}\ngroup {"))
      }`,
    ],
    invalid: [[script("script /bin/a", ""), ["1 warning script-untracked"]]],
  },
  "shell-command": {
    valid: [script('script "killall -0 httpd"')],
    invalid: [
      [script('script "[[ -f /x ]] && exit 1 || exit 0"'), ["2 warning shell-command"]],
      [instance('notify "exit 1"'), ["7 warning shell-command"]],
      [`${instance('notify "exit 1"')}vipd {\nshell_scripts off\n}`, ["7 error shell-command"]],
    ],
  },
  "web-without-token": {
    valid: [web(`listen ::1 80\n${TOKEN}`), web(`listen 127.3.2.1\n${TOKEN}`), web("token a b")],
    invalid: [
      [web(""), ["2 warning web-without-token"]],
      [web("listen 192.0.2.1"), ["3 error web-without-token"]],
      [web("listen 0.0.0.0"), ["3 error web-without-token"]],
    ],
  },
  "web-not-encrypted": {
    valid: [web(TOKEN), `vipd {\nlease on\n}\n`],
    invalid: [[web(`listen :: 80\n${TOKEN}`), ["3 info web-not-encrypted"]]],
  },
  "deprecated-keyword": {
    valid: [service("", "HTTP_GET {\nretry 3\nurl {\npath /\n}\n}")],
    invalid: [[
      service("", "HTTP_GET {\nnb_get_retry 3\nurl {\npath /\n}\n}"),
      ["8 warning deprecated-keyword"],
    ]],
  },
  "service-default": {
    valid: [
      service(),
      "virtual_server fwmark 1 {\nlb_algo rr\nlb_kind DR\nsorry_server 192.0.2.9\n}",
    ],
    invalid: [
      [without(service(), "protocol TCP"), ["1 warning service-default"]],
      [without(service(), "lb_algo wlc"), ["1 warning service-default"]],
      [without(service(), "lb_kind DR"), ["1 warning service-default"]],
    ],
  },
  "service-empty": {
    valid: [service()],
    invalid: [[
      "virtual_server 192.0.2.1 80 {\nlb_algo rr\nlb_kind DR\nprotocol TCP\n}",
      ["1 warning service-empty"],
    ]],
  },
  "service-duplicate": {
    valid: [service() + service().replace("protocol TCP", "protocol UDP")],
    invalid: [
      [service() + service(), ["11 error service-duplicate"]],
      [service("real_server 198.51.100.1 80 {\n}"), ["7 error service-duplicate"]],
    ],
  },
  "mixed-family": {
    valid: [service(), service("sorry_server 2001:db8::1").replace("kind DR", "kind TUN")],
    invalid: [
      [service().replace("198.51.100.1", "2001:db8::1"), ["6 error mixed-family"]],
      [service("sorry_server 2001:db8::1"), ["5 error mixed-family"]],
    ],
  },
  "port-mismatch": {
    valid: [service(), service().replace("100.1 80", "100.1 81").replace("DR", "NAT")],
    invalid: [
      [service().replace("100.1 80", "100.1 81"), ["6 warning port-mismatch"]],
      [service("sorry_server 192.0.2.9 81"), ["5 warning port-mismatch"]],
    ],
  },
  "quorum-out-of-reach": {
    valid: [service(), service("weight 5\nquorum 5\nhysteresis 4"), service("hysteresis 0")],
    invalid: [
      [service("quorum 2"), ["5 warning quorum-out-of-reach"]],
      [service("weight 5\nquorum 5\nhysteresis 5"), ["7 warning quorum-out-of-reach"]],
    ],
  },
  "sorry-server-local": {
    valid: [
      service("sorry_server 192.0.2.9 80"),
      service("sorry_server 127.0.0.1 80").replace("DR", "NAT"),
    ],
    invalid: [[service("sorry_server 127.0.0.1 80"), ["5 info sorry-server-local"]]],
  },
  "limit-exceeded": {
    options: { limits: LIMITS },
    valid: [instance()],
    invalid: [
      [pair(""), ["9 error limit-exceeded"]],
      [instance("virtual_ipaddress {\n192.0.2.1\n192.0.2.2\n}"), ["1 error limit-exceeded"]],
      [instance("track_interface {\neth1\neth2\n}"), [
        ...["1 error limit-exceeded", "1 error limit-exceeded"],
      ]],
    ],
  },
  "interface-missing": {
    options: { facts: machine() },
    valid: [instance()],
    invalid: [
      [instance().replace("eth0", "eth7"), ["2 warning interface-missing"]],
      [instance().replace("/24", "/24 dev eth7"), ["5 warning interface-missing"]],
      [instance("track_interface {\nppp0\n}"), ["8 warning interface-missing"]],
    ],
  },
  "account-missing": {
    options: { facts: machine({ hasUser: (name) => name === "root", hasGroup: () => false }) },
    valid: [instance("notify /bin/a root")],
    invalid: [
      [instance("notify /bin/a www"), ["7 warning account-missing"]],
      [instance("notify /bin/a root www"), ["7 warning account-missing"]],
    ],
  },
  "script-missing": {
    options: {
      facts: machine({
        program: (name) => ({
          state: name === "/bin/a"
            ? "executable"
            : name === "/bin/b"
            ? "not executable"
            : "missing",
          insecure: null,
        }),
      }),
    },
    valid: [instance("notify /bin/a")],
    invalid: [
      [instance("notify /bin/b"), ["7 warning script-missing"]],
      [
        instance('notify_master "/etc/n m"\nnotify_backup "/etc/n b"'),
        ["7 warning script-missing"],
      ],
    ],
  },
  "script-insecure": {
    options: { facts: insecure },
    valid: [instance("notify /bin/a nobody")],
    invalid: [
      [instance("notify /bin/a"), ["7 warning script-insecure"]],
      [`global_defs {\nenable_script_security\n}\n${instance("notify /bin/a root")}`, [
        "10 error script-insecure",
      ]],
    ],
  },
};

for (const [code, { valid, invalid, options }] of Object.entries(SAMPLES)) {
  describe(code, () => {
    it.each(valid)("says nothing about %#", (text) => {
      expect(codes(text, options)).not.toContain(code);
    });
    it.each(invalid)("finds %#", (text, found) => {
      expect(findings(text, options).filter((line) => line.endsWith(` ${code}`))).toEqual(found);
    });
  });
}

describe("the rules", () => {
  it("have samples, valid and invalid, each", () => {
    const known = RULES.map(({ code }) => code).sort();
    expect(Object.keys(SAMPLES).sort()).toEqual(known);
    for (const { valid, invalid } of Object.values(SAMPLES)) {
      expect(valid.length).toBeGreaterThan(0);
      expect(invalid.length).toBeGreaterThan(0);
    }
  });

  it("say what to do", () => {
    for (const { code, advice, why } of RULES) {
      expect({ code, advice }).toEqual({ code, advice: expect.stringMatching(/.{10}/) });
      expect({ code, why }).toEqual({ code, why: expect.stringMatching(/.{10}/) });
    }
  });

  it("say nothing about a clean configuration on a machine that has all it names", () => {
    const text = `global_defs {
    router_id a
}
vrrp_script chk {
    script "/bin/check now"
    weight -20
}
${instance("track_script {\nchk\n}\nnotify /bin/notify")}
${service("sorry_server 192.0.2.9", "HTTP_GET {\nurl {\npath /\n}\n}")}`;
    expect(findings(text, { facts: machine(), limits: { ...LIMITS, instances: 9 } })).toEqual([]);
  });
});

describe("a fix", () => {
  it("mends what its diagnostic is about", () => {
    const text = service("", "HTTP_GET {\nnb_get_retry 3\nurl {\npath /\n}\n}");
    const [{ fix } = {}] = load(text).diagnostics;
    const { line, column, endColumn } = fix!.span;
    const lines = text.split("\n");
    const row = lines[line - 1]!;
    lines[line - 1] = row.slice(0, column - 1) + fix!.replacement + row.slice(endColumn - 1);
    expect(findings(lines.join("\n"))).toEqual([]);
  });
});

describe("programs that cannot run", () => {
  it("are left out of the model as keepalived does: trackers and checkers", () => {
    const facts = machine({ program: () => ({ state: "missing", insecure: null }) });
    const text = script() + service("", "MISC_CHECK {\nmisc_path /bin/a\n}");
    const { config } = load(text, { facts });
    expect(config!.instances[0]!.tracks).toEqual([]);
    expect(config!.scripts[0]!.trackedBy).toEqual([]);
    expect(config!.virtualServers[0]!.realServers[0]!.checkers).toEqual([]);
  });
});
