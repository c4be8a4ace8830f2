// Records and words of the user-space director (lvs/). Same rules as input.ts and output.ts; the
// director is driven by the same handleInput and pollOutput, in an instance of the core of its own.
// Its record kinds start at 64. Services and destinations carry numbers of the host, which keep
// their meaning as long as service, address and port stay the same: a real server that leaves and
// comes back under its number finds its connections and counts again.
// The hot path has no record: directorFrame() works on a frame in place and leaves a
// DirectorVerdict.

/** Schedulers the user-space director has; the names are those of ip_vs. */
export const SCHEDULER_RR: u32 = 0;
export const SCHEDULER_WRR: u32 = 1;
export const SCHEDULER_LC: u32 = 2;
export const SCHEDULER_WLC: u32 = 3;

/** Protocols that can be balanced, by their IP protocol number. */
export const PROTOCOL_TCP: u32 = 6;
export const PROTOCOL_UDP: u32 = 17;

/** Packets are balanced. */
export const SERVICE_STATE_NORMAL: u32 = 0;
/** The local stack serves (sorry server on the director itself): every packet is left to it. */
export const SERVICE_STATE_LOCAL: u32 = 1;

/** The MAC is in the record. */
export const NEIGHBOUR_STATE_KNOWN: u32 = 0;
/** The kernel dropped its entry: the MAC is used further, and asked for again. */
export const NEIGHBOUR_STATE_FORGOTTEN: u32 = 1;
/** Nobody answers: the MAC is not used any more. */
export const NEIGHBOUR_STATE_FAILED: u32 = 2;

/** Connection table full; count = SYNs and datagrams refused since the last notice. */
export const DIRECTOR_NOTICE_CONNECTION_LIMIT: u32 = 0;
/** A service without an available destination; count = packets refused since the last notice. */
export const DIRECTOR_NOTICE_NO_DESTINATION: u32 = 1;
/** The output queue was full; count = records lost since the last notice. */
export const DIRECTOR_NOTICE_OUTPUT_OVERRUN: u32 = 2;

/** A virtual server: added, or changed by difference. */
export const INPUT_SERVICE: u32 = 64;
/** A virtual server that goes, with its destinations and connections. */
export const INPUT_SERVICE_REMOVE: u32 = 65;
/** A real server of a service: added, or changed by difference. */
export const INPUT_DESTINATION: u32 = 66;
/** A real server that goes. */
export const INPUT_DESTINATION_REMOVE: u32 = 67;
/** What the kernel's neighbour table says of an address. */
export const INPUT_NEIGHBOUR: u32 = 68;
/** An interface frames come in or go out by. */
export const INPUT_INTERFACE: u32 = 69;
/** A received frame. */
export const INPUT_FRAME: u32 = 70;

/** Send a frame. */
export const OUTPUT_FORWARD: u32 = 64;
/** Find out the MAC of an address and answer with INPUT_NEIGHBOUR. */
export const OUTPUT_NEIGHBOUR_NEEDED: u32 = 65;
/** Something worth a log line. */
export const OUTPUT_DIRECTOR_NOTICE: u32 = 66;

/**
 * A virtual server. Setting one again changes only what differs: a new scheduler starts afresh, a
 * new state keeps the connections; another family, protocol, address or port is another service,
 * which starts without destinations.
 */
@unmanaged
export class ServiceInput {
  kind: u32;
  size: u32;
  /** The host's number, 0..SERVICE_MAX-1. */
  service: u32;
  /** @enum FAMILY */
  family: u32;
  /** @enum PROTOCOL */
  protocol: u32;
  /** 1..65535; 0 = all ports that no other service has, only with persistence. */
  port: u32;
  /** @enum SCHEDULER */
  scheduler: u32;
  /** @enum SERVICE_STATE */
  state: u32;
  /**
   * Seconds, 0..PERSISTENCE_S_MAX, for which a client's next connection goes to the same destination;
   * 0 = no persistence.
   */
  persistenceS: u32;
  reserved: u32;
  /** The virtual address. */
  addressHi: u64;
  addressLo: u64;
}

/** Removes a virtual server; none of that number is not an error. */
@unmanaged
export class ServiceRemoveInput {
  kind: u32;
  size: u32;
  service: u32;
  reserved: u32;
}

/**
 * A real server, reached by direct routing. Setting one again changes only what differs: a new
 * weight keeps connections and counts; another service, address or port is another destination.
 * The last one added comes first in the service's order, as in ip_vs.
 */
@unmanaged
export class DestinationInput {
  kind: u32;
  size: u32;
  /** The host's number, 0..DESTINATION_MAX-1, unique over all services. */
  destination: u32;
  service: u32;
  /** Interface it is reached by. */
  ifindex: u32;
  /** Family of the address: that of the service. @enum FAMILY */
  family: u32;
  /** 0..65535; direct routing leaves the packet's port as it is. */
  port: u32;
  /** 0..WEIGHT_MAX; 0 gets no new connection. */
  weight: u32;
  addressHi: u64;
  addressLo: u64;
}

/**
 * Removes a real server; none of that number is not an error. Its connections stay until they
 * expire, so that it can come back to them: meanwhile a SYN or a datagram goes to another
 * destination and everything else is dropped.
 */
@unmanaged
export class DestinationRemoveInput {
  kind: u32;
  size: u32;
  destination: u32;
  reserved: u32;
}

