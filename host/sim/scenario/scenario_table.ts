// The language of scenario files as one table: reader, writer, schema and docs/scenarios.md follow it.
// Times are seconds, qualities of wires and machines milliseconds (their keys end in Ms), probabilities
// 0..1. This module is browser safe.

import { readPrefixed } from "./edit_value.ts";
import type { Config } from "../../conf/model.ts";
import type { ScriptOutcome } from "../../engine/contract.ts";
import {
  type Action,
  DEFAULT_MACHINE,
  DEFAULT_SCRIPT,
  type Edit,
  GOOD_WIRE,
  LOAD_MAX,
  type Machine,
  type Scenario,
  type ScriptRule,
  type ServerState,
  type Step,
  type WireQuality,
} from "./scenario.ts";
import {
  BOOLEAN,
  canonical,
  type Codec,
  either,
  type Json,
  list,
  microseconds,
  nullable,
  number,
  type Reading,
  shown,
  text,
  word,
  WRONG,
} from "./scenario_codec.ts";
import {
  type Field,
  type Members,
  members,
  object,
  optional,
  record,
  required,
  someMembers,
  tagged,
} from "./scenario_object.ts";

/** Characters of a file. */
export const SCENARIO_SIZE_MAX = 1024 * 1024;
/** Brackets inside brackets of a file. */
export const SCENARIO_DEPTH_MAX = 16;
/** Steps of a scenario. */
export const STEP_MAX = 10_000;
/** Longest play, seconds: a week. */
export const DURATION_MAX_S = 604_800;
/** Longest latency, jitter and lateness, milliseconds. */
export const DELAY_MAX_MS = 10_000;
/** Entries of any other list. */
export const LIST_MAX = 1024;
/** Characters of a name, and of a text. */
export const NAME_LENGTH_MAX = 256;
export const TEXT_LENGTH_MAX = 4096;
/** Slowest and fastest clock. */
export const CLOCK_RATE = { min: 0.5, max: 2 };

const SECOND = 1_000_000;
const MILLISECOND = 1_000;

const NAME = text("a name", 1, NAME_LENGTH_MAX);
const NODE = text("the name of a node", 1, NAME_LENGTH_MAX);
const INTERFACE = nullable(text("the name of an interface", 1, NAME_LENGTH_MAX));
const SECONDS = microseconds("a time in seconds", DURATION_MAX_S, SECOND);
const DELAY = microseconds("a time in milliseconds", DELAY_MAX_MS, MILLISECOND);
const PROBABILITY = number("a probability", 0, 1, 9);
const RATE = number("the rate of a clock", CLOCK_RATE.min, CLOCK_RATE.max, 9);
const ADDRESS = canonical("an IP address", "192.0.2.1", (value) => {
  const read = readPrefixed(value);
  return read === null || read.prefixLength !== null ? null : read.address;
});
const PREFIXED = canonical("an address with prefix length", "192.0.2.1/24", (value) => {
  const read = readPrefixed(value);
  return read === null || read.prefixLength === null
    ? null
    : `${read.address}/${read.prefixLength}`;
});

type Fields<T> = { readonly [K in keyof T]-?: Field<T[K]> };

const wireFields: Fields<WireQuality> = {
  latencyUs: optional(DELAY, GOOD_WIRE.latencyUs, "milliseconds on the way", "latencyMs"),
  jitterUs: optional(DELAY, 0, "milliseconds more at random, 0 to this", "jitterMs"),
  loss: optional(PROBABILITY, 0, "probability that a frame is lost"),
  duplicate: optional(PROBABILITY, 0, "probability that a frame comes twice"),
  reorder: optional(PROBABILITY, 0, "probability that a frame is overtaken by later ones"),
};

/** Quality of a wire. */
const WIRE: Codec<WireQuality> = object("wire", members<WireQuality>(wireFields));

