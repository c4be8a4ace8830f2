// Cores and log memories for simulated nodes, used again by the next run: making a core costs thirty
// times what putting it back into its first state does. This module is browser safe.

import type { Config } from "../../conf/model.ts";
import {
  GROUP_MAX,
  INSTANCE_MAX,
  INTERFACE_ADDRESS_MAX,
  INTERFACE_MAX,
  TRACK_MAX,
  TRACKER_MAX,
  VIP_MAX,
} from "../../core/abi.gen.ts";
import { Core, CORE_COUNTS_SMALL, type CoreCounts } from "../../core/core.ts";
import { clearLogBuffer, logBufferSize, SMALL_LOG_LAYOUT } from "../../core/log_buffer.ts";

interface Shelf {
  /** A core's state before its first input. */
  pristine: Uint8Array;
  free: Core[];
}

/** Cores kept for later, of one module and size. */
const FREE_MAX = 64;
/** Memory of the cores kept for later, of one module, bytes: a core has 0.2 to 5.6 MB. */
const FREE_BYTES_MAX = 32 * 1024 * 1024;
/** Sizes of which a first state is kept, of one module: whoever plays many clusters uses few at a time. */
const SHELF_MAX = 8;

const shelves = new WeakMap<WebAssembly.Module, Map<string, Shelf>>();

function shelfOf(wasm: WebAssembly.Module, counts: CoreCounts): Shelf {
  const key = JSON.stringify(counts);
  let sizes = shelves.get(wasm);
  if (sizes === undefined) shelves.set(wasm, sizes = new Map());
  let shelf = sizes.get(key);
  if (shelf === undefined) {
    const core = Core.create(wasm, { counts });
    shelf = { pristine: core.checkpoint(), free: [core] };
    const [oldest] = sizes.keys();
    if (sizes.size >= SHELF_MAX) sizes.delete(oldest!);
    sizes.set(key, shelf);
  }
  return shelf;
}

/** A core in its first state. */
export function takeCore(wasm: WebAssembly.Module, counts: CoreCounts): Core {
  const shelf = shelfOf(wasm, counts);
  const core = shelf.free.pop();
  if (core === undefined) return Core.create(wasm, { counts });
  core.restore(shelf.pristine);
  return core;
}

/** Gives a core back that nobody uses any more. */
export function giveCore(wasm: WebAssembly.Module, core: Core): void {
  const shelf = shelves.get(wasm)?.get(JSON.stringify(core.counts));
  const size = core.memory.buffer.byteLength;
  if (shelf === undefined || shelf.free.length >= FREE_MAX) return;
  if (freeBytes(wasm) + size <= FREE_BYTES_MAX) shelf.free.push(core);
}

function freeBytes(wasm: WebAssembly.Module): number {
  let bytes = 0;
  for (const { free } of shelves.get(wasm)?.values() ?? []) {
    bytes += free.length * (free[0]?.memory.buffer.byteLength ?? 0);
  }
  return bytes;
}

/** Table sizes in which each of the configurations fits, and the difference of a reload. */
export function countsFor(configs: readonly Config[], interfaces: number): CoreCounts {
  const most = (of: (config: Config) => number) => Math.max(0, ...configs.map(of));
  const fit = (wanted: number, small: number, max: number) => {
    let size = small;
    while (size < wanted && size < max) size = Math.min(max, size * 2);
    return size;
  };
  const small = CORE_COUNTS_SMALL;
  const vips = most(({ instances }) =>
    instances.reduce((sum, one) => sum + one.vips.length + one.excludedVips.length, 0)
  );
  const tracks = most(({ instances }) =>
    instances.reduce((sum, one) => sum + one.tracks.length, 0)
  );
  return {
    instances: fit(most(({ instances }) => instances.length), small.instances, INSTANCE_MAX),
    vips: fit(vips, small.vips, VIP_MAX),
    trackers: fit(2 * tracks, small.trackers, TRACKER_MAX),
    tracks: fit(tracks, small.tracks, TRACK_MAX),
    groups: fit(most(({ groups }) => groups.length), small.groups, GROUP_MAX),
    interfaces: fit(interfaces, small.interfaces, INTERFACE_MAX),
    // Own addresses, and those that a killed process left behind.
    addresses: fit(4 * interfaces + vips, small.addresses, INTERFACE_ADDRESS_MAX),
    senders: small.senders,
  };
}

const freeLogs: Uint8Array[] = [];

/** Memory for the log of one life of a node (SMALL_LOG_LAYOUT), as if new. */
export function takeLogMemory(): Uint8Array {
  return freeLogs.pop() ?? new Uint8Array(logBufferSize(SMALL_LOG_LAYOUT));
}

/** Gives it back. */
export function giveLogMemory(memory: Uint8Array): void {
  if (freeLogs.length >= FREE_MAX) return;
  clearLogBuffer(memory, SMALL_LOG_LAYOUT);
  freeLogs.push(memory);
}
