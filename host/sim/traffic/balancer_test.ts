// The director of a simulation picks what the kernel picks: the table of cases that a real ip_vs plays too.

import { describe, expect, it } from "vitest";
import {
  parseStep,
  SCHEDULER_CASES,
  type SchedulerName,
} from "../../../test/conformance/scheduler_cases.ts";
import { coreModule } from "../../../test/virtual_node.ts";
import type { ServiceKey } from "../../conf/model.ts";
import type { IpvsOperation, IpvsService } from "../../engine/contract.ts";
import { Balancer, type Flow, type Pick } from "./balancer.ts";
import { serviceKey } from "./service_key.ts";

const FIRST_PORT = 20_000;

const KEYS: Record<string, ServiceKey> = {
  "IPv4": { kind: "ADDRESS", family: "INET", address: "192.0.2.10", port: 80, protocol: "TCP" },
  "IPv6": { kind: "ADDRESS", family: "INET6", address: "2001:db8::10", port: 80, protocol: "TCP" },
};

/** Where destination a, b, c listens: the letter is the last part of the address. */
function addressOf(key: ServiceKey, name: string): string {
  return key.kind === "ADDRESS" && key.family === "INET6"
    ? `2001:db8::${name}`
    : `10.0.0.${name.charCodeAt(0)}`;
}

/** What a step does to the table; weight 0 where it says none. */
function operation(
  service: IpvsService,
  op: "addDestination" | "setDestination" | "deleteDestination",
  name: string,
  weight = 0,
): IpvsOperation {
  const address = addressOf(service.key, name);
  const forwarding = { method: "DR", tunnel: null } as const;
  const { family } = service.key;
  return { op, service, destination: { family, address, port: 80, weight, forwarding } };
}

/** Plays the steps of a case; returns what each pick step gave. */
function play(key: ServiceKey, scheduler: SchedulerName, steps: readonly string[]): string[] {
  const balancer = new Balancer(coreModule(), 1);
  const service: IpvsService = { key, scheduler, persistenceS: 0, granularity: 32 };
  const name = serviceKey(service);
  balancer.apply(0, { op: "addService", service });
  const open = new Map<string, Flow[]>();
  const given: string[] = [];
  let port = FIRST_PORT;
  for (const step of steps.map(parseStep)) {
    if (step.kind === "finish") {
      balancer.close(0, name, open.get(step.name)!.shift()!);
    } else if (step.kind === "pick") {
      const letters = step.names.map(() => {
        const flow = { client: 7, port: ++port };
        const letter = letterOf(balancer.open(0, name, flow));
        open.set(letter, [...open.get(letter) ?? [], flow]);
        return letter;
      });
      given.push(`pick ${letters.join(" ")}`);
    } else if ("weight" in step) {
      const op = step.kind === "add" ? "addDestination" : "setDestination";
      balancer.apply(0, operation(service, op, step.name, step.weight));
    } else {
      balancer.apply(0, operation(service, "deleteDestination", step.name));
    }
  }
  return given;
}

function letterOf(pick: Pick): string {
  if ("none" in pick) return "-";
  const ipv4 = /^10\.0\.0\.(\d+):80$/.exec(pick.server)?.[1];
  return ipv4 === undefined
    ? /::([a-z])\]:80$/.exec(pick.server)?.[1] ?? pick.server
    : String.fromCharCode(Number(ipv4));
}

describe.each(Object.entries(KEYS))("Balancer over %s", (_, key) => {
  it.each(SCHEDULER_CASES)("$scheduler: $name", ({ scheduler, steps }) => {
    expect(play(key, scheduler, steps)).toEqual(steps.filter((step) => step.startsWith("pick")));
  });
});

describe("Balancer", () => {
  it("goes on from a saved state as it went on then", () => {
    const key = KEYS["IPv4"]!;
    const service: IpvsService = { key, scheduler: "wrr", persistenceS: 0, granularity: 32 };
    const balancer = new Balancer(coreModule(), 1);
    balancer.apply(0, { op: "addService", service });
    for (const [name, weight] of [["a", 3], ["b", 2]] as const) {
      balancer.apply(0, operation(service, "addDestination", name, weight));
    }
    const picks = (from: number) =>
      Array.from(
        { length: 12 },
        (_, i) => balancer.open(0, serviceKey(service), { client: 1, port: FIRST_PORT + from + i }),
      );
    picks(0);
    const saved = balancer.save();
    const first = picks(12);
    balancer.apply(0, operation(service, "deleteDestination", "a"));
    picks(24);
    balancer.restore(saved);
    expect(picks(12)).toEqual(first);
  });

  it("says which schedulers are the kernel's alone", () => {
    const key = KEYS["IPv4"]!;
    const service: IpvsService = { key, scheduler: "mh", persistenceS: 0, granularity: 32 };
    const balancer = new Balancer(coreModule(), 1);
    balancer.apply(0, { op: "addService", service });
    balancer.apply(0, operation(service, "addDestination", "a", 1));
    expect(balancer.open(0, serviceKey(service), { client: 1, port: FIRST_PORT }))
      .toEqual({ none: "notModelled" });
  });
});
