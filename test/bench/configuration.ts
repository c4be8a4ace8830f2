// Time to check a large configuration, each command a process of its own.

import { run } from "../lab/process.ts";
import { VIPD } from "../lab/vipd.ts";
import { type BenchRow, type Measurement } from "./row.ts";

const SERVICES = 2000;
const SERVERS = 4;
const TIMEOUT_MS = 120_000;

/** SERVICES virtual servers with SERVERS real servers each. */
export function manyServices(services: number, servers: number, withChecks: boolean): string {
  const check = ["        TCP_CHECK {", "            connect_timeout 3", "        }"];
  return Array.from({ length: services }, (_, i) => {
    const net = `10.${20 + (i >> 8)}.${i & 255}`;
    const real = Array.from({ length: servers }, (_, k) => [
      `    real_server ${net}.${k + 10} 80 {`,
      `        weight ${k + 1}`,
      ...(withChecks ? check : []),
      "    }",
    ]).flat();
    return [
      `virtual_server ${net}.1 80 {`,
      "    delay_loop 6",
      "    lb_algo wlc",
      "    lb_kind DR",
      "    protocol TCP",
      ...real,
      "}",
      "",
    ].join("\n");
  }).join("");
}

/** Seconds of wall clock of a command; an exit status above `statusMax` throws. */
async function timed(argv: string[], statusMax: number): Promise<number> {
  const begunMs = performance.now();
  const result = await run(argv, { check: false, timeoutMs: TIMEOUT_MS });
  if (result.code > statusMax) {
    throw new Error(`${argv.join(" ")} ended with ${result.code}\n${result.stderr}`);
  }
  return (performance.now() - begunMs) / 1000;
}

/** Warnings only, in `vipd check`. */
const CHECK_WARNED = 1;

export const CONFIGURATION_ROW: BenchRow = {
  name: "configuration",
  title: `Checking a configuration of ${SERVICES} services x ${SERVERS} servers`,
  notes: [
    "Exec to exit, wall clock, against `keepalived -t`. `vipd check` says more than `-t` does; with " +
    "--no-host it asks nothing of the machine.",
  ],
  async measure({ quick, progress }) {
    const folder = await Deno.makeTempDir({ prefix: "vipd-bench-" });
    const found: Measurement[] = [];
    try {
      for (const withChecks of [false, true]) {
        const file = `${folder}/${withChecks ? "checks" : "plain"}.conf`;
        const text = `global_defs {\n}\n${manyServices(SERVICES, SERVERS, withChecks)}`;
        await Deno.writeTextFile(file, text);
        const suffix = withChecks ? ", with a TCP_CHECK each" : "";
        progress(`${(text.length / 1e6).toFixed(2)} MB${suffix}`);
        const commands = [
          { what: "-t", argv: [VIPD, "-t", "-f", file], statusMax: 0 },
          { what: "check", argv: [VIPD, "check", file], statusMax: CHECK_WARNED },
          {
            what: "check --no-host",
            argv: [VIPD, "check", "--no-host", file],
            statusMax: CHECK_WARNED,
          },
        ];
        const vipd = commands.map((): number[] => []);
        const keepalived: number[] = [];
        for (let i = 0; i < (quick ? 1 : 7); i++) {
          for (const [which, { argv, statusMax }] of commands.entries()) {
            vipd[which]!.push(await timed(argv, statusMax));
          }
          keepalived.push(await timed(["keepalived", "-t", "-f", file], 0));
        }
        commands.forEach(({ what }, which) =>
          found.push({ what: `${what}${suffix}`, unit: "s", vipd: vipd[which]!, keepalived })
        );
      }
      return found;
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
};
