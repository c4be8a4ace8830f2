// Clusters drawn from a seed, for the search: configurations that the reader of files would accept and
// whose nodes agree where they must (version, interval, password, addresses), different in everything
// else that people write. This module is browser safe.

import type {
  Checker,
  Config,
  NotifyScripts,
  RealServer,
  Script,
  SyncGroup,
  Track,
  Vip,
  VirtualServer,
  VrrpInstance,
  VrrpScript,
} from "../../conf/model.ts";
import { Random } from "../random.ts";
import type { SimulatedNode } from "../simulate.ts";

const SECOND_US = 1_000_000;
const CENTISECOND_US = 10_000;
const OWNER = 255;
const CHECK_PORT = 80;
const NO_NOTIFY: NotifyScripts = {
  master: null,
  backup: null,
  fault: null,
  stop: null,
  any: null,
};

/** How often each is drawn, 0..1. */
const ODDS = {
  ipv6: 0.2,
  version3: 0.5,
  shortInterval: 0.25,
  auth: 0.3,
  excluded: 0.2,
  owner: 0.06,
  nopreempt: 0.2,
  preemptDelay: 0.2,
  otherPreemption: 0.1,
  tie: 0.15,
  stateMaster: 0.25,
  group: 0.3,
  trackingWeight: 0.4,
  script: 0.6,
  secondScript: 0.3,
  tracked: 0.7,
  ownWeight: 0.3,
  reverse: 0.1,
  tracksInterface: 0.2,
  notify: 0.5,
  services: 0.15,
  noLease: 0.12,
  mail: 0.05,
  garpDefault: 0.2,
  garpRefresh: 0.15,
  rareWords: 0.1,
  otherNames: 0.1,
  downTimer: 0.15,
  secondInterface: 0.2,
} as const;

/** Numbers of nodes and of instances, each as often as it stands here. */
const NODE_COUNTS = [1, 2, 2, 2, 2, 2, 3, 3, 3, 4] as const;
const INSTANCE_COUNTS = [1, 1, 1, 1, 2, 2, 3, 4] as const;

/** What all nodes have in common of one virtual router. */
interface Router {
  name: string;
  /** 0 or 1: which of a node's interfaces. */
  device: 0 | 1;
  shared: Pick<
    VrrpInstance,
    | "family"
    | "version"
    | "vrid"
    | "advertisementIntervalUs"
    | "downTimerAdverts"
    | "auth"
    | "multicastGroup"
    | "garp"
    | "lowerPrioNoAdvert"
    | "higherPrioSendAdvert"
    | "skipCheckAdvAddr"
    | "dontTrackPrimary"
  >;
  vips: Omit<Vip, "device" | "label">[];
  excludedVips: Omit<Vip, "device" | "label">[];
  /** Node that owns the addresses; -1 = none. */
  owner: number;
  preemption: Preemption;
}

interface Preemption {
  nopreempt: boolean;
  preemptDelayUs: number;
}

interface Group {
  name: string;
  /** Numbers of its routers. */
  members: number[];
  trackingWeight: boolean;
}

/** What all nodes have in common. */
interface Cluster {
  nodeCount: number;
  routers: Router[];
  groups: Group[];
  scripts: VrrpScript[];
  services: VirtualServer[];
  lease: boolean;
  mail: boolean;
}

/** The cluster of a seed: 1 to 4 nodes named node1, node2 ..., with 1 to 4 instances each. */
export function randomCluster(seed: number): SimulatedNode[] {
  const random = new Random(seed);
  const cluster = drawCluster(random);
  return Array.from({ length: cluster.nodeCount }, (_, node) => ({
    name: `node${node + 1}`,
    config: drawNode(random.fork(), cluster, node),
  }));
}

function drawCluster(random: Random): Cluster {
  const nodeCount = random.pick(NODE_COUNTS);
  const count = random.pick(INSTANCE_COUNTS);
  const first = random.between(1, 255 - count);
  const routers = Array.from(
    { length: count },
    (_, i) => drawRouter(random, { number: i, vrid: first + i, nodeCount }),
  );
  const groups: Group[] = [];
  if (count > 1 && random.chance(ODDS.group)) {
    const size = random.between(2, count);
    const members = routers.map((_, i) => i).slice(0, size);
    groups.push({ name: "GROUP", members, trackingWeight: random.chance(ODDS.trackingWeight) });
  }
  const scripts: VrrpScript[] = [];
  if (random.chance(ODDS.script)) {
    scripts.push(drawScript(random, "chk_down"));
    if (random.chance(ODDS.secondScript)) scripts.push(drawScript(random, "chk_web"));
  }
  const services = random.chance(ODDS.services) ? [drawService(random, 1)] : [];
  if (services.length > 0 && random.chance(0.3)) services.push(drawService(random, 2));
  const lease = !random.chance(ODDS.noLease);
  return { nodeCount, routers, groups, scripts, services, lease, mail: random.chance(ODDS.mail) };
}

