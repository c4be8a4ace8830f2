// What is played by real daemons and by the simulator: two machines A and B, every way in which a master
// goes, comes back or is doubted. Times are distances (test/lab/played.ts), chosen so that no step falls
// on the moment of an advert: who wins such a race is chance, on a lab as anywhere.

import { answerCommand, type ConfigFile, configFile, type Play } from "../lab/played.ts";
import { type InstanceConf, type NodeConf, vrrpConf } from "../lab/vrrp_conf.ts";
import {
  type Action,
  DEFAULT_MACHINE,
  GOOD_WIRE,
  type Scenario,
} from "../../host/sim/scenario/scenario.ts";

/** A play and what is known of it beforehand: it must not be that nothing happened on both sides. */
export interface Compared {
  title: string;
  play: Play;
  /** Who becomes MASTER of VI_1, in order. */
  masters: string[];
}

const CABLE = "eth0";
const OTHER_CABLE = "eth1";
const PRIORITY = { A: 100, B: 90 };
type Name = keyof typeof PRIORITY;

/** The scenario's time of the moment at which A becomes master: behind all that begins it. */
const ANCHOR_US = 10_000_000;

/** A step: seconds, action. */
type Timed = [number, Action];

interface Shape {
  tag: string;
  masters: Name[];
  /** The lines in which the two machines' configurations differ from the usual. */
  conf?: Partial<Record<Name, Partial<InstanceConf>>>;
  both?: Partial<InstanceConf>;
  node?: Partial<NodeConf>;
  /** Names of the vrrp_scripts, which succeed at first. */
  scripts?: string[];
  /** Later files, made by `reload`. */
  reloads?: ConfigFile[];
  cables?: string[];
  /** Until A is master; when left out both start and A is the first. */
  begin?: Timed[];
  /** Counted from when A became master. */
  steps: Timed[];
  /** Seconds, counted like the steps; without steps like the beginning. */
  duration: number;
}

const v2 = { version: 2, intervalS: 1 } as const;
const v3 = { version: 3, intervalS: 0.5 } as const;
const fast = { version: 3, intervalS: 0.1 } as const;

function instance(name: Name, shape: Pick<Shape, "conf" | "both">): InstanceConf {
  return {
    ...v3,
    interface: CABLE,
    vrid: 51,
    priority: PRIORITY[name],
    vips: ["192.0.2.100/24"],
    ...shape.both,
    ...shape.conf?.[name],
  };
}

const fileOf = (name: Name, shape: Pick<Shape, "conf" | "both" | "node">) =>
  configFile(vrrpConf({ instances: [instance(name, shape)], ...shape.node }));

function compared(title: string, shape: Shape): Compared {
  const cables = shape.cables ?? [CABLE];
  const addresses = (host: number) =>
    Object.fromEntries(
      cables.map((cable, i) => [cable, [`192.0.${2 + i}.${host}/24`, `fe80::${host}/64`]]),
    );
  const machine = (host: number) => ({
    ...DEFAULT_MACHINE,
    addresses: addresses(host),
    started: false,
  });
  const zeroUs = shape.steps.length > 0 ? ANCHOR_US : 0;
  const scenario: Scenario = {
    name: shape.tag,
    description: title,
    durationUs: shape.duration * 1_000_000 + zeroUs,
    wire: GOOD_WIRE,
    machines: { A: machine(1), B: machine(2) },
    scripts: (["A", "B"] as const).flatMap((node) =>
      (shape.scripts ?? []).map((script) => ({
        node,
        script,
        outcome: { kind: "exit" as const, code: 0 },
        runUs: 0,
      }))
    ),
    steps: [...stepsFrom(0, shape.begin ?? BOTH), ...stepsFrom(zeroUs, shape.steps)],
  };
  const nodes = (["A", "B"] as const).map((name) => ({ name, file: fileOf(name, shape) }));
  const reloads = shape.reloads ?? [];
  const anchor = zeroUs > 0 ? { node: "A", atUs: zeroUs } : null;
  const play: Play = { tag: shape.tag, nodes, reloads, scenario, anchor };
  return { title, play, masters: shape.masters };
}

const stepsFrom = (zeroUs: number, steps: Timed[]) =>
  steps.map(([seconds, action]) => ({ atUs: zeroUs + seconds * 1_000_000, action }));

