// lc, least connection: the least overhead, weights only say who takes part (ip_vs_lc).

/** What an overhead is divided by (sched/least.ts): the same for all but those of weight 0. */
export function lcShare(weight: u32): u32 {
  return weight == 0 ? 0 : 1;
}
