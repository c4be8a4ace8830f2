// The one dispatch of the schedulers: who is picked, and what a scheduler has to hear of. They all
// walk the list of destination.ts; their state stands in the Service.

import { SCHEDULER_LC, SCHEDULER_RR, SCHEDULER_WLC, SCHEDULER_WRR } from "../abi/director";
import { ID_NONE } from "../abi/limits";
import { Destination, destinationAt } from "./destination";
import { leastListChanged, leastLoadChanged, leastPick } from "./sched/least";
import { lcShare } from "./sched/lc";
import { rrPick, rrRemoved, rrReset } from "./sched/rr";
import { wlcShare } from "./sched/wlc";
import { wrrChanged, wrrPick, wrrReset } from "./sched/wrr";
import { Service } from "./service";

/** The destination that gets the next connection; ID_NONE when there is none of weight > 0. */
export function schedulerPick(service: Service): u32 {
  switch (service.scheduler) {
    case SCHEDULER_RR:
      return rrPick(service);
    case SCHEDULER_WRR:
      return wrrPick(service);
    case SCHEDULER_LC:
    case SCHEDULER_WLC:
      return leastPick(service);
    default:
      return ID_NONE;
  }
}

/** The service got its scheduler, or another one: it starts afresh on the list there is. */
export function schedulerReset(service: Service): void {
  rrReset(service);
  if (service.scheduler == SCHEDULER_WRR) wrrReset(service);
  for (let slot = service.first; slot != ID_NONE; slot = destinationAt(slot).next) {
    setShare(service, destinationAt(slot));
  }
  leastListChanged();
}

/** A destination came into the list. */
export function schedulerAdded(service: Service, slot: u32): void {
  setShare(service, destinationAt(slot));
  if (service.scheduler == SCHEDULER_WRR) wrrChanged(service);
  leastListChanged();
}

/** A destination went from the list; its next and previous are still those it had. */
export function schedulerRemoved(service: Service, slot: u32): void {
  if (service.scheduler == SCHEDULER_WRR) wrrChanged(service);
  else rrRemoved(service, slot);
  leastListChanged();
}

/** A listed destination has another weight. */
export function schedulerWeightChanged(service: Service, slot: u32): void {
  setShare(service, destinationAt(slot));
  if (service.scheduler == SCHEDULER_WRR) wrrChanged(service);
  else schedulerLoadChanged(service, slot);
}

/** A listed destination has other counts of active and inactive connections. */
export function schedulerLoadChanged(service: Service, slot: u32): void {
  if (service.scheduler == SCHEDULER_LC || service.scheduler == SCHEDULER_WLC) {
    leastLoadChanged(service, slot);
  }
}

function setShare(service: Service, destination: Destination): void {
  destination.share = service.scheduler == SCHEDULER_LC
    ? lcShare(destination.weight)
    : wlcShare(destination.weight);
}
