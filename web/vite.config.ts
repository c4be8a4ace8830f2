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

export default defineConfig(({ command }) => ({
  root: path("."),
  base: "./",
  resolve: {
    alias: {
      // Its "main" is UMD, which no bundler can take apart.
      "jsonc-parser": path("../node_modules/jsonc-parser/lib/esm/main.js"),
    },
  },
  define: { VIPD_PAGE_BUILT: String(command === "build") },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: [contentSecurityPolicy()],
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
  },
}));
