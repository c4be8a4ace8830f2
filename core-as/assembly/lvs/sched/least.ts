// The destination with the least overhead for its share: what lc and wlc have in common. Overhead is
// active * 256 + inactive (ip_vs_dest_conn_overhead of linux/ip_vs.h); two destinations are compared
// by cross-multiplying, and of equals the first in list order is taken, so the pick is the one of
// ip_vs' linear scan. Up to LINEAR_MAX destinations that scan is the fastest; above, each service has
// a tournament tree: node i holds the better one of nodes 2i and 2i + 1, n..2n-1 are the leaves, so
// node 1 is the answer and a changed load costs one way up.

import { DESTINATION_MAX, ID_NONE, SERVICE_MAX } from "../../abi/limits";
import { reserve } from "../../abi/memory";
import { SCHEDULER_LC, SCHEDULER_WLC } from "../../abi/director";
import { Destination, destinationAt } from "../destination";
import { Service, serviceAt } from "../service";

/** Destinations up to which a scan is cheaper than keeping a tree. */
export const LINEAR_MAX: u32 = 16;

/** What changes after init and is not of one service. */
@unmanaged
export class LeastHead {
  /** 1 when a list changed since the trees were laid out. */
  stale: u32;
}

const head = changetype<LeastHead>(memory.data(offsetof<LeastHead>(), 8));
let words: u32 = 0;

/** Bytes of the trees of all services. */
export function leastBytesNeeded(): u32 {
  return DESTINATION_MAX * 2 * 4;
}

/** Reserves the trees; false when memory does not suffice. */
export function leastInit(): bool {
  words = <u32> reserve(leastBytesNeeded());
  head.stale = 0;
  return words != 0;
}

/** A list changed: the trees are laid out anew before the next pick from one. */
export function leastListChanged(): void {
  head.stale = 1;
}

/** Load or share of a listed destination changed. */
export function leastLoadChanged(service: Service, slot: u32): void {
  if (head.stale != 0 || service.count <= LINEAR_MAX) return;
  const tree = treeOf(service);
  let node = (service.count + destinationAt(slot).leaf) >> 1;
  for (; node > 0; node >>= 1) {
    const before = nodeAt(tree, node);
    const winner = better(nodeAt(tree, node * 2), nodeAt(tree, node * 2 + 1));
    setNode(tree, node, winner);
    // Neither was nor is the winner here: nothing above has seen it.
    if (winner == before && winner != slot) return;
  }
}

/** The destination to take, or ID_NONE when all have share 0. */
export function leastPick(service: Service): u32 {
  return service.count <= LINEAR_MAX ? leastLinear(service) : leastFromTree(service);
}

/** The pick by scanning the list. */
export function leastLinear(service: Service): u32 {
  let least = service.first;
  if (least == ID_NONE) return ID_NONE;
  for (let slot = destinationAt(least).next; slot != ID_NONE; slot = destinationAt(slot).next) {
    least = better(least, slot);
  }
  return destinationAt(least).share == 0 ? ID_NONE : least;
}

/** The pick from the tree; only for services with more than LINEAR_MAX destinations. */
export function leastFromTree(service: Service): u32 {
  if (head.stale != 0) layOutTrees();
  const least = nodeAt(treeOf(service), 1);
  return destinationAt(least).share == 0 ? ID_NONE : least;
}

function overhead(destination: Destination): u64 {
  return ((<u64> destination.active) << 8) + <u64> destination.inactive;
}

function better(a: u32, b: u32): u32 {
  const left = destinationAt(a);
  const right = destinationAt(b);
  if (left.share == 0) return b;
  if (right.share == 0) return a;
  const leftLoad = overhead(left) * <u64> right.share;
  const rightLoad = overhead(right) * <u64> left.share;
  if (leftLoad != rightLoad) return leftLoad < rightLoad ? a : b;
  return left.sequence > right.sequence ? a : b;
}

function treeOf(service: Service): u32 {
  return words + service.tree * 4;
}

function nodeAt(tree: u32, node: u32): u32 {
  return load<u32>(tree + node * 4);
}

function setNode(tree: u32, node: u32, slot: u32): void {
  store<u32>(tree + node * 4, slot);
}

/** Gives every service that needs one its 2n words, one after the other, and plays it out. */
function layOutTrees(): void {
  let next: u32 = 0;
  for (let i: u32 = 0; i < SERVICE_MAX; i++) {
    const service = serviceAt(i);
    if (service.present == 0 || service.count <= LINEAR_MAX) continue;
    if (service.scheduler != SCHEDULER_LC && service.scheduler != SCHEDULER_WLC) continue;
    service.tree = next;
    next += service.count * 2;
    playOut(service);
  }
  head.stale = 0;
}

function playOut(service: Service): void {
  const tree = treeOf(service);
  let leaf: u32 = 0;
  for (let slot = service.first; slot != ID_NONE; slot = destinationAt(slot).next) {
    destinationAt(slot).leaf = leaf;
    setNode(tree, service.count + leaf, slot);
    leaf++;
  }
  for (let node = service.count - 1; node > 0; node--) {
    setNode(tree, node, better(nodeAt(tree, node * 2), nodeAt(tree, node * 2 + 1)));
  }
}
