// One director that balances in a simulation: the core's own schedulers and connection table, driven by
// frames as they would come in. It stands for the kernel's IPVS, which picks alike (test/interop).
// This module is browser safe.

import { parseAddress } from "../../base/address.ts";
import { type SchedulerName, STATUS_OK, VNET_HEADER_SIZE } from "../../core/abi.gen.ts";
import { DirectorCore } from "../../core/director_core.ts";
import { endpoint, serviceKey } from "./service_key.ts";
import type { IpvsDestination, IpvsOperation, IpvsService } from "../../engine/contract.ts";

/** Connections that one director remembers; more are refused. */
export const BALANCER_CONNECTION_MAX = 32_768;
/** Schedulers that the core has; services with others are not balanced here. */
const SCHEDULERS: ReadonlySet<string> = new Set(["rr", "wrr", "lc", "wlc"]);

const IFINDEX = 2;
const OWN_MAC = "02:00:00:00:ff:01";
const ETHERNET = 14;
const IPV4 = 20;
const IPV6 = 40;
const TCP = 20;
const UDP = 8;
/** TCP control bits. */
const SYN = 0x02;
const FIN_ACK = 0x11;
const PROTOCOL_TCP = 6;
const PROTOCOL_UDP = 17;

/** Whose connection it is. */
export interface Flow {
  /** 10.200.x.y or fd00:200::x:y. */
  client: number;
  /** 1024..65535. */
  port: number;
}

interface ServiceRow {
  number: number;
  service: IpvsService;
  isModelled: boolean;
  /** The frame of a client's packet, all but source, port and control bits. */
  frame: Uint8Array;
  isIpv4: boolean;
}

/** A balancer as it stood. */
export interface BalancerState {
  /** The core's linear memory. */
  memory: Uint8Array;
  services: Map<string, ServiceRow>;
  servers: string[];
  numbers: Map<string, number>;
  nextService: number;
}

/** What a pick answers: place of the server, or why there is none. */
export type Pick = { server: string } | { none: "refused" | "full" | "notModelled" };

/** The director. */
export class Balancer {
  readonly #core: DirectorCore;
  readonly #services = new Map<string, ServiceRow>();
  /** `address:port` by number, and numbers by `service address:port`. */
  readonly #servers: string[] = [];
  readonly #numbers = new Map<string, number>();
  #nextService = 0;

  constructor(wasm: WebAssembly.Module, seed: number) {
    this.#core = DirectorCore.create(wasm, { connections: BALANCER_CONNECTION_MAX, seed });
    this.#core.handleInput(0, { kind: "interface", ifindex: IFINDEX, present: 1, mac: OWN_MAC });
  }

  /** Takes a change of the IPVS table. */
  apply(nowUs: number, operation: IpvsOperation): void {
    const key = serviceKey(operation.service);
    if (operation.op === "deleteService") return this.#deleteService(nowUs, key);
    const row = this.#services.get(key) ?? this.#newService(operation.service);
    this.#services.set(key, row);
    row.service = operation.service;
    row.isModelled = SCHEDULERS.has(operation.service.scheduler);
    if (!row.isModelled) return;
    if (!("destination" in operation)) return this.#tellService(nowUs, row);
    const { destination } = operation;
    const number = this.#serverNumber(`${key} ${endpoint(destination)}`, endpoint(destination));
    if (operation.op === "deleteDestination") {
      this.#core.handleInput(nowUs, { kind: "destinationRemove", destination: number });
      return;
    }
    this.#tellDestination(nowUs, row, destination, number);
  }

