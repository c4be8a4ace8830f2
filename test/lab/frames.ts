// Takes apart the frames that captures see: VRRP, ARP, neighbour advertisements. Written from the RFCs on its
// own, not taken from the core, so that it can judge the core's packets. A frame that is cut short or
// not one of these is an "other" event; nothing here throws on any bytes.

/** What every frame has. Times are of the capturing kernel's wall clock. */
interface FrameEvent {
  /** Milliseconds since 1970, with microseconds behind the point. */
  atMs: number;
  sourceMac: string;
  destinationMac: string;
  /** The whole frame. */
  frame: Uint8Array;
}

/** A VRRP advertisement (RFC 3768 5.1, RFC 9568 5.1). */
export interface AdvertEvent extends FrameEvent {
  kind: "advert";
  source: string;
  destination: string;
  /** TTL or hop limit. */
  ttl: number;
  version: number;
  vrid: number;
  priority: number;
  /** The interval field in milliseconds. */
  intervalMs: number;
  addresses: string[];
}

/** An ARP packet (RFC 826). */
export interface ArpEvent extends FrameEvent {
  kind: "arp";
  operation: "request" | "reply";
  senderMac: string;
  senderAddress: string;
  targetMac: string;
  targetAddress: string;
  /** Sender and target address are the same (RFC 5227 3). */
  gratuitous: boolean;
}

/** An ICMPv6 neighbour advertisement (RFC 4861 4.4). */
export interface NeighbourAdvertEvent extends FrameEvent {
  kind: "neighbourAdvert";
  source: string;
  target: string;
  override: boolean;
  solicited: boolean;
  router: boolean;
}

/** Anything else that the filter let through. */
export interface OtherEvent extends FrameEvent {
  kind: "other";
  etherType: number;
}

export type CaptureEvent = AdvertEvent | ArpEvent | NeighbourAdvertEvent | OtherEvent;

const ETHERNET_SIZE = 14;
const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_ARP = 0x0806;
const ETHERTYPE_IPV6 = 0x86dd;
const IPV6_SIZE = 40;
const PROTOCOL_VRRP = 112;
const PROTOCOL_ICMPV6 = 58;
const NEIGHBOUR_ADVERT = 136;

/** Takes a frame apart. */
export function decodeFrame(atMs: number, frame: Uint8Array): CaptureEvent {
  const base: FrameEvent = {
    atMs,
    destinationMac: mac(frame, 0),
    sourceMac: mac(frame, 6),
    frame,
  };
  const etherType = u16(frame, 12);
  const payload = frame.subarray(ETHERNET_SIZE);
  const other: OtherEvent = { ...base, kind: "other", etherType };
  if (etherType === ETHERTYPE_ARP) return decodeArp(base, payload) ?? other;
  if (etherType === ETHERTYPE_IPV4) return decodeIpv4(base, payload) ?? other;
  if (etherType === ETHERTYPE_IPV6) return decodeIpv6(base, payload) ?? other;
  return other;
}

/** One line about an event, as in "12:00:01.234567 advert 172.18.0.11 vrid 51 prio 100". */
export function describeEvent(event: CaptureEvent): string {
  const time = new Date(event.atMs).toISOString().slice(11, 23);
  switch (event.kind) {
    case "advert":
      return `${time} advert v${event.version} ${event.source} vrid ${event.vrid} prio ${event.priority}`;
    case "arp":
      return `${time} arp ${event.operation} ${event.senderAddress} is ${event.senderMac}, ` +
        `target ${event.targetAddress}`;
    case "neighbourAdvert":
      return `${time} neighbour advert ${event.target} from ${event.sourceMac}`;
    case "other":
      return `${time} ethertype 0x${event.etherType.toString(16)} from ${event.sourceMac}`;
  }
}

