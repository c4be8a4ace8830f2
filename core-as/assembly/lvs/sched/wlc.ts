// wlc, weighted least connection: the least overhead for its weight (ip_vs_wlc).

/** What an overhead is divided by (sched/least.ts): the weight, 0 = never picked. */
export function wlcShare(weight: u32): u32 {
  return weight;
}
