// The page's threads: one module for all of them, so that what they share is fetched once. The name of a
// thread is its role.

import { playTraffic } from "../balance/traffic_worker.ts";
import { playOrders } from "./play/worker.ts";
import { openFiles } from "./replay/worker.ts";

const { name } = globalThis as unknown as { name: string };

switch (name) {
  case "play":
    playOrders();
    break;
  case "file":
    openFiles();
    break;
  case "traffic":
    playTraffic();
    break;
  default:
    throw new Error(`the page has no thread named '${name}'`);
}
