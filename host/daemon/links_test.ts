// Which links a configuration has to be taken with again.

import { describe, expect, it } from "vitest";
import { movedLinks } from "./links.ts";

const named = [{ name: "eth0", ifindex: 2 }, { name: "eth1", ifindex: 3 }];

describe("movedLinks()", () => {
  it("is null while every interface that is there has its index", () => {
    expect(movedLinks(named, new Map([["eth0", 2], ["eth1", 3], ["eth2", 9]]))).toBeNull();
  });

  it("is null when one went: it may come back as it was", () => {
    expect(movedLinks(named, new Map([["eth0", 2]]))).toBeNull();
  });

  it("has the new index of one that was made anew, and the old one of one that is missing", () => {
    expect(movedLinks(named, new Map([["lo", 1], ["eth0", 7]]))).toEqual(
      new Map([["lo", 1], ["eth0", 7], ["eth1", 3]]),
    );
  });

  it("has both when two interfaces changed their names", () => {
    expect(movedLinks(named, new Map([["eth0", 3], ["eth1", 2]]))).toEqual(
      new Map([["eth0", 3], ["eth1", 2]]),
    );
  });
});
