import { afterEach, describe, expect, it } from "vitest";
import type {
  MailDoneInput,
  MailMessage,
  NotifyDoneInput,
  NotifyOutput,
  RunScript,
} from "../engine/contract.ts";
import { composeMail, Mailer } from "./mailer.ts";
import { Notifier } from "./notifier.ts";

describe("Notifier", () => {
  it("runs the script with its arguments and environment, and reports its end", async () => {
    const script = { argv: ["/n"], shell: null, command: "/n", user: null, group: null };
    const environment = { VIPD_REASON: "START" };
    const runScript: RunScript = (given, options) => {
      expect([given, options]).toEqual([
        script,
        { arguments: ["INSTANCE", "VI_1", "MASTER", "100"], environment, timeoutUs: null },
      ]);
      return { outcome: Promise.resolve({ kind: "exit", code: 4 }), stop: () => {} };
    };
    const output: NotifyOutput = {
      kind: "notify",
      id: 9,
      subject: "INSTANCE",
      name: "VI_1",
      state: "MASTER",
      script,
      arguments: ["INSTANCE", "VI_1", "MASTER", "100"],
      environment,
      waitUs: 1,
    };
    const done = await new Promise<NotifyDoneInput>((resolve) =>
      new Notifier(runScript, resolve).start(output)
    );
    expect(done).toEqual({ kind: "notifyDone", id: 9, outcome: { kind: "exit", code: 4 } });
  });
});

const listeners: Deno.Listener[] = [];
afterEach(() => {
  for (const listener of listeners.splice(0)) listener.close();
});

/** An SMTP server (RFC 5321) that answers `replies` by command, and notes what it hears. */
function smtpServer(replies: Record<string, string> = {}) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listeners.push(listener);
  const heard: string[] = [];
  const ended = Promise.withResolvers<void>();
  (async () => {
    for await (const connection of listener) {
      await talk(connection, replies, heard).catch(() => {});
      ended.resolve();
    }
  })();
  return { port: (listener.addr as Deno.NetAddr).port, heard, ended: ended.promise };
}

async function talk(
  connection: Deno.Conn,
  replies: Record<string, string>,
  heard: string[],
): Promise<void> {
  const say = (text: string) => connection.write(new TextEncoder().encode(`${text}\r\n`));
  if (replies.GREETING === "") return;
  await say(replies.GREETING ?? "220 sink ESMTP");
  let rest = "";
  let isData = false;
  for await (const chunk of connection.readable.pipeThrough(new TextDecoderStream())) {
    rest += chunk;
    for (let end = rest.indexOf("\r\n"); end >= 0; end = rest.indexOf("\r\n")) {
      const line = rest.slice(0, end);
      rest = rest.slice(end + 2);
      heard.push(line);
      const command = line.split(/[ :]/)[0]!.toUpperCase();
      if (isData && line !== ".") continue;
      isData = command === "DATA";
      await say(replies[command] ?? (isData ? "354 go on" : "250 ok"));
    }
  }
}

function messageFor(port: number, change: Partial<MailMessage> = {}): MailMessage {
  return {
    server: { host: "127.0.0.1", port },
    connectTimeoutUs: 500_000,
    helo: "director.example.org",
    from: "ka@example.org",
    to: ["root@localhost", "admin@localhost"],
    subject: "[node1] VRRP Instance VI_1 - Entering MASTER state",
    body: "=> VRRP Instance is now owning VRRP VIPs <=",
    ...change,
  };
}

function send(message: MailMessage): Promise<MailDoneInput> {
  return new Promise((resolve) => new Mailer(resolve).send({ kind: "mail", id: 5, message }));
}

describe("Mailer", () => {
  it("sends what keepalived 2.2.7 sends (headers and body, recipients)", async () => {
    const server = smtpServer({ EHLO: "502 not here" });
    expect(await send(messageFor(server.port))).toEqual({ kind: "mailDone", id: 5, error: null });
    await server.ended;
    const heard = server.heard.map((line) => line.replace(/^Date: .*/, "Date: D"));
    expect(heard).toEqual([
      "EHLO director.example.org",
      "HELO director.example.org",
      "MAIL FROM:<ka@example.org>",
      "RCPT TO:<root@localhost>",
      "RCPT TO:<admin@localhost>",
      "DATA",
      "Date: D",
      "From: ka@example.org",
      "Subject: [node1] VRRP Instance VI_1 - Entering MASTER state",
      "X-Mailer: Keepalived",
      "To: root@localhost, admin@localhost",
      "",
      "=> VRRP Instance is now owning VRRP VIPs <=",
      ".",
      "QUIT",
    ]);
  });

  it("says what the relay did not like", async () => {
    const server = smtpServer({ RCPT: "550 no such user" });
    const done = await send(messageFor(server.port));
    expect(done.error).toContain("550 no such user");
  });

  it("says that nobody listens", async () => {
    const done = await send(messageFor(1));
    expect(done.error).toContain("ECONNREFUSED");
  });

  it("gives up a relay that never greets", async () => {
    const server = smtpServer({ GREETING: "" });
    const started = performance.now();
    const done = await send(messageFor(server.port));
    expect(done.error).not.toBeNull();
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

describe("composeMail()", () => {
  const date = new Date("2026-11-22T17:30:30Z");
  it("writes the date as RFC 5322 says", () => {
    expect(composeMail(messageFor(25), date).split("\r\n")[0]).toBe(
      "Date: Sun, 22 Nov 2026 17:30:30 +0000",
    );
  });
  it("keeps a header one line, and encodes what is not ASCII", () => {
    const mail = composeMail(messageFor(25, { subject: "a\r\nBcc: x@example.org\nü" }), date);
    expect(mail).not.toContain("\nBcc:");
    expect(mail).toContain("Subject: =?UTF-8?B?YSBCY2M6IHhAZXhhbXBsZS5vcmcgw7w=?=");
  });
});
