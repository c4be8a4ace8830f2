// rr, round robin (ip_vs_rr): the list goes round, those of weight 0 are passed over. The cursor is
// the destination picked last, or the head of the list.

import { ID_NONE } from "../../abi/limits";
import { destinationAt } from "../destination";
import { Service } from "../service";

/** A fresh scheduler stands at the head. */
export function rrReset(service: Service): void {
  service.cursor = ID_NONE;
}

/** A destination was taken out of the list: the cursor steps back from it. */
export function rrRemoved(service: Service, slot: u32): void {
  if (service.cursor == slot) service.cursor = destinationAt(slot).previous;
}

/** The destination to take, or ID_NONE when all have weight 0. */
export function rrPick(service: Service): u32 {
  let slot = service.cursor == ID_NONE ? service.first : destinationAt(service.cursor).next;
  for (let step: u32 = 0; step < service.count; step++) {
    if (slot == ID_NONE) slot = service.first;
    const destination = destinationAt(slot);
    if (destination.weight > 0) {
      service.cursor = slot;
      return slot;
    }
    slot = destination.next;
  }
  return ID_NONE;
}
