// lists_match: address lists of adverts that are found fault with.

import { describe, expect, it } from "vitest";
import { listsMatch } from "./lists_match.ts";
import { type FakeNode, router, Story } from "./test_world.ts";

/** Two routers; b finds fault with what a sends. */
function pair(addressOfB: string | null = null) {
  const invariant = listsMatch();
  const story = new Story(() => invariant);
  const vi = router("VI_1");
  const a = story.node("a", [vi]);
  const vips = addressOfB === null ? vi.vips : [{ ...vi.vips[0]!, address: addressOfB }];
  const b = story.node("b", [router("VI_1", { vips })]);
  for (const node of [a, b]) story.reload(node);
  const complain = (by: FakeNode, peer: string) =>
    invariant.record!(story.world, by, {
      kind: "notice",
      instance: 0,
      notice: "ADDRESS_LIST",
      a: 2,
      b: 1,
      c: 0,
      family: "INET",
      peer,
      instanceName: "VI_1",
      instanceVersion: 3,
      interfaceName: "eth0",
    });
  return { story, a, b, complain };
}

describe("lists_match", () => {
  it("sees a list that should be the same", () => {
    const { b, complain } = pair();
    expect(complain(b, "10.0.0.1")).toBe(
      "VI_1 on b read 2 addresses and not its own in an advert of VI_1 on a, which has the same 1",
    );
  });

  it("is silent where the addresses differ, and about a sender that it does not know", () => {
    const { b, complain } = pair("192.0.2.7");
    expect(complain(b, "10.0.0.1")).toBe(null);
    expect(pair().complain(b, "10.0.0.77")).toBe(null);
  });

  it("is silent after a reload of either, even when it was started again", () => {
    const { story, a, b, complain } = pair();
    story.reload(a);
    expect(complain(b, "10.0.0.1")).toBe(null);
    story.become(a, "down").become(a, "running").reload(a);
    expect(complain(b, "10.0.0.1")).toBe(null);
  });
});