function decodeArp(base: FrameEvent, arp: Uint8Array): ArpEvent | null {
  if (arp.length < 28 || u16(arp, 2) !== ETHERTYPE_IPV4) return null;
  const senderAddress = ipv4(arp, 14);
  const targetAddress = ipv4(arp, 24);
  return {
    ...base,
    kind: "arp",
    operation: u16(arp, 6) === 1 ? "request" : "reply",
    senderMac: mac(arp, 8),
    senderAddress,
    targetMac: mac(arp, 18),
    targetAddress,
    gratuitous: senderAddress === targetAddress,
  };
}

function decodeIpv4(base: FrameEvent, packet: Uint8Array): AdvertEvent | null {
  const headerSize = (packet[0]! & 0x0f) * 4;
  if (packet[9] !== PROTOCOL_VRRP || packet.length < headerSize + 8) return null;
  const total = Math.min(u16(packet, 2), packet.length);
  const ends = { source: ipv4(packet, 12), destination: ipv4(packet, 16), ttl: packet[8]! };
  return decodeVrrp(base, packet.subarray(headerSize, total), ends, 4);
}

function decodeIpv6(base: FrameEvent, packet: Uint8Array) {
  if (packet.length < IPV6_SIZE + 8) return null;
  const ends = { source: ipv6(packet, 8), destination: ipv6(packet, 24), ttl: packet[7]! };
  const payload = packet.subarray(IPV6_SIZE);
  if (packet[6] === PROTOCOL_VRRP) return decodeVrrp(base, payload, ends, 16);
  if (packet[6] === PROTOCOL_ICMPV6) return decodeNeighbourAdvert(base, payload, ends.source);
  return null;
}

function decodeVrrp(
  base: FrameEvent,
  vrrp: Uint8Array,
  ends: { source: string; destination: string; ttl: number },
  addressSize: 4 | 16,
): AdvertEvent | null {
  const version = vrrp[0]! >> 4;
  const count = vrrp[3]!;
  if (vrrp.length < 8 + count * addressSize) return null;
  const read = addressSize === 4 ? ipv4 : ipv6;
  return {
    ...base,
    ...ends,
    kind: "advert",
    version,
    vrid: vrrp[1]!,
    priority: vrrp[2]!,
    // Seconds in version 2; 12 bits of centiseconds in version 3.
    intervalMs: version === 2 ? vrrp[5]! * 1000 : (u16(vrrp, 4) & 0x0fff) * 10,
    addresses: Array.from({ length: count }, (_, i) => read(vrrp, 8 + i * addressSize)),
  };
}

function decodeNeighbourAdvert(
  base: FrameEvent,
  icmp: Uint8Array,
  source: string,
): NeighbourAdvertEvent | null {
  if (icmp[0] !== NEIGHBOUR_ADVERT || icmp.length < 24) return null;
  const flags = icmp[4]!;
  return {
    ...base,
    kind: "neighbourAdvert",
    source,
    target: ipv6(icmp, 8),
    router: (flags & 0x80) !== 0,
    solicited: (flags & 0x40) !== 0,
    override: (flags & 0x20) !== 0,
  };
}

function u16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function mac(bytes: Uint8Array, at: number): string {
  return Array.from(bytes.subarray(at, at + 6), (b) => b.toString(16).padStart(2, "0")).join(":");
}

function ipv4(bytes: Uint8Array, at: number): string {
  return bytes.subarray(at, at + 4).join(".");
}

/** Eight groups, shortened as RFC 5952 4.2 says. */
function ipv6(bytes: Uint8Array, at: number): string {
  const groups = Array.from({ length: 8 }, (_, i) => u16(bytes, at + 2 * i).toString(16));
  const runs = [...groups.join(":").matchAll(/\b0(?::0\b)+/g)];
  const longest = runs.sort((a, b) => b[0].length - a[0].length || a.index - b.index)[0];
  const text = groups.join(":");
  if (longest === undefined) return text;
  const head = text.slice(0, longest.index).replace(/:$/, "");
  const tail = text.slice(longest.index + longest[0].length).replace(/^:/, "");
  return `${head}::${tail}`;
}
