// A node's VRRP daemon, vipd or keepalived, handled in one way, so that a test can be a table in
// which the two change places.

import { killKeepalived, signalKeepalived, startKeepalived } from "./keepalived.ts";
import type { LabNode } from "./netns.ts";
import { eventually } from "./process.ts";
import type { LogLine, RunningProgram } from "./process.ts";
import { startVipd, vipd } from "./vipd.ts";
import type { InstanceStatusView, NodeStatus } from "../../host/control/protocol.ts";

/** Which daemon. */
export type DaemonKind = "vipd" | "keepalived";

/** How long a reload may take, milliseconds. */
const RELOAD_TIMEOUT_MS = 10_000;

/** What the daemons say when a packet is not as it should be (baseline of keepalived 2.2.7). */
export const COMPLAINT =
  /checksum|invalid passwd|received a \d+ auth|wrong version|Invalid packet type|interval mismatch|invalid TTL|too short|too long|unexpected ip number|not present in MASTER advert|Unknown VRID|malformed/i;

/** How a daemon is started. */
export interface DirectorOptions {
  env?: Record<string, string>;
  /** Arguments; only the VRRP part (`-P`) when left out. */
  args?: string[];
}

/** One node with its daemon. */
export class Director {
  #programs: RunningProgram[] = [];

  private constructor(readonly kind: DaemonKind, readonly node: LabNode) {}

  /** Starts the daemon of that kind on a node. */
  static async start(
    kind: DaemonKind,
    node: LabNode,
    configuration: string,
    options: DirectorOptions = {},
  ): Promise<Director> {
    const director = new Director(kind, node);
    await director.restart(configuration, options);
    return director;
  }

  /** The daemon that runs, or ran last. */
  get program(): RunningProgram {
    return this.#programs.at(-1)!;
  }

  /** Lines of all daemons that ran here. */
  get lines(): LogLine[] {
    return this.#programs.flatMap((program) => program.lines);
  }

  /** Lines about packets that were not accepted. */
  complaints(): string[] {
    return this.lines.map((line) => line.text).filter((text) => COMPLAINT.test(text));
  }

  /** Starts a daemon where the one before has ended. */
  async restart(configuration: string, options: DirectorOptions = {}): Promise<void> {
    const start = this.kind === "vipd" ? startVipd : startKeepalived;
    const { args = ["-P"], env } = options;
    const program = await start(this.node, configuration, { args, ...(env && { env }) });
    this.#programs.push(program);
    // vipd's pid file stands before its protocol does.
    if (this.kind === "vipd") await program.waitForLine(/Configuration in force/);
  }

  /** Kills all of the daemon at once, as a power cut does. */
  async crash(): Promise<void> {
    if (this.kind === "vipd") this.program.kill("SIGKILL");
    else await killKeepalived(this.node);
    await this.program.ended;
  }

  /** Sends a signal to every process of the daemon. */
  async signal(name: "STOP" | "CONT"): Promise<void> {
    if (this.kind === "vipd") this.program.kill(`SIG${name}`);
    else await signalKeepalived(this.node, name);
  }

  /** Stops it as a service manager does; its exit status. */
  stop(): Promise<number> {
    return this.program.stop();
  }

  /** Changes the file and asks for a reload; returns when the daemon says that it is over. */
  async reload(configuration: string): Promise<LogLine> {
    await this.node.configure("keepalived.conf", configuration);
    const from = this.program.lines.length;
    this.program.kill("SIGHUP");
    const done = /Reload finished|Reload refused|Reload complete/;
    return await this.program.waitForLine(done, RELOAD_TIMEOUT_MS, from);
  }

  /** What `vipd status --json` tells; only for vipd. */
  async status(): Promise<NodeStatus> {
    const { stdout } = await vipd(this.node, ["status", "--json"]);
    return JSON.parse(stdout) as NodeStatus;
  }

  /** One instance of the status. */
  async instance(name = "VI_1"): Promise<InstanceStatusView> {
    const found = (await this.status()).instances.find((instance) => instance.name === name);
    if (found === undefined) throw new Error(`${this.node.name} has no instance ${name}`);
    return found;
  }

  /** Waits until the node holds the address, or does not. */
  async untilHolds(address: string, holds = true, timeoutMs = 15_000): Promise<void> {
    await eventually(
      `${this.node.name} (${this.kind}) to ${holds ? "hold" : "give up"} ${address}`,
      async () => (await this.node.holds(address)) === holds || null,
      timeoutMs,
    ).catch((error: Error) => {
      throw new Error(`${error.message}\n${this.program.log}`);
    });
  }
}
