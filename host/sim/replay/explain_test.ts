// Why did it fail over: for each cause the sentences name it, with the numbers of the play that made it.

import { describe, expect, it } from "vitest";
import { configOf, nodeText, RecordedNet, type RecordedNode } from "../../../test/recorded_net.ts";
import { advertInput, coreModule, IFINDEX, SECOND } from "../../../test/virtual_node.ts";
import { chronicleOf } from "./chronicle.ts";
import { explain, type Explained } from "./explain.ts";
import { Replay } from "./replay.ts";

const conf = (priority: number, version: 2 | 3 = 3, more: string[] = []) =>
  configOf(nodeText({ priority, version, more }));

function ask(node: RecordedNode, name: string | null = null, count = 3): Explained {
  const chronicle = chronicleOf(new Replay(coreModule(), node.dump()));
  expect(chronicle.differences).toEqual([]);
  const clock = (wallMs: number) => new Date(wallMs).toISOString().slice(14, 23);
  return explain(chronicle, { name, count, clock });
}

/** All sentences about the last transition. */
function last(node: RecordedNode, name: string | null = null): string {
  return ask(node, name).explanations.at(-1)!.sentences.join("\n");
}

function pair(version: 2 | 3 = 3) {
  const net = new RecordedNet();
  const first = net.start("one", conf(110, version));
  const second = net.start("two", conf(100, version));
  return { net, first, second };
}

