// What a rule is. A rule looks at the drafts (what was written) and the model (what it means) and
// reports places; its code, its weight, the reason and the advice are its own and always the same.
// This module is browser safe.

import type { Diagnostics, Finding, Place, Severity } from "../diagnostic.ts";
import type { Document } from "../document.ts";
import type { HostFacts } from "../host_facts.ts";
import type { Config } from "../model.ts";
import type { Draft } from "../read/block.ts";
import type { Drafts } from "../read/drafts.ts";
import { placeOfStatement, type Statement } from "../tree.ts";

/** Capacities of whoever runs the configuration; the core's are in its ABI. */
export interface ModelLimits {
  instances: number;
  groups: number;
  trackers: number;
  tracks: number;
  vips: number;
}

/** What a rule looks at. */
export interface RuleContext {
  document: Document;
  drafts: Drafts;
  config: Config;
  /** null where the machine is not known. */
  facts: HostFacts | null;
  /** null where nobody said. */
  limits: ModelLimits | null;
}

/** Details of one finding that differ from the rule's own. */
export interface FindingDetail {
  severity?: Severity;
  advice?: string;
  fix?: NonNullable<Finding["fix"]>;
}

/** Reports one place: what is wrong there, without the reason. */
export type Report = (place: Place | Statement, what: string, detail?: FindingDetail) => void;

/** One thing that a configuration should not do. */
export interface Rule {
  code: string;
  severity: Severity;
  /** Why it matters, as the second half of a sentence. */
  why: string;
  /** What to do about it. */
  advice: string;
  check(context: RuleContext, report: Report): void;
}

/** Where a keyword of a block stands, or the block's head where it does not. */
export function statementOf(draft: Draft, ...keywords: string[]): Statement {
  for (const keyword of keywords) {
    const statement = draft.seen.get(keyword);
    if (statement !== undefined) return statement;
  }
  return draft.statement;
}

/** A reporter that speaks with a rule's words. */
export function reporter(
  rule: Pick<Rule, "code" | "severity" | "why" | "advice">,
  diagnostics: Diagnostics,
): Report {
  return (place, what, detail = {}) => {
    diagnostics.add("kind" in place ? placeOfStatement(place) : place, {
      severity: detail.severity ?? rule.severity,
      code: rule.code,
      message: rule.why === "" ? what : `${what}: ${rule.why}`,
      hint: detail.advice ?? rule.advice,
      ...(detail.fix === undefined ? {} : { fix: detail.fix }),
    });
  };
}
