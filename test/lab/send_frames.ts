// Raw frames from a node of a lab.

import type { LabNode } from "./netns.ts";
import { DENO, ROOT } from "./path.ts";
import { INTERFACE } from "./topology.ts";

/**
 * Sends the frames from a node: each once, or over and over for `durationMs`. Returns how many left.
 * Throws CommandError.
 */
export async function sendFrames(
  node: LabNode,
  frames: Uint8Array[],
  options: { perSecond?: number; durationMs?: number } = {},
): Promise<number> {
  const { perSecond = 200, durationMs = 0 } = options;
  const program = `${ROOT}/test/lab/programs/send_frames.ts`;
  const argv = [
    DENO,
    "run",
    "-A",
    "--no-lock",
    program,
    INTERFACE,
    `${perSecond}`,
    `${durationMs}`,
  ];
  const hex = (frame: Uint8Array) =>
    Array.from(frame, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const { stdout } = await node.exec(argv, { input: frames.map(hex).join("\n") });
  return Number(stdout);
}
