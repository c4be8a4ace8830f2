// Drives host/linux/ipvs.ts against the kernel it runs on and prints what it saw as one line of JSON.
// Run inside User-Mode Linux (`modprobe ip_vs` first); it flushes the IPVS table.
// Usage: deno run -A --unstable-ffi test/interop/linux_ipvs_live.ts [services destinations]

import { formatAddress, parseAddress } from "../../host/base/address.ts";
import { describeService, Ipvs } from "../../host/linux/ipvs.ts";
import {
  IP_VS_CONN_F_DROUTE,
  IP_VS_CONN_F_MASQ,
  IP_VS_CONN_F_TUNNEL,
  IP_VS_SVC_F_PERSISTENT,
  type IpvsDestination,
  type IpvsDestinationState,
  type IpvsService,
  type IpvsServiceState,
} from "../../host/linux/ipvs_codec.ts";
import { nowUs } from "../../host/linux/clock.ts";

const TCP = 6;
const UDP = 17;

function service(text: string, port: number, change: Partial<IpvsService> = {}): IpvsService {
  const { family, bytes } = parseAddress(text)!;
  return {
    family,
    fwmark: 0,
    protocol: TCP,
    address: bytes,
    port,
    scheduler: "wlc",
    flags: 0,
    timeoutS: 0,
    granularity: family === 2 ? 32 : 128,
    persistenceEngine: "",
    ...change,
  };
}

function destination(
  text: string,
  port: number,
  weight: number,
  change: Partial<IpvsDestination> = {},
): IpvsDestination {
  const { family, bytes } = parseAddress(text)!;
  return {
    family,
    address: bytes,
    port,
    method: IP_VS_CONN_F_DROUTE,
    weight,
    upperThreshold: 0,
    lowerThreshold: 0,
    ...change,
  };
}

function plainService(state: IpvsServiceState) {
  return { name: describeService(state), ...state, address: formatAddress(state.address) };
}

function plainDestination(state: IpvsDestinationState) {
  return { ...state, address: formatAddress(state.address) };
}

/** What ipvsadm(8) says of the same table, one rule a line. */
function savedByIpvsadm(): string[] {
  const { stdout } = new Deno.Command("ipvsadm", { args: ["-S", "-n"], stderr: "null" })
    .outputSync();
  return new TextDecoder().decode(stdout).trim().split("\n").map((line) => line.trim());
}

/** Everything once: families, fwmark, methods, set, remove, refusals, timeouts. */
function exercise(ipvs: Ipvs) {
  const web = service("10.0.0.1", 80);
  const mark = service("0.0.0.0", 0, {
    fwmark: 7,
    protocol: 0,
    flags: IP_VS_SVC_F_PERSISTENT,
    timeoutS: 360,
    granularity: 24,
    scheduler: "rr",
  });
  const v6 = service("fd00::1", 53, { protocol: UDP, scheduler: "wrr" });
  ipvs.queueFlush();
  for (const one of [web, mark, v6]) ipvs.queueService("add", one);
  ipvs.queueDestination("add", web, destination("10.0.0.21", 80, 1));
  ipvs.queueDestination("add", web, destination("10.0.0.22", 80, 2, { upperThreshold: 100 }));
  ipvs.queueDestination("add", mark, destination("10.0.0.23", 0, 5, { method: IP_VS_CONN_F_MASQ }));
  ipvs.queueDestination(
    "add",
    v6,
    destination("fd00::21", 53, 3, {
      method: IP_VS_CONN_F_TUNNEL,
      tunnel: { type: 1, port: 6080, flags: 1 },
    }),
  );
  ipvs.queueTimeouts({ tcpS: 901, tcpFinS: 121, udpS: 301 });
  const refusedAtFirst = ipvs.commit().map(({ error }) => error.message);
  const dump = () =>
    ipvs.services().map((one) => ({
      ...plainService(one),
      destinations: ipvs.destinations(one).map(plainDestination),
    }));
  const first = dump();
  const ipvsadm = savedByIpvsadm();

  ipvs.queueService("set", { ...web, scheduler: "rr" });
  ipvs.queueDestination("set", web, destination("10.0.0.22", 80, 0));
  ipvs.queueDestination("remove", web, destination("10.0.0.21", 80, 0));
  ipvs.queueService("remove", v6);
  const refusedThen = ipvs.commit().map(({ error }) => error.message);
  const second = dump();

  ipvs.queueService("add", web);
  ipvs.queueService("add", service("10.0.0.2", 80, { scheduler: "nonesuch" }));
  ipvs.queueDestination("add", v6, destination("fd00::22", 53, 1));
  ipvs.queueDestination("remove", web, destination("10.0.0.29", 80, 0));
  ipvs.queueService("add", service("10.0.0.3", 80));
  const refusals = ipvs.commit().map(({ change, error }) => ({
    kind: change.kind,
    errno: error.errnoName,
    message: error.message,
  }));
  const absentService = ipvs.destinations(v6).length;
  const timeouts = ipvs.timeouts();
  ipvs.queueFlush();
  const refusedFlush = ipvs.commit().length;
  return {
    refusedAtFirst,
    first,
    ipvsadm,
    refusedThen,
    second,
    refusals,
    absentService,
    timeouts,
    refusedFlush,
    left: ipvs.services().length,
  };
}

/** Rates of large batches: objects added, weights set, objects read and removed. */
function measure(ipvs: Ipvs, serviceCount: number, destinationCount: number) {
  const services = Array.from(
    { length: serviceCount },
    (_, i) => service(`10.${1 + (i >> 8)}.${i & 255}.1`, 80),
  );
  const destinations = (weight: number) =>
    Array.from(
      { length: destinationCount },
      (_, i) => destination(`10.200.${i >> 8}.${i & 255}`, 80, weight),
    );
  const timed = (action: () => void) => {
    const start = nowUs();
    action();
    return Math.round(nowUs() - start);
  };
  let refused = 0;
  const addUs = timed(() => {
    for (const one of services) {
      ipvs.queueService("add", one);
      for (const real of destinations(1)) ipvs.queueDestination("add", one, real);
    }
    refused += ipvs.commit().length;
  });
  const setUs = timed(() => {
    for (const one of services) {
      for (const real of destinations(2)) ipvs.queueDestination("set", one, real);
    }
    refused += ipvs.commit().length;
  });
  let read = 0;
  let weights = 0;
  const readUs = timed(() => {
    for (const one of ipvs.services()) {
      for (const { weight } of ipvs.destinations(one)) {
        read++;
        weights += weight;
      }
    }
  });
  ipvs.queueFlush();
  refused += ipvs.commit().length;
  return {
    objects: serviceCount * (1 + destinationCount),
    addUs,
    setUs,
    readUs,
    read,
    weights,
    refused,
  };
}

const ipvs = Ipvs.open();
if (ipvs.absent) {
  console.log(JSON.stringify({ absent: true, message: ipvs.error.message, hint: ipvs.error.hint }));
} else {
  const [serviceCount, destinationCount] = [Deno.args[0] ?? "100", Deno.args[1] ?? "50"].map(
    Number,
  );
  const result = { absent: false, ...exercise(ipvs) };
  const rates = measure(ipvs, serviceCount!, destinationCount!);
  console.log(JSON.stringify({ ...result, rates }));
  ipvs.close();
}
