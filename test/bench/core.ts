// What the core's hot functions cost, called from TypeScript as the daemon calls them: codec, checksum,
// the weighted least-connection pick, and a whole advert through handleInput and pollOutput.

import { parseAddress } from "../../host/base/address.ts";
import {
  FAMILY_INET,
  type Input,
  INPUT_TIMER,
  STATUS_OK,
  TIMER_INPUT_SIZE,
  writeInput,
} from "../../host/core/abi.gen.ts";
import { growTo, instantiateCore } from "../../host/core/instantiate.ts";
import { ROOT } from "../lab/path.ts";
import { advertInput, instance, SECOND, vip, VirtualNode } from "../virtual_node.ts";
import type { BenchRow, Measurement } from "./row.ts";

const SLICES = 25;
const SLICE_MS = 8;
const QUICK_SLICE_MS = 2;
/** Address fields of the core have 16 bytes. */
const ADDRESS_SIZE = 16;
/** The core with its inner functions exported (core-as/assembly/test_exports.ts). */
const TEST_CORE = `${ROOT}/core-as/build/core.test.wasm`;

type Exports = Record<string, (...args: number[]) => number>;

/** Nanoseconds of one operation, a figure a slice; `work` does `count` of them. */
function timePerOperation(work: (count: number) => void, sliceMs: number): number[] {
  let count = 64;
  for (let tookMs = 0; tookMs < sliceMs; count *= 2) {
    const begun = performance.now();
    work(count);
    tookMs = performance.now() - begun;
  }
  return Array.from({ length: SLICES }, () => {
    const begun = performance.now();
    work(count);
    return (performance.now() - begun) * 1e6 / count;
  });
}

/** The test core with its memory and scratch bytes behind everything it uses. */
function openCore() {
  const { exports, memory } = instantiateCore<Exports>(Deno.readFileSync(TEST_CORE));
  growTo(memory, exports.directorBytesNeeded!(CONNECTIONS) + SCRATCH_SIZE);
  const scratch = memory.buffer.byteLength - SCRATCH_SIZE;
  return { exports, bytes: new Uint8Array(memory.buffer), scratch };
}

const CONNECTIONS = 1024;
const SCRATCH_SIZE = 1 << 16;

function codec(): (count: number) => void {
  const { exports, bytes, scratch } = openCore();
  const { vrrpEmitV3, vrrpPutAddress, vrrpSeal, vrrpCheck } = exports as {
    [Name in "vrrpEmitV3" | "vrrpPutAddress" | "vrrpSeal" | "vrrpCheck"]: Exports[string];
  };
  const [source, destination, virtual, packet] = [0, 1, 2, 3].map((i) =>
    scratch + i * ADDRESS_SIZE
  );
  bytes.set(parseAddress("172.18.0.11")!.bytes, source);
  bytes.set(parseAddress("224.0.100.18")!.bytes, destination);
  bytes.set(parseAddress("172.18.200.6")!.bytes, virtual);
  return (count) => {
    for (let i = 0; i < count; i++) {
      const size = vrrpEmitV3(packet!, FAMILY_INET, 51, i & 255, 1, 100);
      vrrpPutAddress(packet!, FAMILY_INET, 0, virtual!);
      vrrpSeal(packet!, FAMILY_INET, source!, destination!);
      const status = vrrpCheck(packet!, size, FAMILY_INET, source!, destination!);
      if (status !== STATUS_OK) throw new Error(`its own packet is refused: ${status}`);
    }
  };
}

function checksum(size: number): (count: number) => void {
  const { exports, bytes, scratch } = openCore();
  bytes.subarray(scratch, scratch + size).forEach((_, i) => bytes[scratch + i] = i * 7);
  const expected = exports.checksum!(scratch, size);
  return (count) => {
    for (let i = 0; i < count; i++) {
      if (exports.checksum!(scratch, size) !== expected) throw new Error("another sum");
    }
  };
}

