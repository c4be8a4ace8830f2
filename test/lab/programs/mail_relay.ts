// A mail relay that keeps nothing and can misbehave: says every mail as one line of JSON (RelayedMail).
// usage: mail_relay.ts PORT [MODE]
//   MODE answers   takes everything (RFC 5321)
//   MODE silent    accepts connections and never says a word
//   MODE refuses   refuses every recipient with 550
//   MODE slow      takes everything, each mail only after a second

/** One mail. */
export interface RelayedMail {
  helo: string;
  from: string;
  to: string[];
  headers: Record<string, string>;
  /** Names of the headers in their order. */
  order: string[];
  body: string;
}

const SLOW_MS = 1000;

/** Reads lines that end with CR LF. */
async function* linesOf(conn: Deno.Conn): AsyncGenerator<string> {
  let rest = "";
  for await (const text of conn.readable.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\r\n");
    rest = lines.pop()!;
    yield* lines;
  }
}

type Envelope = Pick<RelayedMail, "helo" | "from" | "to">;

function readMail(envelope: Envelope, data: string[]): RelayedMail {
  const end = data.indexOf("");
  const head = data.slice(0, end < 0 ? data.length : end);
  const pairs = head.map((line) => /^([^:]*):\s*(.*)$/.exec(line) ?? ["", line, ""]);
  return {
    ...envelope,
    headers: Object.fromEntries(pairs.map(([, name, value]) => [name!, value!])),
    order: pairs.map(([, name]) => name!),
    body: data.slice(head.length + 1).join("\n"),
  };
}

async function converse(conn: Deno.Conn, mode: string): Promise<void> {
  if (mode === "silent") return await new Promise(() => {});
  const writer = conn.writable.getWriter();
  const say = (text: string) => writer.write(new TextEncoder().encode(text + "\r\n"));
  const envelope: Envelope = { helo: "", from: "", to: [] };
  let data: string[] | null = null;
  await say("220 relay");
  for await (const line of linesOf(conn)) {
    if (data !== null && line !== ".") {
      data.push(line.startsWith("..") ? line.slice(1) : line);
      continue;
    }
    const [, word = "", rest = ""] = /^(\S+)\s*(.*)$/.exec(line) ?? [];
    if (data !== null) {
      if (mode === "slow") await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
      console.log(JSON.stringify(readMail(envelope, data)));
      data = null;
    } else if (word === "HELO" || word === "EHLO") envelope.helo = rest;
    else if (word === "MAIL") envelope.from = rest;
    else if (word === "RCPT" && mode === "refuses") {
      await say("550 nobody of that name");
      continue;
    } else if (word === "RCPT") envelope.to.push(rest);
    else if (word === "DATA") data = [];
    else if (word === "QUIT") {
      await say("221 bye");
      return await writer.close();
    }
    await say(data === null ? "250 ok" : "354 go on");
  }
}

if (import.meta.main) {
  const [port = "25", mode = "answers"] = Deno.args;
  const listener = Deno.listen({ port: Number(port) });
  console.log("listening");
  for await (const conn of listener) {
    converse(conn, mode).catch((error) => console.error(`${error}`)); // The client went away.
  }
}
