// An advert as watchers of a simulation see it, read from a record where it stands in a core's memory.
// One object serves every advert of a machine. This module is browser safe.

import { formatAddress } from "../../base/address.ts";
import { FAMILY_INET, PACKET_OUTPUT, PACKET_OUTPUT_SIZE } from "../../core/abi.gen.ts";
import { IPV4, VRRP } from "../dissect/layout.ts";
import type { MachineInstance } from "./machine_instance.ts";
import type { SimulatedMachine } from "./machine.ts";
import type { HeardAdvert, SentAdvert } from "../world_view.ts";

const SECOND_US = 1_000_000;
const CENTISECOND_US = 10_000;

/** Tells the instances of a machine apart by what a packet says. */
export function receiverKey(ifindex: number, vrid: number, family: "INET" | "INET6"): number {
  return (ifindex * 256 + vrid) * 2 + (family === "INET" ? 0 : 1);
}

/** The advert. */
export class AdvertOfMachine implements SentAdvert, HeardAdvert {
  readonly node: SimulatedMachine;
  instance: MachineInstance | null = null;
  accepted = true;
  ifindex = 0;
  vrid = 0;
  priority = 0;
  family: "INET" | "INET6" = "INET";
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  /** Texts of source addresses, by a sum of their bytes. */
  readonly #sources = new Map<number, { bytes: Uint8Array; text: string }>();

  constructor(node: SimulatedMachine) {
    this.node = node;
  }

  /** Reads the packet record at an offset; `familyAt`: where it names its family. */
  read(bytes: Uint8Array, view: DataView, at: number, familyAt: number): void {
    const isIpv4 = view.getUint32(at + familyAt, true) === FAMILY_INET;
    const message = at + PACKET_OUTPUT_SIZE + (isIpv4 ? IPV4.SIZE : 0);
    this.vrid = bytes[message + VRRP.vrid]!;
    this.priority = bytes[message + VRRP.priority]!;
    this.family = isIpv4 ? "INET" : "INET6";
    this.#bytes = bytes;
    this.#at = at;
  }

  /** Only while the record stands there. */
  get source(): string {
    const at = this.#at + PACKET_OUTPUT.source;
    const bytes = this.#bytes.subarray(at, at + (this.family === "INET" ? 4 : 16));
    // A machine hears few senders, again and again.
    let sum = bytes.length;
    for (const byte of bytes) sum = (Math.imul(sum, 31) + byte) >>> 0;
    const known = this.#sources.get(sum);
    if (known !== undefined && isSame(known.bytes, bytes)) return known.text;
    const text = formatAddress(bytes.slice());
    this.#sources.set(sum, { bytes: bytes.slice(), text });
    return text;
  }

  /** Only while the record stands there. */
  get intervalUs(): number {
    const ip = this.family === "INET" ? IPV4.SIZE : 0;
    const at = this.#at + PACKET_OUTPUT_SIZE + ip;
    const [high, low] = [
      this.#bytes[at + VRRP.intervalCs]!,
      this.#bytes[at + VRRP.intervalCs + 1]!,
    ];
    const isVersion2 = this.#bytes[at + VRRP.versionType]! >> 4 === 2;
    return isVersion2 ? low * SECOND_US : (((high & 0x0f) << 8) | low) * CENTISECOND_US;
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
