// What is known of a frame while it is taken apart layer by layer. This module is browser safe.

import type { Field, Layer, LayerId } from "./field.ts";
import { LayerReader, remark } from "./layer_reader.ts";
import { NOWHERE, type Source } from "./source.ts";

/** Source and destination of the IP header around a message. */
export interface IpEnds {
  /** 4 or 16 bytes, network order, of one family. */
  source: Uint8Array;
  destination: Uint8Array;
  /** The fields that remarks about them go to. */
  sourceField: Field | null;
  destinationField: Field | null;
  /** TTL or hop limit. */
  hopLimit: Field | null;
}

/** The walk. */
export class Walk {
  readonly bytes: Uint8Array;
  readonly layers: Layer[] = [];
  /** Of the link layer. */
  destinationMac: Field | null = null;
  sourceMac: Field | null = null;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** A reader for the next layer. */
  reader(id: LayerId, at: number, end: number, source: Source): LayerReader {
    return new LayerReader(id, this.bytes, at, end, source);
  }

  /** Takes what was read of a layer. */
  add({ layer, isCut }: LayerReader): void {
    if (layer.fields.length > 0) this.layers.push(layer);
    else if (isCut) remark(this.#last, "truncated", { have: 0, want: 1 });
  }

  get #last(): Field | null {
    return this.layers.at(-1)?.fields.at(-1) ?? null;
  }

  /** Bytes that no header explains: a payload that nobody asked about, or padding. */
  rest(id: "data" | "padding", at: number, end: number): void {
    if (at >= end) return;
    const source = id === "padding" ? { document: "IEEE 802.3", section: "3.2.8" } : NOWHERE;
    const reader = this.reader(id, at, end, source);
    reader.data(`${id}.bytes`, 0, end - at);
    this.add(reader);
  }
}
