import { afterEach, describe, expect, it, vi } from "vitest";
import { filesOfServer, serverFacts } from "./page_server.ts";

afterEach(() => void vi.unstubAllGlobals());

const BASE = "http://127.0.0.1:8113/some/where/";
const KEY = "00ff";

/** A server with these answers by path; everything else is not there. */
function serve(answers: Record<string, unknown>) {
  const asked: string[] = [];
  vi.stubGlobal("fetch", (url: URL) => {
    asked.push(url.href);
    const path = url.href.replace(BASE, "");
    const body = answers[path];
    if (body === undefined) return Promise.resolve(new Response("", { status: 404 }));
    if (body instanceof Error) return Promise.reject(body);
    const isBytes = body instanceof Uint8Array;
    return Promise.resolve(new Response(isBytes ? body as BodyInit : JSON.stringify(body)));
  });
  return asked;
}

describe("serverFacts()", () => {
  it.each([
    [{ role: "daemon", version: "1" }, "daemon"],
    [{ role: "files", version: "1" }, "files"],
    [{ role: "static" }, undefined],
    ["<!doctype html>", undefined],
    [null, undefined],
    [new TypeError("no network"), undefined],
  ])("of %j", async (answer, role) => {
    serve({ "vipd.json": answer });
    expect((await serverFacts(BASE))?.role).toBe(role);
  });

  it("is nothing where there is nothing", async () => {
    serve({});
    expect(await serverFacts(BASE)).toBeNull();
  });
});

describe("filesOfServer()", () => {
  it("fetches what the fragment's key names", async () => {
    const asked = serve({
      "opened/00ff/list.json": [{ name: "a.conf", path: "opened/00ff/0" }],
      "opened/00ff/0": Uint8Array.of(1, 2),
    });
    const [file] = (await filesOfServer(`#opened=${KEY}`, BASE))!;
    expect(file!.name).toBe("a.conf");
    expect([...new Uint8Array(await file!.arrayBuffer())]).toEqual([1, 2]);
    expect(asked).toHaveLength(2);
  });

  it.each(["", "#", "#other=1", "#opened=", "#opened=../../secret", "#opened"])(
    "asks nobody for %j",
    async (fragment) => {
      const asked = serve({});
      expect(await filesOfServer(fragment, BASE)).toBeNull();
      expect(asked).toEqual([]);
    },
  );

  it("says that the files are gone", async () => {
    serve({});
    await expect(filesOfServer(`#opened=${KEY}`, BASE)).rejects.toThrow("start vipd web again");
    serve({ "opened/00ff/list.json": [{ name: "a.conf", path: "opened/00ff/0" }] });
    await expect(filesOfServer(`#opened=${KEY}`, BASE)).rejects.toThrow("a.conf: HTTP 404");
  });
});
