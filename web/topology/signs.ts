// The signs of the picture: states, processes and packets, each with a shape of its own.

import type { Palette } from "../style/palette.ts";
import { stateColour } from "../style/palette.ts";
import type { ProcessState } from "../../host/sim/world_view.ts";
import type { Carries } from "./flights.ts";

type Context = CanvasRenderingContext2D;

/** Two crossed strokes. */
export function cross(context: Context, x: number, y: number, size: number, colour: string): void {
  context.strokeStyle = colour;
  context.lineWidth = 2.5;
  context.lineCap = "round";
  context.beginPath();
  context.moveTo(x - size, y - size);
  context.lineTo(x + size, y + size);
  context.moveTo(x + size, y - size);
  context.lineTo(x - size, y + size);
  context.stroke();
  context.lineCap = "butt";
}

/** A tick. */
export function tick(context: Context, x: number, y: number, size: number, colour: string): void {
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.lineCap = "round";
  context.beginPath();
  context.moveTo(x - size, y);
  context.lineTo(x - size * 0.3, y + size * 0.7);
  context.lineTo(x + size, y - size * 0.8);
  context.stroke();
  context.lineCap = "butt";
}

/** A triangle with a mark of exclamation: something is wrong. */
export function warning(context: Context, x: number, y: number, colours: Palette): void {
  context.fillStyle = colours.bad;
  context.beginPath();
  context.moveTo(x, y - 6);
  context.lineTo(x + 6.5, y + 5);
  context.lineTo(x - 6.5, y + 5);
  context.closePath();
  context.fill();
  context.fillStyle = colours.card;
  context.fillRect(x - 0.9, y - 2.5, 1.8, 4);
  context.fillRect(x - 0.9, y + 2.3, 1.8, 1.6);
}

/** MASTER: full square; BACKUP: open circle; FAULT: cross; INIT: open triangle; none: a dash. */
export function stateSign(
  context: Context,
  colours: Palette,
  state: string,
  x: number,
  y: number,
): void {
  const colour = stateColour(colours, state);
  context.fillStyle = context.strokeStyle = colour;
  context.lineWidth = 2;
  context.beginPath();
  switch (state) {
    case "MASTER":
      context.roundRect(x - 5, y - 5, 10, 10, 2);
      context.fill();
      return;
    case "BACKUP":
      context.arc(x, y, 4.2, 0, Math.PI * 2);
      context.stroke();
      return;
    case "FAULT":
      return cross(context, x, y, 4, colour);
    case "INIT":
    case "STOP":
      context.moveTo(x, y - 5);
      context.lineTo(x + 5, y + 4);
      context.lineTo(x - 5, y + 4);
      context.closePath();
      context.stroke();
      return;
    default:
      context.fillRect(x - 5, y - 1, 10, 2);
  }
}

/** Running: a dot; paused: two bars; frozen: a star; down: a hollow dot; off: a switch; lost: a mark of question. */
export function processSign(
  context: Context,
  colours: Palette,
  process: ProcessState | "lost",
  x: number,
  y: number,
): void {
  context.fillStyle = context.strokeStyle = process === "running" ? colours.good : colours.bad;
  context.lineWidth = 1.8;
  context.beginPath();
  switch (process) {
    case "running":
      context.arc(x, y, 3.8, 0, Math.PI * 2);
      context.fill();
      return;
    case "paused":
      context.fillRect(x - 4, y - 4.5, 3, 9);
      context.fillRect(x + 1, y - 4.5, 3, 9);
      return;
    case "frozen":
      for (const [dx, dy] of STAR) {
        context.moveTo(x - dx, y - dy);
        context.lineTo(x + dx, y + dy);
      }
      context.stroke();
      return;
    case "down":
      context.arc(x, y, 3.6, 0, Math.PI * 2);
      context.stroke();
      return;
    case "off":
      context.arc(x, y, 4, -Math.PI * 0.3, Math.PI * 1.3);
      context.moveTo(x, y - 5);
      context.lineTo(x, y);
      context.stroke();
      return;
    case "lost":
      context.setLineDash([2, 2]);
      context.arc(x, y, 4.2, 0, Math.PI * 2);
      context.stroke();
      context.setLineDash([]);
  }
}

/** Ends of a star's three strokes. */
const STAR = [[5, 0], [2.5, 4.3], [2.5, -4.3]] as const;

/** The colour of a kind of packets. */
export function packetColour(colours: Palette, carries: Carries): string {
  switch (carries) {
    case "advert":
      return colours.advert;
    case "announcement":
      return colours.announcement;
    case "check":
    case "answer":
      return colours.check;
    case "request":
    case "reply":
      return colours.request;
  }
}

/** Advert: diamond; announcement: triangle; check: square; answer: hollow square; request: dot; reply: ring. */
export function packetSign(
  context: Context,
  colours: Palette,
  carries: Carries,
  isGood: boolean | null,
  x: number,
  y: number,
): void {
  if (isGood === false) {
    return cross(context, x, y, carries === "request" ? 3.5 : 4.5, colours.bad);
  }
  const colour = packetColour(colours, carries);
  context.beginPath();
  packetShape(context, carries, x, y);
  const isHollow = carries === "answer" || carries === "reply";
  context.fillStyle = isHollow ? colours.card : colour;
  context.fill();
  context.strokeStyle = isHollow ? colour : colours.card;
  context.lineWidth = isHollow ? 2 : 1.25;
  context.stroke();
}

function packetShape(context: Context, carries: Carries, x: number, y: number): void {
  switch (carries) {
    case "advert":
      context.moveTo(x, y - 7);
      context.lineTo(x + 7, y);
      context.lineTo(x, y + 7);
      context.lineTo(x - 7, y);
      return context.closePath();
    case "announcement":
      context.moveTo(x, y - 7);
      context.lineTo(x + 7, y + 5.5);
      context.lineTo(x - 7, y + 5.5);
      return context.closePath();
    case "check":
    case "answer":
      return context.rect(x - 4.5, y - 4.5, 9, 9);
    case "request":
    case "reply":
      context.arc(x, y, 3.6, 0, Math.PI * 2);
  }
}
