import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Engine } from "./engine.ts";
import {
  ALL_NOTIFY,
  config,
  EngineBench,
  httpCheck,
  instance,
  miscCheck,
  realServer,
  SECOND_US,
  SORRY,
  tcpCheck,
  trackedScript,
  transition,
  virtualServer,
} from "./test_support.ts";
import type { CheckOutcome, EngineInput, EngineOutput } from "./contract.ts";

const WHOLE = config({
  scripts: [trackedScript("chk", { intervalUs: 2 * SECOND_US, fall: 2 })],
  instances: [instance("VI_1", {
    notify: ALL_NOTIFY,
    smtpAlert: true,
    tracks: [{ tracker: "chk", watches: "SCRIPT", weight: 5, reverse: false }],
  })],
  virtualServers: [virtualServer(1, {
    sorryServer: SORRY,
    smtpAlert: true,
    realServers: [
      realServer(1, { smtpAlert: true }),
      realServer(2, { smtpAlert: true, checkers: [httpCheck(["/a", "/b"])] }),
      realServer(3, { smtpAlert: true, checkers: [miscCheck("/m"), tcpCheck()] }),
    ],
  })],
});

/** Random answers to everything that an engine asks, from one array of numbers. */
function play(engine: Engine, choices: number[]): EngineOutput[] {
  const bench = new EngineBench(engine);
  bench.nowUs = engine.state.nowUs;
  let at = 0;
  const next = () => choices[at++ % choices.length]!;
  const all: EngineOutput[] = [];
  bench.check = () => {
    const n = next() % 4;
    if (n === 0) return null;
    if (n === 1) return { kind: "timeout", phase: "connect" };
    const body = { digest: null, bytes: 1, contentLength: null };
    return n === 2 ? { kind: "connected" } : { kind: "response", status: 200, ...body };
  };
  bench.script = () => next() % 3 === 0 ? null : { kind: "exit", code: next() % 2 };
  for (let i = 0; i < 30; i++) {
    bench.advance(next() * SECOND_US / 10);
    const to = (["MASTER", "BACKUP", "FAULT"] as const)[next() % 3]!;
    bench.input({ kind: "transition", record: transition("VI_1", to) });
    for (const output of bench.take()) {
      all.push(output);
      const skip = next() % 3 === 0;
      if (skip) continue;
      const answer = answerOf(output);
      if (answer !== null) bench.input(answer);
    }
  }
  return [...all, ...bench.take()];
}

function answerOf(output: EngineOutput): EngineInput | null {
  switch (output.kind) {
    case "notify":
      return { kind: "notifyDone", id: output.id, outcome: { kind: "exit", code: 0 } };
    case "mail":
      return { kind: "mailDone", id: output.id, error: null };
    default:
      return null;
  }
}

const EXIT_0: CheckOutcome = { kind: "script", outcome: { kind: "exit", code: 0 } };

