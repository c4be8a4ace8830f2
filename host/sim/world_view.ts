// What a simulation shows to those who watch it: invariants, the account of addresses, the timeline, the
// page. The world (world.ts) implements it; nobody who watches may change it. Times are microseconds
// of the simulation's own clock (the true time), which no node sees.
// This module is browser safe.

import type { Config, VrrpInstance } from "../conf/model.ts";
import type { StateName, TrackerStateName } from "../core/abi.gen.ts";
import type { HalfLog } from "../core/record.ts";
import type {
  CheckOutcome,
  CheckSpec,
  CoreRecord,
  Endpoint,
  IpvsOperation,
  NotifyOutput,
  ScriptOutcome,
  TransitionRecord,
} from "../engine/contract.ts";
import type { EngineEvent } from "../engine/event.ts";
import type { Action } from "./scenario/scenario.ts";

/** What a node's process does. `off`: the whole machine is; `frozen`: it stands still whole. */
export type ProcessState = "off" | "down" | "running" | "paused" | "frozen";

/** One vrrp_instance of a node, as the world sees it from outside. */
export interface InstanceView {
  readonly node: NodeView;
  /** From the configuration in force. */
  readonly config: VrrpInstance;
  readonly name: string;
  /** Number in the core. */
  readonly number: number;
  /** Number of the segment that its interface is on. */
  readonly segment: number;
  /** That of the last transition; "INIT" before the first one and when the process is gone. */
  readonly state: StateName;
  /** When that was. */
  readonly sinceUs: number;
  /** The last transition; null before the first. */
  readonly transition: TransitionRecord | null;
  /** Priority in its adverts now, read from the core; 0 when the process is gone. */
  priorityEffective(): number;
  /** Source address of its adverts; null when its interface has none of the family. */
  source(): string | null;
}

/** One node. */
export interface NodeView {
  readonly index: number;
  readonly name: string;
  readonly process: ProcessState;
  /** In force; null when the process is gone. */
  readonly config: Config | null;
  /** In the order of the configuration; empty when the process is gone. */
  readonly instances: readonly InstanceView[];
  /** Grows with each start of the process. */
  readonly life: number;
  /** Messages lost between the halves. */
  readonly overruns: number;
  /** Its wire worker's loop comes late by so much at the most, microseconds (Machine.latenessUs). */
  readonly latenessUs: number;
  /** A message between worker and main is so long under way, microseconds. */
  readonly queueDelayUs: number;
  /** Seconds of its clock in a second. */
  readonly clockRate: number;
  /** Its own clock now, which its core reads; of a frozen machine it stands still. */
  clockUs(): number;
  /** What main last told the core of a script in this life; UNKNOWN before that. */
  tracker(script: string): TrackerStateName;
  /** Its kernel has the address now (leases counted in); of a frozen or dark machine: still has. */
  holds(address: string): boolean;
  /** The interface is up and its cable is in. */
  linkGood(name: string): boolean;
  /** What its core has been handed in this life; null when logs are not kept. */
  log(): HalfLog | null;
  /** Bytes of the core's memory, and entries in all queues of the node. */
  memoryBytes(): number;
  queueLength(): number;
}

/** The client on a segment, and what it believes. */
export interface ClientView {
  readonly segment: number;
  /** MAC in its ARP or neighbour cache for an address; null = none. */
  macOf(address: string): string | null;
  /** When that entry last changed or was confirmed. */
  confirmedUs(address: string): number;
}

/** The world. */
export interface WorldView {
  readonly wasm: WebAssembly.Module;
  readonly nowUs: number;
  readonly nodes: readonly NodeView[];
  readonly clients: readonly ClientView[];
  /** When something last disturbed the peace: a step, a script's changed answer, a healed wire. */
  readonly disturbedUs: number;
  /** Nothing has disturbed it for settleUs(). */
  readonly atRest: boolean;
  /** Down interval, skew, preempt delay and the time that messages and scripts take: the longest of all. */
  settleUs(): number;
  /**
   * The nodes that hear each other on a segment, in sets; null while that cannot be said (a one-way
   * cut, a wire that loses). Machines that are off, frozen or unplugged there are in none.
   */
  components(segment: number): NodeView[][] | null;
  /** The client on a segment and the node there hear each other: awake, cable in, no dead wire or cut. */
  clientReaches(node: NodeView, segment: number): boolean;
  /** MAC of a node's interface on a segment. */
  macOf(node: NodeView, segment: number): string;
  /** The most by which the ways of two frames on a segment differ, microseconds. */
  jitterUs(segment: number): number;
  /** Events that wait in the world's queue. */
  queueLength(): number;
}

/** An advert that left a node. */
export interface SentAdvert {
  readonly node: NodeView;
  /** Of the configuration in force; null: a reload removed it in this moment. */
  readonly instance: InstanceView | null;
  readonly ifindex: number;
  readonly vrid: number;
  readonly priority: number;
  readonly family: "INET" | "INET6";
}

/** An advert that a node's core was handed. */
export interface HeardAdvert {
  readonly node: NodeView;
  /** That of the receiver which it is for; null = none. */
  readonly instance: InstanceView | null;
  /** Whether the core accepted it: the status was STATUS_OK. */
  readonly accepted: boolean;
  /** Source address. */
  readonly source: string;
  readonly vrid: number;
  readonly priority: number;
  readonly family: "INET" | "INET6";
  /** In the packet, microseconds. */
  readonly intervalUs: number;
}

