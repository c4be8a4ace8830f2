import { describe, expect, it } from "vitest";
import type { Config, VirtualServer } from "../conf/model.ts";
import type { CheckOutcome } from "./contract.ts";
import {
  config,
  EngineBench,
  miscCheck,
  realServer,
  SECOND_US,
  SORRY,
  tcpCheck,
  virtualServer,
} from "./test_support.ts";

const UP: CheckOutcome = { kind: "connected" };
const DOWN: CheckOutcome = { kind: "refused" };

function services(...list: Partial<VirtualServer>[]): Config {
  return config({ virtualServers: list.map((change, i) => virtualServer(i + 1, change)) });
}

/** A bench whose servers answer as the set says. */
function benchOf(down: Set<string> = new Set()): EngineBench {
  const bench = new EngineBench();
  bench.check = (name) => down.has(name) ? DOWN : UP;
  return bench;
}

const RS1 = "[192.0.2.1]:tcp:80";
const RS2 = "[192.0.2.2]:tcp:80";

describe("real servers", () => {
  it("are in service from the start, and the first failure removes one at once", () => {
    const bench = benchOf(new Set([RS1]));
    bench.start(services({}));
    expect(bench.destinations(1)).toEqual(["192.0.2.1:80 1", "192.0.2.2:80 1"]);
    bench.advance(2 * SECOND_US);
    expect(bench.destinations(1)).toEqual(["192.0.2.2:80 1"]);
  });

  it("leave after the retries and come back with the next good check", () => {
    const down = new Set<string>();
    const bench = benchOf(down);
    bench.start(services({}));
    bench.advance(2 * SECOND_US);
    down.add(RS1);
    bench.advance(5 * SECOND_US);
    expect(bench.destinations(1)).toHaveLength(2);
    bench.advance(SECOND_US);
    expect(bench.destinations(1)).toEqual(["192.0.2.2:80 1"]);
    down.delete(RS1);
    bench.advance(6 * SECOND_US);
    expect(bench.destinations(1)).toEqual(["192.0.2.2:80 1", "192.0.2.1:80 1"]);
    expect(bench.lines.filter((line) => line.startsWith("Removing service"))).toEqual([
      `Removing service ${RS1} from VS [198.51.100.1]:tcp:80: ` +
      "weight 1, alive 1 of 2 with weight 1",
    ]);
  });

  it("stay with weight 0 under inhibit_on_failure", () => {
    const bench = benchOf(new Set([RS1]));
    const realServers = [realServer(1, { inhibitOnFailure: true }), realServer(2)];
    bench.start(services({ realServers }));
    bench.advance(2 * SECOND_US);
    expect(bench.destinations(1)).toEqual(["192.0.2.1:80 0", "192.0.2.2:80 1"]);
    expect(bench.lines).toContainEqual(expect.stringContaining(`Disabling service ${RS1} of VS`));
  });

  it("wait for their first good check under alpha", () => {
    const bench = benchOf();
    bench.start(services({ realServers: [realServer(1, { alpha: true })] }));
    expect(bench.destinations(1)).toEqual([]);
    bench.advance(2 * SECOND_US);
    expect(bench.destinations(1)).toEqual(["192.0.2.1:80 1"]);
  });

  it("are up only when all checkers are", () => {
    const bench = benchOf();
    const realServers = [realServer(1, { checkers: [tcpCheck(), miscCheck("/m")] })];
    bench.check = () => null;
    bench.start(services({ realServers }));
    bench.advance(2 * SECOND_US);
    const runs = bench.take().filter((output) => output.kind === "runCheck");
    expect(runs.map((run) => run.spec.kind)).toEqual(["TCP_CHECK", "MISC_CHECK"]);
    const [tcp, misc] = runs.map((run) => run.run);
    bench.input({ kind: "checkResult", run: tcp!, outcome: DOWN });
    expect(bench.destinations(1)).toEqual([]);
    const outcome = { kind: "script" as const, outcome: { kind: "exit" as const, code: 0 } };
    bench.input({ kind: "checkResult", run: misc!, outcome });
    expect(bench.destinations(1)).toEqual([]);
    bench.advance(6 * SECOND_US);
    for (const output of bench.take()) {
      if (output.kind !== "runCheck") continue;
      const isTcp = output.spec.kind === "TCP_CHECK";
      bench.input({ kind: "checkResult", run: output.run, outcome: isTcp ? UP : outcome });
    }
    expect(bench.destinations(1)).toEqual(["192.0.2.1:80 1"]);
  });

  it("without a checker are always up", () => {
    const bench = benchOf();
    bench.start(services({ realServers: [realServer(1, { checkers: [] })] }));
    bench.advance(60 * SECOND_US);
    expect(bench.destinations(1)).toEqual(["192.0.2.1:80 1"]);
  });

  it("take the weight that misc_dynamic says", () => {
    const bench = new EngineBench();
    const codes = [12, 0, 1, 5];
    bench.check = () => ({ kind: "script", outcome: { kind: "exit", code: codes.shift() ?? 5 } });
    const realServers = [realServer(1, { checkers: [miscCheck("/m", { dynamic: true })] })];
    bench.start(services({ realServers }));
    bench.advance(SECOND_US);
    expect(bench.destinations(1)).toEqual(["192.0.2.1:80 10"]);
    bench.advance(6 * SECOND_US);
    expect(bench.destinations(1)).toEqual(["192.0.2.1:80 1"]);
    bench.advance(6 * SECOND_US);
    expect(bench.destinations(1)).toEqual([]);
    bench.advance(6 * SECOND_US);
    expect(bench.destinations(1)).toEqual(["192.0.2.1:80 3"]);
    expect(bench.lines).toContainEqual(
      `Changing weight from 1 to 10 for active service ${RS1} of VS [198.51.100.1]:tcp:80`,
    );
  });
});

