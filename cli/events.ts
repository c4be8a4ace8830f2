// `vipd events [--follow] [--json]`: one line for each thing that happened, or one JSON record.

import type { EventRecord } from "../host/control/client.ts";
import { connectControl } from "./connect.ts";
import { OutputClosed, print } from "./output.ts";
import { stdoutPaint } from "./paint.ts";
import { eventText } from "./status_text.ts";

/** Which events, and how to print them. */
export interface EventsOptions {
  /** Path of the control socket. */
  socket: string;
  json: boolean;
  /** Go on until the daemon or the reader ends. */
  follow: boolean;
  /** At most so many of the remembered ones. */
  limit: number;
}

/** Prints events. Rejects with VipdError when no daemon answers or, following, when it ends. */
export async function runEvents({ socket, json, follow, limit }: EventsOptions): Promise<void> {
  const client = await connectControl(socket);
  const paint = stdoutPaint();
  let closed: OutputClosed | null = null;
  let last: number | null = null;
  const tell = (event: EventRecord) => {
    try {
      if (!json && last !== null && event.sequence > last + 1) {
        print(paint.warn(`(${event.sequence - last - 1} events were lost)`));
      }
      last = event.sequence;
      print(json ? JSON.stringify(event) : eventText(event, paint));
    } catch (thrown) {
      if (!(thrown instanceof OutputClosed)) throw thrown;
      closed = thrown;
      client.close();
    }
  };
  try {
    await client.events({ limit, follow }, tell);
  } catch (thrown) {
    throw closed ?? thrown;
  } finally {
    client.close();
  }
}
