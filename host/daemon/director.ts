// The director worker: balances in user space where the kernel has no IPVS. One thread, one blocking
// epoll_wait, one instance of the core as a director. Frames come by AF_PACKET, are decided on and
// rewritten in the core's memory, and leave from there by AF_PACKET; the local stack does not see them
// (packet filter). Main reaches it by the ring and the eventfd only.
//
// Throwing is how it ends when something fails that it cannot live with; main then starts it anew.

import { ERRNO, errnoName } from "../base/errno.ts";
import { errorText, VipdError } from "../base/errors.ts";
import { FRAME_SIZE_MAX, type Output, readInput } from "../core/abi.gen.ts";
import { DirectorCore } from "../core/director_core.ts";
import { nowUs } from "../linux/clock.ts";
import { Epoll } from "../linux/epoll.ts";
import { EventFd } from "../linux/eventfd.ts";
import { PacketFilter } from "../linux/nftables.ts";
import { type PacketSocket, VNET_HEADER_SIZE } from "../linux/packet_socket.ts";
import { Pinned } from "../linux/pinned.ts";
import { RouteSocket } from "../linux/route.ts";
import { heartbeatOf, PHASE } from "./control_words.ts";
import { DirectorKernel } from "./director_kernel.ts";
import { decodeSync, DIRECTOR_SYNC, encodeSynced } from "./director_message.ts";
import { DirectorServices, LOOPBACK_IFINDEX, plainAddress } from "./director_services.ts";
import { DIRECTOR_WORD, DirectorShared } from "./director_shared.ts";
import { DirectorSockets, type WantedInterface } from "./director_sockets.ts";
import type { DirectorInit } from "./director_thread.ts";
import { encodeRemark, kindOf, type RemarkLevel } from "./wire_message.ts";

/** The worker beats, publishes counts and tries again at least so often, microseconds. */
const BEAT_US = 500_000;
/** Links and addresses that change are looked at together after this, microseconds. */
const SETTLE_US = 100_000;
/** Frames taken from one socket before the others get their turn. */
const FRAMES_PER_TURN_MAX = 64;
/** Frames taken from one socket at the most while a change waits for them. */
const FRAMES_PER_DRAIN_MAX = 4096;
/** One remark of a kind is told in so long, microseconds. */
const REMARK_QUIET_US = 60_000_000;
/** Remarks remembered so that none is told twice a minute. */
const REMARK_MAX = 1000;
/** Bytes of the two MACs at the start of a frame. */
const MACS_SIZE = 12;

const TAG_RING = 1;
const TAG_KERNEL = 2;
const TAG_FIRST_INTERFACE = 16;

/** What a worker's global scope has and a page's has not. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<DirectorInit>) => void) | null;
  postMessage(message: DirectorFailure): void;
  close(): void;
}
const scope = globalThis as unknown as WorkerScope;

/** The worker's only message to main, when it fails. */
export interface DirectorFailure {
  failed: string;
}

/** Runs the worker in this thread once main's message comes. */
export function runDirectorWorker(): void {
  scope.onmessage = (event) => {
    const shared = new DirectorShared(event.data.buffer);
    let worker: DirectorWorker | null = null;
    try {
      worker = new DirectorWorker(shared, event.data);
      worker.run();
      worker.close();
      shared.set(DIRECTOR_WORD.PHASE, PHASE.STOPPED);
    } catch (error) {
      const text = error instanceof Error && error.stack ? error.stack : errorText(error);
      scope.postMessage({ failed: text });
      worker?.abandon();
      // Main looks into the ring first when the start fails.
      const hint = error instanceof VipdError && error.hint !== undefined ? `; ${error.hint}` : "";
      shared.toMain.push(encodeRemark({ level: "error", text: errorText(error) + hint }));
      shared.set(DIRECTOR_WORD.PHASE, PHASE.FAILED);
    }
    wakeMain(shared);
    scope.close();
  };
}

function wakeMain(shared: DirectorShared): void {
  const { words, index } = shared.toMain.asleepWord;
  Atomics.store(words, index, 0);
  Atomics.notify(words, index);
}

/** The worker's whole state. */
class DirectorWorker {
  readonly #shared: DirectorShared;
  readonly #core: DirectorCore;
  readonly #frame: Pinned;
  readonly #epoll = new Epoll();
  readonly #wake: EventFd;
  readonly #filter: PacketFilter;
  readonly #kernel: DirectorKernel;
  readonly #sockets: DirectorSockets;
  readonly #services: DirectorServices;
  readonly #failAtUs: number;
  readonly #toldAtUs = new Map<string, number>();
  #beatAtUs = 0;
  #refreshAtUs = Infinity;

