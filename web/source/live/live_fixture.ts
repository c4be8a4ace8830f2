// Directors made up for the tests of this folder.

import type {
  EventRecord,
  NodeStatus,
  StateName,
  Transport,
} from "../../../host/control/client.ts";
import { instanceFixture, statusFixture } from "../../../cli/status_fixture.ts";
import type { DirectorWorld } from "./director.ts";

/** Wall time of the beginning, milliseconds since 1970. */
export const T0 = Date.parse("2026-11-23T00:00:00Z");

/** A status of a node with one instance, VI_1 with VRID 51 on eth0, at a time of its own clock. */
export function statusOf(
  routerId: string,
  state: StateName,
  { nowMs = T0, ageS = 100, run = "run1", changes = {} as Partial<NodeStatus> } = {},
): NodeStatus {
  const held = state === "MASTER";
  const vip = { device: "eth0", label: null, advertised: true, leaseS: 3 };
  return statusFixture({
    routerId,
    run,
    ageS,
    since: new Date(nowMs - ageS * 1000).toISOString(),
    instances: [instanceFixture({
      ...{ name: "VI_1", state, interface: "eth0", vrid: 51, family: "INET" as const },
      vips: [{ ...vip, address: "192.0.2.100/24", held }],
    })],
    trackers: [],
    virtualServers: [],
    events: [],
    ...changes,
  });
}

/** A transition of VI_1 as a director tells it. */
export function transitionEvent(
  sequence: number,
  atMs: number,
  [from, to]: [StateName, StateName],
): EventRecord {
  const record = { kind: "transition", subject: "INSTANCE", instanceName: "VI_1", from, to };
  return {
    ...{ sequence, time: new Date(atMs).toISOString(), kind: "transition", text: `${from} ${to}` },
    record: record as unknown as EventRecord["record"],
  };
}

/** A line of the daemon itself. */
export function lineEvent(
  sequence: number,
  atMs: number,
  text: string,
  level = "info",
): EventRecord {
  return { sequence, time: new Date(atMs).toISOString(), kind: "daemon", text, record: { level } };
}

/** A daemon behind a made-up stream, in a world whose time a test moves. */
export class FakeDaemon {
  status: NodeStatus;
  readonly events: EventRecord[] = [];
  /** It takes what is sent and says nothing. */
  isSilent = false;
  /** Why it takes no connection; null: it does. */
  refuses: Error | null = null;
  opened = 0;
  asked: string[] = [];
  #say: ((text: string | Error) => void) | null = null;
  #follow: number | null = null;

  constructor(status: NodeStatus) {
    this.status = status;
  }

  open(): Promise<Transport> {
    this.opened++;
    if (this.refuses !== null) return Promise.reject(this.refuses);
    const inbox: (string | Error)[] = [];
    let wake = () => {};
    const say = (text: string | Error) => {
      inbox.push(text);
      wake();
    };
    this.#say = say;
    this.#follow = null;
    async function* messages() {
      for (;;) {
        const text = inbox.shift();
        if (text instanceof Error) throw text;
        if (text !== undefined) yield text;
        else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    }
    return Promise.resolve({
      send: (text) => Promise.resolve(this.#take(JSON.parse(text))),
      messages: messages(),
      close: () => say(new Error("closed here")),
    });
  }

  #take({ id, method, after = 0, follow = false }: {
    id: number;
    method: string;
    after?: number;
    follow?: boolean;
  }): void {
    this.asked.push(method);
    if (this.isSilent) return;
    const reply = (value: object) => this.#say?.(JSON.stringify({ id, ...value }));
    if (method === "status") return void reply({ type: "result", result: this.status });
    for (const event of this.events.filter(({ sequence }) => sequence > after)) {
      reply({ type: "event", event });
    }
    if (follow) this.#follow = id;
    else reply({ type: "result", result: { events: 0 } });
  }

  /** Something happens there. */
  tell(event: EventRecord): void {
    this.events.push(event);
    const id = this.#follow;
    if (id !== null && !this.isSilent) this.#say?.(JSON.stringify({ id, type: "event", event }));
  }

  /** The connection ends. */
  drop(error: Error): void {
    this.#say?.(error);
    this.#say = null;
    this.#follow = null;
  }
}

/** Time that a test moves: waiting ends when it has come. */
export class FakeTime {
  nowMs = T0;
  #waiting: { atMs: number; resolve: () => void }[] = [];

  world(daemon: Pick<FakeDaemon, "open">): DirectorWorld {
    return {
      open: () => daemon.open(),
      nowMs: () => this.nowMs,
      wait: (ms) =>
        new Promise((resolve) => this.#waiting.push({ atMs: this.nowMs + ms, resolve })),
    };
  }

  /** Lets promises settle that wait for nothing but each other. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 50; turn++) await Promise.resolve();
  }

  async pass(ms: number): Promise<void> {
    const untilMs = this.nowMs + ms;
    for (;;) {
      await this.settle();
      const next = this.#waiting.toSorted((one, other) => one.atMs - other.atMs)[0];
      if (next === undefined || next.atMs > untilMs) break;
      this.nowMs = next.atMs;
      this.#waiting = this.#waiting.filter((one) => one !== next);
      next.resolve();
    }
    this.nowMs = untilMs;
    await this.settle();
  }
}
