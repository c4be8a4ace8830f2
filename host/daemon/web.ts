// The web block of the running daemon: listens as the configuration says, takes another one at a reload,
// and tries again where it could not listen. Whatever happens here is told and nothing else: no
// address, no advert and no service depends on it.

import { errorText } from "../base/errors.ts";
import type { WebSettings } from "../conf/index.ts";
import type { Answer } from "../control/connection.ts";
import type { WebStatus } from "../control/protocol.ts";
import type { WebServer } from "../control/web/index.ts";
import type { Reporter } from "./reporter.ts";

/** Between two tries to listen, milliseconds: an address may come later than we do. */
export const LISTEN_RETRY_MS = 10_000;

const NOBODY = { clients: 0, refused: 0, dropped: 0, rejected: 0, denied: 0, followers: [] };

/** What it is made of. */
export interface WebParts {
  /** Folder of the built page. */
  page: string;
  /** Answers those who follow. */
  answer: Answer;
  reporter: Pick<Reporter, "daemon">;
  /** Tests make it small. */
  retryMs?: number;
}

/** The page and the stream of a daemon. */
export class Web {
  readonly #parts: WebParts;
  #settings: WebSettings | null = null;
  #server: WebServer | null = null;
  #problem: string | null = null;
  #retry: ReturnType<typeof setTimeout> | null = null;

  constructor(parts: WebParts) {
    this.#parts = parts;
  }

  /** What it says of itself; null while it is off. */
  status(): WebStatus | null {
    if (this.#settings === null) return null;
    const { listen } = this.#settings;
    const counts = this.#server?.status() ?? NOBODY;
    return { listen: listenText(listen), problem: this.#problem, ...counts };
  }

  /** Takes the settings of a configuration; null = off. Never throws. */
  async apply(settings: WebSettings | null): Promise<void> {
    const before = this.#settings;
    this.#settings = settings;
    const isSamePlace = before !== null && settings !== null &&
      listenText(before.listen) === listenText(settings.listen);
    if (isSamePlace && this.#server !== null) return this.#server.allow(settings);
    if (this.#server !== null && before !== null) this.#tell("info", before, "no longer served");
    await this.#end();
    this.#problem = null;
    if (settings !== null) await this.#listen(settings);
  }

  async #listen(settings: WebSettings): Promise<void> {
    const { page, answer, reporter, retryMs = LISTEN_RETRY_MS } = this.#parts;
    try {
      // Only who serves the page pays for it.
      const { serveWeb } = await import("../control/web/index.ts");
      if (this.#settings !== settings) return;
      this.#server = serveWeb({
        listen: settings.listen,
        access: settings,
        page,
        role: "daemon",
        stream: answer,
        refused: (why) => reporter.daemon("warning", `web: ${why}`),
      });
      this.#problem = null;
      this.#tell("info", settings, "the page is served");
    } catch (error) {
      const problem = errorText(error);
      if (problem !== this.#problem) {
        this.#tell("error", settings, `cannot listen, will try again: ${problem}`);
      }
      this.#problem = problem;
      this.#retry = setTimeout(() => void this.#listen(settings), retryMs);
    }
  }

  #tell(level: "info" | "error", { listen }: WebSettings, what: string): void {
    this.#parts.reporter.daemon(level, `web http://${listenText(listen)}/: ${what}`);
  }

  async #end(): Promise<void> {
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
    const server = this.#server;
    this.#server = null;
    await server?.close();
  }

  /** Ends all who follow. */
  async close(): Promise<void> {
    this.#settings = null;
    await this.#end();
  }
}

function listenText({ address, port }: WebSettings["listen"]): string {
  return `${address.includes(":") ? `[${address}]` : address}:${port}`;
}
