// The fixed budget of seeds that every `npm test` plays, and within which every mutant must be found.

/** Seeds 0 .. SEED_BUDGET - 1. */
export const SEED_BUDGET = 1000;
