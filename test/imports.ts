// Which room of the house may import which: the table of ARCHITECTURE.md as data, and the function
// that finds what breaks it. imports_test.ts applies it to the sources.

/** One import statement of a file. */
export interface Import {
  /** Path of the importing file, relative to the project. */
  from: string;
  /** What stands between the quotes. */
  specifier: string;
  /** The statement vanishes when types are stripped. */
  typeOnly: boolean;
}

/** One broken rule, ready to print. */
export interface Violation extends Import {
  why: string;
}

/** What one room may import. Paths are prefixes: a folder (with its slash) or one file. */
interface Rule {
  /** Files of the room. */
  room: string;
  /** May be imported in every form. */
  may?: string[];
  /** May be imported as types only. */
  mayTypes?: string[];
  /** npm packages and node: modules. */
  packages?: string[];
  /** Said when the rule is broken. */
  why: string;
}

/** Records and constants of the boundary: generated types and codecs without an instance behind them. */
const CORE_RECORDS = ["host/core/abi.gen.ts", "host/core/record.ts"];
/** The log's bytes, which know no instance either. */
const CORE_LOG = ["host/core/log_buffer.ts", "host/core/plain_value.ts"];
const CONF_MODEL = "host/conf/model.ts";

/** The table. The first rule whose room holds the file counts, so exceptions stand before rooms. */
const RULES: Rule[] = [
  {
    room: "core-as/assembly/base/",
    may: ["core-as/assembly/abi/"],
    why: "base and abi are what the whole core stands on",
  },
  {
    room: "core-as/assembly/abi/",
    may: ["core-as/assembly/base/"],
    why: "base and abi are what the whole core stands on",
  },
  {
    room: "core-as/assembly/wire/",
    may: ["core-as/assembly/base/", "core-as/assembly/abi/"],
    why: "a codec never knows the protocol above it",
  },
  {
    room: "core-as/assembly/vrrp/",
    may: ["core-as/assembly/base/", "core-as/assembly/abi/", "core-as/assembly/wire/"],
    why: "vrrp and lvs never know each other",
  },
  {
    room: "core-as/assembly/lvs/",
    may: ["core-as/assembly/base/", "core-as/assembly/abi/", "core-as/assembly/wire/"],
    why: "vrrp and lvs never know each other",
  },
  {
    room: "core-as/assembly/",
    may: ["core-as/assembly/"],
    why: "the core imports nothing outside itself",
  },
  {
    room: "host/base/",
    packages: ["@logtape/logtape"],
    why: "base is what every room may use, so it uses none",
  },
  {
    room: "host/core/",
    may: ["host/base/"],
    why: "core is browser safe and knows base alone",
  },
  {
    room: "host/conf/",
    may: ["host/base/"],
    why: "conf is browser safe and knows base alone; what needs the machine comes as HostFacts",
  },
  {
    room: "host/engine/node.ts",
    may: ["host/base/", "host/core/", CONF_MODEL],
    why: "node.ts joins a core and an engine, and nothing else",
  },
  {
    room: "host/engine/",
    may: ["host/base/", ...CORE_RECORDS, ...CORE_LOG, CONF_MODEL],
    mayTypes: ["host/core/"],
    why: "the engine is pure: records and types of core, conf's model, never an instance",
  },
  {
    room: "host/sim/",
    may: ["host/base/", "host/core/", "host/engine/", CONF_MODEL],
    packages: ["jsonc-parser"],
    why: "the simulator is browser safe and takes a checked model, not text",
  },
  {
    room: "host/linux/",
    may: ["host/base/", ...CORE_RECORDS],
    mayTypes: ["host/core/"],
    why: "linux encodes, sends and reads back; it decides nothing",
  },
  ...["check", "track", "notify"].map((name): Rule => ({
    room: `host/${name}/`,
    may: ["host/base/", "host/linux/"],
    mayTypes: ["host/engine/"],
    packages: ["nodemailer", "node:crypto", "node:tls", "node:net", "node:buffer"],
    why: "checkers, trackers and notifiers do IO only; the verdict is the engine's",
  })),
  {
    room: "host/control/",
    may: ["host/base/", "host/core/"],
    mayTypes: ["host/engine/"],
    why: "control shows what others know",
  },
  {
    room: "host/daemon/",
    may: ["host/"],
    packages: ["@logtape/logtape"],
    why: "the daemon puts the host together and knows nothing outside it",
  },
  {
    room: "cli/",
    may: [
      ...["daemon", "base", "core", "engine", "conf", "sim"].map((name) => `host/${name}/`),
      "host/control/client.ts",
      "host/control/web/index.ts",
    ],
    packages: [
      ...["@optique/core", "@optique/run", "cli-table3", "cliffy", "yoctocolors"],
      ...["node:process", "node:readline", "node:stream", "node:buffer", "node:util"],
    ],
    why: "subcommands reach the machine through the daemon or the control client",
  },
  {
    room: "web/edge.ts",
    may: ["core-as/build/core.wasm"],
    why: "the edge worker's entry brings the core and the worker together, and nothing else",
  },
  {
    room: "web/vite.config.ts",
    packages: ["vite", "node:url"],
    why: "the build's own settings run on Node and build on nothing of ours",
  },
  {
    room: "web/",
    may: [
      ...["base", "core", "engine", "conf", "sim"].map((name) => `host/${name}/`),
      "host/control/client.ts",
    ],
    packages: ["*"],
    why: "the page runs in a browser",
  },
];

