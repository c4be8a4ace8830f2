// IPVS objects per second, inside User-Mode Linux.
import { type BenchRow, LeftOut } from "./row.ts";

export const IPVS_ROW: BenchRow = {
  name: "ipvs",
  title: "Programming the kernel's IPVS table",
  notes: [],
  measure() {
    return Promise.reject(new LeftOut("no program yet"));
  },
};
