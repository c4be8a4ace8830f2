// Status codes: what a function of the core answers on untrusted input. A packet that is refused
// has exactly one of them; each has a counter of that name (counters.ts) and one log event.
// Generated into host/core/abi.gen.ts with the names as text.

/** Done. */
export const STATUS_OK: u32 = 0;

// Layer 1, decoding: nothing is known of the sender yet.
/** Fewer bytes than the header says, or than the smallest packet. */
export const STATUS_TRUNCATED: u32 = 1;
/** More bytes than the counts of the packet explain. */
export const STATUS_TOO_LONG: u32 = 2;
/** Checksum of the VRRP message (with pseudo header where there is one) is not zero. */
export const STATUS_CHECKSUM: u32 = 3;
/** TTL or hop limit is not 255 (RFC 9568 7.1). */
export const STATUS_TTL: u32 = 4;
/** Neither version 2 nor 3, or not the instance's version. */
export const STATUS_VERSION: u32 = 5;
/** Not an ADVERTISEMENT. */
export const STATUS_TYPE: u32 = 6;
/** Not VRRP, not IP, not Ethernet as expected. */
export const STATUS_PROTOCOL: u32 = 7;
/** IP fragment: VRRP is never fragmented. */
export const STATUS_FRAGMENT: u32 = 8;

// Layer 2, no instance: decoded, but nobody here wants it.
/** No instance with this VRID, family and interface. */
export const STATUS_VRID_UNKNOWN: u32 = 16;
/** The source is one of our own addresses. */
export const STATUS_OWN_PACKET: u32 = 17;
/** Destination is not the instance's group. */
export const STATUS_DESTINATION: u32 = 18;

// Layer 3, in the instance: well formed, for us, and not acceptable.
/** Authentication type differs from ours. */
export const STATUS_AUTH_TYPE: u32 = 32;
/** Password differs from ours. */
export const STATUS_AUTH_DATA: u32 = 33;
/** v2 advert interval differs from ours (RFC 3768 7.1). */
export const STATUS_INTERVAL: u32 = 34;
/** Number of addresses or the addresses differ from ours. v3 counts it and accepts. */
export const STATUS_ADDRESS_LIST: u32 = 35;

// Input records that the host got wrong, or limits.
/** Unknown record kind. */
export const STATUS_RECORD_KIND: u32 = 64;
/** Record shorter than its kind needs, or longer than the buffer. */
export const STATUS_RECORD_SIZE: u32 = 65;
/** Record names an instance, interface, tracker or group that does not exist. */
export const STATUS_RECORD_REFERENCE: u32 = 66;
/** A value outside its range. */
export const STATUS_RECORD_VALUE: u32 = 67;
/** More of something than its limit allows. */
export const STATUS_LIMIT: u32 = 68;
/** Configuration record outside begin and commit, or commit with another generation. */
export const STATUS_CONFIG_ORDER: u32 = 69;
/** Two instances with one VRID on one interface and family. */
export const STATUS_VRID_DUPLICATE: u32 = 70;
/** Time ran backwards: the input was taken with the last known time. */
export const STATUS_TIME: u32 = 71;
/** No output is waiting (pollOutput). */
export const STATUS_EMPTY: u32 = 72;
/** handleInput before init. */
export const STATUS_NOT_INITIALISED: u32 = 73;
/** init with counts over the limits, or with less memory than they need. */
export const STATUS_MEMORY: u32 = 74;

// The user-space director: why a frame was not forwarded.
/** Not for a service of ours: leave it to the local stack. */
export const STATUS_NOT_OURS: u32 = 96;
/** No destination is available. */
export const STATUS_NO_DESTINATION: u32 = 97;
/** The destination's MAC is not known yet. */
export const STATUS_NO_NEIGHBOUR: u32 = 98;
/** Connection table full. */
export const STATUS_CONNECTION_LIMIT: u32 = 99;
/** A packet of no known connection that cannot open one (no SYN). */
export const STATUS_NO_CONNECTION: u32 = 100;
/** The packet's service belongs to the local stack now (sorry server here). */
export const STATUS_LOCAL: u32 = 101;

/** A packet of a connection whose destination was removed. */
export const STATUS_DESTINATION_REMOVED: u32 = 102;
/** TTL or hop limit used up: the packet goes in a circle, or came from too far. */
export const STATUS_TTL_EXPIRED: u32 = 103;

/** One more than the highest status: the size of a table indexed by status. */
export const STATUS_COUNT: u32 = 104;
