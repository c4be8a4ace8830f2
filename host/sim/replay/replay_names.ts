// Names for the numbers of a replayed core. A dump's core log knows configurations by number only; the
// engine's log has them whole, each with its index. Which is in force changes with the core's own
// notice of a commit, as in engine/names.ts; the one before the log's first commit may be older than
// what the engine remembers, then the nearest known one stands in.
// This module is browser safe.

import type { Config } from "../../conf/model.ts";
import { type Input, INPUT_CONFIG_BEGIN, type Output } from "../../core/abi.gen.ts";
import type { Dump, HalfLog } from "../../core/record.ts";
import type { CoreRecord } from "../../engine/contract.ts";
import type { CoreIndex } from "../../engine/core_index.ts";
import { isCommit, nameRecord } from "../../engine/names.ts";
import { engineFromCheckpoint, engineInputOfEntry } from "../../engine/recorded_engine.ts";

/** A configuration with its numbers. */
export interface KnownConfig {
  generation: number;
  config: Config;
  index: CoreIndex;
}

/** Every configuration that a dump holds, by generation. */
export type KnownConfigs = ReadonlyMap<number, KnownConfig>;

/** First bytes of an engine's input that configures, as plain_value.ts writes them. */
const CONFIGURE = '{"kind":"configure"';

/** The configurations of a dump. Throws VipdError `plain_value` when its engine cannot be read. */
export function configsOf(dump: Dump): KnownConfigs {
  const known = new Map<number, KnownConfig>();
  if (dump.engine === null) return known;
  const { setup } = engineFromCheckpoint(dump.engine.checkpoint).state;
  if (setup != null) known.set(setup.generation, setup);
  for (const entry of dump.engine.entries) {
    if (!startsWith(entry.input, CONFIGURE)) continue;
    const input = engineInputOfEntry(entry);
    if (input.kind === "configure") known.set(input.generation, input);
  }
  return known;
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  if (bytes.length < text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[i] !== text.charCodeAt(i)) return false;
  return true;
}

/** Generation of the first configuration that a core's log begins; null when there is none. */
function firstGeneration(log: HalfLog): number | null {
  for (const { input } of log.entries) {
    if (input.length < 12) continue;
    const view = new DataView(input.buffer, input.byteOffset, input.length);
    if (view.getUint32(0, true) === INPUT_CONFIG_BEGIN) return view.getUint32(8, true);
  }
  return null;
}

/** Where a namer stands in its log. */
export interface NamerStanding {
  /** In force. */
  current: KnownConfig | null;
  /** Generation of the configuration that began last. */
  begun: number;
}

/** What a core's numbers mean, in the course of its log. */
export class CoreNamer {
  readonly #known: KnownConfigs;
  #current: KnownConfig | null;
  #begun = 0;

  constructor(known: KnownConfigs, log: HalfLog) {
    this.#known = known;
    this.#current = before(known, firstGeneration(log));
  }

  /** The configuration in force, as far as it is known. */
  get current(): KnownConfig | null {
    return this.#current;
  }

  /** Where it stands, for resume(). */
  get standing(): NamerStanding {
    return { current: this.#current, begun: this.#begun };
  }

  /** Goes on where a namer of the same log stood. */
  resume({ current, begun }: NamerStanding): void {
    this.#current = current;
    this.#begun = begun;
  }

  /** Notes an input that goes to the core. */
  note(input: Input | null): void {
    if (input?.kind === "configBegin") this.#begun = input.generation;
  }

  /** The record with its names; null for outputs that nobody reads (packets, addresses). */
  name(output: Output): CoreRecord | null {
    if (isCommit(output)) this.#current = this.#known.get(this.#begun) ?? this.#current;
    return nameRecord(output, this.#current?.index ?? null);
  }
}

/** What was in force before a generation: the newest older one, or else the oldest there is. */
function before(known: KnownConfigs, generation: number | null): KnownConfig | null {
  const sorted = [...known.values()].toSorted((a, b) => a.generation - b.generation);
  if (generation === null) return sorted.at(-1) ?? null;
  return sorted.findLast((one) => one.generation < generation) ?? sorted[0] ?? null;
}
