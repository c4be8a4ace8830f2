// Payloads of the IPVS generic netlink family (<linux/ip_vs.h>): values to bytes and back. Pure
// functions; addresses are 4 or 16 bytes in network order, ports numbers.

import { AF_INET, AF_INET6, type Family } from "../base/address.ts";
import type { AttributeReader, MessageReader, NetlinkWriter } from "./netlink.ts";

export const IPVS_FAMILY_NAME = "IPVS";
const IPVS_VERSION = 1;
/** Bytes of genlmsghdr {u8 command, u8 version, u16 reserved}. */
export const GENL_HEADER_SIZE = 4;

/** Commands. */
export const IPVS_CMD = {
  NEW_SERVICE: 1,
  SET_SERVICE: 2,
  DEL_SERVICE: 3,
  GET_SERVICE: 4,
  NEW_DEST: 5,
  SET_DEST: 6,
  DEL_DEST: 7,
  GET_DEST: 8,
  SET_CONFIG: 12,
  GET_CONFIG: 13,
  GET_INFO: 15,
  ZERO: 16,
  FLUSH: 17,
} as const;

const CMD_ATTR_SERVICE = 1;
const CMD_ATTR_DEST = 2;
const CMD_ATTR_TIMEOUT_TCP = 4;
const CMD_ATTR_TIMEOUT_TCP_FIN = 5;
const CMD_ATTR_TIMEOUT_UDP = 6;

const SVC_ATTR = {
  AF: 1,
  PROTOCOL: 2,
  ADDR: 3,
  PORT: 4,
  FWMARK: 5,
  SCHED_NAME: 6,
  FLAGS: 7,
  TIMEOUT: 8,
  NETMASK: 9,
  STATS: 10,
  PE_NAME: 11,
  STATS64: 12,
} as const;

const DEST_ATTR = {
  ADDR: 1,
  PORT: 2,
  FWD_METHOD: 3,
  WEIGHT: 4,
  U_THRESH: 5,
  L_THRESH: 6,
  ACTIVE_CONNS: 7,
  INACT_CONNS: 8,
  PERSIST_CONNS: 9,
  STATS: 10,
  ADDR_FAMILY: 11,
  STATS64: 12,
  TUN_TYPE: 13,
  TUN_PORT: 14,
  TUN_FLAGS: 15,
} as const;

const STATS_ATTR_CONNS = 1;
const STATS_ATTR_INPKTS = 2;
const STATS_ATTR_OUTPKTS = 3;
const STATS_ATTR_INBYTES = 4;
const STATS_ATTR_OUTBYTES = 5;

/** Service flags. */
export const IP_VS_SVC_F_PERSISTENT = 0x1;
/** Set by the kernel on what it reads back. */
export const IP_VS_SVC_F_HASHED = 0x2;
export const IP_VS_SVC_F_ONEPACKET = 0x4;
export const IP_VS_SVC_F_SCHED1 = 0x8;
export const IP_VS_SVC_F_SCHED2 = 0x10;
export const IP_VS_SVC_F_SCHED3 = 0x20;

/** Forwarding methods. */
export const IP_VS_CONN_F_MASQ = 0;
export const IP_VS_CONN_F_LOCALNODE = 1;
export const IP_VS_CONN_F_TUNNEL = 2;
export const IP_VS_CONN_F_DROUTE = 3;
const IP_VS_CONN_F_FWD_MASK = 7;

/** Longest scheduler or persistence engine name, bytes without NUL. */
export const IP_VS_NAME_SIZE_MAX = 15;

/** What identifies a virtual service: a firewall mark, or protocol, address and port. */
export interface IpvsServiceKey {
  family: Family;
  /** 0: the service is protocol, address and port. */
  fwmark: number;
  /** IPPROTO_: 6 TCP, 17 UDP, 132 SCTP; 0 with a fwmark. */
  protocol: number;
  /** Ignored with a fwmark. */
  address: Uint8Array;
  port: number;
}

/** A virtual service. */
export interface IpvsService extends IpvsServiceKey {
  scheduler: string;
  /** IP_VS_SVC_F_ flags. */
  flags: number;
  /** Persistence timeout, seconds; 0 without IP_VS_SVC_F_PERSISTENT. */
  timeoutS: number;
  /** Persistence granularity, prefix bits: 32 or 128 = each client by itself. */
  granularity: number;
  /** Persistence engine; "" = none. */
  persistenceEngine: string;
}

