// How the page is built: one folder of files for any static web server, under any path. `npm run build` and
// `npm run build:page` add what stands around it (cli/build/page.mjs).

import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/**
 * Content Security Policy of the built page, wherever it is served (a server may ask for more in its
 * header). WebAssembly needs a word of its own; the editor writes its styles into the page; directors
 * stand at any address, so that streams may go anywhere.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self' ws: wss:",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** Puts the policy into the page, before everything that it is about. */
function contentSecurityPolicy(): Plugin {
  return {
    name: "content-security-policy",
    apply: "build",
    transformIndexHtml: () => [{
      tag: "meta",
      attrs: { "http-equiv": "Content-Security-Policy", content: CONTENT_SECURITY_POLICY },
      injectTo: "head-prepend",
    }],
  };
}

const THREAD = /new URL\("((?:\.\.?\/)+[\w\/]*thread\.ts)", import\.meta\.url\)/g;

/**
 * Makes the threads' module a chunk among the page's own, which share what they have in common. Vite by
 * itself would bundle it on its own: the reader of keepalived.conf would be fetched twice.
 */
function threadAmongChunks(): Plugin {
  return {
    name: "thread-among-chunks",
    apply: "build",
    enforce: "pre",
    transform(code, id) {
      if (!code.includes("new Worker(")) return null;
      return code.replace(THREAD, (_, relative: string) => {
        const module = fileURLToPath(new URL(relative, `file://${id}`));
        const chunk = this.emitFile({ type: "chunk", id: module, name: "thread" });
        return `import.meta.ROLLUP_FILE_URL_${chunk}`;
      });
    },
  };
}

/** What the first view does not show: one file, fetched when the first of it is opened. */
const LATER = /\/(inspector_view|balance_view|live_panel|share_panel|file_pane)\.tsx$/;

const JSX = { runtime: "automatic", importSource: "preact" } as const;

export default defineConfig(({ command }) => ({
  root: path("."),
  base: "./",
  resolve: {
    alias: {
      // Its "main" is UMD, which no bundler can take apart.
      "jsonc-parser": path("../node_modules/jsonc-parser/lib/esm/main.js"),
      // The editor reads with our own lexer: CodeMirror's commands need no grammar.
      "@codemirror/language": path("./editor/no_grammar.ts"),
      "@lezer/common": path("./editor/no_grammar.ts"),
    },
  },
  define: { VIPD_PAGE_BUILT: String(command === "build") },
  oxc: { jsx: JSX },
  // The development server looks for dependencies before `oxc` is asked.
  optimizeDeps: { rolldownOptions: { transform: { jsx: JSX } } },
  plugins: [contentSecurityPolicy(), threadAmongChunks()],
  worker: { format: "es" },
  server: { host: "127.0.0.1" },
  build: {
    outDir: path("../dist/web"),
    emptyOutDir: true,
    target: "es2022",
    // What the page fetches are files: the policy knows no data: there.
    assetsInlineLimit: 0,
    license: { fileName: "licenses.txt" },
    modulePreload: { polyfill: false },
    rolldownOptions: {
      optimization: { inlineConst: { mode: "all" } },
      output: {
        // What the page and its threads share is one file: smaller, compressed, than a dozen.
        codeSplitting: {
          groups: [
            { name: "shared", test: /./, minShareCount: 2, priority: 1 },
            { name: "later", test: LATER },
          ],
        },
      },
    },
  },
}));
