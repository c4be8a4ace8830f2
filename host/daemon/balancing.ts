// Who balances in this run and what of ours stands there: chosen once, when the first virtual server
// comes; then the engine's operations, and the state file that tells the next run what is ours.

import type { Config } from "../conf/index.ts";
import type { EngineInput, IpvsOperation, IpvsPresentService } from "../engine/contract.ts";
import { type Balancer, type ConnectionCount, NO_BALANCER } from "./balancer.ts";
import { chooseBalancer } from "./choose_balancer.ts";
import type { DaemonOptions } from "./options.ts";
import type { Reporter } from "./reporter.ts";
import { serviceIdentity, StateFile } from "./state_file.ts";

/** A balancer that was chosen, and what it holds. */
export interface OpenedBalancer {
  balancer: Balancer;
  services: IpvsPresentService[];
  /** The last run left services behind. */
  hasLeftovers: boolean;
}

/** The balancer of the running daemon. */
export class Balancing {
  readonly #options: DaemonOptions;
  readonly #reporter: Reporter;
  readonly #input: (input: EngineInput) => void;
  readonly #state: StateFile;
  #balancer: Balancer = NO_BALANCER;
  /** `director` of the configuration that chose. */
  #chosenBy: Config["vipd"]["director"] = "auto";
  #isDecided = false;

  /** `input` takes what the engine has to know of the table. */
  constructor(options: DaemonOptions, reporter: Reporter, input: (input: EngineInput) => void) {
    this.#options = options;
    this.#reporter = reporter;
    this.#input = input;
    this.#state = new StateFile(options.pidFiles.daemon);
  }

  /** Who balances. */
  get kind(): Balancer["kind"] {
    return this.#balancer.kind;
  }

  /** Connections by `service destination`. */
  connections(): ReadonlyMap<string, ConnectionCount> {
    return this.#balancer.connections();
  }

  /**
   * Chooses who balances for a configuration, when that is not done yet and is needed; null otherwise.
   * Changes nothing: take() does. Throws VipdError "no-ipvs".
   */
  async open(config: Config): Promise<OpenedBalancer | null> {
    if (this.kind !== "none") return null;
    if (config.virtualServers.length === 0 && this.#isDecided) return null;
    const { services: ours, refused } = this.#state.read();
    if (refused !== null) this.#reporter.daemon("warning", refused);
    const hasLeftovers = ours.size > 0;
    const balancer = await chooseBalancer(config, hasLeftovers, this.#options, this.#reporter);
    const present = await balancer.present();
    const services = present.map((row) => ({
      ...row,
      ours: ours.has(serviceIdentity(row.service.key)),
    }));
    return { balancer, services, hasLeftovers };
  }

  /** Balances with what was opened for that configuration from now on. */
  take(config: Config, { balancer, services, hasLeftovers }: OpenedBalancer): void {
    this.#balancer = balancer;
    this.#chosenBy = config.vipd.director;
    this.#isDecided = true;
    if (hasLeftovers || services.length > 0) this.#adopt(config, services);
    this.#input({ kind: "ipvsPresent", services });
  }

  /** What of a configuration waits for the next start, as a sentence; null: nothing. */
  pending({ vipd: { director } }: Config): string | null {
    if (this.kind === "none" || director === this.kind || director === this.#chosenBy) return null;
    // What `auto` chooses where the kernel's IPVS is in use already.
    if (director === "auto" && this.kind === "kernel") return null;
    return `director ${director} takes effect at the next start; until then ` +
      (this.kind === "kernel" ? "the kernel's IPVS balances" : "vipd's own director balances");
  }

  /** Carries out a batch of the engine and tells it what was refused. */
  async program(batch: number, operations: IpvsOperation[]): Promise<void> {
    // What is in the kernel is always in the file: noted before it is added, and after it went.
    this.#note(operations, "addService", true);
    const failures = await this.#balancer.apply(operations);
    // ESRCH of a removal: it was gone already.
    const failed = new Set(
      failures.filter(({ errno }) => errno !== "ESRCH").map(({ index }) => index),
    );
    this.#note(operations.filter((_, index) => !failed.has(index)), "deleteService", false);
    this.#input({ kind: "ipvsDone", batch, failures });
  }

  /** Ends it; with `keepServices` what is in the kernel is still known to the next run. */
  async close(keepServices: boolean): Promise<void> {
    await this.#balancer.close();
    const refused = keepServices ? null : this.#state.remove();
    if (refused !== null) this.#reporter.daemon("warning", refused);
  }

  /**
   * Notes what stands in the kernel and is ours, by the last run or by the configuration: nothing
   * need be added for it in this run, and yet the next one has to know it.
   */
  #adopt(config: Config, present: IpvsPresentService[]): void {
    const configured = new Set(config.virtualServers.map(({ key }) => serviceIdentity(key)));
    for (const { service: { key }, ours } of present) {
      if (ours || configured.has(serviceIdentity(key))) this.#state.note(key, true);
    }
    this.#writeState();
  }

  #note(operations: IpvsOperation[], op: IpvsOperation["op"], present: boolean): void {
    for (const operation of operations) {
      if (operation.op === op) this.#state.note(operation.service.key, present);
    }
    this.#writeState();
  }

  #writeState(): void {
    const refused = this.#state.write();
    if (refused !== null) this.#reporter.daemon("warning", refused);
  }
}
