// No way out of the daemon leaves an address behind: a wire worker that hangs, one that hangs while the
// daemon stops or has more to read than its ring holds, a start that fails. The addresses have no lease
// here, so that nobody else takes them off.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Capture } from "../lab/capture.ts";
import { Director } from "../lab/director.ts";
import { FrozenThread, realTimeThread } from "../lab/frozen_thread.ts";
import { DENO, ROOT } from "../lab/path.ts";
import { eventually } from "../lab/process.ts";
import { openReferenceLab, type ReferenceLab } from "../lab/topology.ts";
import { startVipd } from "../lab/vipd.ts";
import { vrrpConf } from "../lab/vrrp_conf.ts";

const VIP = "172.18.200.6";
/** DESIGN "when a half dies", and main looks twice a second. */
const WORKER_SILENT_MAX_MS = 3000;
const BEAT_MS = 500;
const MARGIN_MS = 1000;
const EXIT_INTERNAL = 70;

const OWNER = vrrpConf({
  instances: [{
    ...{ vrid: 51, priority: 255, state: "MASTER", version: 3, intervalS: 1 },
    vips: [`${VIP}/16`],
  }],
  before: ["vipd { lease off }"],
});

const labs: ReferenceLab[] = [];

async function open(tag: string) {
  const reference = await openReferenceLab(tag, ["node1"]);
  labs.push(reference);
  return reference.machine("node1");
}

/** Freezes the worker of a master; when told to, stops the daemon after that. */
async function playHungWorker(tag: string, stop: boolean) {
  const node = await open(tag);
  const { program } = await Director.start("vipd", node, OWNER);
  await eventually("the VIP", async () => await node.holds(VIP) || null);
  const worker = FrozenThread.freeze(realTimeThread(program.pid));
  const begunMs = performance.now();
  if (stop) program.kill("SIGTERM");
  await eventually("the VIP to go", async () => !await node.holds(VIP) || null);
  const goneMs = performance.now() - begunMs;
  await eventually("the end of the process", () => worker.hasEnded() || null);
  const status = await program.ended;
  const files = (await node.exec(["ls", "/run"])).stdout;
  return { goneMs, status, log: program.log, files };
}

async function playFullRing() {
  const reference = await openReferenceLab("vf-ring", ["node1"]);
  labs.push(reference);
  const node = reference.machine("node1");
  const capture = await Capture.start(reference.lan);
  await node.configure("keepalived.conf", OWNER);
  const file = `${ROOT}/test/lab/programs/wire_full_ring.ts`;
  const argv = [DENO, "run", "-A", "--no-lock", "--unstable-net", file];
  const program = await node.start([...argv, "/etc/keepalived/keepalived.conf"]);
  await program.waitForLine(/^stopped$/);
  const zero = await capture.advert({ vrid: 51, priority: 0 });
  return { zero, holds: await node.holds(VIP) };
}

async function playBlockedSocket() {
  const node = await open("vf-socket");
  await node.exec(["mkdir", "/run/keepalived.sock"]);
  const program = await startVipd(node, OWNER, { args: ["-P"], wait: false });
  const status = await program.ended;
  return { status, log: program.log, holds: await node.holds(VIP) };
}

let played: {
  hung: ReturnType<typeof playHungWorker>;
  hungAtStop: ReturnType<typeof playHungWorker>;
  fullRing: ReturnType<typeof playFullRing>;
  blocked: ReturnType<typeof playBlockedSocket>;
};

beforeAll(async () => {
  played = {
    hung: playHungWorker("vf-hung", false),
    hungAtStop: playHungWorker("vf-stop", true),
    fullRing: playFullRing(),
    blocked: playBlockedSocket(),
  };
  await Promise.allSettled(Object.values(played));
});

afterAll(async () => {
  await Promise.all(labs.map((reference) => reference[Symbol.asyncDispose]()));
});

describe("the wire worker hangs", () => {
  it("main takes its address off and ends with 70", async () => {
    const { goneMs, status, log, files } = await played.hung;
    console.log(`VIP gone ${goneMs.toFixed(0)} ms after the worker froze`);
    expect(goneMs).toBeLessThan(WORKER_SILENT_MAX_MS + BEAT_MS + MARGIN_MS);
    expect(status).toBe(EXIT_INTERNAL);
    expect(log).toMatch(/no heartbeat of the wire worker/);
    expect(files).not.toMatch(/\.pid/);
  });

  it("also while the daemon stops, which does not wait for ever", async () => {
    const { status, log, files } = await played.hungAtStop;
    expect(status).toBe(EXIT_INTERNAL);
    expect(log).toMatch(/did not stop in order/);
    expect(files).not.toMatch(/\.pid/);
  });
});

describe("the ring to the wire worker is full when the daemon stops", () => {
  it("its master says priority 0 and gives its address back", async () => {
    const { zero, holds } = await played.fullRing;
    expect(zero.priority).toBe(0);
    expect(holds).toBe(false);
  });
});

describe("a start fails because the control socket cannot stand", () => {
  it("no address was added", async () => {
    const { status, log, holds } = await played.blocked;
    expect(status).toBe(1);
    expect(log).toMatch(/something that is no socket stands there/);
    expect(log).not.toMatch(/Entering MASTER/);
    expect(holds).toBe(false);
  });
});
