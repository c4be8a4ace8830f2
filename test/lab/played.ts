// Plays a scenario of the simulator with real daemons in network namespaces, and notes on
// CLOCK_MONOTONIC, which all namespaces share, when each step really happened.
//
// The distances between steps are kept, not their times from the beginning: a step comes so long
// after the one before it as the scenario says, counted from when that one was done. For nobody can
// say beforehand how long a process takes to start. Steps of equal time are done at once. From the anchor
// on the steps count from a moment of the cluster itself: when a node became MASTER.
//
// What a daemon tells is followed on its control socket from its start to its end, and before each
// end that it does not survive, and at the end of the play, it writes its dump.

import { connectControl } from "../../cli/connect.ts";
import type { ControlClient, EventRecord } from "../../host/control/client.ts";
import { nowUs } from "../../host/linux/clock.ts";
import { type Config, loadConfig, memorySource } from "../../host/conf/index.ts";
import type { Action, Scenario, Step } from "../../host/sim/scenario/scenario.ts";
import type { ScriptOutcome } from "../../host/engine/contract.ts";
import { Director } from "./director.ts";
import { type Deed, PlayedNet } from "./played_net.ts";
import { delay, eventually } from "./process.ts";

/** A keepalived.conf as both read it. */
export interface ConfigFile {
  text: string;
  config: Config;
}

/** What to play. Every machine has its addresses in the scenario. */
export interface Play {
  /** Seen in the lab's processes. */
  tag: string;
  nodes: { name: string; file: ConfigFile }[];
  /** Files of the scenario's reloads, found by their `config`. */
  reloads: ConfigFile[];
  scenario: Scenario;
  /** Null: all steps follow each other. */
  anchor: Anchor | null;
}

/** A moment of the play that cannot be planned, and the time that the scenario has for it. */
export interface Anchor {
  /** The first MASTER of this node, in any instance. */
  node: string;
  /** Steps of at least this time count from it. */
  atUs: number;
}

/** A step and when it was done. */
export interface PlayedStep {
  step: Step;
  /** Microseconds of CLOCK_MONOTONIC: when it was begun, and when it had taken effect. */
  beganUs: number;
  doneUs: number;
}

/** One process from its start to its end. */
export interface PlayedLife {
  node: string;
  /** When it was started and when it had ended, microseconds. */
  fromUs: number;
  toUs: number;
  /** All that it told. */
  told: EventRecord[];
  /** Its last dump; null: it had none to give. */
  dump: Uint8Array | null;
}

/** What came of a play. */
export interface Played {
  steps: PlayedStep[];
  lives: PlayedLife[];
  /** When the play was over, microseconds. */
  endUs: number;
  /** Wall time of CLOCK_MONOTONIC's zero, milliseconds since 1970. */
  wallZeroMs: number;
}

/** So long before a step all is prepared for it; a process that it ends writes its dump. */
const PREPARE_US = 400_000;
/** The first election takes so long at the most, milliseconds. */
const ELECTION_MS_MAX = 15_000;
/** Which answer each script gives: `CODE SECONDS`, read by each run. */
const ANSWER_FOLDER = "/etc/keepalived";
const ANSWER = `#!/bin/sh
read -r code seconds <${ANSWER_FOLDER}/answer.$1
[ "$seconds" = 0 ] || sleep "$seconds"
exit "$code"
`;
/** A script shorter than this is as short as a script can be. */
const SLEEP_MIN_US = 100_000;
const CONFIG_PATH = "/etc/keepalived/keepalived.conf";

/** The command of a played vrrp_script. */
export const answerCommand = (script: string) => `${ANSWER_FOLDER}/answer.sh ${script}`;

/** Reads a configuration as both sides take it. Throws when it has errors. */
export function configFile(text: string): ConfigFile {
  const { config, diagnostics } = loadConfig(CONFIG_PATH, memorySource({ [CONFIG_PATH]: text }));
  if (config === null) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  return { text, config };
}

/** Plays a scenario. */
export async function playOnLab(play: Play): Promise<Played> {
  const net = await PlayedNet.open(play.tag, play.scenario.machines);
  try {
    return await new Player(play, net).play();
  } finally {
    await net.lab.close();
  }
}

/** One machine in the play. */
class Actor {
  director: Director | null = null;
  life: PlayedLife | null = null;
  client: ControlClient | null = null;
  following: Promise<unknown> = Promise.resolve();
  isPaused = false;
  constructor(readonly name: string, public file: ConfigFile) {}
}

