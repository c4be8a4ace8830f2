// What one request to the edge worker may take. Each limit has a name, and an answer that refuses something
// because of it says that name.

/** One limit. */
export interface Limit {
  name: string;
  value: number;
  /** What is counted, with its unit. */
  meaning: string;
}

const limit = (name: string, value: number, meaning: string): Limit => ({ name, value, meaning });

/** All of them. */
export const EDGE_LIMITS = {
  body: limit("BODY_SIZE_MAX", 1024 * 1024, "bytes of a request's body"),
  drained: limit(
    "DRAINED_SIZE_MAX",
    16 * 1024 * 1024,
    "bytes of a refused body that are still taken, so that its sender sees the answer",
  ),
  files: limit("FILES_MAX", 64, "files of a request, those that are included counted too"),
  name: limit("NAME_LENGTH_MAX", 256, "characters of a file's or a node's name"),
  read: limit("READ_SIZE_MAX", 4 * 1024 * 1024, "bytes that all nodes read, includes each time"),
  nodes: limit("NODES_MAX", 8, "nodes of a request: its main files"),
  instances: limit("INSTANCES_MAX", 128, "vrrp_instance blocks of all simulated nodes"),
  servers: limit("SERVERS_MAX", 1_000, "real_server blocks of all simulated nodes"),
  steps: limit("STEPS_MAX", 1_000, "steps of a scenario"),
  reloads: limit("RELOADS_MAX", 100, "reloads among the steps of a scenario"),
  instanceSeconds: limit(
    "INSTANCE_SECONDS_MAX",
    500_000,
    "simulated seconds times vrrp_instance blocks of all nodes",
  ),
  events: limit("EVENTS_MAX", 1_000_000, "events that a simulation plays"),
  story: limit("STORY_EVENTS_MAX", 20_000, "events that a timeline tells"),
  playMs: limit("PLAY_MS_MAX", 10_000, "milliseconds that a simulation takes the worker"),
} as const satisfies Record<string, Limit>;
