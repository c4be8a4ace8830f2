// Where the built page stands: beside the program, in dist/ and in what was installed from it. It is no
// part of the program's one file, which every start would have to read.

import { buildKind } from "./program.ts";

/** Name of the folder in dist/. */
const PAGE = "web";

/** The folder of the page; `entry` is the URL of the program. It may not be there: then nothing was built. */
export function pageFolder(entry: string): string {
  switch (buildKind()) {
    case "compiled":
      return new URL(PAGE, `file://${Deno.execPath()}`).pathname;
    case "bundle":
      return new URL(PAGE, entry).pathname;
    case "source":
      return new URL(`../dist/${PAGE}`, entry).pathname;
  }
}
