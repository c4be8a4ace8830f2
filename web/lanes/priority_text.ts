// A priority with what it is made of. Pure.

import type { PriorityPoint } from "./lane_types.ts";

/** `105 = 100 + 5 (chk_down)`; the number alone where its parts are not told. */
export function priorityText({ value, base, parts }: PriorityPoint): string {
  if (base === null || (parts.length === 0 && base === value)) return String(value);
  const named = parts.map(({ tracker, weight }) =>
    ` ${weight < 0 ? "−" : "+"} ${Math.abs(weight)} (${tracker})`
  );
  const sum = parts.reduce((total, { weight }) => total + weight, base);
  // Held between 1 and 254, or a tracker that no record names.
  return sum === value
    ? `${value} = ${base}${named.join("")}`
    : `${value} ← ${base}${named.join("")}`;
}
