// Payloads of route netlink (<linux/rtnetlink.h>, if_link.h, if_addr.h, neighbour.h): values to bytes
// and back. Pure functions on a writer or a message; addresses are 4 or 16 bytes in network order.

import { AF_INET, AF_INET6, type Family } from "../base/address.ts";
import { LITTLE_ENDIAN } from "./layout.ts";
import type { AttributeReader, MessageReader, NetlinkWriter } from "./netlink.ts";

export const RTM_NEWLINK = 16;
export const RTM_DELLINK = 17;
export const RTM_GETLINK = 18;
export const RTM_NEWADDR = 20;
export const RTM_DELADDR = 21;
export const RTM_GETADDR = 22;
export const RTM_NEWROUTE = 24;
export const RTM_GETROUTE = 26;
export const RTM_NEWNEIGH = 28;
export const RTM_DELNEIGH = 29;
export const RTM_GETNEIGH = 30;

const IFINFOMSG_SIZE = 16;
const IFADDRMSG_SIZE = 8;
const NDMSG_SIZE = 12;
const RTMSG_SIZE = 12;

const IFLA_ADDRESS = 1;
const IFLA_IFNAME = 3;
const IFLA_MTU = 4;
const IFLA_MASTER = 10;
const IFLA_AF_SPEC = 26;
const IFLA_EXT_MASK = 29;
const IFLA_INET_CONF = 1;
const IFLA_INET6_CONF = 2;
const RTEXT_FILTER_SKIP_STATS = 8;
/** First entry of both configuration arrays (IPV4_DEVCONF_FORWARDING - 1, DEVCONF_FORWARDING). */
const CONF_FORWARDING_OFFSET = 0;

const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;
const IFA_LABEL = 3;
const IFA_BROADCAST = 4;
const IFA_CACHEINFO = 6;
const IFA_FLAGS = 8;
const IFA_PROTO = 11;
const IFA_CACHEINFO_SIZE = 16;

const NDA_DST = 1;
const NDA_LLADDR = 2;

const RTA_DST = 1;
const RTA_OIF = 4;
const RTA_GATEWAY = 5;
const RTA_PREFSRC = 7;
const RTA_MARK = 16;

/** No duplicate address detection (IPv6). */
export const IFA_F_NODAD = 0x02;
/** Preferred lifetime is over. */
export const IFA_F_DEPRECATED = 0x20;
/** Not usable yet: duplicate address detection runs (IPv6). */
export const IFA_F_TENTATIVE = 0x40;
/** No route for the address's prefix. */
export const IFA_F_NOPREFIXROUTE = 0x200;
/** RTPROT_KEEPALIVED of <linux/rtnetlink.h>: what the addresses of VRRP daemons are marked with. */
export const IFA_PROTO_VRRP = 18;
/** A lifetime without end. */
export const LIFETIME_FOREVER = 0xffff_ffff;

/** NUD_ states of <linux/neighbour.h>: not confirmed for a while; nobody answers. */
export const NUD_STALE = 0x04;
export const NUD_FAILED = 0x20;
/** NUD_ states whose MAC may be used. */
export const NUD_VALID = 0xc0 | 0x02 | 0x04 | 0x08 | 0x10;
const NTF_USE = 0x01;

/** Longest interface name, IFNAMSIZ without its NUL. */
export const INTERFACE_NAME_SIZE_MAX = 15;

/** An interface. */
export interface Link {
  ifindex: number;
  name: string;
  /** IFF_ flags of <linux/if.h>. */
  flags: number;
  /** Bytes. */
  mtu: number;
  /** Hardware address; empty when it has none. */
  mac: Uint8Array;
  /** ARPHRD_ type: 1 Ethernet, 772 loopback, 32 Infiniband. */
  hardwareType: number;
  /** ifindex of the bridge, bond or VRF it belongs to; 0 = none. */
  masterIfindex: number;
  /** net.ipv4.conf.DEV.forwarding; null when the kernel did not say. */
  forwardingIpv4: boolean | null;
  /** net.ipv6.conf.DEV.forwarding; null when the kernel did not say. */
  forwardingIpv6: boolean | null;
}

