// The built form, in a folder far from the sources: everything that the launcher form needs is in it.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Lab, type LabNode } from "../lab/netns.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
const directory = await Deno.makeTempDir({ prefix: "vipd-build-" });
const built = `${directory}/dist`;
const installed = `${directory}/installed`;

interface Ended {
  code: number;
  out: string;
  err: string;
}

async function run(program: string, args: string[], cwd = directory): Promise<Ended> {
  const { code, stdout, stderr } = await new Deno.Command(program, { args, cwd }).output();
  return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
}

let buildOutput: Ended;
beforeAll(async () => {
  buildOutput = await run("sh", ["cli/build/build", "--out", built], ROOT);
  if (buildOutput.code !== 0) throw new Error(buildOutput.out + buildOutput.err);
  await run("cp", ["-r", built, installed]);
});
afterAll(() => Deno.remove(directory, { recursive: true }));

const kindOf = async (folder: string) =>
  JSON.parse(await Deno.readTextFile(`${folder}/build-kind`)) as Record<string, unknown>;

/** A node with one interface and a configuration that makes it MASTER. */
async function masterNode(lab: Lab): Promise<LabNode> {
  const lan = await lab.addSwitch("lan");
  const node = await lab.addNode("node");
  await lan.connect(node, { name: "eth0", addresses: ["192.0.2.1/24"] });
  await node.configure(
    "keepalived.conf",
    `vrrp_instance VI_1 {
      interface eth0
      virtual_router_id 51
      priority 150
      virtual_ipaddress {
        192.0.2.100/24
      }
    }
`,
  );
  return node;
}

