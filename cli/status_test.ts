import { describe, expect, it } from "vitest";
import { type Paint, PLAIN } from "./paint.ts";
import { instanceFixture, statusFixture } from "./status_fixture.ts";
import { eventText, statusText } from "./status_text.ts";
import { duration, harmless, oneLine, shortTime, table, WIDTH_MAX, wrap } from "./text.ts";

const plain = (changes: Parameters<typeof statusFixture>[0] = {}) =>
  statusText(statusFixture(changes), PLAIN);

function expectToFit(text: string) {
  for (const line of text.split("\n")) {
    expect(line.length, line).toBeLessThanOrEqual(WIDTH_MAX);
    expect(line).toBe(line.trimEnd());
  }
}

describe("statusText()", () => {
  it("tells of each instance its state, priority with parts, why and addresses", () => {
    const text = plain();
    expect(text).toMatch(/^ {2}VI_1 {6}MASTER {2}148 {3}this node +2 h 13 min +eth0 v2 51$/m);
    expect(text).toMatch(/^ {2}VI_2 {6}BACKUP {2}100 {3}192\.0\.2\.12 \(150\)/m);
    expect(text).toContain("priority  148 = 150 - 2 (chk_http bad)");
    expect(text).toContain("why       192.0.2.12 has priority 150, ours is 100");
    expect(text).toContain("192.0.2.100/24 dev eth0 label eth0:1: held, lease 3 s");
    expect(text).toContain("192.0.2.101/24 dev eth0: not held");
  });

  it("why does not repeat the name and the state of its row", () => {
    const reasonText = "(VI_1) Entering MASTER STATE: no advert from anybody; priority 150";
    expect(plain({ instances: [instanceFixture({ reasonText })] })).toContain(
      "    why       no advert from anybody; priority 150\n",
    );
  });

  it("tells where the page is served, who follows, and why not", () => {
    const text = (changes: object) => {
      const { control } = statusFixture({});
      const web = {
        ...{ listen: "127.0.0.1:8112", problem: null, denied: 0, followers: [] },
        ...{ clients: 0, refused: 0, dropped: 0, rejected: 0 },
      };
      return plain({ control: { ...control, web: { ...web, ...changes } } });
    };
    expect(plain()).not.toContain("http://");
    expect(text({})).toMatch(/^ {2}web {6}.*http:\/\/127\.0\.0\.1:8112\/, followed by nobody$/m);
    expect(text({ followers: ["ops", "ops", "tv"], denied: 3 })).toContain(
      "followed by ops, tv, 3 turned away",
    );
    expect(text({ problem: "in use" })).toContain("cannot listen on 127.0.0.1:8112: in use");
  });

  it("tells of each service its quorum, sorry server and servers with their checks", () => {
    const text = plain();
    expect(text).toContain(
      "TCP 192.0.2.100:80  wlc, DR, persistent 50 s, quorum up (weight 1 of 1)",
    );
    expect(text).toContain("127.0.0.1:80 waiting");
    expect(text).toMatch(
      /10\.0\.0\.11:80 {2}up {5}1 {7}12 {3}40 {5}HTTP_GET up 2 h 11 min: status/,
    );
    expect(text).toMatch(
      /10\.0\.0\.12:80 {2}down {3}0 \(1\) {3}- {4}- {6}TCP_CHECK down 1 min 1 s/,
    );
  });

  it("says what is wrong with the daemon itself", () => {
    const base = statusFixture();
    const text = plain({
      ipvs: "user",
      configuration: { ...base.configuration, refused: "line 3: unknown keyword" },
      wire: { ...base.wire!, ringOverruns: 7 },
    });
    expect(text).toContain("the last reload was refused: line 3: unknown keyword");
    expect(text).toContain("the user-space director forwards");
    expect(text).toContain("7 records of the wire worker lost");
  });

  it("an idle daemon has a head and nothing else", () => {
    const text = plain({
      instances: [],
      trackers: [],
      virtualServers: [],
      events: [],
      wire: null,
      ipvs: "none",
    });
    expect(text.split("\n\n")).toHaveLength(1);
  });

  it("fits 100 columns whatever the names and texts are", () => {
    const long = "a_very_long_name_".repeat(9);
    expectToFit(plain());
    expectToFit(plain({
      instances: [instanceFixture({ name: long, reasonText: "a b ".repeat(60), interface: long })],
      groups: [{ name: long, state: "FAULT", since: "", ageS: 1, members: [long, long] }],
      virtualServers: statusFixture().virtualServers.map((service) => ({
        ...service,
        realServers: service.realServers.map((server) => ({
          ...server,
          address: "[2001:db8:1111:2222:3333:4444:5555:6666]:65535",
          activeConnections: 4_294_967_295,
          checkers: server.checkers.map((checker) => ({ ...checker, lastOutcome: long })),
        })),
      })),
    }));
  });

  it("colours change nothing but colours", () => {
    const wrapIn = (code: number) => (text: string) => `\x1b[${code}m${text}\x1b[39m`;
    const paint: Paint = {
      good: wrapIn(32),
      bad: wrapIn(31),
      warn: wrapIn(33),
      dim: wrapIn(90),
      head: wrapIn(1),
      alarm: wrapIn(7),
    };
    const painted = statusText(statusFixture(), paint);
    expect(painted).toContain("\x1b[32mMASTER\x1b[39m");
    // deno-lint-ignore no-control-regex
    const bare = painted.replace(/\x1b\[\d+m/g, "");
    expect(bare).toBe(plain());
  });

  it("control characters of others do not reach the terminal", () => {
    const base = statusFixture();
    const text = plain({
      trackers: [{ ...base.trackers[0]!, lastOutcome: "bad\x1b]0;title\x07\r\nmore" }],
    });
    // deno-lint-ignore no-control-regex
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f]/);
  });
});

