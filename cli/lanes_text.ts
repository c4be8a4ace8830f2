// The lanes of `vipd simulate`: for each virtual router a row a node with what state it is in, and a
// row an address that shows when nobody or several have it, or the client sends to the wrong node. States differ in shape, not in colour
// alone; a colour and a second alphabet (ASCII) are the paint's and the glyphs'. Pure.

import type { AddressAccount, Spell } from "../host/sim/timeline/account.ts";
import type { Band, Lane, TimelineLine, TimelineRouter } from "../host/sim/timeline/timeline.ts";
import type { Glyphs, Screen } from "./screen.ts";
import { oneLine, wrap } from "./text.ts";

/** Nobody or several have an address, or the client sends elsewhere: what stands in its row. */
const NOBODY = "0";
const SEVERAL = "2";
const MISLED = "?";
/** A shorter spell is not drawn: every change of hands has one. */
export const SPELL_SHOWN_US = 10_000;
/** Columns of a name: at least, and what part of the screen at the most. */
const NAME_MIN = 4;
const NAME_PART = 0.25;
/** Columns between two numbers of the axis, at least. */
const TICK_COLUMNS = 9;
const SECOND = 1_000_000;
/** A longer play has minutes on its axis. */
const LONG_PLAY_US = 180 * SECOND;
/** Distances of ticks, seconds. */
const TICKS_S = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200];
/** Letters that mark actions, in their order; later ones get the last. */
const MARKS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const MARK_LATER = "*";

/** What the lanes show. */
export interface LanesPicture {
  endUs: number;
  routers: readonly TimelineRouter[];
  addresses: readonly AddressAccount[];
  /** Lines that have a mark, by actionMarks(). */
  marks: ReadonlyMap<TimelineLine, string>;
}

/** A mark for each line that tells of an action, in their order. */
export function actionMarks(lines: readonly TimelineLine[]): Map<TimelineLine, string> {
  const acted = lines.filter(({ kind, isDetail }) => kind === "action" && !isDetail);
  return new Map(acted.map((line, i) => [line, MARKS[i] ?? MARK_LATER]));
}

/** Axis, lanes and legend, without a final newline; "" when there is no router. */
export function lanesText(picture: LanesPicture, screen: Screen): string {
  if (picture.routers.length === 0) return "";
  const names = columnsFor(picture.routers.map(({ name }) => name), screen);
  const rows = columnsFor(picture.routers.flatMap((router) => rowLabels(router, picture)), screen);
  const drawing: Drawing = {
    screen,
    columns: screen.width - names - rows - 3,
    endUs: Math.max(1, picture.endUs),
    label: (name, row) => `${fitted(name, names, screen)} ${fitted(row, rows, screen)}  `,
    used: new Set(),
  };
  const axis = axisLines(picture.marks, drawing);
  const lanes = picture.routers.flatMap((router) => routerLines(router, picture, drawing));
  return [...axis, ...lanes, "", legend(drawing)].join("\n");
}

interface Drawing {
  screen: Screen;
  /** Of the time. */
  columns: number;
  endUs: number;
  label(name: string, row: string): string;
  /** Keys of the legend that occur. */
  used: Set<LegendKey>;
}

function columnsFor(texts: readonly string[], { width }: Screen): number {
  const longest = Math.max(NAME_MIN, ...texts.map((text) => oneLine(text).length));
  return Math.min(Math.floor(width * NAME_PART), longest);
}

function rowLabels(router: TimelineRouter, { addresses }: LanesPicture): string[] {
  const own = addresses.filter((one) => isOf(one, router)).map(({ address }) => address);
  const more = own.length > 1 ? ` +${own.length - 1}` : "";
  return ["actions", ...router.lanes.map(({ node }) => node), ...own.map((one) => one + more)];
}

function fitted(text: string, columns: number, { glyphs }: Screen): string {
  const plain = oneLine(text);
  if (plain.length <= columns) return plain.padEnd(columns);
  return plain.slice(0, columns - glyphs.cut.length) + glyphs.cut;
}

// ---- Axis ----

