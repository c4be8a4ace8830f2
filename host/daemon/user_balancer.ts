// The user-space director as a balancer: translates the engine's operations (director_table.ts), hands
// them to the director worker, and keeps that alive.
//
// When the worker dies, its packet filter is removed, so that the local stack has the traffic again;
// connections through the director are reset, new ones are answered here or refused. It is then
// started anew, without the connections, at most RESTART_MAX times in a row. VRRP goes on meanwhile.

import { errorText } from "../base/errors.ts";
import { type Input, INPUT_SIZE_MAX, STATUS_OK, statusName, writeInput } from "../core/abi.gen.ts";
import type { IpvsFailure, IpvsOperation, IpvsPresentService } from "../engine/contract.ts";
import { nowUs } from "../linux/clock.ts";
import { PacketFilter } from "../linux/nftables.ts";
import type { Balancer, ConnectionCount } from "./balancer.ts";
import { coreBytes } from "./core_bytes.ts";
import type { DirectorFailure } from "./director.ts";
import { decodeSynced, DIRECTOR_SYNCED, encodeSync } from "./director_message.ts";
import { DIRECTOR_WORD, DirectorShared } from "./director_shared.ts";
import { DirectorTable } from "./director_table.ts";
import { type DirectorThread, startDirectorThread } from "./director_thread.ts";
import type { Reporter } from "./reporter.ts";
import { decodeRemark, kindOf, WIRE_REMARK } from "./wire_message.ts";

/** Starts in a row after the worker died; then balancing ends. */
export const RESTART_MAX = 3;
/** A worker that ran for so long begins a new row, milliseconds. */
const RESTART_FORGIVEN_MS = 60_000;
/** Pause before it is started again, milliseconds. */
const RESTART_PAUSE_MS = 1000;
/** The worker's own words come by postMessage, a turn of the event loop after its death. */
const LAST_WORDS_MS = 20;

/** vipd's own director. */
export class UserBalancer implements Balancer {
  readonly kind = "user";
  readonly #entry: string;
  readonly #reporter: Reporter;
  readonly #module: WebAssembly.Module;
  readonly #table = new DirectorTable();
  readonly #buffer = new DataView(new ArrayBuffer(INPUT_SIZE_MAX));
  /** Batches the worker has not acknowledged. */
  readonly #waiting = new Map<number, (status: number) => void>();
  #thread: DirectorThread | null = null;
  #shared = new DirectorShared();
  #lastWords = "";
  #batch = 0;
  #restarts = 0;
  #startedUs = 0;
  #restartTimer: ReturnType<typeof setTimeout> | undefined;
  /** The worker is not coming back. */
  #ended = false;

  private constructor(entry: string, reporter: Reporter, module: WebAssembly.Module) {
    this.#entry = entry;
    this.#reporter = reporter;
    this.#module = module;
  }

  /**
   * Starts the worker; `entry` is the module that it re-enters. One that cannot start is reported, and
   * every addition then fails with ENODEV: VRRP never depends on it. Throws VipdError when the core
   * cannot be read.
   */
  static async start(entry: string, reporter: Reporter): Promise<UserBalancer> {
    const module = await WebAssembly.compile(coreBytes());
    const balancer = new UserBalancer(entry, reporter, module);
    await balancer.#startWorker();
    return balancer;
  }

  /** Nothing outlives the process. */
  present(): Promise<IpvsPresentService[]> {
    return Promise.resolve([]);
  }

