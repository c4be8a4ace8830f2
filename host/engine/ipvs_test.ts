import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { IpvsDestination, IpvsOperation, IpvsPresentInput, IpvsService } from "./contract.ts";
import {
  applyOperation,
  destinationId,
  diffEntry,
  type IpvsTable,
  serviceId,
} from "./ipvs_table.ts";
import { config, EngineBench, SECOND_US, virtualServer } from "./test_support.ts";

const destination = fc.record({
  family: fc.constant("INET" as const),
  address: fc.constantFrom("192.0.2.1", "192.0.2.2", "192.0.2.3", "127.0.0.1"),
  port: fc.constantFrom(80, 81),
  forwarding: fc.constantFrom(
    { method: "DR" as const, tunnel: null },
    { method: "NAT" as const, tunnel: null },
  ),
  weight: fc.nat(3),
});
const service = fc.record({
  key: fc.oneof(
    fc.record({
      kind: fc.constant("ADDRESS" as const),
      family: fc.constant("INET" as const),
      address: fc.constantFrom("198.51.100.1", "198.51.100.2"),
      port: fc.constantFrom(80, 443),
      protocol: fc.constantFrom("TCP" as const, "UDP" as const),
    }),
    fc.record({
      kind: fc.constant("FWMARK" as const),
      family: fc.constantFrom("INET" as const, "INET6" as const),
      mark: fc.constantFrom(1, 2),
    }),
  ),
  scheduler: fc.constantFrom("rr", "wlc"),
  persistenceS: fc.constantFrom(0, 360),
  granularity: fc.constantFrom(24, 32),
});
const table = fc.array(fc.tuple(service, fc.array(destination, { maxLength: 5 })), { maxLength: 5 })
  .map((rows): IpvsTable =>
    new Map(rows.map(([service, list]) => [serviceId(service.key), {
      service,
      destinations: new Map(list.map((row) => [destinationId(row), row])),
    }]))
  );

/** A table as the kernel keeps it: refuses what does not fit. */
function apply(table: IpvsTable, operations: IpvsOperation[]): string[] {
  return operations.flatMap((operation) => {
    const entry = table.get(serviceId(operation.service.key));
    const held = "destination" in operation &&
      entry?.destinations.has(destinationId(operation.destination));
    const errno = {
      addService: entry === undefined ? "" : "EEXIST",
      setService: entry === undefined ? "ESRCH" : "",
      deleteService: entry === undefined ? "ESRCH" : "",
      addDestination: entry === undefined ? "ESRCH" : held ? "EEXIST" : "",
      setDestination: entry === undefined ? "ESRCH" : held ? "" : "ENOENT",
      deleteDestination: entry === undefined ? "ESRCH" : held ? "" : "ENOENT",
    }[operation.op];
    if (errno === "") applyOperation(table, operation);
    return errno === "" ? [] : [errno];
  });
}

/** Operations that turn one table into another: services that go away first. */
function diffTable(present: IpvsTable, wanted: IpvsTable): IpvsOperation[] {
  const gone = [...present.keys()].filter((id) => !wanted.has(id));
  return [...gone, ...wanted.keys()].flatMap((id) => diffEntry(present.get(id), wanted.get(id)));
}

/** A table as it is read from the kernel. */
function read(table: IpvsTable): IpvsPresentInput {
  const services = [...table.values()].map((entry) => ({
    service: entry.service,
    destinations: [...entry.destinations.values()],
    ours: true,
  }));
  return { kind: "ipvsPresent", services: structuredClone(services) };
}

/** Order does not matter to the kernel. */
function plain(table: IpvsTable) {
  return [...table].map(([id, entry]) => ({
    id,
    service: entry.service,
    destinations: [...entry.destinations].sort(([a], [b]) => a < b ? -1 : 1),
  })).sort((a, b) => a.id < b.id ? -1 : 1);
}

describe("diffEntry()", () => {
  it("reaches any table from any other, without an operation that the kernel refuses", () => {
    fc.assert(fc.property(table, table, (present, wanted) => {
      const held = structuredClone(present);
      expect(apply(held, diffTable(present, wanted))).toEqual([]);
      expect(plain(held)).toEqual(plain(wanted));
    }));
  });

  it("is empty between equal tables", () => {
    fc.assert(fc.property(table, (present) => {
      expect(diffTable(present, structuredClone(present))).toEqual([]);
    }));
  });
});

