// What goes wrong is answered as application/problem+json (RFC 9457): what, why, and what to do.

import type { Limit } from "./limits.ts";

/** Content type of a problem. */
export const PROBLEM_TYPE = "application/problem+json";

/** Status codes that a problem is answered with. */
export type ProblemStatus = 400 | 404 | 405 | 413 | 415 | 422 | 500 | 503;

/** What a problem says beside its title. */
export interface ProblemOptions {
  /** What exactly, in a sentence; never what stands in a configuration. */
  detail?: string;
  /** What to do. */
  hint?: string;
  /** The limit that was reached. */
  limit?: Limit;
  /** Further members: diagnostics of configurations, problems of a scenario. */
  more?: Record<string, unknown>;
  headers?: Record<string, string>;
}

/** A request that cannot be answered as it was asked. `code` is a stable word for programs. */
export class Problem extends Error {
  readonly status: ProblemStatus;
  readonly code: string;
  readonly options: ProblemOptions;

  constructor(status: ProblemStatus, code: string, title: string, options: ProblemOptions = {}) {
    super(title);
    this.name = "Problem";
    this.status = status;
    this.code = code;
    this.options = options;
  }

  /** The answer. `type` is a URN of the code, which leads nowhere and is stable. */
  toResponse(): Response {
    const { detail, hint, limit, more, headers } = this.options;
    const body = {
      type: `urn:vipd:problem:${this.code}`,
      title: this.message,
      status: this.status,
      ...(detail === undefined ? {} : { detail }),
      ...(hint === undefined ? {} : { hint }),
      ...(limit === undefined ? {} : { limit }),
      ...more,
    };
    return new Response(JSON.stringify(body), {
      status: this.status,
      headers: { "content-type": PROBLEM_TYPE, ...headers },
    });
  }
}

/** A problem of a limit: 413 for what is sent, 422 for what it would take to answer. */
export function limitReached(
  status: 413 | 422 | 503,
  limit: Limit,
  found: number | null,
  hint: string,
): Problem {
  const is = found === null ? "more than" : `${found}, more than`;
  return new Problem(status, "limit", `${limit.name} is reached`, {
    detail: `${limit.meaning}: ${is} ${limit.value}`,
    hint,
    limit,
  });
}
