// Carries out what the core says, in its order: packets and frames leave at once, address changes
// are gathered and sent to the kernel as one batch as soon as something else comes, renewals of leases
// behind the adverts of the same moment; records for reading go to main. Decides nothing.

import type { Family } from "../base/address.ts";
import { errnoName } from "../base/errno.ts";
import {
  ADDRESS_ADD_OUTPUT as ADDRESS,
  FRAME_OUTPUT,
  FRAME_OUTPUT_SIZE,
  ID_NONE,
  INSTANCE_STATUS_SIZE,
  OUTPUT_ADDRESS_ADD,
  OUTPUT_ADDRESS_REFRESH,
  OUTPUT_ADDRESS_REMOVE,
  OUTPUT_FRAME,
  OUTPUT_PACKET,
  OUTPUT_SIZE_MAX,
  OUTPUT_TRANSITION,
  PACKET_OUTPUT,
  PACKET_OUTPUT_SIZE,
  TRANSITION_OUTPUT,
} from "../core/abi.gen.ts";
import type { RecordedCore } from "../core/recorder.ts";
import type { FrameSocket } from "../linux/frame_socket.ts";
import { Pinned } from "../linux/pinned.ts";
import type { RouteSocket } from "../linux/route.ts";
import { type AddressRequest, IFA_F_NODAD } from "../linux/route_codec.ts";
import { HeldTable, removalOf } from "./held_table.ts";
import { Shared, WORD } from "./shared.ts";
import {
  type ConfigResultMessage,
  encodeConfigResult,
  encodeLinksChanged,
  encodeRemark,
  type RemarkLevel,
} from "./wire_message.ts";
import { WireOutbox } from "./wire_outbox.ts";
import type { WireSockets } from "./wire_sockets.ts";

/** What it acts with. */
export interface EffectTools {
  shared: Shared;
  core: RecordedCore;
  sockets: WireSockets;
  frames: FrameSocket;
  route: RouteSocket;
  nameOf(ifindex: number): string;
}

/** The whole status page is written so often at the most; rows that moved at once. Microseconds. */
const PUBLISH_US = 50_000;
/** Remarks remembered so that none is told twice a minute. */
const REMARK_MAX = 1000;
/** One remark of a kind is told in so long, microseconds. */
const REMARK_QUIET_US = 60_000_000;

/** The acting half of the wire worker. */
export class WireEffects {
  readonly #tools: EffectTools;
  readonly #output: Pinned;
  readonly #packet: Pinned;
  readonly #frame: Pinned;
  readonly #held: HeldTable;
  readonly #outbox: WireOutbox;
  readonly #toldAtUs = new Map<string, number>();
  #labels: ReadonlyMap<number, string> = new Map();
  #instanceCount = 0;
  #publishedUs = -Infinity;
  #isStale = false;
  /** An addition or removal is queued, whose place among the other outputs matters. */
  #hasChanges = false;

  constructor(tools: EffectTools) {
    this.#tools = tools;
    const { memory, outputAddress } = tools.core;
    const at = (offset: number) =>
      new Pinned(
        new Uint8Array(memory.buffer, outputAddress + offset, OUTPUT_SIZE_MAX - offset),
      );
    this.#output = at(0);
    this.#packet = at(PACKET_OUTPUT_SIZE);
    this.#frame = at(FRAME_OUTPUT_SIZE);
    this.#held = new HeldTable(tools.shared);
    this.#outbox = new WireOutbox(tools.shared.toMain);
  }

  /** Labels by vip number of the configuration in force. */
  setLabels(labels: ReadonlyMap<number, string>): void {
    this.#labels = labels;
  }

  /** Rows of the status page. */
  setInstanceCount(count: number): void {
    this.#instanceCount = count;
    this.#tools.shared.set(WORD.INSTANCE_COUNT, count);
    // The rows may mean other instances now.
    this.#publishedUs = -Infinity;
  }

  /** Carries out all outputs that wait, then publishes the status of instances that moved. */
  drain(nowUs: number): void {
    const { core } = this.#tools;
    for (let size = core.poll(); size > 0; size = core.poll()) {
      const kind = this.#output.view.getUint32(0, true);
      if (
        kind === OUTPUT_ADDRESS_ADD || kind === OUTPUT_ADDRESS_REFRESH ||
        kind === OUTPUT_ADDRESS_REMOVE
      ) {
        this.#queueAddress(kind);
        continue;
      }
      // The advert of the next instance need not wait for the kernel to renew leases.
      if (kind !== OUTPUT_PACKET || this.#hasChanges) this.#commitAddresses(nowUs);
      if (kind === OUTPUT_TRANSITION) {
        this.#publishRow(this.#output.view.getUint32(TRANSITION_OUTPUT.instance, true));
      }
      if (kind === OUTPUT_PACKET) this.#sendPacket(nowUs);
      else if (kind === OUTPUT_FRAME) this.#sendFrame(nowUs);
      else this.#outbox.push(this.#output.bytes.slice(0, size));
    }
    this.#commitAddresses(nowUs);
    this.#isStale = true;
    this.#publish(nowUs);
  }

  /** Once in each round of the loop: sends and publishes what had to wait. */
  settle(nowUs: number): void {
    this.#outbox.flush();
    this.#publish(nowUs);
  }

  /** True while main has not taken what it must hear. */
  get isWaiting(): boolean {
    return this.#outbox.isWaiting;
  }

  #sendPacket(nowUs: number): void {
    const { view, bytes } = this.#output;
    const family = view.getUint32(PACKET_OUTPUT.family, true);
    const ifindex = view.getUint32(PACKET_OUTPUT.ifindex, true);
    const sender = this.#tools.sockets.sender(family, ifindex);
    if (sender === undefined) return this.once(nowUs, `no VRRP socket on ${this.#name(ifindex)}`);
    const result = sender.send(
      this.#packet,
      view.getUint32(PACKET_OUTPUT.payloadLength, true),
      bytes.subarray(PACKET_OUTPUT.destination, PACKET_OUTPUT.destination + 16),
      bytes.subarray(PACKET_OUTPUT.source, PACKET_OUTPUT.source + 16),
    );
    if (result < 0) this.once(nowUs, `advert on ${this.#name(ifindex)}: ${errnoName(-result)}`);
  }

