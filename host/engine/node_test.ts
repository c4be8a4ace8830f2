import { describe, expect, it } from "vitest";
import { type Input, type Output, OUTPUT_NOTICE, OUTPUT_TRANSITION } from "../core/abi.gen.ts";
import { Engine } from "./engine.ts";
import { type CoreHandle, Node, NODE_QUEUE_MAX, NODE_ROUNDS_MAX } from "./node.ts";
import {
  ALL_NOTIFY,
  config,
  instance,
  KeepingSink,
  SECOND_US,
  trackedScript,
  transition,
} from "./test_support.ts";

const HOST = { name: "director", user: "root" };
const INTERFACES = new Map([["eth0", 2]]);
const CONFIG = config({
  scripts: [trackedScript("chk")],
  instances: [instance("VI_1", {
    notify: ALL_NOTIFY,
    tracks: [{ tracker: "chk", watches: "SCRIPT", weight: 0, reverse: false }],
  })],
});

/** A core that notes its inputs and answers a tracker's state with a transition. */
class FakeCore implements CoreHandle {
  readonly inputs: { nowUs: number; kind: Input["kind"] }[] = [];
  readonly outputs: Output[] = [];

  handleInput(nowUs: number, input: Input): number {
    this.inputs.push({ nowUs, kind: input.kind });
    if (input.kind === "tracker") {
      const { instanceName: _, ...record } = transition(
        "",
        input.state === "GOOD" ? "BACKUP" : "FAULT",
      );
      this.outputs.push(record);
    }
    return input.kind === "link" ? 66 : 0;
  }

  #polled: Output | null = null;

  fire(nowUs: number): number {
    return this.handleInput(nowUs, { kind: "timer" });
  }

  poll(): number {
    this.#polled = this.outputs.shift() ?? null;
    return this.#polled === null ? 0 : 8;
  }

  outputKind(): number {
    return this.output().kind === "transition" ? OUTPUT_TRANSITION : OUTPUT_NOTICE;
  }

