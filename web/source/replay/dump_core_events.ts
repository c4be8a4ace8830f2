// The core's half of a dump as events: what came in and went out, and how its instances stood after it. Times
// are the recording's.

import type { VrrpInstance } from "../../../host/conf/model.ts";
import type { Input, Output } from "../../../host/core/abi.gen.ts";
import { LINKTYPE_ETHERNET, readFrame } from "../../../host/sim/pcap/captured_packet.ts";
import {
  describeInput,
  EntryNames,
  isLinkGood,
  statusText,
  vrrpOf,
} from "../../../host/sim/replay/describe_entry.ts";
import type { CoreReplay, ReplayedCore } from "../../../host/sim/replay/replay.ts";
import type { AddressCause, InstanceMoment } from "../../../host/sim/world_view.ts";
import type { RecordedEvent } from "../../story/recording.ts";
import { DumpAddresses } from "./dump_addresses.ts";
import type { DumpCast } from "./dump_cast.ts";
import { PeerWatch } from "./dump_peers.ts";
import { Frames } from "./frames.ts";

/** Makes events of the core's entries, in their order. */
export class CoreTeller {
  readonly #replay: CoreReplay;
  readonly #cast: DumpCast;
  readonly #usOf: (clockUs: number) => number;
  readonly #frames = new Frames();
  readonly #addresses = new DumpAddresses();
  readonly #peers: PeerWatch;
  readonly #macs: ReadonlyMap<string, string>;
  /** By number of the instance. */
  readonly #moments = new Map<number, InstanceMoment>();
  #generation: number | null = null;

  /** `usOf`: the recording's time of a time of the node's clock. */
  constructor(replay: CoreReplay, cast: DumpCast, usOf: (clockUs: number) => number) {
    this.#replay = replay;
    this.#cast = cast;
    this.#usOf = usOf;
    this.#peers = new PeerWatch(cast.peers);
    const own = cast.cast.nodes[0]!;
    this.#macs = new Map(own.interfaces.map(({ name, mac }) => [name, mac]));
  }

