// A client on a segment that uses the virtual addresses: a neighbour cache as Linux keeps it. An
// entry is made by asking, changed by gratuitous ARP or unsolicited NA, confirmed by a question to the
// MAC that it holds, and forgotten when nobody answers that. This module is browser safe.

import { formatAddress } from "../base/address.ts";
import {
  ARP,
  ETHERNET,
  ETHERTYPE_ARP,
  ETHERTYPE_IPV6,
  IPV6,
  MAC_SIZE,
  NEIGHBOUR,
  NEIGHBOUR_ADVERTISEMENT,
} from "./dissect/layout.ts";
import type { Network, Port } from "./network.ts";
import type { ClientView } from "./world_view.ts";

/** An entry is asked about again when it was not confirmed for so long (base_reachable_time). */
const REACHABLE_US = 30_000_000;
/** Pause between two questions (retrans_time), and how many go to a silent MAC (ucast_solicit). */
const RETRANS_US = 1_000_000;
const UNICAST_MAX = 3;
/** A second answer within this is not taken (locktime); a gratuitous one always is. */
const LOCK_US = 1_000_000;

/** Where ARP and a neighbour advertisement begin in a frame. */
const ARP_AT = ETHERNET.SIZE;
const NEIGHBOUR_AT = ETHERNET.SIZE + IPV6.SIZE;
/** Where the MAC stands in its first option (RFC 4861 4.6.1). */
const OPTION_MAC_AT = NEIGHBOUR_AT + NEIGHBOUR.SIZE + 2;

interface Entry {
  mac: string | null;
  confirmedUs: number;
  changedUs: number;
  /** Questions to the MAC without an answer. */
  asked: number;
}

/** What the client needs of the world. */
export interface ClientTools {
  network: Network;
  readonly nowUs: number;
  at(atUs: number, happen: () => void): void;
  /** The machine behind a port has the address and is able to answer. */
  answers(port: Port, address: string): boolean;
  clientChanged(client: Client, address: string): void;
}

/** The client. */
export class Client implements ClientView {
  readonly segment: number;
  readonly #port: Port;
  readonly #tools: ClientTools;
  readonly #entries: Map<string, Entry>;

  constructor(port: Port, addresses: readonly string[], tools: ClientTools) {
    this.segment = port.segment;
    this.#port = port;
    this.#tools = tools;
    this.#entries = new Map(addresses.map((address) => [
      address,
      { mac: null, confirmedUs: -Infinity, changedUs: -Infinity, asked: 0 },
    ]));
  }

  /** Begins to use the addresses. */
  start(): void {
    for (const address of this.#entries.keys()) this.#look(address);
  }

  macOf(address: string): string | null {
    return this.#entries.get(address)?.mac ?? null;
  }

  confirmedUs(address: string): number {
    return this.#entries.get(address)?.confirmedUs ?? -Infinity;
  }

  /** A frame came: gratuitous ARP and unsolicited NA change an entry that is there. */
  hear(frame: Uint8Array): void {
    const told = readAnnouncement(frame);
    if (told === null) return;
    const entry = this.#entries.get(told.address);
    if (entry !== undefined && entry.mac !== null) this.#confirm(told.address, entry, told.mac);
  }

  /** Looks after an entry; comes back by itself. */
  #look(address: string): void {
    const entry = this.#entries.get(address)!;
    const tools = this.#tools;
    const restsUntilUs = entry.confirmedUs + REACHABLE_US;
    if (entry.mac !== null && tools.nowUs < restsUntilUs) {
      return tools.at(restsUntilUs, () => this.#look(address));
    }
    if (entry.mac !== null && entry.asked >= UNICAST_MAX) {
      entry.mac = null;
      entry.asked = 0;
      tools.clientChanged(this, address);
    }
    this.#ask(address, entry);
    tools.at(tools.nowUs + RETRANS_US, () => this.#look(address));
  }

  #ask(address: string, entry: Entry): void {
    const tools = this.#tools;
    const ask = (port: Port, atUs: number) => tools.at(atUs, () => this.#asked(address, port));
    if (entry.mac === null) return tools.network.broadcast(tools.nowUs, this.#port, ask);
    entry.asked++;
    tools.network.unicast(tools.nowUs, this.#port, entry.mac, ask);
  }

  #asked(address: string, port: Port): void {
    const tools = this.#tools;
    if (!tools.answers(port, address)) return;
    tools.network.unicast(tools.nowUs, port, this.#port.mac, (_, atUs) =>
      tools.at(atUs, () => {
        const entry = this.#entries.get(address)!;
        const isLocked = entry.mac !== null && entry.mac !== port.mac &&
          tools.nowUs - entry.changedUs < LOCK_US;
        if (!isLocked) this.#confirm(address, entry, port.mac);
      }));
  }

  #confirm(address: string, entry: Entry, mac: string): void {
    entry.confirmedUs = this.#tools.nowUs;
    entry.asked = 0;
    if (entry.mac === mac) return;
    entry.mac = mac;
    entry.changedUs = entry.confirmedUs;
    this.#tools.clientChanged(this, address);
  }
}

/** Address and MAC that a gratuitous ARP or an unsolicited NA tells; null: it is neither. */
export function readAnnouncement(frame: Uint8Array): { address: string; mac: string } | null {
  if (frame.length < ARP_AT + ARP.SIZE) return null;
  const etherType = (frame[ETHERNET.type]! << 8) | frame[ETHERNET.type + 1]!;
  if (etherType === ETHERTYPE_ARP) {
    return announced(frame, ARP_AT + ARP.senderAddress, 4, ARP_AT + ARP.senderMac);
  }
  if (etherType !== ETHERTYPE_IPV6 || frame.length < OPTION_MAC_AT + MAC_SIZE) return null;
  if (frame[NEIGHBOUR_AT] !== NEIGHBOUR_ADVERTISEMENT) return null;
  return announced(frame, NEIGHBOUR_AT + NEIGHBOUR.target, 16, OPTION_MAC_AT);
}

function announced(
  frame: Uint8Array,
  addressAt: number,
  addressSize: number,
  macAt: number,
): { address: string; mac: string } {
  const mac = [...frame.subarray(macAt, macAt + MAC_SIZE)]
    .map((byte) => byte.toString(16).padStart(2, "0")).join(":");
  return { address: formatAddress(frame.slice(addressAt, addressAt + addressSize)), mac };
}
