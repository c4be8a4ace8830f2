// Carries out `notify`: runs one notification script and says when it has ended. The order is the
// engine's; nothing is ended by force, a script may go on after us (as keepalived's do).

import type { NotifyDoneInput, NotifyOutput, RunScript } from "../engine/contract.ts";

/** The notification scripts. */
export class Notifier {
  readonly #runScript: RunScript;
  readonly #report: (input: NotifyDoneInput) => void;

  /** `report` gets the end of each script. */
  constructor(runScript: RunScript, report: (input: NotifyDoneInput) => void) {
    this.#runScript = runScript;
    this.#report = report;
  }

  /** Starts a script. */
  start(output: NotifyOutput): void {
    const { id, script, environment } = output;
    const options = { arguments: output.arguments, environment, timeoutUs: null };
    this.#runScript(script, options).outcome.then((outcome) => {
      this.#report({ kind: "notifyDone", id, outcome });
    });
  }
}
