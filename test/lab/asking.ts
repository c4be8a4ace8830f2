// Asks the vipd of a node by its control socket, as `vipd status` does but without a program for each
// question, so that a test can look often.

import { connectControl } from "../../cli/connect.ts";
import type {
  EventRecord,
  InstanceStatusView,
  NodeStatus,
  RealServerStatus,
} from "../../host/control/client.ts";
import type { LabNode } from "./netns.ts";
import { eventually } from "./process.ts";
import type { RunningProgram } from "./process.ts";
import { startVipd, type VipdOptions } from "./vipd.ts";

/** Longest wait for a state that is to come, milliseconds. */
const STATE_TIMEOUT_MS = 20_000;

/** Where the node's control socket is for this process: its /run, seen through its first process. */
export function controlSocketOf(node: LabNode, path = "/run/keepalived.sock"): string {
  return `/proc/${node.pid}/root${path}`;
}

/** The status of the node's daemon. Rejects with VipdError when none answers. */
export async function statusOf(node: LabNode, path?: string): Promise<NodeStatus> {
  const client = await connectControl(controlSocketOf(node, path));
  try {
    return await client.status();
  } finally {
    client.close();
  }
}

/** All events that the node's daemon remembers. */
export async function eventsOf(node: LabNode): Promise<EventRecord[]> {
  const client = await connectControl(controlSocketOf(node));
  const events: EventRecord[] = [];
  try {
    await client.events({}, (event) => events.push(event));
    return events;
  } finally {
    client.close();
  }
}

/** Asks until `pick` gives something; throws with the last status. */
export async function untilStatus<T>(
  node: LabNode,
  what: string,
  pick: (status: NodeStatus) => T | null | undefined | false,
  timeoutMs = STATE_TIMEOUT_MS,
): Promise<T> {
  let last: unknown = "no answer";
  const look = async () => {
    const status = await statusOf(node).catch((error: Error) => {
      last = error.message;
      return null;
    });
    if (status === null) return null;
    last = status;
    return pick(status) || null;
  };
  return await eventually(what, look, timeoutMs, 20).catch((error: Error) => {
    throw new Error(`${error.message}; the last status was ${JSON.stringify(last, null, 1)}`);
  });
}

/** The instance of that name; null when there is none. */
export function instanceIn(status: NodeStatus, name: string): InstanceStatusView | null {
  return status.instances.find((instance) => instance.name === name) ?? null;
}

/** Waits until an instance is in a state, or is as `isSo` says. */
export function untilInstance(
  node: LabNode,
  name: string,
  want: string | ((instance: InstanceStatusView) => boolean),
): Promise<InstanceStatusView> {
  const isSo = typeof want === "string"
    ? (instance: InstanceStatusView) => instance.state === want
    : want;
  return untilStatus(node, `${node.name} ${name} to be ${want}`, (status) => {
    const found = instanceIn(status, name);
    return found !== null && isSo(found) ? found : null;
  });
}

/** Waits until a real server (`[address]:proto:port` or as the status names it) is as `isSo` says. */
export function untilServer(
  node: LabNode,
  address: string,
  isSo: (server: RealServerStatus) => boolean,
): Promise<RealServerStatus> {
  return untilStatus(node, `${address} to be ${isSo}`, (status) => {
    const servers = status.virtualServers.flatMap(({ realServers }) => realServers);
    const found = servers.find((server) => server.address.includes(address));
    return found !== undefined && isSo(found) ? found : null;
  });
}

/** Starts vipd and waits until its control socket answers: the configuration is then in force. */
export async function startReadyVipd(
  node: LabNode,
  configuration: string,
  options: VipdOptions = {},
): Promise<RunningProgram> {
  const program = await startVipd(node, configuration, options);
  await eventually(
    `${node.name} to answer`,
    async () => {
      if (program.exitStatus !== null) throw new Error(program.log);
      return await statusOf(node).catch(() => null);
    },
    STATE_TIMEOUT_MS,
    20,
  ).catch((error: Error) => {
    throw new Error(`${error.message}\n${program.log}`);
  });
  return program;
}
