// The engine with the real core, joined by Node, on a virtual clock: what a person would see in the
// log and what the notification scripts would get.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Config } from "../conf/model.ts";
import { Core, CORE_COUNTS_SMALL } from "../core/core.ts";
import { logRecord } from "./describe.ts";
import { logEvent } from "./describe_event.ts";
import { Engine } from "./engine.ts";
import { Node } from "./node.ts";
import {
  ALL_NOTIFY,
  config,
  group,
  instance,
  KeepingSink,
  NO_NOTIFY,
  type NodeOutput,
  script,
  SECOND_US,
  trackedScript,
} from "./test_support.ts";

const WASM = readFileSync(new URL("../../core-as/build/core.wasm", import.meta.url));
const INTERFACES = new Map([["eth0", 2]]);
const IFF_UP_RUNNING = 0x41;

/** One node whose scripts answer as told and whose notifications end at once. */
class Scenario {
  readonly lines: string[] = [];
  readonly notified: string[] = [];
  readonly addresses = new Set<string>();
  stopped = false;
  nowUs = 0;
  exitCode = 0;
  readonly #core = Core.create(WASM, { counts: CORE_COUNTS_SMALL });
  readonly #sink = new KeepingSink(this.#core);
  readonly node = new Node({
    core: this.#core,
    engine: new Engine({ seed: 1 }),
    sink: this.#sink,
    host: { name: "director", user: "root" },
    queueDelayUs: 50,
  });

  link(isUp: boolean): void {
    const flags = isUp ? IFF_UP_RUNNING : 0;
    this.node.handleCoreInput(this.nowUs, {
      kind: "link",
      ifindex: 2,
      present: 1,
      flags,
      mtu: 1500,
      forwarding: 0,
      mac: "02:00:00:00:00:01",
    });
    this.#drain();
  }

  /** The machine is as it is before the configuration comes, as in the daemon. */
  start(config: Config): void {
    this.link(true);
    this.node.handleCoreInput(this.nowUs, {
      kind: "address",
      ifindex: 2,
      family: "INET",
      present: 1,
      prefixLength: 24,
      address: "192.0.2.1",
    });
    this.configure(config);
  }

  configure(config: Config): void {
    expect(this.node.configure(this.nowUs, config, INTERFACES).missingInterfaces).toEqual([]);
    this.#drain();
    expect(this.node.refusals).toEqual([]);
  }

  stop(): void {
    this.node.handleCoreInput(this.nowUs, { kind: "command", command: "STOP" });
    this.node.handleEngineInput(this.nowUs, {
      kind: "command",
      command: "STOP",
      keepServices: false,
    });
    this.advance(SECOND_US);
  }

  advance(us: number): void {
    const end = this.nowUs + us;
    for (let next = this.node.nextTimeout(); next <= end; next = this.node.nextTimeout()) {
      this.nowUs = Math.max(this.nowUs, next);
      this.node.handleTimer(this.nowUs);
      this.#drain();
    }
    this.nowUs = end;
  }

  #drain(): void {
    for (let kept = this.#sink.take(); kept.length > 0; kept = this.#sink.take()) {
      this.#carryOut(kept);
    }
  }

  #carryOut(kept: NodeOutput[]): void {
    for (const next of kept) {
      if (next.from === "core") {
        const { output, record } = next;
        if (record !== null) this.lines.push(...logRecord(record).map(({ text }) => text));
        if (output.kind === "addressAdd") this.addresses.add(output.address);
        if (output.kind === "addressRemove") this.addresses.delete(output.address);
        continue;
      }
      const { output } = next;
      if (output.kind === "event") this.lines.push(logEvent(output.event).text);
      if (output.kind === "stopped") this.stopped = true;
      if (output.kind === "runScript") {
        const outcome = { kind: "exit" as const, code: this.exitCode };
        this.node.handleEngineInput(this.nowUs, {
          kind: "scriptResult",
          run: output.run,
          outcome,
        });
      }
      if (output.kind === "notify") {
        this.notified.push([output.script.command, ...output.arguments].join(" "));
        const outcome = { kind: "exit" as const, code: 0 };
        this.node.handleEngineInput(this.nowUs, { kind: "notifyDone", id: output.id, outcome });
      }
    }
  }

  /** What came since the last call. */
  take(): { lines: string[]; notified: string[] } {
    return { lines: this.lines.splice(0), notified: this.notified.splice(0) };
  }
}