class Player {
  readonly #play: Play;
  readonly #net: PlayedNet;
  readonly #actors: Map<string, Actor>;
  readonly #steps: PlayedStep[] = [];
  readonly #lives: PlayedLife[] = [];

  constructor(play: Play, net: PlayedNet) {
    this.#play = play;
    this.#net = net;
    this.#actors = new Map(play.nodes.map(({ name, file }) => [name, new Actor(name, file)]));
  }

  async play(): Promise<Played> {
    const { scenario } = this.#play;
    for (const name of this.#actors.keys()) {
      if (scenario.machines[name]?.started !== false) throw new Error(`${name}: a step starts it`);
      await this.#net.node(name).configure("answer.sh", ANSWER, 0o755);
    }
    for (const rule of scenario.scripts) {
      await this.#answer(rule.node, rule.script, rule.outcome, rule.runUs);
    }
    const wallZeroMs = performance.timeOrigin + performance.now() - nowUs() / 1000;
    let beforeUs = 0;
    let doneUs = nowUs();
    let { anchor } = this.#play;
    for (const group of atOnce(scenario.steps)) {
      const { atUs } = group[0]!;
      if (anchor !== null && atUs >= anchor.atUs) {
        [beforeUs, doneUs] = [anchor.atUs, await this.#untilMaster(anchor.node)];
        anchor = null;
      }
      const dueUs = doneUs + (atUs - beforeUs);
      await untilUs(dueUs - PREPARE_US);
      const deeds = await Promise.all(group.map((step) => this.#prepare(step)));
      await untilUs(dueUs);
      await Promise.all(deeds.map((deed) => deed()));
      [beforeUs, doneUs] = [atUs, nowUs()];
    }
    await untilUs(doneUs + (scenario.durationUs - beforeUs));
    const endUs = nowUs();
    for (const actor of this.#actors.values()) await this.#finish(actor, endUs);
    return { steps: this.#steps, lives: this.#lives, endUs, wallZeroMs };
  }

  /** Waits for the first MASTER of a node; when that was. */
  async #untilMaster(name: string): Promise<number> {
    const look = () =>
      this.#actor(name).life?.told.find(({ record }) =>
        "kind" in record && record.kind === "transition" && record.to === "MASTER"
      );
    const { time } = await eventually(`${name} to be MASTER`, look, ELECTION_MS_MAX, 5);
    return nowUs() - (performance.timeOrigin + performance.now() - Date.parse(time)) * 1000;
  }

  /** What can be done before a step is due: the last dump of a process, programs that only wait. */
  async #prepare(step: Step): Promise<Deed> {
    const deed = await this.#deedOf(step.action);
    return async () => {
      const played: PlayedStep = { step, beganUs: nowUs(), doneUs: 0 };
      this.#steps.push(played);
      await deed();
      played.doneUs = nowUs();
    };
  }

  async #dump(actor: Actor): Promise<void> {
    if (actor.life === null || actor.client === null || actor.isPaused) return;
    actor.life.dump = await actor.client.dump();
  }

  async #finish(actor: Actor, endUs: number): Promise<void> {
    if (actor.life === null) return;
    if (actor.isPaused) throw new Error(`${actor.name} is paused at the end of the play`);
    await this.#dump(actor);
    actor.life.toUs = endUs;
    actor.client?.close();
    await actor.following;
  }

