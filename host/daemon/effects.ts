// What main does for the engine: each output goes to the room that carries it out, and what became
// of it comes back as an input.

import { Checks } from "../check/checks.ts";
import type { EngineInput, EngineOutput } from "../engine/contract.ts";
import { Mailer } from "../notify/mailer.ts";
import { Notifier } from "../notify/notifier.ts";
import { createScriptRunner } from "../track/script_runner.ts";
import { TrackedScripts } from "../track/tracked_scripts.ts";

/** Carries out the engine's outputs, but for those that go to the core or to the balancer. */
export class Effects {
  readonly #checks: Checks;
  readonly #scripts: TrackedScripts;
  readonly #notifier: Notifier;
  readonly #mailer: Mailer;

  /** `report` takes what came of them, at any later time. */
  constructor(report: (input: EngineInput) => void) {
    const runScript = createScriptRunner();
    this.#checks = new Checks(runScript, report);
    this.#scripts = new TrackedScripts(runScript, report);
    this.#notifier = new Notifier(runScript, report);
    this.#mailer = new Mailer(report);
  }

  /** Starts what an output asks for. */
  carryOut(
    output: Extract<
      EngineOutput,
      { kind: "runScript" | "runCheck" | "abort" | "notify" | "mail" }
    >,
  ): void {
    switch (output.kind) {
      case "runScript":
        return this.#scripts.start(output);
      case "runCheck":
        return this.#checks.start(output);
      case "abort":
        if (!this.#scripts.abort(output.run)) this.#checks.abort(output.run);
        return;
      case "notify":
        return this.#notifier.start(output);
      case "mail":
        return this.#mailer.send(output);
    }
  }

  /** Ends tracked scripts and checks; notification scripts may go on after us. */
  close(): void {
    this.#checks.close();
    this.#scripts.close();
  }
}
