// Carries out `runCheck`: starts the checker that the spec names and hands its outcome back to the
// engine, unless the engine has lost interest in the meantime.

import type {
  CheckOutcome,
  CheckResultInput,
  CheckSpec,
  RunCheckOutput,
  RunScript,
} from "../engine/contract.ts";
import { checkMisc } from "./misc.ts";

/** The checks that run. */
export class Checks {
  readonly #runScript: RunScript;
  readonly #report: (input: CheckResultInput) => void;
  readonly #running = new Map<number, AbortController>();

  /** `report` gets each check's outcome, unless the check was aborted. */
  constructor(runScript: RunScript, report: (input: CheckResultInput) => void) {
    this.#runScript = runScript;
    this.#report = report;
  }

  /** Starts a check. */
  start(output: RunCheckOutput): void {
    const { run, spec } = output;
    const controller = new AbortController();
    this.#running.set(run, controller);
    this.#check(spec, controller.signal).then((outcome) => {
      if (this.#running.delete(run)) this.#report({ kind: "checkResult", run, outcome });
    });
  }

  /** Ends a check; false = it is not one of ours (any more). */
  abort(run: number): boolean {
    const controller = this.#running.get(run);
    if (controller === undefined) return false;
    this.#running.delete(run);
    controller.abort();
    return true;
  }

  /** Ends all checks. */
  close(): void {
    for (const run of [...this.#running.keys()]) this.abort(run);
  }

  // What speaks TCP and HTTP brings much of Node along: a director without such checks has no need of it.
  async #check(spec: CheckSpec, signal: AbortSignal): Promise<CheckOutcome> {
    switch (spec.kind) {
      case "TCP_CHECK":
        return await (await import("./tcp.ts")).checkTcp(spec, signal);
      case "HTTP_GET":
      case "SSL_GET":
        return await (await import("./http.ts")).checkHttp(spec, signal);
      case "MISC_CHECK":
        return await checkMisc(spec, signal, this.#runScript);
    }
  }
}
