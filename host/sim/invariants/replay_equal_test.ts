import { describe, expect, it } from "vitest";
import { coreModule } from "../../../test/virtual_node.ts";
import { Core, CORE_COUNTS_SMALL } from "../../core/core.ts";
import {
  LogBuffer,
  logBufferSize,
  readLogBuffer,
  SMALL_LOG_LAYOUT,
} from "../../core/log_buffer.ts";
import { RecordedCore } from "../../core/recorder.ts";
import type { HalfLog } from "../../core/record.ts";
import { ALL_INVARIANTS, INVARIANT_MEANINGS } from "./index.ts";
import { replayEqual } from "./replay_equal.ts";
import { router, Story } from "./test_world.ts";

const WASM = coreModule();

/** The log of a core that was told of an interface and got a timer. */
function logOf(): HalfLog {
  const core = Core.create(WASM, { counts: CORE_COUNTS_SMALL });
  const memory = new Uint8Array(logBufferSize(SMALL_LOG_LAYOUT));
  const recorded = new RecordedCore(core, new LogBuffer(memory, SMALL_LOG_LAYOUT), 0);
  recorded.handleInput(1, {
    kind: "address",
    ifindex: 2,
    family: "INET",
    present: 1,
    prefixLength: 24,
    address: "10.0.0.1",
  });
  while (recorded.pollOutput() !== null);
  recorded.fire(2);
  while (recorded.pollOutput() !== null);
  const log = readLogBuffer(memory, SMALL_LOG_LAYOUT);
  if (log === null) throw new Error("the log has no checkpoint");
  return log;
}

function storyOf(log: HalfLog | null): Story {
  const story = new Story(replayEqual);
  story.world.wasm = WASM;
  story.node("a", [router("VI_1")]).halfLog = log;
  return story.end();
}

describe("replay_equal", () => {
  it("is silent when the replay gives the same, and where no log is kept", () => {
    expect(logOf().entries).toHaveLength(2);
    expect(storyOf(logOf()).violations).toEqual([]);
    expect(storyOf(null).violations).toEqual([]);
  });

  it("sees another status and other outputs", () => {
    const status = logOf();
    status.entries[0]!.status = 1;
    expect(storyOf(status).violations.join()).toMatch(/^input 1 of a gave status 1 .* replay 0 /);
    const hash = logOf();
    hash.entries[1]!.outputHash ^= 1;
    expect(storyOf(hash).violations.join()).toMatch(/^input 2 of a gave status 0 /);
  });
});

describe("ALL_INVARIANTS", () => {
  it("have one meaning each", () => {
    const names = ALL_INVARIANTS.map((make) => make().name);
    expect(new Set(names).size).toBe(names.length);
    expect(Object.keys(INVARIANT_MEANINGS).sort()).toEqual([...names].sort());
  });
});
