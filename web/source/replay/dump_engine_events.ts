// The engine's half of a dump as events: scripts, checks, the IPVS table, notifications and its own events.
// Times are the recording's.

import type { CheckSpec, Endpoint, EngineOutput } from "../../../host/engine/contract.ts";
import type { EngineReplay, ReplayedEngine } from "../../../host/sim/replay/replay.ts";
import type { RecordedEvent } from "../../story/recording.ts";

/** A run of a script or check that has not ended. */
type Run =
  | { kind: "script"; script: string }
  | {
    kind: "check";
    virtualServer: string;
    realServer: string;
    check: CheckSpec["kind"];
    target: Endpoint | null;
  };

/** Makes events of the engine's entries, in their order. */
export class EngineTeller {
  readonly #replay: EngineReplay;
  readonly #node: string;
  readonly #usOf: (clockUs: number) => number;
  readonly #runs = new Map<number, Run>();

  /** `usOf`: the recording's time of a time of the node's clock. */
  constructor(replay: EngineReplay, node: string, usOf: (clockUs: number) => number) {
    this.#replay = replay;
    this.#node = node;
    this.#usOf = usOf;
  }

  /** How everything stands where the log begins. */
  begin(atUs: number): RecordedEvent[] {
    const node = this.#node;
    const { trackers, ipvs, runs, checkers } = this.#replay.engine.state;
    for (const [run, owner] of runs) {
      if (owner.kind === "tracker") this.#runs.set(run, { kind: "script", script: owner.name });
      const checker = owner.kind === "checker" ? checkers.get(owner.id) : undefined;
      if (checker === undefined) continue;
      const { virtualServer, realServer, config } = checker;
      const target = config.kind === "MISC_CHECK" ? null : config.target;
      this.#runs.set(run, {
        ...{ kind: "check", virtualServer, realServer, target },
        check: config.kind,
      });
    }
    const operations = [...ipvs.present.values()].flatMap(({ service, destinations }) => [
      { op: "addService" as const, service },
      ...[...destinations.values()].map((destination) => ({
        ...{ op: "addDestination" as const, service, destination },
      })),
    ]);
    return [
      ...[...trackers.values()].map(({ name, state }): RecordedEvent => ({
        ...{ atUs, node, state },
        kind: "tracker",
        tracker: name,
      })),
      ...operations.length === 0 ? [] : [{ atUs, node, kind: "ipvs" as const, operations }],
    ];
  }

  /** What an entry brought. */
  tell(entry: ReplayedEngine): RecordedEvent[] {
    const atUs = this.#usOf(entry.nowUs);
    const events = this.#input(atUs, entry);
    for (const output of entry.outputs) {
      const event = this.#output(atUs, output);
      if (event !== null) events.push(event);
    }
    return events;
  }

  #input(atUs: number, { input }: ReplayedEngine): RecordedEvent[] {
    const node = this.#node;
    switch (input.kind) {
      case "scriptResult": {
        const run = this.#end(input.run);
        if (run?.kind !== "script") return [];
        const { script } = run;
        return [{ atUs, node, kind: "scriptRun", script, outcome: input.outcome }];
      }
      case "checkResult": {
        const run = this.#end(input.run);
        if (run?.kind !== "check") return [];
        return [{ ...run, atUs, node, run: input.run, outcome: input.outcome }];
      }
      case "ipvsDone":
        return input.failures.map(({ index, errno }) => ({
          ...{ atUs, node, kind: "remark", isBad: true },
          text: `IPVS change ${index + 1} of batch ${input.batch} failed: ${errno}`,
        }));
      case "command":
        return [{ atUs, node, kind: "remark", text: `command ${input.command}`, isBad: false }];
      default:
        return [];
    }
  }

  #end(run: number): Run | undefined {
    const found = this.#runs.get(run);
    this.#runs.delete(run);
    return found;
  }

  #output(atUs: number, output: EngineOutput): RecordedEvent | null {
    const node = this.#node;
    switch (output.kind) {
      case "runScript": {
        const { tracker: script } = output;
        this.#runs.set(output.run, { kind: "script", script });
        return { atUs, node, kind: "scriptRun", script, outcome: null };
      }
      case "runCheck": {
        const { virtualServer, realServer, spec } = output;
        const target = spec.kind === "MISC_CHECK" ? null : spec.target;
        const run: Run = { kind: "check", virtualServer, realServer, check: spec.kind, target };
        this.#runs.set(output.run, run);
        return { ...run, atUs, node, run: output.run, outcome: null };
      }
      case "abort":
        this.#runs.delete(output.run);
        return null;
      case "ipvs":
        return { atUs, node, kind: "ipvs", operations: output.operations };
      case "notify":
        return { atUs, node, kind: "notify", notify: output };
      case "event":
        return { atUs, node, kind: "event", event: output.event };
      case "stopped":
        return { atUs, node, kind: "remark", text: "vipd has stopped", isBad: false };
      default:
        return null;
    }
  }
}
