// What the core encodes, read by tshark: no packet of ours may look malformed or carry a wrong
// checksum, and tshark must read the fields that were written.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadTestCore, type TestCore } from "../../core-as/testing.ts";
import { encodeFrame } from "../golden/frame.ts";
import { fieldsOfTshark, TSHARK_FIELDS } from "../golden/tshark.ts";

const PCAP_MAGIC = 0xa1b2c3d4;
const PCAP_SNAPLEN = 0x4_0000;
const LINKTYPE_ETHERNET = 1;
const CHECKSUM_OPTIONS = ["ip", "tcp", "udp"].flatMap((name) => {
  return ["-o", `${name}.check_checksum:TRUE`];
});
/** PI_WARN of wireshark's epan/proto.h; errors are above it. */
const SEVERITY_WARNING = "0x600000";
/** Display filter for frames in which tshark finds anything to complain about. */
const COMPLAINTS = [
  "_ws.malformed",
  `_ws.expert.severity >= ${SEVERITY_WARNING}`,
  ...["ip", "vrrp", "icmpv6", "tcp", "udp"].map((name) => `${name}.checksum.status == "Bad"`),
].join(" || ");

type Fields = Record<string, string>;

const VRRP_MULTICAST_4: Fields = {
  "ethernet.destination": "01:00:5e:00:00:12",
  "ethernet.source": "00:00:5e:00:01:33",
  "ethernet.type": "0x0800",
  "ipv4.tos": "192",
  "ipv4.headerLength": "20",
  "ipv4.identification": "1",
  "ipv4.ttl": "255",
  "ipv4.protocol": "112",
  "ipv4.source": "10.9.0.1",
  "ipv4.destination": "224.0.0.18",
};
const VRRP_MULTICAST_6: Fields = {
  "ethernet.destination": "33:33:00:00:00:12",
  "ethernet.source": "00:00:5e:00:02:33",
  "ethernet.type": "0x86dd",
  "ipv6.trafficClass": "192",
  "ipv6.flowLabel": "0",
  "ipv6.nextHeader": "112",
  "ipv6.hopLimit": "255",
  "ipv6.source": "fe80::1",
  "ipv6.destination": "ff02::12",
};

function vrrp(version: 2 | 3, family: 4 | 6, priority: number, count: number): Fields {
  const addresses = Array.from({ length: count }, (_, i) => {
    return family === 4 ? `10.9.${i >> 8}.${i & 0xff}` : `fd00:9::${(i + 1).toString(16)}`;
  });
  const size = 8 + count * (family === 4 ? 4 : 16) + (version === 2 ? 8 : 0);
  return {
    ...(family === 4
      ? { ...VRRP_MULTICAST_4, "ipv4.totalLength": String(20 + size) }
      : { ...VRRP_MULTICAST_6, "ipv6.payloadLength": String(size) }),
    "vrrp.version": String(version),
    "vrrp.type": "1",
    "vrrp.vrid": "51",
    "vrrp.priority": String(priority),
    "vrrp.addressCount": String(count),
    ...(version === 2
      ? { "vrrp.authType": "1", "vrrp.advertisementIntervalS": "1", "vrrp.authData": "secret" }
      : { "vrrp.advertisementIntervalCs": "4095" }),
    "vrrp.addresses": addresses.join(","),
  };
}

function arp(operation: number): Fields {
  return {
    "ethernet.destination": "ff:ff:ff:ff:ff:ff",
    "ethernet.source": "00:00:5e:00:01:33",
    "ethernet.type": "0x0806",
    "arp.operation": String(operation),
    "arp.senderMac": "00:00:5e:00:01:33",
    "arp.senderAddress": "10.9.0.100",
    "arp.targetMac": "ff:ff:ff:ff:ff:ff",
    "arp.targetAddress": "10.9.0.100",
  };
}

function neighbourAdvertisement(router: 0 | 1): Fields {
  return {
    "ethernet.destination": "33:33:00:00:00:01",
    "ethernet.source": "00:00:5e:00:02:33",
    "ethernet.type": "0x86dd",
    "ipv6.trafficClass": "0",
    "ipv6.flowLabel": "0",
    "ipv6.payloadLength": "32",
    "ipv6.nextHeader": "58",
    "ipv6.hopLimit": "255",
    "ipv6.source": "fd00:9::99",
    "ipv6.destination": "ff02::1",
    "icmpv6.type": "136",
    "icmpv6.code": "0",
    "neighbourAdvertisement.router": String(router),
    "neighbourAdvertisement.solicited": "0",
    "neighbourAdvertisement.override": "1",
    "neighbourAdvertisement.target": "fd00:9::99",
    "neighbourAdvertisement.mac": "00:00:5e:00:02:33",
  };
}

