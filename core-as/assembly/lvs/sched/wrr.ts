// wrr, weighted round robin (ip_vs_wrr). The list is walked in passes; a pass takes the destinations
// whose weight reaches passWeight. It starts at the largest weight and falls by the greatest common
// divisor of all weights, so the last pass takes everybody and a round is as long as it must be.
// Like the kernel's, passes start (gcd - 1) below the largest weight and end at 1.

import { ID_NONE } from "../../abi/limits";
import { destinationAt } from "../destination";
import { Service } from "../service";

/** A fresh scheduler stands at the head, before its first pass. */
export function wrrReset(service: Service): void {
  measure(service);
  service.passWeight = service.topWeight;
}

/** Something was added, removed or got another weight: walk on from the head in the same pass. */
export function wrrChanged(service: Service): void {
  measure(service);
  if (service.passWeight > service.topWeight || service.passWeight == 0) {
    service.passWeight = service.topWeight;
  } else if (service.weightStep > 1) {
    service.passWeight = service.passWeight / service.weightStep * service.weightStep + 1;
  }
}

/** The destination to take, or ID_NONE when all have weight 0. */
export function wrrPick(service: Service): u32 {
  if (service.topWeight == 0) return ID_NONE;
  let slot = service.cursor == ID_NONE ? service.first : destinationAt(service.cursor).next;
  // Every pass from the head finds a destination of the largest weight, so two ends of the list
  // are the most there can be; the bound keeps a broken list from turning for ever.
  for (let ends: u32 = 0; ends < 3; ends++) {
    for (; slot != ID_NONE; slot = destinationAt(slot).next) {
      if (<i32> destinationAt(slot).weight >= service.passWeight) {
        service.cursor = slot;
        return slot;
      }
    }
    service.passWeight -= service.weightStep;
    if (service.passWeight <= 0) service.passWeight = service.topWeight;
    slot = service.first;
  }
  service.cursor = ID_NONE;
  return ID_NONE;
}

function measure(service: Service): void {
  let divisor: u32 = 0;
  let largest: u32 = 0;
  for (let slot = service.first; slot != ID_NONE; slot = destinationAt(slot).next) {
    const weight = destinationAt(slot).weight;
    if (weight == 0) continue;
    divisor = greatestCommonDivisor(divisor, weight);
    if (weight > largest) largest = weight;
  }
  service.cursor = ID_NONE;
  service.weightStep = divisor == 0 ? 1 : <i32> divisor;
  service.topWeight = <i32> largest - (service.weightStep - 1);
}

function greatestCommonDivisor(a: u32, b: u32): u32 {
  while (b != 0) {
    const rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}
