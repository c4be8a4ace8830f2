// The kernel of a simulated machine, as far as vipd sees it: interfaces, their own addresses and the IPVS
// table; what vipd holds is in held_addresses.ts. It runs on when the process is killed or stopped.
// This module is browser safe.

import { applyOperation, type IpvsTable } from "../../engine/ipvs_table.ts";
import type { InterfacePlan, PlannedAddress } from "../layout.ts";
import type { Port } from "../network.ts";
import type { IpvsOperation, IpvsPresentService } from "../../engine/contract.ts";

/** An interface. */
export interface KernelInterface {
  readonly name: string;
  readonly ifindex: number;
  readonly segment: number;
  readonly mac: string;
  readonly port: Port;
  readonly addresses: readonly PlannedAddress[];
}

/** IFF_UP and IFF_RUNNING of <linux/if.h>: up, and the carrier is there. */
const IFF_UP = 0x1;
const IFF_RUNNING = 0x40;
const MTU = 1500;

/** The kernel. */
export class Kernel {
  readonly interfaces: readonly KernelInterface[];
  readonly #services: IpvsTable = new Map();

  constructor(plans: readonly InterfacePlan[], ports: readonly Port[]) {
    this.interfaces = plans.map(({ name, ifindex, segment, mac, addresses }, i) => ({
      name,
      ifindex,
      segment,
      mac,
      addresses,
      port: ports[i]!,
    }));
  }

  byIndex(ifindex: number): KernelInterface | undefined {
    return this.interfaces.find((row) => row.ifindex === ifindex);
  }

  byName(name: string): KernelInterface | undefined {
    return this.interfaces.find((row) => row.name === name);
  }

  /** What route netlink says of an interface. */
  linkInput(row: KernelInterface) {
    return {
      kind: "link" as const,
      ifindex: row.ifindex,
      present: 1,
      flags: row.port.up ? IFF_UP | IFF_RUNNING : IFF_UP,
      mtu: MTU,
      forwarding: 0,
      mac: row.mac,
    };
  }

  /** What route netlink says of an address. */
  addressInput(of: PlannedAddress, ifindex: number, present: 0 | 1) {
    const { family, address, prefixLength } = of;
    return { kind: "address" as const, ifindex, family, present, prefixLength, address };
  }

  /** Carries IPVS operations out, in order. */
  applyIpvs(operations: readonly IpvsOperation[]): void {
    for (const operation of operations) applyOperation(this.#services, operation);
  }

  /** The IPVS table, as a new process finds it. */
  ipvs(): IpvsPresentService[] {
    return [...this.#services.values()].map(({ service, destinations }) => ({
      service,
      destinations: [...destinations.values()],
      ours: true,
    }));
  }

  /** Everything that a machine forgets when its power goes. */
  clear(): void {
    this.#services.clear();
  }
}
