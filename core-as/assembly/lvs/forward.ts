// What becomes of one frame. Direct routing: the frame of a client is sent on to the real server as
// it is but for the two MACs and the TTL; the server answers the client itself, so the director only
// ever sees the client's half of a connection.
//
// What is not for a service is left to the local stack (STATUS_NOT_OURS), and so is everything of a
// service in SERVICE_STATE_LOCAL, without entries in the table: the local stack knows its connections
// itself. IP fragments are left to it too; it cannot be told whose they are without reassembly.
//
// Two things differ from ip_vs on purpose. A SYN (or a datagram) whose connection belongs to a removed
// destination gets another one at once, where ip_vs drops it until the entry expires; and a SYN in
// FIN_WAIT begins a new connection, where ip_vs sends it to the server of the old one.

import {
  DIRECTOR_NOTICE_CONNECTION_LIMIT,
  DIRECTOR_NOTICE_NO_DESTINATION,
  DirectorVerdict,
  PROTOCOL_TCP,
  SERVICE_STATE_LOCAL,
} from "../abi/director";
import { FRAME_SIZE_MAX, ID_NONE, VNET_HEADER_SIZE } from "../abi/limits";
import { FAMILY_INET } from "../abi/state";
import {
  STATUS_CONNECTION_LIMIT,
  STATUS_DESTINATION_REMOVED,
  STATUS_LOCAL,
  STATUS_NO_CONNECTION,
  STATUS_NO_DESTINATION,
  STATUS_NO_NEIGHBOUR,
  STATUS_NOT_OURS,
  STATUS_OK,
  STATUS_RECORD_SIZE,
  STATUS_RECORD_VALUE,
  STATUS_TRUNCATED,
  STATUS_TTL_EXPIRED,
} from "../abi/status";
import { ETHERNET_HEADER_SIZE } from "../wire/ethernet";
import { ipv4DecrementTtl, ipv4Ttl } from "../wire/ipv4";
import { ipv6DecrementHopLimit, ipv6HopLimit } from "../wire/ipv6";
import { TCP_RST, TCP_SYN } from "../wire/tcp";
import { answerReset, answerTimeExceeded, answerUnreachable } from "./answer";
import {
  bindingFind,
  bindingSet,
  connectionClose,
  connectionFind,
  connectionOpen,
  connectionTouch,
} from "./connection";
import { connectionAt } from "./connection_table";
import {
  CONNECTION_SYN_RECV,
  CONNECTION_UDP,
  isConnectionOver,
  nextTcpState,
} from "./connection_state";
import { countersLive, countFrame } from "./counters";
import { DESTINATION_PRESENT, destinationAt } from "./destination";
import { interfaceMac } from "./interface";
import { neighbourAsk, neighbourAt } from "./neighbour";
import { remark } from "./outbox";
import { Packet, packetLast, packetRead } from "./packet";
import { schedulerPick } from "./scheduler";
import { Service, serviceAt, serviceFor } from "./service";

const SECOND_US: u64 = 1_000_000;

const verdict = changetype<DirectorVerdict>(memory.data(offsetof<DirectorVerdict>(), 8));

/** What forwardFrame decided last. */
export function forwardVerdict(): DirectorVerdict {
  return verdict;
}

/**
 * Decides on a frame of `size` bytes at an address, `vnetHeader` of them virtio-net header, that came
 * in by an interface; rewrites it in place when it is to be sent. FRAME_SIZE_MAX bytes must stand at
 * the address whatever the size is: an answer may be longer than what it answers. Returns the
 * status, which also stands in the verdict: STATUS_OK = forward it; any other with a frameSize =
 * send the answer; any other without = send nothing.
 */
export function forwardFrame(at: u32, size: u32, vnetHeader: u32, ifindex: u32, now: u64): u32 {
  verdict.ifindex = 0;
  verdict.destination = ID_NONE;
  verdict.frameSize = 0;
  const status = decide(at, size, vnetHeader, ifindex, now);
  verdict.status = status;
  countFrame(status);
  return status;
}