/** Picks and gives what was picked one more active connection, as a new connection does. */
function leastConnection(servers: number): (count: number) => void {
  const { exports, bytes } = openCore();
  const view = new DataView(bytes.buffer);
  if (exports.directorInit!(CONNECTIONS, 1) !== STATUS_OK) throw new Error("no director");
  const tell = (input: Input) => {
    const size = writeInput(view, exports.inputBuffer!(), input);
    const status = exports.handleInput!(SECOND, size);
    if (status !== STATUS_OK) throw new Error(`${input.kind}: ${status}`);
  };
  const address = (i: number) => `10.9.${1 + (i >> 8)}.${i & 255}`;
  const common = { service: 0, family: "INET", port: 80 } as const;
  tell({
    ...common,
    kind: "service",
    protocol: "TCP",
    scheduler: "WLC",
    state: "NORMAL",
    persistenceS: 0,
    address: "10.9.0.2",
  });
  for (let i = 0; i < servers; i++) {
    const destination = { kind: "destination", destination: i, ifindex: 7 } as const;
    tell({ ...common, ...destination, weight: 1 + i % 3, address: address(i) });
  }
  const active = new Uint32Array(servers);
  return (count) => {
    for (let i = 0; i < count; i++) {
      const picked = exports.testDirectorPick!(0);
      exports.testDirectorLoad!(picked, ++active[picked]!, 0);
    }
  };
}

/** A node with one instance; drained, on its way to be master. */
function oneInstance(): VirtualNode {
  const node = VirtualNode.ready();
  node.configure({ instances: [instance()], vips: [vip()] });
  return node;
}

function advertReceived(): (count: number) => void {
  const node = oneInstance();
  node.advert({ priority: 200 });
  const { core } = node;
  const view = new DataView(core.memory.buffer);
  const size = writeInput(view, core.inputAddress, advertInput({ priority: 200 }));
  return (count) => {
    for (let i = 0; i < count; i++) {
      node.nowUs += 1;
      const status = core.handle(node.nowUs, size);
      if (status !== STATUS_OK) throw new Error(`the advert is refused: ${status}`);
      while (core.poll() > 0);
      core.nextTimeout();
    }
  };
}

function advertSent(): (count: number) => void {
  const node = oneInstance();
  node.advance(10 * SECOND);
  const { core } = node;
  const view = new DataView(core.memory.buffer);
  view.setUint32(core.inputAddress, INPUT_TIMER, true);
  view.setUint32(core.inputAddress + 4, TIMER_INPUT_SIZE, true);
  return (count) => {
    for (let i = 0; i < count; i++) {
      node.nowUs = core.nextTimeout();
      core.handle(node.nowUs, TIMER_INPUT_SIZE);
      let outputs = 0;
      while (core.poll() > 0) outputs++;
      if (outputs === 0) throw new Error("a timer of a master that sends nothing");
    }
  };
}

export const CORE_ROW: BenchRow = {
  name: "core",
  title: "The core's hot functions",
  notes: [
    `Called from TypeScript, the calls' own cost of 4 ns each included; ${SLICES} slices of some ` +
    "milliseconds. The least figure is the least disturbed.",
    "keepalived exports nothing that could be called.",
  ],
  measure({ quick, progress }) {
    const works: [string, () => (count: number) => void][] = [
      ["VRRPv3 IPv4 advert: encode, decode, both checksums", codec],
      ["checksum of 20 bytes", () => checksum(20)],
      ["checksum of 64 bytes", () => checksum(64)],
      ["checksum of 1500 bytes", () => checksum(1500)],
      ["wlc pick and update, 10 servers", () => leastConnection(10)],
      ["wlc pick and update, 100 servers", () => leastConnection(100)],
      ["wlc pick and update, 1000 servers", () => leastConnection(1000)],
      ["advert received by a backup: input to outputs", advertReceived],
      ["advert sent by a master: timer to outputs", advertSent],
    ];
    progress(`${works.length} functions`);
    const found = works.map(([what, make]): Measurement => {
      const vipd = timePerOperation(make(), quick ? QUICK_SLICE_MS : SLICE_MS);
      return { what, unit: "ns", vipd, keepalived: null };
    });
    return Promise.resolve(found);
  },
};