/** IFF_UP and IFF_RUNNING of <linux/if.h>. */
const IFF_UP_RUNNING = 0x41;

/** Whether a link is administratively up and has a carrier. */
export function isUpAndRunning({ flags }: Pick<Link, "flags">): boolean {
  return (flags & IFF_UP_RUNNING) === IFF_UP_RUNNING;
}

/** An address on an interface. */
export interface InterfaceAddress {
  ifindex: number;
  family: Family;
  /** The local address. */
  address: Uint8Array;
  /** Bits. */
  prefixLength: number;
  /** RT_SCOPE_: universe 0, site 200, link 253, host 254. */
  scope: number;
  /** IFA_F_ flags. */
  flags: number;
  /** "" for IPv6. */
  label: string;
  /** IFA_PROTO, 0 when the kernel does not tell. */
  protocol: number;
  /** Remaining seconds; LIFETIME_FOREVER = no end. */
  preferredS: number;
  validS: number;
}

/** An address to put on an interface or to take away. */
export interface AddressRequest {
  ifindex: number;
  family: Family;
  address: Uint8Array;
  /** Bits. */
  prefixLength: number;
  /** RT_SCOPE_. */
  scope: number;
  /** IFA_F_ flags: usually IFA_F_NODAD for IPv6. */
  flags: number;
  /** Kernel lifetime, seconds; 0 = for ever. */
  lifetimeS: number;
  /**
   * Seconds for which it may be chosen as the source of new connections, at most lifetimeS. 0 shows
   * as "deprecated" in `ip address`. What 0 does on a real kernel: an IPv6 address is no longer
   * chosen while another fits, so a link local VIP cannot become the source of our adverts; IPv4
   * source selection does not look at it at all. Neither is answered or routed differently.
   */
  preferredS: number;
  /** IPv4 only, at most 15 bytes. */
  label?: string;
  /** IPv4 only. */
  broadcast?: Uint8Array;
  /** Other end of a point to point address. */
  peer?: Uint8Array;
}

/** An entry of the ARP or neighbour discovery table. */
export interface Neighbour {
  ifindex: number;
  family: Family;
  address: Uint8Array;
  /** Empty while it is not resolved. */
  mac: Uint8Array;
  /** NUD_ state. */
  state: number;
}

/** Where the kernel would send a packet. */
export interface RouteAnswer {
  ifindex: number;
  /** Next hop; null when the destination is on the link. */
  gateway: Uint8Array | null;
  /** Source it would take; null when it did not say. */
  source: Uint8Array | null;
  /** RTN_ type: 1 unicast, 2 local. */
  type: number;
}

