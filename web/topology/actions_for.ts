// What a hand can do to a picked thing at a moment: the actions that would change something now. Pure.

import type { Action } from "../../host/sim/scenario/scenario.ts";
import type { Selection } from "../app/state.ts";
import type { Cast } from "../story/cast.ts";
import type { NodeScene, Scene } from "../story/scene.ts";
import { TOPOLOGY_TEXT } from "../text/topology.ts";
import type { Text } from "../text/text.ts";

/** One thing that can be done. */
export interface Offer {
  text: Text;
  values: Record<string, string>;
  action: Action;
}

/** What belongs together. */
export interface OfferGroup {
  title: Text;
  offers: Offer[];
}

/** How long main stands still, microseconds. */
const STALL_US = 5_000_000;
/** How long a script takes that a hand made good or bad, microseconds. */
const SCRIPT_RUN_US = 3_000;
/** Longer than any script is allowed to run, microseconds. */
const HANGS_US = 600_000_000;

/** The node that a selection is about; null: none. */
export function nodeOf(selection: Selection | null): string | null {
  return selection !== null && "node" in selection ? selection.node : null;
}

/** Everything that can be done to what is picked. */
export function offersFor(cast: Cast, scene: Scene, selection: Selection | null): OfferGroup[] {
  const groups: OfferGroup[] = [];
  const name = nodeOf(selection);
  const node = name === null ? undefined : scene.nodes.get(name);
  if (name !== null && node !== undefined) groups.push(...nodeGroups(cast, name, node));
  if (selection?.kind === "server") groups.push(serverGroup(selection));
  groups.push(networkGroup(cast, scene, name));
  return groups.filter(({ offers }) => offers.length > 0);
}

function offer(text: Text, action: Action, values: Record<string, string> = {}): Offer {
  return { text, action, values };
}

function nodeGroups(cast: Cast, node: string, of: NodeScene): OfferGroup[] {
  return [
    { title: TOPOLOGY_TEXT.process, offers: processOffers(node, of) },
    { title: TOPOLOGY_TEXT.cables, offers: cableOffers(cast, node, of) },
    { title: TOPOLOGY_TEXT.scripts, offers: of.process === "off" ? [] : scriptOffers(cast, node) },
    {
      title: TOPOLOGY_TEXT.configuration,
      offers: [...of.held].map((address) =>
        offer(TOPOLOGY_TEXT.removeAddress, { do: "removeAddress", node, address }, { address })
      ),
    },
  ];
}

function processOffers(node: string, { process }: NodeScene): Offer[] {
  const T = TOPOLOGY_TEXT;
  switch (process) {
    case "off":
    case "down":
      return [
        offer(T.start, { do: "start", node }),
        ...(process === "down" ? [offer(T.powerOff, { do: "powerOff", node })] : []),
      ];
    case "paused":
      return [
        offer(T.resume, { do: "resume", node }),
        offer(T.kill, { do: "kill", node }),
        offer(T.freeze, { do: "freeze", node }),
        offer(T.powerOff, { do: "powerOff", node }),
      ];
    case "frozen":
      return [
        offer(T.thaw, { do: "thaw", node }),
        offer(T.powerOff, { do: "powerOff", node }),
      ];
    case "running":
      return [
        offer(T.kill, { do: "kill", node }),
        offer(T.shutdown, { do: "shutdown", node }),
        offer(T.pause, { do: "pause", node }),
        offer(T.freeze, { do: "freeze", node }),
        offer(T.stallMain, { do: "stallMain", node, forUs: STALL_US }),
        offer(T.powerOff, { do: "powerOff", node }),
      ];
  }
}

function cableOffers(cast: Cast, node: string, { linksDown, process }: NodeScene): Offer[] {
  const interfaces = cast.nodes.find(({ name }) => name === node)?.interfaces ?? [];
  if (process === "off") return [];
  return interfaces.map(({ name }) =>
    linksDown.has(name)
      ? offer(TOPOLOGY_TEXT.plug, { do: "plug", node, interface: name }, { interface: name })
      : offer(TOPOLOGY_TEXT.unplug, { do: "unplug", node, interface: name }, { interface: name })
  );
}

function scriptOffers(cast: Cast, node: string): Offer[] {
  const scripts = cast.nodes.find(({ name }) => name === node)?.scripts ?? [];
  return scripts.flatMap((script) => {
    const set = (text: Text, code: number, runUs: number) =>
      offer(
        text,
        { do: "script", node, script, outcome: { kind: "exit", code }, runUs },
        { script },
      );
    return [
      set(TOPOLOGY_TEXT.scriptBad, 1, SCRIPT_RUN_US),
      set(TOPOLOGY_TEXT.scriptGood, 0, SCRIPT_RUN_US),
      set(TOPOLOGY_TEXT.scriptHangs, 0, HANGS_US),
    ];
  });
}

function serverGroup({ address, port }: { address: string; port: number | null }): OfferGroup {
  const T = TOPOLOGY_TEXT;
  const set = (text: Text, state: "up" | "refuse" | "silent" | number) =>
    offer(text, { do: "server", address, port, state });
  return {
    title: T.server,
    offers: [
      set(T.serverRefuse, "refuse"),
      set(T.serverSilent, "silent"),
      set(T.serverStatus, 503),
      set(T.serverUp, "up"),
    ],
  };
}

function networkGroup(cast: Cast, scene: Scene, node: string | null): OfferGroup {
  const offers: Offer[] = [];
  const names = cast.nodes.map(({ name }) => name);
  if (node !== null) {
    for (const other of names) {
      if (other === node) continue;
      for (const [from, to] of [[other, node], [node, other]] as const) {
        if (scene.cuts.has(`${from} ${to}`)) continue;
        offers.push(offer(TOPOLOGY_TEXT.cut, { do: "cut", from, to }, { from, to }));
      }
    }
    if (names.length > 1 && scene.partition === null) {
      const sets = [names.filter((name) => name !== node), [node]];
      offers.push(offer(TOPOLOGY_TEXT.partition, { do: "partition", sets }, { node }));
    }
  }
  const isIll = scene.cuts.size > 0 || scene.partition !== null ||
    [...scene.nodes.values()].some(({ wires }) => wires.size > 0);
  if (isIll) offers.push(offer(TOPOLOGY_TEXT.heal, { do: "heal" }));
  return { title: TOPOLOGY_TEXT.everything, offers };
}