const MACHINE: Codec<Machine> = object(
  "a machine",
  members<Machine>({
    addresses: optional(
      record("addresses", list("a list of addresses", PREFIXED, LIST_MAX), "by interface"),
      {},
      "addresses with prefix length by interface; those that are not given are made up",
    ),
    clockRate: optional(RATE, DEFAULT_MACHINE.clockRate, "seconds of its clock in a second"),
    latenessUs: optional(
      DELAY,
      DEFAULT_MACHINE.latenessUs,
      "its VRRP thread comes late by 0 to so many milliseconds",
      "latenessMs",
    ),
    queueDelayUs: optional(
      DELAY,
      DEFAULT_MACHINE.queueDelayUs,
      "milliseconds that a message between its threads takes",
      "queueDelayMs",
    ),
    started: optional(BOOLEAN, DEFAULT_MACHINE.started, "false: a step starts it"),
  }),
);

const OUTCOME_KEYS = {
  exit: { codec: number("an exit status", 0, 255, 0), meaning: "exit status" },
  signal: { codec: number("a signal", 1, 64, 0), meaning: "signal that ends it" },
  timeout: { codec: BOOLEAN, meaning: "true: it runs longer than allowed" },
  error: {
    codec: text("a reason", 1, TEXT_LENGTH_MAX),
    meaning: "it cannot be started: why",
  },
};

/** How a script ends: one of four keys. */
const OUTCOME: Members<ScriptOutcome> = {
  keys: new Map(
    Object.entries(OUTCOME_KEYS).map(([key, { codec, meaning }]) => [key, {
      schema: codec.schema,
      meaning,
    }]),
  ),
  required: [],
  oneOf: Object.keys(OUTCOME_KEYS),
  read(found, node, reading) {
    const given = Object.keys(OUTCOME_KEYS).filter((key) => found.has(key));
    const [key] = given;
    if (key === undefined || given.length > 1) {
      const message = key === undefined
        ? "how the script ends is missing"
        : `a script ends in one way, not by ${given.join(" and ")}`;
      return reading.report(node, { message, hint: 'write for example "exit": 1' });
    }
    const value = found.get(key)!;
    return outcomeOf(key as keyof typeof OUTCOME_KEYS, value, reading);
  },
  write(outcome) {
    switch (outcome.kind) {
      case "exit":
        return [["exit", outcome.code]];
      case "signal":
        return [["signal", outcome.signal]];
      case "timeout":
        return [["timeout", true]];
      case "error":
        return [["error", outcome.text]];
    }
  },
};

function outcomeOf(
  key: keyof typeof OUTCOME_KEYS,
  node: Parameters<Codec<string>["read"]>[0],
  reading: Reading,
): ScriptOutcome | typeof WRONG {
  if (key === "timeout") {
    if (node.value === true) return { kind: "timeout" };
    const message = `${shown(node)} says nothing of how it ends`;
    return reading.report(node, { message, hint: 'write "timeout": true, or another end' });
  }
  const value = OUTCOME_KEYS[key].codec.read(node, reading);
  if (value === WRONG) return WRONG;
  if (key === "exit") return { kind: "exit", code: Number(value) };
  if (key === "signal") return { kind: "signal", signal: Number(value) };
  return { kind: "error", text: String(value) };
}

const TAKES = optional(SECONDS, DEFAULT_SCRIPT.runUs, "seconds that a run takes", "takes");
const SCRIPT_NAME = required(NAME, "name of a vrrp_script");

const SCRIPT_RULE: Codec<ScriptRule> = object(
  "a rule of scripts",
  members<ScriptRule>({
    node: required(NODE, "the name of a node"),
    script: SCRIPT_NAME,
    outcome: OUTCOME,
    runUs: TAKES,
  }),
);

