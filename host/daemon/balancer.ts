// Who balances: the kernel's IPVS, vipd's own director, or nobody. The engine says what the table
// should be; a balancer carries it out and reads it back.

import type { IpvsFailure, IpvsOperation, IpvsPresentService } from "../engine/contract.ts";

/** Open connections of one destination. */
export interface ConnectionCount {
  active: number;
  inactive: number;
}

/** Carries out the engine's `ipvs` outputs. */
export interface Balancer {
  readonly kind: "kernel" | "user" | "none";
  /** The table as it stands, at start. Throws VipdError when it cannot be read. */
  present(): Promise<IpvsPresentService[]>;
  /** Carries out the operations in order; answers what was refused. Never throws. */
  apply(operations: IpvsOperation[]): Promise<IpvsFailure[]>;
  /** Connections by `service destination`, both named as keepalived prints them. */
  connections(): ReadonlyMap<string, ConnectionCount>;
  /** Ends it. What is in the kernel stays. */
  close(): Promise<void>;
}

/** For a node without virtual servers. */
export const NO_BALANCER: Balancer = {
  kind: "none",
  present: () => Promise.resolve([]),
  apply: (operations) =>
    Promise.resolve(operations.map((_, index) => ({ index, errno: "ENOSYS" }))),
  connections: () => new Map(),
  close: () => Promise.resolve(),
};
