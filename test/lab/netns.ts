// A lab: machines made of namespaces. A node has its own network, mounts (/run and /etc/keepalived are
// its own, so pid files and configurations never meet), PIDs (so `killall httpd` sees its own
// processes) and host name. Nodes are joined by a switch, itself a network namespace with one bridge.
//
//   await using lab = await Lab.open("failover");
//   const lan = await lab.addSwitch("lan");
//   const node1 = await lab.addNode("node1");
//   await lan.connect(node1, { name: "eth0", addresses: ["172.18.0.11/16"] });
//   const daemon = await node1.start(["keepalived", "-nlDG"]);
//
// A node lives as long as its first process (holder.sh), which ends when its standard input does, that
// is with this process at the latest; the kernel then kills everything in the node and
// takes the links away. So nothing is left behind, also after kill -9 of the test, and there are no
// names in /run/netns to collide. Needs root, or a user namespace of its own (`unshare -Urnm`).

import { fromFileUrl } from "./path.ts";
import { delay, eventually, killIfThere, processes, run, RunningProgram } from "./process.ts";
import type { RunOptions, RunResult } from "./process.ts";

const HOLDER = fromFileUrl(new URL("holder.sh", import.meta.url));
const START_TIMEOUT_MS = 15_000;
/** An interface name holds at most this many characters (IFNAMSIZ - 1). */
const INTERFACE_NAME_MAX = 15;

export interface StartOptions {
  env?: Record<string, string>;
  cwd?: string;
  /** Give the program a standard input that the test writes to. */
  input?: "piped";
  /** What the program is called in messages; its first word when left out. */
  name?: string;
}

/** One address of an interface, as `ip -j addr` tells. */
export interface NodeAddress {
  interface: string;
  /** Text without prefix length. */
  address: string;
  prefixLength: number;
  /** Label of an IPv4 address; empty for IPv6. */
  label: string;
  scope: string;
  /** Seconds left, or null for an address without end. */
  validSeconds: number | null;
}

/** One machine of a lab. Made by `Lab.addNode`. */
export class LabNode {
  readonly #programs: RunningProgram[] = [];
  readonly #closing: (() => Promise<unknown>)[] = [];

  constructor(
    readonly name: string,
    /** The node's folder on the test's side; TMPDIR of its programs is `tmp` in it. */
    readonly folder: string,
    /** The node's first process, as seen from here. */
    readonly pid: number,
    readonly holder: Deno.ChildProcess,
  ) {}

  /** The folder that is /etc/keepalived inside the node. */
  get configFolder(): string {
    return `${this.folder}/keepalived`;
  }

  /** Writes a file of the node's /etc/keepalived; returns its path inside the node. */
  async configure(file: string, text: string, mode = 0o644): Promise<string> {
    await Deno.writeTextFile(`${this.configFolder}/${file}`, text, { mode });
    await Deno.chmod(`${this.configFolder}/${file}`, mode);
    return `/etc/keepalived/${file}`;
  }

