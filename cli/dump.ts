// `vipd dump FILE [--secrets]`: asks the daemon for what its halves remember and writes it to a file
// that only its owner may read. Masking is done here and not in the daemon, which has other things to do.

import { decodeDump, type Dump, encodeDump, type HalfLog } from "../host/core/record.ts";
import { coreBytes } from "../host/daemon/core_bytes.ts";
import { writePrivateFile } from "../host/daemon/dump.ts";
import { maskDump } from "../host/sim/replay/mask.ts";
import { connectControl } from "./connect.ts";
import { print } from "./output.ts";

/** What to write, and where. */
export interface DumpOptions {
  /** Path of the control socket. */
  socket: string;
  file: string;
  /** Leave passwords in it. */
  secrets: boolean;
}

/** Writes the dump and says what it holds. Rejects with VipdError; then there is no new file. */
export async function runDump({ socket, file, secrets }: DumpOptions): Promise<void> {
  const client = await connectControl(socket);
  let bytes: Uint8Array;
  try {
    bytes = await client.dump();
  } finally {
    client.close();
  }
  const dump = decodeDump(bytes);
  const masked = secrets ? null : maskDump(coreBytes(), dump);
  if (masked !== null) bytes = encodeDump(masked.dump);
  writePrivateFile(file, bytes);
  print(dumpText(masked?.dump ?? dump, file, bytes.length));
  print(secretsText(masked));
  if (masked !== null && masked.differences > 0) {
    print(
      `${masked.differences} inputs of the core do not replay to what the daemon did: please report it`,
    );
  }
}

function secretsText(masked: { secrets: number } | null): string {
  if (masked === null) return "it holds passwords as they are (--secrets)";
  if (masked.secrets === 0) return "it holds no passwords";
  return `passwords are masked (${masked.secrets})`;
}

/** What a dump holds, in lines. `size` is that of the file, bytes. */
export function dumpText(dump: Dump, file: string, size: number): string {
  const { head } = dump;
  const made = new Date(head.wallMs).toISOString();
  return [
    `${file}: ${
      sizeText(size)
    } of ${head.program} ${head.version} on ${head.node}, ${made} (${head.why})`,
    `core:   ${halfText(dump, dump.core)}`,
    `engine: ${halfText(dump, dump.engine)}`,
  ].join("\n");
}

function halfText({ head }: Dump, half: HalfLog | null): string {
  if (half === null) return "nothing";
  const count = half.entries.length;
  const wallText = (us: number) =>
    new Date(head.wallMs - (head.monotonicUs - us) / 1000).toISOString();
  const first = half.entries[0]?.nowUs ?? half.checkpointUs;
  const last = half.entries.at(-1)?.nowUs ?? half.checkpointUs;
  const lost = half.lost === 0 ? "" : `, ${half.lost} not kept`;
  return `${count} inputs${lost} in ${spanText(last - first)}, from ${wallText(first)} to ${
    wallText(last)
  }`;
}

/** A span of microseconds. */
function spanText(us: number): string {
  const s = us / 1e6;
  if (s < 120) return `${s.toFixed(1)} s`;
  const minutes = Math.round(s / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function sizeText(bytes: number): string {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
