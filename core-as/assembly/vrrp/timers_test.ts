// The timer heap under many instances whose timers are set, moved and taken away at random: each
// MASTER advertises exactly at its own cadence, and nothing fires that was stopped.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Core, CORE_COUNTS_SMALL } from "../../../host/core/core.ts";
import {
  coreModule,
  instance,
  LINK_DOWN,
  LINK_GOOD,
  MILLISECOND,
  only,
  SECOND,
  VirtualNode,
} from "../../../test/virtual_node.ts";

const LINKS = 8;
const INSTANCES = 48;
const counts = { ...CORE_COUNTS_SMALL, instances: INSTANCES, interfaces: LINKS };

/** Instance n stands on link 2 + n % LINKS and advertises every (1 + n % 7) * 110 ms. */
const intervalOf = (n: number) => (1 + n % 7) * 110 * MILLISECOND;

function crowd(): VirtualNode {
  const node = new VirtualNode({ core: Core.create(coreModule(), { counts }) });
  for (let link = 0; link < LINKS; link++) node.link({ ifindex: 2 + link });
  node.configure({
    instances: Array.from({ length: INSTANCES }, (_, n) =>
      instance({
        instance: n,
        ifindex: 2 + n % LINKS,
        vrid: 1 + n,
        source: "10.9.0.1",
        advertisementIntervalUs: intervalOf(n),
        garpRefreshUs: (1 + n % 3) * 70 * MILLISECOND,
      })),
  });
  return node;
}

const step = fc.record({
  link: fc.nat({ max: LINKS - 1 }),
  up: fc.boolean(),
  us: fc.integer({ min: 1, max: SECOND }),
});

describe("timers", () => {
  it("fire in time whatever is set and stopped between", () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 25 }), (steps) => {
        const node = crowd();
        const lastUs = new Map<number, number>();
        const up = new Array<boolean>(LINKS).fill(true);
        node.advance(2 * SECOND);
        for (const { link, up: good, us } of steps) {
          up[link] = good;
          const flags = good ? LINK_GOOD : LINK_DOWN;
          const outputs = [...node.link({ ifindex: 2 + link, flags }), ...node.advance(us)];
          for (const output of outputs) {
            if (output.kind === "transition") lastUs.delete(output.instance);
            if (output.kind !== "packet") continue;
            const n = output.instance;
            expect(up[n % LINKS]).toBe(true);
            const before = lastUs.get(n);
            if (before !== undefined) expect(output.atUs - before).toBe(intervalOf(n));
            lastUs.set(n, output.atUs);
          }
          expect(node.core.nextTimeout()).toBeGreaterThan(node.nowUs);
        }
        // Silence is found too: in four seconds every instance on a link that is good is heard.
        const heard = new Set(only(node.advance(4 * SECOND), "packet").map((p) => p.instance));
        for (let n = 0; n < INSTANCES; n++) expect(heard.has(n)).toBe(up[n % LINKS]);
      }),
      { numRuns: 40 },
    );
  });
});