/** Changes of a configuration: paths and values. */
const EDITS: Codec<Edit[]> = {
  schema: { type: "object", additionalProperties: { type: ["string", "number", "boolean"] } },
  read(node, reading) {
    const scalar: Codec<Edit["value"]> = {
      schema: {},
      read(value) {
        const kind = typeof value.value;
        if (kind === "string" || kind === "number" || kind === "boolean") return value.value;
        const message = `${shown(value)} is not a value`;
        return reading.report(value, { message, hint: "write text, a number, true or false" });
      },
      write: (value) => value,
    };
    const found = record("the changes", scalar, "").read(node, reading);
    if (found === WRONG) return WRONG;
    return Object.entries(found).map(([path, value]) => ({ path, value }));
  },
  write: (edits) => Object.fromEntries(edits.map(({ path, value }) => [path, value])),
};

/** A reading that can also get a configuration by its name. */
export interface ConfigReading extends Reading {
  /** Throws what is to be told. */
  resolveConfig(name: string): Config;
}

/** A whole configuration by the name of its file. */
const CONFIG: Codec<Config | null> = {
  schema: { type: "string" },
  read(node, reading) {
    const name = NAME.read(node, reading);
    if (name === WRONG) return WRONG;
    try {
      return (reading as ConfigReading).resolveConfig(name);
    } catch (error) {
      const hint = (error as { hint?: string }).hint ?? "name a configuration that can be read";
      const message = error instanceof Error ? error.message : String(error);
      return reading.report(node, { message, hint });
    }
  },
  write: (config) => config?.files[0] ?? null,
};

type Body<K extends Action["do"]> = Omit<Extract<Action, { do: K }>, "do">;

const node = required(NODE, "the name of a node");
const onlyNode = members<{ node: string }>({ node });
const ONE_INTERFACE = optional(
  INTERFACE,
  null,
  "interface; every one of the node where it is left out",
);
const cable = members<Body<"plug">>({
  node,
  interface: ONE_INTERFACE,
});

const SERVER_STATE: Codec<ServerState> = either(
  "number",
  number("an HTTP status", 100, 599, 0),
  word<"up" | "refuse" | "silent">("how a server answers", ["up", "refuse", "silent"]),
);

/** What can happen: the words of `do`. The type says that none is forgotten. */
export const ACTIONS: {
  readonly [K in Action["do"]]: { meaning: string; members: Members<Body<K>> };
} = {
  start: { meaning: "the daemon starts; after powerOff the machine boots", members: onlyNode },
  kill: {
    meaning: "kill -9: the process is gone, the kernel with the leased addresses runs on",
    members: onlyNode,
  },
  shutdown: { meaning: "SIGTERM: the daemon stops in order", members: onlyNode },
  powerOff: { meaning: "the machine is dark; a later start is a boot", members: onlyNode },
  pause: { meaning: "SIGSTOP: the process stands still, its kernel does not", members: onlyNode },
  resume: { meaning: "SIGCONT", members: onlyNode },
  freeze: {
    meaning: "the guest stands still: process, kernel and clock",
    members: onlyNode,
  },
  thaw: { meaning: "the guest goes on", members: onlyNode },
  stallMain: {
    meaning:
      "the main thread (scripts, checks, notifications, signals) stands still for a while; " +
      "after 30 s the VRRP thread ends the process",
    members: members<Body<"stallMain">>({ node, forUs: required(SECONDS, "seconds", "for") }),
  },
  reload: {
    meaning: "SIGHUP: with changes, with another file, or with what it has",
    members: members<Body<"reload">>({
      node,
      set: optional(EDITS, [], "what changes: path and value"),
      config: optional(CONFIG, null, "file of a whole other configuration"),
    }),
  },
  unplug: { meaning: "the cable is pulled", members: cable },
  plug: { meaning: "the cable is put in again", members: cable },
  wire: {
    meaning: "the quality of a wire changes",
    members: members<Body<"wire">>({
      node,
      interface: ONE_INTERFACE,
      direction: optional(
        word("a direction", ["in", "out", "both"]),
        "both",
        "frames to the node (in), from it (out), or both",
      ),
      quality: someMembers<WireQuality>(wireFields),
    }),
  },
  cut: {
    meaning: "no frame from one node reaches the other; one way",
    members: members<Body<"cut">>({
      from: required(NODE, "node that is not heard"),
      to: required(NODE, "node that does not hear it"),
    }),
  },
  partition: {
    meaning: "nodes hear only those of their own set; a node in no set hears nobody",
    members: members<Body<"partition">>({
      sets: required(
        list("a list of sets", list("a set of nodes", NODE, LIST_MAX), LIST_MAX),
        "sets of nodes",
      ),
    }),
  },
  heal: {
    meaning: "ends every cut, partition and change of a wire; plugs nothing in",
    members: members<Body<"heal">>({}),
  },
  script: {
    meaning: "from now on the script ends so",
    members: members<Body<"script">>({
      node: optional(nullable(NODE), null, "node; every one where it is left out"),
      script: SCRIPT_NAME,
      outcome: OUTCOME,
      runUs: TAKES,
    }),
  },
  server: {
    meaning: "from now on a real server answers checks so",
    members: members<Body<"server">>({
      address: required(ADDRESS, "its address"),
      port: optional(
        nullable(number("a port", 1, 65535, 0)),
        null,
        "its port; every one where it is left out",
      ),
      state: required(SERVER_STATE, "up, refuse, silent, or an HTTP status"),
    }),
  },
  removeAddress: {
    meaning: "somebody else removes an address of the node",
    members: members<Body<"removeAddress">>({ node, address: required(ADDRESS, "the address") }),
  },
  clock: {
    meaning: "from now on the node's clock runs so fast",
    members: members<Body<"clock">>({
      node,
      rate: required(RATE, "seconds of its clock in a second"),
    }),
  },
  load: {
    meaning: "from now on clients send so many requests a second to the virtual servers",
    members: members<Body<"load">>({
      perSecond: required(
        number("requests a second", 0, LOAD_MAX, 0),
        "requests a second; 0: none",
      ),
      service: optional(
        nullable(text("a virtual_server", 1, NAME_LENGTH_MAX)),
        null,
        "one virtual_server, `[192.0.2.1]:tcp:80`; all in turn where it is left out",
      ),
    }),
  },
  say: {
    meaning: "a comment in the timeline",
    members: members<Body<"say">>({ text: required(text("a text", 1, TEXT_LENGTH_MAX), "text") }),
  },
};

