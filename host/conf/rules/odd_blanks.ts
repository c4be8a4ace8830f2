// Blanks that are none: U+00A0 and its kin come with text copied from web pages.
// This module is browser safe.

import type { Rule } from "./rule.ts";

/** Seed mistake 1: told once for each file, with the number. */
export const oddBlanks: Rule = {
  code: "odd-blanks",
  severity: "warning",
  why: "keepalived takes them for letters and rejects the lines; vipd reads them as blanks",
  advice: "replace them: sed -i 's/\\xc2\\xa0/ /g' FILE",
  check({ document }, report) {
    for (const { file, notes: { oddBlanks } } of document.trees) {
      if (oddBlanks.count === 0) continue;
      const code = file.text.charCodeAt(oddBlanks.first);
      const name = code === 0xa0 ? "no-break spaces (U+00A0)" : "blanks that are not ASCII";
      report(
        { file, start: oddBlanks.first, end: oddBlanks.first + 1 },
        `the file has ${oddBlanks.count} ${name}`,
      );
    }
  },
};
