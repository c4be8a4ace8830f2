import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type AttributeReader,
  MessageReader,
  NetlinkWriter,
  NLM_F_ACK_TLVS,
  NLM_F_CAPPED,
  NLMSG_DONE,
  NLMSG_ERROR,
} from "./netlink.ts";
import { failureOf } from "./netlink_socket.ts";
import {
  type AddressRequest,
  parseAddressMessage,
  parseLink,
  parseNeighbour,
  parseRoute,
  RTM_NEWADDR,
  writeNewAddress,
} from "./route_codec.ts";

type Tree = { type: number; value: Uint8Array } | { type: number; nested: Tree[] };

const tree: fc.Arbitrary<Tree> = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3 },
    fc.record({ type: fc.integer({ min: 1, max: 500 }), value: fc.uint8Array({ maxLength: 40 }) }),
    fc.record({
      type: fc.integer({ min: 1, max: 500 }),
      nested: fc.array(tie("tree"), { maxLength: 4 }),
    }),
  ),
})).tree;

/** The obvious encoder: arrays of numbers, nothing shared with the writer. */
function obvious(node: Tree): number[] {
  const nested = "nested" in node;
  const value = nested ? node.nested.flatMap(obvious) : [...node.value];
  const length = 4 + value.length;
  const type = node.type | (nested ? 0x8000 : 0);
  const bytes = [length & 0xff, length >> 8, type & 0xff, type >> 8, ...value];
  while (bytes.length % 4 !== 0) bytes.push(0);
  return bytes;
}

function write(writer: NetlinkWriter, node: Tree): void {
  if ("value" in node) return writer.attribute(node.type, node.value);
  const at = writer.openNested(node.type);
  node.nested.forEach((child) => write(writer, child));
  writer.closeNested(at);
}

function read(reader: AttributeReader, like: Tree[]): Tree[] {
  const out: Tree[] = [];
  while (reader.next()) {
    const { type } = reader;
    const model = like[out.length];
    out.push(
      model && "nested" in model
        ? { type, nested: read(reader.nested(), model.nested) }
        : { type, value: reader.bytes() },
    );
  }
  return out;
}

function bytesOf(writer: NetlinkWriter): Uint8Array {
  return writer.memory.bytes.slice(0, writer.length);
}

