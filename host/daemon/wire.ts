// The wire worker: one thread, one blocking epoll_wait, one core. It owns the raw sockets and the
// virtual addresses: what the core says goes out from here without asking main. Main reaches it by
// the ring and the eventfd only; postMessage is heard once, before the loop.
//
// The loop, the same as everywhere: one event becomes one handleInput, then all outputs are drained,
// then the timer is set to nextTimeout().

import { errnoName } from "../base/errno.ts";
import { errorText } from "../base/errors.ts";
import { Core } from "../core/core.ts";
import { CORE_LOG_LAYOUT, LogBuffer } from "../core/log_buffer.ts";
import { RecordedCore } from "../core/recorder.ts";
import {
  type AddressInput,
  INPUT_CONFIG_COMMIT,
  INPUT_SIZE_MAX,
  INPUT_TIMER,
  type LinkInput,
  STATUS_OK,
  statusName,
  TIMER_INPUT_SIZE,
} from "../core/abi.gen.ts";
import { nowUs } from "../linux/clock.ts";
import { Epoll } from "../linux/epoll.ts";
import { EventFd } from "../linux/eventfd.ts";
import { FrameSocket } from "../linux/frame_socket.ts";
import { exitProcess } from "../linux/libc.ts";
import { Pinned } from "../linux/pinned.ts";
import { RouteSocket } from "../linux/route.ts";
import { currentPolicy, SCHED_FIFO, setFifo, setTimerSlack } from "../linux/sched.ts";
import { TimerFd } from "../linux/timerfd.ts";
import type { VrrpReceiver } from "../linux/vrrp_socket.ts";
import { durationWord, heartbeatAge, heartbeatOf, PHASE } from "./control_words.ts";
import { Shared, WORD } from "./shared.ts";
import { WireConfiguration } from "./wire_configuration.ts";
import { WireEffects } from "./wire_effects.ts";
import { WireKernel } from "./wire_kernel.ts";
import { kindOf } from "./wire_message.ts";
import { WireReceive } from "./wire_receive.ts";
import { WireSockets } from "./wire_sockets.ts";
import type { WireInit } from "./wire_thread.ts";

/** The worker beats at least so often, microseconds. */
const BEAT_US = 500_000;
/** Main may be silent for so long before the worker resigns and ends the process, milliseconds. */
export const MAIN_SILENT_MAX_MS = 30_000;
/** Our own loop was away (stopped, frozen) when a round comes later than this, microseconds. */
const AWAY_US = 2_000_000;
/** Packets taken from one socket before the others get their turn. */
const PACKETS_PER_TURN_MAX = 64;
/** Records taken from the ring before the sockets get their turn. */
const RECORDS_PER_TURN_MAX = 256;
/** Exit status of an internal error (sysexits.h EX_SOFTWARE, as keepalived). */
const EXIT_INTERNAL = 70;

const TAG_TIMER = 1;
const TAG_RING = 2;
const TAG_KERNEL = 3;
const TAG_FIRST_SOCKET = 16;

/** What a worker's global scope has and a page's has not. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<WireInit>) => void) | null;
  postMessage(message: WireFailure): void;
  close(): void;
}
const scope = globalThis as unknown as WorkerScope;

/** The worker's only message to main, when it fails. */
export interface WireFailure {
  failed: string;
}

/** Runs the worker in this thread once main's message comes. */
export function runWireWorker(): void {
  scope.onmessage = (event) => {
    const shared = new Shared(event.data.buffer);
    let worker: WireWorker | null = null;
    try {
      worker = new WireWorker(shared, event.data);
      worker.run();
      shared.set(WORD.PHASE, PHASE.STOPPED);
    } catch (error) {
      fail(shared, worker, error);
    }
    wakeMain(shared);
    scope.close();
  };
}

/** Main writes the dump (the core's log is in its hands) and removes the addresses; nothing more is sent. */
function fail(shared: Shared, worker: WireWorker | null, error: unknown): void {
  const text = error instanceof Error && error.stack ? error.stack : errorText(error);
  shared.set(WORD.ASSERT_CODE, worker?.assertCode() ?? 0);
  scope.postMessage({ failed: text });
  shared.set(WORD.PHASE, PHASE.FAILED);
}

function wakeMain(shared: Shared): void {
  const { words, index } = shared.toMain.asleepWord;
  Atomics.store(words, index, 0);
  Atomics.notify(words, index);
}

