// Two directors on one segment that is captured: "top" on node1 (172.18.0.11), "bottom" on node2
// (172.18.0.12), usually one daemon of each kind.

import { Capture } from "./capture.ts";
import { type DaemonKind, Director } from "./director.ts";
import type { AdvertEvent } from "./frames.ts";
import { ADDRESS, openReferenceLab, type ReferenceLab } from "./topology.ts";

/** The other daemon. */
export const otherKind = (kind: DaemonKind): DaemonKind => kind === "vipd" ? "keepalived" : "vipd";

/** The pair with its lab; ends with it. */
export class VrrpPair implements AsyncDisposable {
  private constructor(
    readonly reference: ReferenceLab,
    readonly capture: Capture,
    readonly top: Director,
    readonly bottom: Director,
  ) {}

  /** Starts `kind` on node1 with the first configuration and the other daemon with the second. */
  static async open(tag: string, kind: DaemonKind, texts: [string, string]): Promise<VrrpPair> {
    const reference = await openReferenceLab(tag, ["node1", "node2"]);
    try {
      const capture = await Capture.start(reference.lan);
      const [top, bottom] = await Promise.all([
        Director.start(kind, reference.machine("node1"), texts[0]),
        Director.start(otherKind(kind), reference.machine("node2"), texts[1]),
      ]);
      return new VrrpPair(reference, capture, top, bottom);
    } catch (error) {
      await reference[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Top holds all of the addresses and bottom none, or the other way round. */
  async untilAllWith(by: "top" | "bottom", vips: string[]): Promise<void> {
    const [holder, other] = by === "top" ? [this.top, this.bottom] : [this.bottom, this.top];
    for (const vip of vips) {
      await holder.untilHolds(vip);
      // Nobody takes it from a keepalived that was killed.
      const dead = other.program.exitStatus !== null && other.kind === "keepalived";
      if (!dead) await other.untilHolds(vip, false);
    }
  }

  /**
   * Waits for the first advert of a node since event `from`, and says how long it came after the last of
   * the other node that `isLast` accepts, milliseconds.
   */
  async takeover(
    by: "top" | "bottom",
    vrid: number,
    from: number,
    isLast: (advert: AdvertEvent) => boolean = () => true,
  ): Promise<{ first: AdvertEvent; last: AdvertEvent; tookMs: number }> {
    const [source, old] = by === "top"
      ? [ADDRESS.node1, ADDRESS.node2]
      : [ADDRESS.node2, ADDRESS.node1];
    const first = await this.capture.advert({ vrid, source }, { from });
    const last = this.capture.adverts({ vrid, source: old })
      .filter((advert) => advert.atMs < first.atMs && isLast(advert)).at(-1);
    if (last === undefined) throw new Error(`no advert of ${old}\n${this.capture.tail()}`);
    return { first, last, tookMs: first.atMs - last.atMs };
  }

  /** What either daemon has said against packets of the other. */
  complaints(): string[] {
    return [...this.top.complaints(), ...this.bottom.complaints()];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.reference[Symbol.asyncDispose]();
  }
}
