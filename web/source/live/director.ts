// One director that is watched: connects, asks for what it remembers, follows its events and asks for
// its status again and again. When the connection is lost it tries again, later each time, and says
// when. It decides nothing of what is shown: whoever is told (LiveStory) does.

import { errorText, VipdError } from "../../../host/base/errors.ts";
import {
  ControlClient,
  type EventRecord,
  type NodeStatus,
  openStream,
  streamAddress,
  type Transport,
} from "../../../host/control/client.ts";
import type { Heard } from "./clock.ts";

/** Between two status replies, milliseconds. */
export const STATUS_EVERY_MS = 500;
/** A director that does not answer for so long is lost, milliseconds. */
export const SILENCE_MS_MAX = 2_000;
/** The pause before the first try, and the longest one, milliseconds. It doubles. */
export const RETRY_MS_MIN = 1_000;
export const RETRY_MS_MAX = 30_000;
/** A connection that held for so long was a good one: the pauses begin anew, milliseconds. */
const GOOD_MS = 10_000;

/** Where a director is, and who we are there. */
export interface DirectorAddress {
  /** As a person writes it. */
  address: string;
  secret: string;
}

/** How it stands. */
export type DirectorState =
  | { state: "connecting" }
  | { state: "up" }
  /** `retryMs`: wall time of the next try; null: none, a person has to mend something. */
  | { state: "lost"; why: string; hint: string; retryMs: number | null };

/** Who is told. */
export interface DirectorListener {
  changed(state: DirectorState): void;
  /** The first words of a connection; `isAnother`: of another process than the last one's. */
  connected(status: NodeStatus, missed: EventRecord[], heard: Heard, isAnother: boolean): void;
  status(status: NodeStatus, heard: Heard): void;
  event(event: EventRecord, heardMs: number): void;
  lost(why: string): void;
}

/** What it stands on; tests make it up. */
export interface DirectorWorld {
  open(address: string, secret: string): Promise<Transport>;
  /** Milliseconds since 1970 that never go back. */
  nowMs(): number;
  wait(ms: number): Promise<void>;
}

/** The browser's. */
export const BROWSER: DirectorWorld = {
  open: (address, secret) => openStream(address, secret),
  nowMs: () => performance.timeOrigin + performance.now(),
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** Errors that no second try mends. */
const FINAL: ReadonlySet<string> = new Set(["denied", "address", "protocol", "version"]);

/** Watches one director until stop(). */
export class Director {
  readonly #where: DirectorAddress;
  readonly #listener: DirectorListener;
  readonly #world: DirectorWorld;
  #client: ControlClient | null = null;
  #stopped = false;
  /** Process and last event of it that were heard of. */
  #known: { run: string; sequence: number } | null = null;
  /** An event came that a status reply may explain. */
  #wantsStatus: (() => void) | null = null;

  constructor(where: DirectorAddress, listener: DirectorListener, world: DirectorWorld = BROWSER) {
    this.#where = where;
    this.#listener = listener;
    this.#world = world;
  }

  /** Watches; resolves when it is stopped or no further try makes sense. Never rejects. */
  async run(): Promise<void> {
    let pauseMs = RETRY_MS_MIN;
    while (!this.#stopped) {
      this.#listener.changed({ state: "connecting" });
      const begunMs = this.#world.nowMs();
      const problem = await this.#watch();
      if (this.#stopped) return;
      const isFinal = FINAL.has(problem.code);
      if (this.#world.nowMs() - begunMs > GOOD_MS) pauseMs = RETRY_MS_MIN;
      const retryMs = isFinal ? null : this.#world.nowMs() + pauseMs;
      const { message: why, hint = "" } = problem;
      this.#listener.changed({ state: "lost", why, hint, retryMs });
      if (isFinal) return;
      await this.#world.wait(pauseMs);
      pauseMs = Math.min(RETRY_MS_MAX, pauseMs * 2);
    }
  }

  /** Ends it. */
  stop(): void {
    this.#stopped = true;
    this.#client?.close();
  }

  /** One connection from its beginning to its end: why it ended. */
  async #watch(): Promise<VipdError> {
    let isUp = false;
    try {
      const { address, secret } = this.#where;
      const transport = await this.#world.open(streamAddress(address), secret);
      const client = new ControlClient(transport, SILENCE_MS_MAX);
      this.#client = client;
      if (this.#stopped) client.close();
      const after = await this.#begin(client);
      isUp = true;
      this.#listener.changed({ state: "up" });
      return await this.#follow(client, after);
    } catch (thrown) {
      const problem = thrown instanceof VipdError
        ? thrown
        : new VipdError("failed", errorText(thrown), { cause: thrown });
      if (isUp && !this.#stopped) this.#listener.lost(problem.message);
      return problem;
    } finally {
      this.#client?.close();
      this.#client = null;
    }
  }

  /** Hears what is and what was; the number of the last event. */
  async #begin(client: ControlClient): Promise<number> {
    const askedMs = this.#world.nowMs();
    const status = await client.status();
    const heardMs = this.#world.nowMs();
    if (status.protocol !== 1) {
      throw new VipdError("version", `it speaks protocol ${status.protocol}, this page 1`, {
        hint: "Open the page of that director itself.",
      });
    }
    const isAnother = this.#known !== null && this.#known.run !== status.run;
    const after = this.#known === null || isAnother ? 0 : this.#known.sequence;
    const missed: EventRecord[] = [];
    await client.events({ after }, (event) => missed.push(event));
    const last = missed.at(-1)?.sequence ?? after;
    this.#known = { run: status.run, sequence: last };
    this.#listener.connected(status, missed, { askedMs, heardMs }, isAnother);
    return last;
  }

  /** Follows until the connection ends, and then throws. */
  async #follow(client: ControlClient, after: number): Promise<never> {
    const following = client.events({ after, follow: true }, (event) => this.#heard(event));
    // It only ever ends by rejecting, and so does the asking.
    return await Promise.race([following.then(neverEnds), this.#askOn(client)]);
  }

  #heard(event: EventRecord): void {
    if (this.#stopped) return;
    this.#known!.sequence = event.sequence;
    this.#listener.event(event, this.#world.nowMs());
    this.#wantsStatus?.();
  }

  async #askOn(client: ControlClient): Promise<never> {
    for (;;) {
      const wanted = new Promise<void>((resolve) => {
        this.#wantsStatus = resolve;
      });
      await Promise.race([this.#world.wait(STATUS_EVERY_MS), wanted]);
      const askedMs = this.#world.nowMs();
      const status = await client.status();
      if (this.#stopped) throw new VipdError("closed", "stopped");
      this.#listener.status(status, { askedMs, heardMs: this.#world.nowMs() });
    }
  }
}

function neverEnds(): never {
  throw new VipdError("protocol", "the director ended the events by itself");
}
