// Takes the passwords out of a dump (DESIGN decision 9) so that it still replays: the eight bytes of
// authentication data of VRRP version 2 are replaced in the core's memory, in its configuration records,
// in every packet, and in the engine's configuration; equal ones by equal ones, distinct ones by
// distinct ones, also those of peers that we do not know. A packet's checksum is mended by the
// difference (RFC 1624), so that one that was right stays right and one that was wrong stays wrong. The
// hashes of the core's outputs are then made anew by playing the masked log; where the original did not
// replay to what it says, the masked one does not either. Texts are left alone: what a script is given
// as an argument is no secret to us.
// This module is browser safe.

import {
  CONFIG_INSTANCE_INPUT,
  CONFIG_INSTANCE_INPUT_SIZE,
  INPUT_CONFIG_INSTANCE,
  INPUT_PACKET,
  PACKET_INPUT,
  PACKET_INPUT_SIZE,
} from "../../core/abi.gen.ts";
import { Core } from "../../core/core.ts";
import { decodePlain, encodePlain, encodePlainShared } from "../../core/plain_value.ts";
import {
  type Dump,
  type HalfLog,
  type LogEntry,
  OUTPUT_HASH_OPEN,
  STATUS_OPEN,
} from "../../core/record.ts";
import { VRRP, vrrpMessageSize } from "../dissect/layout.ts";
import { isSame, replayEntry } from "../../core/recorder.ts";

const SECRET_SIZE = VRRP.AUTH_SIZE;
const AF_INET = 2;

/** What masking gave. */
export interface Masked {
  dump: Dump;
  /** Distinct secrets that were replaced. */
  secrets: number;
  /** Entries of the core that did not replay to what they say, before and after; 0 when none was played. */
  differences: number;
}

/**
 * A copy of a dump without its secrets. Throws VipdError `checkpoint` or `plain_value` when a
 * checkpoint cannot be read.
 */
export function maskDump(wasm: WebAssembly.Module | BufferSource, dump: Dump): Masked {
  const secrets = new SecretTable();
  let differences = 0;
  let core = dump.core;
  if (core !== null) {
    const masked = maskCore(wasm, core, secrets);
    core = masked.half;
    differences = masked.differences;
  }
  const engine = dump.engine === null ? null : maskEngine(dump.engine, secrets);
  const head = { ...dump.head, masked: true };
  return { dump: { head, core, engine }, secrets: secrets.size, differences };
}

/** Secrets and what stands for them. */
export class SecretTable {
  readonly #masks = new Map<string, Uint8Array>();

  /** Distinct secrets so far. */
  get size(): number {
    return this.#masks.size;
  }

  /** What stands for a secret of up to eight bytes, of the same length. Zeros are no secret. */
  maskOf(secret: Uint8Array): Uint8Array {
    const padded = new Uint8Array(SECRET_SIZE);
    padded.set(secret.subarray(0, SECRET_SIZE));
    if (padded.every((byte) => byte === 0)) return secret;
    const key = padded.join();
    let mask = this.#masks.get(key);
    if (mask === undefined) {
      const number = (this.#masks.size + 1).toString(36).padStart(5, "0");
      mask = new TextEncoder().encode(`msk${number}`.slice(0, SECRET_SIZE));
      this.#masks.set(key, mask);
    }
    return mask.slice(0, secret.length);
  }
}

function maskCore(
  wasm: WebAssembly.Module | BufferSource,
  half: HalfLog,
  secrets: SecretTable,
): { half: HalfLog; differences: number } {
  const masked = Core.fromCheckpoint(wasm, half.checkpoint);
  for (const secret of masked.secrets()) secret.set(secrets.maskOf(secret));
  const inputs = half.entries.map(({ input }) => maskInput(input, secrets));
  if (secrets.size === 0) return { half, differences: 0 };
  const checkpoint = masked.checkpoint();
  const original = Core.fromCheckpoint(wasm, half.checkpoint);
  let differences = 0;
  const entries: LogEntry[] = [];
  for (const [i, entry] of half.entries.entries()) {
    const replayed = playBoth(original, masked, entry, { ...entry, input: inputs[i]! });
    if (!replayed.isSame) differences++;
    entries.push(replayed.entry);
    if (entry.status === STATUS_OPEN) break; // It trapped: nothing came behind it.
  }
  return { half: { ...half, checkpoint, entries }, differences };
}

/** Plays an entry as it was and masked; the masked one with its own status and hash. */
function playBoth(
  original: Core,
  masked: Core,
  was: LogEntry,
  entry: LogEntry,
): { entry: LogEntry; isSame: boolean } {
  // The input in which the core died says nothing that could be made anew.
  if (was.status === STATUS_OPEN) return { entry, isSame: true };
  const same = isSame(was, replayEntry(original, was));
  const { status, outputHash } = replayEntry(masked, entry);
  if (was.outputHash === OUTPUT_HASH_OPEN) return { entry: { ...entry, status }, isSame: same };
  // What did not replay must not seem to.
  const hash = same ? outputHash : otherHash(outputHash);
  return { entry: { ...entry, status, outputHash: hash }, isSame: same };
}

function otherHash(hash: number): number {
  return hash === 1 ? 2 : (hash ^ 1) >>> 0;
}

/** A record of the core without its secrets: a copy when it has any. */
export function maskInput(record: Uint8Array, secrets: SecretTable): Uint8Array {
  if (record.length < 8) return record;
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength);
  switch (view.getUint32(0, true)) {
    case INPUT_CONFIG_INSTANCE: {
      if (record.length < CONFIG_INSTANCE_INPUT_SIZE) return record;
      const copy = record.slice();
      maskAt(copy, CONFIG_INSTANCE_INPUT.authData, SECRET_SIZE, secrets);
      return copy;
    }
    case INPUT_PACKET:
      return record.length < PACKET_INPUT_SIZE ? record : maskPacket(record, view, secrets);
    default:
      return record;
  }
}

