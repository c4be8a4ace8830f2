// The packet inspector's dissector against tshark: fields of a capture of real daemons, and of damaged
// golden packets whether a checksum is wrong and what it should be.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dissect } from "../../host/sim/dissect/dissect.ts";
import { type FieldId, fieldsOf, hasProblem } from "../../host/sim/dissect/field.ts";
import { LINKTYPE_ETHERNET } from "../../host/sim/pcap/captured_packet.ts";
import { readPcap } from "../../host/sim/pcap/pcap.ts";
import { writePcap } from "../../host/sim/pcap/pcap_writer.ts";
import { goldenFields } from "../golden/dissected.ts";
import { goldenNames, readGolden } from "../golden/golden.ts";
import { fieldsOfTshark, TSHARK_FIELDS } from "../golden/tshark.ts";
import { ROOT } from "../lab/path.ts";

const CAPTURE = `${ROOT}/test/golden/takeovers.pcap`;
const ETHERNET_SIZE = 14;

/** Runs tshark over a file; one line a packet. */
function ask(path: string, fields: readonly string[]): string[] {
  const checks = ["ip", "tcp", "udp"].flatMap((name) => ["-o", `${name}.check_checksum:TRUE`]);
  const columns = fields.flatMap((field) => ["-e", field]);
  const form = ["-T", "fields", "-E", "occurrence=a"];
  const text = execFileSync("tshark", ["-r", path, ...checks, ...form, ...columns], {
    encoding: "utf8",
    // tshark warns on stderr that it runs as root.
    stdio: ["ignore", "pipe", "ignore"],
  });
  return text.split("\n").slice(0, -1);
}

describe("the dissector and tshark", () => {
  let folder = "";
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "dissect-"))));
  afterAll(() => rmSync(folder, { recursive: true }));

  it("read the same of every packet of a capture", () => {
    const { packets } = readPcap(Uint8Array.from(readFileSync(CAPTURE)));
    const lines = ask(CAPTURE, TSHARK_FIELDS);
    expect(lines).toHaveLength(packets.length);
    packets.forEach(({ bytes, number }, i) => {
      const theirs = fieldsOfTshark(lines[i]!);
      const dissection = dissect("ethernet", bytes);
      expect(goldenFields(dissection, Object.keys(theirs)), `packet ${number}`).toEqual(theirs);
      expect(fieldsOf(dissection).filter(hasProblem)).toEqual([]);
    });
  });

  it("find the same checksum wrong and the same value right, whatever bit is turned", () => {
    const cases = damaged();
    const file = join(folder, "damaged.pcap");
    const packets = cases.map(({ bytes }, i) => ({ atUs: i, bytes, originalLength: bytes.length }));
    writeFileSync(file, writePcap(packets, LINKTYPE_ETHERNET));
    const lines = ask(file, ["_ws.expert.message"]);
    expect(lines).toHaveLength(cases.length);
    cases.forEach(({ name, bytes, checksum }, i) => {
      const theirs = /should be (0x[0-9a-f]{4})/.exec(lines[i]!)?.[1] ?? null;
      const mine = fieldsOf(dissect("ethernet", bytes)).find(({ id }) => id === checksum);
      expect(mine?.expected, name).toBe(theirs);
      expect(mine !== undefined && hasProblem(mine), name).toBe(true);
    });
  });
});

/** A golden packet with one bit turned that its inner checksum covers and no length depends on. */
interface Damaged {
  name: string;
  bytes: Uint8Array;
  checksum: FieldId;
}

const CHECKSUMS: readonly FieldId[] = [
  "vrrp.checksum",
  "icmpv6.checksum",
  "tcp.checksum",
  "udp.checksum",
];
/** Lengths, versions and types: another value there is another packet. */
const STRUCTURE: readonly FieldId[] = [
  "vrrp.version",
  "vrrp.type",
  "vrrp.addressCount",
  "icmpv6.type",
  "option.type",
  "option.length",
  "tcp.headerLength",
  "tcp.options",
  "udp.length",
];

function damaged(): Damaged[] {
  return goldenNames().flatMap((name) => {
    const { bytes } = readGolden(name);
    const fields = fieldsOf(dissect("ethernet", bytes));
    const checksum = fields.find(({ id }) => CHECKSUMS.includes(id));
    if (checksum === undefined) return [];
    const begin = ETHERNET_SIZE + (bytes[12] === 0x08 ? 20 : 40);
    const isFixed = (at: number) =>
      fields.some(({ id, from, to }) => STRUCTURE.includes(id) && at >= from && at < to);
    const places = Array.from({ length: bytes.length - begin }, (_, i) => begin + i);
    return places.filter((at) => !isFixed(at)).map((at) => {
      const copy = bytes.slice();
      copy[at] = copy[at]! ^ (1 << (at % 8));
      return { name: `${name}, byte ${at}`, bytes: copy, checksum: checksum.id };
    });
  });
}