function drawInterval(random: Random, version: 2 | 3): number {
  if (version === 2) return random.pick([1, 1, 1, 2, 3]) * SECOND_US;
  if (!random.chance(ODDS.shortInterval)) {
    return random.pick([20, 50, 100, 100, 100, 200]) * CENTISECOND_US;
  }
  return random.between(2, 40) * CENTISECOND_US;
}

function drawRouter(
  random: Random,
  { number, vrid, nodeCount }: { number: number; vrid: number; nodeCount: number },
): Router {
  const family = random.chance(ODDS.ipv6) ? "INET6" : "INET";
  const version = family === "INET6" || random.chance(ODDS.version3) ? 3 : 2;
  const hasAuth = version === 2 && random.chance(ODDS.auth);
  const vips = drawVips(random, family, number);
  return {
    name: `VI_${number + 1}`,
    device: random.chance(ODDS.secondInterface) ? 1 : 0,
    shared: {
      family,
      version,
      vrid,
      advertisementIntervalUs: drawInterval(random, version),
      downTimerAdverts: random.chance(ODDS.downTimer) ? random.between(2, 6) : 3,
      auth: hasAuth ? { type: "PASS", data: password(number) } : null,
      multicastGroup: family === "INET" ? "224.0.0.18" : "ff02::12",
      garp: drawGarp(random),
      lowerPrioNoAdvert: random.chance(ODDS.rareWords),
      higherPrioSendAdvert: random.chance(ODDS.rareWords),
      skipCheckAdvAddr: random.chance(ODDS.rareWords),
      dontTrackPrimary: random.chance(ODDS.rareWords),
    },
    vips,
    excludedVips: random.chance(ODDS.excluded) ? [vip(family, number, 100)] : [],
    owner: random.chance(ODDS.owner) ? random.below(nodeCount) : -1,
    preemption: drawPreemption(random),
  };
}

function password(number: number): Uint8Array {
  const data = new Uint8Array(8);
  data.set(new TextEncoder().encode(`secret${number}`));
  return data;
}

function drawPreemption(random: Random): Preemption {
  if (random.chance(ODDS.nopreempt)) return { nopreempt: true, preemptDelayUs: 0 };
  if (!random.chance(ODDS.preemptDelay)) return { nopreempt: false, preemptDelayUs: 0 };
  return { nopreempt: false, preemptDelayUs: random.between(1, 80) * 100_000 };
}

function drawGarp(random: Random): VrrpInstance["garp"] {
  const isDefault = random.chance(ODDS.garpDefault);
  const delayUs = (isDefault ? 5 : random.pick([0, 1, 1, 2])) * SECOND_US;
  const repeat = isDefault ? 5 : random.between(1, 2);
  const isRefreshed = random.chance(ODDS.garpRefresh);
  return {
    delayUs,
    repeat,
    refreshUs: isRefreshed ? random.between(1, 10) * SECOND_US : 0,
    refreshRepeat: random.between(1, 2),
    lowerPrioDelayUs: random.chance(0.8) ? delayUs : 0,
    lowerPrioRepeat: random.chance(0.8) ? repeat : 0,
  };
}

function vip(family: Vip["family"], router: number, host: number): Router["vips"][number] {
  const isV4 = family === "INET";
  const address = isV4 ? `10.9.${router + 1}.${host}` : `2001:db8:9:${router + 1}::${host}`;
  return { family, address, prefixLength: isV4 ? 24 : 64, scope: 0 };
}

function drawVips(random: Random, family: Vip["family"], router: number): Router["vips"] {
  const count = random.pick([1, 1, 1, 2, 3]);
  const vips = Array.from({ length: count }, (_, i) => vip(family, router, i + 1));
  if (family === "INET") return vips;
  // RFC 9568 5.2.9: the first address of IPv6 is link-local.
  return [{ family, address: `fe80::9:${router + 1}`, prefixLength: 64, scope: 0 }, ...vips];
}

