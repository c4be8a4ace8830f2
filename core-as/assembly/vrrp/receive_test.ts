// Receiving adverts: each check with its status, its counter and its record, in keepalived's order.

import { describe, expect, it } from "vitest";
import {
  type ConfigInstanceInput,
  type Input,
  INSTANCE_SKIP_CHECK_ADV_ADDR,
  type InstanceStatus,
  type StatusName,
} from "../../../host/core/abi.gen.ts";
import {
  type Advert,
  advertInput,
  GROUP4,
  IFINDEX,
  instance,
  ipv4Packet,
  only,
  SECOND,
  vip,
  VirtualNode,
  vrrpMessage,
} from "../../../test/virtual_node.ts";

const PASSWORD = new TextEncoder().encode("12345678");

function node2(): VirtualNode {
  const node = VirtualNode.ready();
  node.configure({
    instances: [instance({ version: 2, authType: "PASS", authData: PASSWORD })],
    vips: [vip()],
  });
  return node;
}

function node3(fields: Partial<ConfigInstanceInput> = {}): VirtualNode {
  const node = VirtualNode.ready();
  node.configure({
    instances: [instance(fields)],
    vips: [vip(fields.family === undefined ? {} : { family: fields.family })],
  });
  return node;
}

const good2: Advert = { version: 2, priority: 150, authType: 1, authData: PASSWORD };

/** Hands in a packet; its status, the refusal told, and the counter that moved. */
function refuse(node: VirtualNode, input: Input): {
  status: StatusName;
  record: ReturnType<typeof only<"refused">>[number] | undefined;
} {
  const status = node.tell(input);
  return { status, record: only(node.drain(), "refused")[0] };
}

function raw(payload: Uint8Array): Input {
  return {
    kind: "packet",
    ifindex: IFINDEX,
    family: "INET",
    hopLimit: 0,
    source: "",
    destination: "",
    payload,
  };
}

/** A packet whose VRRP message was changed after its checksum. */
function damaged(advert: Advert, change: (message: Uint8Array) => void): Input {
  const message = vrrpMessage(advert);
  change(message);
  return raw(ipv4Packet("10.9.0.2", GROUP4, message));
}

