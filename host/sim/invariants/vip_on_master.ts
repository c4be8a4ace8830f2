// Where the virtual addresses are. This module is browser safe.

import type { Config, VrrpInstance } from "../../conf/model.ts";
import type { CoreRecord, TransitionRecord } from "../../engine/contract.ts";
import type {
  AddressCause,
  InstanceView,
  Invariant,
  NodeView,
  ProcessState,
  SentAdvert,
  WorldView,
} from "../world_view.ts";
import { LEASE_LATE_MAX_US } from "../machine/held_addresses.ts";
import { leaseUs, refreshPeriodUs, slackUs } from "./arithmetic.ts";
import { instanceOf } from "./memory.ts";
import { named, seconds } from "./telling.ts";

/** What is remembered of a node; times are its own clock unless they say otherwise. */
interface Holdings {
  /** Configuration last in force: it says how long what a dead process left behind may stand. */
  config: Config | null;
  /** It is the one in force: no reload came since. */
  isFresh: boolean;
  /** True time of a change that is to be looked at when its moment is over; -1: none. */
  changedUs: number;
  /** When the process last went on after it stood still. */
  wentOnUs: number;
  /** What it holds, whoever gave it. */
  held: Set<string>;
  /** Life of the process in which that was last looked at. */
  life: number;
  /** By address, when the process does not run: between which times its lifetime ends. */
  leases: Map<string, { earliestUs: number; latestUs: number }>;
}

/**
 * A running process holds the addresses (advertised and excluded) of exactly those of its instances
 * that are MASTER: it has them all when it becomes MASTER, after each moment of a change and at
 * rest, and none of them after the moment in which it left MASTER or a reload took the address,
 * unless another MASTER of the node has the same one. What a process before left behind is this
 * one's only when its configuration has it.
 *
 * When the process is killed or stands still, what it held goes within the lease of DESIGN decision
 * 1 by the machine's own clock and what a kernel is late with it, and not before a lease that was
 * renewed in time would; nothing is said with `lease off`, and between a reload and the next
 * advert. The lease of a MASTER that runs does not end; silent there for two leases after a pause,
 * and on machines whose loop comes later than half a second. Nothing is said of machines that are
 * off or frozen.
 */
export function vipOnMaster(): Invariant {
  return new VipOnMaster();
}

/** A loop that is later than this may miss a refresh. */
const LATE_MAX_US = 500_000;

class VipOnMaster implements Invariant {
  readonly name = "vip_on_master";
  readonly #holdings: Holdings[] = [];
  /** Nodes that have changed since they were looked at, or more. */
  #changed = 0;

  advert(world: WorldView, { node }: SentAdvert): string | null {
    const holdings = this.#of(node);
    holdings.isFresh = true;
    return this.#changed > 0 ? this.#checkChanged(world, world.nowUs) : null;
  }

  record(world: WorldView, node: NodeView, record: CoreRecord): null {
    if (record.kind !== "notice" || record.notice !== "CONFIG_COMMITTED") return null;
    // The view shows the new configuration when the reload is over.
    const holdings = this.#of(node);
    holdings.isFresh = false;
    holdings.changedUs = world.nowUs;
    this.#changed++;
    return null;
  }

  transition(world: WorldView, node: NodeView, record: TransitionRecord): string | null {
    const holdings = this.#of(node);
    holdings.changedUs = world.nowUs;
    this.#changed++;
    const instance = record.to === "MASTER" ? instanceOf(node, record) : null;
    if (instance === null) return null;
    const missing = addressesOf(instance.config).find((address) => !node.holds(address));
    return missing === undefined
      ? null
      : `${named(instance)} became MASTER without the address ${missing}`;
  }

  address(
    world: WorldView,
    node: NodeView,
    address: string,
    held: boolean,
    why: AddressCause,
  ): string | null {
    const holdings = this.#of(node);
    // The moment has begun: the address may have come before the state is told.
    holdings.changedUs = world.nowUs;
    this.#changed++;
    if (held) holdings.held.add(address);
    else holdings.held.delete(address);
    const lease = holdings.leases.get(address);
    holdings.leases.delete(address);
    if (held || why !== "lease") return null;
    if (node.process === "running") return leaseOfMaster(holdings, node, address);
    const nowUs = node.clockUs();
    if (lease !== undefined && nowUs < lease.earliestUs) {
      return `${node.name} lost ${address} ${seconds(lease.earliestUs - nowUs)} before a lease ` +
        "that was renewed in time is over";
    }
    return lease === undefined ? null : lateLease(node, address, lease.latestUs);
  }

  process(world: WorldView, node: NodeView, was: ProcessState): string | null {
    const holdings = this.#of(node);
    const nowUs = node.clockUs();
    switch (node.process) {
      case "running":
        if (was === "paused" || was === "frozen") holdings.wentOnUs = nowUs;
        holdings.leases.clear();
        holdings.changedUs = world.nowUs;
        this.#changed++;
        return null;
      case "off":
        holdings.leases.clear();
        return null;
      default:
        // A freeze stops the lifetimes too: their ends are still right by the machine's clock.
        if (was === "running" && holdings.isFresh) startLeases(holdings, node, nowUs);
        return this.#checkLeases(world);
    }
  }

