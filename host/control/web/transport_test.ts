import { describe, expect, it } from "vitest";
import { openStream, streamAddress } from "./transport.ts";
import { streamProtocols } from "./terms.ts";
import type { StreamSocket } from "./transport.ts";

describe("streamAddress()", () => {
  it.each([
    ["127.0.0.1:8112", "ws://127.0.0.1:8112/stream"],
    [" http://[::1]:8112/ ", "ws://[::1]:8112/stream"],
    ["https://d1.example/vipd/", "wss://d1.example/vipd/stream"],
    ["ws://d1.example/stream", "ws://d1.example/stream"],
    ["HTTP://D1.example:80/?a#b", "ws://d1.example/stream"],
    ["d1", "ws://d1/stream"],
  ])("of %s is %s", (text, address) => expect(streamAddress(text)).toBe(address));

  it.each(["", "http://", "ftp://a", "javascript:alert(1)", "http://me:pw@a", "a b"])(
    "refuses %j",
    (text) => {
      expect(() => streamAddress(text)).toThrow(expect.objectContaining({ code: "address" }));
    },
  );
});

/** A socket that does what the test says. */
function fakeSocket() {
  const sent: string[] = [];
  const asked: { url: string; protocols: string[] }[] = [];
  const socket: StreamSocket & { readyState: number } = {
    ...{ onopen: null, onmessage: null, onclose: null, readyState: 0 },
    send: (text) => void sent.push(String(text)),
    close: () => {},
  };
  const any = socket as unknown as Record<string, (event: unknown) => void>;
  return {
    sent,
    asked,
    open: (url: string, protocols: string[]) => (asked.push({ url, protocols }), socket),
    opens() {
      socket.readyState = 1;
      any["onopen"]!({});
    },
    says: (data: unknown) => any["onmessage"]!({ data }),
    ends(code: number, reason = "") {
      socket.readyState = 3;
      any["onclose"]!({ code, reason });
    },
  };
}

async function collect(messages: AsyncIterable<string>) {
  const texts: string[] = [];
  try {
    for await (const text of messages) texts.push(text);
  } catch (error) {
    return { texts, error };
  }
  return { texts, error: null };
}

describe("openStream()", () => {
  const SECRET = "0123456789abcdef";

  it("shows the token as a protocol and carries texts both ways", async () => {
    const fake = fakeSocket();
    const opening = openStream("ws://a/stream", SECRET, fake.open);
    fake.opens();
    const transport = await opening;
    expect(fake.asked).toEqual([{ url: "ws://a/stream", protocols: streamProtocols(SECRET) }]);
    await transport.send("to");
    expect(fake.sent).toEqual(["to"]);
    fake.says("one");
    fake.says("two");
    const collected = collect(transport.messages);
    await Promise.resolve();
    fake.says("three");
    fake.ends(1006);
    expect(await collected).toMatchObject({
      texts: ["one", "two", "three"],
      error: { code: "closed", message: "the connection was lost" },
    });
    await expect(transport.send("late")).rejects.toThrow("closed");
  });

  it.each([
    [4401, "", "denied"],
    [4429, "16 clients follow already", "no_room"],
    [1001, "the daemon stops serving", "closed"],
  ])("ends with what code %i means", async (code, reason, word) => {
    const fake = fakeSocket();
    const opening = openStream("ws://a/stream", SECRET, fake.open);
    fake.opens();
    const transport = await opening;
    fake.ends(code, reason);
    const { error } = await collect(transport.messages);
    expect(error).toMatchObject({ code: word, message: expect.stringContaining(reason) });
  });

  it("rejects where no connection comes about", async () => {
    const fake = fakeSocket();
    const opening = openStream("ws://a/stream", SECRET, fake.open);
    fake.ends(1006);
    await expect(opening).rejects.toMatchObject({ code: "unreachable" });
    const refuses = openStream("ws://a/stream", SECRET, () => {
      throw new SyntaxError("mixed content");
    });
    await expect(refuses).rejects.toMatchObject({ code: "unreachable" });
  });

  it("takes no bytes for an answer", async () => {
    const fake = fakeSocket();
    const opening = openStream("ws://a/stream", SECRET, fake.open);
    fake.opens();
    const transport = await opening;
    fake.says(new ArrayBuffer(1));
    expect((await collect(transport.messages)).error).toMatchObject({ code: "protocol" });
  });
});