describe("first checks", () => {
  it("come at random times within the warm-up, one second after the start at the earliest", () => {
    const bench = new EngineBench();
    const checkers = [tcpCheck({ warmupUs: 6 * SECOND_US })];
    const realServers = Array.from({ length: 50 }, (_, i) => realServer(i + 1, { checkers }));
    bench.start(services({ realServers }));
    const times: number[] = [];
    while (bench.engine.nextTimeout() < Infinity) {
      bench.nowUs = bench.engine.nextTimeout();
      bench.input({ kind: "timer" });
      for (const output of bench.take()) if (output.kind === "runCheck") times.push(bench.nowUs);
    }
    expect(times).toHaveLength(50);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(SECOND_US);
    expect(Math.max(...times)).toBeLessThan(7 * SECOND_US);
    expect(new Set(times).size).toBeGreaterThan(40);
  });
});

describe("quorum and sorry server", () => {
  it("all down: the servers leave, then the sorry server comes; and back", () => {
    const down = new Set([RS1, RS2]);
    const bench = benchOf(down);
    bench.start(services({ sorryServer: SORRY }));
    bench.advance(2 * SECOND_US);
    expect(bench.destinations(1)).toEqual(["127.0.0.1:80 1"]);
    expect(bench.lines.slice(-3)).toEqual([
      `Removing service ${RS2} from VS [198.51.100.1]:tcp:80: weight 1, ` +
      "alive 0 of 2 with weight 0",
      "Lost quorum 1-0=1 > 0 for VS [198.51.100.1]:tcp:80: alive 0 of 2",
      "Adding sorry server [127.0.0.1]:tcp:80 to VS [198.51.100.1]:tcp:80",
    ]);
    bench.operations.length = 0;
    down.clear();
    bench.advance(7 * SECOND_US);
    expect(bench.destinations(1)).toEqual(["192.0.2.1:80 1", "192.0.2.2:80 1"]);
    expect(bench.operations.map((operation) => operation.op)).toEqual([
      "deleteDestination",
      "addDestination",
      "addDestination",
    ]);
    expect(bench.operations[0]).toMatchObject({ destination: { address: "127.0.0.1" } });
    expect(bench.lines).toContain(
      "Gained quorum 1+0=1 <= 1 for VS [198.51.100.1]:tcp:80: alive 1 of 2",
    );
  });

  it("below the quorum the servers that are alive leave too, first", () => {
    const bench = benchOf(new Set([RS1]));
    bench.start(services({ sorryServer: SORRY, quorum: 2 }));
    bench.advance(2 * SECOND_US);
    expect(bench.destinations(1)).toEqual(["127.0.0.1:80 1"]);
    const ops = bench.operations.slice(-3);
    expect(ops.map((operation) => operation.op)).toEqual([
      "deleteDestination",
      "deleteDestination",
      "addDestination",
    ]);
  });

  it("a server that recovers waits until the quorum is back", () => {
    const down = new Set([RS1, RS2]);
    const bench = benchOf(down);
    bench.start(services({ sorryServer: SORRY, quorum: 2 }));
    bench.advance(2 * SECOND_US);
    down.delete(RS1);
    bench.advance(7 * SECOND_US);
    expect(bench.destinations(1)).toEqual(["127.0.0.1:80 1"]);
    expect(bench.lines.at(-1)).toContain("the sorry server stays");
    down.delete(RS2);
    bench.advance(7 * SECOND_US);
    expect(bench.destinations(1)).toEqual(["192.0.2.1:80 1", "192.0.2.2:80 1"]);
  });

  it("hysteresis keeps the quorum until it is undercut, and asks for more to gain it", () => {
    const names = [1, 2, 3, 4].map((n) => `[192.0.2.${n}]:tcp:80`);
    const down = new Set<string>();
    const bench = benchOf(down);
    const realServers = [1, 2, 3, 4].map((n) => realServer(n));
    bench.start(services({ sorryServer: SORRY, quorum: 3, hysteresis: 1, realServers }));
    const quorumUp = () => bench.engine.state.services.get("[198.51.100.1]:tcp:80")?.quorumUp;
    const alive: [number, boolean][] = [[4, true], [3, true], [2, true], [1, false], [2, false]];
    for (const [count, want] of [...alive, [3, false], [4, true]] as [number, boolean][]) {
      down.clear();
      for (const name of names.slice(count)) down.add(name);
      bench.advance(20 * SECOND_US);
      expect([count, quorumUp()]).toEqual([count, want]);
    }
  });

  it("without a sorry server the alive ones stay in", () => {
    const bench = benchOf(new Set([RS1]));
    bench.start(services({ quorum: 2 }));
    bench.advance(2 * SECOND_US);
    expect(bench.destinations(1)).toEqual(["192.0.2.2:80 1"]);
    expect(bench.lines).toContainEqual(expect.stringContaining("Lost quorum 2-0=2 > 1"));
  });

  it("starts with the sorry server when nothing is up yet (alpha)", () => {
    const bench = benchOf();
    const realServers = [realServer(1, { alpha: true })];
    bench.start(services({ sorryServer: SORRY, realServers }));
    expect(bench.destinations(1)).toEqual(["127.0.0.1:80 1"]);
    expect(bench.lines.some((line) => line.startsWith("Starting with quorum down"))).toBe(true);
    bench.advance(2 * SECOND_US);
    expect(bench.destinations(1)).toEqual(["192.0.2.1:80 1"]);
  });

  it("keeps inhibited servers at weight 0 beside the sorry server", () => {
    const bench = benchOf(new Set([RS1]));
    const realServers = [realServer(1, { inhibitOnFailure: true })];
    bench.start(services({ sorryServer: SORRY, realServers }));
    bench.advance(2 * SECOND_US);
    expect(bench.destinations(1)).toEqual(["192.0.2.1:80 0", "127.0.0.1:80 1"]);
  });
});

