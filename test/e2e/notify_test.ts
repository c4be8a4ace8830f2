// Notification scripts: the same file and the same events for vipd and for keepalived 2.2.7, and what
// the two have run compared line by line. keepalived starts the scripts of one change all at once,
// so lines of one phase are compared sorted; vipd's own order is asserted beside it.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startReadyVipd, untilInstance, untilStatus } from "../lab/asking.ts";
import { Capture } from "../lab/capture.ts";
import { type DaemonKind, Director } from "../lab/director.ts";
import type { LabNode } from "../lab/netns.ts";
import { delay, eventually } from "../lab/process.ts";
import { onNode } from "../lab/solo.ts";
import { INTERFACE, openReferenceLab, type ReferenceLab } from "../lab/topology.ts";
import { type InstanceConf, type NodeConf, vrrpConf } from "../lab/vrrp_conf.ts";

/** No line for so long: a phase is over. */
const QUIET_MS = 400;
const INTERVAL_S = 0.1;

/** One line a run: what it was called with. Its surroundings go to a file of their own. */
const NOTE = `#!/bin/sh
echo "$*" >>/etc/keepalived/notes
{ env; echo "CWD=$(pwd)"; echo "UMASK=$(umask)"; echo "ID=$(id)"; } >"/etc/keepalived/env.$1"
`;

const STATES = ["master", "backup", "fault", "stop"];

// shows: vrrp_instance notify_master notify_backup notify_fault notify_stop notify
// shows: vrrp_sync_group notify_master notify_backup notify_fault notify
/** Every kind of notification, each with its own first argument. */
function notifies(name: string): string[] {
  return [
    ...STATES.map((state) =>
      `notify_${state} "/etc/keepalived/note.sh ${name}_${state} 'two words'"`
    ),
    `notify "/etc/keepalived/note.sh ${name}_any"`,
  ];
}

function instance(vrid: number, lines: string[]): InstanceConf {
  const name = `VI_${vrid}`;
  return {
    name,
    vrid,
    priority: 100,
    version: 3,
    intervalS: INTERVAL_S,
    vips: [`172.18.200.${vrid}/16`],
    lines: [...notifies(name), ...lines],
  };
}

// shows: ROOT vrrp_sync_group
// shows: vrrp_sync_group group
// VI_1 and VI_2 change together; VI_3 stands alone and has a rival on the other node.
const GROUP = ["vrrp_sync_group G1 {", "group {", "VI_1", "VI_2", "}", ...notifies("G1"), "}"];
const FULL: NodeConf = {
  instances: [instance(1, ["track_interface {", "trk0", "}"]), instance(2, []), instance(3, [])],
  after: GROUP,
};
const WITHOUT_VI_3: NodeConf = { ...FULL, instances: FULL.instances.slice(0, 2) };
const RIVAL = vrrpConf({
  instances: [{ ...instance(3, []), priority: 200, lines: [] }],
});

/** The lines that scripts have written, and where the next phase begins. */
class Notes {
  #from = 0;

  constructor(readonly node: LabNode) {}

