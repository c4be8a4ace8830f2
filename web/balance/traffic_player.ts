// Computes the traffic of a recording in slices, keeps snapshots on the way, and goes back to one when
// the recording becomes another from some time on. Pure but for its clock.

import { Traffic, type TrafficState } from "../../host/sim/traffic/traffic.ts";
import { BIN_US, type Request } from "../../host/sim/traffic/request.ts";
import type { TraceEvent } from "../../host/sim/world_view.ts";
import type { BinRow, TrafficOrder, TrafficReport } from "./protocol.ts";

/** Time between two snapshots, microseconds, and how many are kept: the older ones thin out. */
const SNAPSHOT_US = 5_000_000;
const SNAPSHOT_MAX = 24;
/** A slice takes about so long, milliseconds. */
const SLICE_MS = 15;
/** Requests of a bin that are told one by one, for the picture. */
const TOLD_PER_BIN = 6;
/** Step of a slice, microseconds. */
const STEP_US = BIN_US;

/** The traffic of one recording after the other. */
export class TrafficPlayer {
  readonly #wasm: WebAssembly.Module;
  readonly #post: (report: TrafficReport) => void;
  readonly #clockMs: () => number;
  #traffic: Traffic | null = null;
  #play = 0;
  #events: TraceEvent[] = [];
  #taken = 0;
  /** Events up to this time are in the snapshot that this recording began from. */
  #knownUs = -1;
  #untilUs = 0;
  /** Each with everything in it that happened up to its time. */
  #snapshots: TrafficState[] = [];
  #bins: BinRow[] = [];
  #requests: Request[] = [];
  #toldBin = -1;
  #toldInBin = 0;

  constructor(
    wasm: WebAssembly.Module,
    post: (report: TrafficReport) => void,
    clockMs: () => number,
  ) {
    this.#wasm = wasm;
    this.#post = post;
    this.#clockMs = clockMs;
  }

  /** Something is left to compute. */
  get isBusy(): boolean {
    return this.#traffic !== null && this.#traffic.nowUs < this.#untilUs;
  }

  /** Begins another recording. */
  begin(order: Extract<TrafficOrder, { kind: "begin" }>): void {
    this.#play = order.play;
    this.#bins = [];
    this.#requests = [];
    this.#toldBin = -1;
    this.#events = [];
    this.#taken = 0;
    this.#untilUs = 0;
    this.#snapshots = this.#snapshots.filter(({ nowUs }) => nowUs <= order.sameUntilUs);
    const snapshot = this.#snapshots.at(-1);
    if (snapshot !== undefined && this.#traffic !== null) {
      this.#traffic.restore(snapshot);
      this.#knownUs = snapshot.nowUs;
      return;
    }
    this.#knownUs = -1;
    this.#traffic = new Traffic({
      wasm: this.#wasm,
      services: order.services,
      nodes: order.nodes,
      segments: order.segments,
      seed: order.seed,
      request: (request) => this.#request(request),
      bin: ({ atUs, began, failed, open }) =>
        this.#bins.push({
          bin: Math.round(atUs / BIN_US),
          began: [...began],
          failed: [...failed],
          open: [...open],
        }),
    });
  }

  #request(request: Request): void {
    const bin = Math.floor(request.atUs / BIN_US);
    if (bin !== this.#toldBin) {
      this.#toldBin = bin;
      this.#toldInBin = 0;
    }
    if (this.#toldInBin++ < TOLD_PER_BIN) this.#requests.push(request);
  }

  /** More of the recording is known. */
  extend({ play, events, untilUs }: Extract<TrafficOrder, { kind: "events" }>): void {
    if (play !== this.#play) return;
    // What a snapshot was made of is in it already.
    for (const event of events) if (event.atUs > this.#knownUs) this.#events.push(event);
    this.#untilUs = untilUs;
  }

  /** Computes on for about SLICE_MS and reports it. */
  slice(): void {
    const traffic = this.#traffic;
    if (traffic === null) return;
    const begunMs = this.#clockMs();
    while (traffic.nowUs < this.#untilUs && this.#clockMs() - begunMs < SLICE_MS) {
      const toUs = Math.min(this.#untilUs, traffic.nowUs + STEP_US);
      while (this.#taken < this.#events.length && this.#events[this.#taken]!.atUs <= toUs) {
        traffic.take(this.#events[this.#taken++]!);
      }
      traffic.advance(toUs);
      this.#remember(traffic);
    }
    this.#post({
      kind: "bins",
      play: this.#play,
      bins: this.#bins,
      requests: this.#requests,
      untilUs: traffic.nowUs,
    });
    this.#bins = [];
    this.#requests = [];
  }

  /** Keeps a snapshot now and then, at the begin of a bin: then none of its counts are lost. */
  #remember(traffic: Traffic): void {
    const lastUs = this.#snapshots.at(-1)?.nowUs ?? -SNAPSHOT_US;
    if (traffic.nowUs < lastUs + SNAPSHOT_US || traffic.nowUs % BIN_US !== 0) return;
    // Without load there is nothing that would take long to compute again.
    if (traffic.perSecond === 0) return;
    this.#snapshots.push(traffic.save());
    if (this.#snapshots.length > SNAPSHOT_MAX) {
      this.#snapshots = this.#snapshots.filter((_, i, all) => i % 2 === 0 || i > all.length - 6);
    }
  }
}
