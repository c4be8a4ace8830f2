// FRR's vrrpd on a node of a lab: a VRRP implementation that is neither ours nor keepalived. It keeps
// the virtual address on a macvlan interface with the virtual MAC (RFC 9568 7.3), up while it is
// master, and speaks version 3 to 224.0.0.18 only.

import type { LabNode } from "./netns.ts";
import { eventually, type RunningProgram } from "./process.ts";
import { INTERFACE } from "./topology.ts";

const FOLDER = "/usr/lib/frr";
const RUN = "/run/frr";

/** The only multicast group that it knows. */
export const FRR_GROUP = "224.0.0.18";

/** One instance on the lab's interface. */
export interface FrrOptions {
  vrid: number;
  priority: number;
  intervalMs: number;
  /** With prefix length. */
  vip: string;
}

/** A node with zebra and vrrpd. */
export class Frr {
  #vrrpd: RunningProgram | null = null;

  private constructor(readonly node: LabNode, readonly options: FrrOptions) {}

  /** Makes the macvlan and starts both daemons; returns when vrrpd has its instance. */
  static async start(node: LabNode, options: FrrOptions): Promise<Frr> {
    const { vrid, vip } = options;
    const mac = `00:00:5e:00:01:${vrid.toString(16).padStart(2, "0")}`;
    const name = `vrrp4-${vrid}`;
    await node.ip(
      `link add ${name} link ${INTERFACE} type macvlan mode bridge`,
      `link set ${name} address ${mac}`,
      `addr add ${vip} dev ${name}`,
      `link set ${name} up`,
    );
    await node.exec(["install", "-d", "-o", "frr", "-g", "frrvty", "-m", "775", RUN]);
    const frr = new Frr(node, options);
    await node.configure("zebra.conf", "hostname lab\n");
    await node.configure("vrrpd.conf", frr.#text());
    await node.start(daemon("zebra"));
    await eventually("zebra's socket", async () => {
      const { code } = await node.exec(["test", "-S", `${RUN}/zserv.api`], { check: false });
      return code === 0 || null;
    });
    await frr.restart();
    return frr;
  }

  #text(): string {
    const { vrid, priority, intervalMs, vip } = this.options;
    return [
      `interface ${INTERFACE}`,
      ` vrrp ${vrid} version 3`,
      ` vrrp ${vrid} priority ${priority}`,
      ` vrrp ${vrid} advertisement-interval ${intervalMs}`,
      ` vrrp ${vrid} ip ${vip.replace(/\/.*/, "")}`,
      "",
    ].join("\n");
  }

  /** vrrpd, running or ended. */
  get program(): RunningProgram {
    if (this.#vrrpd === null) throw new Error("vrrpd was never started");
    return this.#vrrpd;
  }

  /** Starts vrrpd where the one before has ended. */
  async restart(): Promise<void> {
    this.#vrrpd = await this.node.start(daemon("vrrpd"));
    await eventually("vrrpd's instance", async () => (await this.state()) ?? null);
  }

  /** State of the instance as vrrpd names it, or null while it does not answer. */
  async state(): Promise<string | null> {
    const argv = ["vtysh", "--vty_socket", RUN, "-d", "vrrpd", "-c", "show vrrp json"];
    const { code, stdout } = await this.node.exec(argv, { check: false });
    if (code !== 0) return null;
    const [instance] = JSON.parse(stdout) as { v4?: { status?: string } }[];
    return instance?.v4?.status ?? null;
  }

  /** Waits for a state: `Master`, `Backup`. */
  async untilState(state: string): Promise<void> {
    let seen: string | null = null;
    await eventually(`vrrpd to be ${state}`, async () => {
      seen = await this.state();
      return seen === state || null;
    }).catch((error: Error) => {
      throw new Error(`${error.message}, it is ${seen}\n${this.program.log}`);
    });
  }
}

function daemon(name: "zebra" | "vrrpd"): string[] {
  return [
    ...[`${FOLDER}/${name}`, "-f", `/etc/keepalived/${name}.conf`, "-i", `${RUN}/${name}.pid`],
    ...["-z", `${RUN}/zserv.api`, "--vty_socket", RUN, "-u", "frr", "-g", "frr"],
    ...["--log", "stdout", "--log-level", "debugging"],
  ];
}
