// The records of the VRRP core's arenas: what one node keeps. Plain data; each field has one writer,
// named where it is not obvious. Instances, addresses, trackers, tracks and groups stand in two
// banks (arena.ts): the running configuration and the one being staged.

import { InstanceStatus } from "../abi/instance_status";

/** State of the whole node. */
@unmanaged
export class Node {
  /** Time of the newest input, microseconds. */
  nowUs: u64;
  /** Seed given to init, for checkpoints and replays to name. */
  seed: u64;
  /** Start of the second for which refreshes are counted, microseconds (lease.ts). */
  refreshWindowUs: u64;
  /** The timer that decides what is being done: its length and lateness; 0 = none does. */
  decisionTimerUs: u64;
  decisionLateUs: u64;
  /** Refreshes asked for in that second. */
  refreshWindowCount: u32;
  /** The running bank, 0 or 1. */
  bank: u32;
  /** 1 after COMMAND_STOP: nothing moves any more. */
  stopped: u32;
  /** Number of the last transition. */
  sequence: u32;
  /** STAGING_ word. */
  staging: u32;
  /** First status that spoiled the staged configuration. */
  stagingStatus: u32;
  /** Generation of the running configuration. */
  generation: u32;
  /** 1 once a configuration was committed. */
  configured: u32;
  /** Instances in the timer heap. */
  heapCount: u32;
  /** Addresses in the interface address table. */
  addressCount: u32;
  /** Queue: position of the oldest entry. */
  queueHead: u32;
  /** Queue: entries waiting. */
  queueCount: u32;
  /** Records that may be lost and were, since the last NOTICE_OUTPUT_OVERRUN. */
  queueLost: u32;
  /** ASSERT_ code of the failed assertion, 0 = none. */
  assertCode: u32;
}

/** No configuration is being staged. */
export const STAGING_NONE: u32 = 0;
/** Between CONFIG_BEGIN and CONFIG_COMMIT. */
export const STAGING_OPEN: u32 = 1;

/** One of the two configurations. */
@unmanaged
export class Bank {
  generation: u32;
  instanceCount: u32;
  vipCount: u32;
  trackCount: u32;
  /** Addresses that are leased, over all instances. */
  leasedCount: u32;
  reserved: u32;
  /** Refresh period that keeps LEASE_REFRESH_PER_SECOND_MAX, microseconds. */
  refreshPeriodUs: u64;
}

/** Preempt delay (behaviour of keepalived's preempt_delay). */
export const PREEMPT_IDLE: u32 = 0;
/** Running: lower adverts are accepted. */
export const PREEMPT_WAITING: u32 = 1;
/** Over: lower adverts are ignored and the down timer decides. */
export const PREEMPT_ALLOWED: u32 = 2;

/**
 * One VRRP instance. The inherited fields are what the host may read at any time. The fields from
 * `timerProtocolUs` on are its running state and move to the next bank on a reload.
 */
@unmanaged
export class Instance extends InstanceStatus {
  // Configuration.
  /** INSTANCE_ flags. */
  flags: u32;
  /** Configured advert interval, microseconds. */
  intervalUs: u32;
  preemptDelayUs: u32;
  downTimerAdverts: u32;
  /** Number of the sync group, or ID_NONE. */
  group: u32;
  /** AUTH_ code. */
  authType: u32;
  garpDelayUs: u32;
  garpRepeat: u32;
  garpRefreshRepeat: u32;
  garpLowerPrioDelayUs: u32;
  garpLowerPrioRepeat: u32;
  /** Addresses that stand in its adverts. */
  advertisedCount: u32;
  trackCount: u32;
  garpRefreshUs: u64;
  /** Password as it stands in the packet. */
  authData: u64;
  multicastGroupHi: u64;
  multicastGroupLo: u64;
  /** Configured source; zero = the interface's. */
  configuredSourceHi: u64;
  configuredSourceLo: u64;

  // Where things of this bank stand.
  /** Slot of the interface in the interface table. */
  interfaceSlot: u32;
  /** Its addresses: positions vipFirst .. vipFirst + vipCount - 1 of the bank's address order. */
  vipFirst: u32;
  /** Its tracks: positions trackFirst .. trackFirst + trackCount - 1 of the bank's track order. */
  trackFirst: u32;
  /** Next member of the group in the order of the file, or ID_NONE. */
  groupNext: u32;
  /** Instance of the other bank that it continues or is continued by, or ID_NONE. */
  paired: u32;
  /** 1 when the commit that made this bank found a difference to the instance it continues. */
  changed: u32;

