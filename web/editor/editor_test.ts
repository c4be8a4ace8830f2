import fc from "fast-check";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { NODE_MAX } from "../../host/sim/world.ts";
import { loadNodes } from "../source/play/nodes.ts";
import { proposalsAt } from "./completion.ts";
import { depthAt, editBetween, formattingOf } from "./formatting.ts";
import { helpAt } from "./help.ts";
import { placeAt } from "./place.ts";
import { countOf, movedFix, problemsOf, withPlainLineEnds } from "./problems.ts";
import { marksOf, treeOf } from "./syntax.ts";
import {
  addFile,
  closeFile,
  freeName,
  nameProblem,
  renameFile,
  TABS_MAX,
  withText,
} from "./tabs.ts";

const REFERENCE = readFileSync(
  new URL("../../examples/lvs-dr-dual-master/node1.conf", import.meta.url),
  "utf8",
);

/** A text with a bar at the offset. */
function at(marked: string): { tree: ReturnType<typeof treeOf>; offset: number } {
  const offset = marked.indexOf("|");
  return { tree: treeOf(marked.replace("|", "")), offset };
}
const labels = (marked: string) => {
  const { tree, offset } = at(marked);
  return proposalsAt(tree, offset)?.proposals.map(({ label }) => label) ?? [];
};
/** Pieces of a configuration, good and bad. */
const SOUP = fc.array(
  fc.constantFrom(
    ...["vrrp_instance", "A", "{", "}", "\n", " ", "#x", '"', "priority", "9", "track_script"],
    ...["virtual_ipaddress", "192.0.2.1/24", "dev", "\\", "!", "include", "group", "\r\n", "é"],
  ),
  { maxLength: 60 },
).map((parts) => parts.join(" ".repeat(parts.length % 2)));

describe("marksOf", () => {
  const kinds = (text: string) =>
    marksOf(treeOf(text)).map(({ from, to, kind }) => `${kind} ${text.slice(from, to)}`);

  it("names what words are", () => {
    expect(kinds('vrrp_instance VI_1 { # c\npriority 100\nprioritty 1\nnotify "a b"\naccept_x\n}'))
      .toEqual([
        ...["block vrrp_instance", "name VI_1", "comment # c", "keyword priority", "number 100"],
        ...["unknown prioritty", "number 1", "keyword notify", 'string "a b"', "unknown accept_x"],
      ]);
    expect(kinds("vrrp_instance A {\nvirtual_ipaddress {\n192.0.2.1/24 dev eth0\n}\n}"))
      .toEqual([
        ...["block vrrp_instance", "name A", "block virtual_ipaddress", "number 192.0.2.1/24"],
        "option dev",
      ]);
    expect(kinds("vrrp_instance A {\nuse_vmac\nlb_algo rr\n}")).toEqual([
      ...["block vrrp_instance", "name A", "unsupported use_vmac", "unknown lb_algo"],
    ]);
    expect(kinds("vrrp_sync_group G {\ngroup {\nA B\n}\n}")).toEqual([
      ...["block vrrp_sync_group", "name G", "block group", "name A", "name B"],
    ]);
    expect(kinds("include *.conf ! x")).toEqual(["keyword include", "comment ! x"]);
  });

  it("finds nothing wrong in the reference deployment", () => {
    const seen = new Set(marksOf(treeOf(REFERENCE)).map(({ kind }) => kind));
    expect([...seen].sort())
      .toEqual(["block", "comment", "keyword", "name", "number", "option", "string"]);
  });

  it("stays in the text, in order and apart, whatever it is (property)", () => {
    fc.assert(fc.property(SOUP, (text) => {
      let end = 0;
      for (const { from, to } of marksOf(treeOf(text))) {
        expect(from).toBeGreaterThanOrEqual(end);
        expect(to).toBeGreaterThan(from);
        end = to;
      }
      expect(end).toBeLessThanOrEqual(text.length);
    }));
  });
});

describe("placeAt", () => {
  it("answers for every offset of every text (property)", () => {
    fc.assert(fc.property(SOUP, (text) => {
      const tree = treeOf(text);
      for (let offset = 0; offset <= text.length; offset++) {
        const place = placeAt(tree, offset);
        if (place?.word) {
          expect(place.word.start).toBeLessThanOrEqual(offset);
          expect(place.word.end).toBeGreaterThanOrEqual(offset);
          expect(place.statement?.words[place.index]).toBe(place.word);
        }
        proposalsAt(tree, offset);
        helpAt(tree, offset);
      }
    }));
  });
});

