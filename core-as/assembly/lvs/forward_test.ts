// What becomes of frames: what is rewritten and what is not, what is left to the local stack, answers,
// ICMP errors, neighbours, and that no bytes whatever trap. Frames are golden ones (test/golden) and
// ones made here.

import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { readGolden } from "../../../test/golden/golden.ts";
import { formatAddress } from "../../../host/base/address.ts";
import {
  FRAME_SIZE_MAX,
  ID_NONE,
  type NeighbourStateName,
  type Output,
} from "../../../host/core/abi.gen.ts";
import {
  ACK,
  CLIENT,
  CLIENT6,
  CLIENT_MAC,
  FIN,
  type FrameParts,
  IFINDEX,
  internetChecksum,
  ipFrame,
  OUR_MAC,
  pseudoHeader,
  RST,
  serverAddress,
  serverMac,
  SYN,
  tcpFrame,
  TestDirector,
  udpFrame,
  VIP,
  VIP6,
} from "../../testing_director.ts";

const SECOND = 1_000_000;

/** Services on VIP and VIP6, TCP 80 and 5001, UDP 5000, one destination each. */
function lab(): TestDirector {
  const director = new TestDirector();
  director.service(0, "WLC");
  director.service(1, "WLC", { port: 5001 });
  director.service(2, "WLC", { port: 5000, protocol: "UDP" });
  director.service(3, "WLC", { family: "INET6", address: VIP6 });
  director.service(4, "WLC", { family: "INET6", address: VIP6, port: 5000, protocol: "UDP" });
  for (let i = 0; i < 3; i++) director.destination(i, i, 1);
  for (let i = 3; i < 5; i++) {
    director.destination(i, i, 1, { family: "INET6", address: `fd00:9::1:${i}` });
  }
  director.outputs();
  return director;
}

function mac(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(":");
}

/** The frame as it should leave: both MACs, and TTL with its checksum. */
function readdressed(frame: Uint8Array, destination: number): Uint8Array {
  const expected = frame.slice();
  const parse = (text: string) => text.split(":").map((part) => parseInt(part, 16));
  expected.set(parse(serverMac(destination)), 0);
  expected.set(parse(OUR_MAC), 6);
  if (expected[12] === 0x08) {
    expected[22]!--;
    expected.set([0, 0], 24);
    const header = (expected[14]! & 15) * 4;
    const sum = internetChecksum([...expected.subarray(14, 14 + header)]);
    expected.set([sum >> 8, sum & 255], 24);
  } else expected[21]!--;
  return expected;
}

/** The fields of an answer that matter; throws when a checksum is wrong. */
function readAnswer(frame: Uint8Array) {
  const v4 = frame[12] === 0x08;
  const view = new DataView(frame.buffer, frame.byteOffset);
  const at = v4 ? 34 : 54;
  const length = v4 ? view.getUint16(16) - 20 : view.getUint16(18);
  expect(frame.length).toBe(at + length);
  if (v4) expect(internetChecksum([...frame.subarray(14, 34)])).toBe(0);
  const source = frame.subarray(v4 ? 26 : 22, v4 ? 30 : 38);
  const destination = frame.subarray(v4 ? 30 : 38, v4 ? 34 : 54);
  const protocol = v4 ? frame[23]! : frame[20]!;
  const pseudo = protocol === 1 ? [] : pseudoHeader(source, destination, protocol, length);
  expect(internetChecksum([...pseudo, ...frame.subarray(at)])).toBe(0);
  return {
    toMac: mac(frame.subarray(0, 6)),
    fromMac: mac(frame.subarray(6, 12)),
    source: formatAddress(source),
    destination: formatAddress(destination),
    ttl: v4 ? frame[22]! : frame[21]!,
    protocol,
    payload: frame.slice(at),
  };
}

