import { describe, expect, it } from "vitest";
import {
  listOf,
  readRequestHead,
  REQUEST_HEAD_BYTES_MAX,
  REQUEST_HEADERS_MAX,
  type RequestHead,
} from "./request_head.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const read = (text: string) => readRequestHead(bytesOf(text));
const GET = "GET /assets/a-1.js?x=1 HTTP/1.1\r\nHost: a:1\r\nX: 1 \r\nx:2\r\n\r\nrest";

describe("readRequestHead()", () => {
  it("reads a request of a browser", () => {
    const head = read(GET);
    expect(head).toMatchObject({ method: "GET", path: "/assets/a-1.js", rest: bytesOf("rest") });
    const { headers } = head as RequestHead;
    expect(Object.fromEntries(headers)).toEqual({ host: "a:1", x: "1, 2" });
  });

  it("waits for the end, at whatever byte the head is cut", () => {
    const whole = GET.slice(0, -4);
    for (let at = 0; at < whole.length; at++) expect(read(whole.slice(0, at))).toBeNull();
    expect(read(whole)).not.toBeNull();
  });

  it.each([
    ["", 400],
    ["GET /", 400],
    ["GET  / HTTP/1.1", 400],
    ["G\u00e4T / HTTP/1.1", 400],
    ["GET / HTTP/1.0", 505],
    ["GET / HTTP/2.0", 505],
    ["POST / HTTP/1.1", 405],
    ["CONNECT a:1 HTTP/1.1", 405],
    ["GET http://a/ HTTP/1.1", 400],
    ["GET /%2e%2e/etc/passwd HTTP/1.1", 404],
    ["GET /\\..\\a HTTP/1.1", 404],
    ["GET /\u0000 HTTP/1.1", 404],
  ])("refuses the first line %j with %i", (line, status) => {
    expect(read(`${line}\r\nHost: a\r\n\r\n`)).toMatchObject({ status });
  });

  it.each([
    ["no host", "A: b", 400],
    ["two hosts", "Host: a\r\nHost: b", 400],
    ["two origins", "Host: a\r\nOrigin: b\r\nOrigin: b", 400],
    ["a blank in the name", "Host : a", 400],
    ["a folded line", "Host: a\r\n b", 400],
    ["no colon", "Host: a\r\nb", 400],
    ["a control character", "Host: a\r\nb: \u0001", 400],
    ["a bare line feed", "Host: a\r\nb: c\nOrigin: d", 400],
    ["a body", "Host: a\r\nContent-Length: 5", 400],
    ["chunks", "Host: a\r\nTransfer-Encoding: chunked", 400],
    ["too many", "Host: a\r\n" + "a: b\r\n".repeat(REQUEST_HEADERS_MAX) + "a: b", 431],
  ])("refuses %s", (_what, lines, status) => {
    expect(read(`GET / HTTP/1.1\r\n${lines}\r\n\r\n`)).toMatchObject({ status });
  });

  it("refuses a head that does not end", () => {
    const long = "GET / HTTP/1.1\r\nHost: a\r\nb: " + "c".repeat(REQUEST_HEAD_BYTES_MAX);
    expect(read(long)).toMatchObject({ status: 431 });
    expect(read(`${long}\r\n\r\n`)).toMatchObject({ status: 431 });
  });

  it("never throws, whatever the bytes are", () => {
    let seed = 7;
    const random = () => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) >> 8;
    for (let round = 0; round < 2000; round++) {
      const bytes = bytesOf(GET);
      for (let i = 0; i <= random() % 8; i++) bytes[random() % bytes.length] = random() & 255;
      const head = readRequestHead(bytes);
      if (head !== null && "path" in head) expect(head.path).toMatch(/^\/[\w.~\/-]*$/);
    }
  });
});

describe("listOf()", () => {
  it("cuts at commas and drops what is empty", () => {
    expect(listOf(new Map([["a", "b,, c , "]]), "a")).toEqual(["b", "c"]);
    expect(listOf(new Map(), "a")).toEqual([]);
  });
});
