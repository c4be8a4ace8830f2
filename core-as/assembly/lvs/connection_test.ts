// A connection's life as the director sees it: states by the client's segments, counts of active and
// inactive, timeouts, ports used again, destinations that go and come back, the full table.

import { describe, expect, it } from "vitest";
import fc from "fast-check";
import {
  ACK,
  FIN,
  type FrameParts,
  PSH,
  RST,
  SYN,
  tcpFrame,
  TestDirector,
  udpFrame,
} from "../../testing_director.ts";
import { ID_NONE, STATUS_MEMORY, STATUS_NOT_INITIALISED } from "../../../host/core/abi.gen.ts";

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;

/** A director with one TCP service and some destinations of weight 1; the last one comes first. */
function balancer(destinations = 1, connections = 64): TestDirector {
  const director = new TestDirector(connections);
  director.service(0, "WLC");
  for (let i = 0; i < destinations; i++) director.destination(0, i, 1);
  director.outputs();
  return director;
}

function counts(director: TestDirector, destination = 0): [active: number, inactive: number] {
  const { active, inactive } = director.destinationStatus(destination);
  return [active, inactive];
}

/** Sends one segment; returns its status. */
function segment(director: TestDirector, flags: number, sourcePort = 40000): string {
  return director.frame(tcpFrame({ flags, sourcePort })).status;
}

describe("connection states (ip_vs, the client's half only)", () => {
  const A: [number, number] = [1, 0];
  const I: [number, number] = [0, 1];
  const cases: [name: string, flags: number[], counts: [number, number], timeoutS: number][] = [
    ["SYN: SYN_RECV, active, 1 min", [SYN], A, 60],
    ["SYN again: SYN_RECV", [SYN, SYN], A, 60],
    ["ACK: ESTABLISHED, active, 15 min", [SYN, ACK], A, 900],
    ["data: ESTABLISHED", [SYN, ACK, ACK | PSH], A, 900],
    ["SYN in ESTABLISHED changes nothing", [SYN, ACK, SYN], A, 900],
    ["FIN: FIN_WAIT, inactive, 2 min", [SYN, ACK, FIN | ACK], I, 120],
    ["ACK after FIN: FIN_WAIT", [SYN, ACK, FIN | ACK, ACK], I, 120],
    ["FIN at once: TIME_WAIT, inactive, 2 min", [SYN, FIN], I, 120],
    ["RST: CLOSE, inactive, 10 s", [SYN, ACK, RST], I, 10],
    ["RST before ESTABLISHED: SYN_RECV", [SYN, RST], A, 60],
    ["RST after FIN: CLOSE", [SYN, ACK, FIN, RST | ACK], I, 10],
    ["no flag at all: CLOSE", [SYN, ACK, 0], I, 10],
    ["RST counts before FIN and SYN", [SYN, ACK, RST | FIN | SYN | ACK], I, 10],
    ["ACK in CLOSE: CLOSE", [SYN, ACK, RST, ACK], I, 10],
  ];
  for (const [name, flags, expected, timeoutS] of cases) {
    it(name, () => {
      const director = balancer();
      for (const one of flags) expect(segment(director, one)).toBe("OK");
      expect(counts(director)).toEqual(expected);
      expect(director.core.f64("nextTimeout")).toBe(director.now + timeoutS * SECOND);
      director.pass(timeoutS * SECOND - 1);
      expect(counts(director)).toEqual(expected);
      director.pass(1);
      expect(counts(director)).toEqual([0, 0]);
      expect(director.status()).toMatchObject({ connections: 0, expired: 1, connectionsPeak: 1 });
      expect(director.core.f64("nextTimeout")).toBe(Infinity);
    });
  }

  it("UDP: inactive, 5 min from the last datagram", () => {
    const director = new TestDirector();
    director.service(0, "WLC", { protocol: "UDP", port: 53 });
    director.destination(0, 0, 1, { port: 53 });
    const datagram = udpFrame({ destinationPort: 53 });
    expect(director.frame(datagram).status).toBe("OK");
    director.pass(4 * MINUTE);
    expect(director.frame(datagram).status).toBe("OK");
    director.pass(5 * MINUTE - 1);
    expect(counts(director)).toEqual([0, 1]);
    director.pass(1);
    expect(counts(director)).toEqual([0, 0]);
  });

  it("every packet starts the timeout anew, in whatever order connections were opened", () => {
    const director = balancer();
    for (let port = 1; port <= 3; port++) {
      segment(director, SYN, port);
      segment(director, ACK, port);
      director.pass(SECOND);
    }
    // Opened at 0, 1 and 2 s; at 3 s the first one speaks again.
    segment(director, ACK, 1);
    director.pass(897 * SECOND);
    const left = [director.status().connections];
    for (let i = 0; i < 3; i++) {
      director.pass(SECOND);
      left.push(director.status().connections);
    }
    expect(left).toEqual([3, 2, 1, 0]);
  });

  it("forgets a due connection when its packet comes before the timer does", () => {
    const director = balancer();
    segment(director, SYN);
    director.now += 60 * SECOND;
    expect(segment(director, ACK)).toBe("NO_CONNECTION");
    expect(counts(director)).toEqual([0, 0]);
  });

  it("stands still when time runs backwards", () => {
    const director = balancer();
    segment(director, SYN);
    director.now -= SECOND / 2;
    expect(segment(director, ACK)).toBe("TIME");
    expect(director.core.f64("nextTimeout"))
      .toBe(director.now + SECOND / 2 + 900 * SECOND);
  });
});