describe("a frame for a service", () => {
  it("leaves as it came but for MACs and TTL (golden frames of the kernel)", () => {
    for (
      const [name, destination] of [["tcp_ipv4_syn", 1], ["udp_ipv4", 2], ["udp_ipv6", 4]] as const
    ) {
      const { bytes } = readGolden(name);
      expect(lab().frame(bytes)).toEqual({
        status: "OK",
        sent: { ifindex: IFINDEX, destination, bytes: readdressed(bytes, destination) },
      });
    }
  });

  it("keeps IPv4 options, padding and payload", () => {
    const padded = new Uint8Array(80);
    padded.set(tcpFrame({ ipOptions: new Uint8Array([1, 1, 1, 0]), payload: new Uint8Array([9]) }));
    expect(lab().frame(padded).sent?.bytes).toEqual(readdressed(padded, 0));
  });

  it("updates the header checksum right for every TTL and any header (RFC 1624)", () => {
    const director = lab();
    fc.assert(fc.property(fc.integer({ min: 2, max: 255 }), fc.nat(255), (ttl, last) => {
      const frame = tcpFrame({ ttl, source: `10.9.0.${last}`, flags: SYN });
      expect(director.frame(frame).sent?.bytes).toEqual(readdressed(frame, 0));
    }));
  });

  it("does not look at checksums of TCP and UDP: virtual links leave them partial", () => {
    const frame = tcpFrame({});
    frame[14 + 20 + 16]! ^= 0xff;
    expect(lab().frame(frame).status).toBe("OK");
  });

  it("passes the virtio-net header and a GSO frame of 64 KiB on unchanged", () => {
    const director = lab();
    const syn = new Uint8Array([...new Array(10).fill(0), ...tcpFrame({})]);
    expect(director.frame(syn, { vnetHeaderLength: 10 }).status).toBe("OK");
    const payload = Uint8Array.from({ length: 65_535 - 40 }, (_, i) => i);
    const data = tcpFrame({ flags: ACK, payload });
    const header = [1, 1, 54, 0, 0xb4, 0x05, 34, 0, 16, 0];
    const frame = new Uint8Array([...header, ...data]);
    const sent = director.frame(frame, { vnetHeaderLength: 10 }).sent!.bytes;
    expect([...sent.subarray(0, 10)]).toEqual(header);
    expect(sent.subarray(10)).toEqual(readdressed(data, 0));
  });

  it("takes the same way by the fast path, in place", () => {
    const director = lab();
    const frame = tcpFrame({});
    expect(director.fastFrame(frame)).toBe("OK");
    expect(director.verdict()).toEqual({
      status: "OK",
      ifindex: IFINDEX,
      destination: 0,
      frameSize: frame.length,
    });
    const at = director.core.u32("directorFrameBuffer");
    expect(director.core.take(at, frame.length)).toEqual(readdressed(frame, 0));
    expect(director.core.u32("pollOutput")).toBe(0);
    expect(director.fastFrame(udpFrame({ destinationPort: 9 }))).toBe("NOT_OURS");
    expect(director.verdict()).toMatchObject({ ifindex: 0, destination: ID_NONE, frameSize: 0 });
  });

  it("goes out by the destination's interface with that one's MAC", () => {
    const director = lab();
    director.ok({ kind: "interface", ifindex: 9, present: 1, mac: "02:00:00:00:09:09" });
    director.destination(0, 0, 1, { ifindex: 9 });
    const sent = director.frame(tcpFrame({})).sent!;
    expect(sent.ifindex).toBe(9);
    expect(mac(sent.bytes.subarray(6, 12))).toBe("02:00:00:00:09:09");
  });

  it("is counted for destination, service and director, in bytes of IP", () => {
    const director = lab();
    director.frame(tcpFrame({}));
    director.frame(tcpFrame({ flags: ACK, payload: new Uint8Array(100) }));
    const expected = { connections: 1, packets: 2, bytes: 180 };
    expect(director.destinationStatus(0)).toMatchObject(expected);
    expect(director.serviceStatus(0)).toMatchObject(expected);
    expect(director.status()).toMatchObject({ forwarded: 2, notOurs: 0 });
  });
});

