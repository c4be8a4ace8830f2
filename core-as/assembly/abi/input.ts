// Records that go into the core. The host writes one at inputBuffer() and calls handleInput(now, size).
// Layout: fields in the order below with natural alignment, little endian; addresses are two u64
// whose 16 bytes in memory are in network order (IPv4 in the first four), MACs the first six bytes
// of a u64. `@payload` means: payloadLength bytes follow the fixed part. core-as/generate.mjs makes
// host/core/abi.gen.ts of these classes; a field's tag (@enum X) names its table of words.

/** Nothing but time: fires what is due. */
export const INPUT_TIMER: u32 = 1;
/** A VRRP packet from a raw socket. */
export const INPUT_PACKET: u32 = 2;
/** A link as the kernel reports it. */
export const INPUT_LINK: u32 = 3;
/** An address that appeared or went, changes of our own requests left out. */
export const INPUT_ADDRESS: u32 = 4;
/** A tracker's state from the engine. */
export const INPUT_TRACKER: u32 = 5;
/** A command. */
export const INPUT_COMMAND: u32 = 6;
/** Opens a configuration; all records up to the commit are staged, nothing changes before it. */
export const INPUT_CONFIG_BEGIN: u32 = 16;
export const INPUT_CONFIG_TRACKER: u32 = 17;
export const INPUT_CONFIG_GROUP: u32 = 18;
export const INPUT_CONFIG_INSTANCE: u32 = 19;
export const INPUT_CONFIG_VIP: u32 = 20;
export const INPUT_CONFIG_TRACK: u32 = 21;
/** Applies the staged configuration by difference, in one step. */
export const INPUT_CONFIG_COMMIT: u32 = 22;

/** First fields of every record. */
@unmanaged
export class InputHeader {
  /** INPUT_ code. */
  kind: u32;
  /** Bytes of the record, payload included. */
  size: u32;
}

/**
 * Fires timers that are due; carries nothing. Packets, links and addresses fire none: the host hands
 * this in when it has read all of them that waited.
 */
@unmanaged
export class TimerInput {
  kind: u32;
  size: u32;
}

/**
 * One received packet. IPv4: the payload starts with the IP header and `source`, `destination` and
 * `hopLimit` are ignored. IPv6: the payload is the VRRP message and the three come from the socket.
 * @payload
 */
@unmanaged
export class PacketInput {
  kind: u32;
  size: u32;
  /** Interface it came in by. */
  ifindex: u32;
  /** @enum FAMILY */
  family: u32;
  /** Hop limit, IPv6 only. */
  hopLimit: u32;
  payloadLength: u32;
  sourceHi: u64;
  sourceLo: u64;
  destinationHi: u64;
  destinationLo: u64;
}

/** Link state. A link is good when it is up and running (IFF_UP 0x1 and IFF_RUNNING 0x40). */
@unmanaged
export class LinkInput {
  kind: u32;
  size: u32;
  ifindex: u32;
  /** 1 while the interface exists, 0 when it was deleted. */
  present: u32;
  /** IFF_ flags of <linux/if.h>. */
  flags: u32;
  /** Bytes. */
  mtu: u32;
  /** 1 where the interface forwards IPv6: the Router flag of its advertisements (RFC 4861 4.4). */
  forwarding: u32;
  reserved: u32;
  mac: u64;
}

/** One address of an interface, ours or not. */
@unmanaged
export class AddressInput {
  kind: u32;
  size: u32;
  ifindex: u32;
  /** @enum FAMILY */
  family: u32;
  /** 1 added, 0 removed. */
  present: u32;
  /** Bits. */
  prefixLength: u32;
  addressHi: u64;
  addressLo: u64;
}

/** What a tracker says now. */
@unmanaged
export class TrackerInput {
  kind: u32;
  size: u32;
  /** The host's number of the tracker. */
  tracker: u32;
  /** @enum TRACKER_STATE */
  state: u32;
  /** Value of a file tracker; 0 for others. */
  value: i32;
  /** Number of the engine's input that this comes of, modulo 2^32, for logs; 0 = unknown. Ignored. */
  senderSequence: u32;
}

