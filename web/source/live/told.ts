// What a director says, as events of a recording: one event of its log at a time, and what is another in
// its status than it was before.

import type {
  EventRecord,
  InstanceStatusView,
  NodeStatus,
  TrackerStateName,
} from "../../../host/control/client.ts";
import type { CoreRecord } from "../../../host/core/named_record.ts";
import type { EngineEvent } from "../../../host/engine/event.ts";
import { endpointText } from "../../story/scene.ts";
import type { RecordedEvent } from "../../story/recording.ts";
import { bareAddress, endpointOf } from "./cast_of_status.ts";

/** What an event says, without when and who. */
export type Told = RecordedEvent extends infer Event
  ? Event extends RecordedEvent ? Omit<Event, "atUs" | "node"> : never
  : never;

/** One line of `vipd events`. */
export function toldByEvent({ text, record }: EventRecord): Told {
  if ("kind" in record) return { kind: "record", record: record as CoreRecord };
  if ("event" in record) return { kind: "event", event: record as unknown as EngineEvent };
  const { level } = record as { level?: unknown };
  return { kind: "remark", text, isBad: level === "error" || level === "warning" };
}

/**
 * What is another in `status` than in the one before; without one before, everything. `held`: the addresses
 * that it is known to have held.
 */
export function toldByStatus(
  before: NodeStatus | null,
  status: NodeStatus,
  held: ReadonlySet<string> = heldOf(before),
): Told[] {
  return [
    ...status.instances.flatMap((instance) =>
      toldByInstance(before?.instances.find(({ name }) => name === instance.name), instance)
    ),
    ...toldAddresses(held, heldOf(status)),
    ...trackers(before, status),
    ...servers(before, status),
  ];
}

/** A state without its reason record: what a snapshot shows. */
export function toldState({ name, state, reasonText }: InstanceStatusView): Told {
  return { kind: "state", instance: name, state, inferred: false, text: reasonText };
}

function toldByInstance(before: InstanceStatusView | undefined, now: InstanceStatusView): Told[] {
  const { name, priority, master } = now;
  const isSame = before !== undefined && before.priority.effective === priority.effective &&
    before.master?.address === master?.address && before.master?.priority === master?.priority;
  if (isSame) return [];
  // When its timers are due a status does not tell.
  const instance = {
    name,
    priority: priority.effective,
    protocolUs: null,
    preemptUs: null,
    master,
  };
  return [{ kind: "instance", instance }];
}

function heldOf(status: NodeStatus | null): Set<string> {
  const vips = status?.instances.flatMap((instance) => instance.vips) ?? [];
  return new Set(vips.flatMap(({ address, held }) => held ? [bareAddress(address)] : []));
}

/** What it holds is another set. */
export function toldAddresses(was: ReadonlySet<string>, is: ReadonlySet<string>): Told[] {
  const told = (address: string, held: boolean): Told => ({
    ...{ kind: "address", address, held, why: "core" },
  });
  return [
    ...[...was].filter((address) => !is.has(address)).map((address) => told(address, false)),
    ...[...is].filter((address) => !was.has(address)).map((address) => told(address, true)),
  ];
}

function trackers(before: NodeStatus | null, status: NodeStatus): Told[] {
  const was = new Map<string, TrackerStateName>(
    before?.trackers.map(({ name, state }) => [name, state]),
  );
  return status.trackers.flatMap(({ name, kind, state }): Told[] => {
    if (was.get(name) === state) return [];
    const tracker: Told = { kind: "tracker", tracker: name, state };
    if (kind !== "INTERFACE") return [tracker];
    return [tracker, { kind: "link", interface: name, up: state !== "BAD" }];
  });
}

type ServerTold = Extract<Told, { kind: "server" }>;

function serversOf(status: NodeStatus | null): Map<string, ServerTold> {
  const rows = new Map<string, ServerTold>();
  for (const { key, realServers, sorryServer } of status?.virtualServers ?? []) {
    for (const { address, state, weight } of realServers) {
      const server = endpointText(endpointOf(address));
      rows.set(`${key} ${server}`, { kind: "server", service: key, server, state, weight });
    }
    if (sorryServer === null) continue;
    const server = endpointText(endpointOf(sorryServer.address));
    const { active } = sorryServer;
    const row = { weight: active ? 1 : 0, state: active ? "up" : "down" } as const;
    rows.set(`${key} ${server}`, { kind: "server", service: key, server, ...row });
  }
  return rows;
}

function servers(before: NodeStatus | null, status: NodeStatus): Told[] {
  const [was, is] = [serversOf(before), serversOf(status)];
  const gone = [...was].filter(([key]) => !is.has(key))
    .map(([, row]): Told => ({ ...row, state: "down", weight: 0 }));
  const changed = [...is].filter(([key, { state, weight }]) => {
    const old = was.get(key);
    return old === undefined || old.state !== state || old.weight !== weight;
  }).map(([, row]): Told => row);
  return [...gone, ...changed];
}
