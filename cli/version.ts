// `vipd --version`: what runs here.

import { KEEPALIVED_VERSION, VIPD_VERSION } from "../host/base/version.ts";
import { ABI_VERSION } from "../host/core/abi.gen.ts";
import { buildKind, runtimeText } from "../host/daemon/program.ts";
import { print } from "./output.ts";

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
