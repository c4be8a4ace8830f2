// The wire worker's way to main: the ring, and a waiting place for what must arrive when the ring is
// full because main is late. A full ring loses detail (refusals, notices), never the last state: of
// each instance and group the newest transition waits here, and whatever main waits for itself.

import {
  NOTICE_CONFIG_COMMITTED,
  NOTICE_OUTPUT,
  OUTPUT_NOTICE,
  OUTPUT_TRANSITION,
  SUBJECT_GROUP,
  TRANSITION_OUTPUT,
} from "../core/abi.gen.ts";
import type { Ring } from "./ring.ts";
import { kindOf, WIRE_CONFIG_RESULT, WIRE_LINKS_CHANGED } from "./wire_message.ts";

/** Sends records to main. */
export class WireOutbox {
  readonly #ring: Ring;
  /** By what they are about, in the order in which they are to arrive. */
  readonly #waiting = new Map<string, Uint8Array>();
  /** Commits so far: numbers of instances mean something else after each. */
  #commits = 0;

  constructor(ring: Ring) {
    this.#ring = ring;
  }

  /** True while something waits that must arrive. */
  get isWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  /** Sends a record, keeps it until there is room, or loses it: then the ring counts it. */
  push(record: Uint8Array): void {
    this.flush();
    const key = this.#keyOf(record);
    if (key === null) {
      // Nothing overtakes what waits: a commit among it changes what the numbers mean.
      if (this.isWaiting) this.#ring.lose();
      else this.#put(record);
      return;
    }
    if (!this.isWaiting && this.#ring.hasRoom(record.length)) return this.#put(record);
    // The newest of a kind takes the place at the end.
    if (this.#waiting.delete(key)) this.#ring.lose();
    this.#waiting.set(key, record);
  }

  /** Sends what waits as far as there is room; to be called again later when something is left. */
  flush(): void {
    for (const [key, record] of this.#waiting) {
      if (!this.#ring.hasRoom(record.length)) return;
      this.#waiting.delete(key);
      this.#put(record);
    }
  }

  #put(record: Uint8Array): void {
    if (this.#ring.push(record) !== "queued-wake") return;
    const { words, index } = this.#ring.asleepWord;
    Atomics.notify(words, index);
  }

  /** What a record that must arrive is about; null for one that may be lost. */
  #keyOf(record: Uint8Array): string | null {
    const view = new DataView(record.buffer, record.byteOffset, record.byteLength);
    switch (kindOf(record)) {
      case OUTPUT_TRANSITION: {
        const subject = view.getUint32(TRANSITION_OUTPUT.subject, true);
        const { group, instance } = TRANSITION_OUTPUT;
        const number = view.getUint32(subject === SUBJECT_GROUP ? group : instance, true);
        return `${this.#commits} ${subject} ${number}`;
      }
      case OUTPUT_NOTICE:
        if (view.getUint32(NOTICE_OUTPUT.notice, true) !== NOTICE_CONFIG_COMMITTED) return null;
        return `commit ${++this.#commits}`;
      case WIRE_CONFIG_RESULT:
        return `result ${this.#commits}`;
      case WIRE_LINKS_CHANGED:
        return "links";
      default:
        return null;
    }
  }
}
