// Masking: no secret is left anywhere, what was equal stays equal, and the masked log replays.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  coreModule,
  IFINDEX,
  instance,
  LINK_GOOD,
  MAC,
  SECOND,
  vip,
} from "../../../test/virtual_node.ts";
import { type Input, readInput } from "../../core/abi.gen.ts";
import { Core, CORE_COUNTS_SMALL } from "../../core/core.ts";
import {
  LogBuffer,
  logBufferSize,
  readLogBuffer,
  SMALL_LOG_LAYOUT,
} from "../../core/log_buffer.ts";
import { decodePlain, encodePlain, encodePlainShared } from "../../core/plain_value.ts";
import { type Dump, encodeDump, type HalfLog } from "../../core/record.ts";
import { isSame, RecordedCore, replayEntry } from "../../core/recorder.ts";
import { maskDump, maskInput, SecretTable } from "./mask.ts";

const OURS = new TextEncoder().encode("s3cr3tXY");
const OLD = new TextEncoder().encode("oldpass1");
const FOREIGN = new TextEncoder().encode("stranger");

const HEAD = {
  program: "vipd",
  version: "0",
  abiVersion: 1,
  node: "n",
  monotonicUs: 0,
  wallMs: 0,
  why: "test",
  masked: false,
  interfaces: {},
};

/** A version 2 advert in its IPv4 packet; the checksum is right unless told otherwise. */
function advert(
  auth: Uint8Array,
  fields: { priority?: number; checksumError?: boolean } = {},
): Input {
  const message = new Uint8Array(20);
  message.set([0x21, 51, fields.priority ?? 200, 1, 1, 1, 0, 0, 10, 9, 0, 100]);
  message.set(auth, 12);
  const view = new DataView(message.buffer);
  view.setUint16(6, checksumOf(message) ^ (fields.checksumError ? 1 : 0));
  const header = new Uint8Array(20);
  header.set([0x45, 0, 0, 40, 0, 0, 0, 0, 255, 112, 0, 0, 10, 9, 0, 2, 224, 0, 0, 18]);
  new DataView(header.buffer).setUint16(10, checksumOf(header));
  return {
    kind: "packet",
    ifindex: IFINDEX,
    family: "INET",
    hopLimit: 0,
    source: "",
    destination: "",
    payload: Uint8Array.from([...header, ...message]),
  };
}