const VIP = {
  family: "INET" as const,
  address: "192.0.2.100",
  prefixLength: 24,
  device: "eth0",
  label: "eth0:0",
  scope: 0,
};

function configOf(weight: number, change: Partial<Config> = {}): Config {
  const track = { tracker: "chk", watches: "SCRIPT" as const, weight, reverse: false };
  const one = instance("VI_1", { vips: [VIP], tracks: [track], notify: ALL_NOTIFY });
  return config({ scripts: [trackedScript("chk")], instances: [one], ...change });
}

describe("core and engine as one node", () => {
  it("a script that takes another's place at a reload does not take over its result", () => {
    const node = new Scenario();
    node.exitCode = 1;
    node.start(configOf(-20));
    node.advance(5 * SECOND_US);
    expect(node.take().lines.join()).toContain("from 100 to 80");
    const track = { tracker: "new", watches: "SCRIPT" as const, weight: -20, reverse: false };
    node.configure(config({
      scripts: [trackedScript("new")],
      instances: [instance("VI_1", { vips: [VIP], tracks: [track], notify: ALL_NOTIFY })],
    }));
    node.advance(SECOND_US);
    // Nothing is known of the new one at the commit; then it fails by itself.
    const told = node.take().lines.join();
    expect(told.indexOf("from 80 to 100")).toBeGreaterThan(0);
    expect(told.indexOf("from 100 to 80")).toBeGreaterThan(told.indexOf("from 80 to 100"));
  });

  it("BACKUP at start, the script's weight, MASTER after the master down interval", () => {
    const scenario = new Scenario();
    scenario.start(configOf(5));
    scenario.advance(5 * SECOND_US);
    const { lines, notified } = scenario.take();
    const text = lines.join("\n");
    for (
      const phrase of [
        "(VI_1) Entering BACKUP STATE (init)",
        "VRRP_Script(chk) succeeded",
        "(VI_1) Changing effective priority from 100 to 105",
        "(VI_1) Receive advertisement timeout",
        "(VI_1) Entering MASTER STATE: no advert from anybody",
      ]
    ) expect(text).toContain(phrase);
    expect(notified).toEqual([
      "/n backup",
      expect.stringMatching(/^\/n any INSTANCE VI_1 BACKUP 10[05]$/),
      "/n master",
      "/n any INSTANCE VI_1 MASTER 105",
    ]);
    expect([...scenario.addresses]).toEqual(["192.0.2.100"]);
  });

  it("tells nothing before the first result of a script without weight, then BACKUP or FAULT", () => {
    for (const [exitCode, want] of [[0, "/n backup"], [1, "/n fault"]] as const) {
      const scenario = new Scenario();
      scenario.exitCode = exitCode;
      scenario.start(configOf(0));
      scenario.advance(2 * SECOND_US);
      expect(scenario.take().notified[0]).toBe(want);
    }
  });

  it("FAULT when the script fails, BACKUP and MASTER again when it recovers", () => {
    const scenario = new Scenario();
    scenario.start(configOf(0));
    scenario.advance(5 * SECOND_US);
    scenario.take();
    scenario.exitCode = 1;
    scenario.advance(1.5 * SECOND_US);
    const failed = scenario.take();
    expect(failed.notified).toEqual(["/n fault", "/n any INSTANCE VI_1 FAULT 100"]);
    expect(failed.lines.join("\n")).toContain("script chk fails");
    expect(scenario.addresses.size).toBe(0);
    scenario.exitCode = 0;
    scenario.advance(6 * SECOND_US);
    expect(scenario.take().notified).toEqual([
      "/n backup",
      "/n any INSTANCE VI_1 BACKUP 100",
      "/n master",
      "/n any INSTANCE VI_1 MASTER 100",
    ]);
  });

  it("FAULT when the link goes down, in keepalived's three lines", () => {
    const scenario = new Scenario();
    scenario.start(configOf(5));
    scenario.advance(5 * SECOND_US);
    scenario.take();
    scenario.link(false);
    scenario.advance(SECOND_US / 2);
    const { lines, notified } = scenario.take();
    expect(lines.slice(0, 3)).toEqual([
      "Netlink reports eth0 down",
      "(VI_1) Entering FAULT STATE: interface eth0 is down; priority 105 (base 100, trackers +5)",
      "(VI_1) sent 0 priority",
    ]);
    expect(notified[0]).toBe("/n fault");
  });

  it("a group's members tell first, then the group; at the start the group first", () => {
    const scenario = new Scenario();
    const names = ["VI_1", "VI_2"];
    const any = (name: string) => ({ ...NO_NOTIFY, any: script(`/n ${name}`) });
    const instances = names.map((name, i) =>
      instance(name, { vrid: 51 + i, group: "G1", notify: any(name) })
    );
    const groups = [group("G1", names, { notify: any("G1") })];
    scenario.start(config({ instances, groups }));
    scenario.advance(5 * SECOND_US);
    expect(scenario.take().notified).toEqual([
      "/n G1 GROUP G1 BACKUP 0",
      "/n VI_1 INSTANCE VI_1 BACKUP 100",
      "/n VI_2 INSTANCE VI_2 BACKUP 100",
      "/n VI_1 INSTANCE VI_1 MASTER 100",
      "/n VI_2 INSTANCE VI_2 MASTER 100",
      "/n G1 GROUP G1 MASTER 0",
    ]);
  });

  it("a reload removes an instance under its old name and adds one under its new", () => {
    const scenario = new Scenario();
    scenario.start(configOf(5));
    scenario.advance(5 * SECOND_US);
    scenario.take();
    const other = instance("VI_9", { vrid: 9, notify: ALL_NOTIFY });
    scenario.configure(configOf(5, { instances: [other], scripts: [] }));
    scenario.advance(SECOND_US);
    const { lines, notified } = scenario.take();
    expect(lines.slice(0, 2)).toEqual([
      "(VI_1) Removed: removed by a reload; priority 105 (base 100, trackers +5)",
      "(VI_1) sent 0 priority",
    ]);
    expect(lines).toContain("Configuration in force: 1 instances added, 0 changed, 1 removed");
    expect(lines.at(-1)).toContain("(VI_9) Entering BACKUP STATE (init)");
    expect(notified).toContain("/n any INSTANCE VI_1 FAULT 105");
    expect(notified).toContain("/n any INSTANCE VI_9 BACKUP 100");
  });

  it("a reload of the same configuration notifies of nothing", () => {
    const scenario = new Scenario();
    scenario.start(configOf(5));
    scenario.advance(5 * SECOND_US);
    scenario.take();
    scenario.configure(configOf(5));
    scenario.advance(SECOND_US);
    const { lines, notified } = scenario.take();
    expect(notified).toEqual([]);
    expect(lines).toEqual(["Configuration in force: 0 instances added, 0 changed, 0 removed"]);
  });

  it("stops: STOP is told, then that everything is done", () => {
    const scenario = new Scenario();
    scenario.start(configOf(5));
    scenario.advance(5 * SECOND_US);
    scenario.take();
    scenario.stop();
    expect(scenario.take().notified).toEqual(["/n stop", "/n any INSTANCE VI_1 STOP 105"]);
    expect([scenario.stopped, scenario.addresses.size]).toEqual([true, 0]);
  });
});
