import { describe, expect, it } from "vitest";
import { EntryLook } from "./entry_look.ts";
import type { EntryPlace, ShownEntry } from "./protocol.ts";

/** Inputs at 10, 20, 20 and 30 us. */
const TIMES = [10, 20, 20, 30];

function entryOf(position: number): ShownEntry | null {
  const atUs = TIMES[position - 1];
  if (atUs === undefined) return null;
  const of = TIMES.length;
  const rest = { sequence: position, input: "", outputs: [], same: true };
  return { ...rest, half: "core", position, of, atUs };
}

function make() {
  const asked: EntryPlace[] = [];
  const shown: (number | null)[] = [];
  const look = new EntryLook((place) => {
    asked.push(place);
    const position = "position" in place
      ? place.position
      : TIMES.filter((time) => time <= place.atUs).length;
    return Promise.resolve(entryOf(position));
  }, (entry) => shown.push(entry?.position ?? null));
  return { look, asked, shown };
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

describe("EntryLook", () => {
  it("shows the last input up to the playhead", async () => {
    const { look, shown } = make();
    for (const us of [5, 25, 30]) {
      look.follow(us);
      await settle();
    }
    expect(shown).toEqual([null, 3, 4]);
  });

  it("asks for the newest wish only, while the playhead runs", async () => {
    const { look, asked, shown } = make();
    for (let us = 0; us <= 30; us++) look.follow(us);
    await settle();
    expect(asked).toEqual([{ atUs: 0 }, { atUs: 30 }]);
    expect(shown.at(-1)).toBe(4);
  });

  it("keeps what was stepped to, of several inputs of one time", async () => {
    const { look, shown } = make();
    const entry = await look.goTo(2);
    // The playhead goes there, which would show the third one.
    look.follow(entry!.atUs);
    await settle();
    expect(shown).toEqual([2]);
    look.follow(21);
    await settle();
    expect(shown).toEqual([2, 3]);
  });

  it("steps nowhere beyond the ends", async () => {
    const { look, shown } = make();
    expect(await look.goTo(5)).toBeNull();
    expect(shown).toEqual([]);
  });
});
