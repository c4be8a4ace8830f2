// A capture of two vipd (VRID 51, priorities 110 and 100, version 3) and the story that it tells: kill and
// takeover, preemption, a stop in order, a port taken off the bridge and put back. takeovers.story is
// rewritten under VIPD_UPDATE=1 only.

import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readPcap } from "../../host/sim/pcap/pcap.ts";
import { tellPcap } from "../../host/sim/pcap/pcap_story.ts";
import { writeStory } from "../../host/sim/pcap/pcap_text.ts";

const CAPTURE = new URL("takeovers.pcap", import.meta.url);
const STORY = new URL("takeovers.story", import.meta.url);

const clock = (atUs: number) => new Date(atUs / 1000).toISOString().slice(11, 23);

function told(bytes: Uint8Array): string {
  const written = writeStory(tellPcap(readPcap(bytes)), clock);
  const routers = written.routers.flatMap(({ title, timeline, summary }) => [
    "",
    title,
    ...timeline.map(({ atUs, text }) => `${clock(atUs)} ${text}`),
    ...summary,
  ]);
  return [...written.head, ...routers, "", ...written.limits, ""].join("\n");
}

describe("the story of a capture", () => {
  it("is told as it was checked by hand", () => {
    const text = told(Uint8Array.from(readFileSync(CAPTURE)));
    if (process.env["VIPD_UPDATE"] === "1") writeFileSync(STORY, text);
    expect(text).toBe(readFileSync(STORY, "utf8"));
  });

  it("has every kind of takeover that the daemons played", () => {
    const [router] = tellPcap(readPcap(Uint8Array.from(readFileSync(CAPTURE)))).routers;
    expect(router!.takeovers.map(({ kind, priority }) => `${kind} ${priority}`)).toEqual([
      ...["FIRST 110", "SILENCE 100", "PREEMPT 110", "RESIGNED 100", "PREEMPT 110"],
      ...["SILENCE 100", "PREEMPT 110"],
    ]);
  });
});