describe("a client port that is used again", () => {
  for (
    const [state, flags] of [
      ["FIN_WAIT", [SYN, ACK, FIN | ACK]],
      ["TIME_WAIT", [SYN, FIN]],
      ["CLOSE", [SYN, ACK, RST]],
    ] as const
  ) {
    it(`gets a new pick in ${state}`, () => {
      const director = balancer(2);
      for (const one of flags) segment(director, one);
      expect(director.frame(tcpFrame({ flags: ACK })).sent?.destination).toBe(1);
      // The old connection still counts for destination 1, so the pick falls on the other one.
      director.core.u32("testDirectorLoad", 1, 1, 1);
      expect(director.frame(tcpFrame({ flags: SYN })).sent?.destination).toBe(0);
      expect(director.status()).toMatchObject({ connections: 1, rescheduled: 1 });
      expect(counts(director, 0)).toEqual([1, 0]);
    });
  }

  it("stays where it is while the old connection is alive", () => {
    const director = balancer(2);
    expect(director.frame(tcpFrame({ flags: SYN })).sent?.destination).toBe(1);
    expect(director.frame(tcpFrame({ flags: SYN })).sent?.destination).toBe(1);
    expect(director.status().rescheduled).toBe(0);
  });
});

describe("a destination that is removed", () => {
  it("drops all but a SYN, which gets another destination at once", () => {
    const director = balancer(2);
    expect(director.frame(tcpFrame({ flags: SYN })).sent?.destination).toBe(1);
    segment(director, ACK);
    director.remove(1);
    for (const flags of [ACK, ACK | PSH, FIN | ACK, RST]) {
      expect(director.frame(tcpFrame({ flags }))).toEqual({
        status: "DESTINATION_REMOVED",
        sent: null,
      });
    }
    expect(counts(director, 1)).toEqual([1, 0]);
    expect(director.frame(tcpFrame({ flags: SYN })).sent?.destination).toBe(0);
    expect(counts(director, 1)).toEqual([0, 0]);
    expect(counts(director, 0)).toEqual([1, 0]);
    expect(director.status()).toMatchObject({ destinationRemoved: 4, rescheduled: 1 });
  });

  it("gives datagrams another destination at once", () => {
    const director = new TestDirector();
    director.service(0, "RR", { protocol: "UDP" });
    director.destination(0, 0, 1);
    director.destination(0, 1, 1);
    expect(director.frame(udpFrame({})).sent?.destination).toBe(1);
    director.remove(1);
    expect(director.frame(udpFrame({})).sent?.destination).toBe(0);
  });

  it("does not keep the connection alive by what is dropped", () => {
    const director = balancer();
    segment(director, SYN);
    director.remove(0);
    director.pass(59 * SECOND);
    expect(segment(director, ACK)).toBe("DESTINATION_REMOVED");
    director.pass(SECOND);
    expect(director.status().connections).toBe(0);
  });

  it("has its connections and counts again when it comes back", () => {
    const director = balancer();
    segment(director, SYN);
    segment(director, ACK);
    director.remove(0);
    expect(director.destinationStatus(0)).toMatchObject({ present: 0, active: 1 });
    director.destination(0, 0, 3);
    expect(director.frame(tcpFrame({ flags: ACK })).sent?.destination).toBe(0);
    expect(director.destinationStatus(0)).toMatchObject({
      present: 1,
      active: 1,
      weight: 3,
      connections: 1,
      packets: 3,
      bytes: 120,
    });
  });

  it("leaves no connection behind when its number becomes another server's", () => {
    const director = balancer();
    segment(director, SYN);
    director.destination(0, 0, 1, { address: "10.9.77.1" });
    expect(counts(director)).toEqual([0, 0]);
    expect(segment(director, ACK)).toBe("NO_CONNECTION");
    expect(director.status().connections).toBe(0);
  });
});

