// Makes the next record from the output queue at the output buffer: finished ones are copied, cursors
// make one record for each address (and round) when the host asks for it.

import { ID_NONE } from "../abi/limits";
import { outputAddress } from "../abi/memory";
import {
  AddressAddOutput,
  FrameOutput,
  OUTPUT_ADDRESS_ADD,
  OUTPUT_ADDRESS_REFRESH,
  OUTPUT_ADDRESS_REMOVE,
  OUTPUT_FRAME,
  OUTPUT_PACKET,
  PacketOutput,
} from "../abi/output";
import { FAMILY_INET } from "../abi/state";
import { ARP_REQUEST, arpEmitGratuitous } from "../wire/arp";
import { neighbourAdvertisementEmit } from "../wire/icmpv6";
import {
  IP_PROTOCOL_VRRP,
  IPV4_HEADER_SIZE,
  IPV4_TOS_CONTROL,
  IPV4_TTL_MAX,
  ipv4Emit,
} from "../wire/ipv4";
import { vrrpEmitV2, vrrpEmitV3, vrrpPutAddress, vrrpSeal } from "../wire/vrrp";
import { instanceOf, interfaceOf, node, queueRecord, vipOfInstance } from "./arena";
import { hasNeighbours } from "./interface_table";
import {
  ENTRY_ADDRESS_ADD,
  ENTRY_ADDRESS_REFRESH,
  ENTRY_ADVERT,
  ENTRY_GARP,
  ENTRY_RECORD,
  queueDrop,
  queueFirst,
  queueIsEmpty,
} from "./output_queue";
import { Instance, Interface, QueueEntry, Vip, VIP_ADVERTISED } from "./records";

const SECOND_US: u32 = 1_000_000;
const CENTISECOND_US: u32 = 10_000;

/** Writes the next record at the output buffer; its size in bytes, 0 when there is none. */
export function pollNext(): u32 {
  while (!queueIsEmpty()) {
    const entry = queueFirst();
    if (entry.operation == ENTRY_RECORD) {
      const record = queueRecord(entry);
      const size = load<u32>(record + 4);
      memory.copy(outputAddress(), record, size);
      queueDrop();
      return size;
    }
    if (entry.operation == ENTRY_ADVERT) {
      const size = writeAdvert(entry);
      queueDrop();
      return size;
    }
    const size = entry.operation == ENTRY_GARP ? nextFrame(entry) : nextAddress(entry);
    if (size != 0) return size;
    queueDrop();
  }
  return 0;
}

/** One VRRP packet: the whole IPv4 packet, or the IPv6 message. */
function writeAdvert(entry: QueueEntry): u32 {
  const instance = instanceOf(entry.bank, entry.instance);
  const at = <u32> outputAddress();
  const record = changetype<PacketOutput>(at);
  const payload = at + offsetof<PacketOutput>();
  record.kind = OUTPUT_PACKET;
  record.instance = instance.instance;
  record.ifindex = instance.ifindex;
  record.family = instance.family;
  record.sourceHi = entry.sourceHi;
  record.sourceLo = entry.sourceLo;
  record.destinationHi = instance.multicastGroupHi;
  record.destinationLo = instance.multicastGroupLo;
  const source = at + offsetof<PacketOutput>("sourceHi");
  const destination = at + offsetof<PacketOutput>("destinationHi");
  const header: u32 = instance.family == FAMILY_INET ? IPV4_HEADER_SIZE : 0;
  const length = writeMessage(entry, instance, payload + header, source, destination);
  if (header != 0) {
    ipv4Emit(
      payload,
      IPV4_TOS_CONTROL,
      entry.extra,
      IPV4_TTL_MAX,
      IP_PROTOCOL_VRRP,
      source,
      destination,
      length,
    );
  }
  record.payloadLength = header + length;
  record.size = <u32> offsetof<PacketOutput>() + header + length;
  return record.size;
}

