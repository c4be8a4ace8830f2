// The reference deployment's network (examples/lvs-dr-dual-master): five machines on one segment.
//
//   client 172.18.0.100     node1 172.18.0.11       node2 172.18.0.12
//       |                       |                       |
//   ----+-----------------------+-----------------------+----  172.18.0.0/16
//       |                       |
//   rs1 172.18.200.100      rs2 172.18.200.110
//
// Every interface bears the name that the published files use, so they run unchanged.

import { Lab } from "./netns.ts";
import type { LabNode, LabSwitch } from "./netns.ts";
import { EXAMPLE } from "./path.ts";

export const INTERFACE = "eno16777736";
/** VIP of VI_1 (vrid 51), which node1 holds when all is well. */
export const VIP1 = "172.18.200.6";
/** VIP of VI_2 (vrid 60), which node2 holds when all is well. */
export const VIP2 = "172.18.200.5";
export const MULTICAST_GROUP = "224.0.100.18";
export const ADDRESS = {
  client: "172.18.0.100",
  node1: "172.18.0.11",
  node2: "172.18.0.12",
  rs1: "172.18.200.100",
  rs2: "172.18.200.110",
} as const;

export type MachineName = keyof typeof ADDRESS;

/** The lab with its machines; the ones not asked for are absent. */
export interface ReferenceLab extends AsyncDisposable {
  lab: Lab;
  lan: LabSwitch;
  /** The machine of that name; throws when the lab was opened without it. */
  machine(name: MachineName): LabNode;
}

/** Builds the network, or the named machines of it. On real servers realserver.sh has been started. */
export async function openReferenceLab(
  tag: string,
  names: MachineName[] = ["client", "node1", "node2", "rs1", "rs2"],
): Promise<ReferenceLab> {
  const lab = await Lab.open(tag);
  try {
    const lan = await lab.addSwitch("lan");
    const machines = new Map<MachineName, LabNode>();
    for (const name of names) {
      const node = await lab.addNode(name);
      machines.set(name, node);
      await lan.connect(node, { name: INTERFACE, addresses: [`${ADDRESS[name]}/16`] });
      if (name.startsWith("rs")) {
        await node.exec(["sh", `${EXAMPLE}/realserver.sh`, "start", VIP1, VIP2]);
      }
    }
    return {
      lab,
      lan,
      machine: (name) => {
        const node = machines.get(name);
        if (node === undefined) throw new Error(`the lab was opened without ${name}`);
        return node;
      },
      [Symbol.asyncDispose]: () => lab.close(),
    };
  } catch (error) {
    await lab.close();
    throw error;
  }
}