describe("proposalsAt", () => {
  it("offers the keywords of the block, and no other's", () => {
    expect(labels("|")).toEqual(expect.arrayContaining(["vrrp_instance", "virtual_server"]));
    expect(labels("|")).not.toContain("priority");
    expect(labels("vrrp_instance A {\n|\n}")).toEqual(expect.arrayContaining(["priority"]));
    expect(labels("vrrp_instance A {\npri|\n}")).toEqual(expect.arrayContaining(["priority"]));
    expect(labels("vrrp_instance A {\npri|\n}")).not.toContain("lb_algo");
    expect(labels("vrrp_instance A {\n|\n}")).not.toContain("use_vmac");
    expect(labels("vrrp_instance A {\n}\n|")).toContain("vrrp_script");
    expect(labels("vrrp_instance A {\nauthentication { |")).toEqual(["auth_type", "auth_pass"]);
    expect(labels("unknown {\n|\n}")).toEqual([]);
  });

  it("offers values that are words", () => {
    expect(labels("vrrp_instance A {\nstate |\n}")).toEqual(["MASTER", "BACKUP"]);
    expect(labels("vrrp_instance A {\nstate MA|\n}")).toEqual(["MASTER", "BACKUP"]);
    expect(labels("vrrp_instance A {\nstate MASTER |\n}")).toEqual([]);
    expect(labels("virtual_server 192.0.2.1 80 {\nlb_algo |\n}")).toContain("wlc");
    expect(labels("vrrp_instance A {\nsmtp_alert |\n}")).toEqual(["on", "off"]);
    expect(labels("vrrp_instance A {\npriority |\n}")).toEqual([]);
  });

  it("offers names that the file gives", () => {
    const file = "vrrp_script chk {\n}\nvrrp_instance A {\ninterface eth0\n";
    expect(labels(`${file}track_script {\n|\n}\n}`)).toEqual(["chk"]);
    expect(labels(`${file}track_script {\nchk |\n}\n}`))
      .toEqual(["weight", "reverse", "noreverse"]);
    expect(labels(`${file}virtual_ipaddress {\n192.0.2.1 dev |\n}\n}`)).toEqual(["eth0"]);
    expect(labels(`${file}virtual_ipaddress {\n192.0.2.1 |\n}\n}`))
      .toEqual(["dev", "scope", "label"]);
    expect(labels(`${file}}\nvrrp_sync_group G {\ngroup {\n|\n}\n}`)).toEqual(["A"]);
  });

  it("keeps out of comments, and says what it replaces", () => {
    expect(labels("vrrp_instance A {\n# pri|\n}")).toEqual([]);
    expect(labels("vrrp_instance A {\npriority 9 # x|\n}")).toEqual([]);
    const { tree, offset } = at("vrrp_instance A {\n  pri|\n}");
    expect(proposalsAt(tree, offset)?.from).toBe(offset - 3);
  });
});

describe("helpAt", () => {
  const help = (marked: string) => {
    const { tree, offset } = at(marked);
    return helpAt(tree, offset)?.help ?? null;
  };

  it("explains keywords and options where they stand", () => {
    expect(help("vrrp_instance A {\nprio|rity 9\n}")).toMatchObject({
      arguments: "PRIO",
      meaning: { range: "1 to 255" },
    });
    expect(help("vrrp_instance A {\nvirtual_ipaddress {\n192.0.2.1 de|v a\n}\n}"))
      .toMatchObject({ keyword: "dev" });
    expect(help("vrrp_instance A {\nuse_v|mac\n}"))
      .toMatchObject({ meaning: null, changes: "packets" });
  });

  it("is silent elsewhere", () => {
    expect(help("vrrp_instance A {\npriority 9|9\n}")).toBeNull();
    expect(help("vrrp_instance A {\n# prio|rity 9\n}")).toBeNull();
    expect(help("nonse|nse")).toBeNull();
    expect(help("vrrp_sync_group G {\ngroup {\nprio|rity\n}\n}")).toBeNull();
  });
});

describe("problemsOf", () => {
  it("puts findings and mends at their offsets, by file", () => {
    const text = "vrrp_instance A {\n  prioritty 9\n}\n";
    const { diagnostics } = loadNodes([{ name: "a", text }, { name: "b", text: "" }]);
    const problem = problemsOf(diagnostics, "a.conf", text)
      .find(({ code }) => code === "unknown-keyword")!;
    expect(text.slice(problem.from, problem.to)).toBe("prioritty");
    const { from, to, insert } = problem.fix!;
    expect(text.slice(0, from) + insert + text.slice(to)).toContain("priority 9");
    expect(problemsOf(diagnostics, "b.conf", "")).toEqual([]);
    expect(countOf(diagnostics).error).toBeGreaterThan(0);
  });

  it("finds the same places whatever the lines end with", () => {
    const text = "vrrp_instance A {\n  prioritty 9\n}\n";
    for (const end of ["\r\n", "\r"]) {
      const written = text.replaceAll("\n", end);
      const { diagnostics } = loadNodes([{ name: "a", text: written }]);
      expect(withPlainLineEnds(written)).toBe(text);
      const [problem] = problemsOf(diagnostics, "a.conf", text)
        .filter(({ code }) => code === "unknown-keyword");
      expect(text.slice(problem!.from, problem!.to)).toBe("prioritty");
    }
  });

  it("shows what nodes say against each other in the files of both", () => {
    const other = REFERENCE.replace("auth_pass pBkfC1ax", "auth_pass another")
      .replace("router_id node1", "router_id node2");
    const { nodes, diagnostics } = loadNodes([
      { name: "node1", text: REFERENCE },
      { name: "node2", text: other },
    ]);
    expect(nodes).toBeNull();
    const found = problemsOf(diagnostics, "node2.conf", other)
      .filter(({ code }) => code === "nodes-disagree");
    expect(found.map(({ from, to }) => other.slice(from, to))).toEqual(["auth_pass another"]);
  });

  it("never leaves the text (property)", () => {
    fc.assert(fc.property(SOUP, (text) => {
      const plain = withPlainLineEnds(text);
      const { diagnostics } = loadNodes([{ name: "a", text: plain }]);
      for (const { from, to } of problemsOf(diagnostics, "a.conf", plain)) {
        expect(from).toBeLessThanOrEqual(to);
        expect(to).toBeLessThanOrEqual(plain.length);
      }
    }));
  });

  it("moves a mend with its text, and drops it when that is gone", () => {
    const fix = { from: 2, to: 4, insert: "X" };
    expect(movedFix(fix, "a bc d", 0, "a bc d")).toEqual(fix);
    expect(movedFix(fix, "a bc d", 3, "12 a bc d")).toEqual({ from: 5, to: 7, insert: "X" });
    expect(movedFix(fix, "a bc d", 0, "a cb d")).toBeNull();
  });
});

