// The browser-safe half of the control socket: framing, requests, events and the client, with a
// transport made of arrays.

import { describe, expect, it } from "vitest";
import { ControlClient, controlSocketPath, type EventRecord, type Transport } from "./client.ts";
import { EventLog } from "./event_log.ts";
import { encodeLine, LineDecoder } from "./lines.ts";
import { readRequest } from "./requests.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("LineDecoder", () => {
  it("push() gives the same lines however the stream is cut", () => {
    const stream = bytes('{"a":1}\r\n\n{"é":"ü€😀"}\nrest');
    for (let cut = 0; cut <= stream.length; cut++) {
      const decoder = new LineDecoder(64);
      const lines = [
        ...decoder.push(stream.subarray(0, cut))!,
        ...decoder.push(stream.subarray(cut))!,
      ];
      expect(lines).toEqual(['{"a":1}', "", '{"é":"ü€😀"}']);
    }
  });

  it("push() gives null when a line is longer than the limit, ended or not", () => {
    expect(new LineDecoder(4).push(bytes("12345"))).toBeNull();
    expect(new LineDecoder(4).push(bytes("12345\n"))).toBeNull();
    const decoder = new LineDecoder(4);
    expect(decoder.push(bytes("1234"))).toEqual([]);
    expect(decoder.push(bytes("\n12"))).toEqual(["1234"]);
    expect(decoder.push(bytes("345"))).toBeNull();
  });

  it("push() replaces bytes that are no UTF-8", () => {
    expect(new LineDecoder(8).push(Uint8Array.of(0xff, 0x41, 0x0a))).toEqual(["\ufffdA"]);
  });

  it("encodeLine() ends with one newline and has no other", () => {
    expect(new TextDecoder().decode(encodeLine({ text: "a\nb" }))).toBe('{"text":"a\\nb"}\n');
  });
});

describe("readRequest()", () => {
  const refused: [string, number, string][] = [
    ["", -1, "not JSON"],
    ["{", -1, "not JSON"],
    ["null", -1, "not an object"],
    ["[]", -1, "not an object"],
    ["{}", -1, "id is not"],
    ['{"id":-1,"method":"status"}', -1, "id is not"],
    ['{"id":1.5,"method":"status"}', -1, "id is not"],
    ['{"id":"1","method":"status"}', -1, "id is not"],
    ['{"id":1}', 1, "method is none"],
    ['{"id":1,"method":"constructor"}', 1, "method is none"],
    ['{"id":1,"method":"events","after":-1}', 1, "after is not"],
    ['{"id":1,"method":"events","limit":"9"}', 1, "limit is not"],
    ['{"id":1,"method":"events","follow":1}', 1, "follow is neither"],
    ['{"id":1,"method":"command"}', 1, "command is none"],
    ['{"id":1,"method":"command","command":"halt"}', 1, "command is none"],
  ];
  it.each(refused)("refuses %s", (text, id, problem) => {
    const read = readRequest(text);
    expect(read).toMatchObject({ id });
    expect((read as { problem: string }).problem).toContain(problem);
  });

  it("reads each method", () => {
    expect(readRequest('{"id":0,"method":"status","more":1}')).toEqual({
      request: { id: 0, method: "status" },
    });
    expect(readRequest('{"id":2,"method":"events","after":5,"follow":true}')).toMatchObject({
      request: { id: 2, method: "events", after: 5, follow: true },
    });
    expect(readRequest('{"id":3,"method":"command","command":"reload"}')).toEqual({
      request: { id: 3, method: "command", command: "reload" },
    });
  });
});

describe("EventLog", () => {
  it("recent() gives the newest in order, before and after the ring is full", () => {
    const log = new EventLog(3);
    expect(log.recent(5)).toEqual([]);
    for (let i = 1; i <= 5; i++) {
      log.append("daemon", `event ${i}`, {}, 0);
      const first = Math.max(1, i - 2);
      const want = Array.from({ length: i - first + 1 }, (_, k) => first + k);
      expect(log.recent(10).map((event) => event.sequence)).toEqual(want);
    }
    expect(log.recent(2).map((event) => event.sequence)).toEqual([4, 5]);
    expect(log.recent(10, 4).map((event) => event.text)).toEqual(["event 5"]);
    expect(log.recent(10, 99)).toEqual([]);
  });

  it("subscribe() hears each event until it is ended", () => {
    const log = new EventLog();
    const heard: number[] = [];
    const end = log.subscribe((event) => heard.push(event.sequence));
    log.append("lvs", "one", {}, Date.UTC(2026, 0, 2));
    end();
    log.append("lvs", "two", {}, 0);
    expect(heard).toEqual([1]);
    expect(log.recent(2)[0]!.time).toBe("2026-01-02T00:00:00.000Z");
  });
});