describe("explain()", () => {
  it("silence: the last adverts with their gaps, the timer's parts, our own loop, what followed", () => {
    const { net, first, second } = pair();
    net.run(10.5 * SECOND);
    first.running = false;
    net.run(9.5 * SECOND);
    const text = last(second);
    expect(text).toContain("VI_1 became MASTER after 13.18 s as BACKUP: no advert from 10.9.0.1");
    expect(text).toMatch(
      /The last advert heard was that of 10\.9\.0\.1 \(priority 110\), input \d+, 3\.609 s before/,
    );
    expect(text).toContain("after gaps of 1 s, 1 s, 1 s");
    expect(text).toContain(
      "set to 3.609 s, 3 adverts of 1 s and a skew time of 609.4 ms (priority 100); it fired on time",
    );
    expect(text).toContain("Our own loop was punctual");
    expect(text).toContain("Nothing at this node explains the silence: 10.9.0.1 was dead");
    expect(text).toContain(
      "With it this node sent 1 advert of priority 100, added 10.9.0.100/24 dev eth0 (lease 3 s)",
    );
  });

  it("version 2 has its own skew time", () => {
    const { net, first, second } = pair(2);
    net.run(8 * SECOND);
    first.running = false;
    net.run(8 * SECOND);
    expect(last(second)).toContain("and a skew time of 609.4 ms (priority 100)");
  });

  it("silence that was none: refused adverts are named with the reason", () => {
    const { net, first, second } = pair();
    net.run(8 * SECOND);
    first.running = false;
    for (let i = 0; i < 5; i++) {
      net.at(i * 700_000 + 1, () => {
        second.core({ ...advertInput({ priority: 110, source: "10.9.0.1", ttl: 64 }) });
      });
    }
    net.run(8 * SECOND);
    const text = last(second);
    expect(text).toMatch(/In that time \d packets of 10\.9\.0\.1 were refused \(TTL\)/);
    expect(text).toContain("invalid TTL/HL. Received 64 and expect 255");
    expect(text).toContain("10.9.0.1 was not silent: what it sent was refused here");
  });

  it("our own process away: the lateness is told, not the peer's silence alone", () => {
    const { net, first, second } = pair();
    net.run(10 * SECOND);
    first.running = false;
    second.paused = true;
    net.run(5 * SECOND);
    second.resume();
    net.run(3 * SECOND);
    const text = last(second);
    expect(text).toMatch(/Our own loop was late in those .*: 1\.82 s for the timer that was due/);
    expect(text).toContain("adverts that came meanwhile were read only then");
    expect(text).toContain("this node was not listening all the time");
  });

  it("a master that stood still for too long says so", () => {
    const { net, first } = pair();
    net.run(8 * SECOND);
    first.paused = true;
    net.run(20 * SECOND);
    first.resume();
    net.run(1000);
    const told = ask(first).explanations.find(({ record }) => record.reason === "STALLED");
    expect(told!.sentences.join("\n")).toContain("Our own process was away");
  });

  it("a resignation: who said it, and the skew time", () => {
    const { net, first, second } = pair();
    net.run(8 * SECOND);
    first.core({ kind: "command", command: "STOP" });
    net.run(4 * SECOND);
    const text = last(second);
    expect(text).toMatch(/10\.9\.0\.1 said priority 0 with input \d+, 609\.4 ms before/);
    expect(text).toContain("its advert before had priority 110");
    expect(text).toContain("within the skew time of 609.4 ms");
    expect(last(first)).toContain("Decisive was input");
  });

  it("a better master: the decisive advert, and when its sender was last heard", () => {
    const { net, first, second } = pair();
    net.run(8 * SECOND);
    net.lose = () => true;
    net.run(8 * SECOND);
    expect(second.state()).toBe("MASTER");
    net.lose = () => false;
    net.run(3 * SECOND);
    const text = last(second);
    expect(text).toMatch(
      /Decisive was input \d+: advert of 10\.9\.0\.1 on eth0: VRID 51, priority 110/,
    );
    expect(text).toContain("in our time as MASTER none came from it");
    expect(text).toContain("removed 10.9.0.100/24 dev eth0");
    expect(first.state()).toBe("MASTER");
  });

  it("preemption after a script failed: the arithmetic of the priority, and the lower adverts", () => {
    const { net, first, second } = pair();
    net.run(8 * SECOND);
    first.scripts.set("chk", { kind: "exit", code: 7 });
    net.run(8 * SECOND);
    const text = last(second);
    expect(text).toContain("preempting 10.9.0.1 (priority 80), ours is 100");
    expect(text).toMatch(
      /adverts of lower priority were heard, the last of 10\.9\.0\.1 \(priority 80\)/,
    );
    const lost = last(first);
    expect(lost).toContain(
      "Changing effective priority from 110 to 80: chk; base 110, trackers -30",
    );
  });

  it("a script that decides alone: its verdict with the streak, and the way back", () => {
    const decides = configOf(nodeText({ priority: 110 }).replace("weight -30", "weight 0"));
    const net = new RecordedNet();
    const first = net.start("one", decides);
    net.run(8 * SECOND);
    first.scripts.set("chk", { kind: "exit", code: 7 });
    net.run(3 * SECOND);
    const text = last(first);
    expect(text).toContain("became FAULT after");
    expect(text).toMatch(/Decisive was input \d+: chk is bad/);
    expect(text).toContain("chk ended with status 7, 1 of 1 in a row that it takes");
    first.scripts.clear();
    net.run(2 * SECOND);
    expect(last(first)).toMatch(/became BACKUP after .* as FAULT: the last fault is gone/);
  });

  it("a reload that removes an instance", () => {
    const { net, first } = pair();
    net.run(8 * SECOND);
    first.configure(configOf(
      nodeText({ priority: 110 }).replaceAll("VI_1", "VI_9")
        .replace("virtual_router_id 51", "virtual_router_id 52"),
    ));
    net.run(1000);
    const told = ask(first, "VI_1").explanations.at(-1)!;
    expect(told.record).toMatchObject({ to: "STOP", reason: "REMOVED" });
    expect(told.sentences.join("\n")).toMatch(/Decisive was input \d+: configuration 2 ends/);
  });

  it("a link that goes: the event, and the priority 0 that could not be sent", () => {
    const { net, first } = pair();
    net.run(8 * SECOND);
    first.link(false);
    net.run(SECOND);
    const text = last(first);
    expect(text).toContain("became FAULT after");
    expect(text).toMatch(/Decisive was input \d+: link eth0: set down/);
    expect(text).toContain("removed 10.9.0.100/24 dev eth0");
  });

  it("an address that somebody removed", () => {
    const { net, first } = pair();
    net.run(8 * SECOND);
    const address = "10.9.0.100";
    const gone = { kind: "address", ifindex: IFINDEX, family: "INET", present: 0 } as const;
    first.core({ ...gone, prefixLength: 24, address });
    net.run(1000);
    expect(last(first)).toContain("address 10.9.0.100/24 went from eth0");
  });

  it("a sync group names the member that decided", () => {
    const text = (priority: number) =>
      nodeText({ priority }) +
      "\nvrrp_instance VI_2 {\ninterface eth0\nvirtual_router_id 52\nversion 3\nadvert_int 1\n" +
      `priority ${priority}\nvirtual_ipaddress {\n10.9.0.101/24\n}\n}\n` +
      "vrrp_sync_group VG_1 {\ngroup {\nVI_1\nVI_2\n}\n}\n";
    const net = new RecordedNet();
    const first = net.start("one", configOf(text(110)));
    const second = net.start("two", configOf(text(100)));
    net.run(8 * SECOND);
    first.running = false;
    net.run(8 * SECOND);
    const told = ask(second).explanations.filter(({ record }) => record.reason === "GROUP");
    expect(told.length).toBeGreaterThan(0);
    expect(told[0]!.sentences.join("\n")).toMatch(/The member that decided: \(VI_[12]\) Entering/);
    expect(ask(second, "VG_1").explanations.every(({ subject }) => subject === "GROUP")).toBe(true);
    expect(ask(second, "VG_1").explanations.length).toBeGreaterThan(0);
  });

  it("tells notifications with their end", () => {
    const net = new RecordedNet();
    net.start("one", conf(110, 3, ["notify_master /n"]));
    net.run(8 * SECOND);
    expect(last(net.nodes[0]!)).toMatch(/Notification \/n, started .* later: exited with status 0/);
  });

  it("takes names and VRIDs, and guesses when there is none of them", () => {
    const { net, second } = pair();
    net.run(8 * SECOND);
    expect(ask(second, "VI_1").explanations.length).toBe(1);
    expect(ask(second, "51").explanations.length).toBe(1);
    expect(ask(second, "51", 0).explanations).toEqual([]);
    expect(ask(second).standing).toMatchObject([{ name: "VI_1", state: "BACKUP" }]);
    expect(() => ask(second, "VI_2")).toThrow(expect.objectContaining({
      message: "there is no instance, group or VRID 'VI_2'",
      hint: "did you mean 'VI_1'? There are: VI_1 (VRID 51)",
    }));
    expect(() => ask(second, "52")).toThrow("52");
  });

  it("takes the last ones of each instance, in the order of time", () => {
    const { net, first, second } = pair();
    for (let i = 0; i < 6; i++) {
      net.run(8 * SECOND);
      first.link(i % 2 === 1);
    }
    net.run(8 * SECOND);
    const told = ask(second, null, 2).explanations;
    expect(told.length).toBe(2);
    expect(told[0]!.atUs).toBeLessThanOrEqual(told[1]!.atUs);
    expect(told[1]!.record.sequence).toBe(
      second.records.findLast((one) => one.kind === "transition")!.sequence,
    );
  });
});
