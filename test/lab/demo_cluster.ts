// The demo's cluster: the reference deployment with vipd on both directors, from the published files
// byte for byte, a web server on each real server and on each director (its sorry server), and a
// client that asks both VIPs. Offers what a person may break, and tells what is the case.

import { connectControl } from "../../cli/connect.ts";
import type { EventRecord, NodeStatus } from "../../host/control/protocol.ts";
import type { DirectorView } from "./demo_view.ts";
import { type Load, type LoadResult, startHttpServer, startLoad } from "./http.ts";
import type { LabNode } from "./netns.ts";
import { EXAMPLE } from "./path.ts";
import { eventually, type RunningProgram } from "./process.ts";
import { ADDRESS, INTERFACE, openReferenceLab, type ReferenceLab, VIP1, VIP2 } from "./topology.ts";
import { startVipd } from "./vipd.ts";

export type DirectorName = "node1" | "node2";
export type RealServerName = "rs1" | "rs2";

const DIRECTORS: DirectorName[] = ["node1", "node2"];
const REAL_SERVERS: RealServerName[] = ["rs1", "rs2"];
/** Weights of the published files. */
export const WEIGHT: Record<RealServerName, number> = { rs1: 1, rs2: 2 };
/** The file that makes `chk_down` fail. */
const DOWN_FILE = "down";
/** What the published files call and do not give: writes what it is told. */
const NOTIFY = `#!/bin/sh
# Called by vipd with the new state; a line for each call.
echo "$(date +%T) $1" >>/etc/keepalived/notify.log
`;

interface Director {
  node: LabNode;
  program: RunningProgram | null;
  condition: string;
  status: NodeStatus | null;
  lastEvent: number;
}

/** Something that happened, as the demo tells it. */
export interface Happening {
  atMs: number;
  who: string;
  text: string;
  event: EventRecord | null;
}

/** The running cluster. */
export class DemoCluster implements AsyncDisposable {
  readonly happened: Happening[] = [];
  readonly startedMs = now();
  readonly #reference: ReferenceLab;
  readonly #directors = new Map<DirectorName, Director>();
  readonly #servers = new Map<RealServerName, RunningProgram | null>();
  readonly loads: Load[] = [];

  private constructor(reference: ReferenceLab) {
    this.#reference = reference;
  }

  /** Builds everything and starts it; requests begin with startLoads(). */
  static async open(): Promise<DemoCluster> {
    const reference = await openReferenceLab("demo");
    const cluster = new DemoCluster(reference);
    try {
      for (const name of REAL_SERVERS) await cluster.startServer(name);
      for (const name of DIRECTORS) await cluster.#addDirector(name);
      return cluster;
    } catch (error) {
      await reference[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Waits until both VIPs are held by somebody. */
  async elected(): Promise<void> {
    const look = async () => {
      const held = await Promise.all([VIP1, VIP2].map((vip) => this.holders(vip)));
      return held.every((holders) => holders.length > 0);
    };
    await eventually("both VIPs to be held", look, ELECTION_MS_MAX);
  }

  /** Sends requests to both VIPs, so many a second each, until the end. */
  async startLoads(perSecond: number): Promise<void> {
    for (const host of [VIP1, VIP2]) {
      const client = this.#reference.machine("client");
      this.loads.push(await startLoad(client, { host, perSecond, timeoutMs: REQUEST_MS_MAX }));
    }
  }

  async #addDirector(name: DirectorName): Promise<void> {
    const node = this.#reference.machine(name);
    await node.configure("notify.sh", NOTIFY, 0o755);
    await startHttpServer(node, `sorry-${name}`);
    this.#directors.set(name, {
      node,
      program: null,
      condition: "not started",
      status: null,
      lastEvent: 0,
    });
    await this.startDirector(name);
  }

  /** Starts vipd on a director from its published file. */
  async startDirector(name: DirectorName): Promise<void> {
    const director = this.#director(name);
    const published = await Deno.readTextFile(`${EXAMPLE}/${name}.verbatim.conf`);
    director.lastEvent = 0;
    director.program = await startVipd(director.node, published);
    director.condition = "running";
    this.tell("you", `vipd started on ${name}`);
  }

  /** kill -9, or an orderly stop. */
  async endDirector(name: DirectorName, how: "SIGKILL" | "SIGTERM"): Promise<void> {
    const director = this.#director(name);
    if (director.program === null) return;
    director.program.kill(how);
    director.condition = how === "SIGKILL" ? "killed (kill -9)" : "stopped";
    this.tell("you", `${how} to vipd on ${name}`);
    await director.program.ended;
    director.program = null;
  }

  /** SIGSTOP or SIGCONT. */
  freezeDirector(name: DirectorName, frozen: boolean): void {
    const director = this.#director(name);
    director.program?.kill(frozen ? "SIGSTOP" : "SIGCONT");
    director.condition = frozen ? "frozen (SIGSTOP)" : "running";
    this.tell("you", `${frozen ? "SIGSTOP" : "SIGCONT"} to vipd on ${name}`);
  }

  /** Pulls a director's cable out or puts it back. */
  async setCable(name: DirectorName, state: "in" | "out"): Promise<void> {
    const director = this.#director(name);
    await this.#reference.lan.setCable(director.node, state);
    director.condition = state === "out" ? "cable out" : "running";
    this.tell("you", `cable of ${name} ${state}`);
  }

