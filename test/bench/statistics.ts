// The few statistics of the bench. Medians with their range: on a shared machine a mean is the story of its
// worst moment.

/** The p-th percentile by nearest rank, p in 0..100. Throws on nothing. */
export function percentile(values: readonly number[], p: number): number {
  if (values.length === 0) throw new RangeError("no values");
  const sorted = values.toSorted((a, b) => a - b);
  const rank = Math.max(1, Math.ceil((p / 100) * sorted.length));
  return sorted[rank - 1]!;
}

/** The middle value, or the mean of the two in the middle. Throws on nothing. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("no values");
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** Three significant digits, and never an exponent: 0.00123, 12.3, 4560. */
export function significant(value: number): string {
  if (value === 0) return "0";
  const digits = Math.floor(Math.log10(Math.abs(value)));
  const factor = 10 ** (2 - digits);
  const rounded = Math.round(value * factor) / factor;
  return rounded.toFixed(Math.max(0, 2 - Math.floor(Math.log10(Math.abs(rounded)))));
}

/** `median (min - max)`, or the one value of a single run. */
export function spread(values: readonly number[]): string {
  if (values.length === 1) return significant(values[0]!);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return `${significant(median(values))} (${significant(low)} - ${significant(high)})`;
}
