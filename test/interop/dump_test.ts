// What a daemon remembers: `vipd dump` of a running one, and the dump that is left when its wire worker
// fails or hangs. Each replays to equal outputs, and none holds a password unless it was asked for.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Core } from "../../host/core/core.ts";
import { OUTPUT_TRANSITION, readTransitionOutput } from "../../host/core/abi.gen.ts";
import { decodeDump, type Dump, OUTPUT_HASH_OPEN, STATUS_OPEN } from "../../host/core/record.ts";
import { isSame, replayEntry } from "../../host/core/recorder.ts";
import { coreBytes } from "../../host/daemon/core_bytes.ts";
import { engineFromCheckpoint, replayEngineEntry } from "../../host/engine/recorded_engine.ts";
import { startReadyVipd, untilInstance } from "../lab/asking.ts";
import { FrozenThread, realTimeThread } from "../lab/frozen_thread.ts";
import type { LabNode } from "../lab/netns.ts";
import { delay, eventually } from "../lab/process.ts";
import { openReferenceLab, type ReferenceLab } from "../lab/topology.ts";
import { vipd } from "../lab/vipd.ts";
import { vrrpConf } from "../lab/vrrp_conf.ts";

const PASSWORD = "s3cr3tXY";
const EXIT_INTERNAL = 70;
const FAIL_AFTER_MS = 4000;

const conf = (priority: number) =>
  vrrpConf({
    before: ["vrrp_script chk {\n    script /bin/true\n    interval 1\n}"],
    instances: [{
      vrid: 51,
      priority,
      version: 2,
      intervalS: 1,
      vips: ["172.18.200.6/16"],
      pass: PASSWORD,
      lines: ["track_script {", "chk", "}"],
    }],
  });

const labs: ReferenceLab[] = [];

async function open(tag: string): Promise<ReferenceLab> {
  const reference = await openReferenceLab(tag, ["node1", "node2"]);
  labs.push(reference);
  return reference;
}

/** What is at a path of the node's own file system. */
function fileOf(node: LabNode, path: string): { bytes: Uint8Array; mode: number } {
  const seen = `/proc/${node.pid}/root${path}`;
  return { bytes: Deno.readFileSync(seen), mode: Deno.statSync(seen).mode! & 0o777 };
}

/** Two daemons with one password; the backup's dump after the master was killed. */
async function playTakeover() {
  const reference = await open("vA-take");
  const [node1, node2] = [reference.machine("node1"), reference.machine("node2")];
  const first = await startReadyVipd(node1, conf(150), { args: ["-P"] });
  await startReadyVipd(node2, conf(100), { args: ["-P"] });
  await untilInstance(node1, "VI_1", "MASTER");
  await delay(2000);
  Deno.kill(first.pid, "SIGKILL");
  await untilInstance(node2, "VI_1", "MASTER");
  const said = (await vipd(node2, ["dump", "/run/one.dump"])).stdout;
  await vipd(node2, ["dump", "/run/all.dump", "--secrets"]);
  return { said, masked: fileOf(node2, "/run/one.dump"), whole: fileOf(node2, "/run/all.dump") };
}

/** The wire worker throws in its loop. */
async function playFailure() {
  const reference = await open("vA-fail");
  const node = reference.machine("node1");
  const program = await startReadyVipd(node, conf(100), {
    args: ["-P"],
    env: { VIPD_TEST_WIRE_FAIL_AFTER_MS: String(FAIL_AFTER_MS) },
  });
  const status = await program.ended;
  return { status, log: program.log, left: fileOf(node, "/run/keepalived.dump") };
}

/** The wire worker stands still. */
async function playHang() {
  const reference = await open("vA-hang");
  const node = reference.machine("node1");
  const program = await startReadyVipd(node, conf(100), { args: ["-P"] });
  await untilInstance(node, "VI_1", "MASTER");
  const worker = FrozenThread.freeze(realTimeThread(program.pid));
  await eventually("the end of the process", () => worker.hasEnded() || null);
  return { status: await program.ended, left: fileOf(node, "/run/keepalived.dump") };
}

let played: {
  takeover: ReturnType<typeof playTakeover>;
  failure: ReturnType<typeof playFailure>;
  hang: ReturnType<typeof playHang>;
};

beforeAll(async () => {
  played = { takeover: playTakeover(), failure: playFailure(), hang: playHang() };
  await Promise.allSettled(Object.values(played));
});

afterAll(async () => {
  await Promise.all(labs.map((reference) => reference[Symbol.asyncDispose]()));
});

