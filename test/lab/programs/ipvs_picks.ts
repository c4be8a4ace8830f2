// Runs inside User-Mode Linux: plays the shared scheduler cases and long random sequences to the kernel's
// ip_vs, by ipvsadm and real connections, and to the core's director, by records and frames; reads
// from the kernel's connection table which server each connection got. Prints, as one JSON object, both
// sequences of picks and both sides' connection counts (PicksReport of test/interop/ipvs_picks_test.ts).
// usage: ipvs_picks.ts SEED

import { ACK, FIN, SYN, tcpFrame, TestDirector } from "../../../core-as/testing_director.ts";
import {
  parseStep,
  SCHEDULER_CASES,
  type SchedulerName,
  type SchedulerStep,
} from "../../conformance/scheduler_cases.ts";
import { DENO, ROOT } from "../path.ts";
import { eventually, type RunningProgram } from "../process.ts";
import { INTERFACE, openReferenceLab, VIP1 } from "../topology.ts";

const FIRST_PORT = 8000;
const STEPS = 200;
const NAMES = [..."abcdefgh"];
const WORD = { rr: "RR", wrr: "WRR", lc: "LC", wlc: "WLC" } as const;
/** The servers' addresses: 172.18.200.101 and following, all of one machine. */
const ADDRESS_PREFIX = "172.18.200.";
const FIRST_ADDRESS = 101;

/** One sequence played to both. */
export interface PlayedCase {
  name: string;
  scheduler: SchedulerName;
  steps: number;
  /** Name of the server that each connection got, "-" for a refused one. */
  kernel: string[];
  core: string[];
  /** What the case says, null for a random one. */
  expected: string[] | null;
  /** `name active inactive` of every server at the end. */
  kernelCounts: string[];
  coreCounts: string[];
}

/** A step that changes the service. */
type ChangeStep = Exclude<SchedulerStep, { kind: "pick" }>;

/** Pseudo random numbers below a bound (xorshift32); the seed is printed with the results. */
function randomBelow(seed: number): (bound: number) => number {
  let word = seed >>> 0 || 1;
  return (bound) => {
    word ^= word << 13;
    word ^= word >>> 17;
    word = (word ^ (word << 5)) >>> 0;
    return word % bound;
  };
}

/**
 * Steps that fit one another. A weight step always changes the weight: ip_vs starts wrr's walk anew at
 * any edit, and neither vipd nor the core makes one that changes nothing.
 */
function* randomSteps(below: (bound: number) => number): Generator<SchedulerStep> {
  const weights = new Map<string, number>();
  const anyWeight = () => below(8) === 0 ? 0 : 1 + below(6);
  for (let step = 0; step < STEPS; step++) {
    const present = [...weights.keys()];
    const absent = NAMES.filter((name) => !weights.has(name));
    const name = present[below(Math.max(1, present.length))]!;
    const choice = below(100);
    if (present.length < 2 || (choice < 8 && absent.length > 0)) {
      const added = absent[below(absent.length)]!;
      weights.set(added, anyWeight());
      yield { kind: "add", name: added, weight: weights.get(added)! };
    } else if (choice < 14) {
      weights.delete(name);
      yield { kind: "remove", name };
    } else if (choice < 26) {
      let weight = anyWeight();
      if (weight === weights.get(name)) weight++;
      weights.set(name, weight);
      yield { kind: "weight", name, weight };
    } else if (choice < 50) {
      yield { kind: "finish", name };
    } else {
      yield { kind: "pick", names: new Array<string>(1 + below(6)).fill("") };
    }
  }
}

