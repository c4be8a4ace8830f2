// What a hand can do to a picked thing, and which of it would change something now. Pure.

import { type Action, LOAD_MAX, type ServerState } from "../../host/sim/scenario/scenario.ts";
import type { Selection } from "../app/state.ts";
import type { Cast } from "../story/cast.ts";
import type { NodeScene, Scene } from "../story/scene.ts";
import { TOPOLOGY_TEXT } from "../text/topology.ts";
import type { Text } from "../text/text.ts";
import { serverAnswer } from "./words.ts";

/** One thing that can be done. */
export interface Offer {
  /** Its place stays the same whatever it does now: `process` starts and kills. */
  id: string;
  text: Text;
  values: Record<string, string>;
  action: Action;
  /** It would change something now. */
  isEnabled: boolean;
}

/** What belongs together. */
export interface OfferGroup {
  title: Text;
  offers: Offer[];
}

/** How long main stands still unless a hand says otherwise, microseconds. */
export const STALL_US = 5_000_000;
/** How long a script takes that a hand made good or bad, microseconds. */
export const SCRIPT_RUN_US = 3_000;
/** Longer than any script is allowed to run, microseconds. */
const HANGS_US = 600_000_000;
/** Requests a second that are offered; the LVS view has any number. */
const LOADS = [0, 1, 10, 100, 1_000, LOAD_MAX] as const;

/** The node that a selection is about; null: none. */
export function nodeOf(selection: Selection | null): string | null {
  return selection !== null && "node" in selection ? selection.node : null;
}

/** Everything that can be done to what is picked, and to the network as a whole. */
export function actionsFor(scene: Scene, cast: Cast, selection: Selection | null): OfferGroup[] {
  const groups: OfferGroup[] = [];
  const name = nodeOf(selection);
  const node = name === null ? undefined : scene.nodes.get(name);
  const device = selection?.kind === "link" ? selection.interface : null;
  if (name !== null && node !== undefined) groups.push(...nodeGroups(cast, name, node, device));
  if (selection?.kind === "server" && canFail(cast, selection.address)) {
    groups.push(serverGroup(scene, selection));
  }
  if (selection?.kind === "client") groups.push(loadGroup(scene, cast));
  groups.push(networkGroup(cast, scene, name));
  return groups.filter(({ offers }) => offers.length > 0);
}

function offer(
  id: string,
  text: Text,
  action: Action,
  isEnabled = true,
  values: Record<string, string> = {},
): Offer {
  return { id, text, action, isEnabled, values };
}

/** Of a node; of one of its interfaces the cable comes first. */
function nodeGroups(
  cast: Cast,
  node: string,
  of: NodeScene,
  device: string | null,
): OfferGroup[] {
  const process = { title: TOPOLOGY_TEXT.process, offers: processOffers(node, of) };
  const cables = { title: TOPOLOGY_TEXT.cables, offers: cableOffers(cast, node, of, device) };
  const isAwake = of.process !== "off" && of.process !== "frozen";
  return [
    ...(device === null ? [process, cables] : [cables, process]),
    { title: TOPOLOGY_TEXT.scripts, offers: scriptOffers(cast, node) },
    {
      title: TOPOLOGY_TEXT.addresses,
      offers: [...of.held].map((address) =>
        offer(
          `address ${address}`,
          TOPOLOGY_TEXT.removeAddress,
          { do: "removeAddress", node, address },
          isAwake,
          { address },
        )
      ),
    },
  ];
}

function processOffers(node: string, { process }: NodeScene): Offer[] {
  const T = TOPOLOGY_TEXT;
  const isGone = process === "off" || process === "down";
  const isRunning = process === "running";
  return [
    isGone
      ? offer("process", process === "off" ? T.boot : T.start, { do: "start", node })
      : offer("process", T.kill, { do: "kill", node }, process !== "frozen"),
    offer("shutdown", T.shutdown, { do: "shutdown", node }, isRunning),
    process === "paused"
      ? offer("signal", T.resume, { do: "resume", node })
      : offer("signal", T.pause, { do: "pause", node }, isRunning),
    process === "frozen"
      ? offer("guest", T.thaw, { do: "thaw", node })
      : offer("guest", T.freeze, { do: "freeze", node }, isRunning || process === "paused"),
    offer("stall", T.stallMain, { do: "stallMain", node, forUs: STALL_US }, isRunning),
    offer("power", T.powerOff, { do: "powerOff", node }, process !== "off"),
  ];
}