  async #all(): Promise<string[]> {
    const text = await Deno.readTextFile(`${this.node.configFolder}/notes`).catch(() => "");
    return text.split("\n").slice(0, -1);
  }

  /** Waits for all these lines and then for quiet; the lines since the last phase. */
  async phase(...sentinels: string[]): Promise<string[]> {
    await eventually(`${this.node.name} to note ${sentinels}`, async () => {
      const lines = (await this.#all()).slice(this.#from);
      return sentinels.every((sentinel) => lines.some((line) => line.includes(sentinel))) || null;
    }, 15_000).catch(async (error: Error) => {
      throw new Error(`${error.message}: ${JSON.stringify((await this.#all()).slice(this.#from))}`);
    });
    for (let before = -1, lines = await this.#all();; lines = await this.#all()) {
      if (lines.length === before) {
        const since = lines.slice(this.#from);
        this.#from = lines.length;
        return since;
      }
      before = lines.length;
      await delay(QUIET_MS);
    }
  }
}

interface Played {
  reference: ReferenceLab;
  /** Lines by phase. */
  phases: Record<string, string[]>;
  environment: Record<string, string>;
}

/** Plays the whole story with one daemon. */
async function play(kind: DaemonKind): Promise<Played> {
  const reference = await openReferenceLab(`ve-notify-${kind}`, ["node1", "node2"]);
  const [node, other] = [reference.machine("node1"), reference.machine("node2")];
  await node.ip("link add trk0 type veth peer name trk1", "link set trk0 up", "link set trk1 up");
  await node.configure("note.sh", NOTE, 0o755);
  const notes = new Notes(node);
  const phases: Record<string, string[]> = {};
  const director = await Director.start(kind, node, vrrpConf(FULL));
  phases["start and MASTER"] = await notes.phase("G1 MASTER", "VI_3 MASTER");
  await node.ip("link set trk0 down");
  phases["FAULT by interface"] = await notes.phase("G1 FAULT");
  await node.ip("link set trk0 up");
  phases["back"] = await notes.phase("G1 MASTER");
  const rival = await Director.start("vipd", other, RIVAL);
  phases["a higher one comes"] = await notes.phase("VI_3 BACKUP");
  await rival.stop();
  phases["and goes"] = await notes.phase("VI_3 MASTER");
  await node.ip(`link set ${INTERFACE} down`);
  phases["link down"] = await notes.phase("VI_3 FAULT", "G1 FAULT");
  await node.ip(`link set ${INTERFACE} up`);
  phases["link up"] = await notes.phase("VI_3 MASTER", "G1 MASTER");
  await director.reload(vrrpConf(WITHOUT_VI_3));
  phases["removed by reload"] = await notes.phase("VI_3");
  await director.stop();
  phases["stop"] = await notes.phase("G1 STOP");
  return { reference, phases, environment: await environmentOf(node, "VI_1_any") };
}

async function environmentOf(node: LabNode, tag: string): Promise<Record<string, string>> {
  const text = await Deno.readTextFile(`${node.configFolder}/env.${tag}`);
  return Object.fromEntries(
    text.trim().split("\n").map((line) => {
      const at = line.indexOf("=");
      return [line.slice(0, at), line.slice(at + 1)];
    }),
  );
}

const sorted = (phases: Record<string, string[]>) =>
  Object.fromEntries(Object.entries(phases).map(([name, lines]) => [name, lines.toSorted()]));

describe("notifications beside keepalived's", () => {
  let ours: Played;
  let theirs: Played;
  beforeAll(async () => {
    [ours, theirs] = await Promise.all([play("vipd"), play("keepalived")]);
  });
  afterAll(async () => {
    await ours?.reference[Symbol.asyncDispose]();
    await theirs?.reference[Symbol.asyncDispose]();
  });

  it("run the same scripts with the same arguments at every change", () => {
    expect(sorted(ours.phases)).toEqual(sorted(theirs.phases));
  });

  it("come in order for each subject: the state's own script, then the general one", () => {
    // Of a removal only the general one hears.
    const { "removed by reload": _, ...changes } = ours.phases;
    for (const subject of ["VI_1", "VI_2", "VI_3", "G1"]) {
      const mine = Object.values(changes).flat().filter((line) => line.startsWith(`${subject}_`));
      expect(mine.length).toBeGreaterThan(0);
      for (let i = 0; i < mine.length; i += 2) {
        const state = /_([a-z]+) two words$/.exec(mine[i]!)?.[1];
        expect(mine[i + 1]).toContain(` ${subject} ${state?.toUpperCase()} `);
      }
    }
  });

  it("get keepalived's environment and beside it the reason", () => {
    const without = (all: Record<string, string>) =>
      Object.fromEntries(
        Object.entries(all).filter(([name]) => !/^(VIPD_|TMPDIR$|_$)/.test(name)),
      );
    expect(without(ours.environment)).toEqual(without(theirs.environment));
    expect(ours.environment).toMatchObject({
      VIPD_FROM: "MASTER",
      VIPD_TO: "STOP",
      VIPD_REASON: "STOP",
      VIPD_PRIORITY: "100",
    });
  });
});

describe.concurrent("a notification script", () => {
  it("that never ends delays neither adverts nor other subjects, nor the stop for long", async () => {
    await onNode("notify-hangs", async (node, lan) => {
      const capture = await Capture.start(lan);
      await node.configure("hang.sh", "#!/bin/sh\ntrap '' TERM\nexec sleep 7003\n", 0o755);
      await node.configure("note.sh", NOTE, 0o755);
      const conf = vrrpConf({
        instances: [
          { ...instance(1, []), lines: ["notify /etc/keepalived/hang.sh"] },
          instance(2, []),
        ],
      });
      const vipd = await startReadyVipd(node, conf, { args: ["-P"] });
      await untilInstance(node, "VI_1", "MASTER");
      await new Notes(node).phase("VI_2 MASTER");
      const from = capture.position;
      await eventually(
        "20 adverts",
        () => capture.adverts({ vrid: 1 }, { from }).length >= 20 || null,
      );
      const times = capture.adverts({ vrid: 1 }, { from }).map(({ atMs }) => atMs);
      const gaps = times.slice(1).map((atMs, i) => atMs - times[i]!);
      expect(Math.max(...gaps)).toBeLessThan(INTERVAL_S * 1500);
      const askedMs = performance.now();
      expect(await vipd.stop()).toBe(0);
      expect(performance.now() - askedMs).toBeLessThan(6000);
      await capture.advert({ vrid: 1, priority: 0 }, { from });
      expect(await node.holds("172.18.200.1")).toBe(false);
    });
  });

  it("of the stop is waited for before the daemon ends", async () => {
    await onNode("notify-stop", async (node) => {
      await node.configure(
        "slow.sh",
        "#!/bin/sh\nsleep 0.7\necho over >/etc/keepalived/over\n",
        0o755,
      );
      const lines = ["notify_stop /etc/keepalived/slow.sh"];
      const conf = vrrpConf({ instances: [{ ...instance(1, []), lines }] });
      const vipd = await startReadyVipd(node, conf, { args: ["-P"] });
      await untilInstance(node, "VI_1", "MASTER");
      expect(await vipd.stop()).toBe(0);
      expect(await Deno.readTextFile(`${node.configFolder}/over`)).toBe("over\n");
    });
  });

  it("that is missing or not executable is told at the start, and again when it should run", async () => {
    await onNode("notify-missing", async (node) => {
      await node.configure("plain.sh", "#!/bin/sh\n", 0o644);
      const lines = [
        "notify_master /etc/keepalived/missing.sh",
        "notify_backup /etc/keepalived/plain.sh",
      ];
      const conf = vrrpConf({ instances: [{ ...instance(1, []), lines }] });
      const vipd = await startReadyVipd(node, conf, { args: ["-P"] });
      await untilInstance(node, "VI_1", "MASTER");
      await vipd.waitForLine(/missing\.sh.*does not exist/);
      await vipd.waitForLine(/plain\.sh.*is not executable/);
      await vipd.waitForLine(/\(VI_1\).*plain\.sh for BACKUP failed/);
      await vipd.waitForLine(/\(VI_1\).*missing\.sh for MASTER failed/);
      await untilStatus(node, "an answer", (status) => status.instances.length === 1);
    });
  });
});
