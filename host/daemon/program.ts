// What this program is: how it was made and what runs it. `vipd --version` and the status say it.

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
