// The simulator is deterministic: the same bundle gives the same bytes on Node, on Deno and in
// Chromium (Debian's, without a window).

import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../lab/path.ts";
import { run } from "../lab/process.ts";

const ENTRY = "test/e2e/simulation_digests.ts";
const EXAMPLE = "examples/lvs-dr-dual-master";
/** What each runtime may take, milliseconds. */
const RUN_MS_MAX = 60_000;

let folder = "";
const outputs = new Map<string, string>();

/** The bundle as one text. */
async function bundle(): Promise<string> {
  const core = await Deno.readFile(`${ROOT}/core-as/build/core.wasm`);
  const files: Record<string, string> = {};
  for (const name of ["node1", "node2"]) {
    files[name] = await Deno.readTextFile(`${ROOT}/${EXAMPLE}/${name}.conf`);
  }
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: [ENTRY],
    bundle: true,
    write: false,
    format: "esm",
    // Nothing of Node and nothing of Deno: an import of either fails here.
    platform: "browser",
    target: "es2022",
    define: {
      CORE_BASE64: JSON.stringify(core.toBase64()),
      REFERENCE_FILES: JSON.stringify(files),
    },
  });
  return outputFiles[0]!.text;
}

/** A page that is nothing but the bundle. `</script` in a string would end it. */
function pageOf(script: string): string {
  const inside = script.replaceAll("</script", "<\\/script");
  return `<!doctype html><meta charset="utf-8"><body><script type="module">${inside}</script>`;
}

async function runNode(path: string): Promise<string> {
  return (await run(["node", path], { timeoutMs: RUN_MS_MAX })).stdout;
}

async function runDeno(path: string): Promise<string> {
  const argv = [Deno.execPath(), "run", "--no-config", path];
  return (await run(argv, { timeoutMs: RUN_MS_MAX })).stdout;
}

/** The text of the page when it has loaded. */
async function runChromium(page: string): Promise<string> {
  const argv = [
    "chromium",
    "--headless",
    // As root; the page is ours.
    "--no-sandbox",
    "--disable-gpu",
    `--user-data-dir=${folder}/chromium`,
    "--dump-dom",
    `file://${page}`,
  ];
  const { stdout } = await run(argv, { timeoutMs: RUN_MS_MAX, env: { HOME: folder } });
  return /<body>([^<]*)<\/body>/.exec(stdout)?.[1] ?? stdout;
}

beforeAll(async () => {
  folder = await Deno.makeTempDir({ prefix: "vipd-runtimes-" });
  const script = await bundle();
  await Deno.writeTextFile(`${folder}/simulation.mjs`, script);
  await Deno.writeTextFile(`${folder}/simulation.html`, pageOf(script));
  outputs.set("Node", await runNode(`${folder}/simulation.mjs`));
  outputs.set("Deno", await runDeno(`${folder}/simulation.mjs`));
  outputs.set("Chromium", await runChromium(`${folder}/simulation.html`));
});

afterAll(() => Deno.remove(folder, { recursive: true }));

const linesOf = (runtime: string) => outputs.get(runtime)!.trim().split("\n");

describe("the same seeds", () => {
  it("play something that differs from seed to seed", () => {
    const lines = linesOf("Node");
    expect(lines[0]).toMatch(/^reference, tour seed 1: [0-9a-f]{16} [0-9a-f]+ \d+ events \d+ us$/);
    const digests = lines.map((line) => /: (\S+)/.exec(line)?.[1]);
    expect(new Set(digests).size).toBe(lines.length);
    expect(lines.length).toBeGreaterThan(50);
  });

  it.each(["Deno", "Chromium"])("give the same on %s as on Node", (runtime) => {
    expect(linesOf(runtime)).toEqual(linesOf("Node"));
  });
});
