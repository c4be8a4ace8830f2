// What a request is answered with, whichever way it came: the Unix socket (server.ts) or the stream of
// a page (web/server.ts). Nothing here knows a socket.

import { base64Of } from "../core/plain_value.ts";
import type { Answer, Connection } from "./connection.ts";
import type { EventSource } from "./event_log.ts";
import {
  type CommandName,
  type CommandResult,
  type ControlStatus,
  DUMP_CHUNK_BYTES,
  type NodeStatus,
  PROTOCOL_VERSION,
  type ProviderStatus,
  type Reply,
  type Request,
  STATUS_EVENTS_MAX,
} from "./protocol.ts";

/** What the daemon gives to those who read. */
export interface ReadingProvider {
  /** The state now. Called for each request, so it must be quick; it may throw. */
  status(): ProviderStatus;
  /** The events. */
  events: EventSource;
}

/** What the daemon gives to those who may do everything. */
export interface ControlProvider extends ReadingProvider {
  /** Runs a command; a rejection is told to the client. */
  command(name: CommandName): Promise<CommandResult>;
  /** What both halves remember, as the bytes of a dump; it may throw. */
  dump(): Uint8Array;
}

/** Answers everything: for the socket that only root may open. `control` is the server's own part. */
export function answerAll(provider: ControlProvider, control: () => ControlStatus): Answer {
  const read = answerReading(provider, control);
  return async (request, client) => {
    switch (request.method) {
      case "command": {
        const result = await provider.command(request.command);
        return { id: request.id, type: "result", result };
      }
      case "dump":
        return await dump(request.id, provider.dump(), client);
      default:
        return await read(request, client);
    }
  };
}

/** Answers `status` and `events` and refuses what changes something or hands out secrets. */
export function answerReading(provider: ReadingProvider, control: () => ControlStatus): Answer {
  const followers = new WeakSet<Connection>();
  return async (request, client) => {
    switch (request.method) {
      case "status":
        return { id: request.id, type: "result", result: nodeStatus(provider, control()) };
      case "events":
        return await events(request, client, provider.events, followers);
      default: {
        const message = `${request.method} is not for those who may only read`;
        return { id: request.id, type: "error", error: { code: "read_only", message } };
      }
    }
  };
}

function nodeStatus(provider: ReadingProvider, control: ControlStatus): NodeStatus {
  return {
    protocol: PROTOCOL_VERSION,
    ...provider.status(),
    events: provider.events.recent(STATUS_EVENTS_MAX),
    control,
  };
}

/** One chunk after the other: the client's pace is ours, and no more than one waits for it. */
async function dump(id: number, bytes: Uint8Array, client: Connection): Promise<Reply> {
  for (let at = 0; at < bytes.length; at += DUMP_CHUNK_BYTES) {
    const data = base64Of(bytes.subarray(at, at + DUMP_CHUNK_BYTES));
    await client.sendReply({ id, type: "chunk", data });
  }
  return { id, type: "result", result: { bytes: bytes.length } };
}

async function events(
  request: Request & { method: "events" },
  client: Connection,
  source: EventSource,
  followers: WeakSet<Connection>,
): Promise<Reply | null> {
  const { id, after = 0, limit = Infinity, follow = false } = request;
  const remembered = source.recent(limit, after);
  if (follow) {
    if (followers.has(client)) {
      const message = "this connection follows the events already";
      return { id, type: "error", error: { code: "bad_request", message } };
    }
    followers.add(client);
    // Remembered events and the subscription in one turn: none is lost or told twice between.
    for (const event of remembered) client.sendEvent(id, event);
    client.onEnd(source.subscribe((event) => client.sendEvent(id, event)));
    return null;
  }
  for (const event of remembered) await client.sendReply({ id, type: "event", event });
  return { id, type: "result", result: { events: remembered.length } };
}