function maskAt(bytes: Uint8Array, at: number, size: number, secrets: SecretTable): void {
  bytes.set(secrets.maskOf(bytes.slice(at, at + size)), at);
}

function maskPacket(record: Uint8Array, view: DataView, secrets: SecretTable): Uint8Array {
  const isIpv4 = view.getUint32(PACKET_INPUT.family, true) === AF_INET;
  const header = isIpv4 ? 4 * ((record[PACKET_INPUT_SIZE] ?? 0) & 0x0f) : 0;
  const message = record.slice(PACKET_INPUT_SIZE + header);
  if (message.length < VRRP.SIZE || message[VRRP.versionType]! >> 4 !== 2) return record;
  const size = vrrpMessageSize(2, 4, message[VRRP.count]!);
  // Behind the addresses; where the count says more than there is, the end.
  const from = Math.min(
    size - SECRET_SIZE,
    Math.max(VRRP.addresses, message.length - SECRET_SIZE),
  );
  const before = message.slice();
  for (let at = from; at < message.length; at += SECRET_SIZE) {
    maskAt(message, at, Math.min(SECRET_SIZE, message.length - at), secrets);
  }
  mendChecksum(message, before, Math.min(size, message.length));
  const copy = record.slice();
  copy.set(message, PACKET_INPUT_SIZE + header);
  return copy;
}

/** RFC 1624: HC' = ~(~HC + ~m + m') over the 16-bit words of the first `size` bytes that changed. */
function mendChecksum(message: Uint8Array, before: Uint8Array, size: number): void {
  const word = (bytes: Uint8Array, at: number) =>
    (bytes[at]! << 8) | (at + 1 < size ? bytes[at + 1]! : 0);
  let sum = ~word(before, VRRP.checksum) & 0xffff;
  let changed = false;
  for (let at: number = VRRP.addresses; at < size; at += 2) {
    const [was, is] = [word(before, at), word(message, at)];
    if (was === is) continue;
    changed = true;
    sum += (~was & 0xffff) + is;
  }
  if (!changed) return;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  const checksum = ~sum & 0xffff;
  message[VRRP.checksum] = checksum >> 8;
  message[VRRP.checksum + 1] = checksum & 0xff;
}

/** The configuration stands in the state and in the inputs; no output has a secret. */
function maskEngine(half: HalfLog, secrets: SecretTable): HalfLog {
  const mask = (bytes: Uint8Array, encode: (value: unknown) => Uint8Array) => {
    const value = decodePlain(bytes);
    return maskValue(value, secrets, new Set()) ? encode(value) : bytes;
  };
  return {
    ...half,
    checkpoint: mask(half.checkpoint, encodePlainShared),
    entries: half.entries.map((entry) => ({ ...entry, input: mask(entry.input, encodePlain) })),
  };
}

/** Replaces every `auth: { data }` in a plain value, once where it is shared; whether there was any. */
function maskValue(value: unknown, secrets: SecretTable, seen: Set<object>): boolean {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return false;
  if (seen.has(value)) return false;
  seen.add(value);
  const children = value instanceof Map
    ? [...value.keys(), ...value.values()]
    : value instanceof Set
    ? [...value]
    : Object.values(value);
  let found = false;
  for (const child of children) found = maskValue(child, secrets, seen) || found;
  const { auth } = value as { auth?: { data?: unknown } | null };
  if (!(auth?.data instanceof Uint8Array)) return found;
  // The masks are among the seen too: two objects may share one `auth`, which is masked once.
  const mask = seen.has(auth.data) ? auth.data : secrets.maskOf(auth.data);
  seen.add(mask);
  auth.data = mask;
  return true;
}