describe("NetlinkWriter and readers", () => {
  it("write what the obvious encoder writes, and read it back", () => {
    fc.assert(fc.property(fc.array(tree, { maxLength: 5 }), (trees) => {
      const writer = new NetlinkWriter();
      // A used buffer: an unwritten byte would show.
      writer.memory.bytes.fill(0xa5);
      writer.begin(0x1234, 0x301, 77);
      trees.forEach((node) => write(writer, node));
      writer.end();
      const body = trees.flatMap(obvious);
      const length = 16 + body.length;
      const header = [length & 0xff, length >> 8, 0, 0, 0x34, 0x12, 1, 3, 77, 0, 0, 0, 0, 0, 0, 0];
      expect([...bytesOf(writer)]).toEqual([...header, ...body]);
      const reader = new MessageReader(writer.memory.view, writer.length);
      expect(reader.next()).toBe(true);
      expect([reader.type, reader.flags, reader.sequence]).toEqual([0x1234, 0x301, 77]);
      expect(read(reader.attributes(0), trees)).toEqual(trees);
      expect(reader.next()).toBe(false);
      expect(reader.error).toBe(null);
    }));
  });

  it("grow past the first buffer without losing a byte", () => {
    const writer = new NetlinkWriter();
    for (let i = 0; i < 300; i++) {
      writer.begin(i, 0, i);
      writer.attribute(1, new Uint8Array(50).fill(i & 0xff));
      writer.end();
    }
    const reader = new MessageReader(writer.memory.view, writer.length);
    for (let i = 0; i < 300; i++) {
      expect(reader.next()).toBe(true);
      const attributes = reader.attributes(0);
      expect(attributes.next()).toBe(true);
      expect(attributes.bytes()).toEqual(new Uint8Array(50).fill(i & 0xff));
    }
    expect(reader.next()).toBe(false);
  });

  it("cut at any byte give an error or fewer messages, never bytes from outside", () => {
    const writer = new NetlinkWriter();
    for (const type of [20, 21]) {
      writer.begin(type, 0, 1);
      writer.u32(0x12345678);
      writer.attributeString(3, "eth0");
      writer.attributeU32(8, 42);
      writer.end();
    }
    const whole = bytesOf(writer);
    const half = whole.length / 2;
    for (let length = 0; length < whole.length; length++) {
      const reader = new MessageReader(new DataView(whole.slice(0, length).buffer), length);
      let count = 0;
      while (reader.next()) count++;
      expect(count).toBe(length < half ? 0 : 1);
      expect(reader.error === null).toBe(length === 0 || length === half);
    }
  });

  it("stick to the first error, and tell a value shorter than asked for", () => {
    const writer = new NetlinkWriter();
    writer.begin(20, 0);
    writer.attributeU16(1, 5);
    writer.attributeU32(2, 6);
    writer.end();
    const reader = new MessageReader(writer.memory.view, writer.length);
    reader.next();
    const attributes = reader.attributes(0);
    attributes.next();
    expect(attributes.u32()).toBe(0);
    expect(attributes.next()).toBe(false);
    expect(attributes.error).toMatch(/attribute 1 .*value of 2, needs 4/);
    expect(reader.error).toBe(attributes.error);
    expect(reader.next()).toBe(false);
  });

  it("parse any bytes without throwing", () => {
    const parsers = [parseLink, parseAddressMessage, parseNeighbour, parseRoute, failureOf];
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 200 }), (bytes) => {
        const copy = bytes.slice();
        const view = new DataView(copy.buffer);
        // A header that fits, so that the payload is reached.
        view.setUint32(0, copy.length, true);
        for (const parse of parsers) {
          const reader = new MessageReader(view, copy.length);
          while (reader.next()) parse(reader);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe("failureOf()", () => {
  it("reads errno and extended text, the request repeated or not", () => {
    for (const capped of [true, false]) {
      const writer = new NetlinkWriter();
      writer.begin(NLMSG_ERROR, NLM_F_ACK_TLVS | (capped ? NLM_F_CAPPED : 0), 1);
      writer.u32(-22 >>> 0);
      writer.u32(24); // nlmsghdr of the request: length, then 12 bytes
      writer.bytes(new Uint8Array(12));
      if (!capped) writer.bytes(new Uint8Array(8).fill(0xee));
      writer.attributeU32(2, 16);
      writer.attributeString(1, "Invalid prefix");
      writer.end();
      const reader = new MessageReader(writer.memory.view, writer.length);
      reader.next();
      expect(failureOf(reader)).toEqual({ errno: 22, detail: "Invalid prefix" });
    }
  });

  it("takes a DONE without payload for success and an ERROR without one for a protocol error", () => {
    for (const [type, errno] of [[NLMSG_DONE, 0], [NLMSG_ERROR, 71]] as const) {
      const writer = new NetlinkWriter();
      writer.begin(type, 0);
      writer.end();
      const reader = new MessageReader(writer.memory.view, writer.length);
      reader.next();
      expect(failureOf(reader).errno).toBe(errno);
    }
  });
});

describe("writeNewAddress()", () => {
  /** ifaddrmsg and attributes as linux/if_addr.h has them, in the obvious way. */
  function obviousAddress(request: AddressRequest): number[] {
    const u32 = (value: number) => [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff);
    const attribute = (type: number, value: number[]) =>
      obvious({ type, value: Uint8Array.from(value) });
    const v4 = request.family === 2;
    return [
      request.family,
      request.prefixLength,
      0,
      request.scope,
      ...u32(request.ifindex),
      ...(request.lifetimeS === 0 ? [] : attribute(6, [
        ...u32(request.preferredS),
        ...u32(request.lifetimeS),
        ...u32(0),
        ...u32(0),
      ])),
      ...attribute(2, [...request.address]),
      ...(v4 && request.broadcast ? attribute(4, [...request.broadcast]) : []),
      ...(request.flags === 0 ? [] : attribute(8, u32(request.flags))),
      ...(v4 && request.label ? attribute(3, [...new TextEncoder().encode(request.label), 0]) : []),
      ...attribute(1, [...(request.peer ?? request.address)]),
      ...attribute(11, [18]),
    ];
  }

  it("equals the obvious encoder, and parseAddressMessage() reads it back", () => {
    const u32 = fc.integer({ min: 1, max: 0xffff_ffff });
    const request = fc.constantFrom<2 | 10>(2, 10).chain((family) => {
      const size = family === 2 ? 4 : 16;
      const address = fc.uint8Array({ minLength: size, maxLength: size });
      return fc.record({
        family: fc.constant(family),
        ifindex: u32,
        address,
        prefixLength: fc.integer({ min: 0, max: 8 * size }),
        scope: fc.constantFrom(0, 200, 253, 254),
        flags: fc.constantFrom(0, 2, 0x202),
        lifetimeS: fc.integer({ min: 0, max: 100_000 }),
        preferredS: fc.constantFrom(0, 7),
        label: fc.constantFrom("", "eth0:vip", "eth0"),
        broadcast: address,
      });
    });
    fc.assert(fc.property(request, (value) => {
      const writer = new NetlinkWriter();
      writer.memory.bytes.fill(0xa5);
      writer.begin(RTM_NEWADDR, 0);
      writeNewAddress(writer, value);
      writer.end();
      expect([...bytesOf(writer).subarray(16)]).toEqual(obviousAddress(value));
      const reader = new MessageReader(writer.memory.view, writer.length);
      reader.next();
      expect(parseAddressMessage(reader)).toMatchObject({
        ifindex: value.ifindex,
        address: value.address,
        prefixLength: value.prefixLength,
        scope: value.scope,
        flags: value.flags,
        protocol: 18,
        label: value.family === 2 ? value.label : "",
      });
    }));
  });
});
