// Records that come out of the core: pollOutput() writes the next one at outputBuffer() and returns
// its size, 0 when there is none. Drain after every handleInput, in order: the order is that of
// keepalived (advert, addresses, gratuitous ARP, notification; leaving: advert, addresses,
// notification). Layout rules as in input.ts.

/** Send an IP packet by the VRRP raw socket of an interface. */
export const OUTPUT_PACKET: u32 = 1;
/** Send an Ethernet frame (gratuitous ARP, unsolicited NA). */
export const OUTPUT_FRAME: u32 = 2;
/** Add a virtual address with a lifetime. */
export const OUTPUT_ADDRESS_ADD: u32 = 3;
/** Renew its lifetime. */
export const OUTPUT_ADDRESS_REFRESH: u32 = 4;
/** Remove it. */
export const OUTPUT_ADDRESS_REMOVE: u32 = 5;
/** A state change with its reason. */
export const OUTPUT_TRANSITION: u32 = 6;
/** The effective priority changed, the state did not. */
export const OUTPUT_PRIORITY: u32 = 7;
/** A packet was refused; at most one record for each sender, status and minute. */
export const OUTPUT_REFUSED: u32 = 8;
/** Something worth a line that is no transition. */
export const OUTPUT_NOTICE: u32 = 9;

/** First fields of every record. */
@unmanaged
export class OutputHeader {
  /** OUTPUT_ code. */
  kind: u32;
  /** Bytes of the record, payload included. */
  size: u32;
}

/**
 * A packet for the raw VRRP socket. IPv4: the payload is the whole packet with its IP header (for
 * IP_HDRINCL; id set, header checksum left to the kernel is also written). IPv6: the VRRP message
 * with its checksum.
 * @payload
 */
@unmanaged
export class PacketOutput {
  kind: u32;
  size: u32;
  instance: u32;
  ifindex: u32;
  /** @enum FAMILY */
  family: u32;
  payloadLength: u32;
  sourceHi: u64;
  sourceLo: u64;
  destinationHi: u64;
  destinationLo: u64;
}

/**
 * A whole Ethernet frame without FCS.
 * @payload
 */
@unmanaged
export class FrameOutput {
  kind: u32;
  size: u32;
  instance: u32;
  ifindex: u32;
  reserved: u32;
  payloadLength: u32;
}

/** A virtual address to add. Also the layout of refresh and remove. */
@unmanaged
export class AddressAddOutput {
  kind: u32;
  size: u32;
  instance: u32;
  /** The host's number of the address; ID_NONE when the configuration that knew it is gone. */
  vip: u32;
  ifindex: u32;
  /** @enum FAMILY */
  family: u32;
  /** Bits. */
  prefixLength: u32;
  /** RT_SCOPE_ of <linux/rtnetlink.h>. */
  scope: u32;
  /** Kernel lifetime, seconds; 0 = for ever. */
  lifetimeS: u32;
  reserved: u32;
  addressHi: u64;
  addressLo: u64;
}

/** A virtual address whose lifetime is renewed. @same AddressAddOutput */
@unmanaged
export class AddressRefreshOutput extends AddressAddOutput {}

/** A virtual address to remove. @same AddressAddOutput */
@unmanaged
export class AddressRemoveOutput extends AddressAddOutput {}

/** The reason record: one transition with the numbers that explain it. */
@unmanaged
export class TransitionOutput {
  kind: u32;
  size: u32;
  /** Number of the transition in this node, growing from 1. */
  sequence: u32;
  /** @enum SUBJECT */
  subject: u32;
  /** The instance; for a group its first member. */
  instance: u32;
  /** The group, or ID_NONE. */
  group: u32;
  /** @enum STATE */
  from: u32;
  /** @enum STATE */
  to: u32;
  /** @enum REASON */
  reason: u32;
  /** The tracker that decided, or ID_NONE. */
  tracker: u32;
  /** Priority in the configuration. */
  priorityBase: u32;
  /** Priority in our adverts. */
  priorityEffective: u32;
  /** Sum of the trackers' weights before clamping. */
  priorityTracked: i32;
  /** Priority of the last accepted advert; 0 also when it was a resignation. */
  peerPriority: u32;
  /** Family of `peer`. @enum FAMILY */
  family: u32;
  /** Advert interval in force, microseconds (learnt from the master in v3). */
  advertisementIntervalUs: u32;
  /** Skew time in force, microseconds. */
  skewTimeUs: u32;
  /** 1 when `peer` and `peerPriority` are those of a packet we heard. */
  peerKnown: u32;
  /** Time since the last accepted advert, microseconds; -1 = never one. */
  advertAgeUs: f64;
  /** How long the decisive timer had been set for, microseconds; 0 = no timer decided. */
  timerUs: f64;
  /** How late it fired, microseconds. */
  timerLateUs: f64;
  /** Time spent in `from`, microseconds. */
  stateAgeUs: f64;
  /** Sender of the last accepted advert. */
  peerHi: u64;
  peerLo: u64;
}

/** The effective priority changed. */
@unmanaged
export class PriorityOutput {
  kind: u32;
  size: u32;
  instance: u32;
  /** The tracker that moved it, or ID_NONE for a reload. */
  tracker: u32;
  from: u32;
  to: u32;
  priorityBase: u32;
  priorityTracked: i32;
}

/** A refused packet, told once for a sender, status and minute. */
@unmanaged
export class RefusedOutput {
  kind: u32;
  size: u32;
  /** The instance, or ID_NONE. */
  instance: u32;
  ifindex: u32;
  /** @enum STATUS */
  status: u32;
  vrid: u32;
  /** What the packet said (TTL, version, type, interval, count ... by status). */
  got: u32;
  /** What was expected. */
  want: u32;
  /** Refusals of this sender and status since the last record, this one included. */
  count: u32;
  /** @enum FAMILY */
  family: u32;
  sourceHi: u64;
  sourceLo: u64;
}

/** A remark; the meaning of a, b and c is at the NOTICE_ code. */
@unmanaged
export class NoticeOutput {
  kind: u32;
  size: u32;
  /** The instance, or ID_NONE. */
  instance: u32;
  /** @enum NOTICE */
  notice: u32;
  a: f64;
  b: f64;
  c: f64;
  /** Family of `peer`; 0 = no peer. @enum FAMILY */
  family: u32;
  reserved: u32;
  peerHi: u64;
  peerLo: u64;
}
