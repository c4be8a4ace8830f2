// What the worker does with one opened file: plays it in slices and answers questions between them. The
// thread around it is worker.ts; tests drive this without one.

import { errorText, VipdError } from "../../../host/base/errors.ts";
import { decodeDump } from "../../../host/core/record.ts";
import { isPcap } from "../../../host/sim/pcap/pcap.ts";
import type { RecordedEvent } from "../../story/recording.ts";
import { CaptureSource } from "./capture_source.ts";
import { DumpSource } from "./dump_source.ts";
import type { FileOrder, FileReport } from "./protocol.ts";

/** A slice takes about so long, milliseconds. */
const SLICE_MS = 12;
/** Events in one report, about. */
const CHUNK_EVENTS = 4_000;

/** One opened file. */
export class FileSession {
  readonly #source: DumpSource | CaptureSource;
  readonly #post: (report: FileReport) => void;
  readonly #clockMs: () => number;
  /** Events of a capture that are told. */
  #told = 0;
  #isOver = false;

  /** Opens it. Throws VipdError when it is neither dump nor capture, or cannot be played. */
  constructor(
    wasm: WebAssembly.Module,
    bytes: Uint8Array,
    post: (report: FileReport) => void,
    clockMs: () => number,
  ) {
    this.#source = isPcap(bytes)
      ? new CaptureSource(bytes)
      : new DumpSource(wasm, decodeDump(bytes));
    this.#post = post;
    this.#clockMs = clockMs;
    post({ kind: "opened", opening: this.#source.opening });
  }

  /** Nothing is left to tell; questions are still answered. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Tells on for about SLICE_MS. */
  slice(): void {
    if (this.#isOver) return;
    try {
      if (this.#source instanceof DumpSource) this.#playDump(this.#source);
      else this.#tellCapture(this.#source);
    } catch (thrown) {
      // A damaged file: what was told stays.
      this.#isOver = true;
      this.#post(failure(thrown));
    }
  }

  #playDump(source: DumpSource): void {
    const begunMs = this.#clockMs();
    const events: RecordedEvent[] = [];
    while (!source.isOver && events.length < CHUNK_EVENTS) {
      events.push(...source.next());
      if (this.#clockMs() - begunMs >= SLICE_MS) break;
    }
    const { untilUs, done, of, differences } = source;
    this.#post({ kind: "events", events, untilUs, done, of });
    if (!source.isOver) return;
    this.#isOver = true;
    this.#post({ kind: "done", differences, problem: "" });
  }

  #tellCapture(source: CaptureSource): void {
    const { events: all, opening, problem } = source;
    const events = all.slice(this.#told, this.#told + CHUNK_EVENTS);
    this.#told += events.length;
    const isLast = this.#told >= all.length;
    const untilUs = isLast ? opening.endUs : events.at(-1)?.atUs ?? 0;
    this.#post({ kind: "events", events, untilUs, done: this.#told, of: all.length });
    if (!isLast) return;
    this.#isOver = true;
    this.#post({ kind: "done", differences: [], problem });
  }

  /** Answers a question; with nothing where an input decodes and still makes no sense, which is told. */
  answer(order: Exclude<FileOrder, { kind: "open" }>): void {
    const { ask } = order;
    const dump = this.#source instanceof DumpSource ? this.#source : null;
    const find = <T>(question: (dump: DumpSource) => T | null): T | null => {
      try {
        return dump === null ? null : question(dump);
      } catch (thrown) {
        this.#post(failure(thrown));
        return null;
      }
    };
    if (order.kind === "explain") {
      const explained = find((dump) => dump.explain(order.sequence));
      this.#post({ kind: "explained", ask, explained });
    } else {
      const entry = find((dump) => dump.entry(order.place));
      this.#post({ kind: "entry", ask, entry });
    }
  }
}

/** The report of a file that cannot be opened or played. */
export function failure(thrown: unknown): FileReport {
  if (thrown instanceof VipdError) {
    return { kind: "failed", text: thrown.message, hint: thrown.hint ?? "" };
  }
  // Bytes that are whole and still hold nothing that fits together.
  return { kind: "failed", text: `what it holds makes no sense (${errorText(thrown)})`, hint: "" };
}