describe("a frame that is left to the local stack", () => {
  const cases: [name: string, frame: Uint8Array][] = [
    ["another port", tcpFrame({ destinationPort: 81 })],
    ["another protocol on the port", udpFrame({})],
    ["another address", tcpFrame({ destination: "10.9.0.3" })],
    ["a ping", ipFrame(1, new Uint8Array([8, 0, 0xf7, 0xff, 0, 0, 0, 0]), -1, {})],
    ["another protocol", ipFrame(112, new Uint8Array(20), -1, {})],
    ["ARP", readGolden("arp_gratuitous").bytes],
    ["a frame for another station", tcpFrame({ destinationMac: "02:00:00:00:00:55" })],
    ["a broadcast", tcpFrame({ destinationMac: "ff:ff:ff:ff:ff:ff" })],
    [
      "an IPv6 extension header",
      ipFrame(0, new Uint8Array(28), -1, { destination: VIP6, source: CLIENT6 }),
    ],
  ];
  for (const [name, frame] of cases) {
    it(name, () => {
      const director = lab();
      expect(director.frame(frame)).toEqual({ status: "NOT_OURS", sent: null });
      expect(director.status()).toMatchObject({ notOurs: 1, connections: 0 });
    });
  }

  it("comes by an interface the director does not know", () => {
    expect(lab().frame(tcpFrame({}), { ifindex: 8 }).status).toBe("NOT_OURS");
    const director = lab();
    director.ok({ kind: "interface", ifindex: IFINDEX, present: 0, mac: "" });
    expect(director.frame(tcpFrame({})).status).toBe("NOT_OURS");
  });

  it("belongs to a service that is LOCAL, and leaves no entry", () => {
    const director = lab();
    director.service(0, "WLC", { state: "LOCAL" });
    for (const flags of [SYN, ACK, RST]) {
      expect(director.frame(tcpFrame({ flags }))).toEqual({ status: "LOCAL", sent: null });
    }
    expect(director.status()).toMatchObject({ connections: 0, local: 3 });
    director.service(0, "WLC");
    expect(director.frame(tcpFrame({})).status).toBe("OK");
  });

  it("is a fragment", () => {
    const frame = tcpFrame({});
    frame[20] = 0x20;
    const sum = () =>
      internetChecksum([...frame.subarray(14, 24), 0, 0, ...frame.subarray(26, 34)]);
    frame.set([sum() >> 8, sum() & 255], 24);
    expect(lab().frame(frame)).toEqual({ status: "FRAGMENT", sent: null });
  });

  it("does not tell an IPv6 service from an IPv4 one by its first bytes", () => {
    const director = lab();
    director.service(7, "RR", { family: "INET6", address: "a09:2::", port: 8080 });
    expect(director.frame(tcpFrame({ destinationPort: 8080 })).status).toBe("NOT_OURS");
  });
});

describe("a TCP segment of no connection", () => {
  for (const [source, destination] of [[CLIENT, VIP], [CLIENT6, VIP6]] as const) {
    it(`is reset with its acknowledgment as sequence number (${destination})`, () => {
      const director = lab();
      const parts: FrameParts = {
        source,
        destination,
        flags: ACK,
        sequence: 5,
        acknowledgment: 77,
      };
      const { status, sent } = director.frame(tcpFrame({ ...parts, payload: new Uint8Array(30) }));
      expect(status).toBe("NO_CONNECTION");
      expect(sent).toMatchObject({ ifindex: IFINDEX, destination: ID_NONE });
      const answer = readAnswer(sent!.bytes);
      expect(answer).toMatchObject({
        toMac: CLIENT_MAC,
        fromMac: OUR_MAC,
        source: destination,
        destination: source,
        ttl: 64,
        protocol: 6,
      });
      const segment = new DataView(answer.payload.buffer);
      expect([segment.getUint16(0), segment.getUint16(2)]).toEqual([80, 40000]);
      expect([segment.getUint32(4), segment.getUint32(8)]).toEqual([77, 0]);
      expect(segment.getUint8(13)).toBe(RST);
    });
  }

  it("without ACK is reset with an acknowledgment of all it took (RFC 9293 3.10.7.1)", () => {
    const frame = tcpFrame({ flags: FIN, sequence: 0xffff_fff0, payload: new Uint8Array(30) });
    const answer = readAnswer(lab().frame(frame).sent!.bytes);
    const segment = new DataView(answer.payload.buffer);
    expect([segment.getUint32(4), segment.getUint32(8)]).toEqual([0, 15]);
    expect(segment.getUint8(13)).toBe(RST | ACK);
  });

  it("is not answered when it is a reset itself", () => {
    expect(lab().frame(tcpFrame({ flags: RST | ACK }))).toEqual({
      status: "NO_CONNECTION",
      sent: null,
    });
  });

  it("is not answered to an address that is nobody's", () => {
    for (const source of ["0.0.0.0", "224.0.0.1", "255.255.255.255"]) {
      expect(lab().frame(tcpFrame({ source, flags: ACK })).sent).toBe(null);
    }
  });

  it("is answered ANSWER_PER_SECOND_MAX times a second, no more", () => {
    const director = lab();
    const answers = () => {
      let count = 0;
      for (let i = 0; i < 1200; i++) {
        director.fastFrame(tcpFrame({ flags: ACK, sourcePort: i }));
        if (director.verdict().frameSize > 0) count++;
      }
      return count;
    };
    expect(answers()).toBe(1000);
    director.pass(SECOND);
    expect(answers()).toBe(1000);
    expect(director.status()).toMatchObject({ answered: 2000, noConnection: 2400 });
  });

  it("gets a zeroed virtio-net header before the answer", () => {
    const frame = new Uint8Array([...new Array(10).fill(0xa5), ...tcpFrame({ flags: ACK })]);
    const { sent } = lab().frame(frame, { vnetHeaderLength: 10 });
    expect([...sent!.bytes.subarray(0, 10)]).toEqual(new Array(10).fill(0));
    readAnswer(sent!.bytes.subarray(10));
  });
});

