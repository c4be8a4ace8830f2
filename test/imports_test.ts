// The import table of ARCHITECTURE.md holds for every source file, and the check of it bites.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { BROWSER_SAFE, findViolations, importsOf, isTestFile } from "./imports.ts";
import type { Import } from "./imports.ts";

const root = new URL("../", import.meta.url);

/** The TypeScript files of a folder, with and without JSX; none of a room that has not been built yet. */
function sources(folder: string): string[] {
  if (!existsSync(new URL(folder, root))) return [];
  return readdirSync(new URL(folder, root), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}${entry.name}`;
    if (entry.isDirectory()) return sources(`${path}/`);
    return /\.tsx?$/.test(path) ? [path] : [];
  });
}

const files = ["core-as/assembly/", "host/", "cli/", "web/"].flatMap(sources);
const read = (file: string) => readFileSync(new URL(file, root), "utf8");
const imports = files.flatMap((file) => importsOf(file, read(file)));

describe("the import table", () => {
  it("holds for every file of the project", () => {
    expect(files.length).toBeGreaterThan(10);
    const lines = findViolations(imports).map((violation) =>
      `${violation.from} must not import ${violation.specifier}: ${violation.why}`
    );
    expect(lines).toEqual([]);
  });

  it("no browser-safe file names Deno", () => {
    const guilty = files.filter((file) =>
      BROWSER_SAFE.some((folder) => file.startsWith(folder)) && !isTestFile(file) &&
      /\bDeno\./.test(read(file).replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, ""))
    );
    expect(guilty).toEqual([]);
  });
});

describe("findViolations()", () => {
  const line = (from: string, specifier: string, typeOnly = false): Import => ({
    from,
    specifier,
    typeOnly,
  });
  const forbidden: [string, Import, RegExp][] = [
    [
      "base importing a room",
      line("host/base/log.ts", "../core/abi.gen.ts"),
      /base is what every room/,
    ],
    ["conf importing the engine", line("host/conf/load.ts", "../engine/node.ts"), /HostFacts/],
    [
      "a type of a room that must not be known",
      line("host/conf/a.ts", "../sim/b.ts", true),
      /HostFacts/,
    ],
    [
      "the engine holding an instance of the core",
      line("host/engine/engine.ts", "../core/core.ts"),
      /types only/,
    ],
    [
      "the engine reading the parser",
      line("host/engine/engine.ts", "../conf/load.ts"),
      /never an instance/,
    ],
    [
      "node: in browser-safe code",
      line("host/core/load.ts", "node:fs"),
      /browser safe/,
    ],
    ["node: in the page", line("web/app/app.tsx", "node:fs"), /browser safe/],
    ["the page reaching the daemon", line("web/a.tsx", "../host/daemon/main.ts"), /in a browser/],
    ["an unlisted package", line("host/linux/a.ts", "lodash"), /not listed/],
    [
      "a checker that decides",
      line("host/check/tcp.ts", "../engine/verdict.ts"),
      /types only/,
    ],
    ["cli reaching the kernel", line("cli/status.ts", "../host/linux/libc.ts"), /daemon or the/],
    ["cli reaching the control server", line("cli/a.ts", "../host/control/server.ts"), /client/],
    ["code importing a test", line("cli/a.ts", "./a_test.ts"), /never imports from tests/],
    ["code importing the lab", line("host/daemon/a.ts", "../../test/lab/netns.ts"), /tests/],
    ["base knowing wire", line("core-as/assembly/base/a.ts", "../wire/arp"), /stands on/],
    ["wire knowing vrrp", line("core-as/assembly/wire/arp.ts", "../vrrp/machine"), /codec/],
    ["lvs knowing vrrp", line("core-as/assembly/lvs/a.ts", "../vrrp/machine"), /never know/],
    [
      "the core importing the host",
      line("core-as/assembly/index.ts", "../../host/x.ts"),
      /nothing/,
    ],
    ["a file outside all rooms", line("host/stray.ts", "./base/log.ts"), /no room/],
  ];
  for (const [what, one, why] of forbidden) {
    it(`catches ${what}`, () => {
      const found = findViolations([one]);
      expect(found).toHaveLength(1);
      expect(found[0]!.why).toMatch(why);
    });
  }

  it("follows control/client.ts through the files that it uses", () => {
    const found = findViolations([
      line("host/control/client.ts", "./protocol.ts"),
      line("host/control/protocol.ts", "../engine/status.ts", true),
      line("host/control/protocol.ts", "node:net"),
    ]);
    expect(found.some((one) => /runs in browsers/.test(one.why))).toBe(true);
  });

  it("lets through what the table allows", () => {
    expect(findViolations([
      line("host/engine/node.ts", "../core/core.ts"),
      line("host/engine/engine.ts", "../core/core.ts", true),
      line("host/engine/engine.ts", "../core/abi.gen.ts"),
      line("host/engine/engine.ts", "../conf/model.ts"),
      line("host/daemon/main.ts", "../linux/libc.ts"),
      line("host/base/errors_test.ts", "node:fs"),
      line("core-as/assembly/index.ts", "./vrrp/machine"),
      line("core-as/assembly/vrrp/machine.ts", "./timers"),
      line("cli/status.ts", "../host/control/client.ts"),
      line("web/app/app.tsx", "preact"),
      line("web/vite.config.ts", "node:url"),
    ])).toEqual([]);
  });
});

describe("importsOf()", () => {
  it("reads every form of import and skips comments", () => {
    const source = `
      // import { a } from "./comment.ts";
      /* import { b } from "./block.ts"; */
      import { c } from "./value.ts";
      import type { D } from "./type.ts";
      import { type E, type F } from "./inline.ts";
      import { type G, h } from "./mixed.ts";
      import {
        i,
      } from "./lines.ts";
      import * as j from "./star.ts";
      export { k } from "./again.ts";
      export type { L } from "./again_type.ts";
      import "./effect.ts";
      const m = await import("./dynamic.ts");
    `;
    expect(importsOf("host/x.ts", source).map((one) => [one.specifier, one.typeOnly])).toEqual([
      ["./value.ts", false],
      ["./type.ts", true],
      ["./inline.ts", true],
      ["./mixed.ts", false],
      ["./lines.ts", false],
      ["./star.ts", false],
      ["./again.ts", false],
      ["./again_type.ts", true],
      ["./effect.ts", false],
      ["./dynamic.ts", false],
    ]);
  });
});
