// Records and words of the user-space director (lvs/). Same rules as input.ts and output.ts; the
// director is driven by the same handleInput and pollOutput, in an instance of the core of its own.

/** Schedulers the user-space director has; the names are those of ip_vs. */
export const SCHEDULER_RR: u32 = 0;
export const SCHEDULER_WRR: u32 = 1;
export const SCHEDULER_LC: u32 = 2;
export const SCHEDULER_WLC: u32 = 3;
