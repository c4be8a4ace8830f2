// How the page is built: one folder of files for any static web server, under any path.

import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

export default defineConfig({
  root: path("."),
  base: "./",
  resolve: {
    alias: {
      // Its "main" is UMD, which no bundler can take apart.
      "jsonc-parser": path("../node_modules/jsonc-parser/lib/esm/main.js"),
    },
  },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  worker: { format: "es" },
  build: {
    outDir: path("../dist/web"),
    emptyOutDir: true,
    target: "es2022",
  },
});
