// What is said on the control socket: requests, replies and the shapes they carry. One JSON text is
// one message; on the Unix socket a newline ends it, in a browser one WebSocket message holds it, so
// the same client code serves both. The server (server.ts), `vipd status`, `vipd events`, the
// console and the page all read these types and no other.
//
// Times: `...At` and `since` are wall time as ISO 8601 with milliseconds in UTC, for reading; ages
// are seconds of the monotonic clock, so that a stepped wall clock does not falsify them.
// Passwords and keys never appear here (DESIGN decision 9) but for `dump`, which hands out the memory as
// it is: whoever offers this to others than root leaves that request out.
// This module is browser safe.

import type {
  InstanceStatus,
  ReasonName,
  StateName,
  TrackerName,
  TrackerStateName,
} from "../core/abi.gen.ts";
import type { CoreRecord, RecordNames, TransitionRecord } from "../core/named_record.ts";

export type { ReasonName, StateName, TrackerName, TrackerStateName };

/** Changes whenever a message changes its meaning; a field that is added does not change it. */
export const PROTOCOL_VERSION = 1;
/** Longest message of a client, UTF-16 units without its newline. A longer one ends the connection. */
export const REQUEST_LENGTH_MAX = 4096;
/** Longest message a client takes from the daemon, UTF-16 units: a status of every limit fits. */
export const REPLY_LENGTH_MAX = 64 * 1024 * 1024;
/** Connections at one time; one more is told so and closed. */
export const CLIENT_MAX = 32;
/** Bytes of events waiting for a subscriber that does not read; more, and it is dropped and counted. */
export const CLIENT_BACKLOG_BYTES_MAX = 4 * 1024 * 1024;
/** A client that takes nothing of a message for so long is dropped and counted, milliseconds. */
export const CLIENT_STALL_MS_MAX = 10_000;
/** Events the daemon remembers. */
export const EVENT_RING_MAX = 1024;
/** Events in a status reply, the newest. */
export const STATUS_EVENTS_MAX = 20;

/** Bytes of a dump in one message. */
export const DUMP_CHUNK_BYTES = 48 * 1024;

/** Any value that JSON can carry. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** What an event is about; `daemon` is start, stop, a dead worker and the like. */
export type EventKind =
  | "transition"
  | "priority"
  | "refused"
  | "notice"
  | "lvs"
  | "notify"
  | "config"
  | "daemon";

export type { RecordNames, TransitionRecord };

/** What stands behind an event's line: a record of the core with names, or an object of the host. */
export type EventBody =
  | CoreRecord
  | { [key: string]: Json };

/** One line of `vipd events`. */
export interface EventRecord {
  /** Grows by one from 1 with every event of this daemon; a gap means events were lost. */
  sequence: number;
  /** Wall time, ISO 8601. */
  time: string;
  kind: EventKind;
  /** The log line, without time. */
  text: string;
  record: EventBody;
}

/** One tracker's part in a priority. */
export interface PriorityPart {
  /** The tracker's name. */
  tracker: string;
  /** Of the line in the instance, -254..254; 0 = bad means FAULT. */
  weight: number;
  reverse: boolean;
  state: TrackerStateName;
  /** What it adds to the priority now. */
  contribution: number;
}

/** A priority and how it came about. */
export interface PriorityStatus {
  base: number;
  /** In our adverts. */
  effective: number;
  /** Sum of the parts before clamping. */
  tracked: number;
  parts: PriorityPart[];
}

/** One virtual address. */
export interface VipStatus {
  /** With prefix length, `192.0.2.1/24`. */
  address: string;
  device: string;
  label: string | null;
  /** False for an address that is held but not advertised (virtual_ipaddress_excluded). */
  advertised: boolean;
  held: boolean;
  /** Kernel lifetime given with each refresh, seconds; 0 = for ever. */
  leaseS: number;
}