/** A gratuitous ARP or an unsolicited neighbour advertisement that left a node. */
export interface SentGarp {
  readonly node: NodeView;
  readonly segment: number;
  /** The address that it announces. */
  readonly address: string;
}

/** Who gave a kernel an address or took it away; `lease`: its lifetime was over. */
export type AddressCause = "core" | "lease" | "foreign" | "boot";

/** What a violated invariant says. */
export interface Violation {
  /** Name of the invariant. */
  invariant: string;
  atUs: number;
  /** What was seen and what should be, with names and numbers, in a sentence. */
  text: string;
}

/**
 * One invariant. Made anew for each run. Each hook answers null, or what is violated; the world then
 * notes the violation and goes on or stops, as it was told. A hook that is not there costs nothing.
 */
export interface Invariant {
  readonly name: string;
  /** Reused for every advert of the run: copy what is to be kept. */
  advert?(world: WorldView, advert: SentAdvert): string | null;
  /**
   * The core took an advert; its outputs are not taken yet, so the view shows the state before.
   * Reused like that of `advert`.
   */
  heard?(world: WorldView, advert: HeardAdvert): string | null;
  /** Reused like that of `advert`. */
  garp?(world: WorldView, garp: SentGarp): string | null;
  /** The record was taken: the view shows the new state. Subject GROUP too. */
  transition?(world: WorldView, node: NodeView, record: TransitionRecord): string | null;
  /** Any other record of the core that a person reads. */
  record?(world: WorldView, node: NodeView, record: CoreRecord): string | null;
  /** A kernel got or lost an address. */
  address?(
    world: WorldView,
    node: NodeView,
    address: string,
    held: boolean,
    why: AddressCause,
  ): string | null;
  /** A notification script starts, and ends. */
  notify?(world: WorldView, node: NodeView, notify: NotifyOutput): string | null;
  notifyDone?(world: WorldView, node: NodeView, id: number): string | null;
  /** The client of a segment believes something else of an address: see ClientView.macOf. */
  client?(world: WorldView, segment: number, address: string): string | null;
  /** The process ends in this moment: what it knew is still there. */
  lifeEnds?(world: WorldView, node: NodeView): string | null;
  /** The process started, ended, was paused, frozen or let go on. */
  process?(world: WorldView, node: NodeView, was: ProcessState): string | null;
  /** A step changed cables, wires, cuts or the partition. */
  network?(world: WorldView): string | null;
  /**
   * The world is at rest: called once when it comes to rest, and at rest after each moment in which a
   * state, an address or a client's cache changed.
   */
  atRest?(world: WorldView): string | null;
  /** The run is over. */
  end?(world: WorldView): string | null;
}

/** One line of the timeline. `node: null`: the world itself. */
export type TraceEvent =
  & { atUs: number; node: string | null }
  & (
    | { kind: "action"; action: Action; text: string }
    /** What became of the process, machine or both: `was` is another one. */
    | { kind: "process"; process: ProcessState; was: ProcessState }
    | { kind: "record"; record: CoreRecord }
    | { kind: "event"; event: EngineEvent }
    | {
      kind: "address";
      address: string;
      held: boolean;
      why: AddressCause;
    }
    | { kind: "client"; segment: number; address: string; mac: string | null; owner: string | null }
    | { kind: "notify"; notify: NotifyOutput }
    | { kind: "violation"; violation: Violation }
    /** Only when adverts are asked for. */
    | { kind: "advert"; vrid: number; priority: number; family: "INET" | "INET6" }
    /** The rest only when all details are asked for. */
    | { kind: "packet"; packet: SentPacket }
    | { kind: "instance"; instance: InstanceMoment }
    | { kind: "scriptRun"; script: string; outcome: ScriptOutcome | null }
    /** A check of a server begins (`outcome` null) and ends. */
    | {
      kind: "check";
      run: number;
      virtualServer: string;
      realServer: string;
      check: CheckSpec["kind"];
      target: Endpoint | null;
      outcome: CheckOutcome | null;
    }
    /** The kernel's table was changed. */
    | { kind: "ipvs"; operations: readonly IpvsOperation[] }
    | { kind: "link"; interface: string; up: boolean }
  );

/** A packet that left a node. */
export interface SentPacket {
  /** A VRRP advertisement, or a gratuitous ARP or unsolicited neighbour advertisement. */
  carries: "advert" | "announcement";
  segment: number;
  /** From the Ethernet header on. */
  frame: Uint8Array;
  /** Of an advert: its instance; null: a reload removed it in this moment. */
  instance: string | null;
  /** Of an announcement: the address it announces. */
  address: string | null;
  /** Where it will arrive, lost ones left out. */
  arrivals: { node: string | null; atUs: number }[];
}

/** What the core says of an instance, told whenever it is another. `null` times: the timer is not set. */
export interface InstanceMoment {
  name: string;
  priority: number;
  /** When its advert timer (MASTER) or its master down timer (BACKUP) is due, microseconds. */
  protocolUs: number | null;
  /** When preempt_delay is over. */
  preemptUs: number | null;
  /** Address and priority of the master it knows; null: none. */
  master: { address: string; priority: number } | null;
}
