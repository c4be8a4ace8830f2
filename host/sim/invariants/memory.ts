// What an invariant remembers of nodes and instances. A reload keeps it (instances go on by name,
// as their paired ones do), a new start of the process clears it. This module is browser safe.

import type { TransitionRecord } from "../../engine/contract.ts";
import type { InstanceView, NodeView } from "../world_view.ts";

/** Something remembered of each instance. */
export class PerInstance<T> {
  readonly #make: (instance: InstanceView) => T;
  readonly #nodes: (Map<string, T> | undefined)[] = [];
  readonly #lives: number[] = [];

  constructor(make: (instance: InstanceView) => T) {
    this.#make = make;
  }

  /** What is remembered of an instance; made anew at the first time in a life. */
  of(instance: InstanceView): T {
    const names = this.#in(instance.node);
    let kept = names.get(instance.name);
    if (kept === undefined) names.set(instance.name, kept = this.#make(instance));
    return kept;
  }

  /** Everything remembered of a node in its present life. */
  all(node: NodeView): Iterable<T> {
    return this.#in(node).values();
  }

  /** Forgets an instance. */
  forget(node: NodeView, name: string): void {
    this.#in(node).delete(name);
  }

  #in(node: NodeView): Map<string, T> {
    let names = this.#nodes[node.index];
    if (names === undefined || this.#lives[node.index] !== node.life) {
      this.#nodes[node.index] = names = new Map();
      this.#lives[node.index] = node.life;
    }
    return names;
  }
}

/** Something remembered of each node in its present life. */
export class PerNode<T> {
  readonly #make: (node: NodeView) => T;
  readonly #kept: T[] = [];
  readonly #lives: number[] = [];

  constructor(make: (node: NodeView) => T) {
    this.#make = make;
  }

  /** What is remembered of a node; made anew at the first time in a life. */
  of(node: NodeView): T {
    if (this.#lives[node.index] !== node.life) {
      this.#kept[node.index] = this.#make(node);
      this.#lives[node.index] = node.life;
    }
    return this.#kept[node.index]!;
  }
}

/** The instance that a record is about; null for a group, or when a reload removed it. */
export function instanceOf(node: NodeView, record: TransitionRecord): InstanceView | null {
  if (record.subject !== "INSTANCE") return null;
  return node.instances.find(({ name }) => name === record.instanceName) ?? null;
}

/** Things that have to happen in the moment in which they were noted; asked for when it is over. */
export class Promises {
  readonly #open = new Map<InstanceView, { atUs: number; text: string }>();

  /** Notes one of an instance, with what to say when it does not come true. */
  expect(of: InstanceView, atUs: number, text: string): void {
    this.#open.set(of, { atUs, text });
  }

  /** It came true, or nobody asks for it any more. */
  settle(of: InstanceView): void {
    if (this.#open.size > 0) this.#open.delete(of);
  }

  /** The first that was not kept although its moment is over; it is told once. */
  broken(nowUs: number): string | null {
    if (this.#open.size === 0) return null;
    for (const [of, { atUs, text }] of this.#open) {
      if (atUs >= nowUs) continue;
      this.#open.delete(of);
      return text;
    }
    return null;
  }
}
