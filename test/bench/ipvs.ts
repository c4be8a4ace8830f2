// The kernel's IPVS table, inside User-Mode Linux: how fast it is programmed.

import { DENO, fromFileUrl } from "../lab/path.ts";
import { run } from "../lab/process.ts";
import type { RateReport } from "../lab/programs/ipvs_rate.ts";
import { runInUml } from "../lab/uml.ts";
import type { TableReport } from "./ipvs_table.ts";
import { type BenchRow, LeftOut, measurementOf } from "./row.ts";

const RATE = fromFileUrl(new URL("../lab/programs/ipvs_rate.ts", import.meta.url));
const TABLE = fromFileUrl(new URL("ipvs_table.ts", import.meta.url));
const RATE_SERVICES = 100;
const RATE_DESTINATIONS = 50;
const SERVERS = 4;

/** Runs a program of ours in the guest; its last line is JSON. */
async function inGuest<T>(program: string, args: (string | number)[]): Promise<T> {
  const argv = [DENO, "run", "-A", "--no-lock", program, ...args.map(String)];
  const environment = Deno.env.get("VIPD_PROGRAM");
  const { code, output } = await runInUml({
    argv,
    env: { DENO_NO_UPDATE_CHECK: "1", ...(environment && { VIPD_PROGRAM: environment }) },
  });
  if (code !== 0) throw new Error(`${program} ended with ${code} in the guest\n${output}`);
  return JSON.parse(output.trimEnd().split("\n").at(-1)!) as T;
}

export const IPVS_ROW: BenchRow = {
  name: "ipvs",
  title: "Programming the kernel's IPVS table",
  notes: [
    "In User-Mode Linux: one processor, a system call several times dearer than on the machine itself. " +
    "Compare only within this table.",
    `Objects: ${RATE_SERVICES} services with ${RATE_DESTINATIONS} destinations each.`,
  ],
  async measure({ quick, progress }) {
    if ((await run(["sh", "-c", "command -v linux.uml"], { check: false })).code !== 0) {
      throw new LeftOut("there is no User-Mode Linux");
    }
    progress("objects a second");
    const rateRuns = quick ? 1 : 3;
    const rate = await inGuest<RateReport>(RATE, [RATE_SERVICES, RATE_DESTINATIONS, rateRuns]);
    const perSecond = (ms: number) => rate.objects / ms * 1000;
    const services = quick ? 500 : 2000;
    progress(`${services} services`);
    const table = await inGuest<TableReport>(TABLE, [services, SERVERS, quick ? 1 : 2]);
    const size = `${services} services x ${SERVERS} servers`;
    return [
      {
        what: "objects added (vipd's batches; second column: ipvsadm -R)",
        unit: "1/s",
        vipd: rate.vipd.addMs.map(perSecond),
        keepalived: rate.ipvsadm.addMs.map(perSecond),
      },
      measurementOf("1 service: exec to the whole table", "s", table.one, (one) => one.wholeS),
      measurementOf(`${size}: exec to the whole table`, "s", table.many, (one) => one.wholeS),
      measurementOf(`${size}: SIGTERM to the end`, "s", table.many, (one) => one.stopS),
      measurementOf(`${size}: entries left behind`, "count", table.many, (one) => one.left),
    ];
  },
};
