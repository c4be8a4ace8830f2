import { afterEach, describe, expect, it, vi } from "vitest";
import { STATUS_OK } from "../core/abi.gen.ts";
import { buildCoreConfig } from "../engine/core_config.ts";
import { config, instance } from "../engine/test_support.ts";
import { WireLink } from "./wire_link.ts";
import type { WireThread } from "./wire_thread.ts";

const CORE_CONFIG = buildCoreConfig(config({ instances: [instance("VI_1", {})] }), {
  generation: 1,
  interfaces: new Map([["eth0", 2]]),
  previous: null,
});

/** Nothing else is faked: what the test's own runner does meanwhile is no timer of ours. */
const TIMEOUTS: { toFake: ("setTimeout" | "clearTimeout")[] } = {
  toFake: ["setTimeout", "clearTimeout"],
};

function linkOf() {
  const sent: Uint8Array[] = [];
  const thread = { send: (record: Uint8Array) => void sent.push(record) };
  return { sent, link: new WireLink(thread as unknown as WireThread) };
}

describe("WireLink.configure()", () => {
  afterEach(() => void vi.useRealTimers());

  it("waits for the answer to its own generation", async () => {
    const { sent, link } = linkOf();
    const done = link.configure(CORE_CONFIG);
    expect(sent).toHaveLength(CORE_CONFIG.records.length);
    link.answered({ generation: 7, status: 66, recordKind: 1 });
    link.answered({ generation: 1, status: STATUS_OK, recordKind: 0 });
    await expect(done).resolves.toBe(undefined);
  });

  it("says why the core refused it", async () => {
    const { link } = linkOf();
    const done = link.configure(CORE_CONFIG);
    link.answered({ generation: 1, status: 66, recordKind: 1 });
    await expect(done).rejects.toMatchObject({ code: "core-refused" });
  });

  it("hears an answer that comes behind its own timer, after the process stood still", async () => {
    vi.useFakeTimers(TIMEOUTS);
    const { link } = linkOf();
    const done = link.configure(CORE_CONFIG);
    await vi.advanceTimersByTimeAsync(10_000);
    link.answered({ generation: 1, status: STATUS_OK, recordKind: 0 });
    await expect(done).resolves.toBe(undefined);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("gives up when nobody answers", async () => {
    vi.useFakeTimers(TIMEOUTS);
    const { link } = linkOf();
    const done = expect(link.configure(CORE_CONFIG)).rejects.toThrow("did not answer within 12000");
    await vi.advanceTimersByTimeAsync(12_000);
    await done;
  });
});
