// What became of all requests of a play: by service and by who got them. This module is browser safe.

import { layOut } from "../layout.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { SimulatedNode } from "../simulate.ts";
import { routersOf } from "../timeline/routers.ts";
import type { TraceEvent } from "../world_view.ts";
import { Traffic } from "./traffic.ts";
import { type Outcome, OUTCOMES, trafficServices } from "./request.ts";

/** Requests of one service. */
export interface ServiceTally {
  service: string;
  requests: number;
  outcomes: Record<Outcome, number>;
  /** By `address:port`, the sorry server too; requests that were not served left out. */
  servers: Record<string, number>;
}

/** A scenario asks for requests. */
export function hasLoad({ steps }: Scenario): boolean {
  return steps.some(({ action }) => action.do === "load");
}

/** What a play's requests are made of. */
export interface TallySource {
  wasm: WebAssembly.Module;
  nodes: readonly SimulatedNode[];
  scenario: Scenario;
  seed: number;
  /** The trace, with all details (SimulationOptions.traceDetail). */
  events: readonly TraceEvent[];
  endUs: number;
}

/** Plays the requests and counts them, a row for each service. */
export function tallyTraffic(source: TallySource): ServiceTally[] {
  const { wasm, nodes, scenario, seed, events, endUs } = source;
  const routers = routersOf({ nodes, scenario });
  const services = trafficServices(
    nodes.flatMap(({ config }) => config.virtualServers),
    (address) => routers.find((one) => one.addresses.includes(address))?.segment ?? 0,
  );
  const tallies = new Map(services.map(({ name }) => [name, newTally(name)]));
  const traffic = new Traffic({
    wasm,
    services,
    nodes: nodes.map(({ name }) => name),
    segments: segmentsOf(nodes, scenario),
    seed,
    request: ({ service, server, outcome }) => {
      const tally = tallies.get(service)!;
      tally.requests++;
      tally.outcomes[outcome]++;
      if (server !== null && (outcome === "served" || outcome === "sorry")) {
        tally.servers[server] = (tally.servers[server] ?? 0) + 1;
      }
    },
    bin: () => {},
  });
  for (const event of events) if (event.atUs <= endUs) traffic.take(event);
  traffic.advance(endUs);
  return [...tallies.values()];
}

/** Segment of each interface, by `node interface`. */
export function segmentsOf(
  nodes: readonly SimulatedNode[],
  scenario: Scenario,
): Map<string, number> {
  const { interfaces } = layOut(nodes, scenario);
  return new Map(
    nodes.flatMap(({ name }, i) =>
      interfaces[i]!.map((row) => [`${name} ${row.name}`, row.segment] as const)
    ),
  );
}

function newTally(service: string): ServiceTally {
  const outcomes = Object.fromEntries(OUTCOMES.map((one) => [one, 0])) as Record<Outcome, number>;
  return { service, requests: 0, outcomes, servers: {} };
}