function writeMessage(
  entry: QueueEntry,
  instance: Instance,
  at: u32,
  source: u32,
  destination: u32,
): u32 {
  const count = instance.advertisedCount;
  const length = instance.version == 2
    ? vrrpEmitV2(
      at,
      instance.vrid,
      entry.amount,
      count,
      instance.intervalUs / SECOND_US,
      instance.authType,
      instance.authData,
    )
    : vrrpEmitV3(
      at,
      instance.family,
      instance.vrid,
      entry.amount,
      count,
      instance.intervalUs / CENTISECOND_US,
    );
  let index: u32 = 0;
  for (let n: u32 = 0; n < instance.vipCount; n++) {
    const vip = vipOfInstance(entry.bank, instance, n);
    if ((vip.flags & VIP_ADVERTISED) == 0) continue;
    vrrpPutAddress(
      at,
      instance.family,
      index,
      changetype<u32>(vip) + offsetof<Vip>("addressHi"),
    );
    index++;
  }
  vrrpSeal(at, instance.family, source, destination);
  return length;
}

function isSelected(vip: Vip, entry: QueueEntry): bool {
  return (vip.flags & entry.require) == entry.require;
}

/** The next address of a cursor, or 0 at its end. */
function nextAddress(entry: QueueEntry): u32 {
  const instance = instanceOf(entry.bank, entry.instance);
  while (entry.position < instance.vipCount) {
    const vip = vipOfInstance(entry.bank, instance, entry.position);
    entry.position++;
    if (!isSelected(vip, entry)) continue;
    const record = changetype<AddressAddOutput>(outputAddress());
    record.kind = kindOf(entry.operation);
    record.size = <u32> offsetof<AddressAddOutput>();
    record.instance = instance.instance;
    // Numbers of addresses are those of the running configuration; the host knows no others.
    record.vip = entry.bank == node().bank ? vip.vip : ID_NONE;
    record.ifindex = vip.ifindex;
    record.family = vip.family;
    record.prefixLength = vip.prefixLength;
    record.scope = vip.scope;
    record.lifetimeS = entry.extra;
    record.reserved = 0;
    record.addressHi = vip.addressHi;
    record.addressLo = vip.addressLo;
    return record.size;
  }
  return 0;
}

function kindOf(operation: u32): u32 {
  if (operation == ENTRY_ADDRESS_ADD) return OUTPUT_ADDRESS_ADD;
  return operation == ENTRY_ADDRESS_REFRESH ? OUTPUT_ADDRESS_REFRESH : OUTPUT_ADDRESS_REMOVE;
}

/** The next frame of a burst, or 0 at its end. Interfaces without neighbours are passed over. */
function nextFrame(entry: QueueEntry): u32 {
  const instance = instanceOf(entry.bank, entry.instance);
  // A round that sends nothing ends the burst: the others would not either.
  let sent = entry.position != 0;
  while (entry.amount != 0) {
    while (entry.position < instance.vipCount) {
      const vip = vipOfInstance(entry.bank, instance, entry.position);
      entry.position++;
      const link = interfaceOf(vip.interfaceSlot);
      if (isSelected(vip, entry) && hasNeighbours(link)) return writeFrame(instance, vip, link);
    }
    if (!sent) return 0;
    sent = false;
    entry.position = 0;
    entry.amount--;
  }
  return 0;
}

function writeFrame(instance: Instance, vip: Vip, link: Interface): u32 {
  const at = <u32> outputAddress();
  const record = changetype<FrameOutput>(at);
  const payload = at + offsetof<FrameOutput>();
  const mac = changetype<u32>(link) + offsetof<Interface>("mac");
  const address = changetype<u32>(vip) + offsetof<Vip>("addressHi");
  record.kind = OUTPUT_FRAME;
  record.instance = instance.instance;
  record.ifindex = vip.ifindex;
  record.reserved = 0;
  record.payloadLength = vip.family == FAMILY_INET
    ? arpEmitGratuitous(payload, ARP_REQUEST, mac, address)
    : neighbourAdvertisementEmit(payload, mac, address, link.forwarding != 0);
  record.size = <u32> offsetof<FrameOutput>() + record.payloadLength;
  return record.size;
}
