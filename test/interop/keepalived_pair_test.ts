// The lab proven with two real keepalived: the published files bring each VIP to its node, and when one node
// dies the other takes over when RFC 3768 says. What vipd does is compared with this.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Capture } from "../lab/capture.ts";
import type { RunningProgram } from "../lab/process.ts";
import { killKeepalived, startKeepalived, untilHolds } from "../lab/keepalived.ts";
import { EXAMPLE } from "../lab/path.ts";
import { ADDRESS, MULTICAST_GROUP, openReferenceLab, VIP1, VIP2 } from "../lab/topology.ts";
import type { ReferenceLab } from "../lab/topology.ts";

/** Three intervals of 1 s and the skew of priority 98 (RFC 3768 6.1). */
const MASTER_DOWN_MS = 3000 + ((256 - 98) / 256) * 1000;

describe("two keepalived with the published files", () => {
  let reference: ReferenceLab;
  let capture: Capture;
  const daemons: RunningProgram[] = [];

  beforeAll(async () => {
    reference = await openReferenceLab("ka-pair", ["node1", "node2"]);
    capture = await Capture.start(reference.lan);
    for (const name of ["node1", "node2"] as const) {
      const configuration = await Deno.readTextFile(`${EXAMPLE}/${name}.conf`);
      daemons.push(await startKeepalived(reference.machine(name), configuration, { args: ["-P"] }));
    }
  });
  afterAll(() => reference[Symbol.asyncDispose]());

  it("brings each VIP to the node with the higher priority, with its label", async () => {
    const [node1, node2] = [reference.machine("node1"), reference.machine("node2")];
    await untilHolds(node1, VIP1);
    await untilHolds(node2, VIP2);
    await untilHolds(node1, VIP2, false);
    await untilHolds(node2, VIP1, false);
    const row = (await node1.addresses()).find((address) => address.address === VIP1);
    expect(row).toMatchObject({ prefixLength: 32, label: "eno16777736:0", validSeconds: null });
  });

  it("advertises as the files say", async () => {
    const advert = await capture.advert({ vrid: 51 }, { from: capture.position });
    expect(advert).toMatchObject({
      source: ADDRESS.node1,
      destination: MULTICAST_GROUP,
      ttl: 255,
      version: 2,
      priority: 100,
      intervalMs: 1000,
      addresses: [VIP1],
    });
    expect(await capture.advert({ vrid: 60 }, { from: capture.position })).toMatchObject({
      source: ADDRESS.node2,
      priority: 100,
      addresses: [VIP2],
    });
  });

  it("node2 takes VI_1 over one master down interval after node1's last advert", async () => {
    const [node1, node2] = [reference.machine("node1"), reference.machine("node2")];
    const from = capture.position;
    await killKeepalived(node1);
    const garp = await capture.gratuitousArp(VIP1, { from, timeoutMs: 10_000 });
    const last = capture.adverts({ vrid: 51, source: ADDRESS.node1 }).at(-1)!;
    const takeoverMs = garp.atMs - last.atMs;
    expect(takeoverMs).toBeGreaterThan(MASTER_DOWN_MS - 1);
    expect(takeoverMs).toBeLessThan(MASTER_DOWN_MS + 500);
    await untilHolds(node2, VIP1);
    // Nobody takes it from the dead node: what vipd's address leases are for.
    expect(await node1.holds(VIP1)).toBe(true);
  });
});
