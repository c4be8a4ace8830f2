// What would have happened: nothing else without a change; another course with one, for the reason given.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  configOf,
  nodeText,
  playActs,
  randomActs,
  RecordedNet,
  type RecordedNode,
} from "../../../test/recorded_net.ts";
import { advertInput, coreModule, SECOND } from "../../../test/virtual_node.ts";
import type { LogLayout } from "../../core/log_buffer.ts";
import type { Dump } from "../../core/record.ts";
import type { TransitionRecord } from "../../engine/contract.ts";
import { editInput, parseChange } from "./change.ts";
import { vrrpOf } from "./describe_entry.ts";
import { inputOfEntry } from "./replay.ts";
import { type TimedRecord, type WhatIf, whatIf } from "./what_if.ts";

const conf = (priority: number, more: string[] = []) => configOf(nodeText({ priority, more }));

function play(dump: Dump, ...changes: string[]): WhatIf {
  return whatIf(coreModule(), dump, changes.map(parseChange));
}

/** `1.2 MASTER MASTER_DOWN` for each transition of a column, seconds since the net's start. */
function column(result: WhatIf, which: "recorded" | "changed"): string[] {
  const told = result.rows.map((row) => row[which]).filter((one): one is TimedRecord =>
    one?.record.kind === "transition"
  );
  return told.map(({ atUs, record }) => {
    const { to, reason } = record as TransitionRecord;
    return `${((atUs - 100 * SECOND) / SECOND).toFixed(1)} ${to} ${reason}`;
  });
}

/** Numbers of the inputs that hold adverts. */
function adverts(dump: Dump): number[] {
  return dump.core!.entries.flatMap((entry) => {
    const input = inputOfEntry(entry);
    return input !== null && vrrpOf(input) !== null ? [entry.sequence] : [];
  });
}

function numberOf(dump: Dump, kind: string): number {
  return dump.core!.entries.find((entry) => inputOfEntry(entry)?.kind === kind)!.sequence;
}

/** Two nodes; the better one is killed after 10.5 s. */
function killed(layout?: LogLayout): { net: RecordedNet; second: RecordedNode } {
  const net = new RecordedNet();
  const first = net.start("one", conf(110));
  const second = net.start("two", conf(100), layout);
  net.run(10.5 * SECOND);
  first.running = false;
  net.run(9.5 * SECOND);
  return { net, second };
}

