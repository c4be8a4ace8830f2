// The one table of scheduler cases: what each scheduler of ip_vs picks, step by step. The unit tests of
// the core play it, and a test with a real kernel can play it with ipvsadm and half-open connections,
// since every step is something that can be done to both. Destinations have one-letter names.
//
// On a kernel each case needs a service port of its own: a destination that is added again with address,
// port and service of a removed one gets that one's connections back. Linux 6.1 in User-Mode Linux
// picked as all cases here say, those with `finish` not played.
//
//   add a 3       destination a, weight 3 (it comes first in the list)
//   weight a 0    another weight
//   remove a      a leaves the service
//   pick b a -    three new connections: to b, to a, refused; they stay open in SYN_RECV (active)
//   finish a      the oldest open connection of a sends a FIN: it counts as inactive from now on

/** Schedulers by the names of ip_vs. */
export type SchedulerName = "rr" | "wrr" | "lc" | "wlc";

/** One case: a service with this scheduler, and the steps from an empty service on. */
export interface SchedulerCase {
  name: string;
  scheduler: SchedulerName;
  steps: string[];
}

/** A step taken apart. */
export type SchedulerStep =
  | { kind: "add" | "weight"; name: string; weight: number }
  | { kind: "remove" | "finish"; name: string }
  | { kind: "pick"; names: string[] };

/** Parses a step. Throws an Error on anything else. */
export function parseStep(text: string): SchedulerStep {
  const [kind, ...words] = text.split(" ");
  const [name, weight] = words;
  if (kind === "pick") return { kind, names: words };
  if (name !== undefined && (kind === "remove" || kind === "finish")) return { kind, name };
  if (name !== undefined && weight !== undefined && (kind === "add" || kind === "weight")) {
    return { kind, name, weight: Number(weight) };
  }
  throw new Error(`not a step: ${text}`);
}

export const SCHEDULER_CASES: SchedulerCase[] = [
  {
    name: "an empty service refuses",
    scheduler: "rr",
    steps: ["pick -"],
  },
  {
    name: "the last one added comes first, then the list goes round",
    scheduler: "rr",
    steps: ["add a 1", "add b 1", "add c 1", "pick c b a c b a c"],
  },
  {
    name: "weights do not count, but 0 is passed over",
    scheduler: "rr",
    steps: [
      "add a 9",
      "add b 1",
      "add c 2",
      "weight b 0",
      "pick c a c a",
      "weight b 1",
      "pick c b",
    ],
  },
  {
    name: "all of weight 0 refuse",
    scheduler: "rr",
    steps: ["add a 0", "add b 0", "pick - -", "weight a 1", "pick a a"],
  },
  {
    name: "the one used last leaves: the walk goes on behind its predecessor",
    scheduler: "rr",
    steps: ["add a 1", "add b 1", "add c 1", "pick c b", "remove b", "pick a c a"],
  },
  {
    name: "the first one, used last, leaves: the walk begins anew",
    scheduler: "rr",
    steps: ["add a 1", "add b 1", "add c 1", "pick c", "remove c", "pick b a b"],
  },
  {
    name: "one that is added in a round waits for the next",
    scheduler: "rr",
    steps: ["add a 1", "add b 1", "add c 1", "pick c", "add d 1", "pick b a d c b"],
  },
  {
    name: "one alone is picked again and again",
    scheduler: "rr",
    steps: ["add a 1", "pick a a a"],
  },
  {
    // Additions leave the pass where it was: the one of weight 1, which takes everybody.
    name: "a round gives each its weight, the largest first; the first round begins with its end",
    scheduler: "wrr",
    steps: ["add a 1", "add b 2", "add c 3", "pick c b a c c b c b a c c b"],
  },
  {
    name: "a common divisor shortens the round",
    scheduler: "wrr",
    steps: ["add a 4", "add b 2", "pick b a a b a a"],
  },
  {
    name: "equal weights are a plain round",
    scheduler: "wrr",
    steps: ["add a 7", "add b 7", "add c 7", "pick c b a c b a"],
  },
  {
    name: "0 is passed over, all 0 refuse",
    scheduler: "wrr",
    steps: ["add a 2", "add b 0", "pick a a a", "weight a 0", "pick - -", "weight b 1", "pick b b"],
  },
  {
    name: "a new weight starts the pass again at the head",
    scheduler: "wrr",
    steps: ["add a 1", "add b 1", "pick b", "weight a 3", "pick b a a a b a"],
  },
  {
    name: "one that leaves starts the pass again at the head",
    scheduler: "wrr",
    steps: ["add a 1", "add b 1", "add c 1", "pick c b", "remove b", "pick c a c a"],
  },
  {
    name: "the fewest connections, whatever the weights",
    scheduler: "lc",
    steps: ["add a 1", "add b 100", "add c 2", "pick c b a c b a"],
  },
  {
    name: "an inactive connection weighs a 256th of an active one",
    scheduler: "lc",
    steps: ["add a 1", "add b 1", "pick b a", "finish a", "pick a", "finish b", "pick b"],
  },
  {
    name: "weight 0 gets nothing new and keeps what it has",
    scheduler: "lc",
    steps: [
      "add a 1",
      "add b 1",
      "pick b a b",
      "weight a 0",
      "pick b b",
      "weight a 1",
      "pick a a a b",
    ],
  },
  {
    name: "of equals the last one added",
    scheduler: "wlc",
    steps: ["add a 1", "add b 1", "add c 1", "pick c b a c b a"],
  },
  {
    name: "connections in proportion to weight, ties to the last one added",
    scheduler: "wlc",
    steps: ["add a 1", "add b 2", "pick b a b b a b b a b"],
  },
  {
    name: "weights without a common divisor",
    scheduler: "wlc",
    steps: ["add a 3", "add b 2", "pick b a a b a b a a b a"],
  },
  {
    name: "weight 0 never, and all 0 refuse",
    scheduler: "wlc",
    steps: ["add a 0", "add b 5", "pick b b", "weight b 0", "pick -", "weight a 1", "pick a"],
  },
  {
    name: "finished connections count a little",
    scheduler: "wlc",
    steps: ["add a 1", "add b 1", "pick b", "finish b", "pick a", "finish a", "pick b", "pick a"],
  },
  {
    name: "a newcomer takes all until it has caught up",
    scheduler: "wlc",
    steps: ["add a 1", "pick a a a", "add b 1", "pick b b b b a b a"],
  },
  {
    name: "one that comes back has its connections, and a new place in the list",
    scheduler: "wlc",
    steps: ["add a 1", "add b 1", "pick b a b", "remove a", "pick b", "add a 1", "pick a a a b"],
  },
];
