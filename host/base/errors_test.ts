import { describe, expect, it } from "vitest";
import { errnoName, errnoText } from "./errno.ts";
import { SysError, VipdError } from "./errors.ts";

describe("SysError", () => {
  it("says what, where and why, and what to do", () => {
    const error = new SysError("socket", 1, "raw VRRP socket on eth0");
    expect(error).toBeInstanceOf(VipdError);
    expect(error.message).toBe(
      "socket raw VRRP socket on eth0: operation not permitted (EPERM)",
    );
    expect(error).toMatchObject({ code: "syscall", call: "socket", errno: 1, errnoName: "EPERM" });
    expect(error.hint).toContain("CAP_NET_ADMIN");
  });

  it("carries the kernel's own text and the caller's hint when given", () => {
    const error = new SysError("RTM_NEWADDR", 22, "10.0.0.1/24", {
      detail: "Invalid prefix length",
      hint: "correct the prefix",
    });
    expect(error.message).toContain("(EINVAL: Invalid prefix length)");
    expect(error.hint).toBe("correct the prefix");
  });
});

describe("errnoName()", () => {
  it("names known numbers and shows unknown ones", () => {
    expect(errnoName(99)).toBe("EADDRNOTAVAIL");
    expect(errnoText(2)).toBe("no such file or directory");
    expect(errnoName(4711)).toBe("errno 4711");
    expect(errnoText(4711)).toBe("errno 4711");
  });
});
