// A reload that is refused because nobody can balance as it demands: nothing of it may be in force; and
// one that wants another balancer than the one at work.

import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { startReadyVipd, statusOf, untilInstance } from "../lab/asking.ts";
import { onNode } from "../lab/solo.ts";
import { type NodeConf, vrrpConf } from "../lab/vrrp_conf.ts";

const SERVICE = `virtual_server 172.18.200.2 80 {
    lb_algo rr
    lb_kind DR
    protocol TCP
    real_server 172.18.200.100 80 {
    }
}`;

function conf(vip: string, after: string[] = []): NodeConf {
  return {
    before: ["vipd {", "    director kernel", "}"],
    instances: [{ vrid: 1, priority: 100, version: 3, intervalS: 0.1, vips: [vip] }],
    after,
  };
}

describe("a reload that demands the kernel's IPVS where there is none", () => {
  it.skipIf(existsSync("/proc/net/ip_vs"))("changes nothing, and the next one works", async () => {
    await onNode("reload-none", async (node) => {
      const vipd = await startReadyVipd(node, vrrpConf(conf("172.18.200.1/16")));
      await untilInstance(node, "VI_1", "MASTER");
      const reload = async (text: string) => {
        await node.configure("keepalived.conf", text);
        const from = vipd.lines.length;
        vipd.kill("SIGHUP");
        return (await vipd.waitForLine(/Reload (finished|refused)/, 10_000, from)).text;
      };
      const held = async () =>
        (await node.addresses("eno16777736")).map(({ address }) => address)
          .filter((address) => address.startsWith("172.18.200."));
      const before = await held();

      expect(await reload(vrrpConf(conf("172.18.200.2/16", [SERVICE])))).toContain("no IPVS");
      expect(await held()).toEqual(before);
      expect((await statusOf(node)).instances[0]!.vips[0]!.address).toBe("172.18.200.1/16");

      expect(await reload(vrrpConf(conf("172.18.200.3/16")))).toContain("generation 2");
      expect(await held()).toContain("172.18.200.3");
    });
  });
});

describe("a reload that changes `director`", () => {
  it("says that it takes effect at the next start, until it is taken back", async () => {
    await onNode("reload-director", async (node) => {
      const text = (director: string) =>
        vrrpConf({
          ...conf("172.18.200.2/16", [SERVICE]),
          before: [`vipd { director ${director} }`],
        });
      const vipd = await startReadyVipd(node, text("user"));
      const reload = async (director: string) => {
        await node.configure("keepalived.conf", text(director));
        const from = vipd.lines.length;
        vipd.kill("SIGHUP");
        await vipd.waitForLine(/Reload finished/, 10_000, from);
        return (await statusOf(node)).configuration.pending;
      };
      expect((await statusOf(node)).configuration.pending).toBeNull();
      const pending = "director kernel takes effect at the next start; " +
        "until then vipd's own director balances";
      expect(await reload("kernel")).toBe(pending);
      await vipd.waitForLine(new RegExp(pending));
      expect(await reload("user")).toBeNull();
    });
  });
});