const TCP: Fields = {
  ...VRRP_MULTICAST_4,
  "ethernet.destination": "02:00:00:00:00:02",
  "ipv4.destination": "10.9.0.2",
  "ipv4.totalLength": "40",
  "ipv4.protocol": "6",
  "tcp.sourcePort": "40000",
  "tcp.destinationPort": "81",
  "tcp.sequence": "4294967295",
  "tcp.acknowledgment": "0",
  "tcp.headerLength": "20",
  "tcp.flags": "2",
  "tcp.window": "65535",
};
const UDP: Fields = {
  ...VRRP_MULTICAST_6,
  "ethernet.destination": "02:00:00:00:00:02",
  "ipv6.destination": "fd00:9::2",
  "ipv6.nextHeader": "17",
  "ipv6.payloadLength": "11",
  "udp.sourcePort": "40000",
  "udp.destinationPort": "40001",
  "udp.length": "11",
};

interface Case {
  name: string;
  fields: Fields;
  payload: Uint8Array;
}

const NOTHING = new Uint8Array(0);
const CASES: Case[] = [
  ...[0, 110, 255].map((priority) => vrrp(2, 4, priority, 1)),
  ...[0, 110, 255].map((priority) => vrrp(3, 4, priority, 1)),
  ...[0, 110, 255].map((priority) => vrrp(3, 6, priority, 2)),
  ...[2, 20, 255].map((count) => vrrp(2, 4, 100, count)),
  ...[2, 20, 255].map((count) => vrrp(3, 4, 100, count)),
  ...[1, 20, 255].map((count) => vrrp(3, 6, 100, count)),
].map((fields) => ({
  name: `VRRPv${fields["vrrp.version"]} ${fields["ipv4.source"] ?? fields["ipv6.source"]} ` +
    `priority ${fields["vrrp.priority"]} with ${fields["vrrp.addressCount"]} addresses`,
  fields,
  payload: NOTHING,
}));
CASES.push(
  { name: "gratuitous ARP request", fields: arp(1), payload: NOTHING },
  { name: "gratuitous ARP reply", fields: arp(2), payload: NOTHING },
  {
    name: "neighbour advertisement of a host",
    fields: neighbourAdvertisement(0),
    payload: NOTHING,
  },
  {
    name: "neighbour advertisement of a router",
    fields: neighbourAdvertisement(1),
    payload: NOTHING,
  },
  { name: "TCP over IPv4", fields: TCP, payload: NOTHING },
  { name: "UDP over IPv6", fields: UDP, payload: Uint8Array.of(1, 2, 3) },
);

function encode(core: TestCore, { fields, payload }: Case): Uint8Array {
  const at = core.scratch + 0x1_0000;
  return core.take(at, encodeFrame(core, at, fields, payload));
}

/** A capture file of frames (draft-ietf-opsawg-pcap 4, 5). */
function pcap(frames: Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(24 + frames.reduce((sum, frame) => sum + 16 + frame.length, 0));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, PCAP_MAGIC);
  view.setUint16(4, 2);
  view.setUint16(6, 4);
  view.setUint32(16, PCAP_SNAPLEN);
  view.setUint32(20, LINKTYPE_ETHERNET);
  let at = 24;
  frames.forEach((frame, i) => {
    view.setUint32(at, i);
    view.setUint32(at + 8, frame.length);
    view.setUint32(at + 12, frame.length);
    bytes.set(frame, at + 16);
    at += 16 + frame.length;
  });
  return bytes;
}

describe("tshark", () => {
  let folder = "";
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "tshark-"))));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Lines of tshark's answer about some frames. */
  function ask(frames: Uint8Array[], ...args: string[]): string[] {
    const file = join(folder, "frames.pcap");
    writeFileSync(file, pcap(frames));
    const text = execFileSync("tshark", ["-r", file, ...CHECKSUM_OPTIONS, ...args], {
      encoding: "utf8",
      // tshark warns on stderr that it runs as root.
      stdio: ["ignore", "pipe", "ignore"],
    });
    return text.split("\n").slice(0, -1);
  }

  const numbered = (frames: Uint8Array[]) =>
    ask(frames, "-Y", COMPLAINTS, "-T", "fields", "-e", "frame.number")
      .map((line) => CASES[Number(line) - 1]!.name);

  it("finds nothing malformed and no wrong checksum in what the core encodes", () => {
    const core = loadTestCore();
    expect(numbered(CASES.map((each) => encode(core, each)))).toEqual([]);
  });

  it("reads the fields that were written", () => {
    const core = loadTestCore();
    const columns = TSHARK_FIELDS.flatMap((field) => ["-e", field]);
    const frames = CASES.map((each) => encode(core, each));
    const lines = ask(frames, "-T", "fields", "-E", "occurrence=a", ...columns);
    CASES.forEach(({ name, fields }, i) => {
      const { "vrrp.checksum": checksum, ...read } = fieldsOfTshark(lines[i]!);
      expect(read, name).toEqual(fields);
      expect(checksum !== undefined, name).toBe(fields["vrrp.version"] !== undefined);
    });
  });

  it("complains about every one of them with its last bit turned, ARP left out", () => {
    const core = loadTestCore();
    const covered = CASES.filter(({ fields }) => fields["arp.operation"] === undefined);
    const frames = CASES.map((each) => {
      const frame = encode(core, each);
      frame[frame.length - 1]! ^= 1;
      return frame;
    });
    expect(numbered(frames)).toEqual(covered.map(({ name }) => name));
  });
});
