// The one error class of the host. Who throws it says what, where, why and what to do; who catches
// it prints `message` and `hint` and nothing else.
// This module is browser safe.

/** What an error may carry beside its message. */
export interface VipdErrorOptions {
  /** The error behind this one. */
  cause?: unknown;
  /** What to do about it, one sentence. */
  hint?: string;
}

/** An error that a person is going to read. `code` is a stable word for programs. */
export class VipdError extends Error {
  readonly code: string;
  readonly hint: string | undefined;

  constructor(code: string, message: string, options: VipdErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "VipdError";
    this.code = code;
    this.hint = options.hint;
  }
}

/** The text of anything that was thrown. */
export function errorText(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