  #newService(service: IpvsService): ServiceRow {
    const { key } = service;
    const isIpv4 = key.family === "INET";
    return {
      number: this.#nextService++,
      service,
      isModelled: false,
      isIpv4,
      frame: frameFor(service),
    };
  }

  #deleteService(nowUs: number, key: string): void {
    const row = this.#services.get(key);
    if (row === undefined) return;
    this.#services.delete(key);
    if (row.isModelled) {
      this.#core.handleInput(nowUs, { kind: "serviceRemove", service: row.number });
    }
  }

  #tellService(nowUs: number, { service, number }: ServiceRow): void {
    const { key, scheduler, persistenceS } = service;
    if (key.kind !== "ADDRESS" || key.protocol === "SCTP") return;
    this.#core.handleInput(nowUs, {
      kind: "service",
      service: number,
      family: key.family,
      protocol: key.protocol,
      port: key.port,
      scheduler: scheduler.toUpperCase() as SchedulerName,
      state: "NORMAL",
      persistenceS,
      address: key.address,
    });
  }

  #tellDestination(
    nowUs: number,
    { number: service }: ServiceRow,
    { family, address, port, weight }: IpvsDestination,
    number: number,
  ): void {
    const server = { ifindex: IFINDEX, family, address } as const;
    this.#core.handleInput(nowUs, {
      kind: "destination",
      destination: number,
      service,
      port,
      weight,
      ...server,
    });
    const mac = `02:00:01:00:${hex(number >> 8)}:${hex(number & 0xff)}`;
    this.#core.handleInput(nowUs, { kind: "neighbour", state: "KNOWN", mac, ...server });
    while (this.#core.pollOutput() !== null); // Questions for MACs: answered already.
  }

  #serverNumber(key: string, server: string): number {
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.#servers.length;
      this.#numbers.set(key, number);
      this.#servers.push(server);
    }
    return number;
  }

  /** A new connection for a service: which server gets it. */
  open(nowUs: number, service: string, flow: Flow): Pick {
    const row = this.#services.get(service);
    if (row === undefined) return { none: "refused" };
    if (!row.isModelled) return { none: "notModelled" };
    this.#catchUp(nowUs);
    const status = this.#send(nowUs, row, flow, SYN);
    if (status !== STATUS_OK) return { none: "refused" };
    const destination = this.#core.verdictDestination;
    const server = this.#servers[destination];
    return server === undefined ? { none: "refused" } : { server };
  }

  /** A connection ends. */
  close(nowUs: number, service: string, flow: Flow): void {
    const row = this.#services.get(service);
    if (row === undefined || !row.isModelled) return;
    this.#catchUp(nowUs);
    this.#send(nowUs, row, flow, FIN_ACK);
  }

  /** Connections time out by themselves. */
  #catchUp(nowUs: number): void {
    if (this.#core.nextTimeout() > nowUs) return;
    this.#core.handleInput(nowUs, { kind: "timer" });
    while (this.#core.pollOutput() !== null); // What the director would tell main.
  }

  #send(nowUs: number, { frame, isIpv4 }: ServiceRow, flow: Flow, control: number): number {
    const core = this.#core;
    const ip = ETHERNET;
    const transport = ip + (isIpv4 ? IPV4 : IPV6);
    if (isIpv4) {
      frame[ip + 14] = (flow.client >> 8) & 0xff;
      frame[ip + 15] = flow.client & 0xff;
      setIpv4Checksum(frame, ip);
    } else {
      frame[ip + 22] = (flow.client >> 8) & 0xff;
      frame[ip + 23] = flow.client & 0xff;
    }
    frame[transport] = flow.port >> 8;
    frame[transport + 1] = flow.port & 0xff;
    if (frame.length >= transport + TCP) frame[transport + 13] = control;
    const memory = new Uint8Array(core.memory.buffer, core.frameAddress);
    memory.fill(0, 0, VNET_HEADER_SIZE);
    memory.set(frame, VNET_HEADER_SIZE);
    return core.frame(nowUs, IFINDEX, VNET_HEADER_SIZE + frame.length, VNET_HEADER_SIZE);
  }

  /** Everything that it knows, to go back to. */
  save(): BalancerState {
    return {
      memory: this.#core.checkpoint(),
      services: new Map([...this.#services].map(([key, row]) => [key, { ...row }])),
      servers: [...this.#servers],
      numbers: new Map(this.#numbers),
      nextService: this.#nextService,
    };
  }

  /** Goes back. */
  restore(state: BalancerState): void {
    this.#core.restore(state.memory);
    this.#services.clear();
    for (const [key, row] of state.services) this.#services.set(key, { ...row });
    this.#servers.splice(0, Infinity, ...state.servers);
    this.#numbers.clear();
    for (const [key, number] of state.numbers) this.#numbers.set(key, number);
    this.#nextService = state.nextService;
  }

  /** Active and inactive connections of every server that has some or is in the table, by service. */
  connections(): Map<string, { active: number; inactive: number; weight: number }> {
    const found = new Map<string, { active: number; inactive: number; weight: number }>();
    for (const [key, number] of this.#numbers) {
      const status = this.#core.destinationStatus(number);
      if (status === null) continue;
      const { active, inactive, weight } = status;
      found.set(key, { active, inactive, weight });
    }
    return found;
  }
}

const hex = (byte: number) => byte.toString(16).padStart(2, "0");

/** A client's packet to a service; the source is filled in for each connection. */
function frameFor({ key }: IpvsService): Uint8Array {
  if (key.kind === "FWMARK") return new Uint8Array(0);
  const isIpv4 = key.family === "INET";
  const isTcp = key.protocol === "TCP";
  const network = isIpv4 ? IPV4 : IPV6;
  const payload = isTcp ? TCP : UDP;
  const frame = new Uint8Array(ETHERNET + network + payload);
  const view = new DataView(frame.buffer);
  frame.set([0x02, 0, 0, 0, 0xff, 0x01, 0x02, 0, 0, 0, 0xff, 0x02]);
  view.setUint16(12, isIpv4 ? 0x0800 : 0x86dd);
  const ip = ETHERNET;
  const address = parseAddress(key.address)!;
  if (isIpv4) {
    frame[ip] = 0x45;
    view.setUint16(ip + 2, network + payload);
    frame[ip + 8] = 64;
    frame[ip + 9] = isTcp ? PROTOCOL_TCP : PROTOCOL_UDP;
    frame.set([10, 200], ip + 12);
    frame.set(address.bytes, ip + 16);
  } else {
    frame[ip] = 0x60;
    view.setUint16(ip + 4, payload);
    frame[ip + 6] = isTcp ? PROTOCOL_TCP : PROTOCOL_UDP;
    frame[ip + 7] = 64;
    frame.set([0xfd, 0, 2, 0], ip + 8);
    frame.set(address.bytes, ip + 24);
  }
  const transport = ip + network;
  view.setUint16(transport + 2, key.port);
  if (isTcp) frame[transport + 12] = 0x50;
  else view.setUint16(transport + 4, UDP);
  return frame;
}

/** RFC 1071 over a header without options. */
function setIpv4Checksum(frame: Uint8Array, at: number): void {
  frame[at + 10] = frame[at + 11] = 0;
  let sum = 0;
  for (let i = at; i < at + IPV4; i += 2) sum += (frame[i]! << 8) | frame[i + 1]!;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  frame[at + 10] = ~sum >> 8 & 0xff;
  frame[at + 11] = ~sum & 0xff;
}