  // Running state.
  /** Deadlines by TIMER_ number, microseconds; TIMER_OFF = not set. Owned by timers.ts. */
  timerProtocolUs: u64;
  timerPreemptUs: u64;
  timerGarpDelayUs: u64;
  timerGarpRefreshUs: u64;
  timerGarpLowerPrioUs: u64;
  /** Earliest of them: the key in the heap. */
  dueUs: u64;
  /** How long the protocol timer had been set for, microseconds. */
  protocolSetUs: u64;
  /** When our last advert went out, microseconds. */
  advertSentUs: u64;
  /** From when the next advert renews the leases, microseconds. */
  refreshDueUs: u64;
  /** When a second owner was first heard, microseconds; 0 = none. */
  ownerConflictUs: u64;
  /** Source of our adverts; valid while sourceKnown. */
  sourceHi: u64;
  sourceLo: u64;
  /** Sender of the last accepted advert; valid while peerKnown. */
  peerHi: u64;
  peerLo: u64;
  peerPriority: u32;
  peerKnown: u32;
  sourceKnown: u32;
  /** Position in the heap plus one; 0 = not in it. */
  heapAt: u32;
  /** PREEMPT_ word. */
  preempt: u32;
  /** 1 when the down timer ran out and only the sync group holds it back. */
  wantMaster: u32;
  /** REASON_ the transition gets when the protocol timer ends in MASTER. */
  timerReason: u32;
  /** First reason for FAULT that holds. */
  faultReason: u32;
  /** Its tracker, or ID_NONE. */
  faultTracker: u32;
  /** 1 when only trackers without a result hold it back. */
  faultUnknown: u32;
  /** IP identification of the last advert (IPv4). */
  ipId: u32;
  /** 1 after an address list mismatch of this master was told. */
  addressListTold: u32;
  /** 1 when an owner conflict made us take 254. */
  ownerYielded: u32;
  reserved: u32;
}

/** The address stands in the adverts. */
export const VIP_ADVERTISED: u32 = 0x01;
/** We put it on the interface. */
export const VIP_HELD: u32 = 0x02;
/** New by the last commit in an instance that is MASTER. */
export const VIP_FRESH: u32 = 0x04;
/** Gone by the last commit from an instance that is MASTER. */
export const VIP_DROPPED: u32 = 0x08;
/** Was on the interface before we started. */
export const VIP_LEFTOVER: u32 = 0x10;

/** A virtual address. */
@unmanaged
export class Vip {
  /** The host's number. */
  vip: u32;
  instance: u32;
  ifindex: u32;
  interfaceSlot: u32;
  family: u32;
  prefixLength: u32;
  scope: u32;
  /** VIP_ flags. */
  flags: u32;
  /** The host's number for its label. */
  label: u32;
  reserved: u32;
  addressHi: u64;
  addressLo: u64;
}

/** A tracker and what it says. */
@unmanaged
export class Tracker {
  /** 1 when the configuration has it. */
  present: u32;
  /** TRACKER_ code. */
  watches: u32;
  ifindex: u32;
  /** TRACKER_STATE_ code. */
  state: u32;
  value: i32;
  /** 1 after its first result: from then on UNKNOWN is a loss and no beginning. */
  heard: u32;
}

/** Joins an instance to a tracker. */
@unmanaged
export class Track {
  instance: u32;
  tracker: u32;
  weight: i32;
  /** 1: good and bad change places. */
  reverse: u32;
  /** 1: configured but without effect (owner, or group without sync_group_tracking_weight). */
  ignored: u32;
}

/** A sync group. */
@unmanaged
export class Group {
  present: u32;
  trackingWeight: u32;
  /** STATE_ code. */
  state: u32;
  /** First member in the order of the file, or ID_NONE. */
  first: u32;
  /** When the state was entered, microseconds. */
  sinceUs: f64;
}

/** The interface is named by the running configuration. */
export const INTERFACE_USED: u32 = 0x1;
/** The interface is named by the staged configuration. */
export const INTERFACE_STAGED: u32 = 0x2;

/** An interface as the kernel reports it. */
@unmanaged
export class Interface {
  /** 0 = the slot is free. */
  ifindex: u32;
  present: u32;
  /** IFF_ flags. */
  flags: u32;
  mtu: u32;
  forwarding: u32;
  /** INTERFACE_ flags. */
  use: u32;
  mac: u64;
  /** First usable source address by family, and whether there is one (interface_table.ts). */
  source4: u64;
  source6Hi: u64;
  source6Lo: u64;
  source4Known: u32;
  source6Known: u32;
}

/** An address of an interface that we did not add ourselves. */
@unmanaged
export class InterfaceAddress {
  interfaceSlot: u32;
  family: u32;
  prefixLength: u32;
  /** 1 when the running configuration has it as a virtual address there. */
  virtual: u32;
  addressHi: u64;
  addressLo: u64;
}

/** A sender whose packets were refused. */
@unmanaged
export class RefusedSender {
  addressHi: u64;
  addressLo: u64;
  /** When it was last told, microseconds. */
  toldUs: u64;
  family: u32;
  ifindex: u32;
  /** STATUS_ code; 0 = the row is free. */
  status: u32;
  /** Refusals since then. */
  count: u32;
}

/** An entry of the output queue: a finished record, or a cursor that makes records when polled. */
@unmanaged
export class QueueEntry {
  /** ENTRY_ code. */
  operation: u32;
  /** Bank and number of the instance. */
  bank: u32;
  instance: u32;
  /** Advert: priority. Burst: rounds left to do. */
  amount: u32;
  /** Cursor: next position inside the instance's addresses. */
  position: u32;
  /** Cursor: VIP_ flags that an address must have. */
  require: u32;
  /** Advert: IP identification. Addresses: lifetime in seconds. */
  extra: u32;
  sourceHi: u64;
  sourceLo: u64;
}
