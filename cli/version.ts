// `vipd --version`: what runs here.

import { KEEPALIVED_VERSION, VIPD_VERSION } from "../host/base/version.ts";
import { ABI_VERSION } from "../host/core/abi.gen.ts";
import { print } from "./output.ts";

/** Set by the bundler (cli/build/build.mjs). */
declare const VIPD_BUNDLED: boolean | undefined;

/** How this program was made: sources, one file beside a Deno, or one executable. */
export type BuildKind = "source" | "bundle" | "compiled";

/** The kind of this build. */
export function buildKind(): BuildKind {
  if (Deno.build.standalone) return "compiled";
  return typeof VIPD_BUNDLED === "undefined" ? "source" : "bundle";
}

/** The runtime and its version, `deno 2.9.5`. */
export function runtimeText(): string {
  return `deno ${Deno.version.deno}`;
}

/** What `-v` prints. The first line has keepalived's words, for programs that look for them. */
export function versionText(): string {
  return [
    `vipd v${VIPD_VERSION}, in the place of Keepalived v${KEEPALIVED_VERSION}`,
    "",
    `Core ABI:  ${ABI_VERSION}`,
    `Runtime:   ${runtimeText()} (V8 ${Deno.version.v8}) on ${Deno.build.target}`,
    `Build:     ${buildKind()}`,
  ].join("\n");
}

/** Prints it on standard output; resolves with the exit status. */
export function printVersion(): number {
  print(versionText());
  return 0;
}
