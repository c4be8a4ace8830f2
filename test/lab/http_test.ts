// Web servers and loads of the lab, over the reference network.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { countByServer, failures, startHttpServer, startLoad } from "./http.ts";
import { ADDRESS, openReferenceLab, VIP1 } from "./topology.ts";
import type { ReferenceLab } from "./topology.ts";

describe("startLoad()", () => {
  let reference: ReferenceLab;
  beforeAll(async () => {
    reference = await openReferenceLab("http", ["client", "rs1", "rs2"]);
    await startHttpServer(reference.machine("rs1"));
    await startHttpServer(reference.machine("rs2"), "rs2", { mode: "silent" });
  });
  afterAll(() => reference[Symbol.asyncDispose]());

  it("tells who answered and how long it took", async () => {
    const load = await startLoad(reference.machine("client"), {
      host: ADDRESS.rs1,
      perSecond: 50,
      durationMs: 1000,
    });
    const results = await load.finish();
    expect(results).toHaveLength(50);
    expect(countByServer(results)).toEqual({ rs1: 50 });
    expect(failures(results)).toEqual([]);
  });

  it("checks bodies of 1 MB byte by byte", async () => {
    const load = await startLoad(reference.machine("client"), {
      host: ADDRESS.rs1,
      path: "/bytes/1048576",
      perSecond: 5,
      durationMs: 400,
    });
    const results = await load.finish();
    expect(results.map(({ bytes, error }) => ({ bytes, error }))).toEqual([
      { bytes: 1_048_576, error: null },
      { bytes: 1_048_576, error: null },
    ]);
  });

  it("counts a server that never answers, one that is not there, and a bad status as failures", async () => {
    const client = reference.machine("client");
    const silent = await startLoad(client, {
      host: ADDRESS.rs2,
      perSecond: 10,
      durationMs: 300,
      timeoutMs: 200,
    });
    const refused = await startLoad(client, {
      host: ADDRESS.rs1,
      port: 81,
      perSecond: 10,
      durationMs: 100,
    });
    const bad = await startLoad(client, {
      host: ADDRESS.rs1,
      path: "/status/503",
      perSecond: 10,
      durationMs: 100,
    });
    expect(failures(await silent.finish()).map((result) => result.error)).toEqual(
      Array(3).fill("no answer in 200 ms"),
    );
    expect(failures(await refused.finish())[0]!.error).toMatch(/refused/);
    expect(failures(await bad.finish())[0]).toMatchObject({ status: 503, error: null });
  });

  it("nobody answers ARP for a VIP while there is no director (realserver.sh)", async () => {
    const asked = await reference.machine("client").exec(
      ["arping", "-c", "2", "-w", "2", "-I", "eno16777736", VIP1],
      { check: false },
    );
    expect(asked.code).toBe(1);
    expect(asked.stdout).toContain("Received 0 response");
  });
});
