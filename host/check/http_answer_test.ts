import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { BODY_SIZE_MAX, HEADER_SIZE_MAX, HttpAnswer } from "./http_answer.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const md5 = (text: string) => createHash("md5").update(text).digest("hex");

/** Reads an answer in pieces of `size` bytes, then the server closes. */
function read(text: string, size: number, digest = true) {
  const answer = new HttpAnswer(digest);
  const all = bytes(text);
  for (let at = 0; at < all.length; at += size) {
    const outcome = answer.take(all.subarray(at, at + size));
    if (outcome !== null) return outcome;
  }
  return answer.end();
}

describe("HttpAnswer", () => {
  it.each([1, 2, 3, 7, 1000])("reads an answer in pieces of %i bytes", (size) => {
    const text = "HTTP/1.1 404 Not Found\r\nServer: x\r\ncontent-LENGTH: 5\r\n\r\nhello";
    expect(read(text, size)).toEqual({
      kind: "response",
      status: 404,
      digest: md5("hello"),
      bytes: 5,
      contentLength: 5,
    });
  });

  it.each([
    ["until the server closes without Content-Length", "HTTP/1.0 200 OK\r\n\r\nabc", 200, "abc"],
    ["without CR", "HTTP/1.0 200 OK\nX: y\n\nabc", 200, "abc"],
    ["without a reason phrase", "HTTP/1.0 204\r\n\r\n", 204, ""],
    ["without a status", "ICY\r\n\r\n", 0, ""],
    ["with a status of four digits", "HTTP/1.0 2000 OK\r\n\r\n", 0, ""],
    ["with a length that is none", "HTTP/1.0 200 OK\r\nContent-Length: x\r\n\r\nab", 200, "ab"],
    ["shorter than its length", "HTTP/1.0 200 OK\r\nContent-Length: 9\r\n\r\nab", 200, "ab"],
    ["empty by its length", "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", 200, ""],
  ])("reads an answer %s", (_name, text, status, body) => {
    expect(read(text, 4)).toMatchObject({ kind: "response", status, digest: md5(body) });
  });

  it("takes the digest up to Content-Length when more comes in one piece", () => {
    const text = "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nabcd";
    expect(read(text, 1000)).toMatchObject({ digest: md5("ab"), bytes: 4 });
  });

  it("computes no digest that nobody wants", () => {
    expect(read("HTTP/1.0 200 OK\r\n\r\nabc", 5, false)).toMatchObject({ digest: null, bytes: 3 });
  });

  it("calls half a header no answer", () => {
    expect(read("HTTP/1.0 200 OK\r\nServer", 5)).toEqual({ kind: "noResponse" });
    expect(read("", 5)).toEqual({ kind: "noResponse" });
  });

  it("bounds header and body", () => {
    const header = "HTTP/1.0 200 OK\r\nX: " + "x".repeat(HEADER_SIZE_MAX);
    expect(read(header, 4096)).toMatchObject({ kind: "tooLong" });
    const endless = (digest: boolean) => {
      const answer = new HttpAnswer(digest);
      answer.take(bytes("HTTP/1.0 200 OK\r\n\r\n"));
      const piece = new Uint8Array(1024 * 1024);
      for (let sum = piece.length; sum < BODY_SIZE_MAX; sum += piece.length) {
        expect(answer.take(piece)).toBeNull();
      }
      return answer.take(piece);
    };
    expect(endless(true)).toEqual({ kind: "tooLong", bytes: BODY_SIZE_MAX });
    expect(endless(false)).toMatchObject({ kind: "response", status: 200, bytes: BODY_SIZE_MAX });
  });
});
