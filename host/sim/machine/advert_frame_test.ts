// The frames of adverts against those that keepalived and the kernel sent for the same configuration
// (test/golden).

import { describe, expect, it } from "vitest";
import { PACKET_OUTPUT_SIZE, writePacketOutput } from "../../core/abi.gen.ts";
import { readGolden } from "../../../test/golden/golden.ts";
import {
  instance,
  only,
  type Parts,
  SECOND,
  vip,
  VirtualNode,
} from "../../../test/virtual_node.ts";
import { advertFrame } from "./advert_frame.ts";

const MAC = "02:00:00:00:00:01";
const LINK_LOCAL = "fe80::ff:fe00:1";

/** The adverts that a core sends as MASTER with a configuration, and the one of its stop. */
function framesOf(parts: Parts): Uint8Array[] {
  const node = VirtualNode.ready("10.9.0.1", LINK_LOCAL);
  const outputs = [
    ...node.configure(parts),
    ...node.advance(12 * SECOND),
    ...node.command("STOP"),
  ];
  return only(outputs, "packet").map((packet) => {
    const record = new Uint8Array(PACKET_OUTPUT_SIZE + packet.payload.length);
    writePacketOutput(new DataView(record.buffer), 0, packet);
    return advertFrame(record, MAC);
  });
}

const password = new TextEncoder().encode("12345678");

/** test/golden/capture.ts has the same as keepalived.conf. */
const CASES: [string, Parts][] = [
  ["vrrp2_pass", {
    instances: [
      instance({ version: 2, priority: 110, authType: "PASS", authData: password }),
    ],
    vips: [vip(), vip({ vip: 1, address: "10.9.0.101" })],
  }],
  ["vrrp2_none", {
    instances: [
      instance({ version: 2, vrid: 52, priority: 120, advertisementIntervalUs: 2 * SECOND }),
    ],
    vips: [vip({ address: "10.9.0.102" })],
  }],
  ["vrrp3_ipv4", {
    instances: [instance({ vrid: 53, priority: 110, advertisementIntervalUs: SECOND / 2 })],
    vips: [vip({ address: "10.9.0.103" })],
  }],
  ["vrrp3_ipv6", {
    instances: [
      instance({
        family: "INET6",
        vrid: 54,
        priority: 110,
        advertisementIntervalUs: SECOND / 2,
      }),
    ],
    vips: [
      vip({ family: "INET6" }),
      vip({ vip: 1, family: "INET6", address: "fd00:9::99" }),
    ],
  }],
];

/** Bytes of the IPv4 identification, which counts, and of the header checksum over it. */
const COUNTED = [18, 19, 24, 25];

function withoutCount(frame: Uint8Array): number[] {
  const isIpv4 = frame[12] === 0x08;
  return [...frame].map((byte, at) => isIpv4 && COUNTED.includes(at) ? 0 : byte);
}

describe("advertFrame()", () => {
  it.each(CASES)("is what stood on the wire: first advert of %s", (name, parts) => {
    expect(framesOf(parts)[0]).toEqual(readGolden(name).bytes);
  });

  it.each(CASES)("is what stood on the wire: resignation of %s", (name, parts) => {
    // The identification counts the adverts before it.
    const last = framesOf(parts).at(-1)!;
    expect(withoutCount(last)).toEqual(withoutCount(readGolden(`${name}_resign`).bytes));
  });

  it("refuses a MAC that is none", () => {
    expect(() => advertFrame(new Uint8Array(PACKET_OUTPUT_SIZE), "02:00")).toThrow("02:00");
  });
});
