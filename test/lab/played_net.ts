// The network of a played scenario: a switch for each interface name, as the simulator lays it out, and
// the faults that a scenario asks for. Cables are carriers; cuts and partitions are rules of the
// switches (nftables, family bridge), so that no machine sees anything but silence.

import type { Machine } from "../../host/sim/scenario/scenario.ts";
import { Lab, type LabNode, type LabSwitch } from "./netns.ts";
import { CommandError } from "./process.ts";

const TABLE = "played";

/** Which frames a switch drops: those from a port, to a port (null = any). */
interface Drop {
  from: string | null;
  to: string | null;
}

/** Does what was prepared. */
export type Deed = () => Promise<void>;

/** Machines on their switches. Ends with its lab. Deeds are prepared first and done on the dot. */
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
  prepareCable(name: string, device: string | null, state: "in" | "out"): Deed {
    const word = state === "in" ? "up" : "down";
    return this.#prepare(device, ["ip", "-batch", "-"], (lan) => [
      `link set ${this.#port(lan, name)} ${word}`,
    ]);
  }

  /** No frame from one machine reaches the other. */
  prepareCut(from: string, to: string): Deed {
    return this.#prepareDrops(null, (lan) => [
      { from: this.#port(lan, from), to: this.#port(lan, to) },
    ]);
  }

  /** Frames to a machine, from it, or both, are lost. */
  prepareLoss(name: string, device: string | null, direction: "in" | "out" | "both"): Deed {
    return this.#prepareDrops(device, (lan) => {
      const port = this.#port(lan, name);
      const [toIt, fromIt] = [{ from: null, to: port }, { from: port, to: null }];
      return direction === "both" ? [toIt, fromIt] : [direction === "in" ? toIt : fromIt];
    });
  }

  /** Machines hear only those of their own set. */
  preparePartition(sets: string[][]): Deed {
    const setOf = (name: string) => sets.findIndex((set) => set.includes(name));
    return this.#prepareDrops(null, (lan) => {
      const names = [...this.#nodes.keys()];
      return names.flatMap((from) =>
        names.filter((to) => from !== to && (setOf(from) < 0 || setOf(from) !== setOf(to)))
          .map((to) => ({ from: this.#port(lan, from), to: this.#port(lan, to) }))
      );
    });
  }

  /** Somebody else takes an address (with its prefix length) off an interface. */
  prepareRemoval(name: string, device: string, address: string): Deed {
    const text = `addr del ${address} dev ${device}\n`;
    const command = new WaitingCommand(this.node(name), ["ip", "-batch", "-"], text);
    return () => command.go();
  }

  /** Ends every cut, loss and partition. */
  prepareHeal(): Deed {
    return this.#prepare(null, NFT, () => NEW_TABLE);
  }

  #port(lan: LabSwitch, name: string): string {
    return lan.port(this.node(name));
  }

  #prepareDrops(device: string | null, dropsOf: (lan: LabSwitch) => Drop[]): Deed {
    return this.#prepare(device, NFT, (lan) => {
      const rules = dropsOf(lan).map(({ from, to }) => {
        const words = [from === null ? "" : `iifname ${from}`, to === null ? "" : `oifname ${to}`];
        return `add rule bridge ${TABLE} drops ${words.join(" ")} drop`;
      });
      return [`add table bridge ${TABLE}`, CHAIN, ...rules];
    });
  }

  #prepare(device: string | null, argv: string[], textOf: (lan: LabSwitch) => string[]): Deed {
    const commands = [...this.#switches].filter(([of]) => device === null || device === of)
      .map(([, lan]) => new WaitingCommand(lan.node, argv, textOf(lan).join("\n") + "\n"));
    return async () => {
      await Promise.all(commands.map((command) => command.go()));
    };
  }
}

/** A program that has been started and waits for its input: what it costs to start is paid. */
class WaitingCommand {
  readonly #child: Deno.ChildProcess;

  constructor(node: LabNode, readonly argv: string[], readonly input: string) {
    this.#child = new Deno.Command("nsenter", {
      args: ["-t", `${node.pid}`, "-n", "--", ...argv],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  }

  async go(): Promise<void> {
    const writer = this.#child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(this.input));
    await writer.close();
    const { code, stdout, stderr } = await this.#child.output();
    if (code === 0) return;
    const text = new TextDecoder();
    const result = { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
    throw new CommandError(this.argv, result, `status ${code}`);
  }
}

const NFT = ["nft", "-f", "-"];
const CHAIN = `add chain bridge ${TABLE} drops { type filter hook forward priority 0; }`;
/** In one transaction: the rules are gone, and their place is there. */
const NEW_TABLE = [
  `add table bridge ${TABLE}`,
  `delete table bridge ${TABLE}`,
  `add table bridge ${TABLE}`,
  CHAIN,
];