/** A transport whose other end is a list of sent texts and a function that delivers. */
function fakeTransport() {
  const sent: { id: number; [key: string]: unknown }[] = [];
  const stream = new TransformStream<string, string>(undefined, { highWaterMark: 99 });
  const writer = stream.writable.getWriter();
  const messages = (async function* () {
    const reader = stream.readable.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  })();
  const transport: Transport = {
    send: (text) => Promise.resolve(void sent.push(JSON.parse(text))),
    messages,
    close: () => void writer.close().catch(() => {}),
  };
  const deliver = (message: unknown) =>
    writer.write(typeof message === "string" ? message : JSON.stringify(message));
  return { transport, sent, deliver, close: transport.close };
}

const event = (sequence: number): EventRecord => ({
  sequence,
  time: "2026-01-02T00:00:00.000Z",
  kind: "daemon",
  text: `event ${sequence}`,
  record: {},
});

describe("ControlClient", () => {
  it("gives each reply to its own request, whatever their order", async () => {
    const { transport, sent, deliver } = fakeTransport();
    const client = new ControlClient(transport);
    const first = client.command("reload");
    const second = client.command("check");
    await deliver({ id: sent[1]!.id, type: "result", result: { ok: false, lines: ["b"] } });
    await deliver({ id: 77, type: "result", result: { ok: false, lines: ["nobody's"] } });
    await deliver({ id: sent[0]!.id, type: "result", result: { ok: true, lines: ["a"] } });
    expect(await first).toEqual({ ok: true, lines: ["a"] });
    expect(await second).toEqual({ ok: false, lines: ["b"] });
  });

  it("events() hands events on in order and resolves with the result", async () => {
    const { transport, sent, deliver } = fakeTransport();
    const client = new ControlClient(transport);
    const heard: number[] = [];
    const done = client.events({ limit: 2 }, (one) => heard.push(one.sequence));
    expect(sent[0]).toMatchObject({ method: "events", limit: 2 });
    const { id } = sent[0]!;
    await deliver({ id, type: "event", event: event(4) });
    await deliver({ id, type: "event", event: event(5) });
    await deliver({ id, type: "result", result: { events: 2 } });
    await done;
    expect(heard).toEqual([4, 5]);
  });

  it("rejects one request with the daemon's error and goes on", async () => {
    const { transport, sent, deliver } = fakeTransport();
    const client = new ControlClient(transport);
    const failing = client.status();
    const fine = client.command("check");
    await deliver({ id: sent[0]!.id, type: "error", error: { code: "failed", message: "why" } });
    await deliver({ id: sent[1]!.id, type: "result", result: { ok: true, lines: [] } });
    await expect(failing).rejects.toMatchObject({ code: "failed", message: "why" });
    expect((await fine).ok).toBe(true);
  });

  it("rejects everything when the connection ends, and what is asked later", async () => {
    const { transport, close } = fakeTransport();
    const client = new ControlClient(transport);
    const pending = client.status();
    close();
    await expect(pending).rejects.toMatchObject({ code: "closed" });
    await expect(client.status()).rejects.toMatchObject({ code: "closed" });
  });

  it.each(["nonsense", "{}", "null", '{"type":"other"}'])(
    "ends with `protocol` when the other end answers %s",
    async (text) => {
      const { transport, deliver } = fakeTransport();
      const pending = new ControlClient(transport).status();
      await deliver(text);
      await expect(pending).rejects.toMatchObject({ code: "protocol" });
    },
  );

  it("tells an error that belongs to the connection to whoever waits", async () => {
    const { transport, deliver } = fakeTransport();
    const pending = new ControlClient(transport).status();
    await deliver({ id: -1, type: "error", error: { code: "too_many", message: "full" } });
    await expect(pending).rejects.toMatchObject({ code: "too_many", message: "full" });
  });

  it("status() rejects when the daemon says nothing for too long, and ends the connection", async () => {
    const { transport } = fakeTransport();
    const client = new ControlClient(transport, 20);
    await expect(client.status()).rejects.toMatchObject({ code: "no_answer" });
    await expect(client.status()).rejects.toMatchObject({ code: "no_answer" });
  });
});

describe("controlSocketPath()", () => {
  it("stands beside the pid file", () => {
    expect(controlSocketPath()).toBe("/run/keepalived.sock");
    expect(controlSocketPath("/run/a/b.pid")).toBe("/run/a/b.sock");
    expect(controlSocketPath("/run/odd")).toBe("/run/odd.sock");
  });
});
