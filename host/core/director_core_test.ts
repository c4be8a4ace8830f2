// The handle of a director: creation, records, and the fast path for frames.

import { describe, expect, it } from "vitest";
import { IFINDEX, OUR_MAC, serverMac, SYN, tcpFrame, VIP } from "../../core-as/testing_director.ts";
import { coreModule } from "../../test/virtual_node.ts";
import { readMac } from "../base/address.ts";
import { STATUS_NOT_OURS, STATUS_OK, VNET_HEADER_SIZE } from "./abi.gen.ts";
import { DirectorCore } from "./director_core.ts";

/** A director with one service and, unless it is to be silent, a real server whose MAC it knows. */
function director(silent = false): DirectorCore {
  const core = DirectorCore.create(coreModule(), { connections: 16, seed: 7 });
  const family = "INET";
  const address = "10.9.0.10";
  expect(core.handleInput(1, { kind: "interface", ifindex: IFINDEX, present: 1, mac: OUR_MAC }))
    .toBe(STATUS_OK);
  core.handleInput(1, {
    kind: "service",
    service: 0,
    family,
    protocol: "TCP",
    port: 80,
    scheduler: "RR",
    state: "NORMAL",
    persistenceS: 0,
    address: VIP,
  });
  const server = { ifindex: IFINDEX, family, address } as const;
  core.handleInput(1, {
    kind: "destination",
    destination: 3,
    service: 0,
    port: 80,
    weight: 1,
    ...server,
  });
  if (!silent) {
    core.handleInput(1, { kind: "neighbour", state: "KNOWN", mac: serverMac(3), ...server });
  }
  return core;
}

/** Puts a frame behind an empty virtio-net header into the buffer; returns its bytes in all. */
function put(core: DirectorCore, frame: Uint8Array): number {
  const buffer = new Uint8Array(core.memory.buffer, core.frameAddress);
  buffer.fill(0, 0, VNET_HEADER_SIZE);
  buffer.set(frame, VNET_HEADER_SIZE);
  return VNET_HEADER_SIZE + frame.length;
}

describe("DirectorCore", () => {
  it("refuses a number of connections that the core does not have", () => {
    for (const connections of [0, 1 << 30]) {
      expect(() => DirectorCore.create(coreModule(), { connections })).toThrow(/does not start/);
    }
  });

  it("readdresses a client's frame in place and says where it goes", () => {
    const core = director();
    const size = put(core, tcpFrame({ flags: SYN }));
    expect(core.frame(2, IFINDEX, size, VNET_HEADER_SIZE)).toBe(STATUS_OK);
    expect([core.verdictSize, core.verdictIfindex]).toEqual([size, IFINDEX]);
    const view = new DataView(core.memory.buffer, core.frameAddress + VNET_HEADER_SIZE);
    expect([readMac(view, 0), readMac(view, 6)]).toEqual([serverMac(3), OUR_MAC]);
    expect(core.destinationStatus(3)).toMatchObject({ active: 1, packets: 1, neighbourKnown: 1 });
    expect(core.serviceStatus(0)).toMatchObject({ connections: 1 });
    expect(core.status()).toMatchObject({ connections: 1, forwarded: 1 });
    expect(core.nextTimeout()).toBeGreaterThan(2);
  });

  it("sends nothing of what is not for a service", () => {
    const core = director();
    const size = put(core, tcpFrame({ destination: "10.9.0.77" }));
    expect(core.frame(2, IFINDEX, size, VNET_HEADER_SIZE)).toBe(STATUS_NOT_OURS);
    expect(core.verdictSize).toBe(0);
  });

  it("asks for the MAC of a destination", () => {
    expect(director(true).pollOutput()).toEqual({
      kind: "neighbourNeeded",
      ifindex: IFINDEX,
      family: "INET",
      address: "10.9.0.10",
    });
  });

  it("has nothing of a service or destination that is not there, and a memory to dump", () => {
    const core = director();
    expect([core.serviceStatus(1), core.destinationStatus(0)]).toEqual([null, null]);
    expect(core.checkpoint().length).toBeGreaterThan(100_000);
  });
});