function axisLines(marks: ReadonlyMap<TimelineLine, string>, drawing: Drawing): string[] {
  const { screen: { glyphs, paint }, columns, endUs } = drawing;
  const tickS = tickOf(drawing);
  const numbers = new Array<string>(columns).fill(" ");
  const ruler = new Array<string>(columns).fill(glyphs.axis);
  for (let i = 0; i * tickS * SECOND <= endUs; i++) {
    const column = columnAt(i * tickS * SECOND, drawing);
    ruler[column] = glyphs.tick;
    const text = tickText(i * tickS, endUs);
    if (column + text.length > columns) continue;
    [...text].forEach((letter, at) => numbers[column + at] = letter);
  }
  const free = new Set(ruler.keys());
  for (const [{ atUs }, mark] of marks) {
    const column = columnAt(atUs, drawing);
    const place = [column, column + 1, column + 2, column - 1].find((at) => free.has(at));
    if (place === undefined) continue; // the list has it
    free.delete(place);
    ruler[place] = mark;
  }
  const painted = ruler.map((letter, at) => free.has(at) ? paint.dim(letter) : paint.head(letter));
  return [
    drawing.label("", "time") + paint.dim(numbers.join("").trimEnd()),
    drawing.label("", marks.size > 0 ? "actions" : "") + painted.join(""),
  ];
}

function tickOf({ columns, endUs }: Drawing): number {
  const leastS = (endUs / SECOND / columns) * TICK_COLUMNS;
  return TICKS_S.find((tick) => tick >= leastS) ?? Math.ceil(leastS / 7200) * 7200;
}

/** `0`, `2.5 s`, `10 s`; in a long play `1:30`, `1:00:00`. */
function tickText(seconds: number, endUs: number): string {
  if (seconds === 0) return "0";
  if (endUs <= LONG_PLAY_US) return `${Number(seconds.toFixed(1))} s`;
  const two = (value: number) => String(value).padStart(2, "0");
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  if (hours === 0) return `${minutes}:${two(whole % 60)}`;
  return `${hours}:${two(minutes)}:${two(whole % 60)}`;
}

function columnAt(atUs: number, { columns, endUs }: Drawing): number {
  return Math.min(columns - 1, Math.floor((atUs / endUs) * columns));
}

// ---- Lanes ----

function routerLines(router: TimelineRouter, picture: LanesPicture, drawing: Drawing): string[] {
  const lanes = router.lanes.map((lane, i) =>
    drawing.label(i === 0 ? router.name : "", lane.node) + laneText(lane, drawing)
  );
  return [...lanes, ...addressLines(router, picture.addresses, drawing)];
}

function laneText({ bands }: Lane, drawing: Drawing): string {
  const keys: LegendKey[] = [];
  let band = 0;
  for (let column = 0; column < drawing.columns; column++) {
    const fromUs = (column / drawing.columns) * drawing.endUs;
    const toUs = ((column + 1) / drawing.columns) * drawing.endUs;
    while (band < bands.length - 1 && bands[band]!.toUs <= fromUs) band++;
    keys.push(keyOf(longestIn(bands, band, fromUs, toUs)));
  }
  return runs(keys).map(([key, count]) => paintRun(key, count, drawing)).join("");
}

/** The band that a column shows most of. */
function longestIn(bands: readonly Band[], from: number, fromUs: number, toUs: number): Band {
  let best = bands[from] ?? { fromUs, toUs, state: "DOWN" as const, still: false };
  let bestUs = -1;
  for (let at = from; at < bands.length && bands[at]!.fromUs < toUs; at++) {
    const band = bands[at]!;
    const us = Math.min(toUs, band.toUs) - Math.max(fromUs, band.fromUs);
    if (us > bestUs) [best, bestUs] = [band, us];
  }
  return best;
}

type LegendKey = Exclude<keyof Glyphs, "axis" | "tick" | "cut"> | AddressKey;
/** What a column of an address shows. */
type AddressKey = "nobody" | "several" | "misled" | "held";

function keyOf({ state, still }: Band): LegendKey {
  if (state === "DOWN") return "down";
  if (still) return state === "MASTER" ? "masterStill" : "otherStill";
  if (state === "MASTER") return "master";
  if (state === "BACKUP") return "backup";
  return state === "FAULT" ? "fault" : "other";
}

function runs(keys: readonly LegendKey[]): [LegendKey, number][] {
  const found: [LegendKey, number][] = [];
  for (const key of keys) {
    const last = found.at(-1);
    if (last !== undefined && last[0] === key) last[1]++;
    else found.push([key, 1]);
  }
  return found;
}

