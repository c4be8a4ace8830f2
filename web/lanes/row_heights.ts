// Where the rows of a long list stand when their heights differ: estimated until they have been drawn, then
// as measured. Pure.

/** Heights and places, pixels. */
export class RowHeights {
  readonly #estimate: (row: number) => number;
  /** Of drawn rows; 0: not drawn yet. */
  #measured = new Float64Array(0);
  /** Top of each row, and the bottom of the last. */
  #tops = new Float64Array(1);
  #count = 0;
  /** Tops up to this row are right. */
  #good = 0;

  /** `estimate`: height of a row that was not drawn yet. */
  constructor(estimate: (row: number) => number) {
    this.#estimate = estimate;
  }

  get count(): number {
    return this.#count;
  }

  /** Height of all. */
  get total(): number {
    return this.top(this.#count);
  }

  /** The list has so many rows: those behind were appended or are gone. */
  resize(count: number): void {
    if (count > this.#measured.length) {
      const room = Math.max(count, this.#measured.length * 2, 64);
      const [measured, tops] = [new Float64Array(room), new Float64Array(room + 1)];
      measured.set(this.#measured);
      tops.set(this.#tops);
      this.#measured = measured;
      this.#tops = tops;
    }
    if (count < this.#count) this.#measured.fill(0, count, this.#count);
    this.#good = Math.min(this.#good, count, this.#count);
    this.#count = count;
  }

  /** A row was drawn. Answers whether it is another height than was thought. */
  measure(row: number, height: number): boolean {
    if (row >= this.#count || height <= 0) return false;
    const before = this.#heightOf(row);
    this.#measured[row] = height;
    if (Math.abs(before - height) < 0.5) return false;
    this.#good = Math.min(this.#good, row);
    return true;
  }

  /** All rows may be of other heights now: the list became wider, or other rows stand in it. */
  forget(): void {
    this.#measured.fill(0);
    this.#good = 0;
  }

  /** Top of a row; of the number of rows: the bottom of the last. */
  top(row: number): number {
    const wanted = Math.min(row, this.#count);
    for (; this.#good < wanted; this.#good++) {
      this.#tops[this.#good + 1] = this.#tops[this.#good]! + this.#heightOf(this.#good);
    }
    return this.#tops[wanted]!;
  }

  /** The row at a height; the first or last beyond the ends. */
  at(y: number): number {
    this.top(this.#count);
    let [low, high] = [0, this.#count];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#tops[middle + 1]! <= y) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, Math.min(low, this.#count - 1));
  }

  #heightOf(row: number): number {
    return this.#measured[row] || this.#estimate(row);
  }
}
