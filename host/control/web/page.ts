// The page as it was built: files of one folder, known by name beforehand, so that no request can lead
// out of it. Text may stand there compressed too, made once by the build.

import { listOf, type RequestHead } from "./request_head.ts";
import { type Answered, textAnswer } from "./response.ts";

/** Files of a page. */
const FILES_MAX = 1000;
/** Folders inside folders. */
const DEPTH_MAX = 4;

/** Media types by the end of a name (RFC 6838; RFC 9239 for scripts). */
const TYPES: Record<string, string> = {
  conf: "text/plain; charset=utf-8",
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  ico: "image/x-icon",
  js: "text/javascript; charset=utf-8",
  json: "application/json",
  jsonc: "text/plain; charset=utf-8",
  png: "image/png",
  svg: "image/svg+xml",
  txt: "text/plain; charset=utf-8",
  wasm: "application/wasm",
  webmanifest: "application/manifest+json",
  woff2: "font/woff2",
};

/** Where the bundler puts files that have their content's hash in their names. */
const HASHED = "/assets/";
const YEAR_S = 31_536_000;

/** The built page. */
export class Page {
  readonly #folder: string;
  /** By path of the request: path of the file. */
  #files: Map<string, string> | null = null;

  /** `folder`: with index.html; it is looked at with the first request. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The folder has a page. */
  get isBuilt(): boolean {
    return this.#known().has("/index.html");
  }

  /** The answer to a request for a file. */
  async answer({ path, headers }: RequestHead): Promise<Answered> {
    const files = this.#known();
    if (!files.has("/index.html")) {
      return textAnswer(503, "The page is not there. In a checkout, build it with: npm run build");
    }
    const name = path.endsWith("/") ? `${path}index.html` : path;
    const file = files.get(name);
    if (file === undefined) return textAnswer(404, "There is nothing here.");
    const packed = files.get(`${name}.gz`);
    const takesPacked = listOf(headers, "accept-encoding").some((one) =>
      /^gzip($|;q=[^0])/.test(one)
    );
    const isPacked = packed !== undefined && takesPacked;
    const { body, tag } = await readTagged(isPacked ? packed : file);
    const told: [string, string][] = [
      ["Content-Type", TYPES[name.slice(name.lastIndexOf(".") + 1)] ?? "application/octet-stream"],
      ["Cache-Control", name.startsWith(HASHED) ? `max-age=${YEAR_S}, immutable` : "no-cache"],
      ["ETag", tag],
    ];
    if (packed !== undefined) told.push(["Vary", "Accept-Encoding"]);
    if (listOf(headers, "if-none-match").includes(tag)) return { status: 304, headers: told };
    if (isPacked) told.push(["Content-Encoding", "gzip"]);
    return { status: 200, headers: told, body };
  }

  /** Looked at again while there is no page: somebody may be building it. */
  #known(): Map<string, string> {
    if (this.#files !== null) return this.#files;
    const files = new Map<string, string>();
    addFiles(this.#folder, "/", files, 0);
    if (files.has("/index.html")) this.#files = files;
    return files;
  }
}

function addFiles(folder: string, path: string, files: Map<string, string>, depth: number): void {
  let entries: Deno.DirEntry[];
  try {
    entries = [...Deno.readDirSync(folder)];
  } catch (thrown) {
    if (thrown instanceof Deno.errors.NotFound) return;
    throw thrown;
  }
  for (const { name, isFile, isDirectory } of entries) {
    if (files.size >= FILES_MAX) return;
    if (isFile) files.set(path + name, `${folder}/${name}`);
    if (isDirectory && depth < DEPTH_MAX) {
      addFiles(`${folder}/${name}`, `${path}${name}/`, files, depth + 1);
    }
  }
}

/** A file and its entity tag (RFC 9110 8.8.3): the hash of what is in it. */
async function readTagged(file: string): Promise<{ body: Uint8Array; tag: string }> {
  const body = await Deno.readFile(file);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", body));
  const hex = Array.from(digest.subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0"));
  return { body, tag: `"${hex.join("")}"` };
}
