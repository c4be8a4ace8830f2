// What the daemon remembers of its two halves, as one dump, and how a dump gets to a file. Main reads
// the worker's log in shared memory, so the worker need not be alive.

import { VipdError } from "../base/errors.ts";
import { VIPD_VERSION } from "../base/version.ts";
import { ABI_VERSION } from "../core/abi.gen.ts";
import {
  CORE_LOG_LAYOUT,
  ENGINE_LOG_LAYOUT,
  LogBuffer,
  logBufferSize,
  readLogBuffer,
} from "../core/log_buffer.ts";
import type { Dump } from "../core/record.ts";
import type { CoreIndex } from "../engine/core_index.ts";
import { Engine } from "../engine/engine.ts";
import { RecordedEngine } from "../engine/recorded_engine.ts";
import { nowUs } from "../linux/clock.ts";
import type { Shared } from "./shared.ts";

/** The engine with the memory of its log. */
export interface EngineWithLog {
  engine: RecordedEngine;
  log: Uint8Array;
}

/** An engine that remembers. `seed` is an unsigned 32-bit number. */
export function createRecordedEngine(seed: number): EngineWithLog {
  const log = new Uint8Array(logBufferSize(ENGINE_LOG_LAYOUT));
  const engine = new RecordedEngine(new Engine({ seed }), new LogBuffer(log, ENGINE_LOG_LAYOUT));
  return { engine, log };
}

/** What a dump is made of. */
export interface DumpParts {
  why: string;
  node: string;
  /** null: VRRP is off. */
  shared: Shared | null;
  engineLog: Uint8Array;
  /** Of the configuration in force; null before the first. */
  index: CoreIndex | null;
}

/** The dump of now, with its secrets. */
export function makeDump({ why, node, shared, engineLog, index }: DumpParts): Dump {
  const interfaces = index?.interfaces.map(({ name, ifindex }) => [String(ifindex), name]) ?? [];
  return {
    head: {
      program: "vipd",
      version: VIPD_VERSION,
      abiVersion: ABI_VERSION,
      node,
      monotonicUs: nowUs(),
      wallMs: Date.now(),
      why,
      masked: false,
      interfaces: Object.fromEntries(interfaces),
    },
    core: shared === null ? null : readLogBuffer(shared.log, CORE_LOG_LAYOUT),
    engine: readLogBuffer(engineLog, ENGINE_LOG_LAYOUT),
  };
}

/**
 * Writes a file with mode 0600, whole or not at all: under a temporary name beside it, then renamed.
 * A plain file that stood there is replaced, and nothing else: a rename onto a device or a link, as
 * /dev/full and /dev/stdout are, would put the file in its place. Throws VipdError `dump_file`.
 */
export function writePrivateFile(path: string, bytes: Uint8Array): void {
  refuseUnlessPlain(path);
  const temporary = `${path}.${Deno.pid}.tmp`;
  try {
    const file = Deno.openSync(temporary, { write: true, createNew: true, mode: 0o600 });
    try {
      for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
      file.syncSync();
    } finally {
      file.close();
    }
    Deno.renameSync(temporary, path);
  } catch (cause) {
    // One that already existed is somebody else's.
    if (!(cause instanceof Deno.errors.AlreadyExists)) removeIfThere(temporary);
    throw new VipdError("dump_file", `${path}: ${(cause as Error).message}`, {
      cause,
      hint: "Give a path in a directory that exists, with room for the file.",
    });
  }
}

function refuseUnlessPlain(path: string): void {
  const there = kindAt(path);
  if (there === null || there.isFile) return;
  throw new VipdError("dump_file", `${path}: it is no plain file`, {
    hint: "Give the path of a new file, or of one that may be replaced.",
  });
}

/** What stands at a path itself, not behind a link; null when nothing does or it cannot be seen. */
function kindAt(path: string): Deno.FileInfo | null {
  try {
    return Deno.lstatSync(path);
  } catch {
    return null; // writing says why
  }
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
