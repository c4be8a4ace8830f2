// Signals as keepalived takes them: TERM and INT stop, HUP reloads. Its dump signals are named and
// refused until the dumps are there: their default action would end the daemon.

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
  return {
    release() {
      for (const [name, act] of taken) Deno.removeSignalListener(name, act);
    },
  };
}
