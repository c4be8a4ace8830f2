// `vipd web`: serves the built page on this machine, for looking at configurations, dumps and captures. It
// is the server of the daemon's web block without a stream. Files that are given stand under a path that
// nobody can guess, which only the printed address has: in its fragment, which browsers do not send.

import { VipdError } from "../host/base/errors.ts";
import { OPENED_KEY, type OpenedFile, openedListPath } from "../host/control/client.ts";
import {
  type Answered,
  jsonAnswer,
  Page,
  serveWeb,
  type WebServer,
} from "../host/control/web/index.ts";
import { pageFolder } from "../host/daemon/page_folder.ts";
import { parseEndpoint } from "./endpoint.ts";
import { print } from "./output.ts";
import { readFileUpTo } from "./read_file.ts";

/** Where it listens when it is not told. The next to the daemon's; any free one when somebody has it. */
const LISTEN_DEFAULT = { address: "127.0.0.1", port: 8113 };
/** Largest file that the page opens, bytes. */
const FILE_SIZE_MAX = 256 * 1024 * 1024;
/** Bytes of the path that nobody can guess. */
const KEY_SIZE = 16;

/** What to serve, and where. */
export interface WebCommand {
  /** Configurations, scenarios, a dump or a capture that the page is to open. */
  files: readonly string[];
  /** `ADDRESS:PORT`; null = not told. */
  listen: string | null;
  /** URL of the program: the page stands beside it. */
  entry: string;
}

/** Serves until a signal comes. Throws VipdError: `file`, `address`, `listen`, `page`. */
export async function runWeb(command: WebCommand): Promise<number> {
  const server = startWeb(command);
  print(server.url);
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, resolve);
  });
  await server.close();
  return 0;
}

/** Serves in the background; `url` is what a browser opens. */
export function startWeb(
  { files, listen, entry }: WebCommand,
): { url: string; close(): Promise<void> } {
  const folder = pageFolder(entry);
  if (!new Page(folder).isBuilt) {
    throw new VipdError("page", `there is no page in ${folder}`, {
      hint: "In a checkout, build it with `npm run build`, or develop it with `npm run web`.",
    });
  }
  const key = randomKey();
  const beside = openedFiles(files, key);
  const server = listenOn(listen, (where) =>
    serveWeb({
      listen: where,
      access: { tokens: [], origins: [] },
      page: folder,
      role: "files",
      beside,
      stream: null,
    }));
  const { address, port } = server;
  const host = address.includes(":") ? `[${address}]` : address;
  const fragment = files.length === 0 ? "" : `#${OPENED_KEY}=${key}`;
  return {
    url: `http://${host}:${port}/${fragment}`,
    close: () => server.close(),
  };
}

/** Listens where it was told, or somewhere near its usual place. */
function listenOn(
  told: string | null,
  serve: (where: { address: string; port: number }) => WebServer,
): WebServer {
  const where = told === null ? LISTEN_DEFAULT : parseEndpoint(told);
  try {
    return serve(where);
  } catch (cause) {
    if (told === null && cause instanceof Deno.errors.AddrInUse) {
      return serve({ ...LISTEN_DEFAULT, port: 0 });
    }
    const why = cause instanceof Error ? cause.message : String(cause);
    const place = `${where.address}, port ${where.port}`;
    throw new VipdError("listen", `cannot listen on ${place}: ${why}`, {
      cause,
      hint: "Give an address of this machine and a free port: --listen 127.0.0.1:8113.",
    });
  }
}

/** The files by their path, and the list of them. */
function openedFiles(files: readonly string[], key: string): Map<string, Answered> {
  const beside = new Map<string, Answered>();
  const list: OpenedFile[] = files.map((file, i) => {
    const body = readFileUpTo(file, FILE_SIZE_MAX);
    const path = openedListPath(key).replace("list.json", String(i));
    const headers = [["Content-Type", "application/octet-stream"], ["Cache-Control", "no-store"]];
    beside.set(`/${path}`, { status: 200, headers: headers as [string, string][], body });
    return { name: file.slice(file.lastIndexOf("/") + 1), path };
  });
  if (list.length > 0) beside.set(`/${openedListPath(key)}`, jsonAnswer(list));
  return beside;
}

function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(KEY_SIZE));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
