// The subcommands of vipd, read with optique: everything that is not keepalived's. Each is loaded
// only when it is asked for, so that the daemon starts without them.

import { merge, object, or } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { map, multiple, withDefault } from "@optique/core/modifiers";
import { argument, command, constant, option } from "@optique/core/primitives";
import { choice, integer, string } from "@optique/core/valueparser";
import { run } from "@optique/run";
import { controlSocketPath, EVENT_RING_MAX } from "../host/control/client.ts";

/** Exit status of a subcommand that was given wrongly. */
export const EXIT_USAGE = 2;
/** Events that `vipd events` shows when it is not told how many. */
const EVENTS_SHOWN = 20;
/** Transitions of each instance that `vipd explain` explains when it is not told how many. */
const TRANSITIONS_EXPLAINED = 3;

const socket = object({
  socket: withDefault(
    option("--socket", string({ metavar: "PATH" }), {
      description: message`Control socket of the daemon, beside its pid file`,
    }),
    controlSocketPath(),
  ),
});

const json = object({
  json: option("--json", { description: message`Print JSON` }),
});

const check = command(
  "check",
  object({
    name: constant("check"),
    files: multiple(argument(string({ metavar: "FILE" })), {
      min: 1,
      errors: { tooFew: message`vipd check needs the FILE that it is to check.` },
    }),
    format: withDefault(
      option("--format", choice(["text", "json"]), {
        description: message`How to print what was found`,
      }),
      "text",
    ),
    host: map(
      option("--no-host", {
        description: message`Leave out what depends on this machine (interfaces, scripts, users)`,
      }),
      (left) => !left,
    ),
  }),
  {
    brief: message`Check configuration files`,
    description:
      message`Checks configuration files; several are read as the nodes of one cluster. Exit status: 0 clean, 1 warnings only, 2 errors.`,
  },
);

const status = command("status", merge(object({ name: constant("status") }), json, socket), {
  brief: message`What the daemon does`,
  description:
    message`Who is master of what and why, which servers take the traffic, what happened last.`,
});

const events = command(
  "events",
  merge(
    object({
      name: constant("events"),
      follow: option("-f", "--follow", {
        description: message`Go on with what happens from now on`,
      }),
      limit: withDefault(
        option("-n", "--lines", integer({ metavar: "COUNT", min: 0, max: EVENT_RING_MAX }), {
          description: message`Show so many of the last events`,
        }),
        EVENTS_SHOWN,
      ),
    }),
    json,
    socket,
  ),
  { brief: message`What happened, one line each` },
);

const consoleCommand = command("console", merge(object({ name: constant("console") }), socket), {
  brief: message`An interactive shell on the daemon`,
});

const dump = command(
  "dump",
  merge(
    object({
      name: constant("dump"),
      file: argument(string({ metavar: "FILE" })),
      secrets: option("--secrets", { description: message`Keep the passwords` }),
    }),
    socket,
  ),
  {
    brief: message`What the daemon remembers, in a file`,
    description:
      message`Writes the inputs of the last hours and what came of them, for vipd replay and vipd explain.`,
  },
);

const SEED_MAX = 2 ** 32 - 1;
const RUNS_MAX = 10_000_000;

const simulate = command(
  "simulate",
  merge(
    object({
      name: constant("simulate"),
      files: multiple(argument(string({ metavar: "FILE" })), {
        min: 1,
        errors: { tooFew: message`vipd simulate needs the FILE of each node.` },
      }),
      scenario: withDefault(
        option("--scenario", string({ metavar: "FILE" }), {
          description:
            message`What happens: a scenario file, tour (for one run) or chaos (for more)`,
        }),
        null,
      ),
      seed: withDefault(
        option("--seed", integer({ metavar: "N", min: 0, max: SEED_MAX }), {
          description: message`What chance is made of; the same seed plays the same`,
        }),
        1,
      ),
      runs: withDefault(
        option("--runs", integer({ metavar: "N", min: 1, max: RUNS_MAX }), {
          description: message`Play so often, each with the next seed, and print a summary`,
        }),
        1,
      ),
      from: withDefault(
        option("--from", integer({ metavar: "N", min: 0, max: SEED_MAX }), {
          description: message`Seed of the first of the runs`,
        }),
        null,
      ),
      verbose: option("-v", "--verbose", { description: message`Print more of what happened` }),
      names: multiple(option("--name", string({ metavar: "NAME" }), {
        description: message`Name of a node, once for each FILE; otherwise its router_id or file`,
      })),
      instances: multiple(option("--instance", string({ metavar: "NAME" }), {
        description: message`Show this vrrp_instance; others too if given again`,
      })),
      save: withDefault(
        option("--save", string({ metavar: "FILE" }), {
          description: message`Write the scenario that is played to a file`,
        }),
        null,
      ),
    }),
    json,
  ),
  {
    brief: message`Play what a cluster will do`,
    description:
      message`Plays the nodes of these configuration files on a virtual clock: who is master when and why, and for how long nobody or two. Exit status: 0 every invariant held, 1 one was violated, 2 wrong usage or configuration, 70 an error of vipd itself.`,
  },
);

