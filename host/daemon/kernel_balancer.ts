// The kernel's IPVS as a balancer: translates between the engine's words (text, seconds, method
// names) and those of <linux/ip_vs.h>. One batch of the engine is one batch of netlink messages.

import { formatAddress, parseAddress } from "../base/address.ts";
import { errorText, SysError } from "../base/errors.ts";
import type { Forwarding, Tunnel } from "../conf/model.ts";
import type {
  IpvsDestination,
  IpvsFailure,
  IpvsOperation,
  IpvsPresentService,
  IpvsService,
} from "../engine/contract.ts";
import type { Ipvs, IpvsChange } from "../linux/ipvs.ts";
import {
  IP_VS_CONN_F_DROUTE,
  IP_VS_CONN_F_MASQ,
  IP_VS_CONN_F_TUNNEL,
  IP_VS_SVC_F_PERSISTENT,
  type IpvsDestination as KernelDestination,
  type IpvsDestinationState,
  type IpvsService as KernelService,
  type IpvsServiceState,
} from "../linux/ipvs_codec.ts";
import type { Balancer, ConnectionCount } from "./balancer.ts";
import { destinationName, serviceName } from "./service_names.ts";

const PROTOCOL = { TCP: 6, UDP: 17, SCTP: 132 } as const;
const PROTOCOL_NAME = { 6: "TCP", 17: "UDP", 132: "SCTP" } as const;
const METHOD = {
  NAT: IP_VS_CONN_F_MASQ,
  DR: IP_VS_CONN_F_DROUTE,
  TUN: IP_VS_CONN_F_TUNNEL,
} as const;
const TUNNEL_TYPE = { IPIP: 0, GUE: 1, GRE: 2 } as const;
const TUNNEL_CHECKSUM = { NOCSUM: 0, CSUM: 1, REMCSUM: 2 } as const;

/** The kernel's table. */
export class KernelBalancer implements Balancer {
  readonly kind = "kernel";
  readonly #ipvs: Ipvs;

  constructor(ipvs: Ipvs) {
    this.#ipvs = ipvs;
  }

  present(): Promise<IpvsPresentService[]> {
    const services = this.#ipvs.services().map((service) => ({
      service: serviceOf(service),
      destinations: this.#ipvs.destinations(service).map(destinationOf),
      ours: false,
    }));
    return Promise.resolve(services);
  }

  apply(operations: IpvsOperation[]): Promise<IpvsFailure[]> {
    const places = new Map<unknown, number>();
    operations.forEach((operation, index) => places.set(this.#queue(operation), index));
    try {
      const failures = this.#ipvs.commit().map(({ change, error }) => ({
        index: places.get(subjectOf(change)) ?? 0,
        errno: error.errnoName,
      }));
      return Promise.resolve(failures);
    } catch (error) {
      // The socket failed: nothing is known of any of them, and the engine tries all again.
      const errno = error instanceof SysError ? error.errnoName : errorText(error);
      return Promise.resolve(operations.map((_, index) => ({ index, errno })));
    }
  }

  /** Queues an operation; returns the object by which a failure names it. */
  #queue(operation: IpvsOperation): unknown {
    const service = kernelService(operation.service);
    switch (operation.op) {
      case "addService":
        this.#ipvs.queueService("add", service);
        return service;
      case "setService":
        this.#ipvs.queueService("set", service);
        return service;
      case "deleteService":
        this.#ipvs.queueService("remove", service);
        return service;
      case "addDestination":
      case "setDestination":
      case "deleteDestination": {
        const destination = kernelDestination(operation.destination);
        const verb = { addDestination: "add", setDestination: "set", deleteDestination: "remove" };
        this.#ipvs.queueDestination(
          verb[operation.op] as "add" | "set" | "remove",
          service,
          destination,
        );
        return destination;
      }
    }
  }

  connections(): ReadonlyMap<string, ConnectionCount> {
    const counts = new Map<string, ConnectionCount>();
    for (const service of this.#ipvs.services()) {
      const name = serviceName(serviceOf(service).key);
      for (const destination of this.#ipvs.destinations(service)) {
        const { active, inactive } = countsOf(destination);
        const protocol = PROTOCOL_NAME[service.protocol as 6] ?? "TCP";
        const server = destinationName(destinationOf(destination), protocol);
        counts.set(`${name} ${server}`, { active, inactive });
      }
    }
    return counts;
  }

  close(): Promise<void> {
    this.#ipvs.close();
    return Promise.resolve();
  }
}

