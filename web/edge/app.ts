// The routes of the edge worker. It keeps nothing between requests, logs nothing, and answers with nothing of
// a configuration but names, places and what is wrong there.
//
// Cross-origin requests: any page may ask, without credentials, since there are none here and nothing that
// only the asking browser could reach. The variable ALLOWED_ORIGINS (origins with blanks between) narrows
// that to some.

import { type Context, Hono } from "hono";
import { cors } from "hono/cors";
import { VipdError } from "../../host/base/errors.ts";
import type { Diagnostic, Severity } from "../../host/conf/index.ts";
import { drainBody, readBody } from "./body.ts";
import { loadCluster } from "./cluster.ts";
import { helpText, openApi } from "./describe.ts";
import { playPosted } from "./play.ts";
import { Problem } from "./problem.ts";
import { readCluster, readPlay } from "./request.ts";

/** What the runtime is configured with. */
export interface EdgeBindings {
  /** Origins that may ask, with blanks between; left out: all. */
  ALLOWED_ORIGINS?: string;
}

type EdgeContext = Context<{ Bindings: EdgeBindings }>;

/** Seconds that a browser may remember what a preflight said. */
const PREFLIGHT_AGE_S = 86_400;

/** The worker with a core. */
export function edgeApp(wasm: WebAssembly.Module): Hono<{ Bindings: EdgeBindings }> {
  const app = new Hono<{ Bindings: EdgeBindings }>();
  app.use(cors({
    origin: allowedOrigin,
    allowMethods: ["GET", "POST"],
    allowHeaders: ["Content-Type"],
    maxAge: PREFLIGHT_AGE_S,
  }));
  app.use(async (c, next) => {
    await next();
    await drainBody(c.req.raw);
    c.res.headers.set("cache-control", c.req.method === "POST" ? "no-store" : "no-cache");
    c.res.headers.set("x-content-type-options", "nosniff");
  });
  app.get("/", (c) => c.text(helpText(new URL(c.req.url).origin)));
  app.get("/openapi.json", (c) => c.json(openApi(new URL(c.req.url).origin)));
  app.post("/check", async (c) => c.json(checked(await readBody(c.req.raw))));
  app.post("/simulate", async (c) => c.json(await simulated(wasm, await readBody(c.req.raw))));
  app.all("/check", () => onlyMethod("POST"));
  app.all("/simulate", () => onlyMethod("POST"));
  app.all("/", () => onlyMethod("GET, HEAD"));
  app.all("/openapi.json", () => onlyMethod("GET, HEAD"));
  app.notFound(() =>
    new Problem(404, "path", "there is nothing at this path", {
      hint: "GET / tells what there is",
    }).toResponse()
  );
  app.onError((thrown) => problemOf(thrown).toResponse());
  return app;
}

function allowedOrigin(origin: string, c: EdgeContext): string | null {
  const allowed = c.env?.ALLOWED_ORIGINS?.split(/\s+/).filter(Boolean) ?? [];
  if (allowed.length === 0) return "*";
  return allowed.includes(origin) ? origin : null;
}

function onlyMethod(methods: string): never {
  throw new Problem(405, "method", "this path does not take this method", {
    hint: `use ${methods}`,
    headers: { allow: methods },
  });
}

/** Who throws something else than Problem is at fault here, or is a scenario that cannot be played. */
function problemOf(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  if (thrown instanceof VipdError && ["scenario", "sim-loop"].includes(thrown.code)) {
    return new Problem(422, "scenario", "the scenario cannot be played", {
      detail: thrown.message,
      ...(thrown.hint === undefined ? {} : { hint: thrown.hint }),
    });
  }
  // Its message is not told: nobody knows what it quotes.
  return new Problem(500, "internal", "an error of the worker itself", {
    detail: thrown instanceof Error ? thrown.name : typeof thrown,
    hint: "please report the request that led to it, without its passwords",
  });
}

// ---- Answers ----

function count(diagnostics: readonly Diagnostic[], severity: Severity): number {
  return diagnostics.filter((one) => one.severity === severity).length;
}

function checked(body: Record<string, unknown>) {
  const { diagnostics } = loadCluster(readCluster(body));
  return {
    errors: count(diagnostics, "error"),
    warnings: count(diagnostics, "warning"),
    diagnostics,
  };
}

async function simulated(wasm: WebAssembly.Module, body: Record<string, unknown>) {
  const posted = readPlay(body);
  const { nodes, diagnostics, resolveConfig } = loadCluster(posted);
  if (nodes === null) {
    throw new Problem(422, "configuration", "a configuration has errors", {
      hint: "`diagnostics` says what and where; POST /check tells the same",
      more: { diagnostics },
    });
  }
  return await playPosted(wasm, posted, nodes, resolveConfig);
}
