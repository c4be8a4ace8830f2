// How the things of the picture are called and how they stand, in words: for the picture, its list, the menu
// and the panels.

import type { Selection } from "../app/state.ts";
import type { ServerState, WireQuality } from "../../host/sim/scenario/scenario.ts";
import type { Cast, CastNode } from "../story/cast.ts";
import type { RecordedEvent } from "../story/recording.ts";
import type { NodeScene, Scene } from "../story/scene.ts";
import { t } from "../text/text.ts";
import { TOPOLOGY_TEXT } from "../text/topology.ts";
import { isStale } from "./alarms.ts";
import type { Flight } from "./flights.ts";

/** What a node's process does. */
export function processText(node: NodeScene): string {
  if (node.isSilent) return t(TOPOLOGY_TEXT.notHeard);
  return t(node.isKnown ? TOPOLOGY_TEXT[node.process] : TOPOLOGY_TEXT.lost);
}

/** Who a client takes for the owner of an address. */
export function ownerText(scene: Scene, segment: number, address: string): string {
  const cache = scene.caches.get(`${segment} ${address}`);
  if (cache?.mac == null) return t(TOPOLOGY_TEXT.noEntry);
  return cache.owner ?? t(TOPOLOGY_TEXT.stranger);
}

/** How a server answers; where its ports differ, the worst. */
export function serverAnswer(scene: Scene, address: string): ServerState {
  let state = scene.servers.get(address) ?? "up";
  for (const [key, one] of scene.servers) {
    if (key.startsWith(`${address} `) && one !== "up") state = one;
  }
  return state;
}

/** The same in a word. */
export function serverStateText(scene: Scene, address: string): string {
  const state = serverAnswer(scene, address);
  return typeof state === "number" ? `HTTP ${state}` : t(TOPOLOGY_TEXT[state]);
}

/** How many running directors have a server in their IPVS table, of how many that have its service. */
export function tablesOf(
  scene: Scene,
  cast: Cast,
  address: string,
): { having: number; of: number } {
  let [having, of] = [0, 0];
  for (const { name } of cast.nodes) {
    const node = scene.nodes.get(name);
    const isConfigured = cast.services.some(({ nodes, servers, sorry }) =>
      nodes.includes(name) &&
      (sorry?.address === address || servers.some((one) => one.address === address))
    );
    if (node === undefined || !isConfigured || !node.isKnown || node.services.size === 0) continue;
    of++;
    const isThere = [...node.services.values()].some(({ destinations }) =>
      [...destinations.values()].some((one) => one.address === address)
    );
    if (isThere) having++;
  }
  return { having, of };
}

/** What is wrong with the wire of an interface, short; "" = nothing. */
export function wireText(node: NodeScene, device: string): string {
  const parts = new Set<string>();
  for (const way of ["in", "out"]) {
    const quality = { ...node.wires.get(` ${way}`), ...node.wires.get(`${device} ${way}`) };
    for (const part of qualityParts(quality)) parts.add(part);
  }
  return [...parts].join(", ");
}

function qualityParts(
  { latencyUs, jitterUs, loss, duplicate, reorder }: Partial<WireQuality>,
): string[] {
  const T = TOPOLOGY_TEXT;
  const percent = (of: number) => `${Number((of * 100).toFixed(1))} %`;
  const ms = (us: number) => `${Number((us / 1000).toFixed(2))} ms`;
  return [
    loss ? t(T.wireLoss, { value: percent(loss) }) : "",
    latencyUs ? t(T.wireLatency, { value: ms(latencyUs) }) : "",
    jitterUs ? t(T.wireJitter, { value: ms(jitterUs) }) : "",
    duplicate ? t(T.wireDuplicate, { value: percent(duplicate) }) : "",
    reorder ? t(T.wireReorder, { value: percent(reorder) }) : "",
  ].filter((part) => part !== "");
}

/** Cuts and partitions, each in a few words. */
export function divisionTexts({ cuts, partition }: Scene): string[] {
  const texts = [...cuts].map((cut) => {
    const [from = "", to = ""] = cut.split(" ");
    return t(TOPOLOGY_TEXT.cutShort, { from, to });
  });
  if (partition !== null) texts.push(partition.map((set) => set.join(" ")).join(" | "));
  return texts;
}