/** The counters of an instance that are shown, named as in the core (abi/instance_status.ts). */
export const INSTANCE_COUNTERS = [
  "advertReceived",
  "advertSent",
  "becomeMaster",
  "releaseMaster",
  "priorityZeroReceived",
  "priorityZeroSent",
  "packetLengthErrors",
  "checksumErrors",
  "ttlErrors",
  "versionErrors",
  "invalidTypeReceived",
  "authTypeErrors",
  "authDataErrors",
  "intervalErrors",
  "addressListErrors",
  "destinationErrors",
] as const satisfies readonly (keyof InstanceStatus)[];

/** Counters of one instance. */
export type InstanceCounters = Pick<InstanceStatus, typeof INSTANCE_COUNTERS[number]>;

/** One vrrp_instance. */
export interface InstanceStatusView {
  name: string;
  state: StateName;
  /** Why it is in this state: the word of the last transition. */
  reason: ReasonName;
  /** The last transition's line, and its record; null before the first. */
  reasonText: string;
  transition: TransitionRecord | null;
  since: string;
  ageS: number;
  vrid: number;
  version: number;
  family: "INET" | "INET6";
  interface: string;
  group: string | null;
  /** Seconds. */
  advertisementIntervalS: number;
  priority: PriorityStatus;
  /** Address and priority of the master, ours while MASTER; null when none is known. */
  master: { address: string; priority: number } | null;
  /** Since the last accepted advert, seconds; null = never one. */
  lastAdvertAgeS: number | null;
  vips: VipStatus[];
  counters: InstanceCounters;
}

/** One vrrp_sync_group. */
export interface GroupStatus {
  name: string;
  state: StateName;
  since: string;
  ageS: number;
  members: string[];
}

/** One tracker. */
export interface TrackerStatus {
  name: string;
  kind: TrackerName;
  state: TrackerStateName;
  since: string;
  ageS: number;
  /** What the last run or look said, `exit status 1`, `timed out after 2 s`, `up`. */
  lastOutcome: string;
  /** Last value of a file tracker. */
  value: number | null;
}

/** One checker of a real server. */
export interface CheckerStatus {
  /** keepalived's keyword, `HTTP_GET`. */
  kind: string;
  state: "unknown" | "up" | "down";
  /** What the last check said, `status 200 in 3 ms`, `connection refused`. */
  lastOutcome: string;
  since: string;
  ageS: number;
}

/** One real server. */
export interface RealServerStatus {
  /** `address:port`, IPv6 in brackets. */
  address: string;
  method: "DR" | "NAT" | "TUN";
  /** Weight in the table that balances now; 0 = no new connections. */
  weight: number;
  /** Weight in the configuration. */
  weightConfigured: number;
  state: "up" | "down" | "unknown";
  checkers: CheckerStatus[];
  /** Connections, where the balancer tells them. */
  activeConnections: number | null;
  inactiveConnections: number | null;
}

/** One virtual_server. */
export interface VirtualServerStatus {
  /** `TCP 192.0.2.1:80` or `fwmark 7`. */
  key: string;
  scheduler: string;
  method: "DR" | "NAT" | "TUN";
  persistenceTimeoutS: number | null;
  quorum: { state: "up" | "down"; required: number; aliveWeight: number };
  sorryServer: { address: string; active: boolean } | null;
  realServers: RealServerStatus[];
}

/** Health of the wire worker. */
export interface WireStatus {
  /** `SCHED_FIFO 50`, `SCHED_OTHER`. */
  scheduling: string;
  /** Rounds of its loop since the start. */
  loops: number;
  /** Lateness of the timer that fired last and the largest since the start, microseconds. */
  latenessUs: number;
  latenessMaxUs: number;
  /** Since its last heartbeat, seconds. */
  heartbeatAgeS: number;
  /** Records lost in its ring towards main. */
  ringOverruns: number;
}