describe("reload", () => {
  it("of the same configuration changes nothing and says nothing", () => {
    const bench = benchOf(new Set([RS1]));
    bench.start(services({ sorryServer: SORRY }));
    bench.advance(3 * SECOND_US);
    bench.take();
    bench.configure(services({ sorryServer: SORRY }));
    expect(bench.take()).toEqual([]);
    expect(bench.destinations(1)).toEqual(["192.0.2.2:80 1"]);
  });

  it("keeps a failed server out, adds a new one, removes an old one", () => {
    const bench = benchOf(new Set([RS1]));
    bench.start(services({}));
    bench.advance(3 * SECOND_US);
    bench.configure(services({ realServers: [realServer(1), realServer(3)] }));
    expect(bench.destinations(1)).toEqual(["192.0.2.3:80 1"]);
    expect(bench.lines.slice(-2)).toEqual([
      "Activating healthchecker for service [192.0.2.3]:tcp:80 for VS [198.51.100.1]:tcp:80",
      `service ${RS2} no longer exist: of VS [198.51.100.1]:tcp:80`,
    ]);
  });

  it("brings a server back whose failed check was taken away", () => {
    const bench = benchOf(new Set([RS1]));
    bench.start(services({ realServers: [realServer(1)] }));
    bench.advance(3 * SECOND_US);
    expect(bench.destinations(1)).toEqual([]);
    bench.configure(services({ realServers: [realServer(1, { checkers: [] })] }));
    expect(bench.destinations(1)).toEqual(["192.0.2.1:80 1"]);
  });

  it("changes weight and scheduler in place", () => {
    const bench = benchOf();
    bench.start(services({}));
    bench.operations.length = 0;
    const realServers = [realServer(1, { weight: 7 }), realServer(2)];
    bench.configure(services({ scheduler: "rr", realServers }));
    expect(bench.operations.map((operation) => operation.op)).toEqual([
      "setService",
      "setDestination",
    ]);
    expect(bench.destinations(1)).toEqual(["192.0.2.1:80 7", "192.0.2.2:80 1"]);
  });

  it("ends checks of what it removes and ignores their results", () => {
    const bench = new EngineBench();
    bench.start(services({ realServers: [realServer(1)] }));
    bench.advance(2 * SECOND_US);
    const run = bench.take().find((output) => output.kind === "runCheck");
    bench.configure(services());
    expect(bench.take()).toContainEqual({ kind: "abort", run: run?.run });
    bench.input({ kind: "checkResult", run: run?.run ?? 0, outcome: DOWN });
    expect(bench.engine.state.checkers.size).toBe(0);
    expect(bench.destinations(1)).toBeNull();
  });

  it("takes a shorter period from now on", () => {
    const bench = benchOf();
    const slow = realServer(1, { checkers: [tcpCheck({ delayLoopUs: 600 * SECOND_US })] });
    bench.start(services({ realServers: [slow] }));
    bench.advance(10 * SECOND_US);
    bench.configure(services({ realServers: [realServer(1)] }));
    bench.take();
    bench.advance(6 * SECOND_US);
    expect(bench.take().filter((output) => output.kind === "runCheck")).toHaveLength(1);
  });
});

