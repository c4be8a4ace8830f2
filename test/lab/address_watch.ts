// When addresses come to a node and go, as the kernel announces it: for times that polling would blur.

import type { LabNode } from "./netns.ts";
import type { LogLine, RunningProgram } from "./process.ts";

/** Listens to one node's addresses until the lab ends. */
export class AddressWatch {
  readonly #monitor: RunningProgram;

  private constructor(monitor: RunningProgram) {
    this.#monitor = monitor;
  }

  /** Starts to listen; returns when announcements are being heard. */
  static async start(node: LabNode): Promise<AddressWatch> {
    const monitor = await node.start(["stdbuf", "-oL", "ip", "-o", "monitor", "address"]);
    const watch = new AddressWatch(monitor);
    // `ip` does not say when it listens: an address of the test's own does.
    await node.ip("addr add 127.0.0.9/32 dev lo", "addr del 127.0.0.9/32 dev lo");
    while (watch.#monitor.lines.length === 0) {
      await node.ip("addr add 127.0.0.9/32 dev lo", "addr del 127.0.0.9/32 dev lo");
    }
    return watch;
  }

  /** What to give as `from` to hear only what comes now. */
  get position(): number {
    return this.#monitor.lines.length;
  }

  /** Waits for the removal of an address; when it was seen, milliseconds since 1970. */
  async gone(address: string, from: number, timeoutMs?: number): Promise<number> {
    return (await this.#line(`^Deleted.* ${address}/`, from, timeoutMs)).atMs;
  }

  /** Waits for the addition or the refresh of an address. */
  async held(address: string, from: number, timeoutMs?: number): Promise<number> {
    return (await this.#line(`^(?!Deleted).* ${address}/`, from, timeoutMs)).atMs;
  }

  /** The removals of an address so far, from line number `from` on. */
  removals(address: string, from: number): LogLine[] {
    const gone = new RegExp(`^Deleted.* ${address}/`);
    return this.#monitor.lines.slice(from).filter(({ text }) => gone.test(text));
  }

  #line(pattern: string, from: number, timeoutMs?: number): Promise<LogLine> {
    return this.#monitor.waitForLine(new RegExp(pattern), timeoutMs, from);
  }
}