describe("weight 0", () => {
  it("gets nothing new and keeps what it has", () => {
    const director = balancer(2);
    expect(director.frame(tcpFrame({ flags: SYN })).sent?.destination).toBe(1);
    director.destination(0, 1, 0);
    expect(director.frame(tcpFrame({ flags: ACK })).sent?.destination).toBe(1);
    for (let port = 1; port < 5; port++) {
      expect(director.frame(tcpFrame({ flags: SYN, sourcePort: port })).sent?.destination).toBe(0);
    }
    expect(counts(director, 1)).toEqual([1, 0]);
  });
});

describe("a persistent service", () => {
  const persistent = (destinations = 3, connections = 64) => {
    const director = new TestDirector(connections);
    director.service(0, "RR", { persistenceS: 100 });
    for (let i = 0; i < destinations; i++) director.destination(0, i, 1);
    director.outputs();
    return director;
  };
  const to = (director: TestDirector, parts: FrameParts) =>
    director.frame(tcpFrame({ flags: SYN, ...parts })).sent?.destination;

  it("sends all connections of a client to one destination, other clients on", () => {
    const director = persistent();
    const ports = [1, 2, 3, 4];
    expect(ports.map((sourcePort) => to(director, { sourcePort }))).toEqual([2, 2, 2, 2]);
    expect(to(director, { source: "10.9.0.50" })).toBe(1);
    expect(to(director, { source: "10.9.0.51" })).toBe(0);
    expect(to(director, { sourcePort: 5 })).toBe(2);
    expect(director.destinationStatus(2)).toMatchObject({ persistent: 1, active: 5, inactive: 0 });
    expect(director.status().connections).toBe(10);
  });

  it("holds a client for its time since the last new connection, and no longer", () => {
    const director = persistent();
    const close = (sourcePort: number) => {
      segment(director, ACK, sourcePort);
      segment(director, RST, sourcePort);
    };
    expect(to(director, { sourcePort: 1 })).toBe(2);
    close(1);
    director.pass(99 * SECOND);
    expect(to(director, { sourcePort: 2 })).toBe(2);
    close(2);
    director.pass(100 * SECOND - 1);
    expect(to(director, { sourcePort: 3 })).toBe(2);
    close(3);
    director.pass(100 * SECOND);
    expect(to(director, { sourcePort: 4 })).toBe(1);
    expect(director.destinationStatus(2).persistent).toBe(0);
    expect(director.destinationStatus(1).persistent).toBe(1);
    close(4);
    director.pass(121 * SECOND);
    expect(director.status().connections).toBe(0);
    expect(director.core.f64("nextTimeout")).toBe(Infinity);
  });

  it("holds a client as long as a connection of it lives", () => {
    const director = persistent();
    expect(to(director, { sourcePort: 1 })).toBe(2);
    segment(director, ACK, 1);
    director.pass(800 * SECOND);
    expect(to(director, { sourcePort: 2 })).toBe(2);
  });

  it("binds the client anew when its destination is gone", () => {
    const director = persistent();
    expect(to(director, { sourcePort: 1 })).toBe(2);
    director.remove(2);
    expect(to(director, { sourcePort: 2 })).toBe(1);
    expect(to(director, { sourcePort: 3 })).toBe(1);
    director.destination(0, 2, 1);
    expect(to(director, { sourcePort: 4 })).toBe(1);
    // The number gets another meaning: the connection by the old binding goes without harm.
    director.destination(0, 2, 1, { address: "10.9.88.1" });
    director.destination(0, 1, 1, { address: "10.9.88.2" });
    expect(director.status().connections).toBe(1);
    const next = to(director, { sourcePort: 5 });
    expect(to(director, { sourcePort: 6 })).toBe(next);
    expect(director.destinationStatus(next!)).toMatchObject({ active: 2, persistent: 1 });
  });

  it("keeps to a destination whose weight became 0, as ip_vs does", () => {
    const director = persistent();
    expect(to(director, { sourcePort: 1 })).toBe(2);
    director.destination(0, 2, 0);
    expect(to(director, { sourcePort: 2 })).toBe(2);
    expect(to(director, { source: "10.9.0.50" })).toBe(1);
  });

  it("on port 0 takes all ports that no other service has, and keeps their connections apart", () => {
    const director = persistent();
    director.service(1, "RR", { port: 0, persistenceS: 300 });
    for (let i = 3; i < 6; i++) director.destination(1, i, 1, { port: 0 });
    expect(to(director, { destinationPort: 81 })).toBe(5);
    expect(to(director, { destinationPort: 443 })).toBe(5);
    expect(to(director, { destinationPort: 80 })).toBe(2);
    expect(director.destinationStatus(5)).toMatchObject({ active: 2, persistent: 1 });
    expect(director.frame(tcpFrame({ flags: FIN, destinationPort: 81 })).status).toBe("OK");
    expect(director.destinationStatus(5)).toMatchObject({ active: 1, inactive: 1 });
    expect(director.frame(udpFrame({ destinationPort: 81 })).status).toBe("NOT_OURS");
  });

  it("refuses when only the binding finds room", () => {
    const director = persistent(1, 1);
    expect(segment(director, SYN, 1)).toBe("CONNECTION_LIMIT");
    expect(segment(director, SYN, 2)).toBe("CONNECTION_LIMIT");
    director.pass(120 * SECOND);
    expect(director.status().connections).toBe(0);
  });
});