/** A thing with how it stands, for the list behind the picture. */
export function thingText(cast: Cast, scene: Scene, pick: Selection): string {
  const T = TOPOLOGY_TEXT;
  switch (pick.kind) {
    case "node": {
      const node = scene.nodes.get(pick.node);
      const of = cast.nodes.find(({ name }) => name === pick.node);
      return node === undefined || of === undefined ? pick.node : nodeText(of, node);
    }
    case "instance": {
      const node = scene.nodes.get(pick.node);
      const state = node === undefined ? "" : instanceText(node, pick.instance);
      return t(T.instanceLabel, { node: pick.node, state });
    }
    case "link": {
      const node = scene.nodes.get(pick.node);
      const isOut = node?.linksDown.has(pick.interface) === true;
      const wire = node === undefined ? "" : wireText(node, pick.interface);
      const state = [t(isOut ? T.out : T.in), wire].filter((part) => part !== "").join(", ");
      return t(T.linkLabel, { node: pick.node, interface: pick.interface, state });
    }
    case "client": {
      const caches = addressesOn(cast, pick.segment).map((address) => {
        const entry = `${address} → ${ownerText(scene, pick.segment, address)}`;
        return isStale(scene, cast, pick.segment, address)
          ? `${entry} (${t(T.staleShort)})`
          : entry;
      });
      const segment = cast.segments[pick.segment]?.name ?? "";
      return t(T.clientLabel, { segment, caches: caches.join(", ") });
    }
    case "server":
      return t(T.serverLabel, {
        address: pick.address,
        state: serverStateText(scene, pick.address),
      });
    default:
      return "";
  }
}

function nodeText({ name, instances, interfaces }: CastNode, node: NodeScene): string {
  const states = instances.map((one) => instanceText(node, one.name));
  for (const device of interfaces) {
    const isOut = node.process !== "off" && node.linksDown.has(device.name);
    if (isOut) states.push(`${device.name} ${t(TOPOLOGY_TEXT.out)}`);
  }
  for (const [tracker, state] of node.trackers) {
    if (state === "BAD") states.push(`${tracker} BAD`);
  }
  if (node.held.size > 0) states.push([...node.held].join(", "));
  return t(TOPOLOGY_TEXT.nodeLabel, {
    node: name,
    process: processText(node),
    states: states.join("; "),
  });
}

/** `VI_1 MASTER 105`. */
function instanceText(node: NodeScene, name: string): string {
  if (!node.isKnown) return `${name} ?`;
  const one = node.instances.get(name);
  return `${name} ${one?.state ?? "DOWN"} ${one?.priority ?? 0}`;
}

/** Virtual addresses of a segment. */
export function addressesOn({ routers }: Cast, segment: number): string[] {
  return routers.filter((router) => router.segment === segment).flatMap((one) => one.addresses);
}

/** What a packet under way is. */
export function flightText(flight: Flight, event: RecordedEvent | undefined): string {
  const T = TOPOLOGY_TEXT;
  const from = endText(flight.fromKind, flight.from);
  const to = endText(flight.toKind, flight.to);
  if (event?.kind === "packet") {
    const { carries, instance, address } = event.packet;
    return carries === "advert"
      ? t(T.advertLabel, { instance: instance ?? "", from, to })
      : t(T.announcementLabel, { address: address ?? "", from, to });
  }
  return t(flight.carries === "answer" ? T.answerLabel : T.checkLabel, { from, to });
}

function endText(kind: Flight["fromKind"], name: string): string {
  if (kind === "client") return t(TOPOLOGY_TEXT.client);
  return kind === "nowhere" ? t(TOPOLOGY_TEXT.nobody) : name;
}

/** A picked thing by its name. */
export function pickText(pick: Selection): string {
  switch (pick.kind) {
    case "node":
      return pick.node;
    case "instance":
      return `${pick.node} · ${pick.instance}`;
    case "link":
      return `${pick.node} · ${pick.interface}`;
    case "server":
      return pick.port === null ? pick.address : `${pick.address} ${pick.port}`;
    case "client":
      return t(TOPOLOGY_TEXT.client);
    case "service":
      return pick.service;
    default:
      return "";
  }
}