function command(text: string): Script {
  return { argv: text.split(" "), shell: null, command: text, user: null, group: null };
}

function drawScript(random: Random, name: string): VrrpScript {
  const intervalUs = random.pick([5, 10, 10, 20, 30]) * 100_000;
  return {
    name,
    script: command(`/usr/local/bin/${name} --quiet`),
    intervalUs,
    timeoutUs: random.chance(0.7) ? intervalUs : Math.floor(intervalUs / 2),
    weight: drawWeight(random),
    reverse: random.chance(ODDS.reverse),
    rise: random.pick([1, 1, 2, 3]),
    fall: random.pick([1, 1, 2, 3]),
    trackedBy: [],
  };
}

/** 0 puts into FAULT; the others move the priority a little, or over everybody. */
function drawWeight(random: Random): number {
  if (random.chance(0.3)) return 0;
  const weight = random.pick([2, 5, 10, 20, 50, 253]);
  return random.chance(0.5) ? weight : -weight;
}

function drawService(random: Random, number: number): VirtualServer {
  const forwarding = { method: "DR" as const, tunnel: null };
  const count = random.between(1, 3);
  const realServers = Array.from({ length: count }, (_, i) => drawServer(random, i + 1));
  const total = realServers.reduce((sum, { weight }) => sum + weight, 0);
  const quorum = random.between(1, Math.max(1, total));
  const address = `10.9.0.${200 + number}`;
  return {
    name: `[${address}]:tcp:${CHECK_PORT}`,
    key: { kind: "ADDRESS", family: "INET", address, port: CHECK_PORT, protocol: "TCP" },
    scheduler: random.pick(["rr", "wrr", "lc", "wlc"]),
    forwarding,
    persistence: null,
    quorum,
    hysteresis: random.below(quorum),
    sorryServer: random.chance(0.5)
      ? { name: "[127.0.0.1]:tcp:80", family: "INET", address: "127.0.0.1", port: 80, forwarding }
      : null,
    smtpAlert: false,
    realServers,
  };
}

function drawServer(random: Random, number: number): RealServer {
  const address = `10.0.0.${100 + number}`;
  return {
    name: `[${address}]:tcp:${CHECK_PORT}`,
    family: "INET",
    address,
    port: CHECK_PORT,
    forwarding: { method: "DR", tunnel: null },
    weight: random.between(1, 3),
    inhibitOnFailure: random.chance(0.3),
    alpha: random.chance(0.2),
    smtpAlert: false,
    checkers: [drawChecker(random, address)],
  };
}

function drawChecker(random: Random, address: string): Checker {
  const common = {
    delayLoopUs: random.between(1, 6) * SECOND_US,
    retry: random.below(3),
    delayBeforeRetryUs: random.between(0, 2) * SECOND_US,
    warmupUs: random.between(0, 2) * SECOND_US,
  };
  const target = { family: "INET" as const, address, port: CHECK_PORT };
  const connectTimeoutUs = random.between(1, 3) * SECOND_US;
  switch (random.below(3)) {
    case 0:
      return { kind: "TCP_CHECK", ...common, target, connectTimeoutUs };
    case 1: {
      const statusCodes = [{ from: 200, to: 204 }];
      const urls = [{ path: "/", host: `${address}:${CHECK_PORT}`, statusCodes, digest: null }];
      return { kind: "HTTP_GET", ...common, target, connectTimeoutUs, urls, sni: null };
    }
    default: {
      const script = command(`/usr/local/bin/check ${address}`);
      return { kind: "MISC_CHECK", ...common, script, timeoutUs: 2 * SECOND_US, dynamic: false };
    }
  }
}