  async apply(operations: IpvsOperation[]): Promise<IpvsFailure[]> {
    const { records, failures, refusals } = this.#table.apply(operations);
    for (const text of refusals) {
      this.#say("error", `${text}; its packets are left to the local stack`);
    }
    if (this.#ended) return operations.flatMap(({ op }, index) => endedFailure(op, index));
    const status = await this.#hand(records);
    if (status === STATUS_OK) return failures;
    this.#say("error", `the director refused a record: ${statusName(status)}`);
    return operations.map((_, index) => ({ index, errno: "EINVAL" }));
  }

  connections(): ReadonlyMap<string, ConnectionCount> {
    const counts = new Map<string, ConnectionCount>();
    if (this.#thread === null) return counts;
    for (const { number, name } of this.#table.destinations()) {
      counts.set(name, this.#shared.counts(number));
    }
    return counts;
  }

  async close(): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#restartTimer);
    const thread = this.#thread;
    this.#thread = null;
    if (thread === null || await thread.stop()) return;
    this.#say("error", "the director worker did not stop in time");
    this.#removeFilter();
  }

  /** Hands records over and waits until they are in force; at once when there is no worker. */
  #hand(records: Input[]): Promise<number> {
    const thread = this.#thread;
    if (thread === null || records.length === 0) return Promise.resolve(STATUS_OK);
    for (const record of records) {
      const size = writeInput(this.#buffer, 0, record);
      thread.send(new Uint8Array(this.#buffer.buffer, 0, size).slice());
    }
    const batch = ++this.#batch;
    thread.send(encodeSync(batch));
    return new Promise((resolve) => this.#waiting.set(batch, resolve));
  }

  async #startWorker(): Promise<void> {
    const worker = new Worker(this.#entry, { type: "module", name: "director" });
    worker.onmessage = (event: MessageEvent<DirectorFailure>) => {
      this.#lastWords = event.data.failed;
    };
    this.#lastWords = "";
    this.#shared = new DirectorShared();
    this.#startedUs = nowUs();
    try {
      const thread = await startDirectorThread(worker, this.#shared, {
        module: this.#module,
        seed: crypto.getRandomValues(new Uint32Array(1))[0]!,
        failAfterMs: Number(Deno.env.get("VIPD_TEST_DIRECTOR_FAIL_AFTER_MS") ?? 0),
      }, {
        record: (record) => this.#fromWorker(record),
        dead: (why) => this.#workerDied(why),
      });
      if (this.#ended) await thread.stop();
      else this.#thread = thread;
    } catch (error) {
      worker.terminate();
      this.#removeFilter();
      this.#end(errorText(error));
    }
  }

  #fromWorker(record: Uint8Array): void {
    switch (kindOf(record)) {
      case DIRECTOR_SYNCED: {
        const { batch, status } = decodeSynced(record);
        this.#waiting.get(batch)?.(status);
        this.#waiting.delete(batch);
        return;
      }
      case WIRE_REMARK: {
        const { level, text } = decodeRemark(record);
        this.#say(level, text);
      }
    }
  }

  #workerDied(why: string): void {
    this.#thread?.terminate();
    this.#thread = null;
    this.#removeFilter();
    // What they wanted stands in the table: the next worker gets it.
    for (const resolve of this.#waiting.values()) resolve(STATUS_OK);
    this.#waiting.clear();
    setTimeout(() => this.#afterDeath(why), LAST_WORDS_MS);
  }

  #afterDeath(why: string): void {
    if (this.#ended) return;
    if ((nowUs() - this.#startedUs) / 1000 > RESTART_FORGIVEN_MS) this.#restarts = 0;
    const text = this.#lastWords === "" ? why : `${why}: ${this.#lastWords}`;
    if (this.#restarts >= RESTART_MAX) return this.#end(text);
    this.#restarts++;
    this.#say(
      "error",
      `the director worker is dead, the local stack has its packets: ${text}; ` +
        `starting it anew (${this.#restarts} of ${RESTART_MAX})`,
    );
    this.#restartTimer = setTimeout(() => void this.#restart(), RESTART_PAUSE_MS);
  }

  async #restart(): Promise<void> {
    await this.#startWorker();
    if (this.#thread === null) return;
    const status = await this.#hand(this.#table.records());
    if (status === STATUS_OK) this.#say("info", "the director worker balances again");
    else this.#say("error", `the director refused a record: ${statusName(status)}`);
  }

  #end(why: string): void {
    this.#ended = true;
    this.#say("error", `balancing has ended, the local stack has its packets: ${why}`);
  }

  /** A dead worker's services must not stay cut off. */
  #removeFilter(): void {
    const fd = this.#shared.get(DIRECTOR_WORD.FILTER_FD);
    if (fd === 0) return;
    try {
      PacketFilter.removeAbandoned(fd);
    } catch (error) {
      this.#say("error", `the packet filter of the director is left behind: ${errorText(error)}`);
    }
  }

  #say(level: "info" | "warning" | "error", text: string): void {
    this.#reporter.daemon(level, text, "lvs", "checkers");
  }
}

/** Nothing can be added any more; what is to be removed is gone. */
function endedFailure(op: IpvsOperation["op"], index: number): IpvsFailure[] {
  return op.startsWith("delete") ? [] : [{ index, errno: "ENODEV" }];
}
