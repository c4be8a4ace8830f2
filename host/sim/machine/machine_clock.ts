// The monotonic clock of a simulated machine: it may run fast or slow, and it stands still while the
// machine is frozen. True time is the simulation's own. Microseconds. This module is browser safe.

/** The clock. */
export class MachineClock {
  #rate = 1;
  /** The clock showed #anchorUs at the true time #trueUs. */
  #anchorUs: number;
  #trueUs: number;
  #standing = false;

  constructor(trueUs: number, shownUs: number, rate: number) {
    this.#trueUs = trueUs;
    this.#anchorUs = shownUs;
    this.#rate = rate;
  }

  /** Seconds that it shows in a second. */
  get rate(): number {
    return this.#rate;
  }

  /** What it shows at a true time that is not before the last change: whole microseconds. */
  at(trueUs: number): number {
    if (this.#standing) return this.#anchorUs;
    const passed = trueUs - this.#trueUs;
    return this.#anchorUs + (this.#rate === 1 ? passed : Math.floor(passed * this.#rate));
  }

  /** The first true time at which it shows at least so much; Infinity while it stands. */
  whenShows(shownUs: number): number {
    if (shownUs === Infinity || this.#standing) return Infinity;
    const wanted = shownUs - this.#anchorUs;
    if (this.#rate === 1) return this.#trueUs + wanted;
    let trueUs = this.#trueUs + Math.floor(wanted / this.#rate);
    while (this.at(trueUs) < shownUs) trueUs++;
    return trueUs;
  }

  /** From now on it runs so fast. */
  setRate(trueUs: number, rate: number): void {
    this.#anchor(trueUs);
    this.#rate = rate;
  }

  /** The machine boots: its clock starts over. */
  reset(trueUs: number, shownUs: number): void {
    this.#trueUs = trueUs;
    this.#anchorUs = shownUs;
    this.#standing = false;
  }

  /** It stands still, or goes on. */
  setStanding(trueUs: number, standing: boolean): void {
    this.#anchor(trueUs);
    this.#standing = standing;
  }

  #anchor(trueUs: number): void {
    this.#anchorUs = this.at(trueUs);
    this.#trueUs = trueUs;
  }
}
