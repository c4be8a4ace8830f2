// `npm run demo`: the reference deployment alive on this machine, in network namespaces of its own.
//
//   npm run demo               a live view; keys break things, q ends
//   npm run demo -- --script   a fixed sequence and a table of what happened; exit status 1 when
//                              something that had to happen did not

import { DemoCluster } from "./demo_cluster.ts";
import { KEYS, runScreen } from "./demo_screen.ts";
import { playScript, REQUESTS_PER_SECOND, scriptTable } from "./demo_script.ts";
import { failures } from "./http.ts";

const USAGE = `usage: npm run demo [-- --script]
  no option  a live view of two directors, two VIPs, two real servers and a client; keys:
${KEYS.map(({ key, does }) => `               ${key}  ${does}`).join("\n")}
  --script   plays a fixed sequence, prints what happened, exits with 1 if something did not`;

async function main(args: string[]): Promise<number> {
  if (args.some((word) => word !== "--script")) {
    console.error(USAGE);
    return args.includes("--help") || args.includes("-h") ? 0 : 2;
  }
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    Deno.addSignalListener(signal, () => interrupted.abort());
  }
  console.log("building five machines: client, node1, node2, rs1, rs2 ...");
  await using cluster = await DemoCluster.open();
  if (!args.includes("--script")) {
    console.log("waiting for the first election: 3 adverts of a second and the skew time ...");
    await cluster.elected();
    await cluster.startLoads(REQUESTS_PER_SECOND);
    await runScreen(cluster, interrupted.signal);
    return 0;
  }
  const cut = new Promise<null>((resolve) => {
    interrupted.signal.addEventListener("abort", () => resolve(null));
  });
  const results = await Promise.race([playScript(cluster, (line) => console.log(line)), cut]);
  if (results === null) return 130;
  console.log(`\n${scriptTable(results)}`);
  const all = cluster.results();
  const missed = results.filter((result) => result.seconds === null);
  console.log(`${all.length} requests, ${failures(all).length} failed`);
  for (const { what, expected, seen } of missed) {
    console.log(`did not happen: ${what} -> ${expected}: ${seen}`);
  }
  return missed.length === 0 ? 0 : 1;
}

Deno.exit(await main(Deno.args));
