import { describe, expect, it } from "vitest";
import { secretsOf } from "./secrets.ts";
import { SourceFile } from "./source.ts";

function found(text: string): string[] {
  return secretsOf(new SourceFile("test.conf", text)).map(({ kind, start, end, value }) => {
    expect(text.slice(start, end).replaceAll('"', "")).toBe(value);
    return `${kind} ${value}`;
  });
}

describe("secretsOf", () => {
  it("finds passwords, tokens and keys wherever they stand", () => {
    expect(found("vrrp_instance A {\n authentication {\n auth_pass abc\n }\n}"))
      .toEqual(["password abc"]);
    expect(found('auth_pass "a b" c')).toEqual(["password a b", "password c"]);
    expect(found("authentication { auth_type PASS auth_pass abc }")).toEqual(["password abc"]);
    expect(found("vipd { web { \n token ops 0123 \n token x\n } }")).toEqual(["token 0123"]);
    expect(found("auth_hmac {\nkey 1 hex:ab\n}\nSSL {\npassword p\nkey /etc/key.pem\n}"))
      .toEqual(["other hex:ab", "other p"]);
    expect(found("$PW=abc\n$EMPTY=\n")).toEqual(["other abc"]);
  });

  it("finds them in files that are broken", () => {
    expect(found("}}} auth_pass a\n{{{ auth_pass b")).toEqual(["password a", "password b"]);
    expect(found('auth_pass "open')).toEqual(["password open"]);
    expect(found("auth_pass")).toEqual([]);
  });

  it("finds them in lines that were commented out, and leaves prose alone", () => {
    expect(found("a b\n # auth_pass old\n!!token n s\nc")).toEqual(["password old", "token s"]);
    expect(found("# see auth_pass x of last year")).toHaveLength(4);
    expect(found("# the password is not here, the key neither")).toEqual([]);
    expect(found("# only a comment")).toEqual([]);
  });

  it("tells them in the order of the text", () => {
    const text = "# auth_pass a\nauth_pass b # auth_pass c\nauth_pass d\n# auth_pass e";
    expect(found(text).map((one) => one.at(-1))).toEqual(["a", "b", "c", "d", "e"]);
  });
});
