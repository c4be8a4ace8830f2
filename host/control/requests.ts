// Reads one message of a client. Whatever it says, the answer is a request or a reason: bad input is
// normal here too.
// This module is browser safe.

import { type CommandName, EVENT_RING_MAX, type Request } from "./protocol.ts";

const COMMANDS: readonly CommandName[] = ["reload", "check"];

/** A request, or why there is none. `id` is -1 when it could not be read. */
export type ReadRequest = { request: Request } | { id: number; problem: string };

/** Reads a request from the text of one message; never throws. */
export function readRequest(text: string): ReadRequest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { id: -1, problem: "not JSON" };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { id: -1, problem: "not an object" };
  }
  const fields = value as Record<string, unknown>;
  const id = fields["id"];
  if (!isCount(id)) return { id: -1, problem: "id is not a whole number from 0" };
  switch (fields["method"]) {
    case "status":
      return { request: { id, method: "status" } };
    case "dump":
      return { request: { id, method: "dump" } };
    case "events":
      return readEvents(id, fields);
    case "command":
      return readCommand(id, fields);
  }
  return { id, problem: "method is none of status, events, command, dump" };
}

function readEvents(id: number, fields: Record<string, unknown>): ReadRequest {
  const { after = 0, limit = EVENT_RING_MAX, follow = false } = fields;
  if (!isCount(after)) return { id, problem: "after is not a whole number from 0" };
  if (!isCount(limit)) return { id, problem: "limit is not a whole number from 0" };
  if (typeof follow !== "boolean") return { id, problem: "follow is neither true nor false" };
  return { request: { id, method: "events", after, limit, follow } };
}

function readCommand(id: number, fields: Record<string, unknown>): ReadRequest {
  const command = COMMANDS.find((name) => name === fields["command"]);
  if (command === undefined) {
    return { id, problem: `command is none of ${COMMANDS.join(", ")}` };
  }
  return { request: { id, method: "command", command } };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