await using reference = await openReferenceLab("ipvs-picks", ["client", "node1", "rs1"]);
const [client, director, server] = (["client", "node1", "rs1"] as const).map(reference.machine);
const program = (args: string[]) => [
  ...[DENO, "run", "-A", "--no-lock", `${ROOT}/test/lab/programs/connections.ts`],
  ...args,
];
await server!.ip(
  ...NAMES.map((_, index) => `addr add ${addressOf(index)}/16 dev ${INTERFACE}`),
);
await director!.ip(`addr add ${VIP1}/32 dev ${INTERFACE}`);
// A refused connection is an ICMP error, of which a machine sends few in a second.
await director!.sysctl({ "net.ipv4.icmp_ratelimit": 0 });
const caseCount = SCHEDULER_CASES.length + Object.keys(WORD).length;
const serving = await server!.start(program(["serve", `${FIRST_PORT}`, `${caseCount}`]));
await serving.waitForLine(/^listening$/);
const holder = await client!.start(program(["hold", VIP1]), { input: "piped" });
await holder.waitForLine(/^ready$/);

function addressOf(index: number): string {
  return `${ADDRESS_PREFIX}${FIRST_ADDRESS + index}`;
}

/** Sends a line to the program that holds the connections and returns its answer. */
async function ask(to: RunningProgram, line: string): Promise<string> {
  const from = to.lines.length;
  await to.stdin!.write(new TextEncoder().encode(`${line}\n`));
  return (await to.waitForLine(/^/, 20_000, from)).text;
}

/** The kernel's side of one case: a service on a port of its own. */
class KernelSide {
  /** Local ports of open connections by server, oldest first. */
  readonly open = new Map<string, number[]>();

  constructor(readonly port: number) {}

  async #ipvsadm(...args: string[]): Promise<void> {
    await director!.net(["ipvsadm", ...args]);
  }

  get #service(): string {
    return `${VIP1}:${this.port}`;
  }

  begin(scheduler: SchedulerName): Promise<void> {
    return this.#ipvsadm("-A", "-t", this.#service, "-s", scheduler);
  }

  end(): Promise<void> {
    return this.#ipvsadm("-D", "-t", this.#service);
  }

  async change(step: ChangeStep): Promise<void> {
    const verb = { add: "-a", weight: "-e", remove: "-d", finish: "" }[step.kind];
    const server = `${addressOf(NAMES.indexOf(step.name))}:${this.port}`;
    const options = "weight" in step ? ["-g", "-w", `${step.weight}`] : [];
    await this.#ipvsadm(verb, "-t", this.#service, "-r", server, ...options);
  }

  async pick(count: number): Promise<string[]> {
    const answer = await ask(holder, `open ${this.port} ${count}`);
    const ports = answer.split(" ").map(Number);
    const servers = await this.#serversOf(ports.filter((port) => port !== 0));
    return ports.map((port) => {
      if (port === 0) return "-";
      const name = servers.get(port)!;
      this.open.set(name, [...this.open.get(name) ?? [], port]);
      return name;
    });
  }

  /** Who has the connections from these ports, by the director's table (ip_vs_conn of proc). */
  async #serversOf(ports: number[]): Promise<Map<number, string>> {
    const text = await Deno.readTextFile(`/proc/${director!.pid}/net/ip_vs_conn`);
    const found = new Map<number, string>();
    for (const line of text.split("\n").slice(1)) {
      // Pro FromIP FPrt ToIP TPrt DestIP DPrt State Expires, numbers in hex
      const [, , from, , to, address] = line.trim().split(/\s+/);
      if (address === undefined || parseInt(to!, 16) !== this.port) continue;
      const name = NAMES[(parseInt(address, 16) & 255) - FIRST_ADDRESS];
      if (name !== undefined) found.set(parseInt(from!, 16), name);
    }
    for (const port of ports) {
      if (!found.has(port)) throw new Error(`the kernel has no connection from port ${port}`);
    }
    return found;
  }

  /** Closes the server's oldest connection; returns whether it had one. */
  async finish(name: string): Promise<boolean> {
    const port = this.open.get(name)?.shift();
    if (port === undefined) return false;
    const before = await this.counts();
    await ask(holder, `close ${port}`);
    await eventually(`${name} to have one active connection less`, async () => {
      return (await this.counts()).join() !== before.join() || null;
    });
    return true;
  }

  /** `name active inactive` of the service's servers, by the director's table (ip_vs of proc). */
  async counts(): Promise<string[]> {
    const text = await Deno.readTextFile(`/proc/${director!.pid}/net/ip_vs`);
    const found: string[] = [];
    for (const line of text.split("\n").slice(3)) {
      // -> ADDRESS:PORT Forward Weight ActiveConn InActConn, the endpoint in hex
      const [arrow, endpoint, , , active, inactive] = line.trim().split(/\s+/);
      const [address, port] = (endpoint ?? "").split(":");
      if (arrow !== "->" || parseInt(port!, 16) !== this.port) continue;
      const name = NAMES[(parseInt(address!, 16) & 255) - FIRST_ADDRESS];
      found.push(`${name} ${active} ${inactive}`);
    }
    return found.sort();
  }
}

