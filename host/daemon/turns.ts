// Changes of the running configuration are made one at a time: each gets its turn when those before
// it are done.

/** A queue of changes. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Does the work when all that came before is done, however it ended; resolves with its result. */
  take<T>(work: () => T | Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => {});
    return turn;
  }

  /** As take(), but all who ask before the work begins share one turn. */
  share<T>(work: () => Promise<T>): () => Promise<T> {
    let waiting: Promise<T> | null = null;
    return () => {
      waiting ??= this.take(() => {
        waiting = null;
        return work();
      });
      return waiting;
    };
  }
}
