// Carries out `runScript`: one process for each run; its end goes back to the engine. What a result
// means is the engine's business.

import type {
  RunningScript,
  RunScript,
  RunScriptOutput,
  ScriptResultInput,
} from "../engine/contract.ts";

/** The runs of tracked scripts. */
export class TrackedScripts {
  readonly #runScript: RunScript;
  readonly #report: (input: ScriptResultInput) => void;
  readonly #running = new Map<number, RunningScript>();

  /** `report` gets each run's end, unless the run was aborted. */
  constructor(runScript: RunScript, report: (input: ScriptResultInput) => void) {
    this.#runScript = runScript;
    this.#report = report;
  }

  /** Starts a run. */
  start(output: RunScriptOutput): void {
    const { run, script, timeoutUs } = output;
    const running = this.#runScript(script, { arguments: [], environment: {}, timeoutUs });
    this.#running.set(run, running);
    running.outcome.then((outcome) => {
      if (this.#running.delete(run)) this.#report({ kind: "scriptResult", run, outcome });
    });
  }

  /** Ends a run; false = it is not one of ours (any more). */
  abort(run: number): boolean {
    const running = this.#running.get(run);
    if (running === undefined) return false;
    this.#running.delete(run);
    running.stop();
    return true;
  }

  /** Ends all runs. */
  close(): void {
    for (const run of [...this.#running.keys()]) this.abort(run);
  }
}
