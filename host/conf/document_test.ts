import { describe, expect, it } from "vitest";
import { loadConfig, type LoadOptions } from "./load.ts";
import { INCLUDE_DEPTH_MAX } from "./limits.ts";
import { memorySource } from "./source.ts";
import { instance, service } from "./test_support.ts";

const MAIN = "/etc/k/main.conf";

function read(files: Record<string, string | Uint8Array>, options: LoadOptions = {}) {
  const { config, diagnostics } = loadConfig(MAIN, memorySource(files), options);
  return { config, found: diagnostics.map((d) => `${d.file}:${d.line} ${d.severity} ${d.code}`) };
}

describe("include", () => {
  it("takes names from the directory of the including file", () => {
    const { config, found } = read({
      "/etc/k/main.conf": "include sub/a.conf\n",
      "/etc/k/sub/a.conf": "include b.conf\n",
      "/etc/k/sub/b.conf": instance(),
    });
    expect(found).toEqual([]);
    expect(config!.instances[0]!.name).toBe("VI_1");
    expect(config!.files).toEqual([
      "/etc/k/main.conf",
      "/etc/k/sub/a.conf",
      "/etc/k/sub/b.conf",
    ]);
  });

  it("expands wildcards and braces in the order of the names", () => {
    const { config } = read({
      "/etc/k/main.conf": "include d/{b,a}*.conf",
      "/etc/k/d/b1.conf": instance("", "B", 2),
      "/etc/k/d/a1.conf": instance("", "A", 1),
      "/etc/k/d/c.conf": instance("", "C", 3),
    });
    expect(config!.instances.map(({ name }) => name)).toEqual(["A", "B"]);
  });

  it("works inside blocks and lists", () => {
    const { config, found } = read({
      "/etc/k/main.conf": instance("virtual_ipaddress {\ninclude vips\n}\ninclude more"),
      "/etc/k/vips": "192.0.2.7/24\n192.0.2.8/24",
      "/etc/k/more": "priority 7",
    });
    expect(found).toEqual([]);
    const [first] = config!.instances;
    expect(first!.vips.map(({ address }) => address)).toEqual([
      "192.0.2.51",
      "192.0.2.7",
      "192.0.2.8",
    ]);
    expect(first!.priority).toBe(7);
  });

  it("says so when files include each other", () => {
    const { config, found } = read({
      "/etc/k/main.conf": "include a.conf",
      "/etc/k/a.conf": "\ninclude main.conf",
    });
    expect(config).toBeNull();
    expect(found).toEqual(["/etc/k/a.conf:2 error include-loop"]);
  });

  it("says so when a file is missing", () => {
    expect(read({ "/etc/k/main.conf": "include a.conf" }).found).toEqual([
      "/etc/k/main.conf:1 error file-unreadable",
    ]);
  });

  it("warns when a pattern matches nothing; the strict forms fail", () => {
    expect(read({ "/etc/k/main.conf": "include *.x" }).found).toEqual([
      "/etc/k/main.conf:1 warning include-no-match",
    ]);
    expect(read({ "/etc/k/main.conf": "include *.x" }, { includeErrors: true }).found).toEqual([
      "/etc/k/main.conf:1 error include-no-match",
    ]);
    expect(read({ "/etc/k/main.conf": "includem *.x" }).found).toEqual([
      "/etc/k/main.conf:1 error include-no-match",
    ]);
  });

  it("refuses a pattern that stands for too many names, instead of reading some of them", () => {
    expect(read({ "/etc/k/main.conf": `include ${"{a,b}".repeat(9)}` }).found).toEqual([
      "/etc/k/main.conf:1 error include-too-wide",
    ]);
  });

  it("stops at INCLUDE_DEPTH_MAX", () => {
    const files: Record<string, string> = { "/etc/k/main.conf": "include 0" };
    for (let i = 0; i <= INCLUDE_DEPTH_MAX; i++) files[`/etc/k/${i}`] = `include ${i + 1}`;
    expect(read(files).found).toEqual([
      `/etc/k/${INCLUDE_DEPTH_MAX - 1}:1 error include-too-deep`,
    ]);
  });

  it("stops at FILES_MAX where files multiply", () => {
    const files: Record<string, string> = { "/etc/k/main.conf": "include 0\ninclude 0" };
    for (let i = 0; i < 12; i++) files[`/etc/k/${i}`] = `include ${i + 1}\ninclude ${i + 1}`;
    files["/etc/k/12"] = "! end";
    const { config, found } = read(files);
    expect(config).toBeNull();
    expect(found[0]).toContain("error file-unreadable");
  });
});

describe("vipd.conf", () => {
  it("is read from beside the main file", () => {
    const { config, found } = read({
      "/etc/k/main.conf": instance(),
      "/etc/k/vipd.conf": "vipd {\n    lease off\n    director user\n}\n",
    });
    expect(found).toEqual([]);
    expect(config!.vipd).toEqual({ lease: false, director: "user", shellScripts: true, web: null });
    expect(config!.files).toContain("/etc/k/vipd.conf");
  });

  it("takes vipd's block only", () => {
    const { found } = read({
      "/etc/k/main.conf": instance(),
      "/etc/k/vipd.conf": service(),
    });
    expect(found).toEqual(["/etc/k/vipd.conf:1 error wrong-block"]);
  });
});

describe("damaged files", () => {
  it.each([
    ["a missing file", {}, ["/etc/k/main.conf:1 error file-unreadable"]],
    ["zero bytes", { "/etc/k/main.conf": "a\0b" }, ["/etc/k/main.conf:1 error not-text"]],
    ["a surplus brace", { "/etc/k/main.conf": "}" }, ["/etc/k/main.conf:1 error brace-surplus"]],
    [
      "a missing brace",
      { "/etc/k/main.conf": "global_defs {" },
      ["/etc/k/main.conf:1 error brace-missing"],
    ],
    [
      "a block without keyword",
      { "/etc/k/main.conf": "\n{\n}" },
      ["/etc/k/main.conf:2 error block-without-keyword"],
    ],
    [
      "Latin-1",
      { "/etc/k/main.conf": Uint8Array.of(0x23, 0xe9) },
      ["/etc/k/main.conf:1 warning not-utf-8"],
    ],
    [
      "an open quote",
      { "/etc/k/main.conf": 'global_defs {\nrouter_id "a\n}' },
      ["/etc/k/main.conf:2 error unterminated-quote"],
    ],
  ])("%s", (_what, files, expected) => {
    expect(read(files).found).toEqual(expected);
  });
});
