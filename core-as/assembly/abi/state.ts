// States, reasons and other small enumerations that cross the boundary. The names are the words
// that logs, CLI and documents use. Generated into host/core/abi.gen.ts with the names as text.

/** Address families, as in <sys/socket.h>; NONE where a record has no address. */
export const FAMILY_NONE: u32 = 0;
export const FAMILY_INET: u32 = 2;
export const FAMILY_INET6: u32 = 10;

/** States of an instance or group, numbered as keepalived's dumps number them. */
export const STATE_INIT: u32 = 0;
export const STATE_BACKUP: u32 = 1;
export const STATE_MASTER: u32 = 2;
export const STATE_FAULT: u32 = 3;
/** Final: stopped or removed. */
export const STATE_STOP: u32 = 4;

/** What a transition is about. */
export const SUBJECT_INSTANCE: u32 = 0;
export const SUBJECT_GROUP: u32 = 1;

/** What a tracker watches. INTERFACE is fed by link events, the others by INPUT_TRACKER. */
export const TRACKER_SCRIPT: u32 = 0;
export const TRACKER_INTERFACE: u32 = 1;
export const TRACKER_FILE: u32 = 2;
export const TRACKER_PROCESS: u32 = 3;

/** What a tracker says. UNKNOWN counts as neither good nor bad, and as FAULT at weight 0. */
export const TRACKER_STATE_UNKNOWN: u32 = 0;
export const TRACKER_STATE_GOOD: u32 = 1;
export const TRACKER_STATE_BAD: u32 = 2;

/** Commands to a running core. */
export const COMMAND_STOP: u32 = 1;
/** Give up MASTER everywhere with priority 0 but stay alive (main is silent; tests). */
export const COMMAND_RESIGN: u32 = 2;
/** Zero the statistics of all instances (keepalived's RTMAX-1). */
export const COMMAND_CLEAR_STATISTICS: u32 = 3;

/** Authentication of version 2 (RFC 2338 5.3.6). */
export const AUTH_NONE: u32 = 0;
export const AUTH_PASS: u32 = 1;

/** Flags of an instance. */
export const INSTANCE_NOPREEMPT: u32 = 0x0001;
export const INSTANCE_DONT_TRACK_PRIMARY: u32 = 0x0002;
export const INSTANCE_LOWER_PRIO_NO_ADVERT: u32 = 0x0004;
export const INSTANCE_HIGHER_PRIO_SEND_ADVERT: u32 = 0x0008;
export const INSTANCE_SKIP_CHECK_ADV_ADDR: u32 = 0x0010;
/** Addresses without a lifetime: vipd's `lease off`. */
export const INSTANCE_LEASE_OFF: u32 = 0x0020;
/** `state MASTER` was written: with priority 255 the instance starts as MASTER. */
export const INSTANCE_STATE_MASTER: u32 = 0x0040;

/** Why a transition happened: the one list behind log, explain, API and page. */
export const REASON_NONE: u32 = 0;
/** The instance starts (RFC 9568 6.4.1). */
export const REASON_START: u32 = 1;
/** Priority 255 and state MASTER: the owner does not wait (RFC 9568 6.4.1 (115)). */
export const REASON_OWNER: u32 = 2;
/** No advert for the master down interval (RFC 9568 6.4.2 (365)). */
export const REASON_MASTER_DOWN: u32 = 3;
/** The master said priority 0; after the skew time nobody else came. */
export const REASON_MASTER_RESIGNED: u32 = 4;
/** An advert with a higher priority (RFC 9568 6.4.3 (745)). */
export const REASON_PEER_PRIORITY_HIGHER: u32 = 5;
/** An advert with our priority from a higher address (RFC 9568 6.4.3 (745)). */
export const REASON_PEER_ADDRESS_HIGHER: u32 = 6;
/** The peers' priority is lower; our preemption ended their mastership. */
export const REASON_PREEMPT: u32 = 7;
/** The instance's interface went down or lost its carrier. */
export const REASON_INTERFACE_DOWN: u32 = 8;
/** A tracked interface with weight 0 is down. */
export const REASON_TRACKED_INTERFACE: u32 = 9;
/** A tracked script with weight 0 fails. */
export const REASON_TRACKED_SCRIPT: u32 = 10;
/** A tracked file or process with weight 0, or a value that forces FAULT. */
export const REASON_TRACKED_OTHER: u32 = 11;
/** A weight 0 tracker has no result yet. */
export const REASON_TRACKER_UNKNOWN: u32 = 12;
/** The interface has no source address of the instance's family. */
export const REASON_NO_SOURCE_ADDRESS: u32 = 13;
/** The last reason for FAULT is gone. */
export const REASON_FAULT_CLEARED: u32 = 14;
/** One of our addresses was removed by somebody else while MASTER. */
export const REASON_ADDRESS_LOST: u32 = 15;
/** The sync group decided (another member changed). */
export const REASON_GROUP: u32 = 16;
/** The daemon stops. */
export const REASON_STOP: u32 = 17;
/** A reload removed the instance. */
export const REASON_REMOVED: u32 = 18;
/** A reload changed something that needs a new start of the instance. */
export const REASON_RELOAD: u32 = 19;
/** COMMAND_RESIGN. */
export const REASON_RESIGN: u32 = 20;
/** Another owner (priority 255) with a larger address. */
export const REASON_OWNER_CONFLICT: u32 = 21;
/** Our timers stood still for longer than the master down interval: somebody else must be MASTER. */
export const REASON_STALLED: u32 = 22;

/** Things worth a log line that are no transitions (OUTPUT_NOTICE). */
export const NOTICE_NONE: u32 = 0;
/** v3 backup takes the master's interval; a = old, b = new, microseconds. */
export const NOTICE_INTERVAL_LEARNED: u32 = 1;
/** MASTER heard a lower priority; a = theirs, b = ours. */
export const NOTICE_LOWER_PRIORITY: u32 = 2;
/** MASTER heard priority 0. */
export const NOTICE_MASTER_PRIORITY_ZERO: u32 = 3;
/** BACKUP heard priority 0. */
export const NOTICE_BACKUP_PRIORITY_ZERO: u32 = 4;
/** A higher master appeared while preempt_delay ran: cancelled. a = theirs. */
export const NOTICE_PREEMPT_CANCELLED: u32 = 5;
/** preempt_delay started; a = delay, microseconds. */
export const NOTICE_PREEMPT_DELAY: u32 = 6;
/** A timer fired late; a = lateness, microseconds. */
export const NOTICE_TIMER_LATE: u32 = 7;
/** A reload was committed; a = added, b = changed, c = removed instances. */
export const NOTICE_CONFIG_COMMITTED: u32 = 8;
/** Two owners; a = their address is larger (1) or smaller (0). */
export const NOTICE_OWNER_CONFLICT: u32 = 9;
/** The output queue was full: something was not told. a = how many. */
export const NOTICE_OUTPUT_OVERRUN: u32 = 10;
/** v3 advert with another address list, accepted. a = their count, b = ours. */
export const NOTICE_ADDRESS_LIST: u32 = 11;