describe("stop", () => {
  it("ends checks, removes the services, then tells that it is done", () => {
    const bench = new EngineBench();
    bench.start(services({ realServers: [realServer(1)] }));
    bench.advance(2 * SECOND_US);
    bench.take();
    bench.input({ kind: "command", command: "STOP", keepServices: false });
    expect(bench.take().map((output) => output.kind)).toEqual([
      "abort",
      "event",
      "event",
      "ipvs",
      "stopped",
    ]);
    expect(bench.table.size).toBe(0);
    expect(bench.lines.slice(-2)).toEqual([
      `Shutting down service ${RS1} from VS [198.51.100.1]:tcp:80`,
      "Shutting down virtual server [198.51.100.1]:tcp:80",
    ]);
    bench.advance(60 * SECOND_US);
    expect(bench.take()).toEqual([]);
  });

  it("leaves the services when told so", () => {
    const bench = benchOf();
    bench.start(services({}));
    bench.take();
    bench.input({ kind: "command", command: "STOP", keepServices: true });
    expect(bench.take()).toEqual([{ kind: "stopped" }]);
    expect(bench.destinations(1)).toHaveLength(2);
  });

  it("does not wait for ever for the balancer", () => {
    const bench = benchOf();
    bench.ipvs = () => null;
    bench.start(services({}));
    bench.input({ kind: "command", command: "STOP", keepServices: false });
    expect(bench.take().some((output) => output.kind === "stopped")).toBe(false);
    bench.advance(3 * SECOND_US);
    expect(bench.take().at(-1)).toEqual({ kind: "stopped" });
  });
});
