// The words that keepalived takes for true and false, lower case only: in a file, and wherever a value of
// the file is named.
// This module is browser safe.

/** Each word and what it means; ask Object.hasOwn first. */
export const BOOLEAN_WORDS: Readonly<Record<string, boolean>> = {
  on: true,
  true: true,
  yes: true,
  off: false,
  false: false,
  no: false,
};
