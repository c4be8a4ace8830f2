// MISC_CHECK: a command, and how it ended.

import type { CheckOutcome, MiscCheckSpec, RunScript } from "../engine/contract.ts";

/** Makes one check. Never rejects. */
export async function checkMisc(
  spec: MiscCheckSpec,
  signal: AbortSignal,
  runScript: RunScript,
): Promise<CheckOutcome> {
  const { script, timeoutUs } = spec;
  const running = runScript(script, { arguments: [], environment: {}, timeoutUs });
  const stop = () => running.stop();
  signal.addEventListener("abort", stop, { once: true });
  const outcome = await running.outcome;
  signal.removeEventListener("abort", stop);
  return { kind: "script", outcome };
}