/** The core's side of one case: a director of its own, fed with the same clients' frames. */
class CoreSide {
  readonly #director = new TestDirector();
  readonly open = new Map<string, number[]>();
  #port = 20_000;

  constructor(scheduler: SchedulerName) {
    this.#director.service(0, WORD[scheduler]);
  }

  change(step: ChangeStep): void {
    const number = NAMES.indexOf(step.name);
    if ("weight" in step) this.#director.destination(0, number, step.weight);
    else this.#director.remove(number);
  }

  pick(): string {
    const sourcePort = ++this.#port;
    const { status, sent } = this.#director.frame(tcpFrame({ sourcePort, flags: SYN }));
    if (status === "NO_DESTINATION") return "-";
    if (sent === null) throw new Error(`the core says ${status} to a SYN`);
    this.#director.frame(tcpFrame({ sourcePort, flags: ACK }));
    const name = NAMES[sent.destination]!;
    this.open.set(name, [...this.open.get(name) ?? [], sourcePort]);
    return name;
  }

  finish(name: string): boolean {
    const sourcePort = this.open.get(name)?.shift();
    if (sourcePort === undefined) return false;
    for (const flags of [FIN | ACK, ACK]) this.#director.frame(tcpFrame({ sourcePort, flags }));
    return true;
  }

  counts(names: string[]): string[] {
    return names.map((name) => {
      const { active, inactive } = this.#director.destinationStatus(NAMES.indexOf(name));
      return `${name} ${active} ${inactive}`;
    });
  }
}

let nextPort = FIRST_PORT;

async function play(
  name: string,
  scheduler: SchedulerName,
  steps: Iterable<SchedulerStep>,
  expected: string[] | null,
): Promise<PlayedCase> {
  const kernel = new KernelSide(nextPort++);
  const core = new CoreSide(scheduler);
  await kernel.begin(scheduler);
  const picks: { kernel: string[]; core: string[] } = { kernel: [], core: [] };
  let count = 0;
  for (const step of steps) {
    count++;
    if (step.kind === "pick") {
      picks.kernel.push(...await kernel.pick(step.names.length));
      picks.core.push(...step.names.map(() => core.pick()));
    } else if (step.kind === "finish") {
      if (await kernel.finish(step.name) !== core.finish(step.name)) break; // The picks tell.
    } else {
      await kernel.change(step);
      core.change(step);
    }
  }
  const kernelCounts = await kernel.counts();
  const coreCounts = core.counts(kernelCounts.map((line) => line.split(" ")[0]!));
  await kernel.end();
  return { name, scheduler, steps: count, ...picks, expected, kernelCounts, coreCounts };
}

const seed = Number(Deno.args[0] ?? 1);
const cases: PlayedCase[] = [];
for (const { name, scheduler, steps } of SCHEDULER_CASES) {
  const parsed = steps.map(parseStep);
  const expected = parsed.flatMap((step) => step.kind === "pick" ? step.names : []);
  cases.push(await play(name, scheduler, parsed, expected));
}
const fixed = performance.now();
for (const scheduler of Object.keys(WORD) as SchedulerName[]) {
  cases.push(await play("random", scheduler, randomSteps(randomBelow(seed + nextPort)), null));
}
console.log(JSON.stringify({ seed, cases, randomMs: Math.round(performance.now() - fixed) }));
