// Every limit of the core, by name. What is refused at a limit is refused with a status code
// (status.ts) and told by the host; nothing is cut silently. Generated into host/core/abi.gen.ts.

/** Changes whenever a record, a code or an export changes its meaning. */
export const ABI_VERSION: u32 = 1;

/** VRRP instances of one node. */
export const INSTANCE_MAX: u32 = 1024;
/** Addresses of one instance that go into its adverts (RFC 9568 5.2.5: the count is one byte). */
export const VIP_PER_INSTANCE_MAX: u32 = 255;
/** Virtual addresses of one node, all instances together. */
export const VIP_MAX: u32 = 8192;
/** Trackers of one node (scripts, interfaces, files, processes). */
export const TRACKER_MAX: u32 = 1024;
/** Lines that join an instance to a tracker. */
export const TRACK_MAX: u32 = 8192;
/** vrrp_sync_group blocks of one node. */
export const GROUP_MAX: u32 = 512;
/** Interfaces whose link state and addresses the core knows. */
export const INTERFACE_MAX: u32 = 512;
/** Addresses of those interfaces, without the virtual ones. */
export const INTERFACE_ADDRESS_MAX: u32 = 4096;
/** Senders remembered so that one is not logged twice a minute for the same refusal. */
export const REFUSED_SENDER_MAX: u32 = 256;
/** Time for which a sender's next refusal of the same kind is counted but not told, microseconds. */
export const REFUSED_QUIET_US: u32 = 60_000_000;

/** Largest packet handed in or out, bytes, IP header included. */
export const PACKET_SIZE_MAX: u32 = 9216;
/** Largest frame of the user-space director: 64 KiB of GSO data, headers and the virtio-net header. */
export const FRAME_SIZE_MAX: u32 = 65_536 + 256;
/** Bytes of the input buffer: the largest record with the largest frame behind it. */
export const INPUT_SIZE_MAX: u32 = 66_048;
/** Bytes of the output buffer. */
export const OUTPUT_SIZE_MAX: u32 = 66_048;

/** Shortest address lease, seconds (DESIGN decision 1). */
export const LEASE_S_MIN: u32 = 3;
/** Refreshes that one node asks for in a second at the most; the refresh period grows to keep it. */
export const LEASE_REFRESH_PER_SECOND_MAX: u32 = 1000;

/** Longest v3 advert interval, centiseconds: 12 bits (RFC 9568 5.2.7). */
export const ADVERTISEMENT_INTERVAL_CS_MAX: u32 = 4095;
/** Adverts missed before a backup takes over, at the most (keepalived.conf(5) down_timer_adverts). */
export const DOWN_TIMER_ADVERTS_MAX: u32 = 100;
/** Rounds of one burst of gratuitous ARP or NA. */
export const GARP_REPEAT_MAX: u32 = 1000;
/** Longest period of refresh bursts, seconds (keepalived.conf(5) garp_master_refresh). */
export const GARP_REFRESH_S_MAX: u32 = 4_294_967_295;
/** Priority of the address owner; its packets also carry it. */
export const PRIORITY_OWNER: u32 = 255;
/** Priority that says: I stop (RFC 9568 5.2.4). */
export const PRIORITY_RESIGN: u32 = 0;
/** Highest effective priority of a router that is not the owner. */
export const PRIORITY_EFFECTIVE_MAX: u32 = 254;
/** Stands for "no instance", "no group", "no tracker" in a record. */
export const ID_NONE: u32 = 0xffff_ffff;

/** Services of the user-space director. */
export const SERVICE_MAX: u32 = 1024;
/** Destinations of the user-space director, all services together. */
export const DESTINATION_MAX: u32 = 8192;
/** Connections of the user-space director. */
export const CONNECTION_MAX: u32 = 65_536;
/** Neighbours whose MAC the user-space director knows. */
export const NEIGHBOUR_MAX: u32 = 8192;
/** Interfaces of the user-space director. */
export const DIRECTOR_INTERFACE_MAX: u32 = 64;
/** Longest persistence timeout, seconds: 31 days (keepalived.conf(5) persistence_timeout). */
export const PERSISTENCE_S_MAX: u32 = 2_678_400;
/** Highest weight of a destination (keepalived.conf(5) weight). */
export const WEIGHT_MAX: u32 = 65_535;
/** Records of the user-space director that can wait for pollOutput, frames not counted. */
export const DIRECTOR_OUTPUT_MAX: u32 = 1024;
/** Time in which a neighbour is not asked for twice, microseconds. */
export const NEIGHBOUR_ASK_US: u32 = 1_000_000;
/** Time in which a notice of the user-space director is not told twice, microseconds. */
export const DIRECTOR_QUIET_US: u32 = 10_000_000;
/** Resets and port unreachables that the user-space director sends in a second at the most. */
export const ANSWER_PER_SECOND_MAX: u32 = 1000;
/** Connections that one call expires at the most; the next timeout is at once when more are due. */
export const EXPIRE_PER_CALL_MAX: u32 = 1024;
/** Bytes of struct virtio_net_hdr (<linux/virtio_net.h>), as PACKET_VNET_HDR hands it out. */
export const VNET_HEADER_SIZE: u32 = 10;
