// The plainest of static web servers: the files of one folder, below some path, with media types and nothing
// else. The page has to work from it.

/** Below which path the page stands: it must not matter. */
const BELOW = "/some/where/";

const TYPES: Record<string, string> = {
  css: "text/css",
  html: "text/html; charset=utf-8",
  js: "text/javascript",
  json: "application/json",
  svg: "image/svg+xml",
  wasm: "application/wasm",
  webmanifest: "application/manifest+json",
};

/** A running server. */
export interface StaticServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`. */
  origin: string;
  /** Of index.html. */
  url: string;
  /** What was asked for so far, paths. */
  requests: string[];
}

/** Serves a folder on a free port of this machine. */
export function serveFolder(folder: string): StaticServer {
  const requests: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { pathname } = new URL(request.url);
    requests.push(pathname);
    return answer(folder, pathname);
  });
  const origin = `http://127.0.0.1:${server.addr.port}`;
  return {
    origin,
    url: origin + BELOW,
    requests,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

async function answer(folder: string, pathname: string): Promise<Response> {
  const name = pathname.slice(BELOW.length) || "index.html";
  if (!pathname.startsWith(BELOW) || name.split("/").includes("..")) return nothing();
  try {
    const body = await Deno.readFile(`${folder}/${name}`);
    const type = TYPES[name.slice(name.lastIndexOf(".") + 1)] ?? "application/octet-stream";
    return new Response(body, { headers: { "content-type": type } });
  } catch (thrown) {
    if (thrown instanceof Deno.errors.NotFound) return nothing();
    throw thrown;
  }
}

function nothing(): Response {
  return new Response("nothing here", { status: 404 });
}