const AT = members<{ atUs: number }>({
  atUs: required(SECONDS, "seconds from the beginning", "at"),
});
const ANY_STEP = tagged<Action>("a step", "do", AT, ACTIONS);

const STEP: Codec<Step> = {
  schema: ANY_STEP.schema,
  read(node, reading) {
    const found = ANY_STEP.read(node, reading);
    if (found === WRONG) return WRONG;
    return { atUs: (found.common as { atUs: number }).atUs, action: found.value };
  },
  write: ({ atUs, action }) => ANY_STEP.write({ common: { atUs }, value: action }),
};

/** A whole file. */
export const SCENARIO: Codec<Scenario> = object(
  "a scenario",
  members<Scenario>({
    name: required(text("a name", 1, TEXT_LENGTH_MAX), "what it is called"),
    description: optional(
      text("a description", 0, TEXT_LENGTH_MAX),
      "",
      "a sentence or two for the reader",
    ),
    durationUs: required(SECONDS, "seconds that it takes", "duration"),
    wire: optional(WIRE, GOOD_WIRE, "quality of every wire until a step changes it"),
    machines: optional(
      record("machines", MACHINE, "by node"),
      {},
      "what differs from the defaults, by node",
    ),
    scripts: optional(
      list("a list of rules", SCRIPT_RULE, LIST_MAX),
      [],
      "how scripts end until a step changes it; without a rule with status 0",
    ),
    steps: required(list("a list of steps", STEP, STEP_MAX), "what happens, in the order of time"),
  }),
  ["$schema"],
);

/** The JSON schema of scenario files, as examples/scenarios/scenario.schema.json holds it. */
export function scenarioSchema(): Json {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "vipd scenario",
    description: "What happens in `vipd simulate --scenario FILE`; docs/scenarios.md explains it.",
    ...SCENARIO.schema,
  };
}
