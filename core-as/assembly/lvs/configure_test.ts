// Records of the director: setting again changes nothing, what differs changes alone, what is wrong is
// refused and changes nothing, every limit holds, and no record traps.

import { describe, expect, it } from "vitest";
import fc from "fast-check";
import {
  CONNECTION_MAX,
  DESTINATION_MAX,
  DIRECTOR_INTERFACE_MAX,
  DIRECTOR_OUTPUT_MAX,
  type Input,
  INPUT_FRAME,
  INPUT_SERVICE,
  INPUT_SIZE_MAX,
  PERSISTENCE_S_MAX,
  SERVICE_INPUT_SIZE,
  SERVICE_MAX,
  statusName,
} from "../../../host/core/abi.gen.ts";
import {
  ACK,
  IFINDEX,
  OUR_MAC,
  serverAddress,
  SYN,
  tcpFrame,
  TestDirector,
  VIP,
} from "../../testing_director.ts";

function lab(): TestDirector {
  const director = new TestDirector();
  director.service(0, "WRR");
  for (let i = 0; i < 3; i++) director.destination(0, i, i + 1);
  director.outputs();
  return director;
}

/** The used memory but for buffers, whose content is no state. */
function state(director: TestDirector): string {
  const { core } = director;
  const after = core.u32("outputBuffer") + INPUT_SIZE_MAX;
  const bytes = core.take(after, core.u32("memoryUsed") - after);
  let hash = 0;
  for (const byte of bytes) hash = (Math.imul(hash, 31) + byte) | 0;
  return hash.toString(16);
}

describe("setting what stands already", () => {
  it("changes nothing, wherever the scheduler is", () => {
    const director = lab();
    const twin = lab();
    for (let i = 0; i < 40; i++) {
      director.service(0, "WRR");
      for (let destination = 0; destination < 3; destination++) {
        director.destination(0, destination, destination + 1);
      }
      const frame = tcpFrame({ sourcePort: i + 1 });
      expect(director.frame(frame)).toEqual(twin.frame(frame));
    }
    expect(director.outputs()).toEqual([]);
    expect(state(director)).toBe(state(twin));
  });
});

describe("what differs", () => {
  it("in a weight keeps connections, counts and place in the list", () => {
    const director = new TestDirector();
    director.service(0, "RR");
    for (let i = 0; i < 3; i++) director.destination(0, i, 1);
    expect(director.frame(tcpFrame({})).sent?.destination).toBe(2);
    director.destination(0, 2, 7);
    expect(director.destinationStatus(2)).toMatchObject({ weight: 7, active: 1, packets: 1 });
    const next = [1, 2, 3].map((sourcePort) =>
      director.frame(tcpFrame({ sourcePort })).sent?.destination
    );
    expect(next).toEqual([1, 0, 2]);
  });

  it("in state or scheduler of a service keeps its connections", () => {
    const director = lab();
    const to = director.frame(tcpFrame({})).sent?.destination;
    director.service(0, "LC", { state: "LOCAL" });
    director.service(0, "LC");
    expect(director.serviceStatus(0)).toMatchObject({ scheduler: "LC", connections: 1 });
    expect(director.frame(tcpFrame({ flags: ACK })).sent?.destination).toBe(to);
  });

  it("in a service's identity makes it another service, without destinations", () => {
    for (const options of [{ port: 81 }, { address: "10.9.0.3" }, { protocol: "UDP" as const }]) {
      const director = lab();
      director.frame(tcpFrame({}));
      director.service(0, "WRR", options);
      expect(director.serviceStatus(0)).toMatchObject({ destinationCount: 0, connections: 0 });
      expect(director.status().connections).toBe(0);
      expect(() => director.destinationStatus(0)).toThrow("no destination");
      expect(director.frame(tcpFrame({})).status).toBe("NOT_OURS");
    }
  });

  it("in a destination's service moves it there without its connections", () => {
    const director = lab();
    director.service(1, "RR", { port: 81 });
    director.frame(tcpFrame({}));
    const to = director.frame(tcpFrame({ flags: ACK })).sent!.destination;
    director.destination(1, to, 1, { port: 81 });
    expect(director.serviceStatus(0).destinationCount).toBe(2);
    expect(director.destinationStatus(to)).toMatchObject({ service: 1, active: 0 });
    expect(director.frame(tcpFrame({ destinationPort: 81 })).sent?.destination).toBe(to);
  });
});