function decide(at: u32, size: u32, vnetHeader: u32, ifindex: u32, now: u64): u32 {
  if (vnetHeader != 0 && vnetHeader != VNET_HEADER_SIZE) return STATUS_RECORD_VALUE;
  if (size > FRAME_SIZE_MAX) return STATUS_RECORD_SIZE;
  if (size < vnetHeader + ETHERNET_HEADER_SIZE) return STATUS_TRUNCATED;
  const frame = at + vnetHeader;
  if (!isForMac(frame, interfaceMac(ifindex))) return STATUS_NOT_OURS;
  const status = packetRead(frame, size - vnetHeader);
  if (status != STATUS_OK) return status;
  const packet = packetLast();
  const slot = serviceFor(
    packet.family,
    packet.serviceHi,
    packet.serviceLo,
    packet.servicePort,
    packet.protocol,
  );
  if (slot == ID_NONE) return STATUS_NOT_OURS;
  const service = serviceAt(slot);
  if (service.state == SERVICE_STATE_LOCAL) return STATUS_LOCAL;
  const entry = connectionFind(slot, packet.clientHi, packet.clientLo, portsOf(packet), now);
  if (timeToLive(packet) <= 1) {
    answer(at, vnetHeader, ifindex, answerTimeExceeded(frame, packet, now));
    return STATUS_TTL_EXPIRED;
  }
  const result = packet.isError != 0
    ? passError(entry)
    : packet.protocol == PROTOCOL_TCP
    ? passSegment(packet, slot, entry, now)
    : passDatagram(packet, slot, entry, now);
  if (result == STATUS_OK) return send(frame, size, packet, service, now);
  if (result == STATUS_NO_CONNECTION) {
    service.noConnection++;
    answer(at, vnetHeader, ifindex, answerReset(frame, packet, now));
  } else if (result == STATUS_NO_DESTINATION) {
    answer(at, vnetHeader, ifindex, answerUnreachable(frame, packet, now));
  }
  return result;
}

/** An ICMP error goes where its connection goes, and neither moves it nor keeps it alive. */
function passError(entry: u32): u32 {
  return entry == ID_NONE ? STATUS_NOT_OURS : passTo(connectionAt(entry).destination);
}

function passSegment(packet: Packet, slot: u32, entry: u32, now: u64): u32 {
  const opens = (packet.flags & (TCP_SYN | TCP_RST)) == TCP_SYN;
  if (entry == ID_NONE) {
    return opens ? open(packet, slot, CONNECTION_SYN_RECV, now) : STATUS_NO_CONNECTION;
  }
  const connection = connectionAt(entry);
  const result = passTo(connection.destination);
  if (opens && (result != STATUS_OK || isConnectionOver(connection.state))) {
    return reopen(packet, slot, entry, CONNECTION_SYN_RECV, now);
  }
  if (result == STATUS_OK) {
    connectionTouch(entry, nextTcpState(connection.state, packet.flags), now);
  }
  return result;
}

function passDatagram(packet: Packet, slot: u32, entry: u32, now: u64): u32 {
  if (entry == ID_NONE) return open(packet, slot, CONNECTION_UDP, now);
  const result = passTo(connectionAt(entry).destination);
  if (result != STATUS_OK) return reopen(packet, slot, entry, CONNECTION_UDP, now);
  connectionTouch(entry, CONNECTION_UDP, now);
  return result;
}

function passTo(destination: u32): u32 {
  verdict.destination = destination;
  return destinationAt(destination).presence == DESTINATION_PRESENT
    ? STATUS_OK
    : STATUS_DESTINATION_REMOVED;
}

function reopen(packet: Packet, slot: u32, entry: u32, state: u32, now: u64): u32 {
  connectionClose(entry);
  countersLive().rescheduled++;
  return open(packet, slot, state, now);
}