  /** Creates or removes the file that chk_down looks for. */
  async setDownFile(name: DirectorName, present: boolean): Promise<void> {
    const director = this.#director(name);
    const path = `${director.node.configFolder}/${DOWN_FILE}`;
    if (present) await Deno.writeTextFile(path, "");
    else await Deno.remove(path).catch(() => {});
    director.condition = present ? "/etc/keepalived/down is there" : "running";
    this.tell("you", `${present ? "touched" : "removed"} /etc/keepalived/down on ${name}`);
  }

  /** Starts a real server's web server. */
  async startServer(name: RealServerName): Promise<void> {
    if (this.#servers.get(name)) return;
    this.#servers.set(name, await startHttpServer(this.#reference.machine(name), name));
    this.tell("you", `web server on ${name} started`);
  }

  /** Stops it. */
  async stopServer(name: RealServerName): Promise<void> {
    await this.#servers.get(name)?.stop();
    this.#servers.set(name, null);
    this.tell("you", `web server on ${name} stopped`);
  }

  /** True while the real server's web server runs. */
  serverRuns(name: RealServerName): boolean {
    return (this.#servers.get(name) ?? null) !== null;
  }

  condition(name: DirectorName): string {
    return this.#director(name).condition;
  }

  /** Asks both directors for their state and takes over what they tell since the last time. */
  async look(): Promise<DirectorView[]> {
    return await Promise.all(DIRECTORS.map(async (name) => {
      const director = this.#director(name);
      director.status = director.program === null ? null : await this.#ask(name, director);
      const { condition, status } = director;
      return { name, condition, status };
    }));
  }

  async #ask(name: DirectorName, director: Director): Promise<NodeStatus | null> {
    // The daemon's own /run, seen from outside its mount namespace.
    const path = `/proc/${director.program!.pid}/root/run/keepalived.sock`;
    const answer = askStatus(path);
    const patience = new Promise<null>((resolve) => setTimeout(() => resolve(null), ANSWER_MS_MAX));
    const status = await Promise.race([answer, patience]);
    for (const event of status?.events ?? []) {
      if (event.sequence <= director.lastEvent) continue;
      director.lastEvent = event.sequence;
      if (isWorthTelling(event)) {
        this.happened.push({ atMs: Date.parse(event.time), who: name, text: event.text, event });
      }
    }
    return status;
  }

  /** Which machine the client sends a VIP's packets to, by its neighbour table. */
  async owners(): Promise<{ vip: string; owner: string }[]> {
    const macs = new Map<string, string>();
    for (const name of DIRECTORS) macs.set(await macOf(this.#director(name).node), name);
    const { stdout } = await this.#reference.machine("client").net(["ip", "-j", "neigh"]);
    const rows = JSON.parse(stdout) as { dst: string; lladdr?: string }[];
    return rows.filter(({ dst }) => dst === VIP1 || dst === VIP2)
      .map(({ dst, lladdr }) => ({ vip: dst, owner: macs.get(lladdr ?? "") ?? "nobody" }));
  }

  /** Who holds a VIP: the directors whose interface bears it. */
  async holders(vip: string): Promise<DirectorName[]> {
    const held = await Promise.all(DIRECTORS.map((name) => this.#director(name).node.holds(vip)));
    return DIRECTORS.filter((_, i) => held[i]);
  }

  /** All requests that have ended. */
  results(): LoadResult[] {
    return this.loads.flatMap((load) => load.results);
  }

  tell(who: string, text: string): void {
    this.happened.push({ atMs: now(), who, text, event: null });
  }

  #director(name: DirectorName): Director {
    const director = this.#directors.get(name);
    if (director === undefined) throw new Error(`no director ${name}`);
    return director;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const name of DIRECTORS) {
      // A frozen daemon does not hear TERM.
      if (this.#directors.get(name)?.condition.startsWith("frozen")) {
        this.freezeDirector(name, false);
      }
    }
    await this.#reference[Symbol.asyncDispose]();
  }
}

/** The first election takes 3 adverts and the skew time; milliseconds. */
const ELECTION_MS_MAX = 15_000;
/** A request that is not answered in this time has failed, milliseconds. */
const REQUEST_MS_MAX = 2000;
/** A director that does not answer in this time is shown as not answering, milliseconds. */
const ANSWER_MS_MAX = 500;

/** Transitions, and what changes who serves; not each check. */
function isWorthTelling({ kind, record }: EventRecord): boolean {
  if (kind === "transition") return true;
  const event = "event" in record ? String(record.event) : "";
  return kind === "lvs" && /^(REAL_SERVER|QUORUM|SORRY_SERVER)_/.test(event);
}

async function askStatus(path: string): Promise<NodeStatus | null> {
  try {
    const client = await connectControl(path);
    try {
      return await client.status();
    } finally {
      client.close();
    }
  } catch {
    // It is starting, ending or frozen: shown as not answering.
    return null;
  }
}

async function macOf(node: LabNode): Promise<string> {
  const { stdout } = await node.net(["ip", "-j", "link", "show", INTERFACE]);
  return (JSON.parse(stdout) as { address: string }[])[0]?.address ?? "";
}

/** Milliseconds since 1970, the clock of captures and loads. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

/** Addresses of the real servers, for the view. */
export const REAL_SERVER_ADDRESS = { rs1: ADDRESS.rs1, rs2: ADDRESS.rs2 };