const start = (node: Name): Action => ({ do: "start", node });
const kill = (node: Name): Action => ({ do: "kill", node });
const shutdown = (node: Name): Action => ({ do: "shutdown", node });
const unplug = (node: Name): Action => ({ do: "unplug", node, interface: CABLE });
const plug = (node: Name): Action => ({ do: "plug", node, interface: CABLE });
const apart: Action = { do: "partition", sets: [["A"], ["B"]] };
const heal: Action = { do: "heal" };
const reload = (node: Name, { config }: ConfigFile): Action => ({
  do: "reload",
  node,
  set: [],
  config,
});
const answer = (node: Name, script: string, code: number): Action => ({
  do: "script",
  node,
  script,
  outcome: { kind: "exit", code },
  runUs: 0,
});
const script = (name: string, ...lines: string[]) => [
  `vrrp_script ${name} {`,
  `    script "${answerCommand(name)}"`,
  ...lines.map((line) => `    ${line}`),
  "}",
];
const tracks = (name: string) => ["track_script {", `    ${name}`, "}"];

/** B starts when A runs. */
const BOTH: Timed[] = [[0, start("A")], [0.3, start("B")]];

function starts(): Compared[] {
  return [
    compared("A starts first", {
      tag: "a-first",
      both: v2,
      masters: ["A"],
      begin: [[0, start("A")], [1.3, start("B")]],
      steps: [],
      duration: 7.2,
    }),
    compared("B starts first, A preempts", {
      tag: "b-first",
      masters: ["B", "A"],
      begin: [[0, start("B")], [3.1, start("A")]],
      steps: [],
      duration: 7,
    }),
    compared("nopreempt: who is master stays", {
      tag: "nopreempt",
      conf: { A: { lines: ["nopreempt"] } },
      masters: ["A", "B"],
      steps: [[1.25, kill("A")], [5.2, start("A")]],
      duration: 9,
    }),
    compared("preempt_delay 2", {
      tag: "preempt-delay",
      conf: { A: { lines: ["preempt_delay 2"] } },
      masters: ["B", "A"],
      begin: [[0, start("B")], [3.1, start("A")]],
      steps: [],
      duration: 9,
    }),
  ];
}

function ends(): Compared[] {
  return [
    compared("kill -9 and return", {
      tag: "kill",
      both: v2,
      masters: ["A", "B", "A"],
      steps: [[1.5, kill("A")], [6.5, start("A")]],
      duration: 11.5,
    }),
    compared("kill -9 and return, IPv6", {
      tag: "kill-ipv6",
      both: { vips: ["fe80::100/64", "2001:db8::100/64"] },
      masters: ["A", "B", "A"],
      steps: [[1.25, kill("A")], [4.25, start("A")]],
      duration: 7.5,
    }),
    compared("kill -9 and return, adverts of 100 ms", {
      tag: "kill-fast",
      both: fast,
      masters: ["A", "B", "A"],
      steps: [[1.05, kill("A")], [3.05, start("A")]],
      duration: 5.5,
    }),
    compared("stop of the master (priority 0) and return", {
      tag: "shutdown",
      masters: ["A", "B", "A"],
      steps: [[1.25, shutdown("A")], [4.2, start("A")]],
      duration: 7.7,
    }),
    compared("SIGSTOP for less than the down interval", {
      tag: "pause-short",
      both: v2,
      masters: ["A"],
      steps: [[1.5, { do: "pause", node: "A" }], [3.5, { do: "resume", node: "A" }]],
      duration: 6.5,
    }),
    compared("SIGSTOP for longer than the down interval", {
      tag: "pause-long",
      masters: ["A", "B", "A"],
      steps: [[1.25, { do: "pause", node: "A" }], [5.75, { do: "resume", node: "A" }]],
      duration: 9,
    }),
    compared("the backup stands still for longer than its down interval", {
      tag: "pause-backup",
      masters: ["A"],
      steps: [[1.25, { do: "pause", node: "B" }], [4.75, { do: "resume", node: "B" }]],
      duration: 7.5,
    }),
  ];
}