  output(): Output {
    if (this.#polled === null) throw new Error("nothing was polled");
    return this.#polled;
  }

  nextTimeout(): number {
    return Infinity;
  }
}

function nodeOf(queueDelayUs = 0) {
  const core = new FakeCore();
  const sink = new KeepingSink(core);
  const engine = new Engine({ seed: 1 });
  const node = new Node({ core, engine, sink, host: HOST, queueDelayUs });
  return { core, engine, sink, node };
}

/** Starts, and gives the first run's number. */
function startRun(node: Node, sink: KeepingSink): number {
  expect(node.configure(0, CONFIG, INTERFACES)).toEqual({ missingInterfaces: [], status: 0 });
  for (const { output } of sink.take()) if (output.kind === "runScript") return output.run;
  throw new Error("no script was run");
}

describe("Node", () => {
  it("hands the core the configuration first, then tracker states, and the engine transitions", () => {
    const { core, sink, node } = nodeOf();
    const run = startRun(node, sink);
    expect(core.inputs.map((input) => input.kind)).toEqual([
      "configBegin",
      "configTracker",
      "configInstance",
      "configTrack",
      "configCommit",
    ]);
    const outcome = { kind: "exit" as const, code: 0 };
    node.handleEngineInput(SECOND_US, { kind: "scriptResult", run, outcome });
    const outputs = sink.take();
    expect(core.inputs.at(-1)).toEqual({ nowUs: SECOND_US, kind: "tracker" });
    const kinds = outputs.map(({ from, output }) => `${from} ${output.kind}`);
    expect(kinds).toContain("core transition");
    expect(kinds.at(-1)).toBe("engine notify");
    const named = outputs.find((output) => output.from === "core");
    expect(named?.from === "core" ? named.record : null).toMatchObject({ instanceName: "VI_1" });
  });

  it("takes the queue's delay both ways", () => {
    const { core, sink, node } = nodeOf(1000);
    const run = startRun(node, sink);
    const outcome = { kind: "exit" as const, code: 1 };
    node.handleEngineInput(500, { kind: "scriptResult", run, outcome });
    expect(core.inputs.at(-1)?.kind).toBe("configCommit");
    expect(node.nextTimeout()).toBe(1500);
    node.handleTimer(1500);
    expect(core.inputs.at(-1)).toEqual({ nowUs: 1500, kind: "tracker" });
    expect(sink.take().some(({ output }) => output.kind === "notify")).toBe(false);
    node.handleTimer(2500);
    expect(sink.take().some(({ output }) => output.kind === "notify")).toBe(true);
  });

  it("tells the core at once what the worker hears itself, before a message under way", () => {
    const { core, sink, node } = nodeOf(1000);
    const run = startRun(node, sink);
    const outcome = { kind: "exit" as const, code: 1 };
    node.handleEngineInput(500, { kind: "scriptResult", run, outcome });
    node.handleCoreInput(600, { kind: "timer" });
    expect(core.inputs.at(-1)).toEqual({ nowUs: 600, kind: "timer" });
    node.handleTimer(1500);
    expect(core.inputs.at(-1)).toEqual({ nowUs: 1500, kind: "tracker" });
  });

  it("hands the core a message under way before the records of a reload", () => {
    const { core, sink, node } = nodeOf(1000);
    const run = startRun(node, sink);
    const outcome = { kind: "exit" as const, code: 1 };
    node.handleEngineInput(500, { kind: "scriptResult", run, outcome });
    const before = core.inputs.length;
    node.configure(600, CONFIG, INTERFACES);
    expect(core.inputs.slice(before, before + 2).map(({ kind }) => kind))
      .toEqual(["tracker", "configBegin"]);
  });

  it("a main thread that stands still does not hold the core", () => {
    const { core, sink, node } = nodeOf();
    startRun(node, sink);
    node.stallEngine(5 * SECOND_US);
    core.outputs.push(transition("", "MASTER"));
    node.handleCoreInput(SECOND_US, { kind: "timer" });
    expect(sink.take().map(({ from }) => from)).toEqual(["core"]);
    expect(node.nextTimeout()).toBe(5 * SECOND_US);
    node.handleTimer(5 * SECOND_US);
    expect(sink.take().some(({ output }) => output.kind === "notify")).toBe(true);
  });

  it("fires the engine's timer on time although a message is still under way", () => {
    const { sink, node, engine } = nodeOf(1000);
    const run = startRun(node, sink);
    node.handleEngineInput(500, {
      kind: "scriptResult",
      run,
      outcome: { kind: "exit", code: 0 },
    });
    const dueUs = engine.nextTimeout();
    node.handleTimer(1500);
    node.handleCoreInput(dueUs - 500, { kind: "tracker", tracker: 0, state: "BAD", value: 0 });
    sink.take();
    node.handleTimer(dueUs);
    const kinds = sink.take().map(({ output }) => output?.kind);
    expect(kinds).toEqual(["runScript"]);
    expect(node.nextTimeout()).toBe(dueUs + 500);
  });

  it("takes up more messages after a stall than halves may exchange in a moment", () => {
    const { sink, node } = nodeOf();
    startRun(node, sink);
    node.stallEngine(SECOND_US);
    for (let i = 0; i < 2 * NODE_ROUNDS_MAX; i++) node.handleEngineInput(i, { kind: "timer" });
    expect(node.queueLength).toBe(2 * NODE_ROUNDS_MAX);
    node.handleTimer(SECOND_US);
    expect(node.queueLength).toBe(0);
  });

  it("loses the oldest message of a full queue and counts it", () => {
    const { node, sink } = nodeOf();
    startRun(node, sink);
    node.stallEngine(5 * SECOND_US);
    for (let i = 0; i < NODE_QUEUE_MAX + 3; i++) node.handleEngineInput(1, { kind: "timer" });
    expect(node.overruns).toBe(3);
  });

  it("notes what the core refused", () => {
    const { node } = nodeOf();
    const forwarding = 0;
    node.handleCoreInput(1, {
      kind: "link",
      ifindex: 9,
      present: 1,
      flags: 0,
      mtu: 1500,
      forwarding,
      mac: "",
    });
    expect(node.refusals).toEqual([{ input: "link", status: 66 }]);
  });

  it("stops halves that answer each other without end", () => {
    const { core, engine, sink, node } = nodeOf();
    startRun(node, sink);
    core.handleInput = () => {
      core.outputs.push(transition("", "MASTER"));
      return 0;
    };
    const endless = engine;
    const poll = endless.pollOutput.bind(endless);
    endless.pollOutput = () => {
      const output = poll();
      if (output?.kind !== "notify") return output;
      return { kind: "tracker", tracker: 0, name: "chk", state: "BAD", value: 0 };
    };
    let answers = 0;
    const handle = endless.handleInput.bind(endless);
    endless.handleInput = (nowUs) => {
      const to = answers++ % 2 === 0 ? "MASTER" : "BACKUP";
      handle(nowUs, { kind: "transition", record: transition("VI_1", to) });
      const id = [...endless.state.notify.subjects.values()][0]?.running?.id ?? 0;
      handle(nowUs, { kind: "notifyDone", id, outcome: { kind: "exit", code: 0 } });
    };
    expect(() => node.handleCoreInput(1, { kind: "timer" })).toThrow("without end");
  });
});
