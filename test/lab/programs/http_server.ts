// The web server of a lab's real server. Says its name to every GET, so that a client sees who served.
// usage: http_server.ts NAME [PORT [MODE]]
//   GET /            200, the name
//   GET /bytes/N     200, N bytes: a repeating pattern, so that a receiver can check them
//   GET /slow/MS     200 after a while
//   GET /status/N    an answer with that status
//   POST /check/N    200 when the body is the first N bytes of the pattern, else 400
// MODE silent: accepts connections and never answers. MODE tls: the same answers by HTTPS.

import { patternByte } from "../http_pattern.ts";

const [name = "server", port = "80", mode = "answers"] = Deno.args;
const CHUNK_SIZE = 65_536;

function bytes(count: number): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      const size = Math.min(CHUNK_SIZE, count - at);
      if (size <= 0) return controller.close();
      controller.enqueue(Uint8Array.from({ length: size }, (_, i) => patternByte(at + i)));
      at += size;
    },
  });
}

/** Whether a body is the first bytes of the pattern and no more. */
async function isPattern(request: Request, count: number): Promise<boolean> {
  let at = 0;
  for await (const chunk of request.body ?? []) {
    if (!chunk.every((byte, i) => byte === patternByte(at + i))) return false;
    at += chunk.length;
  }
  return at === count;
}

async function answer(request: Request): Promise<Response> {
  const [, word, number] = new URL(request.url).pathname.split("/");
  const headers = { "x-server": name, connection: "close" };
  switch (word) {
    case "bytes":
      return new Response(bytes(Number(number)), { headers });
    case "check": {
      const status = await isPattern(request, Number(number)) ? 200 : 400;
      return new Response(`${name}\n`, { headers, status });
    }
    case "slow":
      await new Promise((resolve) => setTimeout(resolve, Number(number)));
      break;
    case "status":
      return new Response(`${name}\n`, { headers, status: Number(number) });
  }
  return new Response(`${name}\n`, { headers });
}

if (mode === "silent") {
  const listener = Deno.listen({ hostname: "0.0.0.0", port: Number(port) });
  console.log("listening");
  const held: Deno.Conn[] = [];
  for await (const connection of listener) held.push(connection);
} else {
  const folder = new URL("../../golden/tls/", import.meta.url);
  const tls = {
    cert: Deno.readTextFileSync(new URL("self_signed.pem", folder)),
    key: Deno.readTextFileSync(new URL("self_signed_key.pem", folder)),
  };
  Deno.serve({
    hostname: "0.0.0.0",
    port: Number(port),
    onListen: () => console.log("listening"),
    ...(mode === "tls" && tls),
  }, answer);
}
