// Whether one looks at the present of a recording that grows, or at its past.

/** So near to the end is the present, microseconds. */
export const PRESENT_US = 1_500_000;
/** So far behind the end the playhead is brought back to it, microseconds. */
export const DRIFT_US = 400_000;

/**
 * Keeps who looks at the present there, also after a tab that slept and in spite of two clocks. Who goes
 * back, or pauses for a while, is left alone.
 */
export class Present {
  #isPresent = false;
  #playheadUs = 0;

  /** One looks at the present now. */
  begin(playheadUs: number): void {
    this.#isPresent = true;
    this.#playheadUs = playheadUs;
  }

  /** Time 0 is another moment: the playhead was moved with it. */
  moved(byUs: number): void {
    this.#playheadUs += byUs;
  }

  /** The recording has grown up to `untilUs`: where the playhead has to go; null = it is right. */
  look(playheadUs: number, untilUs: number, isPlaying: boolean): number | null {
    const wentBack = playheadUs < this.#playheadUs;
    const isLate = isPlaying && this.#isPresent && !wentBack && untilUs - playheadUs > DRIFT_US;
    const toUs = isLate ? untilUs : playheadUs;
    this.#isPresent = untilUs - toUs < PRESENT_US;
    this.#playheadUs = toUs;
    return isLate ? untilUs : null;
  }
}