function subjectOf(change: IpvsChange): unknown {
  if (change.kind === "service") return change.service;
  return change.kind === "destination" ? change.destination : null;
}

function countsOf(state: IpvsDestinationState): ConnectionCount {
  return { active: state.activeConnections, inactive: state.inactiveConnections };
}

function bytesOf(text: string): Uint8Array {
  return parseAddress(text)?.bytes ?? new Uint8Array(4);
}

function kernelService({ key, scheduler, persistenceS, granularity }: IpvsService): KernelService {
  const family = key.family === "INET" ? 2 : 10;
  return {
    family,
    fwmark: key.kind === "FWMARK" ? key.mark : 0,
    protocol: key.kind === "FWMARK" ? 0 : PROTOCOL[key.protocol],
    address: key.kind === "FWMARK" ? new Uint8Array(family === 2 ? 4 : 16) : bytesOf(key.address),
    port: key.kind === "FWMARK" ? 0 : key.port,
    scheduler,
    flags: persistenceS > 0 ? IP_VS_SVC_F_PERSISTENT : 0,
    timeoutS: persistenceS,
    granularity,
    persistenceEngine: "",
  };
}

function serviceOf(service: IpvsServiceState): IpvsService {
  const family = service.family === 2 ? "INET" : "INET6";
  return {
    key: service.fwmark !== 0 ? { kind: "FWMARK", family, mark: service.fwmark } : {
      kind: "ADDRESS",
      family,
      address: formatAddress(service.address),
      port: service.port,
      protocol: PROTOCOL_NAME[service.protocol as 6] ?? "TCP",
    },
    scheduler: service.scheduler,
    persistenceS: (service.flags & IP_VS_SVC_F_PERSISTENT) !== 0 ? service.timeoutS : 0,
    granularity: service.granularity,
  };
}

function kernelDestination(destination: IpvsDestination): KernelDestination {
  const { method, tunnel } = destination.forwarding;
  return {
    family: destination.family === "INET" ? 2 : 10,
    address: bytesOf(destination.address),
    port: destination.port,
    method: METHOD[method],
    weight: destination.weight,
    upperThreshold: 0,
    lowerThreshold: 0,
    ...(tunnel === null ? {} : {
      tunnel: {
        type: TUNNEL_TYPE[tunnel.type],
        port: tunnel.port,
        flags: TUNNEL_CHECKSUM[tunnel.checksum],
      },
    }),
  };
}

function destinationOf(state: IpvsDestinationState): IpvsDestination {
  return {
    family: state.family === 2 ? "INET" : "INET6",
    address: formatAddress(state.address),
    port: state.port,
    forwarding: forwardingOf(state),
    weight: state.weight,
  };
}

function forwardingOf({ method, tunnel }: IpvsDestinationState): Forwarding {
  if (method === IP_VS_CONN_F_TUNNEL) {
    // Plain IPIP is what the model calls no tunnel of its own.
    const plain = tunnel === undefined || tunnel.type === TUNNEL_TYPE.IPIP;
    return { method: "TUN", tunnel: plain ? null : tunnelOf(tunnel) };
  }
  // LOCALNODE is what the kernel makes of DR or NAT to an address of its own.
  return { method: method === IP_VS_CONN_F_MASQ ? "NAT" : "DR", tunnel: null };
}

function tunnelOf(tunnel: NonNullable<IpvsDestinationState["tunnel"]>): Tunnel {
  return {
    type: tunnel.type === TUNNEL_TYPE.GUE ? "GUE" : "GRE",
    port: tunnel.port,
    checksum: tunnel.flags === 1 ? "CSUM" : tunnel.flags === 2 ? "REMCSUM" : "NOCSUM",
  };
}
