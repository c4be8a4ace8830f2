// Uploads to a web server of the lab, each on a connection of its own: the direction in which a
// director that routes directly sees the bytes. Prints a JSON array of who took them and how.
// usage: http_upload.ts HOST BYTES TIMES

import { patternByte } from "../http_pattern.ts";

const [host, bytes, times] = [Deno.args[0]!, Number(Deno.args[1]), Number(Deno.args[2])];
const body = Uint8Array.from({ length: bytes }, (_, i) => patternByte(i));
const results: { server: string | null; status: number }[] = [];

for (let i = 0; i < times; i++) {
  const response = await fetch(`http://${host}/check/${bytes}`, {
    method: "POST",
    body,
    headers: { connection: "close" },
  });
  await response.body?.cancel();
  results.push({ server: response.headers.get("x-server"), status: response.status });
}
console.log(JSON.stringify(results));
Deno.exit(0);