/** A real server of a service. */
export interface IpvsDestination {
  family: Family;
  address: Uint8Array;
  /** 0 in services of a fwmark. */
  port: number;
  /** IP_VS_CONN_F_ forwarding method. */
  method: number;
  weight: number;
  /** Connections above which it gets no new ones; 0 = no limit. */
  upperThreshold: number;
  /** Connections below which it gets new ones again; 0 = three quarters of the upper. */
  lowerThreshold: number;
  /** Encapsulation, for IP_VS_CONN_F_TUNNEL only. */
  tunnel?: IpvsTunnel;
}

/** How a tunnel encapsulates. */
export interface IpvsTunnel {
  /** 0 IPIP, 1 GUE, 2 GRE. */
  type: number;
  /** Of GUE. */
  port: number;
  /** 0 no checksum, 1 checksum, 2 remote checksum offload. */
  flags: number;
}

/** Counters since the service or destination was made, exact up to 2^53. */
export interface IpvsCounters {
  connections: number;
  packetsIn: number;
  packetsOut: number;
  bytesIn: number;
  bytesOut: number;
}

/** A service as the kernel holds it. */
export interface IpvsServiceState extends IpvsService {
  counters: IpvsCounters;
}

/** A destination as the kernel holds it. */
export interface IpvsDestinationState extends IpvsDestination {
  activeConnections: number;
  inactiveConnections: number;
  persistentConnections: number;
  counters: IpvsCounters;
}

/** Timeouts of all connections, seconds; 0 when setting = leave as it is. */
export interface IpvsTimeouts {
  tcpS: number;
  tcpFinS: number;
  udpS: number;
}

/** The generic netlink header of an IPVS command. */
export function writeCommand(writer: NetlinkWriter, command: number): void {
  writer.u8(command);
  writer.u8(IPVS_VERSION);
  writer.u16(0);
}

/** The key attributes alone: what DEL_SERVICE, GET_DEST and destinations' commands need. */
export function writeServiceKey(writer: NetlinkWriter, service: IpvsServiceKey): void {
  const nest = writer.openNested(CMD_ATTR_SERVICE);
  writeKey(writer, service);
  writer.closeNested(nest);
}

/** A whole service: NEW_SERVICE and SET_SERVICE. */
export function writeService(writer: NetlinkWriter, service: IpvsService): void {
  const nest = writer.openNested(CMD_ATTR_SERVICE);
  writeKey(writer, service);
  writer.attributeString(SVC_ATTR.SCHED_NAME, service.scheduler);
  writer.attributeHeader(SVC_ATTR.FLAGS, 8);
  writer.u32(service.flags);
  writer.u32(0xffff_ffff); // mask: all flags count
  writer.attributeU32(SVC_ATTR.TIMEOUT, service.timeoutS);
  if (service.family === AF_INET) {
    writer.attributeBe32(SVC_ATTR.NETMASK, maskOf(service.granularity));
  } else writer.attributeU32(SVC_ATTR.NETMASK, service.granularity);
  if (service.persistenceEngine !== "") {
    writer.attributeString(SVC_ATTR.PE_NAME, service.persistenceEngine);
  }
  writer.closeNested(nest);
}

/** A whole destination: NEW_DEST and SET_DEST. */
export function writeDestination(writer: NetlinkWriter, destination: IpvsDestination): void {
  const nest = writer.openNested(CMD_ATTR_DEST);
  writeDestinationKey(writer, destination);
  writer.attributeU32(DEST_ATTR.FWD_METHOD, destination.method);
  writer.attributeU32(DEST_ATTR.WEIGHT, destination.weight);
  writer.attributeU32(DEST_ATTR.U_THRESH, destination.upperThreshold);
  writer.attributeU32(DEST_ATTR.L_THRESH, destination.lowerThreshold);
  const { tunnel } = destination;
  if (tunnel !== undefined && destination.method === IP_VS_CONN_F_TUNNEL) {
    writer.attributeU8(DEST_ATTR.TUN_TYPE, tunnel.type);
    writer.attributeBe16(DEST_ATTR.TUN_PORT, tunnel.port);
    writer.attributeU16(DEST_ATTR.TUN_FLAGS, tunnel.flags);
  }
  writer.closeNested(nest);
}

/** The key attributes of a destination: DEL_DEST. */
export function writeDestinationKeyOnly(
  writer: NetlinkWriter,
  destination: IpvsDestination,
): void {
  const nest = writer.openNested(CMD_ATTR_DEST);
  writeDestinationKey(writer, destination);
  writer.closeNested(nest);
}