describe("the full table", () => {
  it("refuses, counts, tells once, and takes again what has room", () => {
    const director = balancer(1, 3);
    for (let port = 1; port <= 3; port++) expect(segment(director, SYN, port)).toBe("OK");
    director.outputs();
    expect(director.frame(tcpFrame({ flags: SYN, sourcePort: 4 }))).toEqual({
      status: "CONNECTION_LIMIT",
      sent: null,
    });
    expect(segment(director, SYN, 5)).toBe("CONNECTION_LIMIT");
    expect(director.serviceStatus(0).connectionLimit).toBe(2);
    expect(director.status()).toMatchObject({ connections: 3, connectionsMax: 3 });
    expect(segment(director, ACK, 2)).toBe("OK");
    director.pass(60 * SECOND);
    expect(director.status()).toMatchObject({ connections: 1, expired: 2 });
    expect(segment(director, SYN, 4)).toBe("OK");
    expect(segment(director, SYN, 5)).toBe("OK");
    expect(segment(director, SYN, 6)).toBe("CONNECTION_LIMIT");
  });

  it("tells at most once in DIRECTOR_QUIET_US, with the count", () => {
    const director = balancer(1, 1);
    segment(director, SYN, 1);
    const told: number[] = [];
    for (let i = 0; i < 25; i++) {
      const frame = tcpFrame({ flags: SYN, sourcePort: 2 });
      director.input({ kind: "frame", ifindex: 7, vnetHeaderLength: 0, payload: frame });
      for (const output of director.outputs()) {
        if (output.kind === "directorNotice") told.push(output.count);
      }
      director.pass(SECOND);
    }
    expect(told).toEqual([1, 10, 10]);
  });

  it("holds CONNECTION_MAX connections and lets them all go in bounded steps", () => {
    const director = balancer(4, 65_536);
    director.service(1, "WLC", { port: 81 });
    director.destination(1, 9, 1, { port: 81 });
    const syn = tcpFrame({ flags: SYN });
    for (let port = 0; port < 65_536; port++) {
      syn.set([port >> 8, port & 255], 34);
      const status = director.fastFrame(syn);
      if (status !== "OK") expect(status).toBe("OK");
    }
    expect(director.fastFrame(tcpFrame({ destinationPort: 81 }))).toBe("CONNECTION_LIMIT");
    for (let i = 0; i < 4; i++) expect(counts(director, i)).toEqual([16_384, 0]);
    director.now += 60 * SECOND;
    let steps = 0;
    while (director.core.f64("nextTimeout") <= director.now) {
      director.pass(0);
      steps++;
    }
    expect(steps).toBe(64);
    expect(director.status()).toMatchObject({ connections: 0, expired: 65_536 });
  });
});