  #enter(argv: string[]): string[] {
    return ["nsenter", "-t", `${this.pid}`, "-n", "-m", "-u", "-p", "--", ...argv];
  }

  #environment(extra: Record<string, string> | undefined): Record<string, string> {
    return { TMPDIR: `${this.folder}/tmp`, ...extra };
  }

  /** Runs a command in the node to its end. */
  exec(argv: string[], options: RunOptions = {}): Promise<RunResult> {
    return run(this.#enter(argv), { ...options, env: this.#environment(options.env) });
  }

  /** Runs a command in the node's network only, with the machine's files and PIDs. */
  net(argv: string[], options: RunOptions = {}): Promise<RunResult> {
    return run(["nsenter", "-t", `${this.pid}`, "-n", "--", ...argv], options);
  }

  /** Runs `ip` commands, one a line, in one go. */
  async ip(...lines: string[]): Promise<void> {
    await this.net(["ip", "-batch", "-"], { input: lines.join("\n") + "\n" });
  }

  /**
   * Starts a program that goes on in the node; the lab ends it. One that does not exist ends with 127.
   */
  async start(argv: string[], options: StartOptions = {}): Promise<RunningProgram> {
    const entered = this.#enter(argv);
    const child = new Deno.Command(entered[0]!, {
      args: entered.slice(1),
      stdin: options.input ?? "null",
      stdout: "piped",
      stderr: "piped",
      env: this.#environment(options.env),
      ...(options.cwd && { cwd: options.cwd }),
    }).spawn();
    const pid = await onlyChildOf(child.pid);
    const name = `${options.name ?? argv[0]} on ${this.name}`;
    const program = new RunningProgram(name, argv, pid ?? child.pid, child, !!options.input);
    this.#programs.push(program);
    return program;
  }

  /** The addresses of the node, or of one interface. */
  async addresses(interfaceName?: string): Promise<NodeAddress[]> {
    const { stdout } = await this.net(["ip", "-j", "addr"]);
    const links = JSON.parse(stdout) as IpLink[];
    return links
      .filter((link) => interfaceName === undefined || link.ifname === interfaceName)
      .flatMap((link) =>
        link.addr_info.map((info) => ({
          interface: link.ifname,
          address: info.local,
          prefixLength: info.prefixlen,
          label: info.label ?? "",
          scope: info.scope,
          validSeconds: info.valid_life_time === FOREVER ? null : info.valid_life_time,
        }))
      );
  }

  /** True while the node holds the address (text without prefix length). */
  async holds(address: string): Promise<boolean> {
    return (await this.addresses()).some((row) => row.address === address);
  }

  /** Sets kernel parameters in the node: `{"net.ipv4.ip_forward": 1}`. */
  async sysctl(values: Record<string, number | string>): Promise<void> {
    const words = Object.entries(values).map(([key, value]) => `${key}=${value}`);
    await this.exec(["sysctl", "-qw", ...words]);
  }

  /** Something to be ended before the node is. */
  onClose(close: () => Promise<unknown>): void {
    this.#closing.push(close);
  }

  /** Ends the node's programs with TERM and then the node with everything left in it. */
  async close(): Promise<void> {
    await Promise.all(this.#closing.map((close) => close()));
    await Promise.all(this.#programs.map((program) => program.stop()));
    killIfThere(this.pid, "SIGKILL");
    await this.holder.status;
  }
}

/** `valid_life_time` of an address without end. */
const FOREVER = 4294967295;

interface IpLink {
  ifname: string;
  addr_info: {
    local: string;
    prefixlen: number;
    label?: string;
    scope: string;
    valid_life_time: number;
  }[];
}

/** The child of a helper that forks once; waits for it to appear, null when the helper ended. */
async function onlyChildOf(parent: number): Promise<number | null> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < deadline) {
    const child = processes().find((entry) => entry.parent === parent);
    if (child !== undefined) return child.pid;
    const helper = processes().find((entry) => entry.pid === parent);
    if (helper === undefined || helper.state === "Z") return null;
    await delay(1);
  }
  throw new Error(`process ${parent} has no child after ${START_TIMEOUT_MS} ms`);
}

/** How a node is connected to a switch. */
export interface Connection {
  /** Interface name in the node. */
  name: string;
  /** With prefix length; IPv6 ones skip duplicate address detection. */
  addresses?: string[];
  /** Hardware address; the kernel's choice when left out. */
  mac?: string;
}

/** The interface of a switch that sees its broadcasts and multicasts: where captures listen. */
export const BRIDGE = "br0";
/** linux/if_bridge.h. */
const BR_STATE_FORWARDING = "3";

/** One Ethernet segment. Made by `Lab.addSwitch`. */
export class LabSwitch {
  constructor(readonly node: LabNode) {}

  /** The name of the switch's port to a node: where its cable is cut and its unicast is captured. */
  port(node: LabNode): string {
    return `p-${node.name}`.slice(0, INTERFACE_NAME_MAX);
  }

