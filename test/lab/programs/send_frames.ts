// Sends raw Ethernet frames by an interface, in order and from the start again, at a rate.
// usage: send_frames.ts INTERFACE PER-SECOND DURATION-MS <FRAMES, one in hexadecimal a line
// DURATION-MS 0: each frame once. Prints the number of frames that left.

import { FrameSocket } from "../../../host/linux/frame_socket.ts";
import { Pinned } from "../../../host/linux/pinned.ts";
import { RouteSocket } from "../../../host/linux/route.ts";

/** Frames go out in bursts of this rhythm. */
const BURST_MS = 5;

const [name, perSecond, durationMs] = [Deno.args[0]!, ...Deno.args.slice(1).map(Number)] as [
  string,
  number,
  number,
];
const text = await new Response(Deno.stdin.readable).text();
const frames = text.split("\n").filter((line) => line !== "").map((line) => {
  const octets = (line.match(/../g) ?? []).map((hex) => parseInt(hex, 16));
  const frame = Pinned.of(octets.length);
  frame.bytes.set(octets);
  return frame;
});
const route = new RouteSocket();
const link = route.linkByName(name);
route.close();
if (link === null) throw new Error(`no interface ${name}`);
const socket = new FrameSocket();

const wanted = durationMs === 0 ? frames.length : Math.round(perSecond * durationMs / 1000);
const startMs = performance.now();
let tried = 0;
let sent = 0;
while (tried < wanted) {
  const due = Math.min(
    wanted,
    Math.ceil((performance.now() - startMs + BURST_MS) * perSecond / 1000),
  );
  for (; tried < due; tried++) {
    const frame = frames[tried % frames.length]!;
    if (socket.send(link.ifindex, frame, frame.size) === 0) sent++;
  }
  await new Promise((resolve) => setTimeout(resolve, BURST_MS));
}
socket.close();
console.log(sent);
