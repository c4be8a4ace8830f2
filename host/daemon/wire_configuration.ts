// What the wire worker does with the records that main sends by the ring: core inputs go to the
// core, labels are kept for the staged configuration, and around a commit the sockets are opened
// and closed by difference. A refused record spoils its generation: main hears which and why.

import type { Family } from "../base/address.ts";
import {
  CONFIG_BEGIN_INPUT,
  CONFIG_INSTANCE_INPUT,
  CONFIG_TRACKER_INPUT,
  CONFIG_VIP_INPUT,
  INPUT_CONFIG_BEGIN,
  INPUT_CONFIG_COMMIT,
  INPUT_CONFIG_INSTANCE,
  INPUT_CONFIG_TRACKER,
  INPUT_CONFIG_VIP,
  STATUS_OK,
} from "../core/abi.gen.ts";
import type { ConfigResultMessage } from "./wire_message.ts";
import { decodeLabel, kindOf, WIRE_LABEL } from "./wire_message.ts";
import { receiverKey, type WireEndpoint, type WireSockets } from "./wire_sockets.ts";

/** What it works on. */
export interface ConfigurationTarget {
  /** Hands a record to the core; the outputs wait until take() is done. Returns the STATUS_ code. */
  toCore(record: Uint8Array): number;
  sockets: WireSockets;
  /** Labels by vip number, in force from now on. */
  setLabels(labels: ReadonlyMap<number, string>): void;
  /** Number of instances in force from now on. */
  setInstanceCount(count: number): void;
  nameOf(ifindex: number): string;
  /** The core has to know an interface before the record that names it. */
  wantLink(ifindex: number): void;
  /** Whether there is such an interface now. */
  hasLink(ifindex: number): boolean;
  /** The result of a commit or of a refused record. Told before the outputs of the commit. */
  result(message: ConfigResultMessage): void;
  socketFailed(error: Error): void;
}

/** The configuration that is being staged. */
interface Staged {
  generation: number;
  /** By receiverKey: instances share sockets. */
  endpoints: Map<string, WireEndpoint>;
  labels: Map<number, string>;
  /** Indices of all interfaces that it names. */
  interfaces: Set<number>;
  instances: number;
  /** STATUS_ code of the first refused record. */
  refused: number;
  refusedKind: number;
}

/** Where the records that name an interface have its index; 0 in it is none. */
const INTERFACE_FIELD: Record<number, number> = {
  [INPUT_CONFIG_TRACKER]: CONFIG_TRACKER_INPUT.ifindex,
  [INPUT_CONFIG_INSTANCE]: CONFIG_INSTANCE_INPUT.ifindex,
  [INPUT_CONFIG_VIP]: CONFIG_VIP_INPUT.ifindex,
};

/** Takes main's records. */
export class WireConfiguration {
  readonly #target: ConfigurationTarget;
  #staged: Staged | null = null;
  #inForce: WireEndpoint[] = [];
  #interfaces: ReadonlySet<number> = new Set();

  constructor(target: ConfigurationTarget) {
    this.#target = target;
  }

  /** Indices of the interfaces that the configuration in force names. */
  get interfaces(): ReadonlySet<number> {
    return this.#interfaces;
  }

  /** Takes one record. */
  take(record: Uint8Array): void {
    const kind = kindOf(record);
    if (kind === WIRE_LABEL) {
      const { vip, label } = decodeLabel(record);
      if (label !== "") this.#staged?.labels.set(vip, label);
      return;
    }
    const view = new DataView(record.buffer, record.byteOffset, record.byteLength);
    if (kind === INPUT_CONFIG_BEGIN) {
      this.#begin(view.getUint32(CONFIG_BEGIN_INPUT.generation, true));
    }
    if (kind === INPUT_CONFIG_COMMIT) return this.#commit(record);
    this.#noteInterface(kind, view);
    if (kind === INPUT_CONFIG_INSTANCE) this.#note(endpointOf(view, record));
    const status = this.#target.toCore(record);
    if (status === STATUS_OK || this.#staged === null || !isStaging(kind)) return;
    if (this.#staged.refused === STATUS_OK) {
      this.#staged.refused = status;
      this.#staged.refusedKind = kind;
    }
  }

  /** An interface went: its sockets hear nothing any more, also when its index comes back. */
  linkGone(ifindex: number): void {
    this.#target.sockets.closeOn(ifindex);
  }

  /** Opens again what an interface that came back needs. */
  reopen(): void {
    this.#open(this.#inForce.filter(({ ifindex }) => this.#target.hasLink(ifindex)));
  }

  /** Opens the sockets of a family on an interface anew: their group memberships may be gone. */
  renew(ifindex: number, family: Family): void {
    const wanted = this.#inForce.filter((endpoint) =>
      endpoint.ifindex === ifindex && endpoint.family === family
    );
    if (wanted.length === 0) return;
    this.#target.sockets.closeOn(ifindex, family);
    this.#open(wanted);
  }

  #open(wanted: WireEndpoint[]): void {
    for (const error of this.#target.sockets.open(wanted, this.#target.nameOf)) {
      this.#target.socketFailed(error);
    }
  }

  #begin(generation: number): void {
    this.#staged = {
      generation,
      endpoints: new Map(),
      labels: new Map(),
      interfaces: new Set(),
      instances: 0,
      refused: STATUS_OK,
      refusedKind: 0,
    };
  }

  #noteInterface(kind: number, view: DataView): void {
    const at = INTERFACE_FIELD[kind];
    const ifindex = at === undefined ? 0 : view.getUint32(at, true);
    if (ifindex === 0) return;
    this.#staged?.interfaces.add(ifindex);
    this.#target.wantLink(ifindex);
  }

  #note(endpoint: WireEndpoint): void {
    if (this.#staged === null) return;
    this.#staged.endpoints.set(receiverKey(endpoint), endpoint);
    this.#staged.instances++;
  }

  /** Sockets first, so that the first advert has one; the core then applies all in one step. */
  #commit(record: Uint8Array): void {
    const staged = this.#staged;
    this.#staged = null;
    if (staged === null) return;
    const { generation, refused, refusedKind } = staged;
    if (refused !== STATUS_OK) {
      this.#target.result({ generation, status: refused, recordKind: refusedKind });
      return;
    }
    const endpoints = [...staged.endpoints.values()];
    this.#open(endpoints);
    const status = this.#target.toCore(record);
    const committed = status === STATUS_OK;
    if (committed) {
      this.#inForce = endpoints;
      this.#interfaces = staged.interfaces;
      this.#target.setLabels(staged.labels);
      this.#target.setInstanceCount(staged.instances);
    }
    this.#target.result({ generation, status, recordKind: committed ? 0 : INPUT_CONFIG_COMMIT });
    this.#target.sockets.close(this.#inForce);
  }
}

function isStaging(kind: number): boolean {
  return kind >= INPUT_CONFIG_BEGIN && kind <= INPUT_CONFIG_COMMIT;
}

function endpointOf(view: DataView, record: Uint8Array): WireEndpoint {
  const family = view.getUint32(CONFIG_INSTANCE_INPUT.family, true) as Family;
  const at = CONFIG_INSTANCE_INPUT.multicastGroup;
  return {
    family,
    ifindex: view.getUint32(CONFIG_INSTANCE_INPUT.ifindex, true),
    group: record.slice(at, at + (family === 2 ? 4 : 16)),
  };
}