  /** How everything stands where the log begins. */
  begin(atUs: number): RecordedEvent[] {
    const node = this.#cast.node;
    const { config } = this.#replay;
    this.#generation = config?.generation ?? null;
    const events: RecordedEvent[] = this.#peers.begin(atUs);
    config?.index.instances.forEach((instance, number) => {
      const status = this.#replay.core.instanceStatus(number);
      if (status === null) return;
      const text = `since before the dump: ${status.reason}`;
      events.push({
        ...{ atUs, node, instance, text },
        kind: "state",
        state: status.state,
        inferred: false,
      });
      if (status.vipsHeld === 0) return;
      const row = config.config.instances[number];
      for (const address of addressesOf(row)) {
        if (this.#addresses.add(address, 0, 0)) {
          events.push(this.#held(atUs, address, true, "core"));
        }
      }
    });
    return [...events, ...this.#look(atUs)];
  }

  /** What an entry brought. */
  tell(entry: ReplayedCore): RecordedEvent[] {
    const atUs = this.#usOf(entry.nowUs);
    const { input } = entry;
    const events = input === null ? [] : this.#input(atUs, input, entry);
    for (const output of entry.outputs) events.push(...this.#output(atUs, output));
    for (const record of entry.records) {
      events.push({ atUs, node: this.#cast.node, kind: "record", record });
      const isNewMaster = record.kind === "transition" && record.subject === "INSTANCE" &&
        record.to === "MASTER";
      if (!isNewMaster) continue;
      const silenceUs = record.reason === "MASTER_DOWN" ? record.advertAgeUs : null;
      events.push(...this.#peers.replaced(atUs, record.instanceName ?? "", silenceUs));
    }
    events.push(...this.#look(atUs));
    return events;
  }

  #names(): EntryNames {
    return new EntryNames(this.#replay.config, Object.fromEntries(this.#cast.interfaces));
  }

  #remark(atUs: number, text: string, isBad: boolean): RecordedEvent {
    return { atUs, node: this.#cast.node, kind: "remark", text, isBad };
  }

  // ---- What came in ----

  #input(atUs: number, input: Input, { status, sequence }: ReplayedCore): RecordedEvent[] {
    const node = this.#cast.node;
    switch (input.kind) {
      case "packet":
        return this.#heard(atUs, input, status);
      case "link": {
        const name = this.#names().interface(input.ifindex);
        const up = isLinkGood(input);
        const deaf = up ? [] : this.#peers.deaf(atUs, input.ifindex, `${name} of ${node} is down`);
        return [{ atUs, node, kind: "link", interface: name, up }, ...deaf];
      }
      case "address":
        return this.#kernelSaid(atUs, input);
      case "tracker":
        return [{
          ...{ atUs, node, state: input.state },
          kind: "tracker",
          tracker: this.#names().tracker(input.tracker),
        }];
      case "configCommit": {
        // The core itself tells of one that it takes.
        const text = `configuration ${input.generation} was refused: ${statusText(status)}`;
        return status === 0 ? [] : [this.#remark(atUs, text, true)];
      }
      case "command":
        return [
          this.#remark(atUs, `input ${sequence}: ${describeInput(input, this.#names())}`, false),
        ];
      default:
        return [];
    }
  }

  /** A packet of a peer; one of a sender that is not in the cast is told as the refusal that it is. */
  #heard(atUs: number, input: Input & { kind: "packet" }, status: number): RecordedEvent[] {
    const packet = vrrpOf(input);
    if (packet === null || !this.#peers.has(packet.source)) return [];
    const instance = this.#instanceFor(input.ifindex, packet.family, packet.vrid);
    const { source: node, destination } = packet;
    const segment = this.#segmentOf(input.ifindex);
    if (segment === null) return [];
    const bare = { ...input, source: node, destination };
    const key = `${node} ${input.ifindex} ${packet.vrid}`;
    const sent: RecordedEvent = {
      ...{ atUs, node },
      kind: "packet",
      packet: {
        carries: "advert",
        segment,
        frame: this.#frames.ofAdvert(key, bare, ""),
        instance,
        address: null,
        arrivals: [{ node: this.#cast.node, atUs }],
      },
    };
    // One with a wrong checksum or password proves nothing of its sender.
    if (instance === null || status !== 0) return [sent];
    return [sent, ...this.#peers.heard(atUs, instance, packet)];
  }

  #instanceFor(ifindex: number, family: string, vrid: number): string | null {
    const name = this.#cast.interfaces.get(ifindex);
    const rows = this.#replay.config?.config.instances ?? [];
    return rows.find((one) => one.interface === name && one.family === family && one.vrid === vrid)
      ?.name ?? null;
  }

  #segmentOf(ifindex: number): number | null {
    const name = this.#cast.interfaces.get(ifindex);
    const segment = this.#cast.cast.segments.findIndex((one) => one.name === name);
    return segment < 0 ? null : segment;
  }

  /** The kernel tells of an address: mostly what the core did itself. */
  #kernelSaid(atUs: number, input: Input & { kind: "address" }): RecordedEvent[] {
    const { address } = input;
    if (!this.#isVirtual(address)) return [];
    if (input.present === 1) {
      return this.#addresses.add(address, 0, atUs)
        ? [this.#held(atUs, address, true, "foreign")]
        : [];
    }
    const why = this.#addresses.wasDue(address, atUs) ? "lease" : "foreign";
    return this.#addresses.remove(address) ? [this.#held(atUs, address, false, why)] : [];
  }

  #isVirtual(address: string): boolean {
    const rows = this.#replay.config?.config.instances ?? [];
    return rows.some((row) => addressesOf(row).includes(address));
  }

  #held(atUs: number, address: string, held: boolean, why: AddressCause): RecordedEvent {
    return { atUs, node: this.#cast.node, kind: "address", address, held, why };
  }

  // ---- What went out ----

  #output(atUs: number, output: Output): RecordedEvent[] {
    switch (output.kind) {
      case "packet":
      case "frame":
        return this.#sent(atUs, output);
      case "addressAdd":
      case "addressRefresh":
        return this.#addresses.add(output.address, output.lifetimeS, atUs)
          ? [this.#held(atUs, output.address, true, "core")]
          : [];
      case "addressRemove":
        return this.#addresses.remove(output.address)
          ? [this.#held(atUs, output.address, false, "core")]
          : [];
      default:
        return [];
    }
  }

  /** Where it arrived a dump of one node does not say: those are named who were heard lately. */
  #sent(atUs: number, output: Output & { kind: "packet" | "frame" }): RecordedEvent[] {
    const { node } = this.#cast;
    const segment = this.#segmentOf(output.ifindex);
    if (segment === null) return [];
    const { ifindex } = output;
    const instance = this.#replay.config?.index.instances[output.instance] ?? null;
    const mac = this.#macs.get(this.#cast.interfaces.get(ifindex) ?? "") ?? "";
    const key = `own ${ifindex} ${output.instance} ${output.kind}`;
    if (output.kind === "packet") {
      const frame = this.#frames.ofAdvert(key, output, mac);
      const arrivals = this.#peers.hearing(instance ?? "").map((node) => ({ node, atUs }));
      const packet = { segment, frame, instance, address: null, arrivals };
      return [{ atUs, node, kind: "packet", packet: { ...packet, carries: "advert" } }];
    }
    const seen = readFrame(LINKTYPE_ETHERNET, output.payload);
    const address = seen.kind === "neighbour" ? seen.address : null;
    const frame = this.#frames.keep(`${key} ${address}`, output.payload);
    const packet = { segment, frame, instance, address, arrivals: [{ node: null, atUs }] };
    return [{ atUs, node, kind: "packet", packet: { ...packet, carries: "announcement" } }];
  }

  // ---- How it stands ----

  /** What is another one of an instance's priority, timers and master. */
  #look(atUs: number): RecordedEvent[] {
    const { config, core } = this.#replay;
    if (config !== null && config.generation !== this.#generation) {
      this.#generation = config.generation;
      this.#moments.clear();
    }
    const events: RecordedEvent[] = [];
    const count = config?.index.instances.length ?? 0;
    for (let number = 0; number < count; number++) {
      const moment = this.#moment(number, config!.index.instances[number]!, core);
      if (moment === null) continue;
      this.#moments.set(number, moment);
      events.push({ atUs, node: this.#cast.node, kind: "instance", instance: moment });
    }
    return events;
  }

  /** null: as it was told last. */
  #moment(number: number, name: string, core: CoreReplay["core"]): InstanceMoment | null {
    const before = this.#moments.get(number);
    const protocolUs = this.#due(core.protocolTimerUs(number));
    const preemptUs = this.#due(core.preemptTimerUs(number));
    const status = core.instanceStatus(number);
    if (status === null) return null;
    const { masterKnown, master: address, masterPriority } = status;
    const priority = status.priorityEffective;
    const master = masterKnown === 1 ? { address, priority: masterPriority } : null;
    const isSame = before !== undefined && before.protocolUs === protocolUs &&
      before.preemptUs === preemptUs && before.priority === priority &&
      before.master?.address === master?.address && before.master?.priority === master?.priority;
    return isSame ? null : { name, priority, protocolUs, preemptUs, master };
  }

  #due(clockUs: number): number | null {
    return clockUs < 0 ? null : this.#usOf(clockUs);
  }
}

function addressesOf(instance: VrrpInstance | undefined): string[] {
  if (instance === undefined) return [];
  return [...instance.vips, ...instance.excludedVips].map(({ address }) => address);
}
