// Main reads the worker's log while the worker goes on writing it.

import { describe, expect, it } from "vitest";
import { type HalfLog, OUTPUT_HASH_OPEN } from "../core/record.ts";
import { logBufferSize, type LogLayout, readLogBuffer } from "../core/log_buffer.ts";
import type { WriterTask } from "./log_writer_fixture.ts";

const LAYOUT: LogLayout = { segmentSize: 32 << 10, entriesSize: 8 << 10, fillsUp: false };
const INPUTS = 1_000_000;

/** What in a log does not belong together. */
function faultOf(log: HalfLog): string | null {
  const words = (bytes: Uint8Array) => new Int32Array(bytes.slice().buffer);
  const [first] = words(log.checkpoint);
  if (!words(log.checkpoint).every((word) => word === log.firstSequence)) {
    return `checkpoint of ${first} before ${log.firstSequence}`;
  }
  for (const [i, { sequence, nowUs, status, outputHash, input }] of log.entries.entries()) {
    const isLast = i === log.entries.length - 1;
    if (sequence !== log.firstSequence + i || nowUs !== sequence) return `gap at ${sequence}`;
    if (!words(input).every((word) => word === sequence)) return `torn input ${sequence}`;
    if (isLast && outputHash === OUTPUT_HASH_OPEN) continue;
    if (outputHash !== sequence || status !== (sequence & 0xff)) return `torn entry ${sequence}`;
  }
  return null;
}

describe("readLogBuffer() beside a thread that writes", () => {
  it("gives only what belongs together, again and again", async () => {
    const buffer = new SharedArrayBuffer(logBufferSize(LAYOUT));
    const url = new URL("./log_writer_fixture.ts", import.meta.url);
    const worker = new Worker(url, { type: "module" });
    let last = 0;
    worker.onmessage = ({ data }: MessageEvent<number>) => last = data;
    const task: WriterTask = { buffer, layout: LAYOUT, inputs: INPUTS };
    worker.postMessage(task);
    const memory = new Uint8Array(buffer);
    const seen = new Set<number>();
    while (last === 0) {
      const log = readLogBuffer(memory, LAYOUT);
      if (log !== null) {
        expect(faultOf(log)).toBeNull();
        seen.add(log.firstSequence);
      }
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    worker.terminate();
    expect(seen.size).toBeGreaterThan(3);
    const log = readLogBuffer(memory, LAYOUT)!;
    expect(faultOf(log)).toBeNull();
    expect(log.entries.at(-1)?.sequence).toBe(INPUTS);
  });
});
