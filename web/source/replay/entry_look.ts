// Which input of a dump is looked at: the one at the playhead, or one that was stepped to at that time. Asks
// for one at a time, and for the newest wish only.

import type { EntryPlace, ShownEntry } from "./protocol.ts";

/** The look. */
export class EntryLook {
  readonly #ask: (place: EntryPlace) => Promise<ShownEntry | null>;
  readonly #show: (entry: ShownEntry | null) => void;
  /** The entry that was stepped to: it stays while the playhead stays at its time. */
  #steppedUs: number | null = null;
  /** Time that is wanted while another one is asked for. */
  #wantedUs: number | null = null;
  #isAsking = false;

  constructor(
    ask: (place: EntryPlace) => Promise<ShownEntry | null>,
    show: (entry: ShownEntry | null) => void,
  ) {
    this.#ask = ask;
    this.#show = show;
  }

  /** The playhead is there: shows the last input up to it. */
  follow(atUs: number): void {
    if (atUs === this.#steppedUs) return;
    this.#steppedUs = null;
    this.#wantedUs = atUs;
    if (!this.#isAsking) void this.#askWanted();
  }

  /** Steps to a place; resolves with the input there, null = there is none. */
  async goTo(position: number): Promise<ShownEntry | null> {
    const entry = await this.#ask({ position });
    if (entry === null) return null;
    this.#steppedUs = entry.atUs;
    this.#wantedUs = null;
    this.#show(entry);
    return entry;
  }

  async #askWanted(): Promise<void> {
    this.#isAsking = true;
    while (this.#wantedUs !== null) {
      const atUs = this.#wantedUs;
      this.#wantedUs = null;
      const entry = await this.#ask({ atUs });
      // Somebody stepped in the meantime.
      if (this.#steppedUs === null) this.#show(entry);
    }
    this.#isAsking = false;
  }
}