/** A command to all instances. */
@unmanaged
export class CommandInput {
  kind: u32;
  size: u32;
  /** @enum COMMAND */
  command: u32;
  reserved: u32;
}

/** Opens a configuration. */
@unmanaged
export class ConfigBeginInput {
  kind: u32;
  size: u32;
  /** Number of this configuration, growing. */
  generation: u32;
  reserved: u32;
}

/** A tracker of the new configuration. */
@unmanaged
export class ConfigTrackerInput {
  kind: u32;
  size: u32;
  /** The host's number, 0..TRACKER_MAX-1, stable over reloads for the same name. */
  tracker: u32;
  /** What it watches. @enum TRACKER */
  watches: u32;
  /** Interface for TRACKER_INTERFACE, else 0. */
  ifindex: u32;
  reserved: u32;
}

/** A sync group of the new configuration. */
@unmanaged
export class ConfigGroupInput {
  kind: u32;
  size: u32;
  /** The host's number, 0..GROUP_MAX-1. */
  group: u32;
  /** 1: weighted trackers count inside the group. */
  trackingWeight: u32;
}

/**
 * An instance of the new configuration. On commit it takes over the state of the running instance
 * with the same vrid, family and ifindex, whatever its number was.
 */
@unmanaged
export class ConfigInstanceInput {
  kind: u32;
  size: u32;
  /** The host's number, 0..INSTANCE_MAX-1, in the order of the file. */
  instance: u32;
  ifindex: u32;
  /** @enum FAMILY */
  family: u32;
  /** 2 or 3. */
  version: u32;
  vrid: u32;
  /** 1..255. */
  priority: u32;
  /** INSTANCE_ flags. */
  flags: u32;
  /** Microseconds; v2 whole seconds, v3 steps of 10 ms. */
  advertisementIntervalUs: u32;
  /** Microseconds; 0 = preempt at once. */
  preemptDelayUs: u32;
  /** Adverts missed before a backup takes over (3). */
  downTimerAdverts: u32;
  /** Number of the sync group, or ID_NONE. */
  group: u32;
  /** @enum AUTH */
  authType: u32;
  /** Second burst of gratuitous ARP after becoming MASTER, microseconds; 0 = none. */
  garpDelayUs: u32;
  /** Rounds in a burst. */
  garpRepeat: u32;
  /** Period of refresh bursts while MASTER, microseconds; 0 = none. */
  garpRefreshUs: f64;
  garpRefreshRepeat: u32;
  garpLowerPrioDelayUs: u32;
  garpLowerPrioRepeat: u32;
  reserved: u32;
  /** Password, zero padded: the eight bytes as they stand in the packet. */
  authData: u64;
  /** Group that adverts go to. */
  multicastGroupHi: u64;
  multicastGroupLo: u64;
  /** Source of adverts; unspecified = the interface's first address (IPv6: its link local one). */
  sourceHi: u64;
  sourceLo: u64;
}

/** A virtual address, in the order of the file. */
@unmanaged
export class ConfigVipInput {
  kind: u32;
  size: u32;
  /** The host's number, 0..VIP_MAX-1; comes back in outputs so that the host finds the label. */
  vip: u32;
  instance: u32;
  /** Interface that gets it. */
  ifindex: u32;
  /** @enum FAMILY */
  family: u32;
  /** Bits. */
  prefixLength: u32;
  /** RT_SCOPE_ of <linux/rtnetlink.h>. */
  scope: u32;
  /** 1: stands in the adverts; 0: excluded, held only. */
  advertised: u32;
  /** A number of the host's for the label: another one makes it another address; 0 = none. */
  label: u32;
  addressHi: u64;
  addressLo: u64;
}

/** One tracker of one instance. */
@unmanaged
export class ConfigTrackInput {
  kind: u32;
  size: u32;
  instance: u32;
  tracker: u32;
  /** -254..254; 0: bad means FAULT. */
  weight: i32;
  /** 1: good and bad change places. */
  reverse: u32;
}

/** Ends a configuration. */
@unmanaged
export class ConfigCommitInput {
  kind: u32;
  size: u32;
  /** That of the begin. */
  generation: u32;
  reserved: u32;
}
