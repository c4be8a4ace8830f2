// Timers as plain data: a binary heap of (time, what). A timer is never taken out when it is no
// longer wanted; whoever owns it keeps the time it waits for, and one that fires at another time is
// stale and ignored. Equal times fire in the order they were set.
// This module is browser safe.

/** What a timer is for. */
export type TimerOwner =
  | { kind: "tracker"; name: string }
  | { kind: "checker"; id: number }
  | { kind: "notify"; subject: string }
  | { kind: "ipvs" }
  | { kind: "stop" };

/** One timer. */
export interface Timer {
  /** Microseconds of CLOCK_MONOTONIC. */
  atUs: number;
  /** Order of setting. */
  sequence: number;
  owner: TimerOwner;
}

/** A heap of timers; plain data. */
export interface TimerQueue {
  heap: Timer[];
  sequence: number;
}

/** An empty queue. */
export function createTimerQueue(): TimerQueue {
  return { heap: [], sequence: 0 };
}

/** Sets a timer. */
export function setTimer(queue: TimerQueue, atUs: number, owner: TimerOwner): void {
  const heap = queue.heap;
  heap.push({ atUs, sequence: queue.sequence++, owner });
  let i = heap.length - 1;
  while (i > 0) {
    const parent = (i - 1) >> 1;
    if (!isBefore(heap[i]!, heap[parent]!)) return;
    swap(heap, i, parent);
    i = parent;
  }
}

/** The earliest timer, or undefined. */
export function firstTimer(queue: TimerQueue): Timer | undefined {
  return queue.heap[0];
}

/** Takes the earliest timer out. */
export function takeTimer(queue: TimerQueue): Timer | undefined {
  const heap = queue.heap;
  const first = heap[0];
  const last = heap.pop();
  if (first === undefined || last === undefined || heap.length === 0) return first;
  heap[0] = last;
  sink(heap);
  return first;
}

function sink(heap: Timer[]): void {
  let i = 0;
  for (;;) {
    let least = i;
    for (const child of [2 * i + 1, 2 * i + 2]) {
      if (child < heap.length && isBefore(heap[child]!, heap[least]!)) least = child;
    }
    if (least === i) return;
    swap(heap, i, least);
    i = least;
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.atUs < b.atUs || (a.atUs === b.atUs && a.sequence < b.sequence);
}

function swap(heap: Timer[], i: number, j: number): void {
  const kept = heap[i]!;
  heap[i] = heap[j]!;
  heap[j] = kept;
}