function open(packet: Packet, slot: u32, state: u32, now: u64): u32 {
  const service = serviceAt(slot);
  verdict.destination = ID_NONE;
  let destination = boundDestination(packet, slot, now);
  if (destination == ID_NONE) destination = schedulerPick(service);
  if (destination == ID_NONE) {
    service.noDestination++;
    remark(DIRECTOR_NOTICE_NO_DESTINATION, slot, now);
    return STATUS_NO_DESTINATION;
  }
  if (!enter(packet, slot, destination, state, now)) {
    service.connectionLimit++;
    remark(DIRECTOR_NOTICE_CONNECTION_LIMIT, slot, now);
    return STATUS_CONNECTION_LIMIT;
  }
  verdict.destination = destination;
  return STATUS_OK;
}

/** Enters the connection, and the client's binding where the service has persistence; false = full. */
function enter(packet: Packet, slot: u32, destination: u32, state: u32, now: u64): bool {
  const hi = packet.clientHi;
  const lo = packet.clientLo;
  let binding = ID_NONE;
  const persistenceS = serviceAt(slot).persistenceS;
  if (persistenceS > 0) {
    const untilUs = now + <u64> persistenceS * SECOND_US;
    binding = bindingSet(slot, destination, hi, lo, untilUs, now);
    if (binding == ID_NONE) return false;
  }
  const ports = portsOf(packet);
  return connectionOpen(slot, destination, binding, hi, lo, ports, state, now) != ID_NONE;
}

/** The destination a persistent service bound the client to, if that is in its list; else ID_NONE. */
function boundDestination(packet: Packet, slot: u32, now: u64): u32 {
  if (serviceAt(slot).persistenceS == 0) return ID_NONE;
  const binding = bindingFind(slot, packet.clientHi, packet.clientLo, now);
  if (binding == ID_NONE) return ID_NONE;
  const destination = connectionAt(binding).destination;
  if (destination == ID_NONE) return ID_NONE;
  return destinationAt(destination).presence == DESTINATION_PRESENT ? destination : ID_NONE;
}

function portsOf(packet: Packet): u32 {
  return packet.clientPort << 16 | packet.servicePort;
}

/** Readdresses the frame to verdict.destination. */
function send(frame: u32, size: u32, packet: Packet, service: Service, now: u64): u32 {
  const destination = destinationAt(verdict.destination);
  const ourMac = interfaceMac(destination.ifindex);
  const mac = neighbourAt(destination.neighbour).mac;
  if (mac == 0) neighbourAsk(destination.neighbour, now);
  if (mac == 0 || ourMac == 0) return STATUS_NO_NEIGHBOUR;
  writeMac(frame, mac);
  writeMac(frame + 6, ourMac);
  if (packet.family == FAMILY_INET) ipv4DecrementTtl(packet.ip);
  else ipv6DecrementHopLimit(packet.ip);
  verdict.ifindex = destination.ifindex;
  verdict.frameSize = size;
  destination.packets++;
  destination.bytes += packet.ipLength;
  service.packets++;
  service.bytes += packet.ipLength;
  return STATUS_OK;
}

/** Sends `frameSize` bytes of answer back by the interface the frame came by; 0 = no answer. */
function answer(at: u32, vnetHeader: u32, ifindex: u32, frameSize: u32): void {
  if (frameSize == 0) return;
  // All zeros: no offload, the checksums are whole.
  memory.fill(at, 0, vnetHeader);
  verdict.ifindex = ifindex;
  verdict.frameSize = vnetHeader + frameSize;
}

function timeToLive(packet: Packet): u32 {
  return packet.family == FAMILY_INET ? ipv4Ttl(packet.ip) : ipv6HopLimit(packet.ip);
}

function isForMac(frame: u32, mac: u64): bool {
  return mac != 0 && load<u32>(frame) == <u32> mac && load<u16>(frame + 4) == <u16> (mac >> 32);
}

function writeMac(at: u32, mac: u64): void {
  store<u32>(at, <u32> mac);
  store<u16>(at + 4, <u16> (mac >> 32));
}
