// The bench: measures its rows one after the other and prints them. See test/bench/run.

import { errorText } from "../../host/base/errors.ts";
import { fromFileUrl } from "../lab/path.ts";
import { ADDRESS_ROW } from "./address.ts";
import { CONFIGURATION_ROW } from "./configuration.ts";
import { CORE_ROW } from "./core.ts";
import { IPVS_ROW } from "./ipvs.ts";
import { LATENESS_ROW } from "./lateness.ts";
import { conditions, conditionsLine } from "./machine.ts";
import { MEMORY_ROW } from "./memory.ts";
import { PAGE_ROW } from "./page.ts";
import { RELOAD_ROW } from "./reload.ts";
import { markdown, replaceRows, replaceTable, type RowResult, rowText } from "./report.ts";
import { type BenchRow, LeftOut, type RowOptions } from "./row.ts";
import { SIMULATOR_ROW } from "./simulator.ts";
import { START_ROW } from "./start.ts";
import { TAKEOVER_ROW } from "./takeover.ts";

const ROWS: readonly BenchRow[] = [
  TAKEOVER_ROW,
  LATENESS_ROW,
  START_ROW,
  MEMORY_ROW,
  CONFIGURATION_ROW,
  IPVS_ROW,
  ADDRESS_ROW,
  RELOAD_ROW,
  CORE_ROW,
  SIMULATOR_ROW,
  PAGE_ROW,
];

const LAST = fromFileUrl(new URL("last.json", import.meta.url));

interface Arguments {
  list: boolean;
  quick: boolean;
  markdown: string | null;
  rows: BenchRow[];
}

/** Throws with a message for the person. */
function parse(words: readonly string[]): Arguments {
  const found: Arguments = { list: false, quick: false, markdown: null, rows: [] };
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (word === "--list") found.list = true;
    else if (word === "--quick") found.quick = true;
    else if (word === "--markdown") {
      const file = words[++at];
      if (file === undefined) throw new Error("--markdown wants a file");
      found.markdown = file;
    } else {
      const row = ROWS.find(({ name }) => name === word);
      if (row === undefined) {
        throw new Error(`no row ${word}; there are ${ROWS.map(({ name }) => name).join(", ")}`);
      }
      found.rows.push(row);
    }
  }
  return found.rows.length > 0 ? found : { ...found, rows: [...ROWS] };
}

async function measure(row: BenchRow, options: RowOptions): Promise<RowResult> {
  try {
    return { row, measurements: await row.measure(options), missing: null, failed: false };
  } catch (error) {
    const failed = !(error instanceof LeftOut);
    return { row, measurements: [], missing: errorText(error), failed };
  }
}

async function main(): Promise<number> {
  const wanted = parse(Deno.args);
  if (wanted.list) {
    for (const { name, title } of ROWS) console.log(`${name.padEnd(14)} ${title}`);
    return 0;
  }
  const at = await conditions();
  const results: RowResult[] = [];
  for (const row of wanted.rows) {
    const begunMs = performance.now();
    const progress = (text: string) => console.error(`bench: ${row.name}: ${text}`);
    progress("begins");
    const result = await measure(row, { quick: wanted.quick, progress });
    progress(`took ${((performance.now() - begunMs) / 1000).toFixed(0)} s`);
    results.push(result);
    console.log(rowText(result));
  }
  const line = conditionsLine(at, Deno.loadavg());
  console.log(line);
  const record = { conditions: at, loadAfter: Deno.loadavg(), quick: wanted.quick, results };
  await Deno.writeTextFile(LAST, JSON.stringify(record, null, 1) + "\n");
  if (wanted.markdown !== null) {
    const page = await Deno.readTextFile(wanted.markdown);
    const all = wanted.rows.length === ROWS.length;
    const next = all
      ? replaceTable(page, markdown(results, line))
      : replaceRows(page, results, line);
    await Deno.writeTextFile(wanted.markdown, next);
  }
  return results.some(({ failed }) => failed) ? 1 : 0;
}

Deno.exit(
  await main().catch((error) => {
    console.error(`bench: ${errorText(error)}`);
    return 2;
  }),
);