function paintRun(key: LegendKey, count: number, drawing: Drawing): string {
  drawing.used.add(key);
  const { paint } = drawing.screen;
  const text = glyphOf(key, drawing.screen.glyphs).repeat(count);
  switch (key) {
    case "master":
      return paint.good(text);
    case "masterStill":
    case "otherStill":
    case "other":
      return paint.warn(text);
    case "fault":
    case "nobody":
    case "misled":
      return paint.bad(text);
    case "several":
      return paint.alarm(text);
    case "backup":
    case "down":
      return paint.dim(text);
    case "held":
      return text;
  }
}

function glyphOf(key: LegendKey, glyphs: Glyphs): string {
  if (key === "nobody") return NOBODY;
  if (key === "several") return SEVERAL;
  if (key === "misled") return MISLED;
  return key === "held" ? " " : glyphs[key];
}

// ---- Addresses ----

/** The address is one of the router's, perhaps only since a reload. */
export function isOf({ segment, instances }: AddressAccount, router: TimelineRouter): boolean {
  return segment === router.segment &&
    router.lanes.some(({ instance }) => instances.includes(instance));
}

/** One row for each way in which the router's addresses went. */
function addressLines(
  router: TimelineRouter,
  accounts: readonly AddressAccount[],
  drawing: Drawing,
): string[] {
  const rows = new Map<string, { keys: LegendKey[]; addresses: string[] }>();
  for (const account of accounts) {
    if (!isOf(account, router)) continue;
    const keys = addressKeys(account, drawing);
    const drawn = keys.join();
    const row = rows.get(drawn) ?? { keys, addresses: [] };
    row.addresses.push(account.address);
    rows.set(drawn, row);
  }
  return [...rows.values()].map(({ keys, addresses }) => {
    const [first = "", ...more] = addresses;
    const label = more.length === 0 ? first : `${first} +${more.length}`;
    const drawn = runs(keys).map(([key, count]) => paintRun(key, count, drawing)).join("");
    return (drawing.label("", label) + drawn).trimEnd();
  });
}

/** What a spell shows; a later one stands over those before. */
const SPELL_KEYS: [Spell["kind"], AddressKey][] = [
  ["without", "nobody"],
  ["misled", "misled"],
  ["several", "several"],
];

function addressKeys(account: AddressAccount, drawing: Drawing): AddressKey[] {
  const keys = new Array<AddressKey>(drawing.columns).fill("held");
  const fill = (fromUs: number, toUs: number, key: AddressKey) => {
    keys.fill(key, columnAt(fromUs, drawing), columnAt(toUs - 1, drawing) + 1);
  };
  const isShown = ({ fromUs, toUs }: Spell) => toUs - fromUs >= SPELL_SHOWN_US;
  const spells = account.spells.filter(isShown);
  fill(0, account.firstHeldUs ?? drawing.endUs, "nobody");
  for (const [kind, key] of SPELL_KEYS) {
    for (const spell of spells) {
      if (spell.kind === kind) fill(spell.fromUs, spell.toUs, key);
    }
  }
  return keys;
}

// ---- Legend ----

const LEGEND: [LegendKey, string][] = [
  ["master", "MASTER"],
  ["backup", "BACKUP"],
  ["fault", "FAULT"],
  ["masterStill", "MASTER, process stands still"],
  ["otherStill", "process stands still"],
  ["other", "between states"],
  ["down", "no process"],
  ["nobody", "nobody has the address"],
  ["several", "two have it"],
  ["misled", "the client sends to a node that has it not"],
];

/** A blank at which no line is broken. */
const BLANK = "\u00a0";

function legend(drawing: Drawing): string {
  const parts = LEGEND.filter(([key]) => drawing.used.has(key)).map(([key, text]) =>
    // Unbreakable, so that a glyph stays with its word and apart from the next one.
    `${paintRun(key, 1, drawing)}${BLANK}${text.replaceAll(" ", BLANK)}${BLANK}${BLANK}`
  );
  return wrap(parts.join(" "), "", 0, drawing.screen.width).split("\n")
    .map((line) => line.replaceAll(BLANK, " ").trimEnd()).join("\n");
}