describe("npm run build", () => {
  it("says what it made, and build-kind and --version say the same", async () => {
    const kind = await kindOf(installed);
    expect(["bundle", "compiled"]).toContain(kind["kind"]);
    expect(kind).toMatchObject({ ran: true, deno: Deno.version.deno });
    expect(buildOutput.out).toContain(`: ${kind["kind"]}, --version runs`);
    if (kind["kind"] === "bundle") expect(buildOutput.out).toContain("building launcher instead");
    const { code, err } = await run(`${installed}/vipd`, ["--version"]);
    expect(code).toBe(0);
    expect(err).toContain(`Build:     ${kind["kind"]}`);
  });

  it("has no node_modules, no source and no path of this machine in it", async () => {
    const names = (await run("find", [installed])).out;
    expect(names).not.toMatch(/node_modules|\.ts$/m);
    const program = await Deno.readTextFile(`${installed}/vipd.js`);
    expect(program).not.toContain(ROOT);
    expect(program.length).toBeLessThan(4 * 1024 * 1024);
    // What is imported at the head is loaded by every thread, at every start.
    expect(program).not.toMatch(/(?:^|;)import[ {*"]/m);
    expect((await Deno.readTextFile(`${installed}/vipd.js.LICENSES.txt`)).length)
      .toBeGreaterThan(1000);
  });

  it("leaves nothing behind when deno compile is cut off", async () => {
    const folder = await Deno.makeTempDir({ dir: directory });
    const temporary = await Deno.makeTempDir({ dir: directory });
    // As Deno does: a temporary file beside the output, and then no end.
    const slow = `${directory}/slow-deno`;
    const lines = ["#!/bin/sh", 'while [ "$1" != --output ]; do shift; done'];
    const writes = ['echo part >"$2.tmp-1"', "exec sleep 60"];
    await Deno.writeTextFile(slow, [...lines, ...writes, ""].join("\n"), { mode: 0o755 });
    await Deno.writeTextFile(`${folder}/vipd.js`, "");
    const paths = { deno: slow, bundle: `${folder}/vipd.js`, outfile: `${folder}/vipd.bin` };
    const script = `import { compile } from "./cli/build/compile.mjs";
      console.log(await compile({ ...${JSON.stringify(paths)}, heapMb: 512 }));`;
    const { stdout } = await new Deno.Command("node", {
      args: ["--input-type=module", "-e", script],
      cwd: ROOT,
      env: { VIPD_COMPILE_SECONDS: "1", TMPDIR: temporary },
    }).output();
    expect(new TextDecoder().decode(stdout)).toBe("no answer in 1 s\n");
    expect([...Deno.readDirSync(folder)].map(({ name }) => name)).toEqual(["vipd.js"]);
    expect([...Deno.readDirSync(temporary)]).toEqual([]);
  });

  it("the core's only import is its memory", async () => {
    const module = new WebAssembly.Module(await Deno.readFile(`${installed}/core.wasm`));
    expect(WebAssembly.Module.imports(module)).toEqual([
      { module: "env", name: "memory", kind: "memory" },
    ]);
  });

  it("runs every subcommand's module without the sources", async () => {
    const vipd = `${installed}/vipd`;
    const seed = `${ROOT}examples/lvs-dr-dual-master`;
    await Deno.copyFile(`${seed}/node1.conf`, `${directory}/node1.conf`);
    const check = await run(vipd, ["check", "--no-host", "--format", "json", "node1.conf"]);
    expect(check.code).toBeLessThan(2);
    expect(Array.isArray(JSON.parse(check.out))).toBe(true);
    for (const command of ["status", "events"]) {
      const asked = await run(vipd, [command, "--socket", `${directory}/none`]);
      expect(asked).toMatchObject({ code: 1, out: "" });
      expect(asked.err).toContain("no vipd answers");
    }
    expect((await run("sh", ["-c", `echo help | ${vipd} console`])).out).toContain("reload");
    expect((await run(vipd, ["help"])).out).toContain("vipd check");
    expect(await run(vipd, ["--signum=JSON"])).toMatchObject({ code: 0, out: "36\n" });
    expect(await run(vipd, ["-Q"])).toMatchObject({ code: 1, err: "Unknown option -Q\n" });
  });

  it("serves the page that stands beside it, until it is told to end", async () => {
    await Deno.writeTextFile(`${directory}/node.conf`, "global_defs {\n  router_id A\n}\n");
    const child = new Deno.Command(`${installed}/vipd`, {
      args: ["web", "--listen", "127.0.0.1:0", `${directory}/node.conf`],
      stdout: "piped",
    }).spawn();
    const reader = child.stdout.getReader();
    const url = new URL(new TextDecoder().decode((await reader.read()).value).trim());
    const page = await (await fetch(url)).text();
    expect(page).toContain('<script type="module"');
    const [script] = /assets\/[\w.-]+\.js/.exec(page)!;
    const answer = await fetch(new URL(script!, url));
    expect(answer.headers.get("content-type")).toContain("javascript");
    expect((await answer.text()).length).toBeGreaterThan(1000);
    const key = url.hash.replace("#opened=", "");
    const list = await (await fetch(new URL(`opened/${key}/list.json`, url))).json();
    expect(list).toMatchObject([{ name: "node.conf" }]);
    child.kill("SIGTERM");
    expect((await child.status).code).toBe(0);
    await reader.cancel();
  });

  it("-t tests a configuration and writes what it found into its file", async () => {
    const vipd = `${installed}/vipd`;
    await Deno.writeTextFile(`${directory}/clean.conf`, "global_defs {\n  router_id A\n}\n");
    await Deno.writeTextFile(`${directory}/bad.conf`, "vrrp_instance X {\n  stat MASTER\n}\n");
    const clean = await run(vipd, ["-t", "-f", `${directory}/clean.conf`]);
    expect(clean).toMatchObject({ code: 0, out: "", err: "" });
    const bad = await run(vipd, [`-t${directory}/log`, "-f", `${directory}/bad.conf`]);
    expect(bad).toMatchObject({ code: 4, out: "", err: "" });
    expect(await Deno.readTextFile(`${directory}/log`)).toContain("bad.conf:2:");
  });

  it("a worker re-enters the bundle, and one without a role says so", async () => {
    const program = `${directory}/worker.mjs`;
    await Deno.writeTextFile(
      program,
      `const worker = new Worker(${JSON.stringify(`file://${installed}/vipd.js`)},
        { type: "module", name: "nobody" });
      worker.onerror = (event) => {
        event.preventDefault();
        console.log(event.message);
        Deno.exit(0);
      };`,
    );
    const { out } = await run(Deno.execPath(), ["run", "-A", "--no-config", program]);
    expect(out).toContain("vipd has no worker named 'nobody'");
  });

  it("the daemon becomes MASTER with its worker in the bundle, answers and stops", async () => {
    await using lab = await Lab.open("build");
    const node = await masterNode(lab);
    const vipd = [`${installed}/vipd`, "-n", "-l", "-D", "-G"];
    const daemon = await node.start(vipd);
    await daemon.waitForLine(/Entering MASTER STATE/, 20_000);
    const { stdout } = await node.exec([`${installed}/vipd`, "status", "--json"]);
    const kind = (await kindOf(installed))["kind"];
    expect(JSON.parse(stdout)).toMatchObject({
      build: kind,
      instances: [{ name: "VI_1", state: "MASTER", vips: [{ held: true }] }],
    });
    expect(await node.holds("192.0.2.100")).toBe(true);
    daemon.kill("SIGTERM");
    expect(await daemon.ended).toBe(0);
    expect(await node.holds("192.0.2.100")).toBe(false);
  });

  it("without -n it returns 0 with the daemon standing", async () => {
    await using lab = await Lab.open("buildbg");
    const node = await masterNode(lab);
    expect((await node.exec([`${installed}/vipd`])).code).toBe(0);
    const status = await node.exec([`${installed}/vipd`, "status"]);
    expect(status.stdout).toContain("VI_1");
    await node.exec(["sh", "-c", "kill $(cat /run/keepalived.pid)"]);
    const gone =
      "for i in $(seq 100); do [ -e /run/keepalived.pid ] || exit 0; sleep 0.1; done; exit 1";
    expect((await node.exec(["sh", "-c", gone])).code).toBe(0);
    expect((await node.exec(["ls", "/run"])).stdout).not.toContain("keepalived.sock");
  });

  it("the other architecture is laid out, and marked unproven unless it ran", async () => {
    const other = Deno.build.arch === "x86_64" ? "arm64" : "x86-64";
    const folder = `${installed}/${other}`;
    if (buildOutput.out.includes(`left out ${other}`)) {
      await expect(Deno.lstat(folder)).rejects.toThrow(Deno.errors.NotFound);
      return;
    }
    const kind = await kindOf(folder);
    expect(kind["ran"]).toBe(kind["unproven"] === undefined);
    const header = await Deno.readFile(`${folder}/deno`);
    // e_machine of <elf.h>: EM_AARCH64 183, EM_X86_64 62.
    expect(header[18]).toBe(other === "arm64" ? 183 : 62);
  });

  it("refuses to empty a folder that holds something else", async () => {
    await Deno.mkdir(`${directory}/mine`);
    await Deno.writeTextFile(`${directory}/mine/file`, "kept");
    const refused = await run("node", ["cli/build/build.mjs", "--out", `${directory}/mine`], ROOT);
    expect(refused.code).toBe(1);
    expect(await Deno.readTextFile(`${directory}/mine/file`)).toBe("kept");
  });
});