describe("removing", () => {
  it("a service takes its destinations and connections along, removed ones too", () => {
    const director = lab();
    const untouched = new TestDirector();
    for (let port = 1; port < 9; port++) director.frame(tcpFrame({ sourcePort: port }));
    director.remove(1);
    director.ok({ kind: "serviceRemove", service: 0 });
    expect(director.frame(tcpFrame({ sourcePort: 1 })).status).toBe("NOT_OURS");
    expect(director.status().connections).toBe(0);
    expect(() => director.serviceStatus(0)).toThrow("no service");
    for (let i = 0; i < 3; i++) expect(() => director.destinationStatus(i)).toThrow();
    // What comes then is as in a director that never had anything.
    for (const one of [director, untouched]) {
      one.service(0, "WLC");
      one.destination(0, 0, 1);
    }
    expect(director.frame(tcpFrame({}))).toEqual(untouched.frame(tcpFrame({})));
  });

  it("what is not there is not an error", () => {
    const director = lab();
    director.ok({ kind: "serviceRemove", service: 9 });
    director.ok({ kind: "destinationRemove", destination: 99 });
    director.remove(1);
    director.remove(1);
    director.ok({ kind: "interface", ifindex: 1234, present: 0, mac: "" });
    expect(director.serviceStatus(0).destinationCount).toBe(2);
  });

  it("one of two services whose lookups share a chain leaves the other", () => {
    const director = new TestDirector();
    for (let i = 0; i < SERVICE_MAX; i++) director.service(i, "RR", { port: i + 1 });
    for (let i = 0; i < SERVICE_MAX; i += 2) director.ok({ kind: "serviceRemove", service: i });
    for (let i = 0; i < SERVICE_MAX; i++) {
      const { status } = director.frame(tcpFrame({ destinationPort: i + 1, flags: SYN }));
      expect(status).toBe(i % 2 === 0 ? "NOT_OURS" : "NO_DESTINATION");
    }
  });
});

describe("a wrong record", () => {
  const service = {
    kind: "service",
    service: 1,
    family: "INET",
    protocol: "TCP",
    port: 443,
    scheduler: "RR",
    state: "NORMAL",
    persistenceS: 0,
    address: VIP,
  } as const;
  const destination = {
    kind: "destination",
    destination: 5,
    service: 0,
    ifindex: IFINDEX,
    family: "INET",
    port: 80,
    weight: 1,
    address: serverAddress(5),
  } as const;
  const cases: [status: string, why: string, record: Input][] = [
    ["LIMIT", "service number", { ...service, service: SERVICE_MAX }],
    ["LIMIT", "service number to remove", { kind: "serviceRemove", service: SERVICE_MAX }],
    ["RECORD_VALUE", "port 0 without persistence", { ...service, port: 0 }],
    ["RECORD_VALUE", "persistence", { ...service, persistenceS: PERSISTENCE_S_MAX + 1 }],
    ["RECORD_VALUE", "port 65536", { ...service, port: 65_536 }],
    ["RECORD_VALUE", "no family", { ...service, family: "NONE" }],
    ["RECORD_VALUE", "no address", { ...service, address: "" }],
    ["RECORD_VALUE", "an IPv6 address as IPv4", { ...service, address: "fd00::1" }],
    ["RECORD_VALUE", "identity of another service", { ...service, port: 80 }],
    ["LIMIT", "destination number", { ...destination, destination: DESTINATION_MAX }],
    ["LIMIT", "destination to remove", { kind: "destinationRemove", destination: DESTINATION_MAX }],
    ["LIMIT", "service number of a destination", { ...destination, service: SERVICE_MAX }],
    ["RECORD_REFERENCE", "no such service", { ...destination, service: 1 }],
    ["RECORD_VALUE", "another family", { ...destination, family: "INET6", address: "fd00::1" }],
    ["RECORD_VALUE", "weight 65536", { ...destination, weight: 65_536 }],
    ["RECORD_VALUE", "port 65536 of a destination", { ...destination, port: 65_536 }],
    ["RECORD_VALUE", "no interface", { ...destination, ifindex: 0 }],
    ["RECORD_VALUE", "interface 0", {
      kind: "interface",
      ifindex: 0,
      present: 1,
      mac: OUR_MAC,
    }],
    ["RECORD_KIND", "a record of VRRP", { kind: "command", command: "STOP" }],
  ];
  for (const [status, why, record] of cases) {
    it(`answers ${status} and changes nothing: ${why}`, () => {
      const director = lab();
      const before = state(director);
      expect(director.input(record)).toBe(status);
      expect(state(director)).toBe(before);
      expect(director.outputs()).toEqual([]);
    });
  }

  it("answers RECORD_SIZE when its size is not what it says or needs", () => {
    const director = lab();
    const { core } = director;
    const at = core.u32("inputBuffer");
    const put = (kind: number, said: number, size: number) => {
      core.view.setUint32(at, kind, true);
      core.view.setUint32(at + 4, said, true);
      return statusName(core.u32("handleInput", director.now, size));
    };
    expect(put(INPUT_SERVICE, 4, 4)).toBe("RECORD_SIZE");
    expect(put(INPUT_SERVICE, SERVICE_INPUT_SIZE - 8, SERVICE_INPUT_SIZE - 8)).toBe("RECORD_SIZE");
    expect(put(INPUT_SERVICE, SERVICE_INPUT_SIZE + 8, SERVICE_INPUT_SIZE)).toBe("RECORD_SIZE");
    expect(put(INPUT_FRAME, INPUT_SIZE_MAX + 1, INPUT_SIZE_MAX + 1)).toBe("RECORD_SIZE");
    expect(put(INPUT_FRAME, 0xffff_ffff, 0xffff_ffff)).toBe("RECORD_SIZE");
    expect(put(99, 8, 8)).toBe("RECORD_KIND");
  });
});

