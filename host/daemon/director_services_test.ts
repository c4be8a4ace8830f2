// Services and routes become records of the core and elements of the filter, by difference. The core
// is the real one; the kernel is a table of routes.

import { beforeEach, describe, expect, it } from "vitest";
import { formatAddress } from "../base/address.ts";
import type { DestinationInput, Input, ServiceInput } from "../core/abi.gen.ts";
import { DirectorCore } from "../core/director_core.ts";
import type { FilteredService } from "../linux/nftables.ts";
import { coreBytes } from "./core_bytes.ts";
import { DirectorServices, LOOPBACK_IFINDEX, type Reach } from "./director_services.ts";

const VIP = "172.18.200.6";
const RS1 = "172.18.200.100";
const RS2 = "172.18.200.110";
const SORRY = "127.0.0.1";
const ETH = 7;

let core: DirectorCore;
let services: DirectorServices;
let reach: Map<string, Reach>;
/** What was done, in order. */
let done: string[];
let warnings: string[];

beforeEach(() => {
  core = DirectorCore.create(coreBytes(), { connections: 64 });
  reach = new Map<string, Reach>([
    [RS1, { kind: "link", ifindex: ETH }],
    [RS2, { kind: "link", ifindex: ETH }],
    [SORRY, { kind: "local" }],
  ]);
  done = [];
  warnings = [];
  const text = (list: FilteredService[]) =>
    list.map(({ address, protocol, port }) => `${formatAddress(address)}/${protocol}/${port}`);
  services = new DirectorServices({
    toCore: (input) => {
      done.push(describeInput(input));
      return core.handleInput(1, input);
    },
    drain: () => done.push("drain"),
    filter: (add, remove) => done.push(`filter +[${text(add)}] -[${text(remove)}]`),
    reachOf: (_, address) => reach.get(formatAddress(address)) ?? { kind: "none", why: "no route" },
    warn: (line) => warnings.push(line),
  });
});

function describeInput(input: Input): string {
  switch (input.kind) {
    case "service":
      return `service ${input.service} ${input.state} ${input.scheduler}`;
    case "destination":
      return `destination ${input.destination} of ${input.service} by ${input.ifindex} ` +
        `weight ${input.weight}`;
    case "serviceRemove":
      return `remove service ${input.service}`;
    case "destinationRemove":
      return `remove destination ${input.destination}`;
    default:
      return input.kind;
  }
}

function service(options: Partial<ServiceInput> = {}): ServiceInput {
  return {
    kind: "service",
    service: 0,
    family: "INET",
    protocol: "TCP",
    port: 80,
    scheduler: "WLC",
    state: "NORMAL",
    persistenceS: 0,
    address: VIP,
    ...options,
  };
}

function destination(
  number: number,
  address: string,
  options: Partial<DestinationInput> = {},
): DestinationInput {
  return {
    kind: "destination",
    destination: number,
    service: 0,
    ifindex: 0,
    family: "INET",
    port: 80,
    weight: 1,
    address,
    ...options,
  };
}

/** Takes records, brings them in force, and tells what was done. */
function apply(...inputs: Input[]): string[] {
  done = [];
  inputs.forEach((input) => services.take(input));
  expect(services.makeSo()).toBe(0);
  return done;
}

describe("DirectorServices", () => {
  it("takes a service off the local stack before the core balances it", () => {
    expect(apply(service(), destination(0, RS1), destination(1, RS2))).toEqual([
      "drain",
      `filter +[${VIP}/6/80] -[]`,
      "service 0 NORMAL WLC",
      `destination 0 of 0 by ${ETH} weight 1`,
      `destination 1 of 0 by ${ETH} weight 1`,
    ]);
    expect(apply()).toEqual([]);
  });

  it("changes a weight and nothing else", () => {
    apply(service(), destination(0, RS1));
    expect(apply(destination(0, RS1, { weight: 5 }))).toEqual([
      `destination 0 of 0 by ${ETH} weight 5`,
    ]);
  });

  it("leaves a service to the local stack while only this machine or nobody serves it", () => {
    expect(apply(service())).toEqual(["service 0 LOCAL WLC"]);
    expect(apply(destination(0, RS1))[1]).toBe(`filter +[${VIP}/6/80] -[]`);
    expect(apply({ kind: "destinationRemove", destination: 0 }, destination(1, SORRY))).toEqual([
      "drain",
      `filter +[] -[${VIP}/6/80]`,
      "remove destination 0",
      "service 0 LOCAL WLC",
      `destination 1 of 0 by ${LOOPBACK_IFINDEX} weight 1`,
    ]);
    expect(apply({ kind: "destinationRemove", destination: 1 }, destination(0, RS1))).toEqual([
      "drain",
      `filter +[${VIP}/6/80] -[]`,
      "remove destination 1",
      "service 0 NORMAL WLC",
      `destination 0 of 0 by ${ETH} weight 1`,
    ]);
  });

  it("reaches this machine by the loopback interface when others serve too", () => {
    const steps = apply(service(), destination(0, SORRY), destination(1, RS1));
    expect(steps).toContain("service 0 NORMAL WLC");
    expect(steps).toContain(`destination 0 of 0 by ${LOOPBACK_IFINDEX} weight 1`);
    expect([...services.interfaces()]).toEqual([ETH]);
  });

  it("keeps a destination that nothing leads to out of the core, says so, and tries again", () => {
    reach.delete(RS1);
    expect(apply(service(), destination(0, RS1))).toEqual(["service 0 LOCAL WLC"]);
    expect(warnings).toEqual([`real server ${RS1} gets no packets: no route`]);
    expect(services.hasUnreachable).toBe(true);
    reach.set(RS1, { kind: "link", ifindex: ETH });
    services.reroute();
    expect(apply()).toContain(`destination 0 of 0 by ${ETH} weight 1`);
    expect(services.hasUnreachable).toBe(false);
  });

  it("keeps a destination whose route vanished with its link, and follows one that moved", () => {
    apply(service(), destination(0, RS1));
    reach.delete(RS1);
    services.reroute();
    expect(apply()).toEqual([]);
    reach.set(RS1, { kind: "link", ifindex: 9 });
    services.reroute();
    expect(apply()).toEqual(["destination 0 of 0 by 9 weight 1"]);
  });

  it("removes a service with its destinations", () => {
    apply(service(), destination(0, RS1));
    expect(apply({ kind: "serviceRemove", service: 0 })).toEqual([
      "drain",
      `filter +[] -[${VIP}/6/80]`,
      "remove service 0",
    ]);
    expect(core.destinationStatus(0)).toBeNull();
    expect([...services.told()]).toEqual([]);
  });

  it("tells destinations anew when a service's number comes to mean another service", () => {
    apply(service(), destination(0, RS1));
    const steps = apply(
      { kind: "serviceRemove", service: 0 },
      service({ port: 81 }),
      destination(0, RS1),
    );
    expect(steps).toEqual([
      "drain",
      `filter +[${VIP}/6/81] -[${VIP}/6/80]`,
      "service 0 NORMAL WLC",
      `destination 0 of 0 by ${ETH} weight 1`,
    ]);
    expect(core.serviceStatus(0)).toMatchObject({ port: 81, destinationCount: 1 });
  });

  it("answers the status of a record that the core refuses", () => {
    services.take(service({ persistenceS: 4_000_000_000 }));
    expect(services.makeSo()).not.toBe(0);
  });
});
