// Scenarios as text: JSON with comments and trailing commas in, with every problem at its line at once;
// JSON with a step on each line out. What the names mean in a cluster is scenario_check.ts's.
// This module is browser safe.

import {
  createScanner,
  findNodeAtLocation,
  type Node as JsonNode,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from "jsonc-parser";
import { VipdError } from "../../base/errors.ts";
import type { Config } from "../../conf/model.ts";
import type { Scenario } from "./scenario.ts";
import { type Finding, type Json, WRONG } from "./scenario_codec.ts";
import {
  type ConfigReading,
  SCENARIO,
  SCENARIO_DEPTH_MAX,
  SCENARIO_SIZE_MAX,
} from "./scenario_table.ts";

export { scenarioSchema } from "./scenario_table.ts";

/** Problems that are told of one scenario. */
export const SCENARIO_PROBLEM_MAX = 50;

/** Where something stands; both from 1, 0 = it does not come from a file. */
export interface ScenarioPlace {
  line: number;
  column: number;
}

/** One problem of a scenario. */
export interface ScenarioProblem extends ScenarioPlace {
  /** What is wrong. */
  message: string;
  /** Why; "" where it goes without saying. */
  why: string;
  /** What to do. */
  hint: string;
}

/** Finds the place of a value by its way in the file: `["steps", 3, "node"]`. */
export type FindPlace = (path: readonly (string | number)[]) => ScenarioPlace;

/** For scenarios that come from no file. */
export const NO_PLACE: FindPlace = () => ({ line: 0, column: 0 });

/** What a scenario names and only the caller can get. */
export interface ReadScenarioOptions {
  /**
   * The configuration of a reload, by the name in the file. Throws VipdError for the reader when there is
   * none. null: this caller has no files, and a scenario that names one is refused.
   */
  resolveConfig: ((name: string) => Config) | null;
}

/** A scenario, or why there is none. */
export interface ReadScenario {
  /** null when there are problems. */
  scenario: Scenario | null;
  problems: ScenarioProblem[];
  placeOf: FindPlace;
}

/** Reads a scenario file. Never throws. */
export function readScenario(source: string, options: ReadScenarioOptions): ReadScenario {
  const text = source.startsWith("\ufeff") ? source.slice(1) : source;
  const lines = new Lines(text);
  const reading = new FileReading(lines, options.resolveConfig);
  const failed = (): ReadScenario => ({
    scenario: null,
    problems: reading.problems,
    placeOf: NO_PLACE,
  });
  if (!hasGoodShape(text, reading)) return failed();
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  for (const error of errors) reading.reportAt(error.offset, syntaxFinding(error));
  if (errors.length > 0 || root === undefined) return failed();
  const placeOf: FindPlace = (path) => {
    const node = findNodeAtLocation(root, [...path]) ?? root;
    return lines.place(node.offset);
  };
  const scenario = SCENARIO.read(root, reading);
  if (scenario !== WRONG) checkTimes(scenario, root, reading);
  const problems = reading.problems.sort((a, b) => a.line - b.line || a.column - b.column);
  if (scenario === WRONG || problems.length > 0) return { scenario: null, problems, placeOf };
  return { scenario, problems, placeOf };
}

/** A problem as a compiler prints it: `FILE:LINE:COLUMN: what: why; what to do`. */
export function formatScenarioProblem(file: string, problem: ScenarioProblem): string {
  const { line, column, message, why, hint } = problem;
  const place = line === 0 ? file : `${file}:${line}:${column}`;
  return `${place}: ${message}${why === "" ? "" : `: ${why}`}; ${hint}`;
}

/** Finds the line and column of an offset. */
class Lines {
  readonly #starts: number[] = [0];

  constructor(text: string) {
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) {
      this.#starts.push(at + 1);
    }
  }

  place(offset: number): ScenarioPlace {
    let low = 0;
    let high = this.#starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.#starts[middle]! <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - this.#starts[low]! + 1 };
  }
}

class FileReading implements ConfigReading {
  readonly problems: ScenarioProblem[] = [];
  readonly #lines: Lines;
  readonly #resolve: ReadScenarioOptions["resolveConfig"];

  constructor(lines: Lines, resolve: ReadScenarioOptions["resolveConfig"]) {
    this.#lines = lines;
    this.#resolve = resolve;
  }

  get isFull(): boolean {
    return this.problems.length >= SCENARIO_PROBLEM_MAX;
  }

  report(node: JsonNode, finding: Finding): typeof WRONG {
    this.reportAt(node.offset, finding);
    return WRONG;
  }

