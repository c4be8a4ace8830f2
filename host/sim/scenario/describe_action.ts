// A step of a scenario as a person says it: for the timeline, behind the node's name. This module is
// browser safe.

import { describeDuration, describeScriptOutcome } from "../../engine/describe_value.ts";
import type { Action, WireQuality } from "./scenario.ts";

/** The words for a step. */
export function describeAction(action: Action): string {
  switch (action.do) {
    case "start":
      return "the daemon starts";
    case "kill":
      return "kill -9";
    case "shutdown":
      return "the daemon is stopped in order (SIGTERM)";
    case "powerOff":
      return "the machine loses its power";
    case "pause":
      return "the process is stopped (SIGSTOP)";
    case "resume":
      return "the process goes on (SIGCONT)";
    case "freeze":
      return "the guest is frozen, its clock with it";
    case "thaw":
      return "the guest goes on";
    case "stallMain":
      return `the main thread stands still for ${describeDuration(action.forUs)}`;
    case "reload":
      return describeReload(action);
    case "unplug":
      return `cable out${interfaceOf(action.interface)}`;
    case "plug":
      return `cable in${interfaceOf(action.interface)}`;
    case "wire":
      return `wire ${directionOf(action.direction)}${interfaceOf(action.interface)}: ` +
        describeQuality(action.quality);
    case "cut":
      return `nothing of ${action.from} reaches ${action.to}`;
    case "partition":
      return `partition: ${action.sets.map((set) => set.join(" ")).join(" | ")}`;
    case "heal":
      return "the network is whole again";
    case "script":
      return `script ${action.script} from now on: ${describeScriptOutcome(action.outcome)}`;
    case "server": {
      const port = action.port === null ? "" : `:${action.port}`;
      const state = typeof action.state === "number"
        ? `answers ${action.state}`
        : SERVER[action.state];
      return `server ${action.address}${port} ${state}`;
    }
    case "removeAddress":
      return `somebody removes ${action.address}`;
    case "clock":
      return `the clock runs at ${action.rate} of its speed`;
    case "load":
      return action.service === null
        ? `clients send ${action.perSecond} requests/s, spread over all services`
        : `clients send ${action.perSecond} requests/s to ${action.service}`;
    case "say":
      return action.text;
  }
}

const SERVER = { up: "is well", refuse: "refuses connections", silent: "does not answer" };

function describeReload({ set, config }: Extract<Action, { do: "reload" }>): string {
  // A timeline is shown around; the password of a scenario is not.
  const changes = set.map(({ path, value }) =>
    `${path} = ${path.endsWith(".auth_pass") ? "********" : value}`
  );
  const what = config === null ? changes : ["another file", ...changes];
  return `reload${what.length > 0 ? `: ${what.join(", ")}` : ""}`;
}

function interfaceOf(name: string | null): string {
  return name === null ? "" : ` of ${name}`;
}

function directionOf(direction: "in" | "out" | "both"): string {
  return direction === "both" ? "both ways" : direction === "in" ? "towards it" : "from it";
}

function describeQuality(quality: Partial<WireQuality>): string {
  const { latencyUs, jitterUs, loss, duplicate, reorder } = quality;
  const percent = (of: number) => `${Number((of * 100).toFixed(3))} %`;
  return [
    latencyUs === undefined ? "" : `latency ${describeDuration(latencyUs)}`,
    jitterUs === undefined ? "" : `jitter ${describeDuration(jitterUs)}`,
    loss === undefined ? "" : `loses ${percent(loss)}`,
    duplicate === undefined ? "" : `doubles ${percent(duplicate)}`,
    reorder === undefined ? "" : `reorders ${percent(reorder)}`,
  ].filter((part) => part !== "").join(", ");
}
