import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SHARE_TEXT } from "../text/share.ts";
import {
  readShareLink,
  SHARED_LINK_LENGTH_MAX,
  SHARED_TEXT_SIZE_MAX,
  writeShareLink,
} from "./link.ts";
import type { SharedPlay } from "./shared_play.ts";

const PLAY: SharedPlay = {
  files: [{ name: "node1", text: "! é 中 \u00a0 \ud83d\ude00\r\n" }, { name: "node2", text: "" }],
  scenario: '{ "name": "x" }\n',
  configs: [{ name: "node1.reload-1.conf", text: "vipd {\n}\n" }],
  seed: 0xffff_ffff,
};

async function fragmentOf(play: SharedPlay): Promise<string> {
  const fragment = await writeShareLink(play);
  if (typeof fragment !== "string") throw new Error(fragment.text.en);
  return fragment;
}

/** A well formed link around any bytes. */
async function wrapped(json: string | Uint8Array<ArrayBuffer>): Promise<string> {
  const deflated = new Blob([json]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(deflated).arrayBuffer());
  const base64 = btoa(String.fromCharCode(...bytes));
  return signed(base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", ""));
}

function signed(data: string): string {
  let hash = 0x811c9dc5;
  for (const char of data) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193);
  return `#play=1.${(hash >>> 0).toString(36)}.${data}`;
}

async function problemOf(fragment: string) {
  const reading = await readShareLink(fragment);
  if (reading.kind !== "broken") throw new Error(`it is ${reading.kind}`);
  return reading.problem.text;
}

describe("links", () => {
  it("carry a play", async () => {
    const fragment = await fragmentOf(PLAY);
    expect(fragment).toMatch(/^#play=1\.[0-9a-z]+\.[\w-]+$/);
    expect(await readShareLink(fragment)).toEqual({ kind: "play", play: PLAY });
  });

  it("carry every play (property)", async () => {
    const text = fc.string({ unit: "binary", maxLength: 200 });
    const name = fc.stringMatching(/^[a-z0-9_@\u4e00-\u4eff][a-z0-9_.@-]{0,20}$/);
    const file = fc.record({ name, text });
    const list = (minLength: number) =>
      fc.uniqueArray(file, {
        minLength,
        maxLength: 5,
        selector: (one) => one.name.replace(/\.conf$/, ""),
      });
    const play = fc.record({
      files: list(1),
      scenario: fc.option(text, { nil: null }),
      configs: list(0),
      seed: fc.nat(0xffff_ffff),
    });
    await fc.assert(
      fc.asyncProperty(play, async (one) => {
        expect(await readShareLink(await fragmentOf(one))).toEqual({ kind: "play", play: one });
      }),
      { numRuns: 100 },
    );
  });

  it("never throw on anything that looks like one (property)", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 60 }), fc.boolean(), async (text, isSigned) => {
        const reading = await readShareLink(isSigned ? signed(text) : `#play=${text}`);
        expect(reading.kind).toBe("broken");
      }),
      { numRuns: 200 },
    );
  });

  it("are no plays with other heads", async () => {
    for (const fragment of ["", "#", "#cluster", "#playful=1.a.b"]) {
      expect(await readShareLink(fragment)).toEqual({ kind: "none" });
    }
  });

  it("say when they were cut or changed", async () => {
    const fragment = await fragmentOf(PLAY);
    expect(await problemOf(fragment.slice(0, -1))).toBe(SHARE_TEXT.linkDamaged);
    expect(await problemOf(`${fragment}A`)).toBe(SHARE_TEXT.linkDamaged);
    expect(await problemOf("#play=1")).toBe(SHARE_TEXT.linkDamaged);
    expect(await problemOf("#play=")).toBe(SHARE_TEXT.linkVersion);
    expect(await problemOf(fragment.replace("#play=1.", "#play=2."))).toBe(SHARE_TEXT.linkVersion);
  });

  it("say when what is in them is no play", async () => {
    const good = { files: [["a", ""]], scenario: null, configs: [], seed: 1 };
    expect((await readShareLink(await wrapped(JSON.stringify(good)))).kind).toBe("play");
    const bad = [
      ...[null, 1, [], {}, { ...good, files: [] }, { ...good, files: [["a"]] }],
      ...[{ ...good, files: [["", ""]] }, { ...good, files: [["a", ""], ["a", ""]] }],
      ...[{ ...good, files: [["a", 1]] }, { ...good, scenario: 1 }, { ...good, configs: null }],
      ...[{ ...good, seed: -1 }, { ...good, seed: 1.5 }, { ...good, seed: "1" }],
      { ...good, files: [["../a", ""]] },
      { ...good, files: Array.from({ length: 33 }, (_, i) => [`n${i}`, ""]) },
      { ...good, configs: Array.from({ length: 257 }, (_, i) => [`n${i}`, ""]) },
    ];
    for (const json of bad) {
      expect(await problemOf(await wrapped(JSON.stringify(json)))).toBe(SHARE_TEXT.linkDamaged);
    }
    expect(await problemOf(await wrapped("{"))).toBe(SHARE_TEXT.linkDamaged);
    expect(await problemOf(await wrapped(Uint8Array.of(0xff)))).toBe(SHARE_TEXT.linkDamaged);
  });

  it("are bounded, also in what they unfold to", async () => {
    const long = `#play=1.0.${"A".repeat(SHARED_LINK_LENGTH_MAX)}`;
    expect(await problemOf(long)).toBe(SHARE_TEXT.linkTooLong);
    const bomb = await wrapped(" ".repeat(SHARED_TEXT_SIZE_MAX + 1));
    expect(bomb.length).toBeLessThan(SHARED_LINK_LENGTH_MAX);
    expect(await problemOf(bomb)).toBe(SHARE_TEXT.linkTooLarge);
  });

  it("are not made for what would not be read", async () => {
    const noise = Array.from({ length: 100_000 }, (_, i) => Math.imul(i, 2654435761) >>> 0).join();
    const tooLong = await writeShareLink({ ...PLAY, scenario: noise });
    expect(tooLong).toMatchObject({ text: SHARE_TEXT.playTooLong });
    const tooLarge = await writeShareLink({ ...PLAY, scenario: " ".repeat(SHARED_TEXT_SIZE_MAX) });
    expect(tooLarge).toMatchObject({ text: SHARE_TEXT.playTooLong });
  });
});
