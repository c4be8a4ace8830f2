import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type IpvsDestination,
  type IpvsService,
  parseDestination,
  parseService,
  parseTimeouts,
  writeCommand,
  writeDestination,
  writeDestinationKeyOnly,
  writeService,
  writeServiceKey,
  writeTimeouts,
} from "./ipvs_codec.ts";
import { MessageReader, NetlinkWriter } from "./netlink.ts";

const u16le = (value: number) => [value & 0xff, value >> 8];
const u16be = (value: number) => [value >> 8, value & 0xff];
const u32le = (value: number) => [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff);
const text = (value: string) => [...new TextEncoder().encode(value), 0];
const union = (address: Uint8Array) => [...address, ...new Array(16 - address.length).fill(0)];

function attribute(type: number, value: number[]): number[] {
  const bytes = [...u16le(4 + value.length), ...u16le(type), ...value];
  while (bytes.length % 4 !== 0) bytes.push(0);
  return bytes;
}

function obviousKey(service: IpvsService): number[] {
  return [
    ...attribute(1, u16le(service.family)),
    ...(service.fwmark !== 0 ? attribute(5, u32le(service.fwmark)) : [
      ...attribute(2, u16le(service.protocol)),
      ...attribute(3, union(service.address)),
      ...attribute(4, u16be(service.port)),
    ]),
  ];
}

function obviousService(service: IpvsService): number[] {
  const ones = "1".repeat(service.granularity).padEnd(32, "0");
  const mask = [0, 8, 16, 24].map((at) => parseInt(ones.slice(at, at + 8), 2));
  return attribute(1 | 0x8000, [
    ...obviousKey(service),
    ...attribute(6, text(service.scheduler)),
    ...attribute(7, [...u32le(service.flags), 255, 255, 255, 255]),
    ...attribute(8, u32le(service.timeoutS)),
    ...attribute(9, service.family === 2 ? mask : u32le(service.granularity)),
    ...(service.persistenceEngine === "" ? [] : attribute(11, text(service.persistenceEngine))),
  ]);
}

function obviousDestination(destination: IpvsDestination): number[] {
  const { tunnel } = destination;
  return attribute(2 | 0x8000, [
    ...attribute(1, union(destination.address)),
    ...attribute(2, u16be(destination.port)),
    ...attribute(11, u16le(destination.family)),
    ...attribute(3, u32le(destination.method)),
    ...attribute(4, u32le(destination.weight)),
    ...attribute(5, u32le(destination.upperThreshold)),
    ...attribute(6, u32le(destination.lowerThreshold)),
    ...(tunnel === undefined || destination.method !== 2 ? [] : [
      ...attribute(13, [tunnel.type]),
      ...attribute(14, u16be(tunnel.port)),
      ...attribute(15, u16le(tunnel.flags)),
    ]),
  ]);
}

const family = fc.constantFrom<2 | 10>(2, 10);
const addressOf = (of: 2 | 10) =>
  fc.uint8Array({ minLength: of === 2 ? 4 : 16, maxLength: of === 2 ? 4 : 16 });
const port = fc.integer({ min: 0, max: 65_535 });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const service: fc.Arbitrary<IpvsService> = family.chain((of) =>
  fc.record({
    family: fc.constant(of),
    fwmark: fc.constantFrom(0, 0, 7, 0xffff_ffff),
    protocol: fc.constantFrom(6, 17, 132),
    address: addressOf(of),
    port,
    scheduler: fc.constantFrom("rr", "wlc", "fifteen-bytes-x"),
    flags: u32,
    timeoutS: u32,
    granularity: fc.integer({ min: 0, max: of === 2 ? 32 : 128 }),
    persistenceEngine: fc.constantFrom("", "sip"),
  })
);
const destination: fc.Arbitrary<IpvsDestination> = family.chain((of) =>
  fc.record({
    family: fc.constant(of),
    address: addressOf(of),
    port,
    method: fc.constantFrom(0, 1, 2, 3),
    weight: u32,
    upperThreshold: u32,
    lowerThreshold: u32,
    tunnel: fc.record({
      type: fc.constantFrom(0, 1, 2),
      port,
      flags: fc.constantFrom(0, 1, 2),
    }),
  })
);

