// One line about a packet for lists: protocol, who to whom, and what it says in the words of the
// protocol. This module is browser safe.

import { type Dissection, type Field, type FieldId, fieldsOf, hasProblem } from "./field.ts";

/** The line. */
export interface Summary {
  /** `VRRPv2`, `ARP`, `ICMPv6`. */
  protocol: string;
  /** Addresses, of ARP MACs; "" = not known. */
  source: string;
  destination: string;
  /** `VRID 51, priority 110`. */
  info: string;
  /** Fields that something is wrong with. */
  problems: number;
}

/** Describes a dissected packet. */
export function summarize(dissection: Dissection): Summary {
  const fields = new Map<FieldId, Field>();
  for (const field of fieldsOf(dissection)) if (!fields.has(field.id)) fields.set(field.id, field);
  const value = (...ids: FieldId[]) =>
    ids.map((id) => fields.get(id)?.value ?? "").find((text) => text !== "") ?? "";
  const ids = dissection.layers.map(({ id }) => id).filter((id) => id !== "padding");
  const last = ids.findLast((id) => id !== "data") ?? "data";
  return {
    protocol: protocolOf(last, value),
    source: value("ipv4.source", "ipv6.source", "ethernet.source", "sll.address"),
    destination: value("ipv4.destination", "ipv6.destination", "ethernet.destination"),
    info: infoOf(last, value),
    problems: fieldsOf(dissection).filter(hasProblem).length,
  };
}

type ValueOf = (...ids: FieldId[]) => string;

function protocolOf(last: string, value: ValueOf): string {
  switch (last) {
    case "vrrp":
      return `VRRPv${value("vrrp.version")}`;
    case "ipv4":
    case "ipv6":
    case "ipv6Extension":
      return value("ipv6Extension.nextHeader", "ipv4.protocol", "ipv6.nextHeader")
        .replace(/ \(.*$/, "");
    case "icmpv6":
      return "ICMPv6";
    case "ethernet":
      return value("ethernet.type");
    default:
      return last.toUpperCase();
  }
}

function infoOf(last: string, value: ValueOf): string {
  switch (last) {
    case "vrrp": {
      const interval = value("vrrp.advertisementIntervalS", "vrrp.advertisementIntervalCs");
      return `VRID ${value("vrrp.vrid")}, priority ${value("vrrp.priority")}, every ` +
        interval.replace(/^.*= /, "");
    }
    case "arp": {
      const [sender, target] = [value("arp.senderAddress"), value("arp.targetAddress")];
      const operation = value("arp.operation").replace(/ \(.*$/, "");
      return sender === target
        ? `gratuitous ${operation}: ${sender} is at ${value("arp.senderMac")}`
        : `${operation}: ${sender} at ${value("arp.senderMac")}, ${target}`;
    }
    case "icmpv6": {
      const target = value("neighbourAdvertisement.target", "neighbourSolicitation.target");
      return [value("icmpv6.type").replace(/ \(.*$/, ""), target, value("option.mac")]
        .filter((part) => part !== "").join(" ");
    }
    case "tcp":
      return `${value("tcp.sourcePort")} > ${value("tcp.destinationPort")} [${value("tcp.flags")}]`;
    case "udp":
      return `${value("udp.sourcePort")} > ${value("udp.destinationPort")}`;
    default:
      return "";
  }
}