  constructor(shared: DirectorShared, init: DirectorInit) {
    this.#shared = shared;
    this.#core = DirectorCore.create(init.module, { seed: init.seed });
    const { memory, frameAddress } = this.#core;
    this.#frame = new Pinned(new Uint8Array(memory.buffer, frameAddress, FRAME_SIZE_MAX));
    this.#wake = EventFd.attach(init.eventFd);
    const toCore = (input: Parameters<DirectorCore["handleInput"]>[1]) => {
      const status = this.#core.handleInput(nowUs(), input);
      this.#drainOutputs();
      return status;
    };
    const warn = (text: string) => this.#once(text);
    this.#kernel = new DirectorKernel(new RouteSocket(), {
      neighbour: toCore,
      changed: () => this.#refreshSoon(),
      warn,
    });
    this.#sockets = new DirectorSockets({
      epoll: this.#epoll,
      firstTag: TAG_FIRST_INTERFACE,
      toCore,
      warn,
    });
    this.#services = new DirectorServices({
      toCore,
      drain: () => this.#drainFrames(),
      filter: (add, remove) => this.#filter.apply(add, remove),
      reachOf: (family, address) => this.#kernel.reachOf(family, address),
      warn,
    });
    this.#filter = PacketFilter.open();
    shared.set(DIRECTOR_WORD.FILTER_FD, this.#filter.fd);
    this.#epoll.add(this.#wake.fd, TAG_RING);
    this.#epoll.add(this.#kernel.fd, TAG_KERNEL);
    this.#failAtUs = init.failAfterMs > 0 ? nowUs() + init.failAfterMs * 1000 : Infinity;
  }

  /** Runs until main asks to stop. Throws what it cannot live with. */
  run(): void {
    this.#kernel.readAll();
    this.#beat(nowUs());
    this.#shared.set(DIRECTOR_WORD.PHASE, PHASE.RUNNING);
    const { toWorker } = this.#shared;
    while (this.#shared.get(DIRECTOR_WORD.STOP) === 0 || !toWorker.isEmpty()) {
      const count = this.#epoll.wait(toWorker.sleep() ? this.#waitMs() : 0);
      for (let i = 0; i < count; i++) this.#event(this.#epoll.tag(i));
      this.#takeRecords();
      this.#tick();
    }
  }

  /** Gives everything back to the kernel; the local stack gets its packets again. */
  close(): void {
    this.#shared.set(DIRECTOR_WORD.FILTER_FD, 0);
    this.#filter.close();
    this.#sockets.close();
    this.#epoll.close();
    this.#kernel.close();
  }

  /** The same after a failure, as far as it goes: main makes sure of the filter. */
  abandon(): void {
    try {
      this.close();
    } catch (error) {
      this.#remark("warning", `ending after a failure: ${errorText(error)}`);
    }
  }

  #event(tag: number): void {
    if (tag === TAG_RING) {
      this.#wake.drain();
    } else if (tag === TAG_KERNEL) {
      this.#kernel.readEvents();
    } else {
      const socket = this.#sockets.ofTag(tag);
      if (socket !== undefined) this.#takeFrames(socket, FRAMES_PER_TURN_MAX);
    }
  }

  #takeFrames(socket: PacketSocket, countMax: number): void {
    const now = nowUs();
    const core = this.#core;
    for (let i = 0; i < countMax; i++) {
      const size = socket.receive(this.#frame);
      if (size < 0) {
        // -ENETDOWN comes once and is followed by the link's announcement.
        if (size === -ERRNO.EAGAIN || size === -ERRNO.ENETDOWN) return;
        if (size !== -ERRNO.EINTR) this.#once(`receiving a frame: ${errnoName(-size)}`);
        continue;
      }
      core.frame(now, socket.ifindex, size, VNET_HEADER_SIZE);
      if (core.verdictSize > 0) this.#send(core.verdictIfindex, core.verdictSize);
      this.#drainOutputs();
    }
  }

  #send(ifindex: number, size: number): void {
    if (ifindex === LOOPBACK_IFINDEX) {
      this.#frame.bytes.fill(0, VNET_HEADER_SIZE, VNET_HEADER_SIZE + MACS_SIZE);
    }
    const result = this.#sockets.of(ifindex)?.send(this.#frame, size) ?? -ERRNO.ENXIO;
    if (result < 0) this.#once(`sending a frame to a real server: ${errnoName(-result)}`);
  }

  #drainFrames(): void {
    for (const { socket } of this.#sockets.all()) this.#takeFrames(socket, FRAMES_PER_DRAIN_MAX);
  }

  #drainOutputs(): void {
    for (let next = this.#core.pollOutput(); next !== null; next = this.#core.pollOutput()) {
      this.#carryOut(next);
    }
  }

  #carryOut(output: Output): void {
    if (output.kind === "neighbourNeeded") {
      this.#kernel.need(output.ifindex, plainAddress(output.address));
    } else if (output.kind === "directorNotice") {
      this.#remark("warning", this.#noticeText(output));
    }
  }

  #noticeText({ notice, service, count }: Extract<Output, { kind: "directorNotice" }>): string {
    switch (notice) {
      case "CONNECTION_LIMIT":
        return `connection table full: ${count} new connections refused, ` +
          `the last to ${this.#services.nameOf(service)}`;
      case "NO_DESTINATION":
        return `no real server with a weight: ${count} packets refused, ` +
          `the last to ${this.#services.nameOf(service)}`;
      case "OUTPUT_OVERRUN":
        return `${count} records of the director were lost`;
    }
  }

  #takeRecords(): void {
    const { toWorker } = this.#shared;
    for (let record = toWorker.pop(); record !== null; record = toWorker.pop()) {
      if (kindOf(record) !== DIRECTOR_SYNC) {
        const view = new DataView(record.buffer, record.byteOffset, record.byteLength);
        this.#services.take(readInput(view, 0));
        continue;
      }
      const status = this.#refresh();
      this.#toMain(encodeSynced({ batch: decodeSync(record), status }));
    }
  }

  /** Listens where it should, and brings core and filter to what is wanted. */
  #refresh(): number {
    const wanted = new Map<number, WantedInterface>();
    const want = (ifindex: number) => {
      const link = this.#kernel.ethernet(ifindex);
      if (link !== null) wanted.set(ifindex, link);
    };
    for (const ifindex of this.#services.interfaces()) want(ifindex);
    for (const address of this.#services.virtualAddresses()) {
      this.#kernel.interfacesOf(address).forEach(want);
    }
    const whole = this.#sockets.set(wanted);
    const status = this.#services.makeSo();
    this.#kernel.watch(this.#services.told());
    this.#refreshAtUs = whole && !this.#services.hasUnreachable ? Infinity : nowUs() + BEAT_US;
    return status;
  }

  #refreshSoon(): void {
    this.#refreshAtUs = Math.min(this.#refreshAtUs, nowUs() + SETTLE_US);
  }

  #waitMs(): number {
    const dueUs = Math.min(this.#core.nextTimeout(), this.#beatAtUs, this.#refreshAtUs);
    return Math.max(0, Math.ceil((Math.min(dueUs, this.#failAtUs) - nowUs()) / 1000));
  }

  #tick(): void {
    const now = nowUs();
    if (now >= this.#failAtUs) throw new Error("told to fail by failAfterMs");
    if (now >= this.#core.nextTimeout()) {
      this.#core.handleInput(now, { kind: "timer" });
      this.#drainOutputs();
    }
    if (now >= this.#refreshAtUs) {
      this.#services.reroute();
      this.#refresh();
    }
    if (now >= this.#beatAtUs) this.#beat(now);
  }

  #beat(now: number): void {
    this.#beatAtUs = now + BEAT_US;
    this.#shared.set(DIRECTOR_WORD.HEARTBEAT, heartbeatOf(now));
    for (const { destination } of this.#services.told()) {
      const status = this.#core.destinationStatus(destination);
      if (status === null) continue;
      this.#shared.publishCounts(destination, status.active, status.inactive);
    }
    for (const { name, socket } of this.#sockets.all()) {
      const dropped = socket.takeDropped();
      if (dropped > 0) this.#once(`the kernel dropped frames on ${name}: too many to forward`);
    }
  }

  /** A warning, at most once a minute for one text. */
  #once(text: string): void {
    const now = nowUs();
    const told = this.#toldAtUs.get(text);
    if (told !== undefined && now - told < REMARK_QUIET_US) return;
    if (this.#toldAtUs.size >= REMARK_MAX) this.#toldAtUs.clear();
    this.#toldAtUs.set(text, now);
    this.#remark("warning", text);
  }

  #remark(level: RemarkLevel, text: string): void {
    this.#toMain(encodeRemark({ level, text }));
  }

  #toMain(record: Uint8Array): void {
    const { toMain } = this.#shared;
    if (toMain.push(record) !== "queued-wake") return;
    const { words, index } = toMain.asleepWord;
    Atomics.notify(words, index);
  }
}
