// Networks and configurations of many instances.

import { Capture } from "../lab/capture.ts";
import { Lab, type LabNode, type LabSwitch } from "../lab/netns.ts";

/** A VRID is one of 255 on an interface; a round number of them. */
export const PER_INTERFACE_MAX = 250;

/** A master alone on its segments. */
export interface Alone extends AsyncDisposable {
  node: LabNode;
  switches: LabSwitch[];
}

/** Opens a lab with one node and as many segments as so many instances need. */
export async function openAlone(tag: string, instances: number): Promise<Alone> {
  const lab = await Lab.open(tag);
  try {
    const node = await lab.addNode("node1");
    const switches: LabSwitch[] = [];
    for (let i = 0; i < interfacesFor(instances); i++) {
      const lan = await lab.addSwitch(`lan${i}`);
      await lan.connect(node, { name: `eth${i}`, addresses: [`172.${18 + i}.0.11/16`] });
      switches.push(lan);
    }
    return { node, switches, [Symbol.asyncDispose]: () => lab.close() };
  } catch (error) {
    await lab.close();
    throw error;
  }
}

/** A capture of each segment. */
export function captureAll({ switches }: Alone): Promise<Capture[]> {
  return Promise.all(switches.map((lan) => Capture.start(lan)));
}

function interfacesFor(instances: number): number {
  return Math.ceil(instances / PER_INTERFACE_MAX);
}

/**
 * So many instances of version 2, one VIP each, spread over eth0, eth1... The second burst of gratuitous
 * ARPs comes a second after the first, so that one need not wait long for the usual course of things.
 */
export function manyInstances(instances: number, priority: number): string {
  const interfaces = interfacesFor(instances);
  return Array.from({ length: instances }, (_, i) => {
    const vrid = Math.floor(i / interfaces) + 1;
    const device = i % interfaces;
    return [
      `vrrp_instance VI_${i + 1} {`,
      "    state MASTER",
      `    interface eth${device}`,
      `    virtual_router_id ${vrid}`,
      `    priority ${priority}`,
      "    advert_int 1",
      "    garp_master_delay 1",
      "    virtual_ipaddress {",
      `        172.${18 + device}.100.${vrid}/16`,
      "    }",
      "}",
      "",
    ].join("\n");
  }).join("");
}