  #sendFrame(nowUs: number): void {
    const { view } = this.#output;
    const ifindex = view.getUint32(FRAME_OUTPUT.ifindex, true);
    const length = view.getUint32(FRAME_OUTPUT.payloadLength, true);
    const result = this.#tools.frames.send(ifindex, this.#frame, length);
    if (result < 0) {
      this.once(nowUs, `gratuitous ARP on ${this.#name(ifindex)}: ${errnoName(-result)}`);
    }
  }

  #queueAddress(kind: number): void {
    const request = this.#addressRequest();
    if (kind !== OUTPUT_ADDRESS_REFRESH) this.#hasChanges = true;
    if (kind === OUTPUT_ADDRESS_REMOVE) {
      this.#tools.route.queueRemove(request);
      this.#held.remove(request);
      return;
    }
    if (kind === OUTPUT_ADDRESS_ADD) this.#held.add(request);
    this.#tools.route.queueAdd(request);
  }

  #addressRequest(): AddressRequest {
    const { view, bytes } = this.#output;
    const family = view.getUint32(ADDRESS.family, true) as Family;
    const lifetimeS = view.getUint32(ADDRESS.lifetimeS, true);
    const vip = view.getUint32(ADDRESS.vip, true);
    const label = vip === ID_NONE ? undefined : this.#labels.get(vip);
    const ipv4 = family === 2;
    return {
      family,
      ifindex: view.getUint32(ADDRESS.ifindex, true),
      address: bytes.slice(ADDRESS.address, ADDRESS.address + (ipv4 ? 4 : 16)),
      prefixLength: view.getUint32(ADDRESS.prefixLength, true),
      scope: view.getUint32(ADDRESS.scope, true),
      flags: ipv4 ? 0 : IFA_F_NODAD,
      lifetimeS,
      // An IPv6 VIP must not become the source of our own adverts; IPv4 does not look at it.
      preferredS: ipv4 ? lifetimeS : 0,
      ...(label === undefined ? {} : { label }),
    };
  }

  #commitAddresses(nowUs: number): void {
    this.#hasChanges = false;
    if (this.#tools.route.queuedCount === 0) return;
    for (const failure of this.#tools.route.commit()) {
      this.once(nowUs, `${failure.error.message} (${failure.error.hint ?? "no hint"})`, "error");
    }
  }

  #publish(nowUs: number): void {
    if (!this.#isStale || nowUs - this.#publishedUs < PUBLISH_US) return;
    this.#publishedUs = nowUs;
    this.#isStale = false;
    for (let instance = 0; instance < this.#instanceCount; instance++) this.#publishRow(instance);
  }

  #publishRow(instance: number): void {
    const { core, shared } = this.#tools;
    const at = core.statusAddress(instance);
    if (at === 0) return;
    shared.publishStatus(
      instance,
      new Uint8Array(core.memory.buffer, at, INSTANCE_STATUS_SIZE),
    );
  }

  /** Removes every address that is still held; the last thing an orderly worker does. */
  removeAll(nowUs: number): void {
    for (const held of this.#tools.shared.heldAddresses()) {
      const request = removalOf(held);
      this.#tools.route.queueRemove(request);
      this.#held.remove(request);
    }
    this.#commitAddresses(nowUs);
  }

  /** Tells main the result of a configuration. */
  configResult(message: ConfigResultMessage): void {
    this.#outbox.push(encodeConfigResult(message));
  }

  /** Tells main that links changed. */
  linksChanged(): void {
    this.#outbox.push(encodeLinksChanged());
  }

  /** A line for main's log. */
  remark(level: RemarkLevel, text: string): void {
    this.#outbox.push(encodeRemark({ level, text }));
  }

  /** The same, at most once a minute for one text. */
  once(nowUs: number, text: string, level: RemarkLevel = "warning"): void {
    const told = this.#toldAtUs.get(text);
    if (told !== undefined && nowUs - told < REMARK_QUIET_US) return;
    if (this.#toldAtUs.size >= REMARK_MAX) this.#toldAtUs.clear();
    this.#toldAtUs.set(text, nowUs);
    this.remark(level, text);
  }

  #name(ifindex: number): string {
    return this.#tools.nameOf(ifindex);
  }
}
