// The machine's links as main knows them: which index belongs to a name, which are up, and when to
// look again. The worker says that something changed; many changes are looked at together.

import type { IndexInterface } from "../engine/core_index.ts";
import { isUpAndRunning } from "../linux/route_codec.ts";
import { RouteSocket } from "../linux/route.ts";

/** Links that come and go are looked at together after this, milliseconds. */
const SETTLE_MS = 200;

/** Index by name. */
export type LinkIndices = Map<string, number>;

/** Reads the links. */
export class Links {
  readonly #settled: () => void;
  #up: ReadonlySet<string> = new Set();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `settled` is called a while after changed(): it is time to read() again. */
  constructor(settled: () => void) {
    this.#settled = settled;
  }

  /** Names of those that were up and running when they were read last. */
  get up(): ReadonlySet<string> {
    return this.#up;
  }

  /** Reads all links. Throws SysError. */
  read(): LinkIndices {
    const route = new RouteSocket();
    try {
      const links = route.links();
      this.#up = new Set(links.filter(isUpAndRunning).map(({ name }) => name));
      return new Map(links.map(({ name, ifindex }) => [name, ifindex]));
    } finally {
      route.close();
    }
  }

  /** Something changed. More changes do not put off the look at it. */
  changed(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#settled();
    }, SETTLE_MS);
  }

  /** Nothing is called any more. */
  close(): void {
    clearTimeout(this.#timer);
  }
}

/**
 * The links to take a configuration with again, when one that it names was made anew with another
 * index; null when none was. One that is missing keeps the index it had: its instances stay in FAULT,
 * the others go on.
 */
export function movedLinks(
  named: readonly IndexInterface[],
  links: ReadonlyMap<string, number>,
): LinkIndices | null {
  const indexOf = ({ name, ifindex }: IndexInterface) => links.get(name) ?? ifindex;
  if (named.every((row) => indexOf(row) === row.ifindex)) return null;
  return new Map([...links, ...named.map((row): [string, number] => [row.name, indexOf(row)])]);
}
