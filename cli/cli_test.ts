// The program itself, started as a person starts it, against a control socket served here.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EventLog } from "../host/control/event_log.ts";
import { decodeDump, type Dump, encodeDump } from "../host/core/record.ts";
import { encodePlain } from "../host/core/plain_value.ts";
import type { CommandResult } from "../host/control/protocol.ts";
import { type ControlServer, serveControl } from "../host/control/server.ts";
import { quoteForCliffy, splitWords } from "./console_lines.ts";
import { statusFixture } from "./status_fixture.ts";

const directory = await Deno.makeTempDir({ prefix: "vipd-cli-" });
const socket = `${directory}/vipd.sock`;
const MAIN = new URL("./main.ts", import.meta.url).pathname;
const CONFIG = new URL("../deno.json", import.meta.url).pathname;
const DENO_ARGS = ["run", "-A", "--unstable-net", "--config", CONFIG, MAIN];

let server: ControlServer;
const events = new EventLog();
const commands: string[] = [];
let commandResult: CommandResult = { ok: true, lines: ["done"] };

beforeAll(async () => {
  events.append("daemon", "Starting", {}, Date.UTC(2026, 10, 22));
  events.append("transition", "(VI_1) Entering MASTER STATE", {}, Date.UTC(2026, 10, 22));
  server = await serveControl({
    path: socket,
    status: () => statusFixture(),
    events,
    command: (name) => {
      commands.push(name);
      return Promise.resolve(commandResult);
    },
    dump: () => encodeDump(DUMP),
  });
});
afterAll(async () => {
  await server.close();
  await Deno.remove(directory, { recursive: true });
});

const PASSWORD = new TextEncoder().encode("s3cr3tXY");
const DUMP: Dump = {
  head: {
    program: "vipd",
    version: "9.9.9",
    abiVersion: 1,
    node: "lb1",
    monotonicUs: 100e6,
    wallMs: Date.UTC(2026, 10, 22, 12, 0, 10),
    why: "asked",
    masked: false,
    interfaces: {},
  },
  core: null,
  engine: {
    checkpoint: encodePlain({ auth: { type: "PASS", data: PASSWORD } }),
    checkpointUs: 90e6,
    firstSequence: 1,
    entries: [
      { sequence: 1, nowUs: 90e6, status: 0, outputHash: 5, input: encodePlain({ kind: "timer" }) },
    ],
    lost: 0,
  },
};

interface Ended {
  code: number;
  out: string;
  err: string;
}

async function vipd(args: string[], input = ""): Promise<Ended> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...DENO_ARGS, ...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
}

describe("vipd dump", () => {
  it("writes a private file without passwords and says what it holds", async () => {
    const file = `${directory}/one.dump`;
    const { code, out, err } = await vipd(["dump", file, "--socket", socket]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const bytes = Deno.readFileSync(file);
    expect(out.split("\n").slice(0, 4)).toEqual([
      `${file}: ${(bytes.length / 1000).toFixed(1)} kB of vipd 9.9.9 on lb1, ` +
      "2026-11-22T12:00:10.000Z (asked)",
      "core:   nothing",
      "engine: 1 inputs in 0.0 s, from 2026-11-22T12:00:00.000Z to 2026-11-22T12:00:00.000Z",
      "passwords are masked (1)",
    ]);
    expect(Deno.statSync(file).mode! & 0o777).toBe(0o600);
    expect(decodeDump(bytes).head.masked).toBe(true);
    expect(decodeDump(bytes).engine?.checkpoint).not.toEqual(DUMP.engine?.checkpoint);
  });

  it("--secrets keeps them", async () => {
    const file = `${directory}/two.dump`;
    const { out } = await vipd(["dump", file, "--secrets", "--socket", socket]);
    expect(out).toContain("it holds passwords as they are");
    expect(decodeDump(Deno.readFileSync(file))).toEqual(DUMP);
  });

  it("leaves nothing behind when the file cannot be written", async () => {
    const { code, err } = await vipd(["dump", `${directory}/none/x`, "--socket", socket]);
    expect(code).toBe(1);
    expect(err).toContain(`${directory}/none/x`);
    expect([...Deno.readDirSync(directory)].filter(({ name }) => name.endsWith(".tmp"))).toEqual(
      [],
    );
  });
});

describe("vipd replay", () => {
  it.each([["--change", "drop:1"], ["--json"]])(
    "does not leave %s out beside --step",
    async (...more) => {
      const file = `${directory}/step.dump`;
      Deno.writeFileSync(file, encodeDump(DUMP));
      const { code, out, err } = await vipd(["replay", file, "--step", ...more]);
      expect([code, out]).toEqual([2, ""]);
      expect(err).toContain(`--step and ${more[0]} do not go together`);
    },
  );
});

describe("vipd replay of a capture", () => {
  it("ends with 2 when its link type is not understood", async () => {
    const bytes = new Uint8Array(24 + 16 + 4);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, 0xa1b2c3d4, true);
    view.setUint16(4, 2, true);
    view.setUint16(6, 4, true);
    view.setUint32(16, 65535, true);
    view.setUint32(20, 195, true); // IEEE 802.15.4
    view.setUint32(24, 1_700_000_000, true);
    view.setUint32(32, 4, true);
    view.setUint32(36, 4, true);
    const file = `${directory}/other.pcap`;
    Deno.writeFileSync(file, bytes);
    const { code, out } = await vipd(["replay", file]);
    expect(out).toContain("Link type 195 is not understood.");
    expect(code).toBe(2);
  });
});