const replay = command(
  "replay",
  merge(
    object({
      name: constant("replay"),
      file: argument(string({ metavar: "FILE" })),
      step: option("--step", {
        description:
          message`Step through the inputs one by one; 38 goes to input 38 of the core, e17 to the engine's`,
      }),
      changes: multiple(option("--change", string({ metavar: "CHANGE" }), {
        description:
          message`Play it with a change too: drop:N, delay:N:TIME, edit:N:FIELD=VALUE, set:PATH=VALUE`,
      })),
      from: withDefault(
        option("--from", string({ metavar: "TIME" }), {
          description: message`Show what happened from then on: 17:21:28, +30s, -5min`,
        }),
        null,
      ),
      to: withDefault(
        option("--to", string({ metavar: "TIME" }), {
          description: message`Show what happened until then`,
        }),
        null,
      ),
    }),
    json,
  ),
  {
    brief: message`Play a dump again, or tell a capture`,
    description:
      message`Plays a dump of vipd again, input by input, and compares every output; with changes it shows what would have happened. A capture of adverts (pcap, pcapng) is explained as far as adverts alone can. Exit status: 0 equal, 1 not equal, 2 not readable, 70 an error of vipd itself.`,
  },
);

const explain = command(
  "explain",
  merge(
    object({
      name: constant("explain"),
      subject: withDefault(argument(string({ metavar: "VRID|NAME" })), null),
      dump: withDefault(
        option("--dump", string({ metavar: "FILE" }), {
          description: message`Explain a dump instead of the running daemon`,
        }),
        null,
      ),
      count: withDefault(
        option("-n", "--lines", integer({ metavar: "COUNT", min: 0, max: EVENT_RING_MAX }), {
          description: message`So many transitions of each instance and group, the last ones`,
        }),
        TRANSITIONS_EXPLAINED,
      ),
    }),
    json,
    socket,
  ),
  {
    brief: message`Why the last transitions happened`,
    description:
      message`Tells in sentences who was heard when, how late our own loop was, what was refused and why, and what followed.`,
  },
);

const web = command(
  "web",
  object({
    name: constant("web"),
    files: multiple(argument(string({ metavar: "FILE" }))),
    listen: withDefault(
      option("--listen", string({ metavar: "ADDRESS:PORT" }), {
        description: message`Where to listen; 127.0.0.1:8113 or any free port when left out`,
      }),
      null,
    ),
  }),
  {
    brief: message`Show a cluster in the browser`,
    description:
      message`Serves the page on this machine and prints its address: it plays configurations, replays dumps and captures, and follows daemons that have a web block. It opens with the files that are given.`,
  },
);

const version = command("version", object({ name: constant("version") }), {
  brief: message`Version, core ABI, runtime and kind of build`,
});

const parser = or(
  check,
  status,
  events,
  consoleCommand,
  dump,
  replay,
  explain,
  simulate,
  web,
  version,
);

/**
 * Runs a subcommand; `entry` is the URL of the program. Resolves with the exit status. Wrong usage ends the
 * process with EXIT_USAGE.
 */
export async function runSubcommand(args: readonly string[], entry: string): Promise<number> {
  const asked = run(parser, {
    programName: "vipd",
    args,
    help: "both",
    completion: "command",
    errorExitCode: EXIT_USAGE,
    aboveError: "none",
    brief: message`Keeps virtual IP addresses alive and balances what is sent to them`,
    footer: message`Without a subcommand vipd is the daemon, with keepalived's options: vipd -h.`,
  });
  switch (asked.name) {
    case "check":
      return await (await import("./check.ts")).runCheck(asked);
    case "status":
      await (await import("./status.ts")).runStatus(asked);
      return 0;
    case "events":
      await (await import("./events.ts")).runEvents(asked);
      return 0;
    case "console":
      return await (await import("./console.ts")).runConsole(asked.socket);
    case "dump":
      await (await import("./dump.ts")).runDump(asked);
      return 0;
    case "replay":
      return await (await import("./replay.ts")).runReplay(asked);
    case "explain":
      await (await import("./explain.ts")).runExplain(asked);
      return 0;
    case "simulate":
      return (await import("./simulate.ts")).runSimulate(asked);
    case "web":
      return await (await import("./web.ts")).runWeb({ ...asked, entry });
    case "version":
      return (await import("./version.ts")).printVersion();
  }
}