/** The MAC of an address; one that no destination has is ignored. */
@unmanaged
export class NeighbourInput {
  kind: u32;
  size: u32;
  ifindex: u32;
  /** @enum FAMILY */
  family: u32;
  /** @enum NEIGHBOUR_STATE */
  state: u32;
  reserved: u32;
  addressHi: u64;
  addressLo: u64;
  mac: u64;
}

/** An interface. Frames are only taken when they are addressed to its MAC. */
@unmanaged
export class InterfaceInput {
  kind: u32;
  size: u32;
  ifindex: u32;
  /** 1 added or changed, 0 gone. */
  present: u32;
  mac: u64;
}

/**
 * A received Ethernet frame without FCS.
 * @payload
 */
@unmanaged
export class FrameInput {
  kind: u32;
  size: u32;
  /** Interface it came in by. */
  ifindex: u32;
  /** Bytes of virtio-net header before the frame: 0, or VNET_HEADER_SIZE. It is passed on. */
  vnetHeaderLength: u32;
  payloadLength: u32;
  reserved: u32;
}

/**
 * A frame to send as it is, virtio-net header included: the received one with new MACs and a
 * smaller TTL, or an answer to its sender (a TCP reset, a port unreachable).
 * @payload
 */
@unmanaged
export class ForwardOutput {
  kind: u32;
  size: u32;
  ifindex: u32;
  /** The destination it goes to, or ID_NONE for an answer to the sender. */
  destination: u32;
  payloadLength: u32;
  reserved: u32;
}

/** The MAC of an address is wanted; told again at most every NEIGHBOUR_ASK_US. */
@unmanaged
export class NeighbourNeededOutput {
  kind: u32;
  size: u32;
  ifindex: u32;
  /** @enum FAMILY */
  family: u32;
  addressHi: u64;
  addressLo: u64;
}

/** A remark, told at most every DIRECTOR_QUIET_US for one notice; the meaning is at its code. */
@unmanaged
export class DirectorNoticeOutput {
  kind: u32;
  size: u32;
  /** @enum DIRECTOR_NOTICE */
  notice: u32;
  /** The service it is about, or ID_NONE. */
  service: u32;
  count: u32;
  reserved: u32;
}

/** What directorFrame() decided, at directorVerdict(); valid until the next call. */
@unmanaged
export class DirectorVerdict {
  /** @enum STATUS */
  status: u32;
  /** Interface to send the frame by; 0 = send nothing. */
  ifindex: u32;
  /** The destination, or ID_NONE. */
  destination: u32;
  /** Bytes to send, virtio-net header included, from directorFrameBuffer() on. */
  frameSize: u32;
}

/** A virtual server as it stands: directorServiceStatus(service). */
@unmanaged
export class ServiceStatus {
  service: u32;
  /** @enum FAMILY */
  family: u32;
  /** @enum PROTOCOL */
  protocol: u32;
  port: u32;
  /** @enum SCHEDULER */
  scheduler: u32;
  /** @enum SERVICE_STATE */
  state: u32;
  addressHi: u64;
  addressLo: u64;
  /** Destinations in the scheduler's list, those of weight 0 included. */
  destinationCount: u32;
  /** Packets that found no destination. */
  noDestination: u32;
  /** Packets of no connection that could not open one. */
  noConnection: u32;
  /** Packets refused because the connection table was full. */
  connectionLimit: u32;
  /** Seconds; 0 = no persistence. */
  persistenceS: u32;
  reserved: u32;
  /** Connections opened. */
  connections: f64;
  /** Packets forwarded; a GSO frame counts as one. */
  packets: f64;
  /** Bytes forwarded, from the IP header on. */
  bytes: f64;
}

/** A real server as it stands: directorDestinationStatus(destination). */
@unmanaged
export class DestinationStatus {
  destination: u32;
  service: u32;
  /** @enum FAMILY */
  family: u32;
  port: u32;
  addressHi: u64;
  addressLo: u64;
  weight: u32;
  /** 1 in the service's list; 0 removed, with connections that have not expired. */
  present: u32;
  /** Connections in ESTABLISHED or SYN_RECV, as ip_vs counts them. */
  active: u32;
  /** All others. */
  inactive: u32;
  /** Clients that persistence binds to it. */
  persistent: u32;
  /** 1 when its MAC is known. */
  neighbourKnown: u32;
  ifindex: u32;
  reserved: u32;
  /** Connections opened. */
  connections: f64;
  /** Packets forwarded; a GSO frame counts as one. */
  packets: f64;
  /** Bytes forwarded, from the IP header on. */
  bytes: f64;
}

/** The whole director: directorStatus(). Counts of frames by what became of them. */
@unmanaged
export class DirectorStatus {
  /** Connections in the table now, and clients bound by persistence. */
  connections: u32;
  /** Most there have been. */
  connectionsPeak: u32;
  /** Connections the table has room for. */
  connectionsMax: u32;
  /** Connections and bindings that expired. */
  expired: u32;
  /** Connections given up for a new one with the same client port. */
  rescheduled: u32;
  /** Resets and port unreachables sent to clients. */
  answered: u32;
  /** Frames forwarded. */
  forwarded: f64;
  /** Frames that are not for a service. */
  notOurs: f64;
  /** Frames left to the local stack because the service is LOCAL. */
  local: f64;
  /** Frames refused, by status. */
  malformed: u32;
  fragments: u32;
  ttlExpired: u32;
  noDestination: u32;
  destinationRemoved: u32;
  noConnection: u32;
  noNeighbour: u32;
  connectionLimit: u32;
}
