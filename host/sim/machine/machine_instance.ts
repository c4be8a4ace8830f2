// One vrrp_instance of a simulated machine as watchers see it: its configuration and its last
// transition. This module is browser safe.

import type { VrrpInstance } from "../../conf/model.ts";
import type { StateName } from "../../core/abi.gen.ts";
import type { TransitionRecord } from "../../engine/contract.ts";
import type { SimulatedMachine } from "./machine.ts";
import type { InstanceView } from "../world_view.ts";

/** The instance. */
export class MachineInstance implements InstanceView {
  readonly node: SimulatedMachine;
  config: VrrpInstance;
  number: number;
  state: StateName = "INIT";
  sinceUs = 0;
  transition: TransitionRecord | null = null;

  constructor(node: SimulatedMachine, config: VrrpInstance, number: number) {
    this.node = node;
    this.config = config;
    this.number = number;
  }

  get name(): string {
    return this.config.name;
  }

  get segment(): number {
    return this.node.kernel.byName(this.config.interface)?.segment ?? 0;
  }

  /** A reload was taken. */
  reconfigure(config: VrrpInstance, number: number): void {
    this.config = config;
    this.number = number;
  }

  /** The core told a transition. */
  take(record: TransitionRecord, nowUs: number): void {
    this.state = record.to;
    this.sinceUs = nowUs;
    this.transition = record;
  }

  priorityEffective(): number {
    return this.node.core?.instanceStatus(this.number)?.priorityEffective ?? 0;
  }

  source(): string | null {
    if (this.config.source !== null) return this.config.source;
    const { family } = this.config;
    return this.node.kernel.byName(this.config.interface)?.addresses
      .find((row) => row.family === family)?.address ?? null;
  }
}
