// Two directors of one segment that can be watched live: each serves its page and its stream, and a port
// of this machine leads to it. Two virtual routers, each director master of one.

import { startReadyVipd, untilInstance } from "./asking.ts";
import type { LabNode } from "./netns.ts";
import type { RunningProgram } from "./process.ts";
import { openReferenceLab, type ReferenceLab, VIP1, VIP2 } from "./topology.ts";
import type { VipdOptions } from "./vipd.ts";
import { type NodeConf, vrrpConf } from "./vrrp_conf.ts";
import { WayIn } from "./way_in.ts";

/** Where the daemons listen on their nodes. */
const WEB_PORT = 8112;

/** One of the two. */
export interface LiveDirector {
  name: "node1" | "node2";
  node: LabNode;
  program: RunningProgram;
  /** Of its page, as this machine reaches it: `http://127.0.0.1:PORT`. */
  url: string;
  /** The secret of its token "test". */
  token: string;
  /** Can be cut and mended. */
  way: WayIn;
}

/** How they run. */
export interface LivePairOptions {
  /** Seconds between adverts: a takeover takes three of them and a little. */
  intervalS?: number;
  /** Origins that may connect beside the pages of the two. */
  origins?: string[];
  /** Further lines of the configuration: services, scripts. */
  after?: string[];
  vipd?: VipdOptions;
}

/** VI_1 is node1's, VI_2 node2's while all is well. */
const ROUTERS = [
  { name: "VI_1", vrid: 51, vip: VIP1, priorities: { node1: 150, node2: 100 } },
  { name: "VI_2", vrid: 60, vip: VIP2, priorities: { node1: 100, node2: 150 } },
] as const;

/** The pair with its lab; ends with it. */
export class LivePair implements AsyncDisposable {
  private constructor(
    readonly reference: ReferenceLab,
    readonly node1: LiveDirector,
    readonly node2: LiveDirector,
  ) {}

  /** Starts both and waits until each is master of its own. */
  static async open(tag: string, options: LivePairOptions = {}): Promise<LivePair> {
    const ways = { node1: WayIn.reserve(), node2: WayIn.reserve() };
    const reference = await openReferenceLab(tag, ["node1", "node2"]);
    try {
      const [node1, node2] = await Promise.all([
        startDirector("node1", reference.machine("node1"), ways, options),
        startDirector("node2", reference.machine("node2"), ways, options),
      ]);
      await untilInstance(node1.node, "VI_1", "MASTER");
      await untilInstance(node2.node, "VI_2", "MASTER");
      await untilInstance(node1.node, "VI_2", "BACKUP");
      await untilInstance(node2.node, "VI_1", "BACKUP");
      return new LivePair(reference, node1, node2);
    } catch (error) {
      for (const way of Object.values(ways)) await way[Symbol.asyncDispose]();
      await reference[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { way } of [this.node1, this.node2]) await way[Symbol.asyncDispose]();
    await this.reference[Symbol.asyncDispose]();
  }
}

async function startDirector(
  name: LiveDirector["name"],
  node: LabNode,
  ways: Record<LiveDirector["name"], WayIn>,
  options: LivePairOptions,
): Promise<LiveDirector> {
  const token = `${name}-${crypto.randomUUID()}`;
  const origins = [
    ...Object.values(ways).map(({ port }) => `http://127.0.0.1:${port}`),
    ...(options.origins ?? []),
  ];
  const text = liveConf(name, { ...options, token, origins });
  const program = await startReadyVipd(node, text, options.vipd);
  const way = ways[name];
  await way.into(node, WEB_PORT);
  return { name, node, program, url: `http://127.0.0.1:${way.port}`, token, way };
}

/** The configuration of one of the two. */
export function liveConf(
  name: LiveDirector["name"],
  { intervalS = 0.5, token, origins = [], after = [] }: LivePairOptions & { token: string },
): string {
  const conf: NodeConf = {
    globals: [`router_id ${name}`],
    instances: ROUTERS.map(({ name: instance, vrid, vip, priorities }) => ({
      ...{ name: instance, vrid, version: 3, intervalS, vips: [`${vip}/16`] },
      priority: priorities[name],
    })),
    after: [...after, webBlock(token, origins)],
  };
  return vrrpConf(conf);
}

function webBlock(token: string, origins: readonly string[]): string {
  const lines = [
    `listen 127.0.0.1 ${WEB_PORT}`,
    `token test ${token}`,
    ...origins.map((origin) => `allow_origin ${origin}`),
  ];
  return `vipd {\n    web {\n${lines.map((line) => `        ${line}\n`).join("")}    }\n}`;
}