describe("any sequence of segments", () => {
  it("keeps the counts of all destinations equal to the connections in the table", () => {
    const step = fc.record({
      port: fc.integer({ min: 1, max: 12 }),
      flags: fc.nat(31),
      passUs: fc.constantFrom(0, 0, SECOND, 10 * SECOND, 60 * SECOND, 120 * SECOND),
      destination: fc.nat(11),
    });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 150 }),
        fc.constantFrom(0, 5, 100),
        (steps, persistenceS) => {
          const director = balancer(4, 8);
          if (persistenceS > 0) director.service(0, "WLC", { persistenceS });
          for (const { port, flags, passUs, destination } of steps) {
            if (destination < 4) director.remove(destination);
            else if (destination < 8) director.destination(0, destination - 4, destination - 4);
            const decision = director.frame(tcpFrame({ flags, sourcePort: port }));
            if (decision.sent !== null && decision.status === "OK") {
              expect(director.destinationStatus(decision.sent.destination).present).toBe(1);
            }
            director.pass(passUs);
            let sum = 0;
            for (let i = 0; i < 4; i++) {
              const { active, inactive, persistent } = director.destinationStatus(i);
              sum += active + inactive + persistent;
            }
            expect(sum).toBe(director.status().connections);
            expect(sum).toBeLessThanOrEqual(8);
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe("a checkpoint", () => {
  it("is the used memory: a copy goes on as the original does", () => {
    const director = balancer(3);
    for (let port = 1; port < 20; port++) segment(director, SYN, port);
    director.remove(1);
    const twin = new TestDirector(64);
    const used = director.core.u32("memoryUsed");
    twin.core.bytes.set(director.core.take(0, used));
    twin.now = director.now;
    for (let port = 10; port < 40; port++) {
      for (const flags of [ACK, SYN, FIN | ACK]) {
        const frame = tcpFrame({ flags, sourcePort: port });
        expect(twin.frame(frame)).toEqual(director.frame(frame));
      }
    }
    expect(twin.status()).toEqual(director.status());
    const differs = twin.core.take(0, used).findIndex((byte, i) => byte !== director.core.bytes[i]);
    expect(differs).toBe(-1);
  });
});

describe("directorInit()", () => {
  it("reserves no more than directorBytesNeeded() says, and hardly less", () => {
    for (const connections of [1, 17, 1000, 65_536]) {
      const { core } = new TestDirector(connections);
      const needed = core.u32("directorBytesNeeded", connections);
      const used = core.u32("memoryUsed");
      expect(used).toBeLessThanOrEqual(needed);
      expect(used).toBeGreaterThan(needed - 2048);
    }
  });

  it("refuses a number out of range and a memory that is too small", () => {
    const { core } = new TestDirector();
    for (const connections of [0, 65_537, ID_NONE]) {
      expect(core.u32("directorBytesNeeded", connections)).toBe(0);
      expect(() => new TestDirector(connections)).toThrow("MEMORY");
    }
    expect(core.u32("directorInit", 0, 1)).toBe(STATUS_MEMORY);
    expect(core.u32("handleInput", 1, 8)).toBe(STATUS_NOT_INITIALISED);
    expect(core.u32("directorFrame", 1, 60)).toBe(STATUS_NOT_INITIALISED);
    expect(core.f64("nextTimeout")).toBe(Infinity);
    expect(core.u32("pollOutput")).toBe(0);
  });
});
