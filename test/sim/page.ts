// The tables of docs/simulation.md that follow from the sources, each between two marks:
// `<!-- NAME -->` and `<!-- /NAME -->`. Runs on Node and on Deno.

import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";

const PAGE = new URL("../../docs/simulation.md", import.meta.url);

function findMarks(page: string, name: string): { begin: number; end: number } {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const begin = page.indexOf(open) + open.length;
  const end = page.indexOf(close);
  if (begin < open.length || end < begin) throw new Error(`the page lacks ${open} or ${close}`);
  return { begin, end };
}

/** What stands between the marks of a name. */
export function readTable(name: string): string {
  const page = readFileSync(PAGE, "utf8");
  const { begin, end } = findMarks(page, name);
  return page.slice(begin, end).trim();
}

/** Whether the tables are to be written anew: VIPD_UPDATE=1. */
export const isUpdate = process.env.VIPD_UPDATE === "1";

/** Replaces what stands between the marks of a name. */
export function writeTable(name: string, table: string): void {
  const page = readFileSync(PAGE, "utf8");
  const { begin, end } = findMarks(page, name);
  writeFileSync(PAGE, `${page.slice(0, begin)}\n\n${table}\n\n${page.slice(end)}`);
}
