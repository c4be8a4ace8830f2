// All invariants of the simulator, one file each, and what they mean in a sentence. The command
// line and the documentation print these names and sentences. This module is browser safe.

import type { Invariant } from "../world_view.ts";
import { advertsOnTime } from "./adverts_on_time.ts";
import { arpPointsAtOwner } from "./arp_points_at_owner.ts";
import { bestMaster } from "./best_master.ts";
import { faultHasCause } from "./fault_has_cause.ts";
import { garpOnTakeover } from "./garp_on_takeover.ts";
import { groupsTogether } from "./groups_together.ts";
import { listsMatch } from "./lists_match.ts";
import { noGrowth } from "./no_growth.ts";
import { notifyInOrder } from "./notify_in_order.ts";
import { oneMaster } from "./one_master.ts";
import { onlyMasterSpeaks } from "./only_master_speaks.ts";
import { priorityFollowsTrackers } from "./priority_follows_trackers.ts";
import { priorityRange } from "./priority_range.ts";
import { recordsInOrder } from "./records_in_order.ts";
import { replayEqual } from "./replay_equal.ts";
import { silentAfterStop } from "./silent_after_stop.ts";
import { someMaster } from "./some_master.ts";
import { stalledMasterLeaves } from "./stalled_master_leaves.ts";
import { takeoverOnTime } from "./takeover_on_time.ts";
import { vipOnMaster } from "./vip_on_master.ts";
import { yieldsToBetter } from "./yields_to_better.ts";

/** Makers of all invariants; each run makes its own. */
export const ALL_INVARIANTS: readonly (() => Invariant)[] = [
  oneMaster,
  someMaster,
  bestMaster,
  takeoverOnTime,
  yieldsToBetter,
  stalledMasterLeaves,
  advertsOnTime,
  onlyMasterSpeaks,
  silentAfterStop,
  priorityRange,
  priorityFollowsTrackers,
  faultHasCause,
  groupsTogether,
  listsMatch,
  vipOnMaster,
  garpOnTakeover,
  arpPointsAtOwner,
  recordsInOrder,
  notifyInOrder,
  noGrowth,
  replayEqual,
];

/** What each invariant says, by its name. */
export const INVARIANT_MEANINGS: Readonly<Record<string, string>> = {
  one_master: "Nodes at rest that hear each other have at most one MASTER for a virtual router.",
  some_master: "A virtual router at rest has a MASTER wherever a node is able to be one.",
  best_master: "No node at rest that may preempt has a higher priority than the MASTER it hears.",
  takeover_on_time:
    "A BACKUP becomes MASTER exactly when its down timer or skew time is over, by its own clock.",
  yields_to_better:
    "A MASTER becomes BACKUP on an advert of a higher priority or address, and on no other.",
  stalled_master_leaves:
    "A MASTER that stood still for longer than its down interval leaves as soon as it goes on.",
  adverts_on_time:
    "A MASTER sends an advert each interval and where an answer is due, neither fewer nor more.",
  only_master_speaks:
    "Nobody but a MASTER sends adverts other than priority 0, or announces an address.",
  silent_after_stop:
    "A MASTER that leaves in order says priority 0, and after STOP nothing else is sent.",
  priority_range: "Adverts carry priority 1 to 254, the owner's 255, or 0 to resign.",
  priority_follows_trackers:
    "The priority at rest is the configured one plus the weights of the trackers.",
  fault_has_cause: "An instance at rest is in FAULT if and only if something puts it there.",
  groups_together: "The members of a sync group change state in one moment.",
  lists_match: "Adverts carry exactly the addresses of their sender.",
  vip_on_master:
    "A virtual address stands on exactly the MASTER, and after a death no longer than its lease.",
  garp_on_takeover: "A new MASTER announces each of its addresses, and again after the delay.",
  arp_points_at_owner: "A client's neighbour entry points at the machine that holds the address.",
  records_in_order:
    "Transitions are numbered without a gap, follow each other and have a reason that fits.",
  notify_in_order:
    "Scripts of a subject run one at a time, in order, and the last state is always told.",
  no_growth: "The core's memory keeps its size and the queues are short at rest.",
  replay_equal: "A core that replays its log gives the same bytes.",
};