describe("Engine", () => {
  const choices = fc.array(fc.nat(255), { minLength: 20, maxLength: 60 });

  it("a copy of its state goes on exactly as the original", () => {
    fc.assert(
      fc.property(choices, choices, (first, second) => {
        const engine = new Engine({ seed: 3 });
        const bench = new EngineBench(engine);
        bench.start(WHOLE);
        play(engine, first);
        const copy = new Engine({ state: engine.exportState() });
        expect(play(copy, second)).toEqual(play(engine, second));
        expect(copy.exportState()).toEqual(engine.exportState());
      }),
      { numRuns: 30 },
    );
  });

  it("its outputs survive JSON (but for bytes of passwords, which stay inside)", () => {
    const engine = new Engine({ seed: 3 });
    new EngineBench(engine).start(WHOLE);
    const outputs = play(engine, [1, 7, 3, 9, 2, 2, 11, 5]);
    expect(outputs.length).toBeGreaterThan(50);
    expect(JSON.parse(JSON.stringify(outputs))).toEqual(outputs);
  });

  it("the table converges when everything answers, and then nothing more comes out", () => {
    fc.assert(
      fc.property(choices, (first) => {
        const engine = new Engine({ seed: 3 });
        const bench = new EngineBench(engine);
        bench.start(WHOLE);
        play(engine, first);
        const calm = new EngineBench(engine);
        calm.nowUs = engine.state.nowUs;
        calm.check = (name, what) => {
          if (what === "") return name === "[192.0.2.1]:tcp:80" ? { kind: "connected" } : EXIT_0;
          return { kind: "response", status: 200, digest: null, bytes: 1, contentLength: null };
        };
        calm.script = () => ({ kind: "exit", code: 0 });
        for (const [run, owner] of [...engine.state.runs]) {
          // What was never answered fails now.
          calm.input(
            owner.kind === "tracker"
              ? { kind: "scriptResult", run, outcome: { kind: "timeout" } }
              : { kind: "checkResult", run, outcome: { kind: "refused" } },
          );
        }
        // Long enough for every notification that waits, each passed over after 10 s.
        calm.advance(300 * SECOND_US);
        expect(calm.take().length).toBeGreaterThan(0);
        const service = [...engine.state.services.values()][0]!;
        const alive = [...service.realServers.values()].map((realServer) => realServer.alive);
        expect([alive, service.sorryActive]).toEqual([[true, true, false], false]);
        expect(engine.state.trackers.get("chk")?.state).toBe("GOOD");
        calm.advance(60 * SECOND_US);
        const kinds = new Set(calm.take().map((output) => output.kind));
        expect([...kinds].sort()).toEqual(["runCheck", "runScript"]);
      }),
      { numRuns: 30 },
    );
  });

  it("one reload after another of the same file leaves nothing behind", () => {
    const engine = new Engine({ seed: 3 });
    const bench = new EngineBench(engine);
    bench.start(WHOLE);
    const checkers = engine.state.checkers.size;
    const timers = engine.state.timers.heap.length;
    for (let i = 0; i < 100; i++) bench.configure(WHOLE);
    expect(engine.state.checkers.size).toBe(checkers);
    expect(engine.state.timers.heap.length).toBe(timers);
    expect(engine.state.outputs).toEqual([]);
  });

  it("takes a time that runs backwards as the last known", () => {
    const engine = new Engine({ seed: 3 });
    engine.handleInput(10 * SECOND_US, { kind: "timer" });
    engine.handleInput(5 * SECOND_US, { kind: "timer" });
    expect(engine.state.nowUs).toBe(10 * SECOND_US);
  });

  it("ignores answers that nobody waits for", () => {
    const bench = new EngineBench();
    bench.start(WHOLE);
    bench.take();
    bench.input({ kind: "scriptResult", run: 999, outcome: { kind: "exit", code: 0 } });
    bench.input({ kind: "checkResult", run: 999, outcome: { kind: "connected" } });
    bench.input({ kind: "notifyDone", id: 999, outcome: { kind: "exit", code: 0 } });
    bench.input({ kind: "mailDone", id: 999, error: null });
    bench.input({ kind: "ipvsDone", batch: 999, failures: [] });
    expect(bench.take()).toEqual([]);
  });
});

describe("mail of real servers and services (keepalived 2.2.7)", () => {
  it.each([
    [
      tcpCheck(),
      "=> TCP CHECK failed on service <=",
      "=> TCP CHECK succeed on service <=",
    ],
    [
      httpCheck(["/"]),
      "=> CHECK failed on service : HTTP request failed <=",
      "=> CHECK succeed on service <=",
    ],
    [
      miscCheck("/m"),
      "=> MISC CHECK failed on service <=",
      "=> MISC CHECK succeeded on service <=",
    ],
  ])("%#", (checker, downBody, upBody) => {
    let up = true;
    const bench = new EngineBench();
    bench.check = () => {
      if (checker.kind === "TCP_CHECK") return { kind: up ? "connected" : "refused" };
      if (checker.kind === "MISC_CHECK") {
        return { kind: "script", outcome: { kind: "exit", code: up ? 0 : 1 } };
      }
      const status = up ? 200 : 500;
      return { kind: "response", status, digest: null, bytes: 1, contentLength: null };
    };
    const realServers = [realServer(1, { smtpAlert: true, checkers: [checker] })];
    bench.start(config({ virtualServers: [virtualServer(1, { smtpAlert: true, realServers })] }));
    const texts: string[] = [];
    const run = (us: number) => {
      bench.advance(us);
      for (let i = 0; i < 10; i++) {
        for (const output of bench.take()) {
          if (output.kind !== "mail") continue;
          texts.push(`${output.message.subject} | ${output.message.body}`);
          bench.input({ kind: "mailDone", id: output.id, error: null });
        }
      }
    };
    run(20 * SECOND_US);
    up = false;
    run(20 * SECOND_US);
    up = true;
    run(20 * SECOND_US);
    const server = "[node1] Realserver [192.0.2.1]:tcp:80 of virtual server [198.51.100.1]:tcp:80";
    const service = "[node1] Virtualserver [198.51.100.1]:tcp:80";
    expect(texts).toEqual([
      `${service} - UP | => Starting with quorum up 1+0=1 <= 1 <=`,
      // Its first success is told by mail, of the other checks only changes are.
      ...(checker.kind === "MISC_CHECK" ? [`${server} - UP | ${upBody}`] : []),
      `${service} - DOWN | => Lost quorum 1+0=1 <= 0 <=`,
      `${server} - DOWN | ${downBody}`,
      `${service} - UP | => Gained quorum 1+0=1 <= 1 <=`,
      `${server} - UP | ${upBody}`,
    ]);
  });
});
