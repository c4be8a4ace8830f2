// The choice of who balances (DESIGN decision 3): the kernel's IPVS where it is, vipd's own director
// where it is not, or what the `director` keyword forces. Said in the log; VRRP never depends on it.

import { VipdError } from "../base/errors.ts";
import type { Config } from "../conf/index.ts";
import { Ipvs } from "../linux/ipvs.ts";
import { startProcess } from "../linux/process.ts";
import { type Balancer, NO_BALANCER } from "./balancer.ts";
import { KernelBalancer } from "./kernel_balancer.ts";
import type { DaemonOptions } from "./options.ts";
import type { Reporter } from "./reporter.ts";
import { UserBalancer } from "./user_balancer.ts";

/** modprobe gets so long, milliseconds. */
const MODPROBE_MS = 5000;

/**
 * Chooses and opens. `hasLeftovers`: a run that was killed left services behind, so the kernel's IPVS
 * is needed to remove them even where no virtual server is configured any more. Throws VipdError
 * "no-ipvs" when the kernel was demanded and has none.
 */
export async function chooseBalancer(
  config: Config,
  hasLeftovers: boolean,
  options: DaemonOptions,
  reporter: Reporter,
): Promise<Balancer> {
  if (config.virtualServers.length === 0) {
    const kernel = hasLeftovers ? await openIpvs() : null;
    return kernel === null ? NO_BALANCER : new KernelBalancer(kernel);
  }
  const wanted = config.vipd.director;
  const say = (text: string) => reporter.daemon("info", text, "daemon", "checkers");
  const ipvs = wanted === "user" ? null : await openIpvs();
  if (ipvs !== null) {
    say("balancing by the kernel's IPVS");
    return new KernelBalancer(ipvs);
  }
  if (wanted === "kernel") {
    throw new VipdError("no-ipvs", "the kernel has no IPVS and `director kernel` demands it", {
      hint: "load the module ip_vs, or let vipd balance: `vipd { director auto }`",
    });
  }
  say(
    wanted === "user"
      ? "balancing in user space, as `director user` asks"
      : "the kernel has no IPVS: balancing in user space",
  );
  return await UserBalancer.start(options.entry, reporter);
}

/** The kernel's IPVS, after asking for its module; null when there is none. */
async function openIpvs(): Promise<Ipvs | null> {
  const found = Ipvs.open();
  if (!found.absent) return found;
  await startProcess({
    argv: ["modprobe", "-q", "ip_vs"],
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
    timeoutMs: MODPROBE_MS,
    outputSizeMax: 0,
  }).ended;
  const loaded = Ipvs.open();
  return loaded.absent ? null : loaded;
}