  /** Plugs a node in; answers when the switch forwards to it. */
  async connect(node: LabNode, connection: Connection): Promise<void> {
    const port = this.port(node);
    const peer = connection.mac ? `${connection.name} address ${connection.mac}` : connection.name;
    await this.node.ip(
      `link add ${port} type veth peer name ${peer} netns ${node.pid}`,
      `link set ${port} master ${BRIDGE} up`,
    );
    await node.ip(
      `link set ${connection.name} up`,
      ...(connection.addresses ?? []).map((address) =>
        `addr add ${address} dev ${connection.name}${address.includes(":") ? " nodad" : ""}`
      ),
    );
    // The kernel tells the bridge of the carrier in its own time.
    const state = `/proc/${this.node.pid}/root/sys/class/net/${port}/brport/state`;
    await eventually(`${node.name} on the switch`, async () => {
      return (await Deno.readTextFile(state)).trim() === BR_STATE_FORWARDING || null;
    });
  }

  /** Pulls the node's cable out (its interface loses its carrier) or puts it back in. */
  async setCable(node: LabNode, state: "in" | "out"): Promise<void> {
    await this.node.ip(`link set ${this.port(node)} ${state === "in" ? "up" : "down"}`);
  }

  /** Makes the switch forward nothing from and to the node; its carrier stays. */
  async setSilent(node: LabNode, silent: boolean): Promise<void> {
    const port = this.port(node);
    await this.node.ip(silent ? `link set ${port} nomaster` : `link set ${port} master ${BRIDGE}`);
  }
}

/** The machines of one test. `close` (or `await using`) ends them all. */
export class Lab implements AsyncDisposable {
  readonly #nodes: LabNode[] = [];

  private constructor(
    readonly tag: string,
    /** Temporary folder of the lab, removed at the end. */
    readonly folder: string,
  ) {}

  /** Opens an empty lab; the tag is seen in the command lines of its first processes. */
  static async open(tag: string): Promise<Lab> {
    return new Lab(tag, await Deno.makeTempDir({ prefix: `vipd-lab-${tag}-` }));
  }

  /** Adds a machine with nothing but a loopback interface that is up. */
  async addNode(name: string): Promise<LabNode> {
    const folder = `${this.folder}/${name}`;
    await Deno.mkdir(`${folder}/tmp`, { recursive: true });
    const holder = new Deno.Command("unshare", {
      args: [
        ...["--net", "--mount", "--uts", "--pid", "--fork", "--kill-child"],
        ...["--propagation", "private", "--"],
        ...["bash", HOLDER, folder, name, `vipd-lab:${this.tag}`],
      ],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const node = new LabNode(name, folder, await readReady(holder, name), holder);
    this.#nodes.push(node);
    await node.ip("link set lo up");
    return node;
  }

  /** Adds an Ethernet segment. Its bridge floods multicast, as a switch without IGMP snooping does. */
  async addSwitch(name: string): Promise<LabSwitch> {
    const node = await this.addNode(name);
    await node.ip(
      `link add ${BRIDGE} type bridge stp_state 0 forward_delay 0 mcast_snooping 0`,
      `link set ${BRIDGE} up`,
    );
    return new LabSwitch(node);
  }

  /** Ends every program and node and removes the folder. */
  async close(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.close()));
    await Deno.remove(this.folder, { recursive: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** Reads the holder's "ready PID" line. */
async function readReady(holder: Deno.ChildProcess, name: string): Promise<number> {
  const complaints = new Response(holder.stderr).text();
  const reader = holder.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) {
      throw new Error(
        `node ${name} did not start: namespaces need root or a user namespace ` +
          `(unshare -Urnm)\n${await complaints}`,
      );
    }
    text += value;
  }
  reader.releaseLock();
  const pid = Number(text.match(/^ready (\d+)\n/)?.[1]);
  if (!(pid > 0)) throw new Error(`node ${name} said ${JSON.stringify(text)}`);
  return pid;
}
