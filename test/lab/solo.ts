// One machine for one test, with the reference deployment's interface and address: most journeys of a
// daemon need no more.

import type { LabNode, LabSwitch } from "./netns.ts";
import { openReferenceLab } from "./topology.ts";

/** Runs `act` on a machine of its own and ends the machine. The tag is seen in ps. */
export async function onNode<T>(
  tag: string,
  act: (node: LabNode, lan: LabSwitch) => Promise<T>,
): Promise<T> {
  await using reference = await openReferenceLab(`ve-${tag}`, ["node1"]);
  return await act(reference.machine("node1"), reference.lan);
}

/** Runs `act` on two machines of one segment and ends them. */
export async function onPair<T>(
  tag: string,
  act: (node1: LabNode, node2: LabNode, lan: LabSwitch) => Promise<T>,
): Promise<T> {
  await using reference = await openReferenceLab(`ve-${tag}`, ["node1", "node2"]);
  return await act(reference.machine("node1"), reference.machine("node2"), reference.lan);
}
