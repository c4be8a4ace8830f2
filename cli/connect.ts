// Opens the control socket of a running daemon: the Unix transport of ControlClient.

import {
  ControlClient,
  LineDecoder,
  REPLY_LENGTH_MAX,
  type Transport,
} from "../host/control/client.ts";
import { VipdError } from "../host/base/errors.ts";

const READ_SIZE = 64 * 1024;

/**
 * Connects to the daemon whose socket stands at `path`. Rejects with VipdError `no_daemon` when none
 * answers there, `not_allowed` when only others may ask it.
 */
export async function connectControl(path: string): Promise<ControlClient> {
  let conn: Deno.UnixConn;
  try {
    conn = await Deno.connect({ transport: "unix", path });
  } catch (cause) {
    throw explain(cause, path);
  }
  return new ControlClient(transportOf(conn));
}

function explain(cause: unknown, path: string): VipdError {
  const other = "or name its control socket with --socket PATH (it stands beside its pid file)";
  if (cause instanceof Deno.errors.PermissionDenied) {
    return new VipdError("not_allowed", `control socket ${path}: only root may open it`, {
      cause,
      hint: "Ask again as root.",
    });
  }
  if (cause instanceof Deno.errors.NotFound) {
    return new VipdError("no_daemon", `no vipd answers: there is no control socket ${path}`, {
      cause,
      hint: `Start the daemon, ${other}.`,
    });
  }
  if (cause instanceof Deno.errors.ConnectionRefused) {
    const message = `no vipd answers: the daemon that made the control socket ${path} is gone`;
    return new VipdError("no_daemon", message, { cause, hint: `Start it again, ${other}.` });
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new VipdError("no_daemon", `control socket ${path}: ${reason}`, {
    cause,
    hint: `Is it a socket of vipd? Start the daemon, ${other}.`,
  });
}

function transportOf(conn: Deno.UnixConn): Transport {
  return {
    async send(text) {
      const bytes = new TextEncoder().encode(text + "\n");
      for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
    },
    messages: messagesOf(conn),
    close() {
      try {
        conn.close();
      } catch {
        // It was closed already.
      }
    },
  };
}

async function* messagesOf(conn: Deno.UnixConn): AsyncGenerator<string> {
  const decoder = new LineDecoder(REPLY_LENGTH_MAX);
  const buffer = new Uint8Array(READ_SIZE);
  for (;;) {
    const size = await conn.read(buffer);
    if (size === null) return;
    const lines = decoder.push(buffer.subarray(0, size));
    if (lines === null) throw new VipdError("protocol", "the daemon's answer is too long");
    yield* lines;
  }
}
