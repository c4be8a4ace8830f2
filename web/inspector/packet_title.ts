// What a packet is called, and under which name its file is saved.

import { timeText } from "../app/time_text.ts";
import { INSPECTOR_TEXT } from "../text/inspector.ts";
import { t } from "../text/text.ts";
import type { ShownPacket } from "./packets.ts";

/** `advert of node1 at 3.000 s`. */
export function packetTitle({ origin }: ShownPacket): string {
  switch (origin.kind) {
    case "recording": {
      const values = { node: origin.node ?? "?", time: timeText(origin.atUs, 6) };
      switch (origin.carries) {
        case "advert":
          return t(INSPECTOR_TEXT.advertOf, values);
        case "announcement":
          return t(INSPECTOR_TEXT.announcementOf, values);
        default:
          return t(INSPECTOR_TEXT.requestOf, values);
      }
    }
    case "file":
      return t(INSPECTOR_TEXT.packetOfFile, { number: origin.number, file: origin.file });
    case "pasted":
      return t(INSPECTOR_TEXT.pasted);
    case "sample":
      return origin.title;
  }
}

/** `node1-3.000000.pcap`. */
export function pcapName({ origin }: ShownPacket): string {
  const stem = origin.kind === "recording"
    ? `${origin.node ?? "packet"}-${(origin.atUs / 1_000_000).toFixed(6)}`
    : origin.kind === "file"
    ? `${origin.file.replace(/\.[^.]*$/, "")}-${origin.number}`
    : origin.kind === "sample"
    ? origin.name
    : "packet";
  return `${stem.replace(/[^A-Za-z0-9._-]+/g, "_")}.pcap`;
}
