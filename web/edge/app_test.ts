import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { coreModule } from "../../test/virtual_node.ts";
import { edgeApp } from "./app.ts";
import { EDGE_LIMITS } from "./limits.ts";

const app = edgeApp(coreModule());
const EXAMPLE = new URL("../../examples/lvs-dr-dual-master/", import.meta.url);
const NODES = ["node1.conf", "node2.conf"].map((name) => ({
  name,
  text: readFileSync(new URL(name, EXAMPLE), "utf8"),
}));
const conf = (inside: string) =>
  `vrrp_instance VI_1 { interface eth0\nvirtual_router_id 7\n${inside}\n` +
  "virtual_ipaddress { 10.9.0.1/24 } }\n";
const FILES = [{ name: "a.conf", text: conf("priority 110") }];

interface Answer {
  status: number;
  type: string | null;
  // deno-lint-ignore no-explicit-any
  body: any;
  text: string;
}

async function send(path: string, init: RequestInit): Promise<Answer> {
  const response = await app.request(path, init);
  const text = await response.text();
  const type = response.headers.get("content-type");
  return { status: response.status, type, body: JSON.parse(text), text };
}

function post(path: string, body: unknown, type = "application/json"): Promise<Answer> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return send(path, { method: "POST", body: text, headers: { "content-type": type } });
}

describe("POST /check", () => {
  it("tells what is wrong, where, and how to mend it", async () => {
    const files = [{ name: "a.conf", text: conf("prioritty 110") }];
    const { status, body } = await post("/check", { files });
    expect(status).toBe(200);
    expect(body.errors + body.warnings).toBeGreaterThan(0);
    expect(body.diagnostics[0]).toMatchObject({ file: "a.conf", line: 3, column: 1 });
    expect(body.diagnostics[0].fix.replacement).toBe("priority");
  });

  it("reads what files include, and compares nodes", async () => {
    const files = ["a.conf", "b.conf"].map((name) => ({ name, text: "include vi/*.conf\n" }));
    const included = [{ name: "vi/one.conf", text: conf("priority 100") }];
    const { status, body } = await post("/check", { files, included });
    expect(status).toBe(200);
    expect(body.errors).toBe(0);
    const codes = body.diagnostics.map(({ code }: { code: string }) => code);
    expect(codes).toContain("priorities-equal");
  });

  it("takes files as a form, in any encoding", async () => {
    const form = new FormData();
    const latin1 = Uint8Array.from("# Grüße\n", (unit) => unit.charCodeAt(0));
    form.append("files", new File([latin1, conf("priority 7")], "k.conf"));
    const response = await app.request("/check", { method: "POST", body: form });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ errors: 0 });
  });

  it("reads no more than READ_SIZE_MAX, however often files include each other", async () => {
    const text = "include big.conf\n".repeat(50);
    const included = [{ name: "big.conf", text: `${"#".repeat(200_000)}\n` }];
    const { body } = await post("/check", { files: [{ name: "a.conf", text }], included });
    expect(JSON.stringify(body.diagnostics)).toContain("READ_SIZE_MAX");
  });
});

