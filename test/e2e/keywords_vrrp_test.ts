// The everyday keywords of VRRP, each by what it does to a running daemon: on the wire, on the
// interface, between two nodes. A `shows:` line names the keywords that the test beneath it would miss
// (test/coverage/tier1.snap).

import { describe, expect, it } from "vitest";
import { instanceIn, startReadyVipd, statusOf, untilInstance, untilStatus } from "../lab/asking.ts";
import { Capture } from "../lab/capture.ts";
import { eventually } from "../lab/process.ts";
import { onNode, onPair } from "../lab/solo.ts";
import { INTERFACE } from "../lab/topology.ts";

const GLOBALS = `
global_defs {
    script_user root
    vrrp_version 3
    vrrp_mcast_group4 224.0.0.77
}
`;
const TRACKED = ["link add trk0 type veth peer name trk1", "link set trk0 up", "link set trk1 up"];
const SECOND = ["link add second type veth peer name third", "link set second up"];

function instance(vrid: number, lines: string[], vips = [`172.18.200.${vrid}/16`]): string {
  return `vrrp_instance VI_${vrid} {
    interface ${INTERFACE}
    virtual_router_id ${vrid}
    ${lines.join("\n    ")}
    virtual_ipaddress {
        ${vips.join("\n        ")}
    }
}
`;
}

const FAST = "advert_int 0.1";

describe.concurrent("keywords on the wire", () => {
  it("version 2 with a password, version 3, group, VRID, priority, interval, initial state", async () => {
    await onNode("kw-wire", async (node, lan) => {
      const capture = await Capture.start(lan);
      // shows: ROOT vrrp_instance
      // shows: global_defs vrrp_mcast_group4 vrrp_version
      // shows: vrrp_instance interface virtual_router_id priority advert_int version state
      // shows: vrrp_instance authentication
      // shows: vrrp_instance.authentication auth_type auth_pass
      const auth = ["authentication {", "auth_type PASS", "auth_pass secret12", "}"];
      const conf = GLOBALS +
        instance(10, ["version 2", "priority 123", "advert_int 2", ...auth]) +
        instance(20, ["priority 77", "advert_int 0.25"]) +
        instance(30, ["state MASTER", FAST]) +
        instance(31, ["state MASTER", "priority 100", FAST]);
      await startReadyVipd(node, conf, { args: ["-P"] });
      const owner = await untilInstance(node, "VI_30", "MASTER");
      // `state MASTER` alone makes an owner (255), who waits for nobody; with a priority it waits.
      expect(owner.transition).toMatchObject({ from: "INIT", priorityEffective: 255 });
      const hopeful = await untilInstance(node, "VI_31", "MASTER");
      expect(hopeful.transition).toMatchObject({ from: "BACKUP", reason: "MASTER_DOWN" });
      const [old, modern] = await Promise.all([
        capture.advert({ vrid: 10, version: 2 }),
        capture.advert({ vrid: 20, version: 3 }),
      ]);
      expect(old).toMatchObject({ priority: 123, intervalMs: 2000, destination: "224.0.0.77" });
      expect(modern).toMatchObject({ priority: 77, intervalMs: 250, destination: "224.0.0.77" });
      // RFC 2338 5.3.6: type 1 in the header, the password behind the addresses.
      const vrrp = old.frame.subarray(14 + 20);
      expect(vrrp[4]).toBe(1);
      expect(new TextDecoder().decode(vrrp.subarray(12, 20))).toBe("secret12");
    });
  });

  it("addresses with prefix, device, label, scope, and when they are announced", async () => {
    await onNode("kw-address", async (node, lan) => {
      await node.ip(...SECOND, "link set third up");
      const capture = await Capture.start(lan);
      // shows: vrrp_instance virtual_ipaddress garp_master_delay
      // shows: address_line <ADDRESS> dev label scope
      const conf = GLOBALS +
        instance(1, [FAST, "garp_master_delay 1"], [
          "172.18.200.1/24",
          "172.18.200.2",
          "172.18.200.3/16 dev second label second:9 scope link",
        ]) +
        instance(4, [FAST, "garp_master_delay 0"]);
      await startReadyVipd(node, conf, { args: ["-P"] });
      await untilInstance(node, "VI_1", "MASTER");
      await untilInstance(node, "VI_4", "MASTER");
      const held = (await node.addresses()).filter(({ address }) =>
        /^172\.18\.200\.[123]$/.test(address)
      ).map((row) => [row.address, row.prefixLength, row.interface, row.label, row.scope]);
      expect(held.toSorted()).toEqual([
        ["172.18.200.1", 24, INTERFACE, INTERFACE, "global"],
        ["172.18.200.2", 32, INTERFACE, INTERFACE, "global"],
        ["172.18.200.3", 16, "second", "second:9", "link"],
      ]);
      const times = (address: string) =>
        capture.events.filter((event) => event.kind === "arp" && event.senderAddress === address)
          .map(({ atMs }) => atMs);
      const all = await eventually("the second burst", () => {
        const found = times("172.18.200.1");
        return found.length >= 10 ? found : null;
      });
      expect(all[5]! - all[4]!).toBeGreaterThan(900);
      expect(all[5]! - all[0]!).toBeLessThan(1500);
      expect(times("172.18.200.4")).toHaveLength(5);
    });
  });

  it("comments, one-line blocks, quotes with blanks and braces, includes by pattern", async () => {
    await onNode("kw-syntax", async (node) => {
      await node.configure("note.sh", '#!/bin/sh\necho "$1" >/etc/keepalived/note\n', 0o755);
      await Deno.mkdir(`${node.configFolder}/parts`);
      await node.configure("parts/a.conf", instance(2, [FAST]));
      await node.configure("parts/b.conf", instance(3, [FAST, "priority 103"]));
      // shows: config_syntax # ! { } "..." include
      const conf = `# a comment { with a brace
! another one }
global_defs { script_user root }  # behind a block
global_defs {
    vrrp_version 3 }
vrrp_instance VI_1
{
    interface ${INTERFACE} ! the lab's
    virtual_router_id 1
    priority 101   # not 201
    version 3
    ${FAST}
    virtual_ipaddress { 172.18.200.1/16 }
    notify_master "/etc/keepalived/note.sh 'a b # { c }'"
}
include parts/*.conf
`;
      await startReadyVipd(node, conf, { args: ["-P"] });
      const bases = async () =>
        (await statusOf(node)).instances.map(({ name, priority }) => [name, priority.base]);
      expect(await bases()).toEqual([["VI_1", 101], ["VI_2", 100], ["VI_3", 103]]);
      await untilInstance(node, "VI_1", "MASTER");
      const note = await eventually(
        "the note",
        () => Deno.readTextFile(`${node.configFolder}/note`).catch(() => null),
      );
      expect(note).toBe("a b # { c }\n");
    });
  });

  it("a tracked interface forces FAULT, adds or subtracts", async () => {
    await onNode("kw-track", async (node) => {
      await node.ip(...TRACKED);
      // shows: vrrp_instance track_interface
      // shows: vrrp_instance.track_interface <IF> weight
      const track = (line: string) => [FAST, "priority 100", "track_interface {", line, "}"];
      const conf = GLOBALS + instance(1, track("trk0")) + instance(2, track("trk0 weight 30")) +
        instance(3, track("trk0 weight -30")) + instance(4, track("trk0 weight 5 reverse"));
      await startReadyVipd(node, conf, { args: ["-P"] });
      const priorities = (...wanted: number[]) =>
        untilStatus(
          node,
          `priorities ${wanted}`,
          (status) =>
            wanted.every((want, i) =>
              instanceIn(status, `VI_${i + 2}`)?.priority.effective === want
            ),
        );
      await untilInstance(node, "VI_1", "MASTER");
      await priorities(130, 100, 100);
      // Its carrier goes, not the interface itself.
      await node.ip("link set trk1 down");
      await untilInstance(node, "VI_1", "FAULT");
      await priorities(100, 70, 105);
      await node.ip("link set trk1 up");
      await untilInstance(node, "VI_1", "MASTER");
      await priorities(130, 100, 100);
    });
  });
});

