// Draws the cluster as it stands at a moment: what changes with events. What moves between events lies over
// it (draw_moving.ts).

import type { Box } from "./grid.ts";
import { drawCables, drawClients, drawLegend, drawServers, drawSwitches } from "./draw_network.ts";
import { drawNode } from "./draw_node.ts";
import type { Picture } from "./picture.ts";
import { isSamePick, type Target } from "./picks.ts";

/** Draws it. `alarming` is filled with the places of what must not be overlooked. */
export function drawTopology(
  picture: Picture,
  targets: readonly Target[],
  hasRequests: boolean,
  alarming: Box[],
): void {
  const { context, places, colours, cast } = picture;
  alarming.length = 0;
  context.fillStyle = colours.card;
  context.fillRect(0, 0, places.width, places.height);
  context.textBaseline = "middle";
  context.textAlign = "left";
  drawCables(picture);
  drawSwitches(picture);
  drawClients(picture);
  drawServers(picture);
  for (const node of cast.nodes) drawNode(picture, node, alarming);
  drawLegend(picture, hasRequests);
  drawPicked(picture, targets);
}

function drawPicked({ context, picked, focused, colours }: Picture, targets: readonly Target[]) {
  for (const { box, selection } of targets) {
    const isFocused = isSamePick(selection, focused);
    if (!isFocused && !isSamePick(selection, picked)) continue;
    context.strokeStyle = isFocused ? colours.focus : colours.accent;
    context.lineWidth = isFocused ? 3 : 2.5;
    context.beginPath();
    context.roundRect(box.x - 3, box.y - 3, box.width + 6, box.height + 6, 9);
    context.stroke();
  }
}