/** Timeouts: SET_CONFIG. */
export function writeTimeouts(writer: NetlinkWriter, timeouts: IpvsTimeouts): void {
  writer.attributeU32(CMD_ATTR_TIMEOUT_TCP, timeouts.tcpS);
  writer.attributeU32(CMD_ATTR_TIMEOUT_TCP_FIN, timeouts.tcpFinS);
  writer.attributeU32(CMD_ATTR_TIMEOUT_UDP, timeouts.udpS);
}

/** The service of an answer to GET_SERVICE; null when the message holds none. */
export function parseService(message: MessageReader): IpvsServiceState | null {
  const attributes = message.attributes(GENL_HEADER_SIZE);
  while (attributes.next()) {
    if (attributes.type === CMD_ATTR_SERVICE) return readService(attributes.nested());
  }
  return null;
}

/** The destination of an answer to GET_DEST; `family` is the service's, for old kernels. */
export function parseDestination(
  message: MessageReader,
  family: Family,
): IpvsDestinationState | null {
  const attributes = message.attributes(GENL_HEADER_SIZE);
  while (attributes.next()) {
    if (attributes.type === CMD_ATTR_DEST) return readDestination(attributes.nested(), family);
  }
  return null;
}

/** The answer to GET_CONFIG. */
export function parseTimeouts(message: MessageReader): IpvsTimeouts {
  const timeouts: IpvsTimeouts = { tcpS: 0, tcpFinS: 0, udpS: 0 };
  const attributes = message.attributes(GENL_HEADER_SIZE);
  while (attributes.next()) {
    if (attributes.type === CMD_ATTR_TIMEOUT_TCP) timeouts.tcpS = attributes.u32();
    else if (attributes.type === CMD_ATTR_TIMEOUT_TCP_FIN) timeouts.tcpFinS = attributes.u32();
    else if (attributes.type === CMD_ATTR_TIMEOUT_UDP) timeouts.udpS = attributes.u32();
  }
  return timeouts;
}

function writeKey(writer: NetlinkWriter, service: IpvsServiceKey): void {
  writer.attributeU16(SVC_ATTR.AF, service.family);
  if (service.fwmark !== 0) {
    writer.attributeU32(SVC_ATTR.FWMARK, service.fwmark);
    return;
  }
  writer.attributeU16(SVC_ATTR.PROTOCOL, service.protocol);
  writeUnion(writer, SVC_ATTR.ADDR, service.address);
  writer.attributeBe16(SVC_ATTR.PORT, service.port);
}

function writeDestinationKey(writer: NetlinkWriter, destination: IpvsDestination): void {
  writeUnion(writer, DEST_ATTR.ADDR, destination.address);
  writer.attributeBe16(DEST_ATTR.PORT, destination.port);
  writer.attributeU16(DEST_ATTR.ADDR_FAMILY, destination.family);
}

function readService(attributes: AttributeReader): IpvsServiceState {
  const service: IpvsServiceState = {
    family: AF_INET,
    fwmark: 0,
    protocol: 0,
    address: new Uint8Array(4),
    port: 0,
    scheduler: "",
    flags: 0,
    timeoutS: 0,
    granularity: 0,
    persistenceEngine: "",
    counters: noCounters(),
  };
  let union = new Uint8Array(16);
  let mask = 0;
  while (attributes.next()) {
    switch (attributes.type) {
      case SVC_ATTR.AF:
        service.family = attributes.u16() === AF_INET6 ? AF_INET6 : AF_INET;
        break;
      case SVC_ATTR.PROTOCOL:
        service.protocol = attributes.u16();
        break;
      case SVC_ATTR.ADDR:
        union = attributes.bytes(16).slice();
        break;
      case SVC_ATTR.PORT:
        service.port = attributes.be16();
        break;
      case SVC_ATTR.FWMARK:
        service.fwmark = attributes.u32();
        break;
      case SVC_ATTR.SCHED_NAME:
        service.scheduler = attributes.string();
        break;
      case SVC_ATTR.FLAGS:
        service.flags = attributes.u32At(0);
        break;
      case SVC_ATTR.TIMEOUT:
        service.timeoutS = attributes.u32();
        break;
      case SVC_ATTR.NETMASK:
        mask = attributes.u32();
        break;
      case SVC_ATTR.PE_NAME:
        service.persistenceEngine = attributes.string();
        break;
      case SVC_ATTR.STATS:
        readCounters(attributes.nested(), service.counters, false);
        break;
      case SVC_ATTR.STATS64:
        readCounters(attributes.nested(), service.counters, true);
    }
  }
  service.address = union.slice(0, service.family === AF_INET ? 4 : 16);
  service.granularity = service.family === AF_INET ? bitCount(mask) : mask;
  return service;
}

