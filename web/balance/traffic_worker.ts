// The traffic's thread: computes in slices and listens between them.

import { playScheduler } from "../../host/sim/traffic/compare.ts";
import { coreModule } from "../app/core.ts";
import type { TrafficOrder, TrafficReport } from "./protocol.ts";
import { TrafficPlayer } from "./traffic_player.ts";

const scope = globalThis as unknown as {
  postMessage(report: TrafficReport): void;
  addEventListener(type: "message", listen: (event: MessageEvent<TrafficOrder>) => void): void;
};

let player: TrafficPlayer | null = null;
let isAwake = false;
const wake = new MessageChannel();

function post(report: TrafficReport): void {
  scope.postMessage(report);
}

function goOn(): void {
  if (isAwake || player === null || !player.isBusy) return;
  isAwake = true;
  wake.port2.postMessage(null);
}

wake.port1.onmessage = () => {
  isAwake = false;
  player?.slice();
  goOn();
};

/** Orders wait for the core in their order. */
let ready = Promise.resolve();

/** Makes this thread the traffic's. */
export function playTraffic(): void {
  scope.addEventListener("message", ({ data: order }) => {
    ready = ready.then(async () => take(order, await coreModule()));
  });
}

function take(order: TrafficOrder, wasm: WebAssembly.Module): void {
  player ??= new TrafficPlayer(wasm, post, () => performance.now());
  switch (order.kind) {
    case "begin":
      return player.begin(order);
    case "events":
      player.extend(order);
      return goOn();
    case "compare": {
      const { ask, schedulers, comparison } = order;
      const results = schedulers.map((one) => playScheduler(wasm, one, comparison));
      return post({ kind: "compared", ask, results });
    }
  }
}