describe("a service without an available destination", () => {
  for (const [source, destination] of [[CLIENT, VIP], [CLIENT6, VIP6]] as const) {
    it(`answers port unreachable with what it quotes (${destination})`, () => {
      const director = lab();
      director.remove(0);
      director.destination(3, 3, 0, { family: "INET6", address: "fd00:9::1:3" });
      const v4 = destination === VIP;
      for (const size of [0, 1000]) {
        const frame = tcpFrame({ source, destination, payload: new Uint8Array(size).fill(7) });
        const { status, sent } = director.frame(frame);
        expect(status).toBe("NO_DESTINATION");
        const answer = readAnswer(sent!.bytes);
        expect(answer).toMatchObject({ source: destination, destination: source });
        expect(answer.protocol).toBe(v4 ? 1 : 58);
        expect([...answer.payload.subarray(0, 2)]).toEqual(v4 ? [3, 3] : [1, 4]);
        const quoted = frame.subarray(14, 14 + 548);
        expect(answer.payload.subarray(8)).toEqual(quoted);
      }
      expect(director.serviceStatus(v4 ? 0 : 3).noDestination).toBe(2);
    });
  }

  it("is told once", () => {
    const director = lab();
    director.remove(0);
    const told: Output[] = [];
    for (let i = 0; i < 3; i++) {
      const payload = tcpFrame({ sourcePort: i + 1 });
      director.input({ kind: "frame", ifindex: IFINDEX, vnetHeaderLength: 0, payload });
      told.push(...director.outputs().filter((output) => output.kind === "directorNotice"));
    }
    expect(told).toEqual([
      { kind: "directorNotice", notice: "NO_DESTINATION", service: 0, count: 1 },
    ]);
  });
});

describe("TTL and hop limit", () => {
  for (const [source, destination] of [[CLIENT, VIP], [CLIENT6, VIP6]] as const) {
    it(`that are used up are answered with time exceeded (${destination})`, () => {
      for (const ttl of [0, 1]) {
        const director = lab();
        const { status, sent } = director.frame(tcpFrame({ source, destination, ttl }));
        expect(status).toBe("TTL_EXPIRED");
        const { payload } = readAnswer(sent!.bytes);
        expect([...payload.subarray(0, 2)]).toEqual(destination === VIP ? [11, 0] : [3, 0]);
        expect(director.status()).toMatchObject({ ttlExpired: 1, connections: 0 });
      }
    });
  }
});

/** An ICMP error from a router about a packet that a real server sent from the VIP to the client. */
function icmpError(type: number, quoted: Uint8Array, v4 = true): Uint8Array {
  const message = new Uint8Array(8 + quoted.length);
  message[0] = type;
  message[1] = 4;
  message.set(quoted, 8);
  const sum = internetChecksum([...message]);
  if (v4) message.set([sum >> 8, sum & 255], 2);
  return v4
    ? ipFrame(1, message, -1, { source: "192.0.2.1" })
    : ipFrame(58, message, 2, { source: "2001:db8::1", destination: VIP6 });
}