describe("the width of the terminal", () => {
  it.each([60, 100, 150])("of %i columns is that of vipd replay too", async (columns) => {
    const capture = new URL("../test/golden/takeovers.pcap", import.meta.url).pathname;
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: [...DENO_ARGS, "replay", capture],
      env: { COLUMNS: String(columns) },
    }).output();
    const [title = "", ...lines] = new TextDecoder().decode(stdout).split("\n");
    expect(title).toContain(capture); // a path is not broken
    const longest = Math.max(...lines.map((line) => line.length));
    expect(longest).toBeLessThanOrEqual(columns);
    expect(longest).toBeGreaterThan(columns - 15);
  });
});

describe("control characters in files of others", () => {
  it("do not reach the terminal", async () => {
    const evil = "\u001b]0;title\u0007\u001b[2J\u001b[31m";
    const file = `${directory}/evil.json`;
    const config = new URL("../examples/lvs-dr-dual-master/node1.conf", import.meta.url).pathname;
    const steps = [{ at: 1, do: "say", text: `said${evil}` }];
    Deno.writeTextFileSync(file, JSON.stringify({ name: `n${evil}`, duration: 5, steps }));
    const named = await vipd(["simulate", config, "--scenario", file, "--name", `x${evil}`]);
    const dump = `${directory}/evil.dump`;
    Deno.writeFileSync(dump, encodeDump({ ...DUMP, head: { ...DUMP.head, node: `lb${evil}` } }));
    const replayed = await vipd(["replay", dump]);
    for (const { out, err } of [named, replayed]) {
      // deno-lint-ignore no-control-regex
      expect(out + err).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/);
    }
    expect(named.out).toContain("said\ufffd]0;title");
    expect(replayed.out + replayed.err).not.toBe("");
  });
});

describe("an output that cannot be written", () => {
  const EXAMPLE = new URL("../examples/lvs-dr-dual-master/node1.conf", import.meta.url).pathname;
  const CAPTURE = new URL("../test/golden/takeovers.pcap", import.meta.url).pathname;
  it.each([
    ["simulate", EXAMPLE],
    ["replay", CAPTURE],
  ])("of vipd %s ends with 70, which no verdict has", async (...args) => {
    const { code, stderr } = await new Deno.Command("sh", {
      args: ["-c", 'exec "$0" "$@" >/dev/full', Deno.execPath(), ...DENO_ARGS, ...args],
      ...{ stdin: "null", stdout: "null", stderr: "piped" },
    }).output();
    expect(new TextDecoder().decode(stderr)).toContain("standard output cannot be written: ");
    expect(code).toBe(70);
  });
});

describe("vipd status", () => {
  it("prints text without colours into a pipe, and JSON with --json", async () => {
    const text = await vipd(["status", "--socket", socket]);
    expect(text).toMatchObject({ code: 0, err: "" });
    expect(text.out).toContain("VI_1");
    expect(text.out).not.toContain("\x1b");
    const json = await vipd(["status", "--json", "--socket", socket]);
    expect(JSON.parse(json.out)).toMatchObject({ version: "0.1.0", control: { path: socket } });
  });

  it("without a daemon says what, where and what to do, and ends with 1", async () => {
    const { code, out, err } = await vipd(["status", "--socket", `${directory}/none.sock`]);
    expect(code).toBe(1);
    expect(out).toBe("");
    expect(err).toContain(`no vipd answers: there is no control socket ${directory}/none.sock`);
    expect(err).toContain("Start the daemon");
  });

  it("a socket of something else ends with 1 and a reason", async () => {
    const path = `${directory}/other.sock`;
    const other = Deno.listen({ transport: "unix", path });
    void (async () => {
      for await (const conn of other) {
        await conn.write(new TextEncoder().encode("220 smtp ready\n"));
      }
    })();
    const { code, err } = await vipd(["status", "--socket", path]);
    other.close();
    expect(code).toBe(1);
    expect(err).toContain("the answer is not JSON");
  });
});

