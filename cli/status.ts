// `vipd status [--json]`: asks the daemon once and prints what it says.

import { connectControl } from "./connect.ts";
import { print } from "./output.ts";
import { stdoutPaint } from "./paint.ts";
import { statusText } from "./status_text.ts";

/** What to ask and how to print it. */
export interface StatusOptions {
  /** Path of the control socket. */
  socket: string;
  json: boolean;
}

/** Prints the status. Rejects with VipdError when no daemon answers. */
export async function runStatus({ socket, json }: StatusOptions): Promise<void> {
  const client = await connectControl(socket);
  try {
    const status = await client.status();
    print(json ? JSON.stringify(status, null, 2) : statusText(status, stdoutPaint()));
  } finally {
    client.close();
  }
}
