// Tells watchers who want every detail what the core of a machine says of its instances: priority, master
// known and timers, whenever one of them is another. This module is browser safe.

import type { Core } from "../../core/core.ts";
import type { InstanceMoment } from "../world_view.ts";
import type { MachineClock } from "./machine_clock.ts";
import type { MachineInstance } from "./machine_instance.ts";

/** The last moment told of each instance. */
export class Moments {
  readonly #told = new Map<MachineInstance, InstanceMoment>();
  readonly #clock: MachineClock;

  constructor(clock: MachineClock) {
    this.#clock = clock;
  }

  /** Hands on what changed. */
  look(
    core: Core,
    instances: readonly MachineInstance[],
    tell: (moment: InstanceMoment) => void,
  ): void {
    for (const instance of instances) {
      const before = this.#told.get(instance);
      const protocolUs = this.#trueUs(core.protocolTimerUs(instance.number));
      const preemptUs = this.#trueUs(core.preemptTimerUs(instance.number));
      const status = core.instanceStatus(instance.number);
      if (status === null) continue;
      const priority = status.priorityEffective;
      const isSame = before !== undefined && before.protocolUs === protocolUs &&
        before.preemptUs === preemptUs && before.priority === priority &&
        before.master?.address === (status.masterKnown ? status.master : undefined) &&
        before.master?.priority === (status.masterKnown ? status.masterPriority : undefined);
      if (isSame) continue;
      const master = status.masterKnown
        ? { address: status.master, priority: status.masterPriority }
        : null;
      const moment = { name: instance.name, priority, protocolUs, preemptUs, master };
      this.#told.set(instance, moment);
      tell(moment);
    }
  }

  /** The process is another one. */
  forget(): void {
    this.#told.clear();
  }

  #trueUs(clockUs: number): number | null {
    if (clockUs < 0) return null;
    const trueUs = this.#clock.whenShows(clockUs);
    return trueUs === Infinity ? null : trueUs;
  }
}
