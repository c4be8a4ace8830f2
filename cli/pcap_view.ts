// The story of a capture for a person. Pure.

import type { PcapStory } from "../host/sim/pcap/pcap_story.ts";
import { writeStory } from "../host/sim/pcap/pcap_text.ts";
import type { Paint } from "./paint.ts";
import { WIDTH_MAX, wrap } from "./text.ts";
import { clockTime, type Span, wallTime } from "./wall_time.ts";

/** The whole text, without a final newline; of the timeline what lies within `shown`. */
export function storyText(
  file: string,
  story: PcapStory,
  shown: Span,
  paint: Paint,
  width = WIDTH_MAX,
): string {
  const written = writeStory(story, (atUs) => clockTime(atUs / 1000));
  const day = story.packets === 0 ? "" : `, ${wallTime(story.fromUs / 1000)}`;
  const sections = [
    [
      `${paint.head(file)}: ${story.format}${day}`,
      ...written.head.map((line) => wrap(line, "", 2, width)),
    ],
    ...written.routers.map((router) => [
      paint.head(router.title),
      ...router.timeline
        .filter(({ atUs }) => atUs / 1000 >= shown.fromMs && atUs / 1000 <= shown.toMs)
        .map(({ atUs, text }) => wrap(text, `  ${paint.dim(clockTime(atUs / 1000))} `, 15, width)),
      ...router.summary.map((line) => wrap(line, "  ", 4, width)),
    ]),
    ...(written.limits.length === 0 ? [] : [[
      paint.head("What adverts alone cannot tell"),
      ...written.limits.map((line) => wrap(line, "  ", 4, width)),
    ]]),
  ];
  return sections.map((lines) => lines.join("\n")).join("\n\n");
}