/** Bytes of what `write` writes into a used buffer, and a reader standing on the message. */
function written(write: (writer: NetlinkWriter) => void) {
  const writer = new NetlinkWriter();
  writer.memory.bytes.fill(0xa5);
  writer.begin(30, 0);
  writeCommand(writer, 1);
  write(writer);
  writer.end();
  const reader = new MessageReader(writer.memory.view, writer.length);
  reader.next();
  return { bytes: [...writer.memory.bytes.subarray(20, writer.length)], reader };
}

describe("writeService() and parseService()", () => {
  it("equal the obvious encoder and read back what was written", () => {
    fc.assert(fc.property(service, (value) => {
      const { bytes, reader } = written((writer) => writeService(writer, value));
      expect(bytes).toEqual(obviousService(value));
      const back = parseService(reader)!;
      expect(reader.error).toBe(null);
      const { address, port, protocol, ...rest } = value;
      expect(back).toMatchObject(value.fwmark !== 0 ? rest : { ...rest, address, port, protocol });
    }));
  });

  it("writeServiceKey() writes the key alone", () => {
    fc.assert(fc.property(service, (value) => {
      const { bytes } = written((writer) => writeServiceKey(writer, value));
      expect(bytes).toEqual(attribute(1 | 0x8000, obviousKey(value)));
    }));
  });
});

describe("writeDestination() and parseDestination()", () => {
  it("equal the obvious encoder and read back what was written", () => {
    fc.assert(fc.property(destination, (value) => {
      const { bytes, reader } = written((writer) => writeDestination(writer, value));
      expect(bytes).toEqual(obviousDestination(value));
      const { tunnel, ...rest } = value;
      expect(parseDestination(reader, 2)).toMatchObject(
        value.method === 2 ? { ...rest, tunnel } : rest,
      );
      expect(reader.error).toBe(null);
    }));
  });

  it("writeDestinationKeyOnly() writes the key alone", () => {
    fc.assert(fc.property(destination, (value) => {
      const { bytes } = written((writer) => writeDestinationKeyOnly(writer, value));
      expect(bytes).toEqual(attribute(2 | 0x8000, [
        ...attribute(1, union(value.address)),
        ...attribute(2, u16be(value.port)),
        ...attribute(11, u16le(value.family)),
      ]));
    }));
  });
});

describe("parsers of IPVS answers", () => {
  it("read counters of both widths, the 64 bit ones winning", () => {
    const counters = (wide: boolean, by: number) =>
      [1, 2, 3, 4, 5].flatMap((type) => {
        const value = type * by;
        const u64 = wide || type > 3;
        return attribute(type, u64 ? [...u32le(value), ...u32le(wide ? 1 : 0)] : u32le(value));
      });
    for (const wide of [false, true]) {
      const { reader } = written((writer) => {
        const nest = writer.openNested(1);
        writer.bytes(Uint8Array.from(attribute(10 | 0x8000, counters(false, 100))));
        if (wide) writer.bytes(Uint8Array.from(attribute(12 | 0x8000, counters(true, 1000))));
        writer.closeNested(nest);
      });
      const high = 2 ** 32;
      expect(parseService(reader)!.counters).toEqual(
        wide
          ? {
            connections: high + 1000,
            packetsIn: high + 2000,
            packetsOut: high + 3000,
            bytesIn: high + 4000,
            bytesOut: high + 5000,
          }
          : { connections: 100, packetsIn: 200, packetsOut: 300, bytesIn: 400, bytesOut: 500 },
      );
    }
  });

  it("parseTimeouts() reads what writeTimeouts() wrote", () => {
    const timeouts = { tcpS: 900, tcpFinS: 120, udpS: 300 };
    expect(parseTimeouts(written((writer) => writeTimeouts(writer, timeouts)).reader))
      .toEqual(timeouts);
  });

  it("never throw, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 20, maxLength: 300 }), (bytes) => {
        const copy = bytes.slice();
        const view = new DataView(copy.buffer);
        view.setUint32(0, copy.length, true);
        // The first attribute is a nest over all the rest: its members are what is fuzzed.
        if (copy.length >= 24) {
          view.setUint16(20, copy.length - 20, true);
          view.setUint16(22, 0x8000 | (1 + (copy[22]! & 1)), true);
        }
        for (const parse of [parseService, parseTimeouts]) {
          const reader = new MessageReader(view, copy.length);
          if (reader.next()) parse(reader);
        }
        const reader = new MessageReader(view, copy.length);
        if (reader.next()) parseDestination(reader, 10);
      }),
      { numRuns: 2000 },
    );
  });
});
