import { describe, expect, it } from "vitest";
import { checkCluster, CLUSTER_RULES } from "./cluster.ts";
import { loadConfig } from "./load.ts";
import { memorySource } from "./source.ts";
import { instance } from "./test_support.ts";

function cluster(...texts: string[]): string[] {
  const files = Object.fromEntries(texts.map((text, i) => [`node${i + 1}.conf`, text]));
  const source = memorySource(files);
  const nodes = Object.keys(files).map((path) => loadConfig(path, source));
  for (const { diagnostics } of nodes) {
    expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  }
  return checkCluster(nodes).map((d) => `${d.file}:${d.line} ${d.severity} ${d.code}`);
}

const id = (name: string) => `global_defs {\nrouter_id ${name}\n}\n`;
const prio = (priority: number, rest = "") => instance(`priority ${priority}\n${rest}`);
const tracked = (priority: number, weight: number) =>
  `vrrp_script chk {\nscript /bin/a\nweight ${weight}\n}\n${
    prio(priority, "track_script {\nchk\n}")
  }`;
const auth = (password: string) => `authentication {\nauth_type PASS\nauth_pass ${password}\n}`;

const SAMPLES: Record<string, { valid: string[][]; invalid: [string[], string[]][] }> = {
  "router-id-shared": {
    valid: [[id("a"), id("b")], [id("a"), ""]],
    invalid: [[[id("a"), id("a")], ["node2.conf:2 warning router-id-shared"]]],
  },
  "nodes-disagree": {
    valid: [
      [prio(100, "advert_int 2"), prio(90, "advert_int 2")],
      // v3 backups learn the interval.
      [prio(100, "version 3\nadvert_int 2"), prio(90, "version 3")],
      // Another network with the same VRID.
      [prio(100), prio(90, "advert_int 5").replace("VI_1", "X").replace("192.0.2.51", "10.0.0.1")],
    ],
    invalid: [
      [[prio(100), prio(90, "advert_int 2")], ["node2.conf:8 error nodes-disagree"]],
      [[prio(100), prio(90, "version 3")], [
        ...["node2.conf:1 error nodes-disagree", "node2.conf:8 error nodes-disagree"],
      ]],
      [[prio(100, auth("a")), prio(90, auth("b"))], ["node2.conf:10 error nodes-disagree"]],
      [
        [prio(100), prio(90, "mcast_dst_ip 224.0.0.99")],
        ["node2.conf:8 error nodes-disagree"],
      ],
    ],
  },
  "addresses-differ": {
    valid: [[prio(100), prio(90)]],
    invalid: [[
      [prio(100), prio(90).replace("/24", "/24\n192.0.2.9")],
      ["node2.conf:4 warning addresses-differ"],
    ]],
  },
  "weight-without-effect": {
    valid: [
      // The published deployment: 105 to 100 against 103.
      [tracked(100, 5), tracked(98, 5)],
      [tracked(100, -20), tracked(90, -20)],
      [tracked(100, 0), tracked(90, 0)],
    ],
    invalid: [
      [[tracked(100, 2), tracked(90, 2)], ["node1.conf:13 warning weight-without-effect"]],
      [[tracked(90, -5), tracked(100, -5)], ["node2.conf:13 warning weight-without-effect"]],
    ],
  },
  "priorities-equal": {
    valid: [[prio(100), prio(90)]],
    invalid: [[[prio(100), prio(100)], ["node2.conf:7 warning priorities-equal"]]],
  },
};

for (const [code, { valid, invalid }] of Object.entries(SAMPLES)) {
  describe(code, () => {
    it.each(valid.map((texts) => [texts]))("says nothing about %#", (texts) => {
      expect(cluster(...texts).filter((line) => line.endsWith(code))).toEqual([]);
    });
    it.each(invalid)("finds %#", (texts, found) => {
      expect(cluster(...texts).filter((line) => line.endsWith(code))).toEqual(found);
    });
  });
}

describe("checkCluster()", () => {
  it("has samples for every rule", () => {
    expect(Object.keys(SAMPLES).sort()).toEqual(CLUSTER_RULES.map(({ code }) => code).sort());
  });

  it("never shows a password", () => {
    const source = memorySource({
      "a": prio(100, auth("hushhush")),
      "b": prio(90, auth("quietly")),
    });
    const text = JSON.stringify(checkCluster(["a", "b"].map((path) => loadConfig(path, source))));
    expect(text).toContain("authentication");
    expect(text).not.toMatch(/hush|quiet|104,117/);
  });
});
