// The sockets of a simulated machine's worker: what its core sends goes to the network, what comes from
// there is put where the core reads it. Nothing is made into an object on the way.
// This module is browser safe.

import type { VrrpInstance } from "../../conf/model.ts";
import {
  FRAME_OUTPUT,
  FRAME_OUTPUT_SIZE,
  INPUT_PACKET,
  OUTPUT_FRAME,
  OUTPUT_PACKET,
  PACKET_INPUT,
  PACKET_OUTPUT,
  STATUS_OK,
} from "../../core/abi.gen.ts";
import type { Core } from "../../core/core.ts";
import type { RecordedCore } from "../../core/recorder.ts";
import { readAnnouncement } from "../client.ts";
import type { SentPacket } from "../world_view.ts";
import { advertFrame } from "./advert_frame.ts";
import type { KernelInterface } from "./kernel.ts";
import { AdvertOfMachine, receiverKey } from "./machine_advert.ts";
import type { MachineInstance } from "./machine_instance.ts";
import type { MachineTools, SimulatedMachine } from "./machine.ts";
import type { Port } from "../network.ts";

/** A hop limit that nobody has decremented (RFC 9568 5.1.2.3). */
const HOP_LIMIT = 255;

/** The sockets of one process. */
export class MachineSockets {
  readonly #machine: SimulatedMachine;
  readonly #tools: MachineTools;
  /** The core itself, or the one that remembers. */
  readonly #core: Core | RecordedCore;
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  /** By receiverKey. */
  readonly #receivers = new Map<number, MachineInstance>();
  readonly #sent: AdvertOfMachine;
  readonly #heard: AdvertOfMachine;

  constructor(machine: SimulatedMachine, core: Core | RecordedCore, tools: MachineTools) {
    this.#machine = machine;
    this.#tools = tools;
    this.#core = core;
    this.#view = new DataView(core.memory.buffer);
    this.#bytes = new Uint8Array(core.memory.buffer);
    this.#sent = new AdvertOfMachine(machine);
    this.#heard = new AdvertOfMachine(machine);
  }

  /** The instances that packets are for from now on, and what configures them. */
  setReceivers(instances: readonly MachineInstance[], configs: readonly VrrpInstance[]): void {
    this.#receivers.clear();
    instances.forEach((instance, number) => {
      const { interface: device, vrid, family } = configs[number]!;
      const ifindex = this.#machine.kernel.byName(device)?.ifindex ?? 0;
      this.#receivers.set(receiverKey(ifindex, vrid, family), instance);
    });
  }

  #receiver({ ifindex, vrid, family }: AdvertOfMachine): MachineInstance | null {
    return this.#receivers.get(receiverKey(ifindex, vrid, family)) ?? null;
  }

  /** Hands the core a packet that came by an interface; its outputs wait. */
  receive(nowUs: number, row: KernelInterface, record: Uint8Array): void {
    const at = this.#core.inputAddress;
    const view = this.#view;
    // Input and output have their addresses and the payload in the same places.
    this.#bytes.set(record, at);
    view.setUint32(at, INPUT_PACKET, true);
    view.setUint32(at + PACKET_INPUT.family, view.getUint32(at + PACKET_OUTPUT.family, true), true);
    view.setUint32(at + PACKET_INPUT.ifindex, row.ifindex, true);
    view.setUint32(at + PACKET_INPUT.hopLimit, HOP_LIMIT, true);
    const status = this.#core.handle(nowUs, record.length);
    if (!this.#tools.watchers.wantsHeard) return;
    const advert = this.#heard;
    advert.read(this.#bytes, view, at, PACKET_INPUT.family);
    advert.accepted = status === STATUS_OK;
    advert.ifindex = row.ifindex;
    advert.instance = this.#receiver(advert);
    this.#tools.watchers.heard(advert);
  }

  /** Carries out the effect that stands at the core's output buffer: packet, frame or address. */
  carryOut(kind: number, size: number): void {
    const at = this.#core.outputAddress;
    if (kind === OUTPUT_PACKET) this.#sendPacket(at, size);
    else if (kind === OUTPUT_FRAME) this.#sendFrame(at, size);
    else this.#machine.held.apply(kind, this.#view, this.#bytes, at);
  }

  #sendPacket(at: number, size: number): void {
    const tools = this.#tools;
    const ifindex = this.#view.getUint32(at + PACKET_OUTPUT.ifindex, true);
    const advert = this.#sent;
    advert.read(this.#bytes, this.#view, at, PACKET_OUTPUT.family);
    advert.ifindex = ifindex;
    advert.instance = this.#receiver(advert);
    tools.watchers.advert(advert);
    const row = this.#machine.kernel.byIndex(ifindex);
    if (row === undefined) return;
    const record = this.#bytes.slice(at, at + size);
    const arrivals = this.#newArrivals();
    tools.network.broadcast(tools.nowUs, row.port, (port: Port, atUs: number) => {
      // Nobody but nodes listens for adverts.
      if (port.node < 0) return;
      arrivals?.push({ node: port.node, atUs });
      tools.at(atUs, () => tools.deliverPacket(port, record));
    });
    if (arrivals === null) return;
    const instance = advert.instance?.name ?? null;
    const frame = advertFrame(record, row.mac);
    this.#tell(
      { carries: "advert", segment: row.segment, frame, instance, address: null },
      arrivals,
    );
  }

  /** Who gets what is sent now, if anybody wants to know that. */
  #newArrivals(): { node: number; atUs: number }[] | null {
    return this.#tools.watchers.wantsDetail ? [] : null;
  }

  #tell(
    packet: Omit<SentPacket, "arrivals">,
    arrivals: readonly { node: number; atUs: number }[],
  ): void {
    const { watchers } = this.#tools;
    const named = arrivals.map(({ node, atUs }) => ({ node: this.#tools.nodeName(node), atUs }));
    watchers.detail(this.#machine, { kind: "packet", packet: { ...packet, arrivals: named } });
  }

  #sendFrame(at: number, size: number): void {
    const tools = this.#tools;
    const ifindex = this.#view.getUint32(at + FRAME_OUTPUT.ifindex, true);
    const row = this.#machine.kernel.byIndex(ifindex);
    if (row === undefined) return;
    const frame = this.#bytes.slice(at + FRAME_OUTPUT_SIZE, at + size);
    tools.watchers.garp(this.#machine, row.segment, frame);
    const arrivals = this.#newArrivals();
    tools.network.broadcast(tools.nowUs, row.port, (port: Port, atUs: number) => {
      arrivals?.push({ node: port.node, atUs });
      tools.at(atUs, () => tools.deliverFrame(port, frame));
    });
    if (arrivals === null) return;
    const address = readAnnouncement(frame)?.address ?? null;
    const { segment } = row;
    this.#tell({ carries: "announcement", segment, frame, instance: null, address }, arrivals);
  }
}
