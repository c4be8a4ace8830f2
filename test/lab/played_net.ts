// The network of a played scenario: a switch for each interface name, as the simulator lays it out, and
// the faults that a scenario asks for. Cables are carriers; cuts and partitions are rules of the
// switches (nftables, family bridge), so that no machine sees anything but silence.

import type { Machine } from "../../host/sim/scenario.ts";
import { Lab, type LabNode, type LabSwitch } from "./netns.ts";

const TABLE = "played";

/** Which frames a switch drops: those from a port, to a port (null = any). */
interface Drop {
  from: string | null;
  to: string | null;
}

/** Machines on their switches. Ends with its lab. */
export class PlayedNet {
  readonly #switches: Map<string, LabSwitch>;
  readonly #nodes: Map<string, LabNode>;

  private constructor(
    readonly lab: Lab,
    switches: Map<string, LabSwitch>,
    nodes: Map<string, LabNode>,
  ) {
    this.#switches = switches;
    this.#nodes = nodes;
  }

  /** Builds the machines with exactly the interfaces and addresses given for them. */
  static async open(tag: string, machines: Record<string, Machine>): Promise<PlayedNet> {
    const lab = await Lab.open(tag);
    try {
      const switches = new Map<string, LabSwitch>();
      const nodes = new Map<string, LabNode>();
      for (const [name, { addresses }] of Object.entries(machines)) {
        const node = await lab.addNode(name);
        nodes.set(name, node);
        for (const [device, list] of Object.entries(addresses)) {
          const lan = switches.get(device) ?? await lab.addSwitch(`lan${switches.size}`);
          switches.set(device, lan);
          await lan.connect(node, { name: device, addresses: list });
        }
      }
      return new PlayedNet(lab, switches, nodes);
    } catch (error) {
      await lab.close();
      throw error;
    }
  }

  /** A machine. Throws when there is none of that name. */
  node(name: string): LabNode {
    const node = this.#nodes.get(name);
    if (node === undefined) throw new Error(`no machine ${name} was built`);
    return node;
  }

  /** Pulls the cable of one interface, or of all, or puts it back. */
  async setCable(name: string, device: string | null, state: "in" | "out"): Promise<void> {
    for (const [of, lan] of this.#switches) {
      if (device === null || device === of) await lan.setCable(this.node(name), state);
    }
  }

  /** No frame from one machine reaches the other. */
  cut(from: string, to: string): Promise<void> {
    return this.#drop(null, (lan) => [{ from: this.#port(lan, from), to: this.#port(lan, to) }]);
  }

  /** Frames to a machine, from it, or both, are lost. */
  lose(name: string, device: string | null, direction: "in" | "out" | "both"): Promise<void> {
    return this.#drop(device, (lan) => {
      const port = this.#port(lan, name);
      const [toIt, fromIt] = [{ from: null, to: port }, { from: port, to: null }];
      return direction === "both" ? [toIt, fromIt] : [direction === "in" ? toIt : fromIt];
    });
  }

  /** Machines hear only those of their own set. */
  partition(sets: string[][]): Promise<void> {
    const setOf = (name: string) => sets.findIndex((set) => set.includes(name));
    return this.#drop(null, (lan) => {
      const names = [...this.#nodes.keys()];
      return names.flatMap((from) =>
        names.filter((to) => from !== to && (setOf(from) < 0 || setOf(from) !== setOf(to)))
          .map((to) => ({ from: this.#port(lan, from), to: this.#port(lan, to) }))
      );
    });
  }

  /** Ends every cut, loss and partition. */
  async heal(): Promise<void> {
    for (const lan of this.#switches.values()) await nft(lan, newTable);
  }

  #port(lan: LabSwitch, name: string): string {
    return lan.port(this.node(name));
  }

  async #drop(device: string | null, dropsOf: (lan: LabSwitch) => Drop[]): Promise<void> {
    for (const [of, lan] of this.#switches) {
      if (device !== null && device !== of) continue;
      const rules = dropsOf(lan).map(({ from, to }) =>
        `add rule bridge ${TABLE} drops ${from === null ? "" : `iifname ${from}`} ${
          to === null ? "" : `oifname ${to}`
        } drop`
      );
      await nft(lan, [`add table bridge ${TABLE}`, CHAIN, ...rules]);
    }
  }
}

const CHAIN = `add chain bridge ${TABLE} drops { type filter hook forward priority 0; }`;
/** In one transaction: the rules are gone, and their place is there. */
const newTable = [
  `add table bridge ${TABLE}`,
  `delete table bridge ${TABLE}`,
  `add table bridge ${TABLE}`,
  CHAIN,
];

async function nft(lan: LabSwitch, commands: string[]): Promise<void> {
  await lan.node.net(["nft", "-f", "-"], { input: commands.join("\n") + "\n" });
}
