// The core with inner functions exported, for unit tests only; never shipped.

export * from "./index";
export * from "./base/address";
export * from "./base/checksum";
export * from "./base/prng";
export * from "./base/time";
export * from "./wire/arp";
export * from "./wire/ethernet";
export * from "./wire/icmpv6";
export * from "./wire/ipv4";
export * from "./wire/ipv6";
export * from "./wire/tcp";
export * from "./wire/udp";
export * from "./wire/vrrp";
export * from "./lvs/test_hooks";
export * from "./vrrp/intervals";