describe("an ICMP error about a connection", () => {
  const reply: FrameParts = { source: VIP, destination: CLIENT, sourcePort: 80 };
  const quote = (parts: FrameParts) => tcpFrame({ destinationPort: 40000, ...reply, ...parts });

  for (const type of [3, 4, 11, 12]) {
    it(`goes to the connection's server (type ${type})`, () => {
      const director = lab();
      director.frame(tcpFrame({}));
      const before = director.core.f64("nextTimeout");
      director.pass(SECOND);
      const frame = icmpError(type, quote({}).slice(14, 14 + 28));
      expect(director.frame(frame)).toEqual({
        status: "OK",
        sent: { ifindex: IFINDEX, destination: 0, bytes: readdressed(frame, 0) },
      });
      // It neither moves the connection nor keeps it alive.
      expect(director.core.f64("nextTimeout")).toBe(before);
      expect(director.destinationStatus(0)).toMatchObject({ active: 1, packets: 2 });
    });
  }

  it("goes to the connection's server over IPv6", () => {
    const director = lab();
    director.frame(tcpFrame({ source: CLIENT6, destination: VIP6 }));
    const quoted = tcpFrame({
      source: VIP6,
      destination: CLIENT6,
      sourcePort: 80,
      destinationPort: 40000,
    });
    const frame = icmpError(2, quoted.slice(14), false);
    expect(director.frame(frame).sent).toMatchObject({ destination: 3 });
  });

  it("is left to the local stack when there is no such connection", () => {
    const director = lab();
    expect(director.frame(icmpError(3, quote({}).slice(14))).status).toBe("NOT_OURS");
    director.frame(tcpFrame({}));
    const others = [
      icmpError(3, quote({ destinationPort: 40001 }).slice(14)),
      icmpError(3, quote({ source: "10.9.0.9" }).slice(14)),
      icmpError(0, quote({}).slice(14)),
      icmpError(3, udpFrame({ ...reply, destinationPort: 40000 }).slice(14)),
      icmpError(3, ipFrame(112, new Uint8Array(20), -1, reply).slice(14)),
    ];
    for (const frame of others) {
      expect(director.frame(frame)).toEqual({ status: "NOT_OURS", sent: null });
    }
  });

  it("is refused when it quotes too little", () => {
    const director = lab();
    director.frame(tcpFrame({}));
    const whole = quote({}).slice(14, 14 + 28);
    for (let size = 0; size < whole.length; size++) {
      expect(director.frame(icmpError(3, whole.slice(0, size))).status).toBe("TRUNCATED");
    }
  });
});

