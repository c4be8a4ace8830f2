import { describe, expect, it } from "vitest";
import manifest from "../package.json" with { type: "json" };
import { VIPD_VERSION } from "../host/base/version.ts";
import { ABI_VERSION } from "../host/core/abi.gen.ts";
import { versionText } from "./version.ts";

describe("versionText()", () => {
  it("has the version of package.json, the ABI, the runtime and the build", () => {
    expect(VIPD_VERSION).toBe(manifest.version);
    expect(versionText()).toMatch(/^vipd v\d+\.\d+\.\d+, in the place of Keepalived v2\.2\.7\n/);
    expect(versionText()).toContain(`Core ABI:  ${ABI_VERSION}\n`);
    expect(versionText()).toContain(`deno ${Deno.version.deno}`);
    expect(versionText()).toContain("Build:     source");
  });
});
