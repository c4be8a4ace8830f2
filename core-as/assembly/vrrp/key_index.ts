// Hash indexes with open addressing, rebuilt at each commit: from (interface, family, vrid) to an
// instance, and from (interface, address) to a virtual address. Never more than half full.

import { ID_NONE } from "../abi/limits";
import {
  instanceIndexSize,
  instanceOf,
  instanceSlot,
  setInstanceSlot,
  setVipSlot,
  vipIndexSize,
  vipOf,
  vipSlot,
} from "./arena";
import { Instance, Vip } from "./records";

/** Finalizer of MurmurHash3: spreads neighbouring keys over the slots. */
function mix(key: u64): u32 {
  key ^= key >> 33;
  key *= 0xff51afd7ed558ccd;
  key ^= key >> 33;
  key *= 0xc4ceb9fe1a85ec53;
  return <u32> (key ^ (key >> 33));
}

function instanceHash(ifindex: u32, family: u32, vrid: u32): u32 {
  return mix((<u64> ifindex << 32) | (family << 16) | vrid);
}

/** Number of the bank's instance with this key, or ID_NONE. */
export function findInstance(bank: u32, ifindex: u32, family: u32, vrid: u32): u32 {
  const mask = instanceIndexSize - 1;
  let slot = instanceHash(ifindex, family, vrid) & mask;
  while (true) {
    const content = instanceSlot(bank, slot);
    if (content == 0) return ID_NONE;
    const instance = instanceOf(bank, content - 1);
    if (instance.vrid == vrid && instance.family == family && instance.ifindex == ifindex) {
      return content - 1;
    }
    slot = (slot + 1) & mask;
  }
}

/** Adds an instance of a bank; the caller made sure that its key is not there yet. */
export function indexInstance(bank: u32, instance: Instance): void {
  const mask = instanceIndexSize - 1;
  let slot = instanceHash(instance.ifindex, instance.family, instance.vrid) & mask;
  while (instanceSlot(bank, slot) != 0) slot = (slot + 1) & mask;
  setInstanceSlot(bank, slot, instance.instance + 1);
}

function vipHash(ifindex: u32, hi: u64, lo: u64): u32 {
  return mix(hi ^ (lo * 0x9e3779b97f4a7c15) ^ <u64> ifindex);
}

/** Slot to begin a search for an address with; go on with vipNext. */
export function vipStart(ifindex: u32, hi: u64, lo: u64): u32 {
  return vipHash(ifindex, hi, lo) & (vipIndexSize - 1);
}

/**
 * Slot of the next virtual address of the bank with this interface and address, searching from
 * `slot`, or ID_NONE. One address can stand in several instances: to go on, pass the slot after it.
 */
export function vipNext(
  bank: u32,
  slot: u32,
  ifindex: u32,
  family: u32,
  hi: u64,
  lo: u64,
): u32 {
  const mask = vipIndexSize - 1;
  slot &= mask;
  while (true) {
    const content = vipSlot(bank, slot);
    if (content == 0) return ID_NONE;
    const vip = vipOf(bank, content - 1);
    if (
      vip.addressLo == lo && vip.addressHi == hi && vip.ifindex == ifindex &&
      vip.family == family
    ) return slot;
    slot = (slot + 1) & mask;
  }
}

/** The virtual address in a slot that vipNext returned. */
export function vipInSlot(bank: u32, slot: u32): Vip {
  return vipOf(bank, vipSlot(bank, slot) - 1);
}

/** Place of an instance's address with exactly this prefix in the bank's table, or ID_NONE. */
export function findVip(
  bank: u32,
  instance: u32,
  ifindex: u32,
  family: u32,
  prefixLength: u32,
  hi: u64,
  lo: u64,
): u32 {
  let slot = vipNext(bank, vipStart(ifindex, hi, lo), ifindex, family, hi, lo);
  while (slot != ID_NONE) {
    const vip = vipInSlot(bank, slot);
    if (vip.instance == instance && vip.prefixLength == prefixLength) {
      return vipSlot(bank, slot) - 1;
    }
    slot = vipNext(bank, slot + 1, ifindex, family, hi, lo);
  }
  return ID_NONE;
}

/** Adds the address at a place of the bank's table. */
export function indexVip(bank: u32, place: u32): void {
  const mask = vipIndexSize - 1;
  const vip = vipOf(bank, place);
  let slot = vipHash(vip.ifindex, vip.addressHi, vip.addressLo) & mask;
  while (vipSlot(bank, slot) != 0) slot = (slot + 1) & mask;
  setVipSlot(bank, slot, place + 1);
}