describe("formattingOf", () => {
  it("is the smallest edit that formats, and none for what is formatted", () => {
    const text = "vrrp_instance A {\n priority 9\n}\n";
    const edit = formattingOf(text)!;
    expect(edit.insert).toBe("   ");
    const formatted = text.slice(0, edit.from) + edit.insert + text.slice(edit.to);
    expect(formatted).toBe("vrrp_instance A {\n    priority 9\n}\n");
    expect(formattingOf(formatted)).toBeNull();
  });

  it("makes one text of any other (property)", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 8 });
    fc.assert(fc.property(text, text, (before, after) => {
      const edit = editBetween(before, after) ?? { from: 0, to: 0, insert: "" };
      expect(before.slice(0, edit.from) + edit.insert + before.slice(edit.to)).toBe(after);
    }));
  });

  it("knows how deep a line stands", () => {
    const text = 'a {\n"}" # }\nb {\n';
    expect(depthAt(text, text.length, "x")).toBe(2);
    expect(depthAt(text, text.length, "  }")).toBe(1);
    expect(depthAt("}}}", 3, "}")).toBe(0);
  });
});

describe("tabs", () => {
  const FILES = [{ name: "node1", text: "router_id node1\n" }, { name: "node2", text: "b" }];

  it("have names that files can have, each its own", () => {
    expect(nameProblem(FILES, "node3", "")).toBeNull();
    expect(nameProblem(FILES, "node1", "node1")).toBeNull();
    expect(nameProblem(FILES, "node1", "")).toBe("taken");
    expect(nameProblem(FILES, "node1.conf", "node2")).toBe("taken");
    expect(nameProblem(FILES, "", "")).toBe("empty");
    expect(nameProblem(FILES, "../x", "")).toBe("letters");
    expect(nameProblem(FILES, "-f", "")).toBe("letters");
    expect(nameProblem(FILES, "节点1", "")).toBeNull();
    expect(nameProblem(FILES, "x".repeat(65), "")).toBe("long");
  });

  it("find names that are free (property)", () => {
    expect(freeName(FILES, "node1")).toBe("node3");
    expect(freeName(FILES, "keepalived.conf")).toBe("keepalived");
    expect(freeName([{ name: "a", text: "" }], "a")).toBe("a-2");
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 80 }), (like) => {
      const once = freeName(FILES, like);
      expect(nameProblem(FILES, once, "")).toBeNull();
      const twice = freeName([...FILES, { name: once, text: "" }], like);
      expect(nameProblem([...FILES, { name: once, text: "" }], twice, "")).toBeNull();
    }));
  });

  it("are as many as a simulation has nodes", () => {
    expect(TABS_MAX).toBe(NODE_MAX);
  });

  it("are added as a copy of the one that is shown, renamed and closed", () => {
    const added = addFile(FILES, "node1");
    expect(added.files.map(({ name }) => name)).toEqual(["node1", "node3", "node2"]);
    expect(added.files[1]!.text).toBe("router_id node3\n");
    expect(addFile([], "")).toEqual({ files: [{ name: "node1", text: "" }], name: "node1" });
    expect(renameFile(FILES, "node2", "b")[1]).toEqual({ name: "b", text: "b" });
    expect(closeFile(FILES, "node1")).toEqual({ files: [FILES[1]], shown: "node2" });
    expect(closeFile(FILES, "node2").shown).toBe("node1");
    expect(closeFile([FILES[0]!], "node1")).toEqual({ files: [FILES[0]], shown: "node1" });
  });

  it("take text, and stay the same list when nothing changes", () => {
    expect(withText(FILES, "node2", "c")[1]).toEqual({ name: "node2", text: "c" });
    expect(withText(FILES, "node2", "b")).toBe(FILES);
    expect(withText(FILES, "gone", "b")).toBe(FILES);
  });
});