describe("receive()", () => {
  const cases: [
    string,
    () => VirtualNode,
    Input,
    StatusName,
    keyof InstanceStatus | null,
    { got?: number; want?: number },
  ][] = [
    ["a header cut short", node3, raw(new Uint8Array(19)), "TRUNCATED", null, {}],
    ["not IPv4", node3, raw(new Uint8Array(40).fill(0x65)), "PROTOCOL", null, {}],
    ["an unknown VRID", node3, advertInput({ priority: 1, vrid: 99 }), "VRID_UNKNOWN", null, {
      got: 99,
    }],
    [
      "our own packet",
      node3,
      advertInput({ priority: 1, source: "10.9.0.1" }),
      "OWN_PACKET",
      null,
      {},
    ],
    ["TTL 254", node3, advertInput({ priority: 150, ttl: 254 }), "TTL", "ttlErrors", {
      got: 254,
      want: 255,
    }],
    ["version 2 for version 3", node3, advertInput(good2), "VERSION", "versionErrors", {
      got: 2,
      want: 3,
    }],
    ["version 3 for version 2", node2, advertInput({ priority: 150 }), "VERSION", "versionErrors", {
      got: 3,
      want: 2,
    }],
    [
      "an address less than counted",
      node3,
      damaged({ priority: 150 }, (m) => m[3] = 200),
      "TRUNCATED",
      "packetLengthErrors",
      { got: 12, want: 808 },
    ],
    [
      "no authentication",
      node2,
      advertInput({ ...good2, authType: 0 }),
      "AUTH_TYPE",
      "authTypeErrors",
      { got: 0, want: 1 },
    ],
    [
      "another password",
      node2,
      advertInput({ ...good2, authData: new Uint8Array(8) }),
      "AUTH_DATA",
      "authDataErrors",
      {},
    ],
    [
      "another interval in version 2",
      node2,
      advertInput({ ...good2, intervalUs: 2 * SECOND }),
      "INTERVAL",
      "intervalErrors",
      { got: 2 * SECOND, want: SECOND },
    ],
    [
      "interval 0 in version 3 (erratum 8301)",
      node3,
      advertInput({ priority: 150, intervalUs: 0 }),
      "INTERVAL",
      "intervalErrors",
      { got: 0 },
    ],
    [
      "type 2",
      node3,
      damaged({ priority: 150 }, (m) => m[0] = 0x32),
      "TYPE",
      "invalidTypeReceived",
      { got: 2, want: 1 },
    ],
    [
      "more bytes than counted",
      node3,
      damaged({ priority: 150, addresses: Array(9).fill("10.9.0.100") }, (m) => m[3] = 2),
      "TOO_LONG",
      "packetLengthErrors",
      { got: 44, want: 16 },
    ],
    [
      "a wrong checksum",
      node3,
      damaged({ priority: 150 }, (m) => m[7]! ^= 1),
      "CHECKSUM",
      "checksumErrors",
      {},
    ],
    [
      "another group",
      node3,
      advertInput({ priority: 150, destination: "224.0.0.19" }),
      "DESTINATION",
      "destinationErrors",
      {},
    ],
    ["a fragment", node3, fragment(), "FRAGMENT", null, {}],
    ["another protocol", node3, otherProtocol(), "PROTOCOL", null, {}],
  ];
  for (const [name, make, input, status, counter, numbers] of cases) {
    it(`refuses ${name} with ${status}`, () => {
      const node = make();
      const before = node.core.nextTimeout();
      const result = refuse(node, input);
      expect(result.status).toBe(status);
      expect(result.record).toMatchObject({ status, ifindex: IFINDEX, count: 1, ...numbers });
      expect(node.core.statusCounters()).toEqual({ [status]: 1 });
      expect(node.core.nextTimeout()).toBe(before);
      if (counter !== null) expect(node.status()[counter]).toBe(1);
      expect(node.status().advertReceived).toBe(0);
    });
  }

  it("names sender and instance of a refusal", () => {
    const { record } = refuse(node3(), advertInput({ priority: 150, ttl: 1 }));
    expect(record).toMatchObject({ source: "10.9.0.2", instance: 0, vrid: 51, family: "INET" });
  });

  it("tells a sender's refusal once a minute and counts those between", () => {
    const node = node3();
    const bad = advertInput({ priority: 150, ttl: 1 });
    expect(refuse(node, bad).record?.count).toBe(1);
    for (let i = 0; i < 5; i++) expect(refuse(node, bad).record).toBeUndefined();
    // Another status and another sender are told.
    expect(refuse(node, advertInput({ priority: 150, vrid: 9 })).record?.status).toBe(
      "VRID_UNKNOWN",
    );
    expect(refuse(node, advertInput({ priority: 1, ttl: 1, source: "10.9.0.3" })).record?.count)
      .toBe(1);
    node.advance(60 * SECOND);
    expect(refuse(node, bad).record?.count).toBe(6);
    expect(node.core.statusCounters()).toEqual({ TTL: 8, VRID_UNKNOWN: 1 });
  });

  it("only counts when the table of senders is full", () => {
    const node = node3();
    const told = Array.from(
      { length: 20 },
      (_, i) => refuse(node, advertInput({ priority: 1, ttl: 1, source: `10.9.1.${i}` })).record,
    );
    expect(told.filter((record) => record !== undefined)).toHaveLength(8);
    expect(node.core.statusCounters().TTL).toBe(20);
  });

  it("takes version 2 with the right password", () => {
    const node = node2();
    expect(node.advert(good2)).toEqual([]);
    expect(node.status().advertReceived).toBe(1);
  });

  it("ignores the authentication data of type 0", () => {
    const node = node3({ version: 2 });
    node.advert({ version: 2, priority: 150, authData: PASSWORD });
    expect(node.status().advertReceived).toBe(1);
  });

  it("tolerates the padding of a minimal Ethernet frame, behind and inside the IP packet", () => {
    const node = node3();
    const message = vrrpMessage({ priority: 150 });
    const packet = ipv4Packet("10.9.0.2", GROUP4, message);
    expect(node.tell(raw(Uint8Array.from([...packet, ...new Uint8Array(14)])))).toBe("OK");
    const inside = ipv4Packet(
      "10.9.0.2",
      GROUP4,
      Uint8Array.from([...message, ...new Uint8Array(14)]),
    );
    expect(node.tell(raw(inside))).toBe("OK");
  });

  it("takes version 3 over IPv6 with the socket's addresses and hop limit", () => {
    const node = node3({ family: "INET6" });
    node.advert({ family: "INET6", priority: 150 });
    expect(node.status()).toMatchObject({ master: "fe80::2", advertReceived: 1 });
    expect(node.tell(advertInput({ family: "INET6", priority: 150, ttl: 64 }))).toBe("TTL");
  });

  it("separates families and interfaces with the same VRID", () => {
    const node = node3();
    expect(node.tell(advertInput({ family: "INET6", priority: 150 }))).toBe("VRID_UNKNOWN");
    const elsewhere = { ...advertInput({ priority: 150 }), ifindex: 3 } as Input;
    expect(node.tell(elsewhere)).toBe("VRID_UNKNOWN");
  });

  it("accepts another address list, counts it and tells it once for a master", () => {
    const node = node3();
    const other: Advert = { priority: 150, addresses: ["10.9.0.77"] };
    expect(only(node.advert(other), "notice")[0]).toMatchObject({
      notice: "ADDRESS_LIST",
      a: 1,
      b: 1,
      peer: "10.9.0.2",
    });
    expect(node.advert(other)).toEqual([]);
    expect(node.status()).toMatchObject({ addressListErrors: 2, advertReceived: 2 });
    expect(only(node.advert({ ...other, source: "10.9.0.3" }), "notice")).toHaveLength(1);
  });

  it("takes the same addresses in another order as the same list", () => {
    const node = VirtualNode.ready();
    const second = vip({ vip: 1, address: "10.9.0.101" });
    node.configure({ instances: [instance()], vips: [vip(), second] });
    node.advert({ priority: 150, addresses: ["10.9.0.101", "10.9.0.100"] });
    expect(node.status().addressListErrors).toBe(0);
  });

  it("skips the address list with skip_check_adv_addr", () => {
    const node = node3({ flags: INSTANCE_SKIP_CHECK_ADV_ADDR });
    node.advert({ priority: 150, addresses: [] });
    expect(node.status().addressListErrors).toBe(0);
  });

  it("counts another version 3 interval until it is learnt", () => {
    const node = node3();
    node.advert({ priority: 150, intervalUs: 2 * SECOND });
    node.advert({ priority: 150, intervalUs: 2 * SECOND });
    expect(node.status()).toMatchObject({ intervalErrors: 1, advertReceived: 2 });
  });
});

function fragment(): Input {
  const packet = ipv4Packet("10.9.0.2", GROUP4, vrrpMessage({ priority: 150 }));
  // More fragments; the header checksum changes with it (RFC 1624).
  packet[6] = 0x20;
  const sum = ((packet[10]! << 8) | packet[11]!) - 0x2000;
  const folded = sum < 0 ? sum + 0xffff : sum;
  packet.set([folded >> 8, folded & 0xff], 10);
  return raw(packet);
}

function otherProtocol(): Input {
  const packet = ipv4Packet("10.9.0.2", GROUP4, vrrpMessage({ priority: 150 }));
  packet[9] = 113;
  const sum = ((packet[10]! << 8) | packet[11]!) - 1;
  packet.set([sum >> 8, sum & 0xff], 10);
  return raw(packet);
}
