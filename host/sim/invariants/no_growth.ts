// Memory and queues. This module is browser safe.

import type { Invariant, NodeView, ProcessState, WorldView } from "../world_view.ts";
import { PerNode } from "./memory.ts";

/** Messages that wait in a node at rest: what is under way, also where masters come and go. */
export const NODE_QUEUE_AT_REST_MAX = 512;
/** Events that wait in the world at rest for each instance, and for the world itself. */
export const EVENTS_PER_INSTANCE_MAX = 256;
export const EVENTS_AT_REST_MAX = 4096;

/**
 * The core's memory keeps its size for the life of a process; at rest a running node's queues hold
 * no more than NODE_QUEUE_AT_REST_MAX messages, and the world waits for no more events than its
 * instances explain. Said at rest and at the end, and of a process when it starts or goes on.
 */
export function noGrowth(): Invariant {
  return new NoGrowth();
}

class NoGrowth implements Invariant {
  readonly name = "no_growth";
  readonly #bytes = new PerNode<{ bytes: number }>((node) => ({ bytes: node.memoryBytes() }));

  process(_: WorldView, node: NodeView, _was: ProcessState): string | null {
    return this.#checkMemory(node);
  }

  atRest(world: WorldView): string | null {
    let instances = 0;
    for (const node of world.nodes) {
      if (node.process !== "running") continue;
      instances += node.instances.length;
      const queued = node.queueLength();
      if (queued > NODE_QUEUE_AT_REST_MAX) {
        return `${queued} messages wait in ${node.name} at rest, ${NODE_QUEUE_AT_REST_MAX} may`;
      }
      const text = this.#checkMemory(node);
      if (text !== null) return text;
    }
    const limit = EVENTS_AT_REST_MAX + EVENTS_PER_INSTANCE_MAX * instances;
    const events = world.queueLength();
    return events > limit ? `${events} events wait in the world at rest, ${limit} may` : null;
  }

  end(world: WorldView): string | null {
    for (const node of world.nodes) {
      const text = this.#checkMemory(node);
      if (text !== null) return text;
    }
    return null;
  }

  #checkMemory(node: NodeView): string | null {
    if (node.process === "off" || node.process === "down") return null;
    const { bytes } = this.#bytes.of(node);
    const now = node.memoryBytes();
    if (now === bytes) return null;
    return `the core of ${node.name} grew from ${bytes} to ${now} bytes`;
  }
}
