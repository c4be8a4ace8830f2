// The account of a simulation: how long each virtual address had nobody or several, how long each
// instance was in each state, and what its takeovers took. A watcher that finds nothing wrong: it uses
// hooks that are called seldom, so a run without anybody who reads the account costs the same.
// This module is browser safe.

import type { Config, Family } from "../../conf/model.ts";
import type { StateName } from "../../core/abi.gen.ts";
import type { TransitionRecord } from "../../engine/contract.ts";
import { laterConfigs, layOut } from "../layout.ts";
import type { SimulationOptions } from "../simulate.ts";
import type { Invariant, NodeView, WorldView } from "../world_view.ts";

/** Spells of an address that are kept with their times; all are counted. */
export const SPELL_MAX = 1_000;

/** A state of an instance, or DOWN: its process is not there. */
export type AccountState = StateName | "DOWN";

/** Stretches of one kind: how many, how long together, and the longest. */
export interface Spells {
  count: number;
  totalUs: number;
  longestUs: number;
}

/**
 * One stretch. `without`: no holder that a client reaches; `several`: two or more holders; `misled`: a
 * holder that the client reaches, but it sends elsewhere.
 */
export interface Spell {
  kind: "without" | "several" | "misled";
  fromUs: number;
  toUs: number;
}

/** What became of one virtual address. */
export interface AddressAccount {
  address: string;
  segment: number;
  /** Names of the instances that have it, in the order of the nodes. */
  instances: string[];
  /** When it first had a holder that a client reaches; null: never. */
  firstHeldUs: number | null;
  /** After firstHeldUs: nobody held it whom a client reaches. */
  without: Spells;
  /** Two or more kernels that are awake and connected had it. */
  several: Spells;
  /**
   * Somebody held it whom the client reaches, but its cache had the MAC of a machine that did not, or
   * that it does not reach. Every change of hands has a short one: until the new holder is heard.
   */
  misled: Spells;
  /** The first SPELL_MAX of all kinds, in the order of their ends. */
  spells: Spell[];
}

/** What became of one virtual router: the instances with its VRID on one segment. */
export interface RouterAccount {
  /** Name of its first instance. */
  name: string;
  segment: number;
  family: Family;
  vrid: number;
  /**
   * Another node became MASTER than was it before. How long: nobody was MASTER with a running
   * process; 0: the one before still was.
   */
  takeovers: Spells;
  /** Its instances, in the order of the nodes. */
  instances: InstanceAccount[];
}

/** How long one instance was in each state; a process that stands still stays in its state. */
export interface InstanceAccount {
  node: string;
  name: string;
  stateUs: Partial<Record<AccountState, number>>;
}

/** The whole account. Addresses and routers stand in the order of the configurations. */
export interface Account {
  addresses: AddressAccount[];
  routers: RouterAccount[];
}

/** Since when something is so; null: it is not. */
interface Open {
  since: Record<Spell["kind"], number | null>;
}

interface RouterState extends RouterAccount {
  /** The node that is MASTER, or was last. */
  master: string | null;
  /** Since when nobody is MASTER with a running process. */
  vacantUs: number | null;
  lanes: Lane[];
}

interface Lane {
  node: string;
  account: InstanceAccount;
  state: AccountState;
  sinceUs: number;
}

/** Keeps the account: one of the watchers of a run. Ask tell() before the world ends. */
export class Accountant implements Invariant {
  readonly name = "account";
  readonly #addresses = new Map<string, AddressAccount & Open>();
  /** By segment, family and VRID. */
  readonly #routers = new Map<string, RouterState>();
  /** By node and name of the instance. */
  readonly #lanes = new Map<string, { router: RouterState; lane: Lane }>();
  /** Last configuration in force of each node: what a process that is gone was there for. */
  readonly #configs: Config[];
  /** Segment of each interface, by node. */
  readonly #segments: ReadonlyMap<string, number>[];

