// The events a daemon remembers: a ring of the newest, and those who listen. main appends, the
// control server reads; nothing here waits for a reader.
// This module is browser safe.

import { EVENT_RING_MAX, type EventBody, type EventKind, type EventRecord } from "./protocol.ts";

/** What the control server needs of the events. */
export interface EventSource {
  /** Remembered events with a sequence above `after`, the newest `limit` of them, oldest first. */
  recent(limit: number, after?: number): EventRecord[];
  /** Calls the listener with each event from now on; returns the function that ends it. */
  subscribe(listener: (event: EventRecord) => void): () => void;
}

/** The ring. Remembers the newest `capacity` events. */
export class EventLog implements EventSource {
  readonly #capacity: number;
  readonly #ring: EventRecord[] = [];
  readonly #listeners = new Set<(event: EventRecord) => void>();
  #sequence = 0;

  constructor(capacity: number = EVENT_RING_MAX) {
    this.#capacity = capacity;
  }

  /**
   * Adds an event and tells the listeners at once; a listener must neither wait nor throw.
   * `wallMs` is Date.now() of the event.
   */
  append(kind: EventKind, text: string, record: EventBody, wallMs: number): EventRecord {
    const event: EventRecord = {
      sequence: ++this.#sequence,
      time: new Date(wallMs).toISOString(),
      kind,
      text,
      record,
    };
    this.#ring[(event.sequence - 1) % this.#capacity] = event;
    for (const listener of this.#listeners) listener(event);
    return event;
  }

  recent(limit: number, after = 0): EventRecord[] {
    const count = Math.min(limit, this.#ring.length, Math.max(0, this.#sequence - after));
    const events: EventRecord[] = [];
    for (let sequence = this.#sequence - count + 1; sequence <= this.#sequence; sequence++) {
      events.push(this.#ring[(sequence - 1) % this.#capacity]!);
    }
    return events;
  }

  subscribe(listener: (event: EventRecord) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
