// What the whole configuration makes of changed values, as the reader of files would: what an owner or a
// state MASTER clears, what a version cannot send, what a quorum can reach. A consequence is drawn; a
// change that would have no effect itself is refused, since nobody asks for nothing. This module is
// browser safe.

import { VipdError } from "../../base/errors.ts";
import type { Config, VirtualServer, VrrpInstance } from "../../conf/model.ts";
import type { Edit } from "./scenario.ts";

/** Priority of the address owner. */
const OWNER = 255;
const SECOND_US = 1_000_000;
const CENTISECOND_US = 10_000;
/** Longest v3 interval: 12 bits of centiseconds (RFC 9568 5.2.7). */
const INTERVAL_V3_MAX_US = 4095 * CENTISECOND_US;
/** Addresses of one advert: the count is one byte (RFC 9568 5.2.5), an IPv6 packet has 1500. */
const ADVERTISED_MAX = { INET: 255, INET6: 90 };

/** Judges and completes a changed configuration in place. Throws VipdError `edit`. */
export function settleConfig(config: Config, edits: readonly Edit[]): void {
  for (const instance of config.instances) {
    const asked = new Asked(edits, `vrrp_instance.${instance.name}.`);
    settleInterval(instance);
    settlePreemption(instance, asked);
    settleAuthentication(instance, asked);
    settleTracks(config, instance, edits);
    if (asked.has("virtual_ipaddress")) checkAddresses(instance);
  }
  checkRouters(config.instances);
  const names = new Map(config.scripts.map((script) => [script.name, script]));
  for (const script of config.scripts) script.trackedBy = [];
  for (const { name, tracks } of config.instances) {
    for (const { tracker, watches } of tracks) {
      if (watches === "SCRIPT") names.get(tracker)?.trackedBy.push(name);
    }
  }
  for (const service of config.virtualServers) settleQuorum(service, edits);
}

/** Which keywords of one block the edits name. */
class Asked {
  readonly #words: Set<string>;

  constructor(edits: readonly Edit[], prefix: string) {
    this.#words = new Set(
      edits.filter(({ path }) => path.startsWith(prefix)).map(({ path }) =>
        path.slice(prefix.length)
      ),
    );
  }

  has(word: string): boolean {
    return this.#words.has(word);
  }
}

function refuse(what: string, hint: string): VipdError {
  return new VipdError("edit", what, { hint });
}

function settleInterval({ name, family, version, advertisementIntervalUs }: VrrpInstance): void {
  const seconds = advertisementIntervalUs / SECOND_US;
  if (version === 2 && family === "INET6") {
    throw refuse(`${name}: version 2 has no IPv6`, "leave version at 3");
  }
  if (version === 2 && advertisementIntervalUs % SECOND_US !== 0) {
    const what = `${name}: version 2 cannot send an advert_int of ${seconds}`;
    throw refuse(what, "write whole seconds, or set version to 3 too");
  }
  const isStep = advertisementIntervalUs % CENTISECOND_US === 0;
  if (version === 3 && (!isStep || advertisementIntervalUs > INTERVAL_V3_MAX_US)) {
    const what = `${name}: version 3 cannot send an advert_int of ${seconds}`;
    throw refuse(what, "write steps of 0.01 up to 40.95");
  }
}

/** keepalived.conf(5): neither works for an instance that starts as MASTER or owns the address. */
function settlePreemption(instance: VrrpInstance, asked: Asked): void {
  const { name, stateMaster, priority } = instance;
  if (!stateMaster && priority !== OWNER) return;
  const cause = stateMaster ? "state MASTER" : "priority 255";
  if (instance.nopreempt && asked.has("nopreempt")) {
    throw refuse(`${name}: nopreempt has no effect with ${cause}`, "set state to BACKUP too");
  }
  if (instance.preemptDelayUs > 0 && asked.has("preempt_delay")) {
    throw refuse(`${name}: preempt_delay has no effect with ${cause}`, "set state to BACKUP too");
  }
  instance.nopreempt = false;
  instance.preemptDelayUs = 0;
}

function settleAuthentication(instance: VrrpInstance, asked: Asked): void {
  if (instance.version === 2 || instance.auth === null) return;
  if (asked.has("authentication.auth_pass")) {
    throw refuse(`${instance.name}: version 3 has no authentication`, "leave it out");
  }
  instance.auth = null;
}

function settleTracks(config: Config, instance: VrrpInstance, edits: readonly Edit[]): void {
  const weighted = instance.tracks.filter(({ weight }) => weight !== 0);
  if (weighted.length === 0) return;
  const group = config.groups.find(({ name }) => name === instance.group);
  if (group !== undefined && !group.trackingWeight) {
    const what = `${instance.name}: weights do not count in sync group ${group.name}`;
    throw refuse(what, "write sync_group_tracking_weight into the group's block of the file");
  }
  if (instance.priority !== OWNER) return;
  for (const { tracker } of weighted) {
    const paths = [
      `vrrp_script.${tracker}.weight`,
      `vrrp_instance.${instance.name}.track_script.${tracker}.weight`,
      `vrrp_instance.${instance.name}.track_interface.${tracker}.weight`,
    ];
    if (edits.some(({ path }) => paths.includes(path))) {
      throw refuse(
        `${instance.name}: an owner's priority has no weights`,
        "set priority below 255",
      );
    }
  }
  instance.tracks = instance.tracks.filter(({ weight }) => weight === 0);
}

function checkAddresses({ name, family, vips }: VrrpInstance): void {
  const stray = vips.find((vip) => vip.family !== family);
  if (stray !== undefined) {
    throw refuse(`${name}: ${stray.address} is of another family`, "one instance has one family");
  }
  const twice = vips.find((vip, i) => vips.findIndex((one) => one.address === vip.address) !== i);
  if (twice !== undefined) {
    throw refuse(`${name}: ${twice.address} stands twice`, "write each address once");
  }
  const max = ADVERTISED_MAX[family];
  if (vips.length === 0 || vips.length > max) {
    throw refuse(`${name}: ${vips.length} addresses`, `write 1 to ${max} of them`);
  }
}

function checkRouters(instances: readonly VrrpInstance[]): void {
  const owners = new Map<string, string>();
  for (const { name, vrid, interface: device, family } of instances) {
    const key = `${vrid} ${device} ${family}`;
    const other = owners.get(key);
    if (other !== undefined) {
      const what = `${other} and ${name} would both have VRID ${vrid} on ${device}`;
      throw refuse(what, "give each instance on an interface a VRID of its own");
    }
    owners.set(key, name);
  }
}

/** keepalived lowers a quorum that the weights cannot reach. */
function settleQuorum(service: VirtualServer, edits: readonly Edit[]): void {
  const total = service.realServers.reduce((sum, { weight }) => sum + weight, 0);
  if (total > 0 && service.quorum > total) {
    const isAsked = edits.some(({ path }) =>
      path.startsWith("virtual_server.") && path.endsWith(".quorum")
    );
    if (isAsked) {
      const what = `${service.name}: quorum ${service.quorum} is more than all weights (${total})`;
      throw refuse(what, "keep quorum within the sum of the weights");
    }
    service.quorum = total;
  }
  service.hysteresis = Math.min(service.hysteresis, service.quorum - 1);
}