function checksumOf(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at]! << 8) | (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function configuration(generation: number, authData: Uint8Array): Input[] {
  return [
    { kind: "configBegin", generation },
    instance({ version: 2, authType: "PASS", authData }),
    vip(),
    { kind: "configCommit", generation },
  ];
}

const LINK: Input[] = [
  {
    kind: "link",
    ifindex: IFINDEX,
    present: 1,
    flags: LINK_GOOD,
    mtu: 1500,
    forwarding: 0,
    mac: MAC,
  },
  {
    kind: "address",
    ifindex: IFINDEX,
    family: "INET",
    present: 1,
    prefixLength: 24,
    address: "10.9.0.1",
  },
];

/** The log of a core that was given these inputs a tenth of a second apart, and its statuses. */
function logOf(before: Input[], inputs: Input[]): HalfLog {
  const memory = new Uint8Array(logBufferSize(SMALL_LOG_LAYOUT));
  const plain = Core.create(coreModule(), { counts: CORE_COUNTS_SMALL });
  let nowUs = SECOND;
  for (const input of before) {
    plain.handleInput(nowUs, input);
    plain.drain();
  }
  const core = new RecordedCore(plain, new LogBuffer(memory, SMALL_LOG_LAYOUT), nowUs);
  for (const input of inputs) {
    core.handleInput(nowUs += SECOND / 10, input);
    while (core.pollOutput() !== null);
  }
  return readLogBuffer(memory, SMALL_LOG_LAYOUT)!;
}

const PLAY: Input[] = [
  ...LINK,
  ...configuration(2, OURS),
  advert(OURS),
  advert(FOREIGN),
  advert(OURS, { checksumError: true }),
  ...Array.from({ length: 60 }, (): Input => ({ kind: "timer" })),
  advert(OURS, { priority: 0 }),
  advert(FOREIGN, { priority: 250 }),
];

function example(): Dump {
  return { head: HEAD, core: logOf([...LINK, ...configuration(1, OLD)], PLAY), engine: null };
}

function contains(bytes: Uint8Array, what: Uint8Array): boolean {
  for (let at = 0; at + what.length <= bytes.length; at++) {
    if (what.every((byte, i) => bytes[at + i] === byte)) return true;
  }
  return false;
}

function secretsIn(dump: Dump): boolean[] {
  const places = [dump.core!.checkpoint, ...dump.core!.entries.map(({ input }) => input)];
  return [OURS, OLD, FOREIGN].map((secret) => places.some((bytes) => contains(bytes, secret)));
}

describe("maskDump()", () => {
  it("leaves no secret, and the log replays with the same statuses", () => {
    const dump = example();
    expect(secretsIn(dump)).toEqual([true, true, true]);
    const masked = maskDump(coreModule(), dump);
    expect(masked).toMatchObject({ secrets: 3, differences: 0, dump: { head: { masked: true } } });
    expect(secretsIn(masked.dump)).toEqual([false, false, false]);
    const half = masked.dump.core!;
    const statusesOf = (log: HalfLog) => log.entries.map(({ status }) => status);
    expect(statusesOf(half)).toEqual(statusesOf(dump.core!));
    expect(new Set(statusesOf(half)).size).toBeGreaterThan(2);
    const core = Core.fromCheckpoint(coreModule(), half.checkpoint);
    expect(half.entries.filter((entry) => !isSame(entry, replayEntry(core, entry)))).toEqual([]);
    // It was MASTER for a while, so our own adverts are among the outputs: their hashes differ.
    const hashesOf = (log: HalfLog) => log.entries.map(({ outputHash }) => outputHash);
    expect(hashesOf(half)).not.toEqual(hashesOf(dump.core!));
    expect(secretsIn({ ...dump, core: half })).toEqual([false, false, false]);
    encodeDump(masked.dump);
  });

  it("does not make a log replay that did not", () => {
    const dump = example();
    const at = 40;
    dump.core!.entries[at]!.outputHash ^= 4;
    const masked = maskDump(coreModule(), dump);
    expect(masked.differences).toBe(1);
    const core = Core.fromCheckpoint(coreModule(), masked.dump.core!.checkpoint);
    const differing = masked.dump.core!.entries.flatMap((entry, i) =>
      isSame(entry, replayEntry(core, entry)) ? [] : [i]
    );
    expect(differing).toEqual([at]);
  });

  it("changes nothing where there is no secret", () => {
    const half = logOf(LINK, [instance(), { kind: "timer" }]);
    const dump = { head: HEAD, core: half, engine: null };
    expect(maskDump(coreModule(), dump).dump).toEqual({ ...dump, head: { ...HEAD, masked: true } });
  });

  it("masks the engine's configuration as the core's", () => {
    const auth = { type: "PASS", data: OURS };
    // The state as the engine's log writes it: the two instances share what they have.
    const state = {
      config: new Map([["VI_1", { auth }], ["VI_2", { auth }]]),
      other: { auth: null },
    };
    const input = { kind: "configure", config: { instances: [{ auth }] } };
    const engine: HalfLog = {
      checkpoint: encodePlainShared(state),
      checkpointUs: 0,
      firstSequence: 1,
      entries: [{ sequence: 1, nowUs: 0, status: 0, outputHash: 1, input: encodePlain(input) }],
      lost: 0,
    };
    const { dump, secrets } = maskDump(coreModule(), { ...example(), engine });
    expect(secrets).toBe(3);
    const back = decodePlain(dump.engine!.entries[0]!.input) as typeof input;
    const stored = decodePlain(dump.engine!.checkpoint) as typeof state;
    const mask = back.config.instances[0]!.auth.data;
    expect(mask).not.toEqual(OURS);
    expect(stored.config.get("VI_1")!.auth.data).toEqual(mask);
    expect(stored.config.get("VI_2")!.auth.data).toEqual(mask);
    const configured = dump.core!.entries.map(({ input }) =>
      readInput(new DataView(input.slice().buffer), 0)
    ).find((record) => record.kind === "configInstance");
    expect((configured as { authData: Uint8Array }).authData).toEqual(mask);
  });
});

describe("maskInput()", () => {
  it("never throws, and leaves no run of the secret, however a packet is cut or its count lies", () => {
    const core = Core.create(coreModule(), { counts: CORE_COUNTS_SMALL });
    core.handleInput(0, advert(OURS));
    const record = new Uint8Array(core.memory.buffer, core.inputAddress, 96).slice();
    fc.assert(
      fc.property(fc.nat(96), fc.nat(255), fc.nat(255), (length, count, header) => {
        const whole = record.slice();
        whole[56 + 23] = count;
        expect(contains(maskInput(whole, new SecretTable()), OURS)).toBe(false);
        const bytes = whole.slice(0, length);
        expect(maskInput(bytes, new SecretTable()).length).toBe(length);
        if (length > 56) bytes[56] = header;
        expect(maskInput(bytes, new SecretTable()).length).toBe(length);
      }),
    );
  });
});
