// The control socket of a running daemon: a Unix stream socket that only root may open, one JSON
// text a line (protocol.ts). Plain lines, and not HTTP, because every bound is then ours: how many
// clients, how long a message, how much waits for one that does not read. A browser gets
// the same messages one by one in a WebSocket (web/server.ts).

import { VipdError } from "../base/errors.ts";
import { answerAll, type ControlProvider } from "./answers.ts";
import { type Answer, Connection, CONNECTION_LIMITS, type ConnectionLimits } from "./connection.ts";
import { encodeLine } from "./lines.ts";
import { CLIENT_MAX, type ControlStatus, type Reply, type WebStatus } from "./protocol.ts";

/** Longest path of a Unix socket, bytes: sun_path of <sys/un.h> with its final zero. */
export const SOCKET_PATH_BYTES_MAX = 107;

/** Pause after a failed accept, milliseconds. */
const ACCEPT_RETRY_MS = 200;

/** How to serve. */
export interface ControlOptions extends ControlProvider {
  /** Of the socket; its directory must exist. */
  path: string;
  /** What the server of the page says of itself; null: there is none. */
  web?: () => WebStatus | null;
  /** Tests make limits small. */
  limits?: Partial<ConnectionLimits> & { clients?: number };
}

/** A control socket that stands. */
export interface ControlServer {
  readonly path: string;
  /** The server's own counters. */
  status(): ControlStatus;
  /** Ends all clients and removes the socket. Harmless when called again. */
  close(): Promise<void>;
}

/**
 * Opens the control socket and serves it in the background. A socket that nobody listens on is
 * replaced. Throws VipdError: `socket_in_use` when somebody does, `socket_path` when the path holds
 * something else or is too long, `socket` when the system refuses.
 */
export async function serveControl(options: ControlOptions): Promise<ControlServer> {
  const { path } = options;
  await makeRoom(path);
  const listener = listenPrivate(path);
  const server = new Server(listener, options);
  const served = server.acceptAll();
  return {
    path,
    status: () => server.status(),
    async close() {
      server.stop();
      await served;
    },
  };
}

class Server {
  readonly #listener: Deno.UnixListener;
  readonly #options: ControlOptions;
  readonly #limits: ConnectionLimits;
  readonly #clientMax: number;
  readonly #clients = new Set<Connection>();
  readonly #answer: Answer;
  #stopped = false;
  #refused = 0;
  #dropped = 0;
  #rejected = 0;

  constructor(listener: Deno.UnixListener, options: ControlOptions) {
    this.#listener = listener;
    this.#options = options;
    this.#limits = { ...CONNECTION_LIMITS, ...options.limits };
    this.#clientMax = options.limits?.clients ?? CLIENT_MAX;
    this.#answer = answerAll(options, () => this.status());
  }

  status(): ControlStatus {
    return {
      path: this.#options.path,
      clients: this.#clients.size,
      refused: this.#refused,
      dropped: this.#dropped,
      rejected: this.#rejected,
      web: this.#options.web?.() ?? null,
    };
  }

  async acceptAll(): Promise<void> {
    while (!this.#stopped) {
      let conn: Deno.Conn;
      try {
        conn = await this.#listener.accept();
      } catch {
        // Our own close, or no free descriptor: then the client waits in the kernel's queue.
        if (!this.#stopped) await new Promise((resolve) => setTimeout(resolve, ACCEPT_RETRY_MS));
        continue;
      }
      if (this.#clients.size >= this.#clientMax) this.#refuse(conn);
      else void this.#serve(conn);
    }
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#listener.close(); // Deno removes the path with it.
    for (const client of this.#clients) client.end("stopped");
  }

  async #serve(conn: Deno.Conn): Promise<void> {
    const client = new Connection(conn, this.#answer, this.#limits);
    this.#clients.add(client);
    const reason = await client.run();
    this.#clients.delete(client);
    if (reason === "dropped") this.#dropped++;
    if (reason === "rejected") this.#rejected++;
  }

  #refuse(conn: Deno.Conn): void {
    this.#refused++;
    const message = `${this.#clientMax} clients are connected already`;
    const reply: Reply = { id: -1, type: "error", error: { code: "too_many", message } };
    // A fresh socket takes one line at once; if it does not, the close alone says it.
    conn.write(encodeLine(reply)).catch(() => {}).finally(() => conn.close());
  }
}

/** Makes sure that nothing stands at the path, or throws. */
async function makeRoom(path: string): Promise<void> {
  if (new TextEncoder().encode(path).length > SOCKET_PATH_BYTES_MAX) {
    throw new VipdError(
      "socket_path",
      `control socket ${path}: longer than ${SOCKET_PATH_BYTES_MAX} bytes, the most a Unix socket can have`,
      { hint: "Give a shorter path with --socket." },
    );
  }
  let info: Deno.FileInfo;
  try {
    info = await Deno.lstat(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return;
    throw new VipdError("socket", `control socket ${path}: ${(cause as Error).message}`, { cause });
  }
  if (!info.isSocket) {
    throw new VipdError(
      "socket_path",
      `control socket ${path}: something that is no socket stands there`,
      {
        hint: "Remove it or give another path with --socket.",
      },
    );
  }
  if (await answers(path)) {
    throw new VipdError("socket_in_use", `control socket ${path}: another daemon listens on it`, {
      hint: "Stop that daemon, or give this one its own pid files or --socket.",
    });
  }
  await Deno.remove(path).catch((cause) => {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
  });
}

async function answers(path: string): Promise<boolean> {
  try {
    (await Deno.connect({ transport: "unix", path })).close();
    return true;
  } catch (thrown) {
    // A socket file without a listener refuses; anything else (no permission) is not ours to remove.
    return !(thrown instanceof Deno.errors.ConnectionRefused);
  }
}

/** Binds with mode 0600 from the first moment: no window in which others may connect. */
function listenPrivate(path: string): Deno.UnixListener {
  const umask = Deno.umask(0o177);
  try {
    return Deno.listen({ transport: "unix", path });
  } catch (cause) {
    throw new VipdError("socket", `control socket ${path}: ${(cause as Error).message}`, {
      cause,
      hint: "Does its directory exist, and may this user write there?",
    });
  } finally {
    Deno.umask(umask);
  }
}