/** Plays both halves; what differs, and the transitions that came out of the core. */
function play(dump: Dump) {
  const differences: string[] = [];
  const transitions: string[] = [];
  const core = Core.fromCheckpoint(coreBytes(), dump.core!.checkpoint);
  const view = new DataView(core.memory.buffer);
  for (const entry of dump.core!.entries) {
    const replayed = replayEntry(core, entry, () => {
      if (core.outputKind() !== OUTPUT_TRANSITION) return;
      const { from, to, reason } = readTransitionOutput(view, core.outputAddress);
      transitions.push(`${from} ${to} ${reason}`);
    });
    if (!isSame(entry, replayed)) differences.push(`core ${entry.sequence}`);
  }
  const engine = engineFromCheckpoint(dump.engine!.checkpoint);
  for (const entry of dump.engine!.entries) {
    const hash = replayEngineEntry(engine, entry);
    if (entry.outputHash !== OUTPUT_HASH_OPEN && hash !== entry.outputHash) {
      differences.push(`engine ${entry.sequence}`);
    }
  }
  return { differences, transitions };
}

/** The bytes hold the text somewhere. */
function holds(bytes: Uint8Array, text: string): boolean {
  return new TextDecoder("latin1").decode(bytes).includes(text);
}

/** A dump of which no part, packed or not, holds the password. */
function expectNoPassword(bytes: Uint8Array): Dump {
  const dump = decodeDump(bytes);
  expect(dump.head.masked).toBe(true);
  expect(holds(bytes, PASSWORD)).toBe(false);
  const base64 = btoa(PASSWORD).replace(/=+$/, "");
  for (const half of [dump.core!, dump.engine!]) {
    for (const part of [half.checkpoint, ...half.entries.map(({ input }) => input)]) {
      expect(holds(part, PASSWORD)).toBe(false);
      expect(holds(part, base64)).toBe(false);
    }
  }
  return dump;
}

describe("vipd dump", () => {
  it("writes a private file without passwords that replays to equal outputs", async () => {
    const { said, masked } = await played.takeover;
    console.log(said.trimEnd());
    expect(said).toMatch(/passwords are masked \(1\)/);
    expect(masked.mode).toBe(0o600);
    const dump = expectNoPassword(masked.bytes);
    expect(dump.head.interfaces).toEqual({
      [Object.keys(dump.head.interfaces)[0]!]: "eno16777736",
    });
    const { differences, transitions } = play(dump);
    expect(differences).toEqual([]);
    expect(transitions).toEqual(["INIT BACKUP START", "BACKUP MASTER MASTER_DOWN"]);
  });

  it("--secrets keeps them", async () => {
    const { whole } = await played.takeover;
    const dump = decodeDump(whole.bytes);
    expect(dump.head.masked).toBe(false);
    expect(dump.core!.entries.some(({ input }) => holds(input, PASSWORD))).toBe(true);
    expect(play(dump).differences).toEqual([]);
  });

  it("remembers both halves: adverts of the peer, script runs, and whose tracker it was", async () => {
    const dump = decodeDump((await played.takeover).whole.bytes);
    const kinds = new Set(
      dump.core!.entries.map(({ input }) => new DataView(input.slice().buffer).getUint32(0, true)),
    );
    for (const kind of [1, 2, 3, 4, 5, 16, 19, 20, 22]) expect(kinds).toContain(kind);
    const texts = dump.engine!.entries.map(({ input }) => new TextDecoder().decode(input));
    expect(texts.filter((text) => text.includes('"scriptResult"')).length).toBeGreaterThan(1);
    const tracker = dump.core!.entries.map(({ input }) => new DataView(input.slice().buffer))
      .find((view) => view.getUint32(0, true) === 5)!;
    const sender = dump.engine!.entries.find(({ sequence }) =>
      sequence === tracker.getUint32(20, true)
    );
    expect(new TextDecoder().decode(sender?.input)).toContain('"scriptResult"');
  });
});

describe("the wire worker is gone", () => {
  it("one that throws leaves a dump that replays", async () => {
    const { status, log, left } = await played.failure;
    expect(status).toBe(EXIT_INTERNAL);
    expect(log).toContain("what led to it is in /run/keepalived.dump");
    expect(left.mode).toBe(0o600);
    const dump = expectNoPassword(left.bytes);
    expect(dump.head.why).toMatch(/^the wire worker died: .*told to fail/s);
    const { differences, transitions } = play(dump);
    expect(differences).toEqual([]);
    expect(transitions[0]).toBe("INIT BACKUP START");
    expect(dump.core!.entries.every((entry) => entry.status !== STATUS_OPEN)).toBe(true);
  });

  it("one that hangs leaves one too", async () => {
    const { status, left } = await played.hang;
    expect(status).toBe(EXIT_INTERNAL);
    const dump = expectNoPassword(left.bytes);
    expect(dump.head.why).toContain("no heartbeat");
    const { differences, transitions } = play(dump);
    expect(differences).toEqual([]);
    expect(transitions).toEqual(["INIT BACKUP START", "BACKUP MASTER MASTER_DOWN"]);
  });
});
