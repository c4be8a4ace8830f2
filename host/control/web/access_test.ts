import { describe, expect, it } from "vitest";
import { isOurHost, isOurOrigin, isSameSecret, tokenOf, type WebAccess } from "./access.ts";
import { secretOf, STREAM_PROTOCOL, streamProtocols } from "./terms.ts";

const ACCESS: WebAccess = {
  tokens: [{ name: "ops", secret: "0123456789abcdef" }, { name: "tv", secret: "fedcba9876543210" }],
  origins: ["https://ops.example.net", "http://d1.example:8112"],
};

describe("isOurHost()", () => {
  it.each([
    ...[
      "127.0.0.1:8112",
      "192.0.2.1",
      "[::1]:8112",
      "[2001:db8::1]",
      "localhost:8112",
      "localhost",
    ],
    ...["ops.example.net", "ops.example.net:8112", "OPS.example.NET", "d1.example:8112"],
  ])("takes %s", (host) => expect(isOurHost(host, ACCESS)).toBe(true));

  it.each([
    ...[
      "evil.example",
      "evil.example:8112",
      "127.0.0.1.evil.example",
      "ops.example.net.evil.example",
    ],
    ...[
      "",
      ":80",
      "a b",
      "me@127.0.0.1",
      "127.0.0.1/x",
      "127.1",
      "2130706433",
      "0x7f.1",
      "localhost.evil",
    ],
    ...["127.0.0.1:x", "[::1", "127.0.0.1#", "127.0.0.1?a"],
  ])("refuses %s", (host) => expect(isOurHost(host, ACCESS)).toBe(false));
});

describe("isOurOrigin()", () => {
  it.each([
    [null, "127.0.0.1:8112", true],
    ["http://127.0.0.1:8112", "127.0.0.1:8112", true],
    ["https://ops.example.net", "127.0.0.1:8112", true],
    ["http://127.0.0.1:9000", "127.0.0.1:8112", false],
    ["http://localhost:8112", "127.0.0.1:8112", false],
    ["https://ops.example.net.evil.example", "127.0.0.1:8112", false],
    ["https://ops.example.net:444", "127.0.0.1:8112", false],
    ["null", "127.0.0.1:8112", false],
    // What stands at another port or without TLS at an allowed name is another page.
    ["https://ops.example.net", "ops.example.net", true],
    ["http://ops.example.net", "ops.example.net", false],
    ["http://ops.example.net:9", "ops.example.net:9", false],
    ["", "127.0.0.1:8112", false],
    ["file://", "127.0.0.1:8112", false],
  ])("of %s at %s: %s", (origin, host, isOurs) => {
    expect(isOurOrigin(origin, host, ACCESS)).toBe(isOurs);
  });
});

describe("tokenOf()", () => {
  const headers = (protocols: string) => new Map([["sec-websocket-protocol", protocols]]);

  it("names the token of a secret", () => {
    for (const { name, secret } of ACCESS.tokens) {
      expect(tokenOf(headers(streamProtocols(secret).join(", ")), ACCESS)).toBe(name);
    }
  });

  it.each([
    ["none", ""],
    ["only the protocol", STREAM_PROTOCOL],
    ["another secret", streamProtocols("0123456789abcdeg").join(",")],
    ["half a secret", streamProtocols("01234567").join(",")],
    ["a secret twice as long", streamProtocols("0123456789abcdef".repeat(2)).join(",")],
    ["no secret", streamProtocols("").join(",")],
    ["the secret without the protocol", streamProtocols("0123456789abcdef")[1]!],
    ["what is no base64", `${STREAM_PROTOCOL}, vipd.token.%%%`],
  ])("is null for %s", (_what, protocols) => {
    expect(tokenOf(headers(protocols), ACCESS)).toBeNull();
    expect(tokenOf(new Map(), ACCESS)).toBeNull();
  });

  it("is null for everybody where there is no token", () => {
    const none = { tokens: [], origins: [] };
    for (const secret of ["", "a"]) {
      expect(tokenOf(headers(streamProtocols(secret).join()), none)).toBeNull();
    }
  });
});

describe("streamProtocols()", () => {
  it("carries every secret that the configuration takes, in the characters of a token", () => {
    const all = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i)).join("");
    for (const secret of [all, all.slice(1), all.slice(2)]) {
      const protocols = streamProtocols(secret);
      for (const one of protocols) expect(one).toMatch(/^[A-Za-z0-9._-]+$/);
      expect(secretOf(protocols)).toBe(secret);
    }
  });
});

describe("isSameSecret()", () => {
  it("is equality", () => {
    const words = ["", "a", "aa", "aaa", "ab", "ba", "abab"];
    for (const shown of words) {
      for (const secret of words.slice(1)) {
        expect(isSameSecret(shown, secret)).toBe(shown === secret);
      }
    }
  });
});
