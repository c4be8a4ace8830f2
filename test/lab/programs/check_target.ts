// A server to be checked, that answers as its test wants and says when it was asked. Prints one JSON
// object (CheckRequest) for each connection of a silent or plain port and each request of the others.
// usage: check_target.ts FOLDER KIND:PORT...
//   http:PORT, https:PORT   answers with FOLDER/PORT: the status in the first line, then the body
//   silent:PORT             takes connections and never answers
//   tcp:PORT                takes connections and closes them

/** One visit of a check. */
export interface CheckRequest {
  port: number;
  /** When, milliseconds since 1970. */
  atMs: number;
  /** Path with query, empty on silent and plain ports. */
  path: string;
}

const [folder = ".", ...ports] = Deno.args;
const TLS_FOLDER = new URL("../../golden/tls/", import.meta.url);

function tell(port: number, path: string): void {
  console.log(JSON.stringify({ port, atMs: Date.now(), path } satisfies CheckRequest));
}

async function answer(port: number, request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  tell(port, pathname + search);
  const [status = "", ...body] = (await Deno.readTextFile(`${folder}/${port}`)).split("\n");
  const isEmpty = status === "204";
  return new Response(isEmpty ? null : body.join("\n"), { status: Number(status) });
}

async function takeConnections(port: number, silent: boolean): Promise<void> {
  const held: Deno.Conn[] = [];
  for await (const conn of Deno.listen({ port })) {
    tell(port, "");
    if (silent) held.push(conn);
    else conn.close();
  }
}

for (const word of ports) {
  const [kind, port] = [word.split(":")[0]!, Number(word.split(":")[1])];
  const serve = { port, onListen: () => {} };
  const handler = (request: Request) => answer(port, request);
  if (kind === "http") Deno.serve(serve, handler);
  else if (kind === "https") {
    const read = (name: string) => Deno.readTextFileSync(new URL(name, TLS_FOLDER));
    const [cert, key] = [read("self_signed.pem"), read("self_signed_key.pem")];
    Deno.serve({ ...serve, cert, key }, handler);
  } else void takeConnections(port, kind === "silent");
}
console.log("listening");
