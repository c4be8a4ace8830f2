import { describe, expect, it } from "vitest";
import type { Checker } from "../conf/model.ts";
import type { CheckOutcome } from "./contract.ts";
import type { CheckerState } from "./state.ts";
import { httpCheck, miscCheck, SECOND_US, tcpCheck } from "./test_support.ts";
import { checkSpec, dynamicWeight, judgeOutcome, stepChecker } from "./verdict.ts";

function checkerOf(config: Checker, change: Partial<CheckerState> = {}): CheckerState {
  return {
    id: 1,
    virtualServer: "V",
    realServer: "R",
    config,
    up: true,
    hasRun: false,
    sinceUs: 0,
    attempt: 0,
    url: 0,
    urlFailed: false,
    weight: null,
    dueUs: 0,
    run: null,
    lastOutcome: null,
    ...change,
  };
}

const CONNECTED: CheckOutcome = { kind: "connected" };
const REFUSED: CheckOutcome = { kind: "refused" };

function response(status: number, digest: string | null = null): CheckOutcome {
  return { kind: "response", status, digest, bytes: 5, contentLength: null };
}

function exit(code: number): CheckOutcome {
  return { kind: "script", outcome: { kind: "exit", code } };
}

/** Letters: g good, b bad. Answers `verdict delay` for each step, `u6` up and wait 6 s, `.3`. */
function walk(checker: CheckerState, letters: string): string[] {
  const isTcp = checker.config.kind === "TCP_CHECK";
  const isMisc = checker.config.kind === "MISC_CHECK";
  return [...letters].map((letter) => {
    const good = isTcp ? CONNECTED : isMisc ? exit(0) : response(200);
    const bad = isTcp ? REFUSED : isMisc ? exit(1) : response(500);
    const step = stepChecker(checker, letter === "g" ? good : bad, 0);
    const verdict = step.verdict === null ? "." : step.verdict === "UP" ? "u" : "d";
    return `${verdict}${step.delayUs / SECOND_US}`;
  });
}

describe("stepChecker()", () => {
  const known = { hasRun: true };
  const down = { hasRun: true, up: false };
  it.each<[string, Checker, Partial<CheckerState>, string, string[]]>([
    ["tells the first good check", tcpCheck(), {}, "gg", ["u6", ".6"]],
    ["needs no retry before the first verdict", tcpCheck({ retry: 3 }), {}, "b", ["d6"]],
    ["retries when it was up", tcpCheck({ retry: 2 }), known, "bbb", [".1", ".1", "d6"]],
    ["forgets failed tries at a good one", tcpCheck(), known, "bgbb", [".1", ".6", ".1", "d6"]],
    ["retry 0", tcpCheck({ retry: 0 }), known, "b", ["d6"]],
    ["TCP comes back at once", tcpCheck(), down, "bg", [".1", "u6"]],
    ["MISC waits a period while down", miscCheck("/m"), down, "bbg", [".6", ".6", "u6"]],
    ["MISC retries", miscCheck("/m", { retry: 1 }), known, "bb", [".1", "d6"]],
    ["HTTP retries after its pause", httpCheck(["/"]), known, "bb", [".3", "d6"]],
    [
      "HTTP needs a clean pass after a failure (keepalived 2.2.7)",
      httpCheck(["/"]),
      { ...down, urlFailed: true },
      "bgg",
      [".6", ".6", "u6"],
    ],
    [
      "HTTP starts the pass again when a later URL fails",
      httpCheck(["/a", "/b"]),
      { ...down, urlFailed: true },
      "ggbggg",
      [".6", ".6", ".6", ".6", ".6", "u6"],
    ],
    ["HTTP up only after every URL", httpCheck(["/a", "/b", "/c"]), {}, "ggg", [".6", ".6", "u6"]],
    [
      "HTTP waits the larger of the pauses while down",
      httpCheck(["/"], { delayBeforeRetryUs: 10 * SECOND_US }),
      known,
      "bbb",
      [".10", "d10", ".10"],
    ],
  ])("%s", (_name, config, change, letters, want) => {
    expect(walk(checkerOf(config, change), letters)).toEqual(want);
  });

  it("visits only the URL that failed until it passes, then all from the first", () => {
    const checker = checkerOf(httpCheck(["/a", "/b"]), known);
    const visited: string[] = [];
    for (const letter of "gbbbggg") {
      const spec = checkSpec(checker);
      if ("path" in spec) visited.push(spec.path);
      walk(checker, letter);
    }
    expect(visited).toEqual(["/a", "/b", "/b", "/b", "/b", "/a", "/b"]);
    expect(checker.up).toBe(true);
  });

  it("makes no verdict of a fault of ours", () => {
    const checker = checkerOf(tcpCheck(), known);
    const step = stepChecker(checker, { kind: "local", text: "EMFILE" }, 0);
    expect(step).toMatchObject({ verdict: null, good: null, delayUs: 6 * SECOND_US });
    expect(checker).toMatchObject({ up: true, attempt: 0 });
  });
});