describe("eventText()", () => {
  it("has time, kind and line, wrapped under the line", () => {
    const text = eventText(
      { ...statusFixture().events[0]!, text: "word ".repeat(40).trim() },
      PLAIN,
    );
    expectToFit(text);
    expect(text).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.123 transition word word/);
    expect(text.split("\n")[1]).toMatch(/^ {35}word/);
  });
});

describe("text", () => {
  it.each([
    [0, "0 s"],
    [-3, "0 s"],
    [59.9, "59 s"],
    [60, "1 min"],
    [61, "1 min 1 s"],
    [3600, "1 h"],
    [7980, "2 h 13 min"],
    [86_400 + 60, "1 d"],
    [90_000, "1 d 1 h"],
  ])("duration(%f) is %s", (seconds, want) => expect(duration(seconds)).toBe(want));

  it.each([[0, "0 µs"], [71.4, "71 µs"], [1000, "1 ms"], [1234, "1.2 ms"], [3_609_000, "3.609 s"]])(
    "shortTime(%f) is %s",
    (us, want) => expect(shortTime(us)).toBe(want),
  );

  it("table() aligns, cuts the widest column and leaves no blank at the end", () => {
    expect(table(["A", "BB"], [["xyz", "1"]], 0)).toBe("A    BB\nxyz  1");
    expectToFit(table([], [["x".repeat(300), "y", "z".repeat(90)]]));
  });

  it("wrap() never cuts a word and never loses one", () => {
    const words = Array.from({ length: 200 }, (_, i) => "w".repeat(i % 17 + 1));
    const text = wrap(words.join(" "), "first ", 4);
    expectToFit(text);
    expect(text.split(/\s+/).slice(1)).toEqual(words);
  });

  it("harmless() leaves no control character but ours", () => {
    const text = "\x1b[32mgood\x1b[39m\tü€\n\x1b]0;title\x07\x1b[2J\x1b[8mx\x9b1m\r";
    const painted =
      "\x1b[32mgood\x1b[39m\tü€\n\ufffd]0;title\ufffd\ufffd[2J\ufffd[8mx\ufffd1m\ufffd";
    expect(harmless(text, true)).toBe(painted);
    expect(harmless(text, false)).toBe(painted.replaceAll("\x1b", "\ufffd"));
  });

  it("oneLine() keeps colours and text", () => {
    expect(oneLine("\x1b[32mgood\x1b[39m ü€")).toBe("\x1b[32mgood\x1b[39m ü€");
    expect(oneLine("a\nb\x1bc\x9b")).toBe("a\ufffdb\ufffdc\ufffd");
  });
});