  atRest(world: WorldView): string | null {
    const changed = this.#checkChanged(world, Infinity) ?? this.#checkLeases(world);
    if (changed !== null) return changed;
    for (const node of world.nodes) {
      const missing = node.process === "running" ? findMissing(node) : null;
      if (missing !== null) return missing;
    }
    return null;
  }

  end(world: WorldView): string | null {
    return this.#checkChanged(world, Infinity) ?? this.#checkLeases(world);
  }

  #of(node: NodeView): Holdings {
    const holdings = this.#holdings[node.index] ??= {
      config: null,
      isFresh: false,
      changedUs: -1,
      wentOnUs: -Infinity,
      held: new Set(),
      life: -1,
      leases: new Map(),
    };
    holdings.config = node.config ?? holdings.config;
    return holdings;
  }

  /** Nodes that changed before a time hold what their MASTERs have and nothing else. */
  #checkChanged(world: WorldView, beforeUs: number): string | null {
    let waiting = 0;
    let wrong: string | null = null;
    for (const node of world.nodes) {
      const holdings = this.#holdings[node.index];
      if (holdings === undefined || holdings.changedUs < 0) continue;
      if (holdings.changedUs >= beforeUs) {
        waiting++;
        continue;
      }
      holdings.changedUs = -1;
      if (node.process === "running") wrong ??= findStray(node, holdings) ?? findMissing(node);
    }
    this.#changed = waiting;
    return wrong;
  }

  /** Nothing stands longer than its lease. */
  #checkLeases(world: WorldView): string | null {
    for (const node of world.nodes) {
      const leases = this.#holdings[node.index]?.leases;
      if (leases === undefined || leases.size === 0) continue;
      for (const [address, { latestUs }] of leases) {
        if (!node.holds(address)) continue;
        const late = lateLease(node, address, latestUs);
        if (late !== null) return late;
      }
    }
    return null;
  }
}

function addressesOf({ vips, excludedVips }: VrrpInstance): string[] {
  return [...vips, ...excludedVips].map(({ address }) => address);
}

/** An address that stands on a node although no MASTER of it has it. */
function findStray(node: NodeView, holdings: Holdings): string | null {
  const { held } = holdings;
  const isNew = holdings.life !== node.life;
  holdings.life = node.life;
  if (held.size === 0) return null;
  const mine = new Set(masters(node).flatMap(({ config }) => addressesOf(config)));
  for (const address of held) {
    if (mine.has(address)) continue;
    const others = node.instances.filter(({ config }) => addressesOf(config).includes(address));
    // What a process before left behind and this one is not told of is nobody's.
    if (others.length === 0 && isNew) held.delete(address);
    else if (others.length === 0) return `${node.name} still has ${address}, which a reload took`;
    else if (others.every((one) => one.source() !== address)) {
      return `${named(others[0]!)} is ${others[0]!.state} but still has the address ${address}`;
    }
  }
  return null;
}

function findMissing(node: NodeView): string | null {
  for (const instance of node.instances) {
    if (instance.state !== "MASTER") continue;
    const missing = addressesOf(instance.config).find((address) => !node.holds(address));
    if (missing !== undefined) return `${named(instance)} is MASTER without ${missing}`;
  }
  return null;
}

function masters(node: NodeView): InstanceView[] {
  return node.instances.filter(({ state }) => state === "MASTER");
}

function leaseOfMaster(holdings: Holdings, node: NodeView, address: string): string | null {
  const { config } = holdings;
  const owner = masters(node).find((one) => addressesOf(one.config).includes(address));
  if (owner === undefined || config === null || node.latenessUs > LATE_MAX_US) return null;
  if (node.clockUs() - holdings.wentOnUs <= 2 * leaseUs(config, owner.config)) return null;
  return `the lease of ${address} ended although ${named(owner)} is MASTER and runs`;
}

function startLeases(holdings: Holdings, node: NodeView, nowUs: number): void {
  const { config } = holdings;
  if (config === null) return;
  const slack = slackUs(node);
  for (const instance of config.instances) {
    const lifeUs = leaseUs(config, instance);
    if (lifeUs === Infinity) continue;
    const intervalUs = instance.advertisementIntervalUs;
    // Renewed with the advert of each period, which may be one interval behind it and late.
    const staleUs = refreshPeriodUs(config) + 2 * intervalUs + 2 * slack;
    for (const address of addressesOf(instance)) {
      if (!node.holds(address)) continue;
      const other = holdings.leases.get(address);
      const latestUs = nowUs + lifeUs + LEASE_LATE_MAX_US + slack;
      // After a pause the lifetimes of before are still being renewed.
      const rested = nowUs - holdings.wentOnUs > 2 * lifeUs;
      const earliestUs = rested ? nowUs + lifeUs - staleUs : -Infinity;
      holdings.leases.set(address, {
        earliestUs: Math.min(earliestUs, other?.earliestUs ?? Infinity),
        latestUs: Math.max(latestUs, other?.latestUs ?? -Infinity),
      });
    }
  }
}

function lateLease(node: NodeView, address: string, latestUs: number): string | null {
  const lateUs = node.clockUs() - latestUs;
  if (node.process === "running" || lateUs <= 0) return null;
  return `${node.name} still has ${address} ${seconds(lateUs)} after its lease, ` +
    `its process is ${node.process}`;
}