describe("judgeOutcome()", () => {
  const digest = "b1946ac92492d2347c6235b4d2611184";
  const strict = httpCheck(["/"]);
  strict.urls[0]!.digest = digest;
  strict.urls[0]!.statusCodes = [{ from: 200, to: 200 }, { from: 300, to: 302 }];
  it.each<[string, Checker, CheckOutcome, boolean | null]>([
    ["connected", tcpCheck(), CONNECTED, true],
    ["refused", tcpCheck(), REFUSED, false],
    ["unreachable", tcpCheck(), { kind: "unreachable" }, false],
    ["timeout", tcpCheck(), { kind: "timeout", phase: "connect" }, false],
    ["status 200", httpCheck(["/"]), response(200), true],
    ["status 299", httpCheck(["/"]), response(299), true],
    ["status 301", httpCheck(["/"]), response(301), false],
    ["no status", httpCheck(["/"]), response(0), false],
    ["no answer", httpCheck(["/"]), { kind: "noResponse" }, false],
    ["TLS error", httpCheck(["/"]), { kind: "tlsError", text: "" }, false],
    ["digest as wanted", strict, response(200, digest), true],
    ["second range", strict, response(302, digest), true],
    ["status between ranges", strict, response(201, digest), false],
    ["other digest", strict, response(200, "0".repeat(32)), false],
    ["misc 0", miscCheck("/m"), exit(0), true],
    ["misc 1", miscCheck("/m"), exit(1), false],
    ["misc 2", miscCheck("/m"), exit(2), false],
    ["misc_dynamic 1", miscCheck("/m", { dynamic: true }), exit(1), false],
    ["misc_dynamic 2", miscCheck("/m", { dynamic: true }), exit(2), true],
    [
      "misc killed",
      miscCheck("/m", { dynamic: true }),
      { kind: "script", outcome: { kind: "signal", signal: 9 } },
      false,
    ],
    ["local", tcpCheck(), { kind: "local", text: "" }, null],
  ])("%s", (_name, config, outcome, want) => {
    expect(judgeOutcome(checkerOf(config), outcome)).toBe(want);
  });
});

describe("dynamicWeight() (misc_dynamic)", () => {
  it.each<[number, number | null]>([[0, null], [2, 0], [12, 10], [255, 253]])(
    "exit status %i",
    (code, want) => {
      const checker = checkerOf(miscCheck("/m", { dynamic: true }), { weight: 77 });
      stepChecker(checker, exit(code), 0);
      expect(dynamicWeight(checker)).toBe(want);
    },
  );
  it("goes back to the configured weight when the check fails", () => {
    const checker = checkerOf(miscCheck("/m", { dynamic: true }), { weight: 77 });
    stepChecker(checker, exit(1), 0);
    expect(dynamicWeight(checker)).toBeNull();
  });
});