describe("POST /simulate", () => {
  it("plays the reference deployment", async () => {
    const { status, body } = await post("/simulate", { files: NODES, seed: 1 });
    expect(status).toBe(200);
    expect(body.digest).toMatch(/^[0-9a-f]{16}$/);
    expect(body.violations).toEqual([]);
    expect(body.again).toBe("vipd simulate node1.conf node2.conf --seed 1");
    expect(body.timeline.lines.length).toBeGreaterThan(20);
    const again = await post("/simulate", { files: NODES, seed: 1 });
    expect(again.body.digest).toBe(body.digest);
    const other = await post("/simulate", { files: NODES, scenario: "chaos", seed: 2 });
    expect(other.body.digest).not.toBe(body.digest);
  });

  it("plays a scenario as object and as text, with names for the nodes", async () => {
    const scenario = { name: "one", duration: 10, steps: [{ at: 5, do: "kill", node: "left" }] };
    const files = [{ ...FILES[0], node: "left" }];
    const asObject = await post("/simulate", { files, scenario });
    expect(asObject.status).toBe(200);
    expect(asObject.body.endUs).toBe(10_000_000);
    const text = `// as a file\n${JSON.stringify(scenario)}`;
    const asText = await post("/simulate", { files, scenario: text });
    expect(asText.body.digest).toBe(asObject.body.digest);
  });

  it("takes the configuration of a reload from the included files", async () => {
    const steps = [{ at: 5, do: "reload", node: "a", config: "b.conf" }];
    const scenario = { name: "reload", duration: 10, steps };
    const included = [{ name: "b.conf", text: conf("priority 90") }];
    const { status, body } = await post("/simulate", { files: FILES, included, scenario });
    expect(status).toBe(200);
    expect(JSON.stringify(body.timeline.lines)).toContain("reload");
    const without = await post("/simulate", { files: FILES, scenario });
    expect(without.status).toBe(422);
    expect(without.body.problems[0].message).toContain("b.conf");
  });

  it("refuses configurations with errors, and says which", async () => {
    const files = [{ name: "a.conf", text: "vrrp_instance VI_1 {" }];
    const { status, type, body } = await post("/simulate", { files });
    expect([status, type]).toEqual([422, "application/problem+json"]);
    expect(body.diagnostics[0]).toMatchObject({ file: "a.conf", severity: "error" });
  });

  it("refuses a scenario that names what is not there, with its line", async () => {
    const scenario =
      `{ "name": "x", "duration": 9, "steps": [\n{"at": 1, "do": "kill", "node": "b"}] }`;
    const { status, body } = await post("/simulate", { files: FILES, scenario });
    expect(status).toBe(422);
    expect(body.problems).toEqual([expect.objectContaining({ line: 2 })]);
  });
});

describe("a bad request", () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ name: `n${i}.conf`, text: conf("priority 9") }));
  const fast = conf("version 3\nadvert_int 0.01");
  const say = () => ({ at: 1, do: "say", text: "again" });
  const reload = () => ({ at: 1, do: "reload", node: "a", set: {} });
  const farm = (servers: number) => {
    const rows = Array.from(
      { length: servers },
      (_, i) => `real_server 10.1.${i >> 8}.${i & 0xff} 80 { weight 1 }\n`,
    );
    return `virtual_server 10.9.0.1 80 { lb_algo rr\nlb_kind DR\nprotocol TCP\n${rows.join("")}}\n`;
  };
  const lasting = (duration: number) => ({ name: "long", duration, steps: [] });

  it.each<[string, string, unknown, number, RegExp]>([
    ["no JSON", "/check", '{"files": [\n nix', 400, /line 2, column 2/],
    ["brackets without end", "/check", "[".repeat(500_000), 400, /no JSON/],
    ["no object", "/check", "[]", 400, /no JSON object/],
    ["no files", "/check", {}, 400, /files is no list/],
    ["an empty list", "/check", { files: [] }, 400, /files is empty/],
    ["a member misspelt", "/check", { file: [] }, 400, /write 'files'/],
    ["a scenario for check", "/check", { files: FILES, scenario: "tour" }, 400, /not known/],
    ["a file without text", "/check", { files: [{ name: "a" }] }, 400, /files\[0\]\.text/],
    ["a file without name", "/check", { files: [{ text: "" }] }, 400, /files\[0\]\.name/],
    ["a control character", "/check", { files: [{ name: "a\n", text: "" }] }, 400, /control/],
    ["a name twice", "/check", { files: [FILES[0], FILES[0]] }, 400, /two files of one name/],
    ["too many nodes", "/check", { files: many(9) }, 413, /NODES_MAX/],
    ["too many files", "/check", { files: FILES, included: many(64) }, 413, /FILES_MAX/],
    ["a long name", "/check", { files: [{ name: "x".repeat(300), text: "" }] }, 413, /NAME_LENGTH/],
    ["a seed that is none", "/simulate", { files: FILES, seed: -1 }, 400, /seed is no seed/],
    ["a scenario that is none", "/simulate", { files: FILES, scenario: 7 }, 400, /no scenario/],
    [
      "a long scenario",
      "/simulate",
      { files: FILES, scenario: lasting(600_000) },
      422,
      /INSTANCE_SECONDS_MAX/,
    ],
    [
      "too many events",
      "/simulate",
      { files: [{ name: "a", text: fast }], scenario: lasting(100_000) },
      422,
      /EVENTS_MAX/,
    ],
    [
      "a scenario without end",
      "/simulate",
      { files: FILES, scenario: { ...lasting(10), steps: many(1001).map(say) } },
      422,
      /STEPS_MAX/,
    ],
    [
      "reloads all the time",
      "/simulate",
      { files: FILES, scenario: { ...lasting(10), steps: many(101).map(reload) } },
      422,
      /RELOADS_MAX/,
    ],
    [
      "too many servers",
      "/simulate",
      { files: [{ name: "a", text: `${conf("priority 9")}${farm(1001)}` }] },
      422,
      /SERVERS_MAX/,
    ],
    [
      "too many instances",
      "/simulate",
      {
        files: [{
          name: "a",
          text: Array.from(
            { length: 129 },
            (_, i) => conf("priority 9").replace("VI_1", `VI_${i}`).replace("id 7", `id ${i + 1}`),
          ).join(""),
        }],
      },
      422,
      /INSTANCES_MAX/,
    ],
  ])("%s", async (_what, path, body, status, says) => {
    const answer = await post(path, body);
    expect([answer.status, answer.type]).toEqual([status, "application/problem+json"]);
    expect(answer.body).toMatchObject({
      status,
      type: expect.stringMatching(/^urn:vipd:problem:/),
    });
    expect(answer.text).toMatch(says);
    expect(answer.body.hint).toBeTruthy();
  });

  it("counts a body that does not say its length", async () => {
    const chunk = new Uint8Array(100_000).fill(0x20);
    const takenMax = EDGE_LIMITS.body.value + EDGE_LIMITS.drained.value;
    let sent = 0;
    const body = new ReadableStream({
      pull(controller) {
        if (sent++ < 1000) controller.enqueue(chunk);
        else controller.close();
      },
    });
    const headers = { "content-type": "application/json" };
    const init = { method: "POST", body, headers, duplex: "half" };
    const answer = await send("/check", init as RequestInit);
    expect(answer.status).toBe(413);
    expect(answer.body.limit).toEqual(EDGE_LIMITS.body);
    // Taken a little further, for senders that read only then, but not to its end.
    expect(sent * chunk.length).toBeLessThan(takenMax + 5 * chunk.length);
  });

  it("refuses other types, forms that are none, paths and methods", async () => {
    expect((await post("/check", "x", "text/plain")).status).toBe(415);
    expect((await post("/check", "x", "multipart/form-data; boundary=b")).status).toBe(400);
    expect((await post("/nothing", {})).status).toBe(404);
    const response = await app.request("/simulate");
    expect([response.status, response.headers.get("allow")]).toEqual([405, "POST"]);
  });
});