/** One node of it. */
function drawNode(random: Random, cluster: Cluster, node: number): Config {
  const devices = random.chance(ODDS.otherNames) ? ["enp1s0", "enp2s0"] : ["eth0", "eth1"];
  const ranks = cluster.routers.map(() => random.between(1, 254));
  const groups: SyncGroup[] = cluster.groups.map(({ name, members, trackingWeight }) => {
    // Members of a group rank alike: otherwise two groups may chase each other for ever.
    for (const member of members) ranks[member] = ranks[members[0]!]!;
    return {
      name,
      members: members.map((member) => cluster.routers[member]!.name),
      trackingWeight,
      notify: random.chance(ODDS.notify) ? notifyOf(name) : NO_NOTIFY,
      smtpAlert: false,
    };
  });
  const instances = cluster.routers.map((router, number) =>
    drawInstance(random, { cluster, router, number, node, devices, rank: ranks[number]! })
  );
  const scripts = cluster.scripts.map((script) => ({
    ...structuredClone(script),
    trackedBy: instances.flatMap(({ name, tracks }) =>
      tracks.some(({ tracker }) => tracker === script.name) ? [name] : []
    ),
  }));
  return {
    files: [`node${node + 1}.conf`],
    global: globalOf(cluster, node),
    scripts,
    instances,
    groups,
    virtualServers: structuredClone(cluster.services),
    vipd: { lease: cluster.lease, director: "auto", shellScripts: true, web: null },
  };
}

function globalOf({ mail }: Cluster, node: number): Config["global"] {
  return {
    routerId: `node${node + 1}`,
    notificationEmail: mail ? ["root@localhost"] : [],
    notificationEmailFrom: null,
    smtpServer: mail ? { host: "127.0.0.1", port: 25 } : null,
    smtpConnectTimeoutUs: 30 * SECOND_US,
    smtpHeloName: null,
    scriptSecurity: false,
  };
}

interface Place {
  cluster: Cluster;
  router: Router;
  number: number;
  node: number;
  devices: string[];
  rank: number;
}

function drawInstance(random: Random, place: Place): VrrpInstance {
  const { cluster, router, number, node, devices, rank } = place;
  const device = devices[router.device]!;
  const isOwner = router.owner === node;
  const isTied = random.chance(ODDS.tie);
  const group = cluster.groups.find(({ members }) => members.includes(number)) ?? null;
  const priority = isOwner ? OWNER : isTied && group === null ? 100 : rank;
  const stateMaster = random.chance(ODDS.stateMaster);
  const preemption = random.chance(ODDS.otherPreemption)
    ? drawPreemption(random)
    : router.preemption;
  const isFirst = stateMaster || priority === OWNER;
  return {
    name: router.name,
    interface: device,
    ...structuredClone(router.shared),
    priority,
    stateMaster,
    nopreempt: preemption.nopreempt && !isFirst,
    preemptDelayUs: isFirst ? 0 : preemption.preemptDelayUs,
    source: null,
    group: group?.name ?? null,
    vips: router.vips.map((vip, i) => ({ ...vip, device, label: labelOf(vip, device, number, i) })),
    excludedVips: router.excludedVips.map((vip) => ({ ...vip, device, label: null })),
    tracks: drawTracks(random, place, { isOwner, group }),
    notify: random.chance(ODDS.notify) ? notifyOf(router.name) : NO_NOTIFY,
    smtpAlert: cluster.mail,
  };
}

function labelOf(vip: Router["vips"][number], device: string, number: number, i: number) {
  return vip.family === "INET" && i === 1 ? `${device}:${number}` : null;
}

function notifyOf(name: string): NotifyScripts {
  const script = (word: string) => command(`/etc/keepalived/notify.sh ${word} ${name}`);
  return {
    master: script("master"),
    backup: script("backup"),
    fault: script("fault"),
    stop: script("stop"),
    any: command("/etc/keepalived/any.sh"),
  };
}

function drawTracks(
  random: Random,
  { cluster, router, devices }: Place,
  { isOwner, group }: { isOwner: boolean; group: Group | null },
): Track[] {
  const isWeightless = isOwner || (group !== null && !group.trackingWeight);
  const tracks: Track[] = [];
  for (const script of cluster.scripts) {
    if (!random.chance(ODDS.tracked)) continue;
    const weight = random.chance(ODDS.ownWeight) ? drawWeight(random) : script.weight;
    if (weight !== 0 && isWeightless) continue; // the reader of files would leave it out
    tracks.push({ tracker: script.name, watches: "SCRIPT", weight, reverse: script.reverse });
  }
  if (random.chance(ODDS.tracksInterface)) {
    const tracker = devices[1 - router.device]!;
    const weight = isWeightless ? 0 : drawWeight(random);
    tracks.push({ tracker, watches: "INTERFACE", weight, reverse: false });
  }
  return tracks;
}
