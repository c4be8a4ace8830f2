// The published deployment: what is found in its four files, alone and as a cluster, and what they
// mean. The verbatim form means the same as the one with ordinary blanks.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  checkCluster,
  type Config,
  loadConfig,
  type Loaded,
  memorySource,
} from "../../host/conf/index.ts";
import { machine } from "../../host/conf/test_support.ts";

const EXAMPLES = new URL("../../examples/lvs-dr-dual-master/", import.meta.url);
const NAMES = ["node1.conf", "node1.verbatim.conf", "node2.conf", "node2.verbatim.conf"];
const source = memorySource(
  Object.fromEntries(
    NAMES.map((name) => [name, Uint8Array.from(readFileSync(new URL(name, EXAMPLES)))]),
  ),
);

const load = (name: string, facts = machine({ interfaces: () => ["eno16777736"] })) =>
  loadConfig(name, source, { facts });
const lines = ({ diagnostics }: Pick<Loaded, "diagnostics">) =>
  diagnostics.map(({ line, column, severity, code }) => `${line}:${column} ${severity} ${code}`);

const FINDINGS = [
  "13:5 warning shell-command",
  "17:1 warning script-untracked",
  "67:5 info sorry-server-local",
  "76:13 warning deprecated-keyword",
  "88:13 warning deprecated-keyword",
  "98:5 info sorry-server-local",
  "107:13 warning deprecated-keyword",
  "119:13 warning deprecated-keyword",
];

describe("the published files", () => {
  it.each(["node1.conf", "node2.conf"])("%s: mistakes 2, 3, 5 and 6", (name) => {
    expect(lines(load(name))).toEqual(FINDINGS);
  });

  it.each([
    ["node1.verbatim.conf", 890],
    ["node2.verbatim.conf", 878],
  ])("%s: mistake 1 besides, told once with its count", (name, count) => {
    const loaded = load(name);
    const [first, ...others] = lines(loaded);
    expect(first).toMatch(/^2:\d+ warning odd-blanks$/);
    expect(loaded.diagnostics[0]!.message).toContain(`${count} no-break spaces (U+00A0)`);
    expect(others).toEqual(FINDINGS);
  });

  it("mistake 12: the notify script that is not there", () => {
    const facts = machine({
      interfaces: () => ["eno16777736"],
      program: (name) => ({
        state: name.startsWith("/etc/") ? "missing" : "executable",
        insecure: null,
      }),
    });
    expect(lines(load("node1.conf", facts))).toContain("38:5 warning script-missing");
  });

  it("mistake 8: one router_id on both nodes, and nothing else between them", () => {
    const found = checkCluster(["node1.conf", "node2.conf"].map((name) => load(name)));
    expect(lines({ diagnostics: found })).toEqual(["9:4 warning router-id-shared"]);
  });

  it("mistake 11: weights that cannot turn the order round", () => {
    const weak = memorySource(Object.fromEntries(["node1.conf", "node2.conf"].map((name) => [
      name,
      readFileSync(new URL(name, EXAMPLES), "utf8").replace("weight 5", "weight 1"),
    ])));
    const found = checkCluster(
      ["node1.conf", "node2.conf"].map((name) => loadConfig(name, weak)),
    );
    expect(found.map(({ file, line, code }) => `${file}:${line} ${code}`)).toEqual([
      "node1.conf:36 weight-without-effect",
      "node2.conf:9 router-id-shared",
      "node2.conf:56 weight-without-effect",
    ]);
  });

  it.each(["node1", "node2"])("%s means the same in both forms", (name) => {
    const plain: Config = { ...load(`${name}.conf`).config!, files: [] };
    expect({ ...load(`${name}.verbatim.conf`).config!, files: [] }).toEqual(plain);
  });

  it("mean what the README says", () => {
    const { instances, virtualServers, global, scripts } = load("node1.conf").config!;
    expect(global).toMatchObject({ routerId: "node1", notificationEmail: ["root@localhost"] });
    expect(scripts.map(({ name, trackedBy }) => [name, trackedBy])).toEqual([
      ["chk_down", ["VI_1", "VI_2"]],
      ["chk_httpd", []],
    ]);
    expect(instances).toMatchObject([
      { name: "VI_1", vrid: 51, priority: 100, multicastGroup: "224.0.100.18", smtpAlert: false },
      { name: "VI_2", vrid: 60, priority: 98, multicastGroup: "224.0.100.18", smtpAlert: false },
    ]);
    expect(instances[0]!.vips).toEqual([{
      family: "INET",
      address: "172.18.200.6",
      prefixLength: 32,
      device: "eno16777736",
      label: "eno16777736:0",
      scope: 0,
    }]);
    expect(instances[0]!.tracks).toEqual([
      { tracker: "chk_down", watches: "SCRIPT", weight: 5, reverse: false },
    ]);
    expect(virtualServers).toHaveLength(2);
    expect(virtualServers[0]).toMatchObject({
      name: "[172.18.200.6]:tcp:80",
      scheduler: "wlc",
      forwarding: { method: "DR" },
      sorryServer: { address: "127.0.0.1", port: 80 },
      realServers: [{ weight: 1, smtpAlert: true }, { weight: 2, smtpAlert: true }],
    });
    expect(virtualServers[0]!.realServers[0]!.checkers).toEqual([{
      kind: "HTTP_GET",
      delayLoopUs: 6_000_000,
      retry: 3,
      delayBeforeRetryUs: 3_000_000,
      warmupUs: 6_000_000,
      target: { family: "INET", address: "172.18.200.100", port: 80 },
      connectTimeoutUs: 3_000_000,
      urls: [{
        path: "/",
        host: "172.18.200.100:80",
        statusCodes: [{ from: 200, to: 200 }],
        digest: null,
      }],
      sni: null,
    }]);
  });
});