describe("limits", () => {
  it("DESTINATION_MAX destinations, each with a neighbour of its own, in one service", () => {
    const director = new TestDirector(CONNECTION_MAX);
    director.service(0, "WLC");
    for (let i = 0; i < DESTINATION_MAX; i++) {
      director.destination(0, i, 1);
      if (i % 512 === 0) director.outputs();
    }
    director.outputs();
    expect(director.serviceStatus(0).destinationCount).toBe(DESTINATION_MAX);
    for (let i = DESTINATION_MAX - 1; i > DESTINATION_MAX - 100; i--) {
      const { sent } = director.frame(tcpFrame({ sourcePort: i }));
      expect(sent?.destination).toBe(i);
    }
    // All of them move to other addresses, so that every neighbour is given back and taken anew.
    for (let i = 0; i < DESTINATION_MAX; i++) {
      director.destination(0, i, 1, { address: `10.200.${i >> 8}.${i & 255}` }, true);
      if (i % 512 === 0) director.outputs();
    }
    expect(director.destinationStatus(DESTINATION_MAX - 1).neighbourKnown).toBe(0);
  });

  it("DIRECTOR_INTERFACE_MAX interfaces", () => {
    const director = new TestDirector();
    const set = (ifindex: number) =>
      director.input({ kind: "interface", ifindex, present: 1, mac: "02:00:00:00:00:05" });
    for (let i = 1; i < DIRECTOR_INTERFACE_MAX; i++) expect(set(100 + i)).toBe("OK");
    expect(set(1000)).toBe("LIMIT");
    expect(set(101)).toBe("OK");
    director.ok({ kind: "interface", ifindex: 101, present: 0, mac: "" });
    expect(set(1000)).toBe("OK");
    expect(
      director.frame(tcpFrame({ destinationMac: "02:00:00:00:00:05" }), { ifindex: 163 }).status,
    )
      .toBe("NOT_OURS");
  });

  it("DIRECTOR_OUTPUT_MAX records wait; those beyond are told as a number", () => {
    const director = new TestDirector();
    director.service(0, "RR");
    for (let i = 0; i < DIRECTOR_OUTPUT_MAX + 5; i++) director.destination(0, i, 1, {}, true);
    const outputs = director.outputs();
    expect(outputs.length).toBe(DIRECTOR_OUTPUT_MAX + 1);
    expect(outputs.at(-1)).toMatchObject({ notice: "OUTPUT_OVERRUN", count: 5 });
    expect(director.outputs()).toEqual([]);
  });
});

describe("any records", () => {
  it("never trap, and leave counts that agree", () => {
    const director = new TestDirector(32);
    const { core } = director;
    const at = core.u32("inputBuffer");
    const small = fc.oneof(fc.nat(4), fc.nat(4), fc.nat(0xffff_ffff));
    fc.assert(
      fc.property(
        fc.integer({ min: 60, max: 74 }),
        fc.array(small, { minLength: 12, maxLength: 12 }),
        fc.boolean(),
        (kind, words, whole) => {
          const size = whole ? 48 : 8 + words[0]! % 60;
          core.view.setUint32(at, kind, true);
          core.view.setUint32(at + 4, size, true);
          words.forEach((word, i) => core.view.setUint32(at + 8 + 4 * i, word, true));
          statusName(core.u32("handleInput", director.now++, size));
          director.fastFrame(tcpFrame({ sourcePort: words[1]! & 15, flags: words[2]! & 31 }));
          director.outputs();
        },
      ),
      { numRuns: 4000 },
    );
    director.service(0, "WLC");
    let sum = 0;
    for (let i = 0; i < DESTINATION_MAX; i++) {
      if (core.u32("directorDestinationStatus", i) === 0) continue;
      const { active, inactive } = director.destinationStatus(i);
      sum += active + inactive;
    }
    expect(sum).toBe(director.status().connections);
  });
});
