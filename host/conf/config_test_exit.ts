// Exit status of a config test in keepalived's numbers (`keepalived -t`, since 2.2).
// This module is browser safe.

import type { Diagnostic } from "./diagnostic.ts";

/** Nothing to say. */
export const CONFIG_TEST_OK = 0;
/** The daemon would not start with it. */
export const CONFIG_TEST_UNUSABLE = 4;
/** It has errors, and would run. */
export const CONFIG_TEST_ERRORS = 5;
/** Scripts are insecure while script security is off: hides the others, as in keepalived. */
export const CONFIG_TEST_INSECURE = 6;

/** Warnings that keepalived does not count as errors of a configuration. */
const NOT_COUNTED: ReadonlySet<string> = new Set([
  ...["script-untracked", "odd-blanks", "shell-command", "address-twice", "line-too-long"],
  ...["priority-out-of-reach", "comment-in-word", "given-twice", "extra-argument", "not-utf-8"],
  ...["router-id-shared", "weight-without-effect", "priorities-equal", "addresses-differ"],
  ...["not-supported-yet", "include-no-match", "no-virtual-address", "unquoted-command"],
]);

/** The status of a config test with these findings. */
export function configTestExitStatus(diagnostics: readonly Diagnostic[]): number {
  const counted = diagnostics.filter(({ severity, code }) =>
    severity === "error" || (severity === "warning" && !NOT_COUNTED.has(code))
  );
  if (counted.some(({ code }) => code === "script-insecure")) return CONFIG_TEST_INSECURE;
  if (counted.some(({ severity }) => severity === "error")) return CONFIG_TEST_UNUSABLE;
  return counted.length > 0 ? CONFIG_TEST_ERRORS : CONFIG_TEST_OK;
}
