// The interfaces of the node and their addresses, as link and address events tell them. An address
// that we put there ourselves is not in the table: the host drops the echoes of our own requests.
// The source of adverts is the first address in order of arrival that is not a virtual one, for
// IPv6 the first link local one (RFC 9568 5.1.1.1, 5.1.2.1).

import { FAMILY_INET } from "../abi/state";
import { STATUS_LIMIT, STATUS_OK } from "../abi/status";
import { addressIsLinkLocal6 } from "../base/address";
import {
  addressCapacity,
  addressOf,
  deleteAddressRow,
  interfaceCapacity,
  interfaceOf,
  node,
} from "./arena";
import { vipNext, vipStart } from "./key_index";
import { ID_NONE } from "../abi/limits";
import { Interface, InterfaceAddress } from "./records";

/** IFF_ flags of <linux/if.h>. */
const IFF_UP: u32 = 0x1;
const IFF_LOOPBACK: u32 = 0x8;
const IFF_RUNNING: u32 = 0x40;
const IFF_NOARP: u32 = 0x80;

/** Slot of an interface, or ID_NONE. */
export function findInterface(ifindex: u32): u32 {
  for (let slot: u32 = 0; slot < interfaceCapacity; slot++) {
    if (interfaceOf(slot).ifindex == ifindex) return slot;
  }
  return ID_NONE;
}

/** Slot of an interface, taken if it has none; ID_NONE when all are in use. `ifindex` is not 0. */
export function takeInterface(ifindex: u32): u32 {
  const known = findInterface(ifindex);
  if (known != ID_NONE) return known;
  for (let slot: u32 = 0; slot < interfaceCapacity; slot++) {
    const link = interfaceOf(slot);
    if (link.ifindex != 0 && (link.present != 0 || link.use != 0 || hasAddress(slot))) continue;
    memory.fill(changetype<u32>(link), 0, offsetof<Interface>());
    link.ifindex = ifindex;
    return slot;
  }
  return ID_NONE;
}

function hasAddress(slot: u32): bool {
  for (let row: u32 = 0; row < node().addressCount; row++) {
    if (addressOf(row).interfaceSlot == slot) return true;
  }
  return false;
}

/** Whether a link carries packets: present, up and running. */
export function isGood(link: Interface): bool {
  const both = IFF_UP | IFF_RUNNING;
  return link.present != 0 && (link.flags & both) == both;
}

/** Whether gratuitous ARP or NA makes sense there. */
export function hasNeighbours(link: Interface): bool {
  return isGood(link) && (link.flags & (IFF_LOOPBACK | IFF_NOARP)) == 0 && link.mac != 0;
}

/** Whether a link has a source address of the family. */
export function hasSource(link: Interface, family: u32): bool {
  return (family == FAMILY_INET ? link.source4Known : link.source6Known) != 0;
}

/** Row of an address, or ID_NONE. The prefix length is part of the key, as in the kernel. */
export function findAddress(slot: u32, family: u32, prefix: u32, hi: u64, lo: u64): u32 {
  for (let row: u32 = 0; row < node().addressCount; row++) {
    const address = addressOf(row);
    if (
      address.addressLo == lo && address.addressHi == hi && address.interfaceSlot == slot &&
      address.family == family && address.prefixLength == prefix
    ) return row;
  }
  return ID_NONE;
}

/** Notes an address; STATUS_OK also when it was there, STATUS_LIMIT when the table is full. */
export function addAddress(slot: u32, family: u32, prefix: u32, hi: u64, lo: u64): u32 {
  if (findAddress(slot, family, prefix, hi, lo) != ID_NONE) return STATUS_OK;
  const row = node().addressCount;
  if (row == addressCapacity) return STATUS_LIMIT;
  const address = addressOf(row);
  address.interfaceSlot = slot;
  address.family = family;
  address.prefixLength = prefix;
  address.addressHi = hi;
  address.addressLo = lo;
  node().addressCount = row + 1;
  classify(address);
  refreshSources(slot);
  return STATUS_OK;
}

/** Forgets an address; whether it was known. */
export function removeAddress(slot: u32, family: u32, prefix: u32, hi: u64, lo: u64): bool {
  const row = findAddress(slot, family, prefix, hi, lo);
  if (row == ID_NONE) return false;
  deleteAddressRow(row);
  refreshSources(slot);
  return true;
}

/** Forgets all addresses of a deleted interface. */
export function removeAddresses(slot: u32): void {
  let row = node().addressCount;
  while (row > 0) {
    row--;
    if (addressOf(row).interfaceSlot == slot) deleteAddressRow(row);
  }
  refreshSources(slot);
}

function classify(address: InterfaceAddress): void {
  const ifindex = interfaceOf(address.interfaceSlot).ifindex;
  const start = vipStart(ifindex, address.addressHi, address.addressLo);
  const slot = vipNext(
    node().bank,
    start,
    ifindex,
    address.family,
    address.addressHi,
    address.addressLo,
  );
  address.virtual = slot != ID_NONE ? 1 : 0;
}

/** Finds the sources of all interfaces anew, after a commit changed what is virtual. */
export function classifyAll(): void {
  for (let row: u32 = 0; row < node().addressCount; row++) classify(addressOf(row));
  for (let slot: u32 = 0; slot < interfaceCapacity; slot++) forgetSources(interfaceOf(slot));
  for (let row: u32 = 0; row < node().addressCount; row++) offerSource(addressOf(row));
}

function forgetSources(link: Interface): void {
  link.source4Known = 0;
  link.source6Known = 0;
}

function refreshSources(slot: u32): void {
  forgetSources(interfaceOf(slot));
  for (let row: u32 = 0; row < node().addressCount; row++) {
    if (addressOf(row).interfaceSlot == slot) offerSource(addressOf(row));
  }
}

/** Makes an address the source of its interface when it is the first one that may be. */
function offerSource(address: InterfaceAddress): void {
  if (address.virtual != 0) return;
  const link = interfaceOf(address.interfaceSlot);
  if (address.family == FAMILY_INET) {
    if (link.source4Known != 0) return;
    link.source4 = address.addressHi;
    link.source4Known = 1;
  } else {
    if (link.source6Known != 0) return;
    if (!addressIsLinkLocal6(changetype<u32>(address) + offsetof<InterfaceAddress>("addressHi"))) {
      return;
    }
    link.source6Hi = address.addressHi;
    link.source6Lo = address.addressLo;
    link.source6Known = 1;
  }
}
