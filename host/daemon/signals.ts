// Signals as keepalived takes them: TERM and INT stop, HUP reloads. Its dump signals do nothing until
// the dumps are there, but must not do their default action, which would end the daemon: exporters
// send them at every scrape. Those that Deno has a name for are told; the real-time ones, which it
// cannot hear, are ignored.

import { ignoreSignal } from "../linux/signals.ts";
import { SIGNAL_NUMBERS } from "./options.ts";

/** What signals lead to. */
export interface SignalHandlers {
  stop(name: Deno.Signal): void;
  reload(): void;
  unsupported(name: Deno.Signal): void;
  /** --ignore-sigint. */
  ignoreInterrupt: boolean;
}

/** Takes the signals until release(). */
export function takeSignals(handlers: SignalHandlers): { release(): void } {
  const taken: [Deno.Signal, () => void][] = [
    ["SIGTERM", () => handlers.stop("SIGTERM")],
    ["SIGINT", () => handlers.ignoreInterrupt || handlers.stop("SIGINT")],
    ["SIGHUP", () => handlers.reload()],
    ["SIGUSR1", () => handlers.unsupported("SIGUSR1")],
    ["SIGUSR2", () => handlers.unsupported("SIGUSR2")],
  ];
  for (const [name, act] of taken) Deno.addSignalListener(name, act);
  for (const number of [SIGNAL_NUMBERS.JSON, SIGNAL_NUMBERS.STATS_CLEAR]) ignoreSignal(number);
  return {
    release() {
      for (const [name, act] of taken) Deno.removeSignalListener(name, act);
    },
  };
}
