// One line of track_script and track_interface: NAME [weight W] [reverse|noreverse].
// This module is browser safe.

import { quoted } from "../diagnostic.ts";
import type { Document } from "../document.ts";
import type { Statement } from "../tree.ts";
import { Arguments } from "./arguments.ts";
import { listLines } from "./block.ts";
import type { TrackDraft } from "./drafts.ts";

/** Options of a track line that are read, for the coverage of keywords. */
export const TRACK_OPTIONS: readonly string[] = ["weight", "reverse", "noreverse"];

/** The lines of a track block. */
export function readTracks(
  document: Document,
  statement: Statement,
  watches: TrackDraft["watches"],
): TrackDraft[] {
  const tracks: TrackDraft[] = [];
  for (const line of listLines(document, statement)) {
    const name = line.words[0]!.value;
    const track: TrackDraft = { statement: line, name, watches, weight: null, reverse: null };
    readOptions(new Arguments(line, document.diagnostics), track);
    tracks.push(track);
  }
  return tracks;
}

/** keepalived takes 254 for interfaces and stores 253. */
const WEIGHT_MAX = 253;

function readOptions(args: Arguments, track: TrackDraft): void {
  const max = track.watches === "INTERFACE" ? WEIGHT_MAX + 1 : WEIGHT_MAX;
  while (args.more) {
    if (args.takeWord("weight")) {
      const weight = args.integer("a weight", { min: -max, max });
      if (weight === null) return;
      track.weight = Math.max(-WEIGHT_MAX, Math.min(WEIGHT_MAX, weight));
      if (weight !== track.weight) {
        args.note("warning", "weight-clamped", `weight ${weight} counts as ${track.weight}`);
      }
    } else if (args.takeWord("reverse")) track.reverse = true;
    else if (args.takeWord("noreverse")) track.reverse = false;
    else {
      const token = args.take()!;
      args.report(token, {
        severity: "error",
        code: "unknown-keyword",
        message: `${quoted(token.value)} is not an option of a tracker`,
        hint: "write NAME weight NUMBER, one tracker a line",
      });
      return;
    }
  }
}
