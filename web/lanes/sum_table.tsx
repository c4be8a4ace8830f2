// The arithmetic of a record: what is computed, the formula, the numbers, and where that stands.

import type { JSX } from "preact";
import { LANES_TEXT } from "../text/lanes.ts";
import { t } from "../text/text.ts";
import type { Sum } from "./arithmetic.ts";

/** Keeps numbers and their units on one line. */
function unbroken(numbers: string): string {
  return numbers.replace(/(\d) (s|ms|µs)\b/g, "$1\u00a0$2");
}

/** The sums; nothing where there are none. */
export function SumTable({ sums }: { sums: readonly Sum[] }): JSX.Element | null {
  if (sums.length === 0) return null;
  return (
    <section>
      <h3>{t(LANES_TEXT.arithmetic)}</h3>
      <dl class="sums" data-testid="arithmetic">
        {sums.map(({ what, formula, numbers, section, note }, i) => (
          <div key={i}>
            <dt>
              <span>{t(what)}</span>
              {section !== null && (
                <a href={section.url} target="_blank" rel="noreferrer">{section.title}</a>
              )}
            </dt>
            {formula !== null && <dd class="sum-formula">{t(formula)}</dd>}
            <dd class="sum-numbers mono">{unbroken(numbers)}</dd>
            {note !== null && <dd class="sum-note">{t(note)}</dd>}
          </div>
        ))}
      </dl>
    </section>
  );
}
