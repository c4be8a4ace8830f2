import { afterEach, describe, expect, it } from "vitest";
import { configureLog, log, type LogLine, resetLog } from "./log.ts";
import { queueLines } from "./log_queue.ts";

afterEach(() => resetLog());

const line = (text: string): LogLine => ({ part: "vrrp", priority: 6, text, wallMs: 0 });

describe("log()", () => {
  it("writes nothing and does not fail before configureLog()", () => {
    expect(() => log("daemon").error("early")).not.toThrow();
  });

  it("gives part, priority and the text as it is", () => {
    const lines: LogLine[] = [];
    const early = log("checkers");
    configureLog([(one) => lines.push(one)], 0);
    early.error("{braces} %s {{twice}} ${x}");
    log("vrrp").warning("two\nlines");
    log("daemon").info("");
    expect(lines.map(({ part, priority, text }) => [part, priority, text])).toEqual([
      ["checkers", 3, "{braces} %s {{twice}} ${x}"],
      ["vrrp", 4, "two lines"],
      ["daemon", 6, ""],
    ]);
    expect(Math.abs(lines[0]!.wallMs - Date.now())).toBeLessThan(5000);
  });

  it.each([[0, 0], [1, 1], [2, 2], [3, 2]])(
    "with %i times -D tells %i more levels",
    (detail, more) => {
      const texts: string[] = [];
      configureLog([(one) => texts.push(one.text)], detail);
      log("vrrp").detail("detail");
      log("vrrp").trace("trace");
      expect(texts).toEqual(["detail", "trace"].slice(0, more));
    },
  );

  it("configureLog() replaces the sinks of before, and all of its own hear everything", () => {
    const [first, second, third]: string[][] = [[], [], []];
    configureLog([(one) => first!.push(one.text)], 0);
    configureLog([(one) => second!.push(one.text), (one) => third!.push(one.text)], 0);
    log("vrrp").info("x");
    expect([first, second, third]).toEqual([[], ["x"], ["x"]]);
  });
});

describe("queueLines()", () => {
  it("writes in order, one at a time", async () => {
    const written: string[] = [];
    let writing = 0;
    const queue = queueLines(async ({ text }) => {
      expect(++writing).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 1));
      written.push(text);
      writing--;
    });
    for (const text of ["a", "b", "c"]) queue.sink(line(text));
    await queue.flush(5000);
    expect(written).toEqual(["a", "b", "c"]);
    queue.sink(line("d"));
    await queue.flush(5000);
    expect(written).toEqual(["a", "b", "c", "d"]);
  });

  it("a writer that hangs costs lines, not time, and the loss is told when it goes on", async () => {
    const written: string[] = [];
    let goOn = () => {};
    const blocked = new Promise<void>((resolve) => goOn = resolve);
    const queue = queueLines(async ({ text }) => {
      await blocked;
      written.push(text);
    }, 4);
    for (let i = 0; i < 100; i++) queue.sink(line(`${i}`));
    const started = performance.now();
    await queue.flush(20);
    expect(performance.now() - started).toBeLessThan(2000);
    expect(queue.lost).toBe(95);
    goOn();
    await queue.flush(5000);
    expect(written.filter((text) => /^\d+$/.test(text))).toEqual(["0", "1", "2", "3", "4"]);
    expect(written.filter((text) => text.startsWith("95 log lines were lost"))).toHaveLength(1);
  });

  it("writes a line that comes just when the queue has run empty", async () => {
    for (let turns = 0; turns < 12; turns++) {
      const written: string[] = [];
      const queue = queueLines(({ text }) => {
        written.push(text);
        return Promise.resolve();
      });
      queue.sink(line("first"));
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      queue.sink(line("second"));
      await queue.flush(5000);
      expect(written).toEqual(["first", "second"]);
    }
  });

  it("counts lines whose writer fails and goes on with the next", async () => {
    const written: string[] = [];
    const queue = queueLines(({ text }) => {
      if (text === "bad") return Promise.reject(new Error("no"));
      written.push(text);
      return Promise.resolve();
    });
    for (const text of ["a", "bad", "b"]) queue.sink(line(text));
    await queue.flush(5000);
    expect(written).toEqual(["a", "b"]);
    expect(queue.lost).toBe(1);
  });
});
