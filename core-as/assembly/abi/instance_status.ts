// What the host may read of an instance at any time: instanceStatus(instance) returns the address
// of one of these in the core's memory. The worker copies them to the status page, and
// `vipd status`, the dumps and the metrics print them. Layout rules as in input.ts.

/** State and statistics of one instance. */
@unmanaged
export class InstanceStatus {
  instance: u32;
  /** @enum STATE */
  state: u32;
  /** Why it is in this state. @enum REASON */
  reason: u32;
  vrid: u32;
  ifindex: u32;
  /** @enum FAMILY */
  family: u32;
  version: u32;
  priorityBase: u32;
  priorityEffective: u32;
  priorityTracked: i32;
  /** Sum of the reasons for FAULT that hold now. */
  faultCount: u32;
  /** Advert interval in force, microseconds. */
  advertisementIntervalUs: u32;
  skewTimeUs: u32;
  /** Kernel lifetime of the addresses, seconds; 0 = for ever. */
  leaseS: u32;
  /** Virtual addresses held now. */
  vipsHeld: u32;
  vipCount: u32;
  masterPriority: u32;
  /** 1 when `master` is known. */
  masterKnown: u32;
  /** When the state was entered, microseconds of the node's clock. */
  sinceUs: f64;
  /** When the last advert was accepted, microseconds; -1 = never. */
  lastAdvertUs: f64;
  /** Address of the master: ours while MASTER. */
  masterHi: u64;
  masterLo: u64;
  /** Adverts, as keepalived counts them. */
  advertReceived: u32;
  advertSent: u32;
  becomeMaster: u32;
  releaseMaster: u32;
  priorityZeroReceived: u32;
  priorityZeroSent: u32;
  packetLengthErrors: u32;
  checksumErrors: u32;
  ttlErrors: u32;
  versionErrors: u32;
  invalidTypeReceived: u32;
  authTypeErrors: u32;
  authDataErrors: u32;
  intervalErrors: u32;
  addressListErrors: u32;
  destinationErrors: u32;
}