function cableOffers(
  cast: Cast,
  node: string,
  { linksDown, process }: NodeScene,
  device: string | null,
): Offer[] {
  const interfaces = cast.nodes.find(({ name }) => name === node)?.interfaces ?? [];
  return interfaces.filter(({ name }) => device === null || device === name).map(({ name }) => {
    const values = { interface: name };
    // Of a machine that is off every link is down, whether its cable is in or not.
    const isOut = linksDown.has(name) && process !== "off";
    return isOut
      ? offer(`cable ${name}`, TOPOLOGY_TEXT.plug, { do: "plug", node, ...values }, true, values)
      : offer(
        `cable ${name}`,
        TOPOLOGY_TEXT.unplug,
        { do: "unplug", node, ...values },
        process !== "off",
        values,
      );
  });
}

function scriptOffers(cast: Cast, node: string): Offer[] {
  const scripts = cast.nodes.find(({ name }) => name === node)?.scripts ?? [];
  return scripts.flatMap((script) => {
    const set = (id: string, text: Text, code: number, runUs: number) =>
      offer(
        `${id} ${script}`,
        text,
        { do: "script", node, script, outcome: { kind: "exit", code }, runUs },
        true,
        { script },
      );
    return [
      set("bad", TOPOLOGY_TEXT.scriptBad, 1, SCRIPT_RUN_US),
      set("good", TOPOLOGY_TEXT.scriptGood, 0, SCRIPT_RUN_US),
      set("hangs", TOPOLOGY_TEXT.scriptHangs, 0, HANGS_US),
    ];
  });
}

/** Scenarios know real servers: nobody checks one that is a sorry server only. */
export function canFail({ servers }: Cast, address: string): boolean {
  return servers.some((server) => server.address === address && !server.isSorry);
}

function serverGroup(
  scene: Scene,
  { address, port }: { address: string; port: number | null },
): OfferGroup {
  const T = TOPOLOGY_TEXT;
  const now = serverAnswer(scene, address);
  const set = (id: string, text: Text, state: ServerState) =>
    offer(id, text, { do: "server", address, port, state }, now !== state);
  return {
    title: T.server,
    offers: [
      set("refuse", T.serverRefuse, "refuse"),
      set("silent", T.serverSilent, "silent"),
      set("status", T.serverStatus, 503),
      set("up", T.serverUp, "up"),
    ],
  };
}

function loadGroup(scene: Scene, cast: Cast): OfferGroup {
  if (cast.services.length === 0) return { title: TOPOLOGY_TEXT.load, offers: [] };
  return {
    title: TOPOLOGY_TEXT.load,
    offers: LOADS.map((perSecond) =>
      offer(
        `load ${perSecond}`,
        perSecond === 0 ? TOPOLOGY_TEXT.loadNone : TOPOLOGY_TEXT.loadSome,
        { do: "load", perSecond, service: null },
        scene.load !== perSecond,
        { count: String(perSecond) },
      )
    ),
  };
}

function networkGroup(cast: Cast, scene: Scene, node: string | null): OfferGroup {
  const T = TOPOLOGY_TEXT;
  const names = cast.nodes.map(({ name }) => name);
  const offers: Offer[] = [];
  if (node !== null && names.length > 1) {
    const sets = [names.filter((name) => name !== node), [node]];
    const isAlone = scene.partition?.some((set) => set.length === 1 && set[0] === node) === true;
    const values = { node };
    offers.push(offer("alone", T.partition, { do: "partition", sets }, !isAlone, values));
    for (const other of names) {
      if (other === node) continue;
      for (const [from, to] of [[other, node], [node, other]] as const) {
        const isCut = scene.cuts.has(`${from} ${to}`);
        offers.push(
          offer(`cut ${from} ${to}`, T.cut, { do: "cut", from, to }, !isCut, { from, to }),
        );
      }
    }
  }
  const isIll = scene.cuts.size > 0 || scene.partition !== null ||
    [...scene.nodes.values()].some(({ wires }) => wires.size > 0);
  offers.push(offer("heal", T.heal, { do: "heal" }, isIll));
  return { title: T.everything, offers };
}
