// Steps that happen one after another beside other stories. A matrix of failures takes as long as
// its longest story and not as their sum; each test judges one step by awaiting it.

/** One sequence of steps. */
export class Story {
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Appends a step; it begins when the one before has ended, however that ended. The promise is for
   * the test that judges it: a failure that nobody awaits yet is no unhandled rejection.
   */
  step<T>(body: () => Promise<T>): Promise<T> {
    const done = this.#last.then(body);
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** Settles when the steps so far are over, whatever became of them. */
  async over(): Promise<void> {
    await this.#last;
  }
}
