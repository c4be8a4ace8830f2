// `vipd status` for a person: who is master of what and why, which servers take the traffic, what
// happened last. Pure: a NodeStatus in, text of at most 100 columns out.

import type {
  EventRecord,
  InstanceStatusView,
  NodeStatus,
  RealServerStatus,
  TrackerStatus,
  VipStatus,
  VirtualServerStatus,
  WebStatus,
} from "../host/control/client.ts";
import { type Paint, paintHealth, paintState } from "./paint.ts";
import { duration, shortTime, table, wrap } from "./text.ts";

/** Events shown at the end. */
const EVENTS_SHOWN = 8;
const LABEL_WIDTH = 10;

/** The whole status, without a final newline. */
export function statusText(status: NodeStatus, paint: Paint): string {
  const sections = [
    headText(status, paint),
    vrrpText(status.instances, paint),
    groupsText(status, paint),
    trackersText(status.trackers, paint),
    ...serversText(status.virtualServers, paint),
    eventsText(status.events, paint),
  ];
  return sections.filter((section) => section !== "").join("\n\n");
}

/** One event as `vipd events` prints it: wall time of this machine, kind, line. */
export function eventText(event: EventRecord, paint: Paint): string {
  const when = paint.dim(localTime(event.time));
  return wrap(event.text, `${when} ${event.kind.padEnd(LABEL_WIDTH)} `, 35);
}

function headText(status: NodeStatus, paint: Paint): string {
  const { configuration, wire } = status;
  const lines = [
    `${paint.head(`vipd ${status.version}`)} on ${status.routerId}, pid ${status.pid}, ` +
    `up ${duration(status.ageS)}`,
    labelled("config", `${configuration.file}, generation ${configuration.generation}`),
  ];
  if (configuration.refused !== null) {
    lines.push(labelled("", paint.bad("the last reload was refused: ") + configuration.refused));
  }
  if (configuration.pending !== null) {
    lines.push(labelled("", paint.warn("not in force: ") + configuration.pending));
  }
  lines.push(
    labelled("runtime", `${status.runtime}, core ABI ${status.abiVersion}, ${status.build}`),
  );
  lines.push(labelled("IPVS", IPVS_TEXT[status.ipvs]));
  if (wire !== null) {
    const late = `timers ${shortTime(wire.latenessUs)} late, at most ${
      shortTime(wire.latenessMaxUs)
    }`;
    lines.push(labelled("wire", `${wire.scheduling}, ${late}`));
    if (wire.ringOverruns > 0) {
      lines.push(labelled("", paint.warn(`${wire.ringOverruns} records of the wire worker lost`)));
    }
  }
  const { web } = status.control;
  if (web !== null) {
    const told = web.problem === null
      ? `http://${web.listen}/, ${followersText(web)}`
      : paint.bad(`cannot listen on ${web.listen}: `) + web.problem;
    lines.push(labelled("web", told));
  }
  if (status.logLinesLost > 0) {
    lines.push(labelled("log", paint.warn(`${status.logLinesLost} lines lost`)));
  }
  return lines.join("\n");
}

function followersText({ followers, denied }: WebStatus): string {
  const names = followers.length === 0 ? "nobody" : [...new Set(followers)].join(", ");
  return `followed by ${names}${denied === 0 ? "" : `, ${denied} turned away`}`;
}

const IPVS_TEXT: Record<NodeStatus["ipvs"], string> = {
  kernel: "in the kernel",
  user: "none in the kernel: the user-space director forwards",
  none: "not used",
};

function vrrpText(instances: InstanceStatusView[], paint: Paint): string {
  if (instances.length === 0) return "";
  const rows = instances.map((instance) => [
    instance.name,
    paintState(instance.state, paint),
    String(instance.priority.effective),
    masterText(instance),
    duration(instance.ageS),
    `${instance.interface} v${instance.version} ${instance.vrid}`,
  ]);
  const drawn = table(["INSTANCE", "STATE", "PRIO", "MASTER", "FOR", "VRID"], rows).split("\n");
  const lines = [paint.head("VRRP"), drawn[0]!];
  instances.forEach((instance, i) => lines.push(drawn[i + 1]!, ...whyLines(instance, paint)));
  return lines.join("\n");
}

function masterText({ state, master }: InstanceStatusView): string {
  if (state === "MASTER") return "this node";
  return master === null ? "unknown" : `${master.address} (${master.priority})`;
}

function whyLines(instance: InstanceStatusView, paint: Paint): string[] {
  const lines = [labelled("why", whyText(instance), 4)];
  if (instance.priority.parts.length > 0) {
    lines.push(labelled("priority", priorityText(instance, paint), 4));
  }
  for (const vip of instance.vips) lines.push(labelled("address", vipText(vip, paint), 4));
  return lines;
}

