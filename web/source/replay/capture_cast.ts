// Who plays in a capture: every sender of adverts. A sender with a MAC of its own is one node whatever its
// addresses; one of a virtual router's MAC, or of a capture without MACs, is known by its address only.

import type { RouterStory, Speaker } from "../../../host/sim/pcap/pcap_story.ts";
import type { Cast, CastInstance, CastNode, CastRouter } from "../../story/cast.ts";

/** A MAC of a virtual router (RFC 9568 7.3). */
const VIRTUAL_MAC = /^00:00:5e:00:0[12]:/;

/** The cast of a capture, and who in it is whom. */
export interface CaptureCast {
  cast: Cast;
  /** Name of the node of a sender's address on a VLAN. */
  nodeOf: (vlan: string, source: string) => string | null;
  /** Name of the node with a MAC on a VLAN. */
  nodeWith: (vlan: string, mac: string | null) => string | null;
  /** Names of the nodes that speak for a virtual router, by its name. */
  membersOf: (router: string) => readonly string[];
  /** Number of the segment of a VLAN. */
  segmentOf: (vlan: string) => number;
}

interface OpenNode extends CastNode {
  interfaces: { name: string; segment: number; mac: string; addresses: string[] }[];
  instances: CastInstance[];
}

/** What an instance of a virtual router is called: `VRID 51`, `VRID 51 IPv6 VLAN 10`. */
export function instanceName(
  { vrid, family, vlan }: Pick<RouterStory, "vrid" | "family" | "vlan">,
): string {
  return `VRID ${vrid}${family === "INET6" ? " IPv6" : ""}${vlan === "" ? "" : ` VLAN ${vlan}`}`;
}

/** Makes it. */
export function castOfCapture(routers: readonly RouterStory[]): CaptureCast {
  const vlans = [...new Set(routers.map(({ vlan }) => vlan))];
  const segmentOf = (vlan: string) => Math.max(0, vlans.indexOf(vlan));
  const nodes = new Map<string, OpenNode>();
  const names = new Map<string, string>();
  const owners = new Map<string, string>();
  for (const router of routers) {
    for (const speaker of router.speakers) {
      const name = note(nodes, router, speaker, segmentOf(router.vlan));
      names.set(`${router.vlan} ${speaker.source}`, name);
      if (speaker.mac !== null) owners.set(`${router.vlan} ${speaker.mac}`, name);
    }
  }
  const nodeOf = (vlan: string, source: string) => names.get(`${vlan} ${source}`) ?? null;
  const members = new Map(routers.map((router) => {
    const nodes = router.speakers.flatMap(({ source }) => nodeOf(router.vlan, source) ?? []);
    return [instanceName(router), [...new Set(nodes)]];
  }));
  const membersOf = (router: string) => members.get(router) ?? [];
  return {
    cast: {
      nodes: [...nodes.values()],
      segments: vlans.map((vlan) => ({ name: deviceName(vlan), clientMac: "" })),
      routers: routers.map((router): CastRouter => ({
        name: instanceName(router),
        segment: segmentOf(router.vlan),
        family: router.family,
        vrid: router.vrid,
        addresses: [...new Set(router.speakers.flatMap(({ addresses }) => addresses))],
        members: membersOf(instanceName(router))
          .map((node) => ({ node, instance: instanceName(router) })),
      })),
      services: [],
      servers: [],
    },
    nodeOf,
    nodeWith: (vlan, mac) => mac === null ? null : owners.get(`${vlan} ${mac}`) ?? null,
    membersOf,
    segmentOf,
  };
}

function deviceName(vlan: string): string {
  return vlan === "" ? "untagged" : `VLAN ${vlan}`;
}

/** Puts a speaker into its node; the node's name. */
function note(
  nodes: Map<string, OpenNode>,
  router: RouterStory,
  speaker: Speaker,
  segment: number,
): string {
  const { source, mac } = speaker;
  const key = mac === null || VIRTUAL_MAC.test(mac) ? source : mac;
  let node = nodes.get(key);
  if (node === undefined) {
    nodes.set(key, node = { name: source, interfaces: [], instances: [], scripts: [] });
  }
  const device = deviceName(router.vlan);
  let row = node.interfaces.find(({ name }) => name === device);
  if (row === undefined) {
    node.interfaces.push(row = { name: device, segment, mac: mac ?? "", addresses: [] });
  }
  if (!row.addresses.includes(source)) row.addresses.push(source);
  const name = instanceName(router);
  if (!node.instances.some((one) => one.name === name)) {
    node.instances.push(castInstance(name, device, segment, router, speaker));
  }
  return node.name;
}

function castInstance(
  name: string,
  device: string,
  segment: number,
  { family, vrid }: RouterStory,
  speaker: Speaker,
): CastInstance {
  return {
    ...{ name, interface: device, segment, family, vrid },
    version: speaker.version === 2 ? 2 : 3,
    priority: speaker.priority,
    advertisementIntervalUs: speaker.intervalUs,
    group: null,
    addresses: speaker.addresses,
    tracks: [],
  };
}