describe("what is said", () => {
  it("never holds a password, whatever is wrong with the file", async () => {
    const secret = "s3cr3tpw";
    const spoilt = [
      `authentication { auth_type PASS\nauth_pass ${secret} }`,
      `authentication { auth_type PASS\nauth_pass ${secret}${secret} }`,
      `authentication { auth_type AH\nauth_pass ${secret} }`,
      `authentication { auth_type PASS\nauth_pass "${secret} }`,
      `authentication { auth_pass ${secret} more }`,
      `version 3\nauthentication { auth_type PASS\nauth_pass ${secret} }`,
    ];
    for (const inside of spoilt) {
      const files = [{ name: "a.conf", text: conf(inside) }];
      for (const path of ["/check", "/simulate"]) {
        expect((await post(path, { files })).text).not.toContain(secret);
      }
    }
    expect((await post("/check", `{"files": ${secret}`)).text).not.toContain(secret);
  });

  it("describes itself, with every limit", async () => {
    const text = await (await app.request("https://edge.example/")).text();
    for (const { name } of Object.values(EDGE_LIMITS)) expect(text).toContain(name);
    expect(text).toContain("curl -F files=@node1.conf -F files=@node2.conf https://edge.example/");
    const { body } = await send("/openapi.json", {});
    expect(Object.keys(body.paths)).toEqual(["/check", "/simulate"]);
  });

  it("may be read by any page, or by those that are listed", async () => {
    const ask = async (env: Record<string, string>) => {
      const headers = { origin: "https://page.example", "access-control-request-method": "POST" };
      const response = await app.request("/check", { method: "OPTIONS", headers }, env);
      return response.headers.get("access-control-allow-origin");
    };
    expect(await ask({})).toBe("*");
    expect(await ask({ ALLOWED_ORIGINS: "https://a.example https://page.example" }))
      .toBe("https://page.example");
    expect(await ask({ ALLOWED_ORIGINS: "https://a.example" })).toBeNull();
  });
});
