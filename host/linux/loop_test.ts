import { describe, expect, it } from "vitest";
import { SysError } from "../base/errors.ts";
import { nowUs } from "./clock.ts";
import { Epoll, EPOLLIN } from "./epoll.ts";
import { EventFd } from "./eventfd.ts";
import { epollEventLayout } from "./layout.ts";
import * as libc from "./libc.ts";
import { Pinned } from "./pinned.ts";
import { TimerFd } from "./timerfd.ts";

describe("libc", () => {
  it("answers the negated errno of its own call, however calls alternate", () => {
    const byte = Pinned.of(1);
    const event = EventFd.open();
    try {
      for (let round = 0; round < 5000; round++) {
        expect(libc.close(-1)).toBe(-9);
        // Garbage between the calls: V8's own system calls must not show through.
        if (round % 100 === 0) JSON.parse(JSON.stringify(new Array(1000).fill({ round })));
        expect(libc.read(event.fd, byte.pointer, 1)).toBe(-22);
      }
    } finally {
      event.close();
    }
  });
});

describe("Pinned", () => {
  it("points at the range itself, in plain, shared and linear memory", () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
    for (const buffer of [new ArrayBuffer(64), new SharedArrayBuffer(64), memory.buffer]) {
      const all = new Pinned(new Uint8Array(buffer));
      const part = new Pinned(new Uint8Array(buffer, 24, 8));
      const distance = Deno.UnsafePointer.value(part.pointer) -
        Deno.UnsafePointer.value(all.pointer);
      expect(distance).toBe(24n);
      part.setPointer(0, all);
      expect(all.view.getBigUint64(24, true)).toBe(Deno.UnsafePointer.value(all.pointer));
    }
  });

  it("refuses an empty range", () => {
    expect(() => Pinned.of(0)).toThrow(RangeError);
  });
});

describe("nowUs()", () => {
  it("is whole, grows, and is the clock of the kernel's uptime", () => {
    const before = nowUs();
    const uptimeUs = Number(Deno.readTextFileSync("/proc/uptime").split(" ")[0]) * 1e6;
    expect(Number.isInteger(before)).toBe(true);
    expect(nowUs()).toBeGreaterThanOrEqual(before);
    // Uptime counts suspended time too, and is cut to 10 ms.
    expect(before).toBeLessThan(uptimeUs + 1e6);
  });
});

describe("TimerFd", () => {
  it("fires once at an absolute time, through epoll", () => {
    const epoll = new Epoll();
    const timer = new TimerFd();
    try {
      epoll.add(timer.fd, 7);
      const due = nowUs() + 20_000;
      timer.armAt(due);
      expect(epoll.wait(0)).toBe(0);
      expect(epoll.wait(1000)).toBe(1);
      expect(nowUs()).toBeGreaterThanOrEqual(due);
      expect([epoll.tag(0), epoll.events(0)]).toEqual([7, EPOLLIN]);
      expect(timer.drain()).toBe(1);
      expect(timer.drain()).toBe(0);
      expect(epoll.wait(30)).toBe(0);
    } finally {
      timer.close();
      epoll.close();
    }
  });

  it("fires at once for a past time, zero included, and not when disarmed", () => {
    const epoll = new Epoll();
    const timer = new TimerFd();
    try {
      epoll.add(timer.fd, 1);
      for (const past of [0, 1, nowUs() - 1]) {
        timer.armAt(past);
        expect(epoll.wait(500)).toBe(1);
        timer.drain();
      }
      timer.armAt(nowUs() + 10_000);
      timer.disarm();
      expect(epoll.wait(30)).toBe(0);
    } finally {
      timer.close();
      epoll.close();
    }
  });
});

describe("EventFd", () => {
  it("wakes an epoll until drained, many notices being one", () => {
    const epoll = new Epoll();
    const event = EventFd.open();
    try {
      epoll.add(event.fd, 3);
      expect(event.drain()).toBe(false);
      event.notify();
      EventFd.attach(event.fd).notify();
      expect(epoll.wait(0)).toBe(1);
      expect(epoll.tag(0)).toBe(3);
      expect(event.drain()).toBe(true);
      expect(epoll.wait(0)).toBe(0);
      epoll.remove(event.fd);
      event.notify();
      expect(epoll.wait(0)).toBe(0);
    } finally {
      event.close();
      epoll.close();
    }
  });
});

describe("Epoll", () => {
  it("add() says which descriptor and why when the kernel refuses it", () => {
    const epoll = new Epoll();
    try {
      expect(() => epoll.add(-1, 0)).toThrow(SysError);
      expect(() => epoll.add(-1, 0)).toThrow(/epoll_ctl add descriptor -1.*EBADF/);
    } finally {
      epoll.close();
    }
  });

  it("knows that an event is packed on x86-64 only", () => {
    expect(epollEventLayout("x86_64")).toEqual({ size: 12, data: 4 });
    expect(epollEventLayout("aarch64")).toEqual({ size: 16, data: 8 });
  });
});