describe("vipd events", () => {
  it("prints the remembered ones", async () => {
    const { code, out } = await vipd(["events", "-n", "1", "--socket", socket]);
    expect(code).toBe(0);
    expect(out).toMatch(/^2026-11-2\d .* transition \(VI_1\) Entering MASTER STATE\n$/);
    const json = await vipd(["events", "--json", "--socket", socket]);
    const sequences = json.out.trim().split("\n").map((line) => JSON.parse(line).sequence);
    expect(sequences).toEqual([1, 2]);
  });

  it("--follow goes on, and ends with 1 and a word when the daemon goes", async () => {
    const path = `${directory}/follow.sock`;
    const log = new EventLog();
    const own = await serveControl({
      path,
      status: () => statusFixture(),
      events: log,
      command: () => Promise.resolve({ ok: true, lines: [] }),
      dump: () => new Uint8Array(0),
    });
    log.append("lvs", "one", {}, 0);
    const ended = vipd(["events", "--follow", "--json", "--socket", path]);
    while (own.status().clients === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    log.append("lvs", "two", {}, 0);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await own.close();
    const { code, out, err } = await ended;
    expect(out.trim().split("\n").map((line) => JSON.parse(line).text)).toEqual(["one", "two"]);
    expect(code).toBe(1);
    expect(err).toContain("the daemon closed the connection");
  });
});

describe("vipd console over a pipe", () => {
  it("runs every line in order, blank ones and the last without newline too", async () => {
    commands.length = 0;
    const { code, out, err } = await vipd(
      ["console", "--socket", socket],
      "reload\n\n  \ncheck\r\nevents 1\nstatus json\nreload",
    );
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(commands).toEqual(["reload", "check", "reload"]);
    expect(out.match(/^done$/gm)).toHaveLength(3);
    expect(out).toContain("Entering MASTER STATE");
    expect(out).toContain('"version": "0.1.0"');
    expect(out).not.toContain("vipd> ");
  });

  it("check with files reads them here, blanks, slashes and colons in their names too", async () => {
    commands.length = 0;
    const file = `${directory}/a b:c.conf`;
    await Deno.writeTextFile(file, "vrrp_instance X {\n  stat MASTER\n}\n");
    const { code, out } = await vipd(["console", "--socket", socket], `check "${file}"\n`);
    expect(code).toBe(1);
    expect(out).toContain(`${file}:2:`);
    expect(commands).toEqual([]);
  });

  it("stops at quit", async () => {
    commands.length = 0;
    const { code } = await vipd(["console", "--socket", socket], "quit\nreload\n");
    expect(code).toBe(0);
    expect(commands).toEqual([]);
  });

  it.each([["nonsense"], ["events many"]])("goes on after `%s` and ends with 1", async (line) => {
    commands.length = 0;
    const { code, err } = await vipd(["console", "--socket", socket], `${line}\nreload\n`);
    expect(code).toBe(1);
    expect(err).not.toBe("");
    expect(commands).toEqual(["reload"]);
  });

  it("ends with 1 when the daemon's command fails", async () => {
    commandResult = { ok: false, lines: ["line 3: unknown keyword"] };
    const { code, out } = await vipd(["console", "--socket", socket], "reload\n");
    commandResult = { ok: true, lines: ["done"] };
    expect(code).toBe(1);
    expect(out).toContain("line 3: unknown keyword");
  });

  it("help lists the commands", async () => {
    const { out } = await vipd(["console", "--socket", socket], "help\nhelp events\n");
    for (const name of ["status", "events", "check", "reload", "quit"]) expect(out).toContain(name);
    expect(out).toContain("the last events");
  });

  it("without a daemon each command says so and it ends with 1", async () => {
    const none = `${directory}/none.sock`;
    const { code, err } = await vipd(["console", "--socket", none], "status\nreload\n");
    expect(code).toBe(1);
    expect(err.match(/no vipd answers/g)).toHaveLength(2);
  });
});

describe("words for cliffy", () => {
  it.each<[string, string[]]>([
    ["", []],
    ["  a  b ", ["a", "b"]],
    ['check "my file.conf"', ["check", "my file.conf"]],
    ["check 'a\"b'", ["check", 'a"b']],
    ["x ''", ["x", ""]],
    ['open "quote', ["open", "quote"]],
  ])("splitWords(%j)", (line, want) => expect(splitWords(line)).toEqual(want));

  it("quoteForCliffy() quotes what cliffy would split", () => {
    expect(quoteForCliffy("check /etc/a.conf 192.0.2.1:80 plain @opt")).toBe(
      'check "/etc/a.conf" "192.0.2.1:80" plain @opt',
    );
  });
});

describe("vipd check", () => {
  it("without a file says what it needs and ends with 2", async () => {
    const { code, out, err } = await vipd(["check"]);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain("needs the FILE");
  });
});

describe("vipd with keepalived's options", () => {
  it("-v goes to stderr and ends with 0", async () => {
    const { code, out, err } = await vipd(["-v"]);
    expect({ code, out }).toEqual({ code: 0, out: "" });
    expect(err).toMatch(/^vipd v\S+, in the place of Keepalived v2\.2\.7\n/);
  });

  it("an unknown option ends with 1, a subcommand that is none with 2 and a suggestion", async () => {
    expect(await vipd(["-Q"])).toMatchObject({ code: 1, err: "Unknown option -Q\n" });
    const wrong = await vipd(["stats"]);
    expect(wrong.code).toBe(2);
    expect(wrong.err).toContain("status");
  });

  it("--signum", async () => {
    expect(await vipd(["--signum=JSON"])).toMatchObject({ code: 0, out: "36\n" });
    expect(await vipd(["--signum=NONE"])).toMatchObject({ code: 1, out: "" });
  });
});
