// Shape of the keyword table.
// This module is browser safe.

/** What a keyword changes when it is left out: this decides between error and warning. */
export type Changes = "packets" | "master" | "traffic" | "nothing";

/** keyword, arguments (UPPER = value, `[x]` optional, `...` repeatable), tier 1..4, changes. */
export type KeywordRows = [string, string, 1 | 2 | 3 | 4, Changes][];
