// The recorder and determinism. This module is browser safe.

import { Core } from "../../core/core.ts";
import { isSame, replayEntry } from "../../core/recorder.ts";
import type { Invariant, NodeView, WorldView } from "../world_view.ts";

/**
 * A core that is put back to its log's checkpoint and handed the same inputs answers with the same
 * status and byte for byte the same outputs. Asked of each process when it ends, and at the end of
 * each that is there, where logs are kept (SimulationOptions).
 */
export function replayEqual(): Invariant {
  return { name: "replay_equal", lifeEnds: check, end: checkAll };
}

function checkAll(world: WorldView): string | null {
  for (const node of world.nodes) {
    const text = check(world, node);
    if (text !== null) return text;
  }
  return null;
}

function check({ wasm }: WorldView, node: NodeView): string | null {
  const log = node.log();
  if (log === null) return null;
  const core = Core.fromCheckpoint(wasm, log.checkpoint);
  for (const entry of log.entries) {
    const replayed = replayEntry(core, entry);
    if (isSame(entry, replayed)) continue;
    return `input ${entry.sequence} of ${node.name} gave status ${entry.status} and outputs of ` +
      `hash ${entry.outputHash}, its replay ${replayed.status} and ${replayed.outputHash}`;
  }
  return null;
}
