// A way from this machine into a node: a TCP port here leads to one of the node's loopback, until it is
// cut. For a browser, which lives in no node.

import type { LabNode } from "./netns.ts";
import { DENO, ROOT } from "./path.ts";

/** A port of this machine that leads into a node. */
export class WayIn implements AsyncDisposable {
  readonly #listener: Deno.TcpListener;
  readonly #open = new Set<Deno.Conn>();
  #socket: string | null = null;
  #isCut = false;

  private constructor(listener: Deno.TcpListener) {
    this.#listener = listener;
    void this.#accept();
  }

  /** A free port; it leads nowhere until `into` says where. */
  static reserve(): WayIn {
    return new WayIn(Deno.listen({ hostname: "127.0.0.1", port: 0 }));
  }

  get port(): number {
    return (this.#listener.addr as Deno.NetAddr).port;
  }

  /** Leads to a port of a node's loopback. */
  async into(node: LabNode, port: number): Promise<void> {
    const socket = `${node.folder}/tmp/way-in-${this.port}.sock`;
    const program = `${ROOT}/test/lab/programs/way_in.ts`;
    const argv = [DENO, "run", "-A", "--no-lock", program, socket, String(port)];
    const running = await node.start(argv, { name: "way in" });
    await running.waitForLine(/^listening$/);
    this.#socket = socket;
  }

  /** Ends every connection and takes no more, as a network that is away does. */
  cut(): void {
    this.#isCut = true;
    for (const conn of this.#open) close(conn);
  }

  /** Takes connections again. */
  mend(): void {
    this.#isCut = false;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.cut();
    return Promise.resolve();
  }

  async #accept(): Promise<void> {
    for await (const conn of this.#listener) {
      if (this.#isCut || this.#socket === null) close(conn);
      else void this.#handOn(conn, this.#socket);
    }
  }

  async #handOn(here: Deno.Conn, path: string): Promise<void> {
    const there = await Deno.connect({ transport: "unix", path }).catch(() => null);
    if (there === null) return close(here);
    this.#open.add(here).add(there);
    await Promise.allSettled([
      here.readable.pipeTo(there.writable),
      there.readable.pipeTo(here.writable),
    ]);
    this.#open.delete(here);
    this.#open.delete(there);
  }
}

function close(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch {
    // Its other end was quicker.
  }
}
