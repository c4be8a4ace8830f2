// Runs in a node of a lab: puts addresses with a lifetime on its interface, refreshes them in batches and
// prints what one refresh costs, as one JSON object (RefreshReport).
// usage: address_refresh.ts RUNS

import { AF_INET } from "../../host/base/address.ts";
import { nowUs } from "../../host/linux/clock.ts";
import { RouteSocket } from "../../host/linux/route.ts";
import { INTERFACE } from "../lab/topology.ts";

export interface RefreshReport {
  batches: { size: number; perAddressUs: number[] }[];
}

const SIZES = [1, 100, 1000];
const LIFETIME_S = 60;
/** Refreshes measured as one run, so that a batch of 1 is not one sample of the clock. */
const PER_RUN = 1000;

const route = new RouteSocket();
const link = route.linkByName(INTERFACE);
if (link === null) throw new Error(`no interface ${INTERFACE}`);
const { ifindex } = link;

function queue(index: number): void {
  route.queueAdd({
    ifindex,
    family: AF_INET,
    address: new Uint8Array([172, 18, 100 + (index >> 8), index & 255]),
    prefixLength: 32,
    scope: 0,
    flags: 0,
    lifetimeS: LIFETIME_S,
    preferredS: LIFETIME_S,
  });
}

function commit(): void {
  const [failure] = route.commit();
  if (failure !== undefined) throw failure.error;
}

const report: RefreshReport = { batches: [] };
for (const size of SIZES) {
  for (let index = 0; index < size; index++) queue(index);
  commit();
  const perAddressUs: number[] = [];
  for (let run = 0; run < Number(Deno.args[0]); run++) {
    const begun = nowUs();
    for (let done = 0; done < PER_RUN; done += size) {
      for (let index = 0; index < size; index++) queue(index);
      commit();
    }
    perAddressUs.push((nowUs() - begun) / PER_RUN);
  }
  report.batches.push({ size, perAddressUs });
}
console.log(JSON.stringify(report));
