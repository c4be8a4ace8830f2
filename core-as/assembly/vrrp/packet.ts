// A received packet while it is being checked: where its VRRP message lies and who sent it to whom,
// the same for both families. It stands in the node, since the core has no other memory.

/** What the checks of receive.ts know of a packet. */
@unmanaged
export class Packet {
  ifindex: u32;
  family: u32;
  /** TTL or hop limit. */
  hopLimit: u32;
  /** Address and bytes of the VRRP message. */
  message: u32;
  length: u32;
  vrid: u32;
  /** Address fields (16 bytes each). */
  sourceHi: u64;
  sourceLo: u64;
  destinationHi: u64;
  destinationLo: u64;
}
