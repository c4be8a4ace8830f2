// TCP connections that are held open: both sides of what a scheduler sees.
// usage: connections.ts serve FIRST-PORT COUNT     accepts on these ports, closes what the client closes
//        connections.ts hold HOST                  does what standard input says, a line an answer:
//   open PORT COUNT   opens so many, one after the other; answers their local ports, 0 for a refused one
//   close PORT        closes the one with that local port in order; answers `closed`

const [role, word, countText] = Deno.args;

async function serve(firstPort: number, count: number): Promise<void> {
  const accepting = Array.from({ length: count }, async (_, index) => {
    const listener = Deno.listen({ hostname: "0.0.0.0", port: firstPort + index });
    for await (const connection of listener) void drain(connection);
  });
  console.log("listening");
  await Promise.all(accepting);
}

/** Reads to the end and closes. */
async function drain(connection: Deno.TcpConn): Promise<void> {
  try {
    while (await connection.read(new Uint8Array(64)) !== null);
  } catch (error) {
    // A client that is killed resets; that ends it as well.
    if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
  } finally {
    connection.close();
  }
}

const held = new Map<number, Deno.TcpConn>();

async function open(hostname: string, port: number): Promise<number> {
  try {
    const connection = await Deno.connect({ hostname, port });
    connection.setNoDelay();
    const local = (connection.localAddr as Deno.NetAddr).port;
    held.set(local, connection);
    return local;
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionRefused) return 0;
    throw error;
  }
}

async function obey(hostname: string, line: string): Promise<string> {
  const [verb, port, count] = line.split(" ");
  if (verb === "open") {
    const opened: number[] = [];
    for (let i = 0; i < Number(count); i++) opened.push(await open(hostname, Number(port)));
    return opened.join(" ");
  }
  const connection = held.get(Number(port));
  if (verb !== "close" || connection === undefined) throw new Error(`cannot do: ${line}`);
  held.delete(Number(port));
  await connection.closeWrite();
  await drain(connection);
  return "closed";
}

if (role === "serve") await serve(Number(word), Number(countText));
else {
  console.log("ready");
  let rest = "";
  for await (const chunk of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop()!;
    for (const line of lines) console.log(await obey(word!, line));
  }
}
