import { describe, expect, it } from "vitest";
import { configTestExitStatus } from "./config_test_exit.ts";
import { instance, load, machine, service } from "./test_support.ts";

const insecure = machine({ program: () => ({ state: "executable", insecure: "x" }) });

describe("configTestExitStatus() in keepalived's numbers", () => {
  it.each([
    ["0 when clean", instance(), 0],
    ["0 for what keepalived does not count", "vrrp_script a {\nscript /bin/a x\n}\n", 0],
    ["0 for hints", service("sorry_server 127.0.0.1"), 0],
    ["5 for what keepalived corrects", instance("advert_int 1.5"), 5],
    ["4 when the daemon would not start", instance("priority 999"), 4],
  ])("is %s", (_what, text, status) => {
    expect(configTestExitStatus(load(text, { facts: machine() }).diagnostics)).toBe(status);
  });

  it("is 6 for insecure scripts, which hides the rest", () => {
    const text = instance("notify /bin/a\npriority 999");
    expect(configTestExitStatus(load(text, { facts: insecure }).diagnostics)).toBe(6);
  });
});