describe.concurrent("keywords between two nodes", () => {
  it("nopreempt leaves a lower master alone, preempt_delay waits, without both it is taken", async () => {
    await onPair("kw-preempt", async (node1, node2, lan) => {
      const capture = await Capture.start(lan);
      const low = [1, 2, 3].map((vrid) => instance(vrid, [FAST, "priority 90"])).join("");
      // shows: vrrp_instance nopreempt preempt_delay
      const high = instance(1, [FAST, "priority 110", "nopreempt"]) +
        instance(2, [FAST, "priority 110", "preempt_delay 2"]) +
        instance(3, [FAST, "priority 110"]);
      await startReadyVipd(node2, GLOBALS + low, { args: ["-P"] });
      for (const vrid of [1, 2, 3]) await untilInstance(node2, `VI_${vrid}`, "MASTER");
      const from = capture.position;
      await startReadyVipd(node1, GLOBALS + high, { args: ["-P"] });
      const [delayed, taken] = await Promise.all([
        capture.advert({ vrid: 2, priority: 110 }, { from }),
        capture.advert({ vrid: 3, priority: 110 }, { from }),
      ]);
      expect(delayed.atMs - taken.atMs).toBeGreaterThan(1700);
      expect(delayed.atMs - taken.atMs).toBeLessThan(3000);
      expect((await untilInstance(node1, "VI_1", "BACKUP")).master?.priority).toBe(90);
      expect(capture.adverts({ vrid: 1, priority: 110 }, { from })).toEqual([]);
      const states = (await statusOf(node2)).instances.map(({ state }) => state);
      expect(states).toEqual(["MASTER", "BACKUP", "BACKUP"]);
    });
  });

  it("another auth_pass is no peer: both are master and count what they refuse", async () => {
    await onPair("kw-auth", async (node1, node2) => {
      const conf = (password: string) =>
        GLOBALS + instance(1, [
          ...["version 2", "advert_int 1", "authentication {", "auth_type PASS"],
          ...[`auth_pass ${password}`, "}"],
        ]);
      await Promise.all([
        startReadyVipd(node1, conf("one"), { args: ["-P"] }),
        startReadyVipd(node2, conf("two"), { args: ["-P"] }),
      ]);
      for (const node of [node1, node2]) {
        await untilInstance(
          node,
          "VI_1",
          ({ state, counters }) => state === "MASTER" && counters.authDataErrors > 0,
        );
      }
    });
  });
});
