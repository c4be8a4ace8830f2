// The simulation's thread: takes orders, plays the last one in slices and listens between them.

import { coreModule } from "../../app/core.ts";
import { failure, Player } from "./player.ts";
import type { PlayOrder, PlayReport } from "./protocol.ts";

const scope = globalThis as unknown as {
  postMessage(report: PlayReport): void;
  addEventListener(type: "message", listen: (event: MessageEvent<PlayOrder>) => void): void;
};

let player: Player | null = null;
let lastPlay = 0;
const wake = new MessageChannel();

function post(report: PlayReport): void {
  scope.postMessage(report);
}

/** One slice, then whatever came in the meantime, then the next one. */
wake.port1.onmessage = () => {
  if (player === null || player.isOver) return;
  player.slice();
  if (!player.isOver) wake.port2.postMessage(null);
};

/** Makes this thread the simulation's. */
export function playOrders(): void {
  scope.addEventListener("message", ({ data }) => void play(data));
}

async function play(order: PlayOrder): Promise<void> {
  lastPlay = order.play;
  player = null;
  try {
    const wasm = await coreModule();
    // Another order may have come while the core was fetched.
    if (order.play !== lastPlay) return;
    player = new Player(wasm, order, post, () => performance.now());
    wake.port2.postMessage(null);
  } catch (thrown) {
    post(failure(order.play, thrown));
  }
}