function readDestination(attributes: AttributeReader, family: Family): IpvsDestinationState {
  const destination: IpvsDestinationState = {
    family,
    address: new Uint8Array(4),
    port: 0,
    method: 0,
    weight: 0,
    upperThreshold: 0,
    lowerThreshold: 0,
    activeConnections: 0,
    inactiveConnections: 0,
    persistentConnections: 0,
    counters: noCounters(),
  };
  const tunnel: IpvsTunnel = { type: 0, port: 0, flags: 0 };
  let union = new Uint8Array(16);
  while (attributes.next()) {
    switch (attributes.type) {
      case DEST_ATTR.ADDR:
        union = attributes.bytes(16).slice();
        break;
      case DEST_ATTR.PORT:
        destination.port = attributes.be16();
        break;
      case DEST_ATTR.ADDR_FAMILY:
        destination.family = attributes.u16() === AF_INET6 ? AF_INET6 : AF_INET;
        break;
      case DEST_ATTR.FWD_METHOD:
        destination.method = attributes.u32() & IP_VS_CONN_F_FWD_MASK;
        break;
      case DEST_ATTR.WEIGHT:
        destination.weight = attributes.u32();
        break;
      case DEST_ATTR.U_THRESH:
        destination.upperThreshold = attributes.u32();
        break;
      case DEST_ATTR.L_THRESH:
        destination.lowerThreshold = attributes.u32();
        break;
      case DEST_ATTR.ACTIVE_CONNS:
        destination.activeConnections = attributes.u32();
        break;
      case DEST_ATTR.INACT_CONNS:
        destination.inactiveConnections = attributes.u32();
        break;
      case DEST_ATTR.PERSIST_CONNS:
        destination.persistentConnections = attributes.u32();
        break;
      case DEST_ATTR.TUN_TYPE:
        tunnel.type = attributes.u8();
        break;
      case DEST_ATTR.TUN_PORT:
        tunnel.port = attributes.be16();
        break;
      case DEST_ATTR.TUN_FLAGS:
        tunnel.flags = attributes.u16();
        break;
      case DEST_ATTR.STATS:
        readCounters(attributes.nested(), destination.counters, false);
        break;
      case DEST_ATTR.STATS64:
        readCounters(attributes.nested(), destination.counters, true);
    }
  }
  destination.address = union.slice(0, destination.family === AF_INET ? 4 : 16);
  if (destination.method === IP_VS_CONN_F_TUNNEL) destination.tunnel = tunnel;
  return destination;
}

/** Old kernels have the 32 bit set only, in which bytes are 64 bits wide all the same. */
function readCounters(attributes: AttributeReader, counters: IpvsCounters, wide: boolean): void {
  const count = () => wide ? attributes.u64() : attributes.u32();
  while (attributes.next()) {
    switch (attributes.type) {
      case STATS_ATTR_CONNS:
        counters.connections = count();
        break;
      case STATS_ATTR_INPKTS:
        counters.packetsIn = count();
        break;
      case STATS_ATTR_OUTPKTS:
        counters.packetsOut = count();
        break;
      case STATS_ATTR_INBYTES:
        counters.bytesIn = attributes.u64();
        break;
      case STATS_ATTR_OUTBYTES:
        counters.bytesOut = attributes.u64();
    }
  }
}

function noCounters(): IpvsCounters {
  return { connections: 0, packetsIn: 0, packetsOut: 0, bytesIn: 0, bytesOut: 0 };
}

/** union nf_inet_addr: 16 bytes, IPv4 in the first four. */
function writeUnion(writer: NetlinkWriter, type: number, address: Uint8Array): void {
  writer.attributeHeader(type, 16);
  writer.bytes(address);
  writer.zeros(16 - address.length);
}

/** An IPv4 mask of `bits` ones, as a number in network order. */
function maskOf(bits: number): number {
  return bits === 0 ? 0 : (0xffff_ffff << (32 - bits)) >>> 0;
}

function bitCount(value: number): number {
  let count = 0;
  for (let rest = value; rest !== 0; rest &= rest - 1) count++;
  return count;
}
