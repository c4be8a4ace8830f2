// The patterns by which states differ without their colour, made once for a palette.

import type { Palette } from "../style/palette.ts";

const SIZE = 8;

/** Patterns of one palette. */
export interface Patterns {
  /** Crossed lines: FAULT. */
  fault: CanvasPattern;
  /** Dots: INIT. */
  init: CanvasPattern;
  /** Steep lines: the connection is lost. */
  unknown: CanvasPattern;
  /** Thin lines over a state: the process stands still. */
  still: CanvasPattern;
  /** Flat lines over a state: concluded from a capture. */
  inferred: CanvasPattern;
}

/** Makes them for a context. */
export function makePatterns(on: CanvasRenderingContext2D, colours: Palette): Patterns {
  const make = (colour: string, paint: (tile: CanvasRenderingContext2D) => void) => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = SIZE;
    const tile = canvas.getContext("2d")!;
    tile.strokeStyle = tile.fillStyle = colour;
    tile.lineWidth = 1.2;
    paint(tile);
    return on.createPattern(canvas, "repeat")!;
  };
  const line = (tile: CanvasRenderingContext2D, up: boolean) => {
    tile.beginPath();
    for (const shift of [-SIZE, 0, SIZE]) {
      tile.moveTo(shift, up ? SIZE : 0);
      tile.lineTo(shift + SIZE, up ? 0 : SIZE);
    }
    tile.stroke();
  };
  return {
    fault: make(colours.fault, (tile) => {
      line(tile, true);
      line(tile, false);
    }),
    init: make(colours.init, (tile) => tile.fillRect(3, 3, 2, 2)),
    unknown: make(colours.bad, (tile) => line(tile, true)),
    still: make(colours.paper, (tile) => {
      tile.lineWidth = 2.5;
      line(tile, false);
    }),
    inferred: make(colours.paper, (tile) => tile.fillRect(0, 3, SIZE, 1.5)),
  };
}
