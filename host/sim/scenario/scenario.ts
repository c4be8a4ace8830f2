// What happens in a simulation: the machines and wires it plays on, and the steps in time. Plain data:
// scenario_text.ts reads it from JSON and writes it, chaos.ts makes it from a seed, the page records
// it from a hand. Times are microseconds from the beginning of the scenario.
// This module is browser safe.

import type { Config } from "../../conf/model.ts";
import type { ScriptOutcome } from "../../engine/contract.ts";

/** A whole play. */
export interface Scenario {
  name: string;
  /** A sentence or two for the reader; "" = none. */
  description: string;
  durationUs: number;
  /** Quality of every wire until a step changes it. */
  wire: WireQuality;
  /** What differs from the defaults, by name of the node. */
  machines: Record<string, Machine>;
  /** How scripts answer until a step changes it, by node and name of the vrrp_script. */
  scripts: ScriptRule[];
  /** In the order of time; equal times in the order of the list. */
  steps: Step[];
}

/** How one direction of a wire treats a frame. A wire joins one interface to its switch. */
export interface WireQuality {
  latencyUs: number;
  /** Added at random, 0..jitterUs. A frame may overtake another only where reorder is > 0. */
  jitterUs: number;
  /** Probabilities, 0..1. */
  loss: number;
  duplicate: number;
  /** Of a frame to be held back by up to REORDER_MAX_US. */
  reorder: number;
}

/** Longest time that a reordered frame is held back, microseconds. */
export const REORDER_MAX_US = 50_000;

/** A wire as one finds it in a rack. */
export const GOOD_WIRE: WireQuality = {
  latencyUs: 50,
  jitterUs: 0,
  loss: 0,
  duplicate: 0,
  reorder: 0,
};

/** One machine. */
export interface Machine {
  /** Addresses with prefix length, by interface: `192.0.2.1/24`; others than named are made up. */
  addresses: Record<string, string[]>;
  /** Seconds of its clock in a second, 0.5..2: drift. */
  clockRate: number;
  /** The wire worker's loop comes late by 0..latenessUs at random. */
  latenessUs: number;
  /** How long a message between worker and main is under way. */
  queueDelayUs: number;
  /** It is running from the beginning; false: a step starts it. */
  started: boolean;
}

/** A machine about which a scenario says nothing. */
export const DEFAULT_MACHINE: Machine = {
  addresses: {},
  clockRate: 1,
  latenessUs: 0,
  queueDelayUs: 50,
  started: true,
};

/** How a tracked script answers on a node. */
export interface ScriptRule {
  node: string;
  script: string;
  outcome: ScriptOutcome;
  /** How long a run takes. */
  runUs: number;
}

/** What a script does that no rule speaks of. */
export const DEFAULT_SCRIPT: { outcome: ScriptOutcome; runUs: number } = {
  outcome: { kind: "exit", code: 0 },
  runUs: 3_000,
};

/** Requests a second that a scenario can ask for. */
export const LOAD_MAX = 10_000;

/** How a server answers checks. `refuse`: RST; `silent`: nothing comes; a number: HTTP status. */
export type ServerState = "up" | "refuse" | "silent" | number;

/** One step. */
export interface Step {
  atUs: number;
  action: Action;
}

/** What can happen. `interface: null` = every interface of the node. */
export type Action =
  /** The daemon starts: at the first time, or after a kill, a crash or a shutdown. */
  | { do: "start"; node: string }
  /** kill -9: the process is gone, its kernel with the leased addresses runs on. */
  | { do: "kill"; node: string }
  /** SIGTERM: the daemon stops in order. */
  | { do: "shutdown"; node: string }
  /** The machine loses power: process and kernel are gone. A later start is a boot. */
  | { do: "powerOff"; node: string }
  /** SIGSTOP and SIGCONT: the kernel runs on, the process does not. */
  | { do: "pause"; node: string }
  | { do: "resume"; node: string }
  /** The guest is frozen: process, kernel and clock stand still. */
  | { do: "freeze"; node: string }
  | { do: "thaw"; node: string }
  /** The main thread stands still for so long; the worker goes on, but not for ever (machine_main.ts). */
  | { do: "stallMain"; node: string; forUs: number }
  /** SIGHUP with the configuration in force and these changes, or with a whole other one. */
  | { do: "reload"; node: string; set: Edit[]; config: Config | null }
  /** The cable of an interface is pulled, or put in; that outlives the power. */
  | { do: "unplug"; node: string; interface: string | null }
  | { do: "plug"; node: string; interface: string | null }
  /** Changes a wire: frames to the node (`in`), from it (`out`), or both. */
  | {
    do: "wire";
    node: string;
    interface: string | null;
    direction: "in" | "out" | "both";
    quality: Partial<WireQuality>;
  }
  /** No frame from one node reaches the other, on any segment; one way. */
  | { do: "cut"; from: string; to: string }
  /** Nodes hear only those of their own set; a node in no set hears nobody. */
  | { do: "partition"; sets: string[][] }
  /** Ends every cut, partition and change of a wire. Plugs nothing in. */
  | { do: "heal" }
  /** From now on the script answers so; null = any node. */
  | { do: "script"; node: string | null; script: string; outcome: ScriptOutcome; runUs: number }
  /** A server answers checks so from now on; port null = any. */
  | { do: "server"; address: string; port: number | null; state: ServerState }
  /** Somebody else removes an address of a node. */
  | { do: "removeAddress"; node: string; address: string }
  /** From now on the node's clock runs so fast. */
  | { do: "clock"; node: string; rate: number }
  /**
   * From now on clients send so many requests a second, to one service or (null) to all in turn; 0: none.
   * Nothing of VRRP depends on it (host/sim/traffic).
   */
  | { do: "load"; perSecond: number; service: string | null }
  /** A comment in the timeline. */
  | { do: "say"; text: string };

/** One change of a configuration: `vrrp_instance.VI_1.priority` = 90 (edit.ts has the paths). */
export interface Edit {
  path: string;
  value: string | number | boolean;
}
