// The refresh of addresses' leases: what vipd asks of the kernel and keepalived does not.

import { DENO, fromFileUrl } from "../lab/path.ts";
import { onNode } from "../lab/solo.ts";
import type { RefreshReport } from "./address_refresh.ts";
import type { BenchRow } from "./row.ts";

const PROGRAM = fromFileUrl(new URL("address_refresh.ts", import.meta.url));

export const ADDRESS_ROW: BenchRow = {
  name: "address",
  title: "Refresh of an address's lease",
  notes: [
    "Time of one address in RTM_NEWADDR with NLM_F_REPLACE, encoded, sent and answered; a batch is one " +
    "system call each 32 KiB. keepalived's addresses have no lifetime.",
  ],
  async measure({ quick, progress }) {
    progress("batches of 1, 100 and 1000");
    const report = await onNode("bench", async (node) => {
      const argv = [DENO, "run", "-A", "--no-lock", PROGRAM, `${quick ? 3 : 9}`];
      const { stdout } = await node.exec(argv);
      return JSON.parse(stdout) as RefreshReport;
    });
    return report.batches.map(({ size, perAddressUs }) => ({
      what: `batch of ${size}`,
      unit: "us",
      vipd: perAddressUs,
      keepalived: null,
    }));
  },
};