describe("whatIf()", () => {
  it("gives the same course when a change changes nothing", () => {
    const dump = killed().second.dump();
    const result = play(dump, `edit:${adverts(dump)[2]}:priority=110`);
    expect(result.parting).toBe(null);
    expect(column(result, "recorded")).toEqual(column(result, "changed"));
    expect(result.rows.every(({ recorded, changed }) => recorded !== null && changed !== null))
      .toBe(true);
  });

  it("without an advert the takeover comes an interval earlier", () => {
    const dump = killed().second.dump();
    const last = adverts(dump).at(-1)!;
    const result = play(dump, `drop:${last}`);
    expect(column(result, "recorded")).toEqual(["0.0 BACKUP START", "13.2 MASTER MASTER_DOWN"]);
    expect(column(result, "changed")).toEqual(["0.0 BACKUP START", "12.2 MASTER MASTER_DOWN"]);
    expect(result.changes).toEqual([
      `Input ${last} (advert of 10.9.0.1 on eth0: VRID 51, priority 110, every 1 s) is left out.`,
    ]);
    expect(result.parting!.recorded).toEqual([]);
    expect(result.parting!.changed.join("\n")).toContain("(VI_1) Entering MASTER STATE");
    expect(result.end).toEqual([{ instance: "VI_1", recorded: "MASTER", changed: "MASTER" }]);
  });

  it("an advert left out in the middle of many changes nothing", () => {
    const dump = killed().second.dump();
    expect(play(dump, `drop:${adverts(dump)[3]}`).parting).toBe(null);
  });

  it("with a higher priority it would have preempted and held on", () => {
    const dump = killed().second.dump();
    const result = play(dump, "set:vrrp_instance.VI_1.priority=120");
    expect(column(result, "changed")).toEqual(["0.0 BACKUP START", "3.5 MASTER MASTER_DOWN"]);
    expect(result.changes).toEqual(["vrrp_instance.VI_1.priority is 120."]);
    expect(result.limits.length).toBe(2);
  });

  it("a setting that is what it was changes nothing, wherever the log begins", () => {
    const same = "set:vrrp_instance.VI_1.priority=100";
    expect(play(killed().second.dump(), same).parting).toBe(null);
    const net = new RecordedNet();
    const first = net.start("one", conf(110));
    const layout = { segmentSize: 192 << 10, entriesSize: 2048, fillsUp: false };
    const second = net.start("two", conf(100), layout);
    net.run(120 * SECOND);
    first.running = false;
    net.run(10 * SECOND);
    expect(second.dump().core!.firstSequence).toBeGreaterThan(20);
    expect(play(second.dump(), same).parting).toBe(null);
  });

  it("keeps links and addresses that come between a configuration's records", () => {
    const dump = killed().second.dump();
    const { entries } = dump.core!;
    const commit = entries.findIndex((entry) => inputOfEntry(entry)?.kind === "configCommit");
    const facts = entries.splice(0, 3);
    expect(facts.map((entry) => inputOfEntry(entry)!.kind)).toEqual(["link", "address", "address"]);
    entries.splice(commit - 3, 0, ...facts);
    const result = play(dump, "set:vrrp_instance.VI_1.priority=120");
    expect(column(result, "changed")).toEqual(["0.0 BACKUP START", "3.5 MASTER MASTER_DOWN"]);
  });

  it("a setting counts too when the configuration is older than the log, and over reloads", () => {
    const layout = { segmentSize: 192 << 10, entriesSize: 2048, fillsUp: false };
    const net = new RecordedNet();
    const first = net.start("one", conf(110));
    const second = net.start("two", conf(100), layout);
    net.run(120 * SECOND);
    second.configure(conf(90));
    net.run(10 * SECOND);
    first.running = false;
    net.run(10 * SECOND);
    const dump = second.dump();
    expect(dump.core!.firstSequence).toBeGreaterThan(20);
    const result = play(dump, "set:vrrp_instance.VI_1.advert_int=2");
    expect(result.end).toEqual([{ instance: "VI_1", recorded: "MASTER", changed: "MASTER" }]);
    const higher = play(dump, "set:vrrp_instance.VI_1.priority=200");
    const moved = higher.rows.filter(({ changed }) => changed?.record.kind === "priority");
    expect(moved.length).toBe(1);
    expect(column(higher, "changed")[0]).toMatch(/MASTER PREEMPT/);
    expect(column(higher, "recorded")[0]).toMatch(/MASTER MASTER_DOWN/);
  });

  it("a script's verdict that never came keeps the priority", () => {
    const net = new RecordedNet();
    const first = net.start("one", conf(110));
    net.start("two", conf(100));
    net.run(8 * SECOND);
    first.scripts.set("chk", { kind: "exit", code: 1 });
    net.run(8 * SECOND);
    expect(first.state()).toBe("BACKUP");
    const dump = first.dump();
    const bad = dump.core!.entries.find((entry) => {
      const input = inputOfEntry(entry);
      return input?.kind === "tracker" && input.state === "BAD";
    })!;
    const result = play(dump, `edit:${bad.sequence}:state=good`);
    expect(result.end[0]).toEqual({ instance: "VI_1", recorded: "BACKUP", changed: "MASTER" });
  });

  it("a delay moves an input among the others", () => {
    const dump = killed().second.dump();
    const last = adverts(dump).at(-1)!;
    const result = play(dump, `delay:${last}:500ms`);
    expect(column(result, "changed")[1]).toBe("13.7 MASTER MASTER_DOWN");
    const earlier = column(play(dump, `delay:${last}:-500ms`), "changed");
    expect(earlier[1]).toBe("12.7 MASTER MASTER_DOWN");
  });

  it("keeps to the times at which the daemon's loop was there", () => {
    const net = new RecordedNet();
    const first = net.start("one", conf(110));
    const second = net.start("two", conf(100));
    net.run(10 * SECOND);
    first.running = false;
    second.paused = true;
    net.run(4 * SECOND);
    second.resume();
    net.run(6 * SECOND);
    const dump = second.dump();
    // Due at 13.2 s, when the process stood still until 14 s: so it was at 13.5 s.
    const result = play(dump, `delay:${adverts(dump).at(-1)!}:300ms`);
    expect(column(result, "recorded")[1]).toBe("14.0 MASTER MASTER_DOWN");
    expect(column(result, "changed")[1]).toBe("14.0 MASTER MASTER_DOWN");
  });

  it("property: a change that changes nothing leaves every output where it was", () => {
    fc.assert(
      fc.property(randomActs, fc.nat(), (acts, pick) => {
        for (const node of playActs(acts).nodes) {
          const dump = node.dump();
          const numbers = adverts(dump);
          const { entries, firstSequence } = dump.core!;
          const number = numbers[pick % numbers.length] ?? firstSequence + entries.length - 1;
          const input = inputOfEntry(entries[number - firstSequence]!)!;
          const priority = vrrpOf(input)?.priority;
          const change = priority === undefined
            ? `delay:${number}:0us`
            : `edit:${number}:priority=${priority}`;
          const result = play(dump, change);
          expect(result.parting).toBe(null);
          expect(column(result, "changed")).toEqual(column(result, "recorded"));
        }
      }),
      { numRuns: 60 },
    );
  });

  it("refuses what cannot be changed, and says what can", () => {
    const dump = killed().second.dump();
    expect(() => play(dump, "drop:99999")).toThrow("no input 99999");
    expect(() => play(dump, `edit:${numberOf(dump, "timer")}:priority=1`)).toThrow("kind timer");
    expect(() => play(dump, `edit:${numberOf(dump, "packet")}:prioriti=1`)).toThrow("no field");
    expect(() => play(dump, "set:vrrp_instance.VI_2.priority=1")).toThrow("VI_2");
    expect(() => play({ ...dump, engine: null }, "set:vrrp_instance.VI_1.priority=1"))
      .toThrow("does not hold the configuration");
    expect(() => play({ ...dump, core: null }, "drop:1")).toThrow("no log of the core");
  });
});