  reportAt(offset: number, { message, why = "", hint }: Finding): void {
    if (this.isFull) return;
    this.problems.push({ ...this.#lines.place(offset), message, why, hint });
  }

  resolveConfig(name: string): Config {
    if (this.#resolve !== null) return this.#resolve(name);
    throw new VipdError("scenario", `'${name}' cannot be read here`, {
      hint: "write the changes with 'set' instead of 'config'",
    });
  }
}

/** Refuses what is too large or too deep for the parser, which calls itself for each bracket. */
function hasGoodShape(text: string, reading: FileReading): boolean {
  if (text.length > SCENARIO_SIZE_MAX) {
    reading.reportAt(0, {
      message: `the file has ${text.length} characters, the limit is ${SCENARIO_SIZE_MAX}`,
      hint: "divide it into several scenarios",
    });
    return false;
  }
  const scanner = createScanner(text, true);
  let depth = 0;
  for (;;) {
    scanner.scan();
    // Brackets in texts and comments do not begin a token.
    const first = text[scanner.getTokenOffset()];
    if (first === undefined) break;
    depth += "{[".includes(first) ? 1 : "}]".includes(first) ? -1 : 0;
    if (depth <= SCENARIO_DEPTH_MAX) continue;
    reading.reportAt(scanner.getTokenOffset(), {
      message: `more than ${SCENARIO_DEPTH_MAX} brackets inside each other`,
      hint: "look for one that was not closed",
    });
    return false;
  }
  if (text.trim() !== "") return true;
  reading.reportAt(0, { message: "the file is empty", hint: "write a scenario in braces" });
  return false;
}

/** What the parser's words mean for a reader. */
const SYNTAX: Record<string, [string, string]> = {
  InvalidSymbol: ["this is no JSON word", "write text in double quotes"],
  InvalidNumberFormat: ["this is no number", "write it like 12.5"],
  PropertyNameExpected: ["a key is missing", "write it in double quotes"],
  ValueExpected: ["a value is missing", "write text in double quotes, a number, a list, an object"],
  ColonExpected: ["a colon is missing", "write it between key and value"],
  CommaExpected: ["a comma is missing", "write it between this and what stands before"],
  CloseBraceExpected: ["a brace is not closed", "write } where the object ends"],
  CloseBracketExpected: ["a bracket is not closed", "write ] where the list ends"],
  EndOfFileExpected: ["something follows the scenario", "a file holds one object"],
  UnexpectedEndOfComment: ["a comment is not closed", "write */ at its end"],
  UnexpectedEndOfString: ["a text is not closed", "write a double quote at its end"],
  InvalidUnicode: ["this is no character", "write \\u and four hexadecimal digits"],
  InvalidEscapeCharacter: ["this escape is not known", "write a backslash as \\\\"],
  InvalidCharacter: ["a text holds a control character", "write it as \\n, \\t or \\u0000"],
};

function syntaxFinding({ error }: ParseError): Finding {
  const [message, hint] = SYNTAX[printParseErrorCode(error)] ?? ["this is no JSON", "correct it"];
  return { message, hint };
}

/** The order of steps: a step that stands in the wrong place is a slip of the pen. */
function checkTimes({ steps, durationUs }: Scenario, root: JsonNode, reading: FileReading): void {
  let lastUs = 0;
  steps.forEach(({ atUs }, i) => {
    const node = findNodeAtLocation(root, ["steps", i, "at"]) ?? root;
    if (atUs < lastUs) {
      reading.report(node, {
        message: `this step comes ${(lastUs - atUs) / 1e6} s before the one above it`,
        why: "steps stand in the order of time",
        hint: "move it, or correct its time",
      });
    }
    if (atUs > durationUs) {
      reading.report(node, {
        message: `the scenario ends ${(atUs - durationUs) / 1e6} s before this step`,
        hint: `make 'duration' longer`,
      });
    }
    lastUs = Math.max(lastUs, atUs);
  });
}

/**
 * Writes a scenario as JSON that readScenario() reads back to the same data; a whole configuration is
 * written by the name of its first file. Throws VipdError `scenario` for one that has none.
 */
export function writeScenario(scenario: Scenario): string {
  for (const { action } of scenario.steps) {
    if (action.do === "reload" && action.config !== null && action.config.files.length === 0) {
      throw new VipdError("scenario", "a configuration without a file cannot be written", {
        hint: "save it, and put the name of its file into its list of files",
      });
    }
  }
  const json = SCENARIO.write(scenario) as { [key: string]: Json };
  const lines = Object.entries(json).map(([key, value]) => {
    if (!Array.isArray(value) || value.length === 0) return `  ${quote(key)}: ${inline(value)}`;
    const items = value.map((item) => `    ${inline(item)}`).join(",\n");
    return `  ${quote(key)}: [\n${items}\n  ]`;
  });
  return `{\n${lines.join(",\n")}\n}\n`;
}

function quote(text: string): string {
  return JSON.stringify(text);
}

/** JSON on one line, with blanks for the eye. */
function inline(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(", ")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, item]) => `${quote(key)}: ${inline(item)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}
