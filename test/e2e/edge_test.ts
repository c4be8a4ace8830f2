// The edge worker on workerd, as it would be deployed: it plays what `vipd simulate` plays, and its core
// arrives as a compiled module.

import { Miniflare } from "miniflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildEdge } from "../../cli/build/edge.mjs";
import { EXAMPLE, ROOT } from "../lab/path.ts";
import { run } from "../lab/process.ts";
import { VIPD } from "../lab/vipd.ts";

const SEED = 7;
const FILES = ["node1.conf", "node2.conf"];
const CLI_MS_MAX = 60_000;
const COMPATIBILITY_DATE = "2026-01-01";

let folder = "";
let worker: Miniflare;

type Init = NonNullable<Parameters<Miniflare["dispatchFetch"]>[1]>;

async function postJson(path: string, body: unknown, type = "application/json") {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const init: Init = { method: "POST", body: text, headers: { "content-type": type } };
  const response = await worker.dispatchFetch(`http://edge.example${path}`, init);
  const answer = await response.json() as Record<string, unknown>;
  return { status: response.status, type: response.headers.get("content-type"), answer };
}

/** A worker of workerd that is nothing but the two files of the build. */
async function startWorker(core: "CompiledWasm" | "Data"): Promise<Miniflare> {
  const started = new Miniflare({
    compatibilityDate: COMPATIBILITY_DATE,
    modules: [
      {
        type: "ESModule",
        path: "worker.js",
        contents: await Deno.readTextFile(`${folder}/worker.js`),
      },
      { type: core, path: "core.wasm", contents: await Deno.readFile(`${folder}/core.wasm`) },
    ],
  });
  await started.ready;
  return started;
}

async function readFiles() {
  return await Promise.all(FILES.map(async (name) => ({
    name,
    text: await Deno.readTextFile(`${EXAMPLE}/${name}`),
  })));
}

async function simulated(...options: string[]): Promise<Record<string, unknown>> {
  const argv = [VIPD, "simulate", ...FILES, "--seed", String(SEED), "--json", ...options];
  const { stdout } = await run(argv, { cwd: EXAMPLE, timeoutMs: CLI_MS_MAX });
  return JSON.parse(stdout);
}

beforeAll(async () => {
  folder = await Deno.makeTempDir({ prefix: "vipd-edge-" });
  await buildEdge(ROOT, folder);
  worker = await startWorker("CompiledWasm");
});

afterAll(async () => {
  await worker.dispose();
  await Deno.remove(folder, { recursive: true });
});

describe("the edge worker on workerd", () => {
  it.each(["tour", "chaos"])("plays %s as vipd simulate does", async (scenario) => {
    const body = { files: await readFiles(), scenario, seed: SEED };
    const { status, answer } = await postJson("/simulate", body);
    expect(status).toBe(200);
    const here = await simulated("--scenario", scenario);
    expect(answer["digest"]).toMatch(/^[0-9a-f]{16}$/);
    // It watches one invariant less, and time is its own.
    const told = { ...answer, invariants: here["invariants"], elapsedMs: here["elapsedMs"] };
    expect(told).toEqual(here);
    expect(here["invariants"]).toBe(answer["invariants"] as number + 1);
  });

  it("takes files as a form, as curl sends them", async () => {
    const address = await worker.ready;
    const form = FILES.flatMap((name) => ["-F", `files=@${EXAMPLE}/${name}`]);
    const { stdout } = await run(["curl", "-sS", ...form, `${address}check`], {
      timeoutMs: CLI_MS_MAX,
    });
    expect(JSON.parse(stdout)).toMatchObject({ errors: 0 });
    const listed = await fetch(address);
    expect(await listed.text()).toContain("POST /simulate");
  });

  it("tells what is wrong with a file, and where", async () => {
    const files = [{ name: "a.conf", text: "vrrp_instance VI_1 {\n  prioritty 100\n}\n" }];
    const { status, answer } = await postJson("/check", { files });
    expect(status).toBe(200);
    expect(answer["diagnostics"]).toContainEqual(
      expect.objectContaining({ file: "a.conf", line: 2, column: 3 }),
    );
  });

  it("answers bad input with a problem", async () => {
    const files = await readFiles();
    const cases: [string, unknown, number][] = [
      ["/check", "{", 400],
      ["/check", { files: [] }, 400],
      ["/simulate", { files: [{ name: "a.conf", text: "{" }] }, 422],
      ["/simulate", { files, scenario: { name: "x", duration: 1, steps: 7 } }, 422],
      ["/nothing", {}, 404],
    ];
    for (const [path, body, status] of cases) {
      const answered = await postJson(path, body);
      expect(answered).toMatchObject({ status, type: "application/problem+json" });
      expect(answered.answer["hint"]).toBeTruthy();
    }
    expect((await postJson("/check", "{}", "text/plain")).status).toBe(415);
  });

  it("answers a body that is too large to a client that sends it to its end first", async () => {
    const body = " ".repeat(2_000_000);
    for (const [type, status] of [["application/json", 413], ["text/plain", 415]] as const) {
      for (let i = 0; i < 20; i++) {
        expect(await postJson("/check", body, type)).toMatchObject({
          status,
          type: "application/problem+json",
        });
      }
    }
  });

  it("ends a play that takes too much, and goes on answering", async () => {
    const text =
      "vrrp_instance V { version 3\ninterface eth0\nvirtual_router_id 1\nadvert_int 0.01\n" +
      "virtual_ipaddress { 10.9.0.1/24 } }";
    const scenario = { name: "long", duration: 400_000, steps: [] };
    const files = [{ name: "a.conf", text }];
    const { status, answer } = await postJson("/simulate", { files, scenario });
    expect(status).toBe(422);
    expect(answer["limit"]).toMatchObject({ name: "EVENTS_MAX" });
    expect((await postJson("/check", { files })).status).toBe(200);
  });

  it("needs the core as a compiled module: bytes are of no use to it", async () => {
    const uncompiled = await startWorker("Data");
    try {
      const body = JSON.stringify({ files: await readFiles() });
      const headers = { "content-type": "application/json" };
      const init: Init = { method: "POST", body, headers };
      const response = await uncompiled.dispatchFetch("http://edge.example/simulate", init);
      expect(response.status).toBe(500);
      await response.body?.cancel();
    } finally {
      await uncompiled.dispose();
    }
  });
});
