// One worker of the search: plays the seeds that it is told. Deno only (a module worker).

import { coreModule } from "../virtual_node.ts";
import { type Answer, type Order, playSeeds } from "./play_seeds.ts";

/** What a worker's global scope has and the main thread's types do not. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<Order>) => void) | null;
  postMessage(answer: Answer): void;
}

const scope = self as unknown as WorkerScope;
scope.onmessage = ({ data }) => scope.postMessage(playSeeds(coreModule(), data));