  async #deedOf(action: Action): Promise<Deed> {
    const net = this.#net;
    switch (action.do) {
      case "start":
        return () => this.#start(this.#actor(action.node));
      case "kill":
      case "shutdown": {
        const actor = this.#actor(action.node);
        await this.#dump(actor);
        return () => this.#end(actor, action.do === "kill" ? "SIGKILL" : "SIGTERM");
      }
      case "pause":
        return () => this.#pause(this.#actor(action.node), true);
      case "resume":
        return () => this.#pause(this.#actor(action.node), false);
      case "reload":
        return () => this.#reload(this.#actor(action.node), action);
      case "unplug":
        return net.prepareCable(action.node, action.interface, "out");
      case "plug":
        return net.prepareCable(action.node, action.interface, "in");
      case "cut":
        return net.prepareCut(action.from, action.to);
      case "partition":
        return net.preparePartition(action.sets);
      case "heal":
        return net.prepareHeal();
      case "wire":
        if (JSON.stringify(action.quality) === '{"loss":1}') {
          return net.prepareLoss(action.node, action.interface, action.direction);
        }
        throw new Error("a lab's wire loses all or nothing");
      case "removeAddress": {
        const vip = this.#actor(action.node).file.config.instances.flatMap(({ vips }) => vips)
          .find(({ address }) => address === action.address);
        if (vip === undefined) throw new Error(`no instance has ${action.address}`);
        const { device, prefixLength } = vip;
        return net.prepareRemoval(action.node, device, `${vip.address}/${prefixLength}`);
      }
      case "script":
        return () => this.#answer(action.node, action.script, action.outcome, action.runUs);
      case "say":
        return () => Promise.resolve();
      default:
        throw new Error(`'${action.do}' cannot be played on a lab`);
    }
  }

  #actor(name: string): Actor {
    const actor = this.#actors.get(name);
    if (actor === undefined) throw new Error(`no machine ${name} in the play`);
    return actor;
  }

  async #start(actor: Actor): Promise<void> {
    const node = this.#net.node(actor.name);
    await actor.following; // The process before it has ended.
    const life: PlayedLife = {
      node: actor.name,
      fromUs: nowUs(),
      toUs: Infinity,
      told: [],
      dump: null,
    };
    actor.life = life;
    this.#lives.push(life);
    if (actor.director === null) {
      actor.director = await Director.start("vipd", node, actor.file.text);
    } else await actor.director.restart(actor.file.text);
    const { director } = actor;
    // The daemon's own /run, seen from outside its mount namespace.
    const path = `/proc/${director.program.pid}/root/run/keepalived.sock`;
    actor.client = await eventually(
      `the control socket of ${actor.name}`,
      () => connectControl(path),
    );
    actor.following = actor.client
      .events({ after: 0, follow: true }, (event) => life.told.push(event))
      .catch(() => undefined); // The process has ended: that is what ends the story of its life.
  }

  /** Returns when the signal is sent: what follows from it is the daemon's. */
  #end(actor: Actor, signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const { director, life } = actor;
    if (director === null || life === null) throw new Error(`${actor.name} does not run`);
    director.program.kill(signal);
    actor.life = null;
    actor.following = director.program.ended.then(() => {
      life.toUs = nowUs();
    });
    return Promise.resolve();
  }

  #pause(actor: Actor, isPaused: boolean): Promise<void> {
    actor.director!.program.kill(isPaused ? "SIGSTOP" : "SIGCONT");
    actor.isPaused = isPaused;
    return Promise.resolve();
  }

  async #reload(actor: Actor, { set, config }: Extract<Action, { do: "reload" }>): Promise<void> {
    const file = this.#play.reloads.find((one) => one.config === config);
    if (file === undefined || set.length > 0) throw new Error("a lab reloads whole files");
    actor.file = file;
    const line = await actor.director!.reload(file.text);
    if (!line.text.includes("Reload finished")) throw new Error(`${actor.name}: ${line.text}`);
  }

  async #answer(
    name: string | null,
    script: string,
    outcome: ScriptOutcome,
    runUs: number,
  ): Promise<void> {
    if (outcome.kind !== "exit") throw new Error(`a lab's script exits, ${script} does not`);
    const seconds = runUs < SLEEP_MIN_US ? 0 : runUs / 1_000_000;
    for (const actor of this.#actors.values()) {
      if (name !== null && name !== actor.name) continue;
      const path = `${this.#net.node(actor.name).configFolder}/answer.${script}`;
      // In one go: a run that reads meanwhile finds the old answer or the new one.
      await Deno.writeTextFile(`${path}.new`, `${outcome.code} ${seconds}\n`);
      await Deno.rename(`${path}.new`, path);
    }
  }
}

/** Steps in groups of equal time. */
function atOnce(steps: readonly Step[]): Step[][] {
  const groups: Step[][] = [];
  for (const step of steps) {
    const last = groups.at(-1);
    if (last !== undefined && last[0]!.atUs === step.atUs) last.push(step);
    else groups.push([step]);
  }
  return groups;
}

async function untilUs(dueUs: number): Promise<void> {
  const leftUs = dueUs - nowUs();
  if (leftUs > 0) await delay(leftUs / 1000);
}
