// Limits of reading a configuration: what stands between a hostile or broken file and unbounded
// time or memory. Reaching one is always an error that names the limit.
// This module is browser safe.

/** Bytes of all files of one configuration together: some 7,000 services with 4 servers each. */
export const CONFIG_SIZE_MAX = 8 * 1024 * 1024;
/** Words and braces of all files together: what their trees may take of the heap. */
export const TOKENS_MAX = 1_000_000;
/** Files of one configuration, the main one included. */
export const FILES_MAX = 1024;
/** Includes inside includes; the main file is depth 0. */
export const INCLUDE_DEPTH_MAX = 16;
/** Patterns without braces that the pattern of one include may stand for. */
export const GLOB_ALTERNATIVES_MAX = 256;
/** Blocks inside blocks. keepalived's deepest block stands at depth 4. */
export const BLOCK_DEPTH_MAX = 16;
/** Diagnostics of each severity kept for one configuration; the rest is counted. */
export const DIAGNOSTICS_MAX = 200;
/** Length from which keepalived cuts a line, characters. vipd reads longer ones and says so. */
export const KEEPALIVED_LINE_LENGTH_MAX = 1024;
/** Bytes of a VRRPv2 password (RFC 2338 5.3.6). */
export const AUTH_PASS_SIZE_MAX = 8;
/** Characters of an interface name or address label: IFNAMSIZ without its zero byte. */
export const INTERFACE_NAME_LENGTH_MAX = 15;
/** Addresses of one IPv4 advert: the count is one byte (RFC 9568 5.2.5). */
export const ADVERTISED_IPV4_MAX = 255;
/** Addresses of one IPv6 advert: 16 bytes each in 1500, less IPv6 and VRRP headers. */
export const ADVERTISED_IPV6_MAX = Math.floor((1500 - 40 - 8) / 16);
/** Characters of a token's secret: what cannot be guessed, and what fits into a request. */
export const TOKEN_LENGTH_MIN = 16;
export const TOKEN_LENGTH_MAX = 256;
/** Tokens of one daemon, and origins: each connection is compared with all of them. */
export const TOKENS_OF_WEB_MAX = 64;
export const ORIGINS_OF_WEB_MAX = 64;
/** Longest word repeated in a message, characters. */
export const QUOTED_LENGTH_MAX = 60;