/** Payload of RTM_GETLINK for one interface by name; with null for a dump of all. */
export function writeGetLink(writer: NetlinkWriter, name: string | null): void {
  writer.zeros(IFINFOMSG_SIZE);
  if (name !== null) writer.attributeString(IFLA_IFNAME, name);
  writer.attributeU32(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
}

/**
 * The interface of an RTM_NEWLINK or RTM_DELLINK. Null for messages of a protocol family: a bridge
 * announces with them that a port comes or goes, not the link.
 */
export function parseLink(message: MessageReader): Link | null {
  if (!message.has(IFINFOMSG_SIZE)) return null;
  const { view, start } = message;
  if (view.getUint8(start) !== 0) return null;
  const link: Link = {
    ifindex: view.getInt32(start + 4, LITTLE_ENDIAN),
    name: "",
    flags: view.getUint32(start + 8, LITTLE_ENDIAN),
    mtu: 0,
    mac: new Uint8Array(0),
    hardwareType: view.getUint16(start + 2, LITTLE_ENDIAN),
    masterIfindex: 0,
    forwardingIpv4: null,
    forwardingIpv6: null,
  };
  const attributes = message.attributes(IFINFOMSG_SIZE);
  while (attributes.next()) {
    switch (attributes.type) {
      case IFLA_IFNAME:
        link.name = attributes.string();
        break;
      case IFLA_MTU:
        link.mtu = attributes.u32();
        break;
      case IFLA_ADDRESS:
        link.mac = attributes.bytes();
        break;
      case IFLA_MASTER:
        link.masterIfindex = attributes.u32();
        break;
      case IFLA_AF_SPEC:
        readForwarding(attributes.nested(), link);
    }
  }
  return link;
}

function readForwarding(families: AttributeReader, link: Link): void {
  while (families.next()) {
    const family = families.type;
    if (family !== AF_INET && family !== AF_INET6) continue;
    const conf = families.nested();
    while (conf.next()) {
      if (conf.type !== (family === AF_INET ? IFLA_INET_CONF : IFLA_INET6_CONF)) continue;
      const forwarding = conf.u32At(CONF_FORWARDING_OFFSET) !== 0;
      if (family === AF_INET) link.forwardingIpv4 = forwarding;
      else link.forwardingIpv6 = forwarding;
    }
  }
}

/** Payload of RTM_GETADDR: all families. */
export function writeGetAddress(writer: NetlinkWriter): void {
  writer.zeros(IFADDRMSG_SIZE);
}

/** Payload of RTM_NEWADDR: add or, with NLM_F_REPLACE, refresh. */
export function writeNewAddress(writer: NetlinkWriter, request: AddressRequest): void {
  const { family, address } = request;
  writeAddressHeader(writer, request, request.scope);
  if (request.lifetimeS > 0) {
    writer.attributeHeader(IFA_CACHEINFO, IFA_CACHEINFO_SIZE);
    writer.u32(request.preferredS);
    writer.u32(request.lifetimeS);
    writer.u32(0); // created and updated: the kernel's
    writer.u32(0);
  }
  writer.attribute(IFA_LOCAL, address);
  if (family === AF_INET && request.broadcast) writer.attribute(IFA_BROADCAST, request.broadcast);
  if (request.flags !== 0) writer.attributeU32(IFA_FLAGS, request.flags);
  if (family === AF_INET && request.label) writer.attributeString(IFA_LABEL, request.label);
  writer.attribute(IFA_ADDRESS, request.peer ?? address);
  // Kernels before 5.18 do not know this attribute and skip it.
  writer.attributeU8(IFA_PROTO, IFA_PROTO_VRRP);
}

/** Payload of RTM_DELADDR. */
export function writeDeleteAddress(writer: NetlinkWriter, request: AddressRequest): void {
  writeAddressHeader(writer, request, 0);
  writer.attribute(IFA_LOCAL, request.address);
  if (request.family === AF_INET) writer.attribute(IFA_ADDRESS, request.peer ?? request.address);
}

function writeAddressHeader(writer: NetlinkWriter, request: AddressRequest, scope: number): void {
  writer.u8(request.family);
  writer.u8(request.prefixLength);
  writer.u8(0);
  writer.u8(scope);
  writer.u32(request.ifindex);
}

/** The address of an RTM_NEWADDR or RTM_DELADDR; null for other families than IPv4 and IPv6. */
export function parseAddressMessage(message: MessageReader): InterfaceAddress | null {
  if (!message.has(IFADDRMSG_SIZE)) return null;
  const { view, start } = message;
  const family = view.getUint8(start);
  if (family !== AF_INET && family !== AF_INET6) return null;
  const size = family === AF_INET ? 4 : 16;
  const entry: InterfaceAddress = {
    ifindex: view.getUint32(start + 4, LITTLE_ENDIAN),
    family,
    address: new Uint8Array(size),
    prefixLength: view.getUint8(start + 1),
    scope: view.getUint8(start + 3),
    flags: view.getUint8(start + 2),
    label: "",
    protocol: 0,
    preferredS: LIFETIME_FOREVER,
    validS: LIFETIME_FOREVER,
  };
  const attributes = message.attributes(IFADDRMSG_SIZE);
  let local = false;
  while (attributes.next()) {
    switch (attributes.type) {
      case IFA_LOCAL:
        entry.address = attributes.bytes(size);
        local = true;
        break;
      case IFA_ADDRESS:
        // The other end of the link where there is a local address, else the address itself.
        if (!local) entry.address = attributes.bytes(size);
        break;
      case IFA_LABEL:
        entry.label = attributes.string();
        break;
      case IFA_FLAGS:
        entry.flags = attributes.u32();
        break;
      case IFA_PROTO:
        entry.protocol = attributes.u8();
        break;
      case IFA_CACHEINFO:
        entry.preferredS = attributes.u32At(0);
        entry.validS = attributes.u32At(4);
    }
  }
  return entry;
}

/** Payload of RTM_GETNEIGH: the whole table. */
export function writeGetNeighbours(writer: NetlinkWriter): void {
  writer.zeros(NDMSG_SIZE);
}

/** Payload of RTM_NEWNEIGH that makes the kernel resolve an address without a packet of ours. */
export function writeUseNeighbour(
  writer: NetlinkWriter,
  ifindex: number,
  family: Family,
  address: Uint8Array,
): void {
  writer.u8(family);
  writer.u8(0);
  writer.u16(0);
  writer.u32(ifindex);
  writer.u16(0); // NUD_NONE
  writer.u8(NTF_USE);
  writer.u8(0);
  writer.attribute(NDA_DST, address);
}

/** The entry of an RTM_NEWNEIGH or RTM_DELNEIGH; null for other families than IPv4 and IPv6. */
export function parseNeighbour(message: MessageReader): Neighbour | null {
  if (!message.has(NDMSG_SIZE)) return null;
  const { view, start } = message;
  const family = view.getUint8(start);
  if (family !== AF_INET && family !== AF_INET6) return null;
  const size = family === AF_INET ? 4 : 16;
  const entry: Neighbour = {
    ifindex: view.getInt32(start + 4, LITTLE_ENDIAN),
    family,
    address: new Uint8Array(size),
    mac: new Uint8Array(0),
    state: view.getUint16(start + 8, LITTLE_ENDIAN),
  };
  const attributes = message.attributes(NDMSG_SIZE);
  while (attributes.next()) {
    if (attributes.type === NDA_DST) entry.address = attributes.bytes(size);
    else if (attributes.type === NDA_LLADDR) entry.mac = attributes.bytes();
  }
  return entry;
}

/** Payload of RTM_GETROUTE: where would a packet to `address` go; `mark` is its fwmark. */
export function writeGetRoute(
  writer: NetlinkWriter,
  family: Family,
  address: Uint8Array,
  mark: number,
): void {
  writer.u8(family);
  writer.u8(address.length * 8);
  writer.zeros(RTMSG_SIZE - 2);
  writer.attribute(RTA_DST, address);
  if (mark !== 0) writer.attributeU32(RTA_MARK, mark);
}

/** The answer to RTM_GETROUTE. */
export function parseRoute(message: MessageReader): RouteAnswer {
  const route: RouteAnswer = { ifindex: 0, gateway: null, source: null, type: 0 };
  if (!message.has(RTMSG_SIZE)) return route;
  route.type = message.view.getUint8(message.start + 7);
  const attributes = message.attributes(RTMSG_SIZE);
  while (attributes.next()) {
    if (attributes.type === RTA_OIF) route.ifindex = attributes.u32();
    else if (attributes.type === RTA_GATEWAY) route.gateway = attributes.bytes();
    else if (attributes.type === RTA_PREFSRC) route.source = attributes.bytes();
  }
  return route;
}