/** The worker's whole state. */
class WireWorker {
  readonly #shared: Shared;
  readonly #core: RecordedCore;
  readonly #input: Pinned;
  readonly #epoll = new Epoll();
  readonly #timer = new TimerFd();
  readonly #wake: EventFd;
  readonly #kernel: WireKernel;
  readonly #sockets = new WireSockets(this.#epoll, TAG_FIRST_SOCKET);
  readonly #receive: WireReceive;
  readonly #configuration: WireConfiguration;
  readonly #effects: WireEffects;
  readonly #failAtUs: number;
  #dueUs = Infinity;
  #loops = 0;
  #lastRoundUs = nowUs();
  /** Main's silence does not count before this. */
  #watchFromUs = 0;

  constructor(shared: Shared, init: WireInit) {
    const nameOf = (ifindex: number) => this.#kernel.nameOf(ifindex);
    this.#shared = shared;
    const core = Core.create(init.module, { seed: init.seed });
    this.#core = new RecordedCore(core, new LogBuffer(shared.log, CORE_LOG_LAYOUT), nowUs());
    this.#input = new Pinned(
      new Uint8Array(this.#core.memory.buffer, this.#core.inputAddress, INPUT_SIZE_MAX),
    );
    this.#receive = new WireReceive(this.#input, (receiver, errno) => {
      this.#effects.once(nowUs(), `receiving on ${nameOf(receiver.ifindex)}: ${errnoName(errno)}`);
    });
    this.#wake = EventFd.attach(init.eventFd);
    const route = new RouteSocket();
    this.#effects = new WireEffects({
      shared,
      core: this.#core,
      sockets: this.#sockets,
      frames: new FrameSocket(),
      route,
      nameOf,
    });
    this.#kernel = new WireKernel(route, {
      input: (input) => this.#tell(input),
      linkGone: (ifindex) => this.#configuration.linkGone(ifindex),
      familyCame: (ifindex, family) => this.#configuration.renew(ifindex, family),
      linksChanged: () => {
        this.#configuration.reopen();
        this.#effects.linksChanged();
      },
      remark: (level, text) => this.#effects.remark(level, text),
    });
    this.#configuration = this.#makeConfiguration(nameOf);
    this.#epoll.add(this.#timer.fd, TAG_TIMER);
    this.#epoll.add(this.#wake.fd, TAG_RING);
    this.#epoll.add(this.#kernel.fd, TAG_KERNEL);
    this.#failAtUs = init.failAfterMs > 0 ? nowUs() + init.failAfterMs * 1000 : Infinity;
    this.#schedule(init.fifoPriority);
  }

  #makeConfiguration(nameOf: (ifindex: number) => string): WireConfiguration {
    return new WireConfiguration({
      toCore: (record) => {
        this.#input.bytes.set(record);
        return this.#core.handle(nowUs(), record.length);
      },
      sockets: this.#sockets,
      setLabels: (labels) => this.#effects.setLabels(labels),
      setInstanceCount: (count) => this.#effects.setInstanceCount(count),
      nameOf,
      wantLink: (ifindex) => this.#kernel.want(ifindex),
      hasLink: (ifindex) => this.#kernel.hasLink(ifindex),
      result: (message) => this.#effects.configResult(message),
      socketFailed: (error) => this.#effects.remark("error", error.message),
    });
  }

  #schedule(fifoPriority: number): void {
    setTimerSlack(1);
    const refused = fifoPriority > 0 ? setFifo(fifoPriority) : null;
    if (refused !== null) {
      this.#effects.remark("warning", `${refused.message}: adverts may be late under load`);
    }
    this.#shared.set(WORD.FIFO, currentPolicy() === SCHED_FIFO ? fifoPriority : 0);
  }

  /** The core's assert code, for the dump. */
  assertCode(): number {
    return this.#core.assertCode();
  }

  /**
   * Runs until main asks to stop. That comes by a word of its own: the ring may be full, and priority 0
   * must go out all the same. Throws what it cannot live with.
   */
  run(): void {
    this.#kernel.readAll();
    this.#beat(nowUs());
    this.#shared.set(WORD.PHASE, PHASE.RUNNING);
    const { toWorker } = this.#shared;
    let hasResigned = false;
    while (!hasResigned || !toWorker.isEmpty() || this.#effects.isWaiting) {
      this.#core.tend(nowUs());
      this.#arm();
      this.#takeEvents(toWorker.sleep() ? -1 : 0);
      this.#takeRecords();
      if (nowUs() >= this.#dueUs) this.#timerDue();
      this.#effects.settle(nowUs());
      this.#watchMain();
      if (hasResigned || this.#shared.get(WORD.STOP) === 0) continue;
      this.#resign();
      hasResigned = true;
    }
    this.#effects.removeAll(nowUs());
  }

  /** Priority 0 from every MASTER; its addresses go. */
  #resign(): void {
    const now = nowUs();
    this.#core.handleInput(now, { kind: "command", command: "STOP" });
    this.#effects.drain(now);
  }

  #takeEvents(timeoutMs: number): void {
    const count = this.#epoll.wait(timeoutMs);
    for (let i = 0; i < count; i++) this.#event(this.#epoll.tag(i));
  }

  /**
   * What waits in the sockets comes first: after a SIGSTOP (which also ends epoll_wait early) that is
   * the very advert which restarts the timer.
   */
  #timerDue(): void {
    this.#takeEvents(0);
    this.#dueUs = this.#core.nextTimeout();
    if (nowUs() >= this.#dueUs) this.#fireTimer();
  }

  #event(tag: number): void {
    switch (tag) {
      case TAG_TIMER:
        this.#timer.drain();
        return;
      case TAG_RING:
        this.#wake.drain();
        return;
      case TAG_KERNEL:
        this.#kernel.readEvents();
        return;
      default: {
        const receiver = this.#sockets.receiver(tag);
        if (receiver !== undefined) this.#takePackets(receiver);
      }
    }
  }

  #takePackets(receiver: VrrpReceiver): void {
    for (let i = 0; i < PACKETS_PER_TURN_MAX; i++) {
      const size = this.#receive.take(receiver);
      if (size === 0) return;
      const now = nowUs();
      this.#core.handle(now, size);
      this.#effects.drain(now);
    }
  }

  #takeRecords(): void {
    for (let i = 0; i < RECORDS_PER_TURN_MAX; i++) {
      const record = this.#shared.toWorker.pop();
      if (record === null) return;
      this.#configuration.take(record);
      this.#effects.drain(nowUs());
      if (kindOf(record) === INPUT_CONFIG_COMMIT) {
        this.#kernel.wantOnly(this.#configuration.interfaces);
      }
    }
  }

  #tell(input: LinkInput | AddressInput): void {
    const now = nowUs();
    const status = this.#core.handleInput(now, input);
    if (status !== STATUS_OK) {
      this.#effects.once(now, `the core did not take a ${input.kind}: ${statusName(status)}`);
    }
    this.#effects.drain(now);
  }

  #fireTimer(): void {
    const now = nowUs();
    const late = durationWord(now - this.#dueUs);
    this.#shared.set(WORD.LATENESS_US, late);
    if (late > this.#shared.get(WORD.LATENESS_MAX_US)) this.#shared.set(WORD.LATENESS_MAX_US, late);
    this.#input.view.setUint32(0, INPUT_TIMER, true);
    this.#input.view.setUint32(4, TIMER_INPUT_SIZE, true);
    this.#core.handle(now, TIMER_INPUT_SIZE);
    this.#effects.drain(now);
  }

  #arm(): void {
    const now = nowUs();
    this.#beat(now);
    if (now >= this.#failAtUs) throw new Error("told to fail by failAfterMs");
    this.#dueUs = this.#core.nextTimeout();
    this.#timer.armAt(Math.min(this.#dueUs, now + BEAT_US, this.#failAtUs));
  }

  #beat(now: number): void {
    this.#shared.set(WORD.HEARTBEAT, heartbeatOf(now));
    this.#loops = (this.#loops + 1) & 0x7fff_ffff;
    this.#shared.set(WORD.LOOPS, this.#loops);
  }

  /** Main's silence: resign, remove the addresses, end the process (DESIGN "when a half dies"). */
  #watchMain(): void {
    const now = nowUs();
    // After a SIGSTOP of the whole process both beats are old: main gets time for one of its own. A
    // round of this loop is no time: the next may follow at once.
    if (now - this.#lastRoundUs > AWAY_US) this.#watchFromUs = now + AWAY_US;
    this.#lastRoundUs = now;
    if (now < this.#watchFromUs) return;
    if (heartbeatAge(now, this.#shared.get(WORD.MAIN_HEARTBEAT)) <= MAIN_SILENT_MAX_MS) return;
    this.#resign();
    this.#effects.removeAll(now);
    exitProcess(EXIT_INTERNAL);
  }
}
