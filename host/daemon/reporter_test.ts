// What the reporter remembers for the status.

import { describe, expect, it } from "vitest";
import { transition } from "../engine/test_support.ts";
import { Reporter } from "./reporter.ts";

describe("Reporter", () => {
  it("forgets the last transitions of what a commit removed, and only those", () => {
    const reporter = new Reporter();
    reporter.core({ ...transition("A", "MASTER"), instanceName: "A" }, 1);
    reporter.core({ ...transition("B", "BACKUP"), instanceName: "B" }, 2);
    reporter.core({ ...transition("A", "MASTER"), subject: "GROUP", groupName: "A" }, 3);
    expect([...reporter.transitions.keys()]).toEqual(["INSTANCE A", "INSTANCE B", "GROUP A"]);
    reporter.keepTransitions(["A"], ["B"]);
    expect([...reporter.transitions.keys()]).toEqual(["INSTANCE A"]);
  });
});
