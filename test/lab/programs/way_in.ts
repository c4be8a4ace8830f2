// Runs on a node: hands each connection of a Unix socket on to a TCP port of the node's loopback. A file
// is seen from every network namespace.
// arguments: PATH PORT

const [path = "", port = ""] = Deno.args;
const listener = Deno.listen({ transport: "unix", path });
console.log("listening");
for await (const outside of listener) void handOn(outside);

async function handOn(outside: Deno.Conn): Promise<void> {
  let inside: Deno.Conn;
  try {
    inside = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
  } catch {
    // Nobody listens there: the one outside meets an end.
    return outside.close();
  }
  const ends = [
    outside.readable.pipeTo(inside.writable),
    inside.readable.pipeTo(outside.writable),
  ];
  await Promise.allSettled(ends);
}
