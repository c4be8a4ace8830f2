// The engine: what the configuration means outside the protocol. Scripts and checks come in as raw
// results and go out as tracker states and as the IPVS table that should be; transitions of the
// core go out as notifications and mail. A pure machine: inputs in, outputs out, time and
// randomness are arguments, the state is plain data. The daemon (host/daemon) and the simulator
// (host/sim, by node.ts) drive it:
//   handleInput(nowUs, input), then pollOutput() until null, and again at nextTimeout() if nothing
//   came before.
// This module is browser safe.

import {
  type CommandInput,
  type ConfigureInput,
  type EngineInput,
  type EngineOutput,
  STOP_WAIT_MAX_US,
} from "./contract.ts";
import { fireIpvs, markAll, syncIpvs, takeIpvsDone, takePresent } from "./ipvs_sync.ts";
import { abandonMails, isMailIdle, takeMailDone } from "./mail.ts";
import {
  configureNotifications,
  fireNotify,
  flushNotifications,
  isNotifyIdle,
  isStopTold,
  takeNotifyDone,
  takeTransition,
} from "./notifications.ts";
import { configureServices, fireChecker, stopServices, takeCheckResult } from "./services.ts";
import { createState, emit, type EngineState } from "./state.ts";
import { firstTimer, setTimer, takeTimer, type TimerOwner } from "./timer_queue.ts";
import { configureTrackers, fireTracker, stopTrackers, takeScriptResult } from "./trackers.ts";

/** One engine. */
export class Engine {
  #state: EngineState;

  /** With a seed for its randomness (unsigned 32 bit), or as a copy of another engine's state. */
  constructor(from: { seed: number } | { state: EngineState }) {
    this.#state = "state" in from ? structuredClone(from.state) : createState(from.seed);
  }

  /** A copy of the whole state: a checkpoint. */
  exportState(): EngineState {
    return structuredClone(this.#state);
  }

  /** The state itself, for reading (status.ts). */
  get state(): Readonly<EngineState> {
    return this.#state;
  }

  /**
   * Takes one input. `nowUs` is CLOCK_MONOTONIC in microseconds; a time before the last one counts
   * as the last one. What is due fires first. Never throws on an input of the contract's types;
   * answers to runs and batches that nobody waits for are ignored.
   */
  handleInput(nowUs: number, input: EngineInput): void {
    const state = this.#state;
    state.nowUs = Math.max(state.nowUs, Math.floor(nowUs));
    fireTimers(state);
    take(state, input);
    // What the input made due at once (a new script's first run) fires with it.
    fireTimers(state);
    syncIpvs(state);
    checkStopped(state);
  }

  /** The next output, or null. Poll until null after every input. */
  pollOutput(): EngineOutput | null {
    const state = this.#state;
    const output = state.outputs[state.polled];
    if (output !== undefined) {
      state.polled++;
      return output;
    }
    state.outputs = [];
    state.polled = 0;
    return null;
  }

  /** When to call again with a timer input if nothing comes: microseconds, or Infinity. */
  nextTimeout(): number {
    return firstTimer(this.#state.timers)?.atUs ?? Infinity;
  }
}

function take(state: EngineState, input: EngineInput): void {
  switch (input.kind) {
    case "timer":
      return;
    case "configure":
      return configure(state, input);
    case "scriptResult":
    case "checkResult": {
      const owner = state.runs.get(input.run);
      if (owner === undefined) return;
      state.runs.delete(input.run);
      if (input.kind === "scriptResult" && owner.kind === "tracker") {
        takeScriptResult(state, owner.name, input.outcome);
      } else if (input.kind === "checkResult" && owner.kind === "checker") {
        takeCheckResult(state, owner.id, input.outcome);
      }
      return;
    }
    case "transition":
      return takeTransition(state, input.record);
    case "notifyDone":
      return takeNotifyDone(state, input);
    case "mailDone":
      return takeMailDone(state, input);
    case "ipvsPresent":
      return takePresent(state, input.services);
    case "ipvsDone":
      return takeIpvsDone(state, input);
    case "command":
      return stop(state, input);
  }
}

function configure(state: EngineState, input: ConfigureInput): void {
  const { generation, config, index, host } = input;
  const isReload = state.setup !== null;
  if (state.stop !== null) return;
  state.setup = { generation, config, index, host };
  configureNotifications(state, config);
  configureTrackers(state, config.scripts, index);
  configureServices(state, config, isReload);
  if (state.ipvs.read !== null) takePresent(state, state.ipvs.read);
}

function fireTimers(state: EngineState): void {
  for (;;) {
    const timer = firstTimer(state.timers);
    if (timer === undefined || timer.atUs > state.nowUs) return;
    takeTimer(state.timers);
    fire(state, timer.owner, timer.atUs);
  }
}

function fire(state: EngineState, owner: TimerOwner, atUs: number): void {
  switch (owner.kind) {
    case "tracker":
      return fireTracker(state, owner.name, atUs);
    case "checker":
      return fireChecker(state, owner.id, atUs);
    case "notify":
      return fireNotify(state, owner.subject, atUs);
    case "ipvs":
      return fireIpvs(state, atUs);
    case "stop":
      return endStop(state, atUs);
  }
}

function stop(state: EngineState, input: CommandInput): void {
  if (state.stop !== null) return;
  const deadlineUs = state.nowUs + STOP_WAIT_MAX_US;
  state.stop = { deadlineUs, keepServices: input.keepServices, told: false };
  setTimer(state.timers, deadlineUs, { kind: "stop" });
  stopTrackers(state);
  stopServices(state, input.keepServices);
  state.ipvs.retryUs = null;
  if (!input.keepServices) markAll(state);
}

function endStop(state: EngineState, atUs: number): void {
  if (state.stop === null || state.stop.deadlineUs !== atUs || state.stop.told) return;
  flushNotifications(state);
  abandonMails(state);
  state.stop.told = true;
  emit(state, { kind: "stopped" });
}

/** After a stop: tells it as soon as everything is done. */
function checkStopped(state: EngineState): void {
  const stop = state.stop;
  if (stop === null || stop.told) return;
  const isDone = isStopTold(state) && isNotifyIdle(state) && isMailIdle(state) &&
    state.ipvs.pending.size === 0;
  if (!isDone) return;
  stop.told = true;
  emit(state, { kind: "stopped" });
}
