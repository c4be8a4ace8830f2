// Runs the scripts of trackers, checks and notifications: finds the account, starts the process
// (host/linux/process.ts) and says how it ended in the engine's words.

import { errorText } from "../base/errors.ts";
import type {
  RunningScript,
  RunOptions,
  RunScript,
  Script,
  ScriptOutcome,
} from "../engine/contract.ts";
import { type ProcessOutcome, startProcess } from "../linux/process.ts";
import { READY_FD_VARIABLE } from "../linux/terminal.ts";
import { type Identity, resolveIdentity } from "./accounts.ts";
import { signalNumber } from "./signal_number.ts";

/** What a runner needs of the machine. */
export interface RunnerOptions {
  /** Environment that every script gets. */
  environment: Record<string, string>;
  /** Who a script runs as; throws when it cannot be found. */
  identityOf: (user: string | null, group: string | null) => Identity;
}

/** What only the launcher and we say to each other (cli/vipd). */
const LAUNCHER_VARIABLES = [READY_FD_VARIABLE, "DENO_NO_UPDATE_CHECK", "DENO_DIR"];

/** Our environment as whoever started us gave it: what keepalived's scripts get. */
function givenEnvironment(): Record<string, string> {
  const given = Object.entries(Deno.env.toObject());
  return Object.fromEntries(given.filter(([name]) => !LAUNCHER_VARIABLES.includes(name)));
}

/** A runner for this machine: our environment, the local accounts. */
export function createScriptRunner(change: Partial<RunnerOptions> = {}): RunScript {
  const options: RunnerOptions = {
    environment: givenEnvironment(),
    identityOf: resolveIdentity,
    ...change,
  };
  return (script, run) => start(script, run, options);
}

function start(script: Script, run: RunOptions, options: RunnerOptions): RunningScript {
  const [program, ...argv] = script.argv;
  if (program === undefined) return failed("no command");
  let identity: Identity;
  try {
    identity = options.identityOf(script.user, script.group);
  } catch (thrown) {
    return failed(errorText(thrown));
  }
  const process = startProcess({
    argv: [program, ...argv, ...run.arguments],
    env: { ...options.environment, ...run.environment },
    ...(identity.uid === null ? {} : { uid: identity.uid }),
    ...(identity.gid === null ? {} : { gid: identity.gid }),
    timeoutMs: run.timeoutUs === null ? null : run.timeoutUs / 1000,
    outputSizeMax: 0,
  });
  const outcome = process.ended.then((end) => outcomeOf(end.outcome));
  return { outcome, stop: () => process.stop() };
}

function failed(text: string): RunningScript {
  return { outcome: Promise.resolve({ kind: "error", text }), stop: () => {} };
}

function outcomeOf(outcome: ProcessOutcome): ScriptOutcome {
  switch (outcome.kind) {
    case "exited":
      return { kind: "exit", code: outcome.code };
    case "signalled":
      return { kind: "signal", signal: signalNumber(outcome.signal) };
    case "timed-out":
      return { kind: "timeout" };
    case "stopped":
      return { kind: "error", text: "stopped" };
    case "not-started":
      return { kind: "error", text: outcome.error };
  }
}
