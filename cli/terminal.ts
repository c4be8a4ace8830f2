// What the terminal can show: its width, and whether letters beyond ASCII come out right.

/** Columns when nobody says how many there are. */
const WIDTH_DEFAULT = 100;
/** Narrower or wider than this nothing is drawn. */
export const DRAWN_WIDTH_MIN = 60;
export const DRAWN_WIDTH_MAX = 200;

/** Columns to draw in: COLUMNS, or the terminal's width, or 100. */
export function drawnWidth(): number {
  const asked = Number(Deno.env.get("COLUMNS") ?? "");
  const columns = Number.isInteger(asked) && asked > 0 ? asked : terminalColumns();
  return Math.min(DRAWN_WIDTH_MAX, Math.max(DRAWN_WIDTH_MIN, columns));
}

function terminalColumns(): number {
  if (!Deno.stdout.isTerminal()) return WIDTH_DEFAULT;
  const { columns } = Deno.consoleSize();
  return columns > 0 ? columns : WIDTH_DEFAULT;
}

/** The locale is a UTF-8 one: LC_ALL before LC_CTYPE before LANG, as setlocale(3) asks them. */
export function isUtf8Locale(): boolean {
  const locale = ["LC_ALL", "LC_CTYPE", "LANG"].map((name) => Deno.env.get(name) ?? "")
    .find((value) => value !== "") ?? "";
  return /utf-?8/i.test(locale);
}
