import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expandBraces, globMatcher } from "./glob.ts";
import { GLOB_ALTERNATIVES_MAX } from "./limits.ts";

describe("globMatcher()", () => {
  it.each([
    ["/etc/*.conf", "/etc/a.conf", true],
    ["/etc/*.conf", "/etc/d/a.conf", false],
    ["/etc/*/*.conf", "/etc/d/a.conf", true],
    ["/etc/**", "/etc/", true],
    ["/etc/*a*b", "/etc/aabab", true],
    ["/etc/*a*b", "/etc/aaba", false],
    ["/etc/?.conf", "/etc/ab.conf", false],
    ["/etc?a", "/etc/a", false],
    ["/etc/[ab].conf", "/etc/b.conf", true],
    ["/etc/[!ab].conf", "/etc/b.conf", false],
    ["/etc/[z-a]", "/etc/[z-a]", true],
    ["/etc/a+b.conf", "/etc/aab.conf", false],
    ["/etc/[]\\^].conf", "/etc/x.conf", false],
  ])("%s against %s: %s", (pattern, path, expected) => {
    expect(globMatcher(pattern)(path)).toBe(expected);
  });

  it("agrees with the regular expression of runs and single characters", () => {
    const text = (letters: string) => fc.string({ unit: fc.constantFrom(...letters) });
    fc.assert(fc.property(text("ab/*?"), text("ab/"), (pattern, path) => {
      const source = pattern.replaceAll("*", "[^/]*").replaceAll("?", "[^/]");
      expect(globMatcher(pattern)(path)).toBe(new RegExp(`^${source}$`).test(path));
    }));
  });

  it("never throws, whatever the pattern", () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom(..."ab/*?[]!{},-\\^") }), (pattern) => {
      expect(typeof globMatcher(pattern)("/etc/a")).toBe("boolean");
    }));
  });

  it("does not try every way to share a name between many runs", () => {
    const started = performance.now();
    expect(globMatcher("*a".repeat(30) + "b")("a".repeat(255))).toBe(false);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

describe("expandBraces()", () => {
  it.each([
    ["/etc/a.conf", ["/etc/a.conf"]],
    ["/etc/{a,b*}.conf", ["/etc/a.conf", "/etc/b*.conf"]],
    ["{a,{b,c}}", ["a", "a", "b", "c"]],
    ["{a", ["{a"]],
  ])("%s stands for %j", (pattern, patterns) => {
    expect(expandBraces(pattern)).toEqual(patterns);
  });

  it("gives all alternatives, or says that they are too many", () => {
    expect(expandBraces("{a,b}".repeat(8))).toHaveLength(GLOB_ALTERNATIVES_MAX);
    expect(expandBraces("{a,b}".repeat(9))).toBeNull();
    expect(expandBraces(`{${"a,".repeat(100_000)}}`)).toBeNull();
  });
});