/** What happened to the clients of a server. */
export interface ClientCounts {
  clients: number;
  /** Connections refused because as many as may be were open. */
  refused: number;
  /** Clients dropped because they did not read. */
  dropped: number;
  /** Clients dropped because of a message that was too long or not one of ours. */
  rejected: number;
}

/** What the control server says of itself. */
export interface ControlStatus extends ClientCounts {
  path: string;
  /** The server of the page; null where `vipd { web { } }` is not there. */
  web: WebStatus | null;
}

/** What the server of the page says of itself. */
export interface WebStatus extends ClientCounts {
  /** `127.0.0.1:8112`, IPv6 in brackets. */
  listen: string;
  /** Why it does not listen now; null: it does. */
  problem: string | null;
  /** Connections without a token of ours, from a page that is not listed or by a name that is not ours. */
  denied: number;
  /** Names of the tokens that follow now, one for each client. */
  followers: string[];
}

/** Everything `vipd status --json` prints, in this order. */
export interface NodeStatus {
  protocol: typeof PROTOCOL_VERSION;
  version: string;
  abiVersion: number;
  runtime: string;
  build: string;
  pid: number;
  /** Drawn at its start: another process, whatever its pid, has another. */
  run: string;
  routerId: string;
  since: string;
  ageS: number;
  configuration: {
    file: string;
    /** Grows by one from 1 with every configuration that was taken over. */
    generation: number;
    loadedAt: string;
    /** Why the last reload was refused; null when it was not. */
    refused: string | null;
    /** What of it takes effect at the next start only; null: nothing. */
    pending: string | null;
  };
  /** Lines that the log could not take: a syslog or a terminal that is too slow, or away. */
  logLinesLost: number;
  ipvs: "kernel" | "user" | "none";
  wire: WireStatus | null;
  instances: InstanceStatusView[];
  groups: GroupStatus[];
  trackers: TrackerStatus[];
  virtualServers: VirtualServerStatus[];
  /** The newest STATUS_EVENTS_MAX, oldest first. */
  events: EventRecord[];
  /** Filled in by the server. */
  control: ControlStatus;
}

/** What the daemon knows of itself; the server adds the rest. */
export type ProviderStatus = Omit<NodeStatus, "protocol" | "events" | "control">;

/** Commands that change something or make the daemon look again. */
export type CommandName = "reload" | "check";

/** How a command went; `lines` is for reading, without a final newline each. */
export interface CommandResult {
  ok: boolean;
  lines: string[];
}

/** A client's message. `id` is the client's own number and comes back in every answer to it. */
export type Request =
  | { id: number; method: "status" }
  /**
   * `after`: only events with a larger sequence. `limit`: at most so many of the remembered ones.
   * `follow`: go on with new ones; once a connection.
   */
  | { id: number; method: "events"; after?: number; limit?: number; follow?: boolean }
  | { id: number; method: "command"; command: CommandName }
  /** What both halves remember (host/core/record.ts), with secrets. */
  | { id: number; method: "dump" };

/** Why a request failed. */
export type ErrorCode = "bad_request" | "too_long" | "too_many" | "read_only" | "failed";

/** An error as the client shows it. */
export interface ControlErrorBody {
  code: ErrorCode;
  message: string;
}

/**
 * A daemon's message. `status` and `command` are answered by one `result`; `events` by `event`
 * messages and, unless it follows, a closing `result` with the number of events; `dump` by `chunk`
 * messages (base64, DUMP_CHUNK_BYTES each but the last) and a `result` with their bytes. `id` is -1 in an
 * error about a message whose id could not be read or about the connection itself.
 */
export type Reply =
  | {
    id: number;
    type: "result";
    result: NodeStatus | CommandResult | { events: number } | { bytes: number };
  }
  | { id: number; type: "chunk"; data: string }
  | { id: number; type: "event"; event: EventRecord }
  | { id: number; type: "error"; error: ControlErrorBody };
