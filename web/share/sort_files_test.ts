import { describe, expect, it } from "vitest";
import { joinFiles } from "./joined_files.ts";
import { kindOf, sortFiles } from "./sort_files.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const file = (name: string, text: string) => ({ name, bytes: bytes(text) });
const PCAP = { name: "x", bytes: Uint8Array.of(0xd4, 0xc3, 0xb2, 0xa1, ...new Uint8Array(20)) };
const DUMP = { name: "x.txt", bytes: Uint8Array.of(0x56, 0x44, 0x4d, 0x50, ...new Uint8Array(20)) };

describe("kindOf", () => {
  it("goes by what is in a file, and by its name where that says nothing", () => {
    expect(kindOf(file("a.conf", ""))).toBe("conf");
    expect(kindOf(file("keepalived.conf.bak", "vrrp_instance A {\n}\n"))).toBe("conf");
    expect(kindOf(file("a.txt", "! c\nglobal_defs {\n}"))).toBe("conf");
    expect(kindOf(file("a.jsonc", ""))).toBe("scenario");
    expect(kindOf(file("a.txt", '// about\n/* it */ { "name": 1 }'))).toBe("scenario");
    expect(kindOf(PCAP)).toBe("recording");
    expect(kindOf(DUMP)).toBe("recording");
    expect(kindOf(file("a.txt", "hello { world }"))).toBe("unknown");
    expect(kindOf(file("a.png", "\x89PNG\0"))).toBe("unknown");
    expect(kindOf({ name: "a.conf", bytes: bytes("a\0b") })).toBe("unknown");
  });
});

describe("sortFiles", () => {
  it("takes configurations and one scenario, or one recording alone", () => {
    expect(sortFiles([file("a.conf", "x"), file("s.jsonc", "{}"), file("b.conf", "y")])).toEqual({
      kind: "play",
      confs: [{ name: "a.conf", text: "x" }, { name: "b.conf", text: "y" }],
      scenario: { name: "s.jsonc", text: "{}" },
    });
    expect(sortFiles([PCAP])).toEqual({ kind: "recording", file: PCAP });
    const told = (...given: Parameters<typeof sortFiles>[0]) => {
      const sorted = sortFiles(given);
      return sorted.kind === "problem" ? sorted.problem.text.en : sorted.kind;
    };
    expect(told(PCAP, DUMP)).toContain("alone");
    expect(told(file("a.json", "{}"), file("b.json", "{}"))).toContain("one scenario");
    expect(told(file("a.bin", "\0"))).toContain("no configuration");
    expect(told(file("a.conf", " \n"), file("b.conf", "x"))).toContain("{name} is empty");
    expect(told(...Array.from({ length: 65 }, () => file("a.conf", "")))).toContain("at once");
  });

  it("keeps bytes that are no UTF-8", () => {
    const sorted = sortFiles([{ name: "a.conf", bytes: Uint8Array.of(0x23, 0xe9) }]);
    expect(sorted).toMatchObject({ confs: [{ text: "#\u00e9" }] });
  });
});

describe("joinFiles", () => {
  const TABS = [{ name: "node1", text: "1" }, { name: "node2", text: "2" }];

  it("changes the texts of tabs that have the names", () => {
    expect(joinFiles(TABS, [{ name: "node2.conf", text: "x" }]))
      .toEqual([TABS[0], { name: "node2", text: "x" }]);
    expect(joinFiles(TABS, [])).toBe(TABS);
  });

  it("makes another cluster of other names, each its own", () => {
    expect(joinFiles(TABS, [{ name: "node2.conf", text: "x" }, { name: "other.conf", text: "y" }]))
      .toEqual([{ name: "node2", text: "x" }, { name: "other", text: "y" }]);
    const same = { name: "keepalived.conf", text: "" };
    expect(joinFiles(TABS, [same, same]).map(({ name }) => name))
      .toEqual(["keepalived", "keepalived-2"]);
    const twice = { name: "node1.conf", text: "" };
    expect(joinFiles(TABS, [twice, twice]).map(({ name }) => name)).toEqual(["node1", "node2"]);
  });
});
