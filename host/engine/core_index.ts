// Numbers and names of one configuration: the core knows instances, groups, trackers and addresses
// by number, people and the engine by name. Plain data.
// This module is browser safe.

/** The tables of one generation; a number is the place in its list. */
export interface CoreIndex {
  generation: number;
  /** vrrp_instance names, in the order of the file. */
  instances: string[];
  /** Interface and VRRP version of each instance. */
  instanceInterfaces: string[];
  instanceVersions: number[];
  /** vrrp_sync_group names. */
  groups: string[];
  /** Trackers; a name keeps its number over reloads, so there may be holes. */
  trackers: (IndexTracker | null)[];
  /** Virtual addresses with what the core does not know of them. */
  vips: IndexVip[];
  /** Interfaces that the configuration names. */
  interfaces: IndexInterface[];
}

/** One tracker. */
export interface IndexTracker {
  watches: "SCRIPT" | "INTERFACE";
  /** Of the vrrp_script, or of the interface. */
  name: string;
}

/** One virtual address. */
export interface IndexVip {
  /** Name of its instance. */
  instance: string;
  address: string;
  /** Bits. */
  prefixLength: number;
  device: string;
  /** Interface alias label; null = none. */
  label: string | null;
}

/** One interface. */
export interface IndexInterface {
  name: string;
  ifindex: number;
}
