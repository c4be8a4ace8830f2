// Configurations larger than vipd can hold.
// This module is browser safe.

import { type Rule, statementOf } from "./rule.ts";

/** The core's arenas are sized once; what does not fit is refused here, by name. */
export const modelLimits: Rule = {
  code: "limit-exceeded",
  severity: "error",
  why: "vipd has no room for it",
  advice: "divide it between several daemons",
  check({ config, drafts, limits }, report) {
    const last = drafts.instances.at(-1) ?? drafts.groups.at(-1);
    if (limits === null || last === undefined) return;
    const { instances, groups } = config;
    const sum = (count: (instance: typeof instances[number]) => number) =>
      instances.reduce((total, instance) => total + count(instance), 0);
    const interfaces = new Set(
      instances.flatMap(({ tracks }) =>
        tracks.flatMap(({ tracker, watches }) => watches === "INTERFACE" ? [tracker] : [])
      ),
    );
    const sizes: [keyof typeof limits, number][] = [
      ["instances", instances.length],
      ["groups", groups.length],
      ["trackers", config.scripts.length + interfaces.size],
      ["tracks", sum(({ tracks }) => tracks.length)],
      ["vips", sum(({ vips, excludedVips }) => vips.length + excludedVips.length)],
    ];
    for (const [what, size] of sizes) {
      if (size > limits[what]) {
        report(statementOf(last), `${size} ${what}, the limit is ${limits[what]}`);
      }
    }
  },
};