  constructor({ nodes, scenario }: Pick<SimulationOptions, "nodes" | "scenario">) {
    this.#configs = nodes.map(({ config }) => config);
    this.#segments = layOut(nodes, scenario).interfaces.map((rows) =>
      new Map(rows.map(({ name, segment }) => [name, segment]))
    );
    nodes.forEach(({ name, config }, index) => {
      for (const one of [config, ...laterConfigs(scenario, name)]) this.#learn(index, name, one, 0);
    });
  }

  transition(world: WorldView, node: NodeView, record: TransitionRecord): null {
    this.#look(world, node);
    if (record.subject !== "INSTANCE") return null;
    const found = this.#lanes.get(laneKey(node.name, record.instanceName ?? ""));
    if (found === undefined) return null;
    const { router, lane } = found;
    enter(lane, record.to, world.nowUs);
    if (record.to === "MASTER" && router.master !== node.name) {
      const fromUs = router.vacantUs ?? world.nowUs;
      if (router.master !== null) add(router.takeovers, world.nowUs - fromUs);
      router.master = node.name;
    }
    this.#recountRouter(world, router);
    return null;
  }

  address(world: WorldView, node: NodeView, address: string): null {
    this.#look(world, node);
    const account = this.#addresses.get(address);
    if (account !== undefined) this.#recount(world, account);
    return null;
  }

  process(world: WorldView, node: NodeView): null {
    for (const router of this.#routers.values()) {
      for (const lane of router.lanes) {
        if (lane.node !== node.name) continue;
        const isGone = node.process === "off" || node.process === "down";
        if (isGone) enter(lane, "DOWN", world.nowUs);
        else if (lane.state === "DOWN") enter(lane, "INIT", world.nowUs);
      }
      this.#recountRouter(world, router);
    }
    return this.network(world);
  }

  client(world: WorldView, segment: number, address: string): null {
    const account = this.#addresses.get(address);
    if (account?.segment === segment) this.#recount(world, account);
    return null;
  }

  network(world: WorldView): null {
    for (const account of this.#addresses.values()) this.#recount(world, account);
    return null;
  }

  /** The account up to now. */
  tell(world: WorldView): Account {
    for (const node of world.nodes) this.#look(world, node);
    this.network(world);
    return {
      addresses: [...this.#addresses.values()].map((one) => finished(one, world.nowUs)),
      routers: [...this.#routers.values()].map(({ lanes, ...router }) => {
        for (const lane of lanes) enter(lane, lane.state, world.nowUs);
        const { name, segment, family, vrid, takeovers, instances } = router;
        return { name, segment, family, vrid, takeovers, instances };
      }),
    };
  }

  /** Learns what a reload brought. */
  #look(world: WorldView, node: NodeView): void {
    if (node.config === null || node.config === this.#configs[node.index]) return;
    this.#configs[node.index] = node.config;
    this.#learn(node.index, node.name, node.config, world.nowUs);
  }

  #learn(index: number, node: string, config: Config, nowUs: number): void {
    const segments = this.#segments[index]!;
    for (const instance of config.instances) {
      const { name, family, vrid } = instance;
      for (const { address, device } of [...instance.vips, ...instance.excludedVips]) {
        this.#learnAddress(address, segments.get(device) ?? 0, name);
      }
      if (this.#lanes.has(laneKey(node, name))) continue;
      const segment = segments.get(instance.interface) ?? 0;
      const router = this.#router(name, segment, family, vrid);
      const account: InstanceAccount = { node, name, stateUs: {} };
      const lane: Lane = { node, account, state: "DOWN", sinceUs: nowUs };
      router.instances.push(account);
      router.lanes.push(lane);
      this.#lanes.set(laneKey(node, name), { router, lane });
    }
  }

  #learnAddress(address: string, segment: number, instance: string): void {
    const known = this.#addresses.get(address);
    if (known === undefined) {
      this.#addresses.set(address, {
        address,
        segment,
        instances: [instance],
        firstHeldUs: null,
        without: noSpells(),
        several: noSpells(),
        misled: noSpells(),
        spells: [],
        since: { without: null, several: null, misled: null },
      });
    } else if (!known.instances.includes(instance)) known.instances.push(instance);
  }

  #router(name: string, segment: number, family: Family, vrid: number): RouterState {
    const key = `${segment} ${family} ${vrid}`;
    const known = this.#routers.get(key);
    if (known !== undefined) return known;
    const router: RouterState = {
      name,
      segment,
      family,
      vrid,
      takeovers: noSpells(),
      instances: [],
      master: null,
      vacantUs: 0,
      lanes: [],
    };
    this.#routers.set(key, router);
    return router;
  }

  #recountRouter(world: WorldView, router: RouterState): void {
    const acting = router.lanes.filter(({ node, state }) =>
      state === "MASTER" &&
      world.nodes.some((one) => one.name === node && one.process === "running")
    );
    if (acting.length === 0) router.vacantUs ??= world.nowUs;
    else router.vacantUs = null;
    // Of two the one that stays has it, though it became MASTER first.
    if (acting.length === 1) router.master = acting[0]!.node;
  }

  #recount(world: WorldView, account: AddressAccount & Open): void {
    const { nowUs } = world;
    const { address, segment } = account;
    const believed = world.clients.find((one) => one.segment === segment)?.macOf(address) ?? null;
    let holders = 0;
    let reached = 0;
    let isLed = believed === null; // it asks everybody
    for (const node of world.nodes) {
      if (!node.holds(address) || !this.#isConnected(node, segment)) continue;
      holders++;
      if (!world.clientReaches(node, segment)) continue;
      reached++;
      isLed ||= world.macOf(node, segment) === believed;
    }
    if (reached > 0) account.firstHeldUs ??= nowUs;
    // What no configuration names any more is not missed, from the moment on that it went.
    const isUnwanted = reached === 0 && !this.#isWanted(address);
    if (isUnwanted) account.since.without = null;
    const isMissed = account.firstHeldUs !== null && reached === 0 && !isUnwanted;
    note(account, "without", isMissed, nowUs);
    note(account, "several", holders > 1, nowUs);
    note(account, "misled", reached > 0 && !isLed, nowUs);
  }

  /** The machine answers on a cable of the segment. */
  #isConnected(node: NodeView, segment: number): boolean {
    if (node.process === "off" || node.process === "frozen") return false;
    for (const [name, number] of this.#segments[node.index]!) {
      if (number === segment && node.linkGood(name)) return true;
    }
    return false;
  }

  #isWanted(address: string): boolean {
    return this.#configs.some(({ instances }) =>
      instances.some(({ vips, excludedVips }) =>
        vips.some((vip) => vip.address === address) ||
        excludedVips.some((vip) => vip.address === address)
      )
    );
  }
}