function wires(): Compared[] {
  const lower = fileOf("A", { conf: { A: { priority: 80 } } });
  return [
    compared("cable out and in", {
      tag: "cable",
      masters: ["A", "B", "A"],
      steps: [[1.25, unplug("A")], [4.6, plug("A")]],
      duration: 8.5,
    }),
    compared("B does not hear A (one way)", {
      tag: "cut-ab",
      masters: ["A", "B"],
      steps: [[1.25, { do: "cut", from: "A", to: "B" }], [5.15, heal]],
      duration: 8,
    }),
    compared("A does not hear B (one way), and becomes the lower one", {
      tag: "cut-ba",
      reloads: [lower],
      masters: ["A", "B"],
      steps: [
        [0.75, { do: "cut", from: "B", to: "A" }],
        [1.25, reload("A", lower)],
        [5.15, heal],
      ],
      duration: 8,
    }),
    compared("partition and heal", {
      tag: "partition",
      both: v2,
      masters: ["A", "B"],
      steps: [[1.5, apart], [7.3, heal]],
      duration: 10.5,
    }),
    compared("tie: the higher address wins", {
      tag: "tie",
      conf: { B: { priority: PRIORITY.A } },
      masters: ["A", "B"],
      begin: [[0, apart], [0.1, start("A")], [0.4, start("B")]],
      steps: [[4.25, heal]],
      duration: 7,
    }),
  ];
}

function causes(): Compared[] {
  const lower = fileOf("A", { conf: { A: { priority: 80 } } });
  const higher = fileOf("A", { conf: { A: { priority: 120 } } });
  const slower = fileOf("A", { conf: { A: { intervalS: 1 } } });
  return [
    compared("priority changed by reload, down and up", {
      tag: "reload",
      reloads: [lower, higher],
      masters: ["A", "B", "A"],
      steps: [[1.2, reload("A", lower)], [4.7, reload("A", higher)]],
      duration: 8,
    }),
    compared("interval doubled by reload, then kill -9: B has learnt it", {
      tag: "interval",
      reloads: [slower],
      masters: ["A", "B"],
      steps: [[1.2, reload("A", slower)], [4.25, kill("A")]],
      duration: 10,
    }),
    compared("somebody takes the address away from the master", {
      tag: "address",
      masters: ["A", "A"],
      steps: [[1.25, { do: "removeAddress", node: "A", address: "192.0.2.100" }]],
      duration: 7,
    }),
    compared("script with weight -20 fails and recovers", {
      tag: "script-weight",
      scripts: ["chk"],
      node: { before: script("chk", "interval 1", "weight -20", "fall 2", "rise 2") },
      both: { lines: tracks("chk") },
      masters: ["A", "B", "A"],
      steps: [[1.7, answer("A", "chk", 1)], [7.7, answer("A", "chk", 0)]],
      duration: 13,
    }),
    compared("script without weight fails and recovers", {
      tag: "script-fault",
      scripts: ["chk"],
      node: { before: script("chk", "interval 1") },
      both: { lines: tracks("chk") },
      masters: ["A", "B", "A"],
      steps: [[1.7, answer("A", "chk", 3)], [5.7, answer("A", "chk", 0)]],
      duration: 10,
    }),
    syncGroup(),
  ];
}

/** Two instances on two cables in one group; the cable of the first is pulled. */
function syncGroup(): Compared {
  const shape: Shape = {
    tag: "sync-group",
    cables: [CABLE, OTHER_CABLE],
    masters: ["A", "B", "A"],
    steps: [[1.25, unplug("A")], [4.6, plug("A")]],
    duration: 9,
  };
  const made = compared("sync group, one cable out and in", shape);
  const file = (name: Name) => {
    const first = instance(name, shape);
    const second = {
      ...first,
      name: "VI_2",
      interface: OTHER_CABLE,
      vrid: 52,
      vips: ["192.0.3.100/24"],
    };
    const after = [
      "vrrp_sync_group G {",
      "    group {",
      "        VI_1",
      "        VI_2",
      "    }",
      "}",
    ];
    return configFile(vrrpConf({ instances: [first, second], after }));
  };
  const nodes = (["A", "B"] as const).map((name) => ({ name, file: file(name) }));
  return { ...made, play: { ...made.play, nodes } };
}

/** All of them. */
export const COMPARED: Compared[] = [...starts(), ...ends(), ...wires(), ...causes()];
