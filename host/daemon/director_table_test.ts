// The engine's operations as records of the user-space director, and what it refuses.

import { describe, expect, it } from "vitest";
import { DESTINATION_MAX, SERVICE_MAX } from "../core/abi.gen.ts";
import type { IpvsDestination, IpvsOperation, IpvsService } from "../engine/contract.ts";
import { DirectorTable } from "./director_table.ts";

const VIP = "172.18.200.6";

function service(options: Partial<IpvsService> = {}, port = 80): IpvsService {
  return {
    key: { kind: "ADDRESS", family: "INET", address: VIP, port, protocol: "TCP" },
    scheduler: "wlc",
    persistenceS: 0,
    granularity: 32,
    ...options,
  };
}

function server(last: number, options: Partial<IpvsDestination> = {}): IpvsDestination {
  return {
    family: "INET",
    address: `172.18.200.${last}`,
    port: 80,
    forwarding: { method: "DR", tunnel: null },
    weight: 1,
    ...options,
  };
}

const add = (of = service()): IpvsOperation => ({ op: "addService", service: of });
const addServer = (destination: IpvsDestination, of = service()): IpvsOperation => ({
  op: "addDestination",
  service: of,
  destination,
});

/** What one operation on an otherwise good table is refused with. */
function refusal(...operations: IpvsOperation[]): { errno: string[]; lines: string[] } {
  const { failures, refusals } = new DirectorTable().apply(operations);
  return { errno: failures.map(({ errno }) => errno), lines: refusals };
}

describe("DirectorTable.apply()", () => {
  it("makes a service and its destinations records with numbers", () => {
    const table = new DirectorTable();
    const done = table.apply([add(), addServer(server(100)), addServer(server(110))]);
    expect(done.failures).toEqual([]);
    expect(done.records).toEqual([
      {
        kind: "service",
        service: 0,
        family: "INET",
        protocol: "TCP",
        port: 80,
        scheduler: "WLC",
        state: "NORMAL",
        persistenceS: 0,
        address: VIP,
      },
      {
        kind: "destination",
        destination: 0,
        service: 0,
        ifindex: 0,
        family: "INET",
        port: 80,
        weight: 1,
        address: "172.18.200.100",
      },
      expect.objectContaining({ destination: 1, address: "172.18.200.110" }),
    ]);
    expect(table.records()).toEqual(done.records);
    expect([...table.destinations()]).toEqual([
      { number: 0, name: "[172.18.200.6]:tcp:80 [172.18.200.100]:tcp:80" },
      { number: 1, name: "[172.18.200.6]:tcp:80 [172.18.200.110]:tcp:80" },
    ]);
  });

  it("gives a real server that leaves and comes back its number again", () => {
    const table = new DirectorTable();
    table.apply([add(), addServer(server(100)), addServer(server(110))]);
    const operation = { op: "deleteDestination", service: service() } as const;
    const gone = table.apply([{ ...operation, destination: server(100) }]);
    expect(gone.records).toEqual([{ kind: "destinationRemove", destination: 0 }]);
    const back = table.apply([addServer(server(120)), addServer(server(100))]);
    expect(back.records).toMatchObject([{ destination: 2 }, { destination: 0 }]);
  });

  it("changes weight and scheduler under the same numbers", () => {
    const table = new DirectorTable();
    table.apply([add(), addServer(server(100))]);
    const { records } = table.apply([
      { op: "setDestination", service: service(), destination: server(100, { weight: 7 }) },
      { op: "setService", service: service({ scheduler: "rr", persistenceS: 50 }) },
    ]);
    expect(records).toMatchObject([
      { kind: "destination", destination: 0, weight: 7 },
      { kind: "service", service: 0, scheduler: "RR", persistenceS: 50 },
    ]);
    expect(table.records()).toMatchObject([{ scheduler: "RR" }, { weight: 7 }]);
  });

  it("takes the destinations away with their service", () => {
    const table = new DirectorTable();
    table.apply([add(), addServer(server(100))]);
    const { records } = table.apply([{ op: "deleteService", service: service() }]);
    expect(records).toEqual([{ kind: "serviceRemove", service: 0 }]);
    expect(table.records()).toEqual([]);
    expect([...table.destinations()]).toEqual([]);
  });

  it("answers as the kernel to what exists already, or not", () => {
    const table = new DirectorTable();
    const { failures } = table.apply([
      { op: "setService", service: service() },
      addServer(server(100)),
      add(),
      add(),
      { op: "setDestination", service: service(), destination: server(100) },
      { op: "deleteDestination", service: service(), destination: server(100) },
      addServer(server(100)),
      addServer(server(100)),
    ]);
    expect(failures).toEqual([
      { index: 0, errno: "ESRCH" },
      { index: 1, errno: "ESRCH" },
      { index: 3, errno: "EEXIST" },
      { index: 4, errno: "ENOENT" },
      { index: 5, errno: "ENOENT" },
      { index: 7, errno: "EEXIST" },
    ]);
  });

  it("refuses what it does not have by name", () => {
    const key = { kind: "ADDRESS", family: "INET", address: VIP, port: 80 } as const;
    const cases: [IpvsService, RegExp][] = [
      [service({ scheduler: "sh" }), /no scheduler 'sh' \(it has rr, wrr, lc, wlc\)$/],
      [service({ key: { ...key, protocol: "SCTP" } }), /tcp|sctp:80: .* no SCTP$/],
      [service({ key: { kind: "FWMARK", family: "INET", mark: 7 } }), /^FWM 7: .*firewall mark$/],
      [service({}, 0), /no services of all ports$/],
      [service({ persistenceS: 300, granularity: 24 }), /persistence for networks/],
    ];
    for (const [of, line] of cases) {
      const { errno, lines } = refusal(add(of), addServer(server(100), of));
      expect(errno).toEqual(["EOPNOTSUPP", "ESRCH"]);
      expect(lines).toEqual([expect.stringMatching(line)]);
    }
    for (const method of ["NAT", "TUN"] as const) {
      const destination = server(100, { forwarding: { method, tunnel: null } });
      const { errno, lines } = refusal(add(), addServer(destination));
      expect(errno).toEqual(["EOPNOTSUPP"]);
      expect(lines[0]).toContain(`no forwarding by ${method}, only by DR`);
    }
    const ipv6 = server(100, { family: "INET6", address: "fd00::1" });
    expect(refusal(add(), addServer(ipv6)).lines[0]).toContain("another address family");
  });

  it("tells a refusal once, and again after it was mended in between", () => {
    const table = new DirectorTable();
    const odd = service({ scheduler: "sh" });
    expect(table.apply([add(odd)]).refusals).toHaveLength(1);
    expect(table.apply([add(odd)]).refusals).toHaveLength(0);
    table.apply([add()]);
    expect(table.apply([{ op: "setService", service: odd }]).refusals).toHaveLength(1);
    expect(table.records()).toMatchObject([{ scheduler: "WLC" }]);
  });

  it("refuses what is over the core's limits with ENOSPC", () => {
    const table = new DirectorTable();
    const ports = Array.from({ length: SERVICE_MAX + 1 }, (_, i) => add(service({}, i + 1)));
    expect(table.apply(ports).failures).toEqual([{ index: SERVICE_MAX, errno: "ENOSPC" }]);
    const servers = Array.from(
      { length: DESTINATION_MAX + 1 },
      (_, i) => addServer(server(0, { address: `10.0.${i >> 8}.${i & 255}` }), service({}, 1)),
    );
    expect(table.apply(servers).failures).toEqual([{ index: DESTINATION_MAX, errno: "ENOSPC" }]);
  });
});