function laneKey(node: string, instance: string): string {
  return `${node} ${instance}`;
}

function noSpells(): Spells {
  return { count: 0, totalUs: 0, longestUs: 0 };
}

function add(spells: Spells, us: number): void {
  spells.count++;
  spells.totalUs += us;
  spells.longestUs = Math.max(spells.longestUs, us);
}

/** Begins a stretch, goes on with it, or ends it. */
function note(
  account: AddressAccount & Open,
  kind: Spell["kind"],
  isSo: boolean,
  nowUs: number,
): void {
  const sinceUs = account.since[kind];
  if (isSo) account.since[kind] = sinceUs ?? nowUs;
  else if (sinceUs !== null) {
    close(account, kind, sinceUs, nowUs);
    account.since[kind] = null;
  }
}

/** Notes a stretch that is over; one without length was a change of hands within a moment. */
function close(account: AddressAccount, kind: Spell["kind"], fromUs: number, toUs: number): void {
  if (toUs <= fromUs) return;
  add(account[kind], toUs - fromUs);
  if (account.spells.length < SPELL_MAX) account.spells.push({ kind, fromUs, toUs });
}

/** The account of an address with what still goes on. */
function finished(open: AddressAccount & Open, nowUs: number): AddressAccount {
  const { since, ...account } = open;
  const told: AddressAccount = {
    ...account,
    without: { ...account.without },
    several: { ...account.several },
    misled: { ...account.misled },
    spells: account.spells.slice(),
  };
  for (const kind of ["without", "several", "misled"] as const) {
    const sinceUs = since[kind];
    if (sinceUs !== null) close(told, kind, sinceUs, nowUs);
  }
  return told;
}

function enter(lane: Lane, state: AccountState, nowUs: number): void {
  const { stateUs } = lane.account;
  const spentUs = nowUs - lane.sinceUs;
  if (spentUs > 0) stateUs[lane.state] = (stateUs[lane.state] ?? 0) + spentUs;
  lane.state = state;
  lane.sinceUs = nowUs;
}
