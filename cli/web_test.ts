// `vipd web` against a page made up here, beside a program made up here.

import { afterAll, afterEach, describe, expect, it } from "vitest";
import { openedListPath } from "../host/control/client.ts";
import { parseEndpoint } from "./endpoint.ts";
import { startWeb } from "./web.ts";

const root = await Deno.makeTempDir({ prefix: "vipd-web-" });
const entry = new URL(`file://${root}/cli/main.ts`).href;
await Deno.mkdir(`${root}/dist/web`, { recursive: true });
await Deno.writeTextFile(`${root}/dist/web/index.html`, "the page");
await Deno.writeTextFile(`${root}/node1.conf`, "vrrp_instance A {\n}\n");
await Deno.writeFile(`${root}/a.dump`, Uint8Array.of(1, 2, 3));
afterAll(() => Deno.remove(root, { recursive: true }));

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

function start(files: string[] = [], listen: string | null = "127.0.0.1:0") {
  const server = startWeb({ files, listen, entry });
  open.push(server);
  return new URL(server.url);
}

const listOf = async (url: URL, key: string) => await fetch(new URL(openedListPath(key), url));

describe("startWeb()", () => {
  it("serves the page, says that no daemon is behind it, and has no stream", async () => {
    const url = start();
    expect(url.hash).toBe("");
    expect(await (await fetch(url)).text()).toBe("the page");
    const facts = await fetch(new URL("vipd.json", url));
    expect(await facts.json()).toMatchObject({ role: "files" });
    const stream = await fetch(new URL("stream", url));
    await stream.body?.cancel();
    expect(stream.status).toBe(404);
  });

  it("opens the files that it is given, for those alone who have the whole address", async () => {
    const url = start([`${root}/node1.conf`, `${root}/a.dump`]);
    const key = /^#opened=([0-9a-f]{32})$/.exec(url.hash)![1]!;
    const list = await (await listOf(url, key)).json() as { name: string; path: string }[];
    expect(list.map(({ name }) => name)).toEqual(["node1.conf", "a.dump"]);
    const bytes = await Promise.all(
      list.map(async ({ path }) =>
        new Uint8Array(await (await fetch(new URL(path, url))).arrayBuffer())
      ),
    );
    expect(new TextDecoder().decode(bytes[0])).toContain("vrrp_instance");
    expect([...bytes[1]!]).toEqual([1, 2, 3]);
    for (const other of ["", "0".repeat(32)]) {
      const answer = await listOf(url, other);
      await answer.body?.cancel();
      expect(answer.status).toBe(404);
    }
    const again = start([`${root}/node1.conf`]);
    expect(again.hash).not.toBe(url.hash);
  });

  it("has another port where its usual one is taken, unless it was told", () => {
    const one = start([], null);
    const other = start([], null);
    expect([one.hostname, other.hostname]).toEqual(["127.0.0.1", "127.0.0.1"]);
    expect(one.port).not.toBe(other.port);
    expect(() => start([], one.host)).toThrow(
      expect.objectContaining({ code: "listen", hint: expect.stringContaining("--listen") }),
    );
  });

  it("refuses what it cannot read, and says what to do where there is no page", () => {
    expect(() => start([`${root}/none.conf`])).toThrow(expect.objectContaining({ code: "file" }));
    expect(() => startWeb({ files: [], listen: null, entry: "file:///nowhere/cli/main.ts" }))
      .toThrow(
        expect.objectContaining({ code: "page", hint: expect.stringContaining("npm run build") }),
      );
  });
});

describe("parseEndpoint()", () => {
  it.each([
    ["127.0.0.1:80", "127.0.0.1", 80],
    ["0.0.0.0:0", "0.0.0.0", 0],
    ["[::1]:8113", "::1", 8113],
    ["localhost:1", "127.0.0.1", 1],
  ])("reads %s", (text, address, port) => expect(parseEndpoint(text)).toEqual({ address, port }));

  it.each(["", "80", ":80", "127.0.0.1", "127.0.0.1:", "::1:80", "[127.0.0.1]:80", "a.example:80"])(
    "refuses %j",
    (text) => {
      expect(() => parseEndpoint(text)).toThrow(expect.objectContaining({ code: "address" }));
    },
  );

  it("refuses a port that there is not", () => {
    expect(() => parseEndpoint("127.0.0.1:65536")).toThrow();
  });
});