describe("parseChange()", () => {
  it("reads every kind", () => {
    expect(parseChange("drop:12")).toEqual({ kind: "drop", sequence: 12 });
    expect(parseChange("delay:3:1.5s")).toEqual({ kind: "delay", sequence: 3, us: 1_500_000 });
    expect(parseChange("delay:3:-20ms")).toEqual({ kind: "delay", sequence: 3, us: -20_000 });
    expect(parseChange("edit:3:ttl=254"))
      .toEqual({ kind: "edit", sequence: 3, field: "ttl", value: "254" });
    expect(parseChange("set:vrrp_instance.VI_1.priority=90")).toMatchObject({ kind: "set" });
  });

  it("refuses everything else with a hint", () => {
    const bad = ["", "drip:1", "drop", "drop:0", "drop:x", "delay:1", "delay:1:2", "delay:1:1h"];
    for (const text of [...bad, "edit:1", "edit:1:x", "set:x", "set:vrrp_script.chk.fall=2"]) {
      expect(() => parseChange(text), text).toThrow();
    }
    expect(() => parseChange("drap:1")).toThrow(expect.objectContaining({
      hint: "did you mean 'drop'?",
    }));
  });
});

describe("editInput()", () => {
  it("edits adverts of both families so that only the field is another", () => {
    for (const family of ["INET", "INET6"] as const) {
      const input = advertInput({ priority: 100, family });
      for (
        const [field, value, expected] of [
          ["priority", "7", { priority: 7 }],
          ["vrid", "9", { vrid: 9 }],
          ["interval", "500ms", { intervalUs: 500_000 }],
        ] as const
      ) {
        const before = vrrpOf(input)!;
        const after = vrrpOf(editInput(input, field, value))!;
        const { checksum, checksumWanted } = after;
        expect(after).toEqual({ ...before, ...expected, checksum, checksumWanted });
        expect(checksum).toBe(checksumWanted);
      }
      expect(vrrpOf(editInput(input, "ttl", "64"))).toMatchObject({ status: "TTL" });
    }
  });

  it("edits links, addresses and trackers", () => {
    const link = { kind: "link", ifindex: 2, present: 1, flags: 0x41, mtu: 1500 } as const;
    const whole = { ...link, forwarding: 0, mac: "02:00:00:00:00:01" };
    expect(editInput(whole, "flags", "nocarrier")).toMatchObject({ flags: 1 });
    expect(editInput(whole, "flags", "0x40")).toMatchObject({ flags: 0x40 });
    const address = { kind: "address", ifindex: 2, family: "INET", present: 1 } as const;
    const one = { ...address, prefixLength: 24, address: "10.9.0.1" };
    expect(editInput(one, "address", "10.9.0.2")).toMatchObject({ address: "10.9.0.2" });
    expect(() => editInput(one, "address", "fe80::1")).toThrow("no address");
    expect(() => editInput(whole, "flags", "sideways")).toThrow("no flags");
  });
});
