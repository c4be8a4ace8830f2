// Runs inside User-Mode Linux: how fast a large table gets into the kernel and out of it, by vipd's
// balancer (one batch of the engine's operations) and by `ipvsadm -R` from the same rows; and, for vipd,
// how fast a change of all weights and the reading back go. Prints RateReport as one JSON object.
// usage: ipvs_rate.ts [SERVICES [DESTINATIONS [RUNS]]]

import { KernelBalancer } from "../../../host/daemon/kernel_balancer.ts";
import type { IpvsDestination, IpvsOperation, IpvsService } from "../../../host/engine/contract.ts";
import { Ipvs } from "../../../host/linux/ipvs.ts";
import { run } from "../process.ts";

/** Times are milliseconds, one for each run; the two ways run in turn. */
export interface RateReport {
  services: number;
  destinations: number;
  /** Services and destinations together. */
  objects: number;
  vipd: { addMs: number[]; setMs: number[]; readMs: number[]; removeMs: number[] };
  /** `ipvsadm -R` from its start to its end, and `ipvsadm -C`. */
  ipvsadm: { addMs: number[]; removeMs: number[] };
  /** Objects a second of the median run. */
  vipdPerSecond: number;
  ipvsadmPerSecond: number;
}

const [serviceCount, destinationCount, runCount] = [100, 50, 3].map((otherwise, index) =>
  Number(Deno.args[index] ?? otherwise)
) as [number, number, number];
const OCTET = 250;

const services: IpvsService[] = Array.from({ length: serviceCount }, (_, index) => ({
  key: {
    kind: "ADDRESS",
    family: "INET",
    address: `10.1.${Math.floor(index / OCTET)}.${1 + index % OCTET}`,
    port: 80,
    protocol: "TCP",
  },
  scheduler: "wlc",
  persistenceS: 0,
  granularity: 32,
}));

function destination(index: number, weight: number): IpvsDestination {
  return {
    family: "INET",
    address: `10.2.${Math.floor(index / OCTET)}.${1 + index % OCTET}`,
    port: 80,
    forwarding: { method: "DR", tunnel: null },
    weight,
  };
}

function destinationOperations(op: "addDestination" | "setDestination", weight: number) {
  return (service: IpvsService): IpvsOperation[] =>
    Array.from({ length: destinationCount }, (_, index) => ({
      op,
      service,
      destination: destination(index, weight),
    }));
}

const additions = services.flatMap((service): IpvsOperation[] => [
  { op: "addService", service },
  ...destinationOperations("addDestination", 1)(service),
]);
const changes = services.flatMap(destinationOperations("setDestination", 2));
const removals = services.map((service): IpvsOperation => ({ op: "deleteService", service }));
const rules = additions.map((operation) => {
  const { key } = operation.service;
  const name = key.kind === "ADDRESS" ? `${key.address}:${key.port}` : "";
  if (!("destination" in operation)) return `-A -t ${name} -s wlc`;
  const { address, port, weight } = operation.destination;
  return `-a -t ${name} -r ${address}:${port} -g -w ${weight}`;
}).join("\n") + "\n";

async function timed(into: number[], action: () => Promise<unknown>): Promise<void> {
  const begun = performance.now();
  await action();
  into.push(Math.round((performance.now() - begun) * 100) / 100);
}

const ipvs = Ipvs.open();
if (ipvs.absent) throw ipvs.error;
const balancer = new KernelBalancer(ipvs);

async function apply(operations: IpvsOperation[]): Promise<void> {
  const failures = await balancer.apply(operations);
  if (failures.length > 0) throw new Error(`${failures.length} refused: ${failures[0]!.errno}`);
}

/** Throws unless the kernel holds everything. */
async function readAll(): Promise<void> {
  const present = await balancer.present();
  const count = present.reduce((sum, { destinations }) => sum + 1 + destinations.length, 0);
  if (count !== additions.length) throw new Error(`${count} of ${additions.length} are there`);
}

const vipd: RateReport["vipd"] = { addMs: [], setMs: [], readMs: [], removeMs: [] };
const ipvsadm: RateReport["ipvsadm"] = { addMs: [], removeMs: [] };
await run(["ipvsadm", "-C"]);
for (let turn = 0; turn < runCount; turn++) {
  await timed(vipd.addMs, () => apply(additions));
  await timed(vipd.setMs, () => apply(changes));
  await timed(vipd.readMs, readAll);
  await timed(vipd.removeMs, () => apply(removals));
  await timed(ipvsadm.addMs, () => run(["ipvsadm", "-R"], { input: rules }));
  await readAll();
  await timed(ipvsadm.removeMs, () => run(["ipvsadm", "-C"]));
}
await balancer.close();

const median = (times: number[]) => times.toSorted((a, b) => a - b)[times.length >> 1]!;
const perSecond = (times: number[]) => Math.round(additions.length / median(times) * 1000);
const report: RateReport = {
  services: serviceCount,
  destinations: destinationCount,
  objects: additions.length,
  vipd,
  ipvsadm,
  vipdPerSecond: perSecond(vipd.addMs),
  ipvsadmPerSecond: perSecond(ipvsadm.addMs),
};
console.log(JSON.stringify(report));