/** What control/client.ts may reach, also through other files of control: it runs in browsers. */
const CLIENT = "host/control/client.ts";
const CLIENT_MAY = ["host/base/", "host/core/", "host/control/"];

/** Folders whose code runs in a browser: no Deno, no node: modules. */
export const BROWSER_SAFE = [
  ...["base", "core", "conf", "engine", "sim"].map((name) => `host/${name}/`),
  "web/",
];
/** What stands in such a folder and runs elsewhere. */
const ELSEWHERE = "web/vite.config.ts";

/** Tests and what only tests use: they may import everything. */
export function isTestFile(path: string): boolean {
  return /(_test|_fixture|test_support|test_world|test_exports)\.ts$/.test(path);
}

/** The import statements of a TypeScript source, static and dynamic, re-exports too. */
export function importsOf(from: string, source: string): Import[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
  const found: Import[] = [];
  const statement =
    /^\s*(?:import|export)\s+(type\s)?([^"';]*?)\bfrom\s*"([^"]+)"|^\s*import\s*"([^"]+)"|\bimport\(\s*"([^"]+)"/gm;
  for (const match of code.matchAll(statement)) {
    const names = match[2] ?? "";
    const inlineTypes = /^\{[^}]*\}\s*$/.test(names) &&
      names.replace(/[{}]/g, "").split(",").map((name) => name.trim()).filter(Boolean)
        .every((name) => name.startsWith("type "));
    found.push({
      from,
      specifier: (match[3] ?? match[4] ?? match[5])!,
      typeOnly: match[1] !== undefined || inlineTypes,
    });
  }
  return found;
}

/** The project path that a relative specifier leads to; null for packages and node: modules. */
export function resolve(from: string, specifier: string): string | null {
  if (!specifier.startsWith(".")) return null;
  const resolved = new URL(specifier, `file:///${from}`).pathname.slice(1);
  return from.startsWith("core-as/") && !resolved.endsWith(".ts") ? `${resolved}.ts` : resolved;
}

/** Everything that breaks the table among the imports of a project. */
export function findViolations(imports: Import[]): Violation[] {
  const found: Violation[] = [];
  for (const one of imports) {
    if (isTestFile(one.from)) continue;
    const why = whyForbidden(one);
    if (why !== null) found.push({ ...one, why });
  }
  return [...found, ...clientViolations(imports)];
}

function whyForbidden(one: Import): string | null {
  const rule = RULES.find((candidate) => one.from.startsWith(candidate.room));
  if (rule === undefined) return `${one.from} stands in no room of the table`;
  const target = resolve(one.from, one.specifier);
  if (target === null) return whyPackageForbidden(one, rule);
  if (isTestFile(target) || target.startsWith("test/")) return "code never imports from tests";
  const within = (paths: string[] | undefined) =>
    (paths ?? []).some((path) => target.startsWith(path));
  const sameRoom = roomOf(target) === roomOf(one.from);
  if (sameRoom || within(rule.may) || (one.typeOnly && within(rule.mayTypes))) return null;
  if (within(rule.mayTypes)) return `${rule.why} (types only: use "import type")`;
  return rule.why;
}

function whyPackageForbidden(one: Import, rule: Rule): string | null {
  const allowed = rule.packages ?? [];
  const browser = one.from !== ELSEWHERE &&
    BROWSER_SAFE.some((folder) => one.from.startsWith(folder));
  if (browser && one.specifier.startsWith("node:")) return "this folder is browser safe";
  const fits = allowed.some((name) =>
    name === "*" || one.specifier === name || one.specifier.startsWith(`${name}/`)
  );
  return fits ? null : `${rule.room} is not listed with this package`;
}

/** The folder that makes a room: two levels under host and core-as/assembly, one elsewhere. */
function roomOf(path: string): string {
  const parts = path.split("/");
  if (parts[0] === "core-as") return parts.length > 3 ? parts.slice(0, 3).join("/") : "core-as";
  return parts.slice(0, parts[0] === "host" ? 2 : 1).join("/");
}

/** Follows control/client.ts through the files of control that it uses. */
function clientViolations(imports: Import[]): Violation[] {
  const found: Violation[] = [];
  const seen = new Set([CLIENT]);
  const open = [CLIENT];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    for (const one of imports.filter((candidate) => candidate.from === file)) {
      const target = resolve(one.from, one.specifier);
      if (target === null || !CLIENT_MAY.some((path) => target.startsWith(path))) {
        if (target !== null && one.typeOnly) continue;
        found.push({ ...one, why: `${CLIENT} reaches it, and that runs in browsers` });
      } else if (target.startsWith("host/control/") && !seen.has(target) && !one.typeOnly) {
        seen.add(target);
        open.push(target);
      }
    }
  }
  return found;
}