describe("the engine's table", () => {
  const wanted = config({ virtualServers: [virtualServer(1), virtualServer(2)] });

  function found(n: number, addresses: string[], ours: boolean) {
    const service: IpvsService = {
      key: virtualServer(n).key,
      scheduler: "wlc",
      persistenceS: 0,
      granularity: 32,
    };
    const destinations: IpvsDestination[] = addresses.map((address) => ({
      family: "INET",
      address,
      port: 80,
      forwarding: { method: "DR", tunnel: null },
      weight: 1,
    }));
    return { service, destinations, ours };
  }

  it("asks for nothing before the present table is known", () => {
    const bench = new EngineBench();
    bench.configure(wanted);
    expect(bench.operations).toEqual([]);
    bench.input({ kind: "ipvsPresent", services: [] });
    expect(bench.operations).toHaveLength(6);
  });

  it("removes nothing of ours because the configuration has not come yet", () => {
    const bench = new EngineBench();
    const services = [found(1, ["192.0.2.1", "192.0.2.2"], true)];
    bench.input({ kind: "ipvsPresent", services });
    expect(bench.operations).toEqual([]);
    bench.configure(config({ virtualServers: [virtualServer(1)] }));
    expect(bench.operations).toEqual([]);
  });

  it("moves what a dead daemon left to what should be, and leaves others' services alone", () => {
    const bench = new EngineBench();
    bench.configure(wanted);
    const services = [
      found(1, ["192.0.2.1", "192.0.2.77"], false),
      found(3, ["192.0.2.1"], true),
      found(4, ["192.0.2.1"], false),
    ];
    bench.input({ kind: "ipvsPresent", services });
    const ops = bench.operations.map((operation) => {
      const { key } = operation.service;
      const address = "destination" in operation ? operation.destination.address : "";
      return `${operation.op} ${key.kind === "ADDRESS" ? key.address : ""} ${address}`.trim();
    });
    expect(ops).toEqual([
      "deleteService 198.51.100.3",
      "deleteDestination 198.51.100.1 192.0.2.77",
      "addDestination 198.51.100.1 192.0.2.2",
      "addService 198.51.100.2",
      "addDestination 198.51.100.2 192.0.2.1",
      "addDestination 198.51.100.2 192.0.2.2",
    ]);
  });

  it("reaches the wanted table after any wrong belief once it is read again", () => {
    const fresh = new EngineBench();
    fresh.start(wanted);
    fc.assert(fc.property(table, table, (believed, real) => {
      const bench = new EngineBench();
      const kernel = structuredClone(real);
      bench.ipvs = (operations) =>
        operations.flatMap((operation, index) => {
          const errno = apply(kernel, [operation])[0];
          return errno === undefined ? [] : [{ index, errno }];
        });
      bench.configure(wanted);
      bench.input(read(believed));
      bench.advance(0);
      // What had to be added is there, whether it was before or not.
      for (const n of [1, 2]) {
        const id = serviceId(virtualServer(n).key);
        if (!believed.has(id)) expect(kernel.get(id)?.service.scheduler).toBe("wlc");
      }
      bench.input(read(kernel));
      bench.advance(0);
      expect(plain(kernel)).toEqual(plain(fresh.table));
      expect(bench.engine.state.ipvs.pending.size).toBe(0);
    }));
  });

  it("tries again after a pause that doubles, and does not hold up the other services", () => {
    const bench = new EngineBench();
    const tried: number[] = [];
    bench.ipvs = (operations) =>
      operations.flatMap((operation, index) => {
        if (operation.service.scheduler !== "none") return [];
        if (operation.op === "addService") tried.push(bench.nowUs / SECOND_US);
        return [{ index, errno: operation.op === "addService" ? "ENOENT" : "ESRCH" }];
      });
    bench.check = (name) =>
      name.includes("192.0.2.2") && bench.nowUs < 15 * SECOND_US
        ? { kind: "refused" }
        : { kind: "connected" };
    const bad = virtualServer(1, { scheduler: "none" });
    bench.start(config({ virtualServers: [bad, virtualServer(2)] }));
    bench.advance(2 * SECOND_US);
    expect(bench.destinations(2)).toEqual(["192.0.2.1:80 1"]);
    bench.advance(60 * SECOND_US);
    expect(bench.destinations(2)).toEqual(["192.0.2.1:80 1", "192.0.2.2:80 1"]);
    expect(bench.lines.filter((line) => line.startsWith("IPVS:"))[0]).toBe(
      "IPVS: addService TCP [198.51.100.1]:80: ENOENT Scheduler or persistence engine not found: " +
        "the kernel has no scheduler 'none' (module ip_vs_none), tried again in 1 s",
    );
    expect(tried.length).toBeLessThan(20);
    expect(tried.length).toBeGreaterThan(3);
  });

  it("makes a service anew that somebody else removed, when a removal finds out", () => {
    const bench = new EngineBench();
    const kernel: IpvsTable = new Map();
    bench.ipvs = (operations) =>
      operations.flatMap((operation, index) => {
        const errno = apply(kernel, [operation])[0];
        return errno === undefined ? [] : [{ index, errno }];
      });
    bench.check = (name) =>
      name.includes("192.0.2.2") && kernel.size === 0 ? { kind: "refused" } : { kind: "connected" };
    bench.start(config({ virtualServers: [virtualServer(1)] }));
    bench.advance(30 * SECOND_US);
    expect(kernel.size).toBe(1);
    kernel.clear();
    while (kernel.size === 0 && bench.nowUs < 90 * SECOND_US) bench.advance(SECOND_US);
    const entry = kernel.get(serviceId(virtualServer(1).key));
    expect([...entry?.destinations.keys() ?? []]).toEqual(["192.0.2.1 80"]);
  });

  it("a table that is read again is repaired", () => {
    const bench = new EngineBench();
    bench.start(wanted);
    bench.table.clear();
    bench.input({ kind: "ipvsPresent", services: [] });
    expect(bench.destinations(1)).toHaveLength(2);
  });
});
