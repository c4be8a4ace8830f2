import { afterEach, describe, expect, it } from "vitest";
import type { WebSettings } from "../conf/index.ts";
import { Web } from "./web.ts";

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  return port;
}

function make() {
  const told: string[] = [];
  const web = new Web({
    page: "/nowhere",
    answer: () => Promise.resolve(null),
    reporter: { daemon: (level, text) => void told.push(`${level} ${text}`) },
    retryMs: 20,
  });
  open.push(web);
  return { web, told };
}

const settings = (port: number, address = "127.0.0.1"): WebSettings => ({
  listen: { family: "INET", address, port },
  tokens: [{ name: "ops", secret: "0123456789abcdef" }],
  origins: [],
});

const answers = async (port: number) =>
  await fetch(`http://127.0.0.1:${port}/vipd.json`).then((answer) => answer.json(), () => null);

async function until(condition: () => boolean) {
  const end = performance.now() + 5000;
  while (!condition()) {
    if (performance.now() > end) throw new Error("the condition never came");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe("Web", () => {
  it("is off until it is turned on, and again when it is turned off", async () => {
    const { web, told } = make();
    const port = freePort();
    await web.apply(null);
    expect(web.status()).toBeNull();
    await web.apply(settings(port));
    expect(web.status()).toMatchObject({ listen: `127.0.0.1:${port}`, problem: null, clients: 0 });
    expect(await answers(port)).toMatchObject({ role: "daemon" });
    await web.apply(null);
    expect(web.status()).toBeNull();
    expect(await answers(port)).toBeNull();
    expect(told).toEqual([
      `info web http://127.0.0.1:${port}/: the page is served`,
      `info web http://127.0.0.1:${port}/: no longer served`,
    ]);
  });

  it("moves with a reload, and stays where the place is the same", async () => {
    const { web, told } = make();
    const [one, other] = [freePort(), freePort()];
    await web.apply(settings(one));
    await web.apply({ ...settings(one), origins: ["https://a.example"] });
    expect(told).toHaveLength(1);
    await web.apply(settings(other));
    expect([await answers(one), await answers(other)]).toEqual([
      null,
      expect.objectContaining({ role: "daemon" }),
    ]);
  });

  it("tells once that it cannot listen, and serves when it can", async () => {
    const { web, told } = make();
    const blocker = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = blocker.addr as Deno.NetAddr;
    await web.apply(settings(port));
    expect(web.status()!.problem).toContain("Address already in use");
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/^error .*cannot listen, will try again/);
    blocker.close();
    await until(() => web.status()!.problem === null);
    expect(await answers(port)).toMatchObject({ role: "daemon" });
  });

  it("gives up a place that it could not have, when the next configuration has another", async () => {
    const { web } = make();
    const port = freePort();
    await web.apply(settings(port, "192.0.2.1"));
    expect(web.status()!.problem).not.toBeNull();
    await web.apply(settings(port));
    expect(web.status()).toMatchObject({ listen: `127.0.0.1:${port}`, problem: null });
  });
});