/** The last transition's line without what stands in the row above it: name and state. */
function whyText({ name, reasonText }: InstanceStatusView): string {
  const told = reasonText.startsWith(`(${name}) `) ? reasonText.slice(name.length + 3) : reasonText;
  return told.replace(/^Entering [A-Z]+ STATE(?: \([^)]*\))?: /, "");
}

function priorityText({ priority }: InstanceStatusView, paint: Paint): string {
  const parts = priority.parts.map((part) => {
    const sign = part.contribution < 0 ? "-" : "+";
    const effect = part.weight === 0 ? "decides FAULT" : `${sign} ${Math.abs(part.contribution)}`;
    return `${effect} (${part.tracker} ${paintHealth(part.state, paint)})`;
  });
  return `${priority.effective} = ${[String(priority.base), ...parts].join(" ")}`;
}

function vipText(vip: VipStatus, paint: Paint): string {
  const held = vip.held
    ? paint.good("held") + (vip.leaseS > 0 ? `, lease ${vip.leaseS} s` : ", no lease")
    : paint.dim("not held");
  const label = vip.label === null ? "" : ` label ${vip.label}`;
  const excluded = vip.advertised ? "" : ", not advertised";
  return `${vip.address} dev ${vip.device}${label}: ${held}${excluded}`;
}

function groupsText({ groups }: NodeStatus, paint: Paint): string {
  if (groups.length === 0) return "";
  const rows = groups.map((group) => [
    group.name,
    paintState(group.state, paint),
    duration(group.ageS),
    group.members.join(" "),
  ]);
  return [paint.head("Sync groups"), table(["GROUP", "STATE", "FOR", "INSTANCES"], rows)].join(
    "\n",
  );
}

function trackersText(trackers: TrackerStatus[], paint: Paint): string {
  if (trackers.length === 0) return "";
  const rows = trackers.map((tracker) => [
    tracker.name,
    tracker.kind.toLowerCase(),
    paintHealth(tracker.state, paint),
    duration(tracker.ageS),
    tracker.value === null ? tracker.lastOutcome : `${tracker.value}, ${tracker.lastOutcome}`,
  ]);
  const head = ["TRACKER", "KIND", "STATE", "FOR", "LAST"];
  return [paint.head("Trackers"), table(head, rows)].join("\n");
}

function serversText(services: VirtualServerStatus[], paint: Paint): string[] {
  return services.map((service) => {
    const { quorum } = service;
    const facts = [
      service.scheduler,
      service.method,
      ...(service.persistenceTimeoutS === null
        ? []
        : [`persistent ${service.persistenceTimeoutS} s`]),
      `quorum ${
        paintHealth(quorum.state, paint)
      } (weight ${quorum.aliveWeight} of ${quorum.required})`,
    ];
    const lines = [`${paint.head(service.key)}  ${facts.join(", ")}`];
    if (service.sorryServer !== null) {
      const { address, active } = service.sorryServer;
      const use = active ? paint.warn("in use") : paint.dim("waiting");
      lines.push(labelled("sorry", `${address} ${use}`));
    }
    if (service.realServers.length > 0) lines.push(realServersText(service.realServers, paint));
    return lines.join("\n");
  });
}

function realServersText(servers: RealServerStatus[], paint: Paint): string {
  const rows = servers.map((server) => [
    server.address,
    paintHealth(server.state, paint),
    server.weight === server.weightConfigured
      ? String(server.weight)
      : `${server.weight} (${server.weightConfigured})`,
    server.activeConnections === null ? "-" : String(server.activeConnections),
    server.inactiveConnections === null ? "-" : String(server.inactiveConnections),
    checksText(server),
  ]);
  return table(["SERVER", "STATE", "WEIGHT", "ACT", "INACT", "CHECKS"], rows);
}

/** The check that is down, or else the first, with its age and words. */
function checksText({ checkers }: RealServerStatus): string {
  const told = checkers.find((checker) => checker.state === "down") ?? checkers[0];
  if (told === undefined) return "not checked";
  const more = checkers.length > 1 ? ` (${checkers.length} checks)` : "";
  return `${told.kind} ${told.state} ${duration(told.ageS)}: ${told.lastOutcome}${more}`;
}

function eventsText(events: EventRecord[], paint: Paint): string {
  if (events.length === 0) return "";
  const lines = events.slice(-EVENTS_SHOWN).map((event) => eventShort(event, paint));
  return [paint.head("Last events"), ...lines].join("\n");
}

function eventShort(event: EventRecord, paint: Paint): string {
  return wrap(event.text, `  ${paint.dim(localTime(event.time).slice(11, 23))} `, 15);
}

/** `2026-11-22 17:21:28.123` in the time zone of this machine. */
function localTime(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
  return `${day} ${time}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

function labelled(label: string, text: string, indent = 2): string {
  const first = " ".repeat(indent) + label.padEnd(LABEL_WIDTH);
  return wrap(text, first, first.length);
}
