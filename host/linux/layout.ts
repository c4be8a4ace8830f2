// Where the fields of the C structures lie on the machines vipd runs on: x86-64 and arm64 (LP64,
// little endian, glibc). The two differ in epoll_event only, which is packed on x86-64 alone.
// Sizes and offsets in bytes.

/** Byte order of host fields, as DataView takes it: both machines are little endian. */
export const LITTLE_ENDIAN = true;

/** struct epoll_event {u32 events; u64 data}. */
export const EPOLL_EVENT = epollEventLayout(Deno.build.arch);

/** Layout of an epoll_event on one machine. */
export function epollEventLayout(arch: typeof Deno.build.arch): { size: number; data: number } {
  return arch === "x86_64" ? { size: 12, data: 4 } : { size: 16, data: 8 };
}

/** struct timespec {i64 seconds; i64 nanoseconds}. */
export const TIMESPEC = { SIZE: 16, SECONDS: 0, NANOSECONDS: 8 } as const;
/** struct itimerspec {timespec interval; timespec value}. */
export const ITIMERSPEC = { SIZE: 32, VALUE: 16 } as const;
/** struct iovec {void *base; size_t length}. */
export const IOVEC = { SIZE: 16, BASE: 0, LENGTH: 8 } as const;
/** struct msghdr. */
export const MSGHDR = {
  SIZE: 56,
  NAME: 0,
  NAME_LENGTH: 8,
  IOV: 16,
  IOV_LENGTH: 24,
  CONTROL: 32,
  CONTROL_LENGTH: 40,
  FLAGS: 48,
} as const;
/** struct cmsghdr {size_t length; int level; int type} and its alignment. */
export const CMSG = { HEADER_SIZE: 16, LENGTH: 0, LEVEL: 8, TYPE: 12, ALIGN: 8 } as const;
/** struct sockaddr_in {u16 family; be16 port; be32 address; zero}. */
export const SOCKADDR_IN = { SIZE: 16, PORT: 2, ADDRESS: 4 } as const;
/** struct sockaddr_in6 {u16 family; be16 port; be32 flow; u8 address[16]; u32 scope}. */
export const SOCKADDR_IN6 = { SIZE: 28, PORT: 2, ADDRESS: 8, SCOPE: 24 } as const;
/** struct sockaddr_ll of <linux/if_packet.h>. */
export const SOCKADDR_LL = {
  SIZE: 20,
  PROTOCOL: 2,
  IFINDEX: 4,
  PACKET_TYPE: 10,
  ADDRESS_LENGTH: 11,
  ADDRESS: 12,
} as const;
/** struct sockaddr_nl of <linux/netlink.h>. */
export const SOCKADDR_NL = { SIZE: 12, PORT: 4, GROUPS: 8 } as const;
/** struct ip_mreqn {be32 group; be32 address; i32 ifindex}. */
export const IP_MREQN = { SIZE: 12, GROUP: 0, IFINDEX: 8 } as const;
/** struct ipv6_mreq {u8 group[16]; u32 ifindex}. */
export const IPV6_MREQ = { SIZE: 20, GROUP: 0, IFINDEX: 16 } as const;
/** struct in6_pktinfo {u8 address[16]; u32 ifindex}. */
export const IN6_PKTINFO = { SIZE: 20, ADDRESS: 0, IFINDEX: 16 } as const;
/** struct sock_filter {u16 code; u8 jt; u8 jf; u32 k} and sock_fprog {u16 length; filter *}. */
export const SOCK_FILTER = { SIZE: 8, JUMP_TRUE: 2, JUMP_FALSE: 3, K: 4 } as const;
export const SOCK_FPROG = { SIZE: 16, LENGTH: 0, FILTER: 8 } as const;
