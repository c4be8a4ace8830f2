// Carries out what the engine of a simulated machine says: the surroundings answer scripts and checks,
// the kernel takes IPVS batches, notifications and mail end by themselves. Every answer comes after its
// time, if the process is still the same. This module is browser safe.

import type { Config } from "../../conf/model.ts";
import type { TrackerStateName } from "../../core/abi.gen.ts";
import type {
  CheckOutcome,
  EngineInput,
  EngineOutput,
  RunCheckOutput,
  RunScriptOutput,
  ScriptOutcome,
} from "../../engine/contract.ts";
import type { Kernel } from "./kernel.ts";
import type { Surroundings } from "./surroundings.ts";

/** A notification script runs so long, a mail is under way so long, microseconds. */
const NOTIFY_RUN_US = 3_000;
const MAIL_RUN_US = 5_000;
/** The kernel takes an IPVS batch in this, microseconds. */
const IPVS_RUN_US = 100;

/** What they need of the machine. */
export interface EngineEffectTools {
  readonly name: string;
  readonly kernel: Kernel;
  readonly surroundings: Surroundings;
  /** In force, or what the file says. */
  configuration(): Config;
  /** Main hears of something after a time by the machine's clock, `done` is called before. */
  later(afterUs: number, input: EngineInput, done?: () => void): void;
  notifyDone(id: number): void;
  /** A script or a check has ended. */
  answered(of: RunScriptOutput | RunCheckOutput, outcome: ScriptOutcome | CheckOutcome): void;
  /** The engine has stopped. */
  stopped(): void;
}

/** The effects. */
export class EngineEffects {
  /** What main last told the core of each script. */
  readonly trackers = new Map<string, TrackerStateName>();
  readonly #tools: EngineEffectTools;

  constructor(tools: EngineEffectTools) {
    this.#tools = tools;
  }

  /** Carries one output out. */
  carryOut(output: EngineOutput): void {
    const tools = this.#tools;
    switch (output.kind) {
      case "runScript": {
        const { outcome, afterUs } = tools.surroundings.script(tools.name, output);
        const answer = { kind: "scriptResult", run: output.run, outcome } as const;
        return tools.later(afterUs, answer, () => tools.answered(output, outcome));
      }
      case "runCheck": {
        const { outcome, afterUs } = tools.surroundings.check(
          output,
          tools.configuration(),
          this.#isOnline(),
        );
        const answer = { kind: "checkResult", run: output.run, outcome } as const;
        return tools.later(afterUs, answer, () => tools.answered(output, outcome));
      }
      case "ipvs":
        tools.kernel.applyIpvs(output.operations);
        return tools.later(IPVS_RUN_US, { kind: "ipvsDone", batch: output.batch, failures: [] });
      case "notify": {
        const { id } = output;
        const outcome = { kind: "exit", code: 0 } as const;
        const done = () => tools.notifyDone(id);
        return tools.later(NOTIFY_RUN_US, { kind: "notifyDone", id, outcome }, done);
      }
      case "mail":
        return tools.later(MAIL_RUN_US, { kind: "mailDone", id: output.id, error: null });
      case "stopped":
        return tools.stopped();
      case "tracker":
        return void this.trackers.set(output.name, output.state);
      case "abort":
      case "event":
        return; // the engine ignores answers to what it gave up
    }
  }

  #isOnline(): boolean {
    const { interfaces } = this.#tools.kernel;
    // Without a vrrp_instance there is nothing that a step could unplug.
    return interfaces.length === 0 || interfaces.some(({ port }) => port.up);
  }
}