describe("neighbours", () => {
  it("are asked for when a destination comes, and once a second while frames wait", () => {
    const director = new TestDirector();
    director.service(0, "WLC");
    director.destination(0, 0, 1, {}, true);
    const asked: Output = {
      kind: "neighbourNeeded",
      ifindex: IFINDEX,
      family: "INET",
      address: serverAddress(0),
    };
    expect(director.outputs()).toEqual([asked]);
    const send = () => {
      const payload = tcpFrame({});
      const status = director.input({
        kind: "frame",
        ifindex: IFINDEX,
        vnetHeaderLength: 0,
        payload,
      });
      return [status, director.outputs()];
    };
    expect(send()).toEqual(["NO_NEIGHBOUR", []]);
    director.pass(SECOND);
    expect(send()).toEqual(["NO_NEIGHBOUR", [asked]]);
    expect(send()).toEqual(["NO_NEIGHBOUR", []]);
    expect(director.destinationStatus(0)).toMatchObject({ neighbourKnown: 0, active: 1 });
    director.destination(0, 0, 1);
    expect(director.frame(tcpFrame({})).status).toBe("OK");
    expect(director.destinationStatus(0)).toMatchObject({ neighbourKnown: 1, connections: 1 });
  });

  const told = (director: TestDirector, state: NeighbourStateName, address: string, mac = "") =>
    director.input({ kind: "neighbour", ifindex: IFINDEX, family: "INET", state, address, mac });

  it("that the kernel forgot stay in use and are asked for; failed ones do not", () => {
    const director = lab();
    director.pass(2 * SECOND);
    expect(told(director, "FORGOTTEN", serverAddress(0))).toBe("OK");
    expect(director.outputs().map((output) => output.kind)).toEqual(["neighbourNeeded"]);
    expect(director.frame(tcpFrame({})).status).toBe("OK");
    expect(told(director, "FAILED", serverAddress(0))).toBe("OK");
    expect(director.frame(tcpFrame({})).status).toBe("NO_NEIGHBOUR");
  });

  it("are shared by all destinations of one address, and follow a new MAC", () => {
    const director = lab();
    director.destination(1, 8, 1, { address: serverAddress(0), port: 5001 });
    director.remove(1);
    expect(told(director, "KNOWN", serverAddress(0), "02:00:00:00:77:77")).toBe("OK");
    for (const destinationPort of [80, 5001]) {
      const sent = director.frame(tcpFrame({ destinationPort })).sent!;
      expect(mac(sent.bytes.subarray(0, 6))).toBe("02:00:00:00:77:77");
    }
  });

  it("of no destination are ignored, and MACs of no station refused", () => {
    const director = lab();
    expect(told(director, "KNOWN", "10.9.99.99", "02:00:00:00:77:77")).toBe("OK");
    for (const bad of ["", "ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:12"]) {
      expect(told(director, "KNOWN", serverAddress(0), bad)).toBe("RECORD_VALUE");
    }
    expect(director.frame(tcpFrame({})).status).toBe("OK");
  });
});

describe("no bytes trap", () => {
  const seeds = [
    tcpFrame({}),
    tcpFrame({ flags: ACK, payload: new Uint8Array(9) }),
    tcpFrame({ source: CLIENT6, destination: VIP6 }),
    udpFrame({ destinationPort: 5000 }),
    udpFrame({ destinationPort: 5000, source: CLIENT6, destination: VIP6 }),
    icmpError(3, tcpFrame({ source: VIP, destination: CLIENT, sourcePort: 80 }).slice(14)),
    icmpError(2, tcpFrame({ source: VIP6, destination: CLIENT6, sourcePort: 80 }).slice(14), false),
  ];

  it("of a frame cut at every length", () => {
    const director = lab();
    for (const frame of seeds) {
      for (let size = 0; size < frame.length; size++) {
        const { sent } = director.frame(frame.slice(0, size));
        // A cut frame never goes to a real server.
        expect(sent === null || sent.destination === ID_NONE).toBe(true);
      }
    }
  });

  it("of a frame with any single bit turned", () => {
    const director = lab();
    for (const frame of seeds) {
      for (let bit = 0; bit < frame.length * 8; bit++) {
        const turned = frame.slice();
        turned[bit >> 3]! ^= 1 << (bit & 7);
        director.frame(turned);
      }
    }
    expect(director.status().connections).toBeGreaterThan(0);
  });

  it("of random frames and headers", () => {
    const director = lab();
    fc.assert(
      fc.property(
        fc.nat(seeds.length - 1),
        fc.array(fc.tuple(fc.nat(120), fc.nat(255)), { maxLength: 8 }),
        fc.uint8Array({ maxLength: 64 }),
        fc.constantFrom(0, 10, 1, 0xffff_ffff),
        fc.nat(3),
        (seed, changes, tail, vnetHeaderLength, mode) => {
          const frame = new Uint8Array([...seeds[seed]!, ...tail]);
          // From byte 12 on, so that most frames are still for us.
          for (const [at, value] of changes) frame[12 + at % (frame.length - 12)] = value;
          const bytes = mode === 0 ? tail : frame;
          director.frame(bytes, { vnetHeaderLength });
          director.fastFrame(bytes, IFINDEX, vnetHeaderLength);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it("of a frame of any size up to the buffer's", () => {
    const director = lab();
    for (const size of [0, 13, 14, 1514, 65_535, FRAME_SIZE_MAX]) {
      director.frame(new Uint8Array(size).fill(0xa5));
    }
    expect(director.fastFrame(new Uint8Array(FRAME_SIZE_MAX + 1))).toBe("RECORD_SIZE");
    expect(director.verdict().frameSize).toBe(0);
  });
});
