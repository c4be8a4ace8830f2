import { describe, expect, it } from "vitest";
import { SysError } from "../base/errors.ts";
import { Pinned } from "./pinned.ts";
import {
  currentPolicy,
  lockMemory,
  SCHED_FIFO,
  SCHED_OTHER,
  setFifo,
  setNormal,
  setTimerSlack,
} from "./sched.ts";

describe("setFifo()", () => {
  it("puts this thread under SCHED_FIFO, or says why not", () => {
    const refused = setFifo(10);
    try {
      if (refused === null) expect(currentPolicy()).toBe(SCHED_FIFO);
      else {
        expect(refused).toMatchObject({ call: "sched_setscheduler", errnoName: "EPERM" });
        expect(refused.hint).toContain("CAP_SYS_NICE");
      }
    } finally {
      expect(setNormal()).toBe(null);
    }
    expect(currentPolicy()).toBe(SCHED_OTHER);
  });

  it("reports a priority outside 1..99 and changes nothing", () => {
    expect(setFifo(100)).toBeInstanceOf(SysError);
    expect(setFifo(100)).toMatchObject({ errnoName: "EINVAL" });
    expect(currentPolicy()).toBe(SCHED_OTHER);
  });
});

describe("setTimerSlack()", () => {
  it("takes effect on this thread", () => {
    expect(setTimerSlack(1000)).toBe(null);
    expect(Deno.readTextFileSync("/proc/self/timerslack_ns").trim()).toBe("1000");
    expect(setTimerSlack(0)).toBe(null);
  });
});

describe("lockMemory()", () => {
  it("locks a linear memory", () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
    expect(lockMemory(new Pinned(new Uint8Array(memory.buffer)))).toBe(null);
    expect(Deno.readTextFileSync("/proc/self/status")).toMatch(/VmLck:\s+64 kB/);
  });
});
