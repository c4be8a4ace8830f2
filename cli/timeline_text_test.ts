// What `vipd simulate` prints, from pictures written by hand.

import { describe, expect, it } from "vitest";
import type { AddressAccount, RouterAccount } from "../host/sim/timeline/account.ts";
import type { Band, Lane, TimelineLine, TimelineRouter } from "../host/sim/timeline/timeline.ts";
import { actionMarks, lanesText } from "./lanes_text.ts";
import { ASCII_GLYPHS, type Screen, UNICODE_GLYPHS } from "./screen.ts";
import { type Paint, PLAIN } from "./paint.ts";
import { addressTable, type PlayedStory, playedText, timesRealTime } from "./timeline_text.ts";

const SECOND = 1_000_000;
const VIP = "192.0.2.100";
const SCREEN: Screen = { width: 80, paint: PLAIN, glyphs: UNICODE_GLYPHS };
const ASCII: Screen = { ...SCREEN, glyphs: ASCII_GLYPHS };

/** `BACKUP 4, MASTER 16`: bands with their lengths in seconds; a final `still` says so. */
function lane(node: string, text: string): Lane {
  let atUs = 0;
  const bands = text.split(", ").map((part): Band => {
    const [state, seconds, still] = part.split(" ");
    const fromUs = atUs;
    atUs += Number(seconds) * SECOND;
    return { fromUs, toUs: atUs, state: state as Band["state"], still: still !== undefined };
  });
  return { node, instance: "VI_1", bands, marks: [] };
}

function router(...lanes: Lane[]): TimelineRouter {
  return { name: "VI_1", segment: 0, family: "INET", vrid: 51, addresses: [VIP], lanes };
}

function line(change: Partial<TimelineLine>): TimelineLine {
  const atUs = change.atUs ?? 0;
  return {
    ...{ atUs, who: "node1", kind: "transition", instance: "VI_1", text: "something" },
    ...{ effects: [], isDetail: false, times: 1, lastUs: atUs, alike: [] },
    ...change,
  };
}

const NONE = { count: 0, totalUs: 0, longestUs: 0 };

function address(change: Partial<AddressAccount> = {}): AddressAccount {
  return {
    ...{ address: VIP, segment: 0, instances: ["VI_1"], firstHeldUs: 4 * SECOND },
    ...{ without: NONE, several: NONE, misled: NONE, spells: [] },
    ...change,
  };
}

const TAKEN: RouterAccount = {
  ...{ name: "VI_1", segment: 0, family: "INET", vrid: 51 },
  takeovers: { count: 2, totalUs: 3_207_000, longestUs: 3_207_000 },
  instances: [{ node: "node1", name: "VI_1", stateUs: { MASTER: 16 * SECOND } }],
};

/** Time columns of the row with this label. */
function row(text: string, label: string): string {
  const found = text.split("\n").find((one) => one.includes(` ${label} `));
  if (found === undefined) throw new Error(`no row ${label} in:\n${text}`);
  return found.slice(found.indexOf(label)).replace(label, "").replace(/^ +(?=\S)/, "");
}

describe("lanes", () => {
  const picture = {
    endUs: 20 * SECOND,
    routers: [router(
      lane("node1", "BACKUP 4, MASTER 8, DOWN 8"),
      lane("node2", "BACKUP 10, BACKUP 2 still, MASTER 4, MASTER 2 still, FAULT 2"),
    )],
    addresses: [address({
      spells: [
        { kind: "without", fromUs: 14 * SECOND, toUs: 15 * SECOND },
        { kind: "several", fromUs: 16 * SECOND, toUs: 18 * SECOND },
        { kind: "several", fromUs: 10 * SECOND, toUs: 10 * SECOND + 100 },
      ],
    })],
    marks: new Map<TimelineLine, string>(),
  };

  it("show each state in a shape of its own, as long as it was", () => {
    const text = lanesText(picture, SCREEN);
    const node1 = row(text, "node1");
    expect(node1).toMatch(/^─+█+·+$/);
    expect(node1.match(/█/g)!.length / node1.length).toBeCloseTo(8 / 20, 1);
    expect(row(text, "node2")).toMatch(/^─+┄+█+▒+╳+$/);
  });

  it("show nobody and two at an address, but no change of hands", () => {
    const drawn = row(lanesText(picture, SCREEN), VIP);
    expect(drawn).toMatch(/^0+ +0+ +2+$/);
    expect(drawn.match(/0/g)!.length).toBeGreaterThan(drawn.match(/2/g)!.length);
  });

  it("are letters of ASCII where the terminal has no others", () => {
    const text = lanesText(picture, ASCII);
    // deno-lint-ignore no-control-regex
    expect(text).toMatch(/^[\x00-\x7f]*$/);
    expect(row(text, "node1")).toMatch(/^-+#+\.+$/);
    expect(row(text, "node2")).toMatch(/^-+~+#+%+X+$/);
  });

  it.each([60, 80, 100, 120, 200])("fit %i columns and use them", (width) => {
    const lines = lanesText(picture, { ...SCREEN, width }).split("\n");
    const longest = Math.max(...lines.map((one) => one.length));
    expect(longest).toBeLessThanOrEqual(width);
    expect(longest).toBeGreaterThanOrEqual(width - 2);
  });

  it("two masters are in the colour of alarm", () => {
    const paint: Paint = { ...PLAIN, alarm: (text) => `<${text}>` };
    expect(lanesText(picture, { ...SCREEN, paint })).toMatch(/<2+>/);
  });

  it("a state shorter than a column does not hide the longer one", () => {
    const text = lanesText(
      { ...picture, routers: [router(lane("node1", "BACKUP 10, INIT 0.001, MASTER 9.999"))] },
      SCREEN,
    );
    expect(row(text, "node1")).toMatch(/^─+█+$/);
  });

  it("addresses that went alike share a row, others have their own", () => {
    const other = address({ address: "192.0.2.102", firstHeldUs: null });
    const addresses = [address(), address({ address: "192.0.2.101" }), other];
    const text = lanesText({ ...picture, addresses }, SCREEN);
    expect(text).toContain(`${VIP} +1`);
    expect(row(text, "192.0.2.102")).toMatch(/^0+$/);
  });

  it("the legend names what occurs and nothing else", () => {
    const legend = lanesText(picture, SCREEN).split("\n\n").at(-1)!;
    for (const word of ["█ MASTER", "╳ FAULT", "· no process", "2 two have it"]) {
      expect(legend).toContain(word);
    }
    expect(legend).not.toContain("between states");
  });

  it.each([
    [10, ["0", "2 s", "8 s"]],
    [60, ["0", "10 s", "50 s"]],
    [600, ["0", "2:00", "8:00"]],
    [7200, ["0", "20:00", "1:00:00"]],
  ])("%i seconds have a time axis with these numbers", (seconds, numbers) => {
    const endUs = seconds * SECOND;
    const axis = lanesText({ ...picture, endUs }, SCREEN).split("\n")[0]!;
    for (const number of numbers) expect(axis.split(/ {2,}/)).toContain(number);
  });
});

describe("marks", () => {
  it("are letters for actions in their order, and stand on the axis", () => {
    const lines = [
      line({ kind: "action", text: "the daemon starts", isDetail: true }),
      line({ kind: "action", atUs: 5 * SECOND, text: "kill -9" }),
      line({ kind: "say", atUs: 5 * SECOND, who: "", text: "a comment" }),
      line({ kind: "action", atUs: 5 * SECOND, who: "network", text: "cut" }),
    ];
    const marks = actionMarks(lines);
    expect([...marks.values()]).toEqual(["a", "b"]);
    const text = lanesText(
      { endUs: 20 * SECOND, routers: [router(lane("node1", "BACKUP 20"))], addresses: [], marks },
      SCREEN,
    );
    expect(text.split("\n")[1]).toMatch(/actions +.*ab/);
  });

  it("never run out", () => {
    const lines = Array.from({ length: 80 }, (_, i) => line({ kind: "action", atUs: i * SECOND }));
    const marks = [...actionMarks(lines).values()];
    expect(marks.slice(50, 54)).toEqual(["Y", "Z", "*", "*"]);
  });
});

function story(change: Partial<PlayedStory> = {}): PlayedStory {
  const lines = [
    line({ atUs: 10 * SECOND, kind: "action", text: "kill -9" }),
    line({
      atUs: 13_207_131,
      who: "node2",
      text: "(VI_1) Entering MASTER STATE: no advert from 192.0.2.1 (priority 105) for 3.598 s",
      effects: [
        { text: `takes ${VIP}`, isDetail: false },
        { text: "runs /notify.sh master", isDetail: true },
      ],
    }),
    line({ atUs: 14 * SECOND, text: "a detail", isDetail: true }),
    line({ atUs: 15 * SECOND, text: "a remark", kind: "remark", times: 7, lastUs: 16 * SECOND }),
    line({ atUs: 16 * SECOND, text: "at once", times: 3 }),
    line({ atUs: 17 * SECOND, text: "(VI_2) x", alike: ["VI_3", "VI_4", "VI_5", "VI_6"] }),
  ];
  const routers = [router(lane("node1", "BACKUP 4, MASTER 16"))];
  return {
    ...{ nodes: ["node1", "node2"], scenario: "tour", description: "What fails first.", seed: 7 },
    ...{ events: 904, elapsedMs: 10, invariants: 13, violations: [], verbose: false },
    requests: [],
    timeline: { endUs: 20 * SECOND, routers, lines },
    account: { addresses: [address()], routers: [TAKEN] },
    again: "vipd simulate a.conf b.conf --seed 7",
    ...change,
  };
}

describe("the whole", () => {
  it("begins with what was played and ends with what held and how to see it again", () => {
    const text = playedText(story(), SCREEN);
    expect(text.split("\n").slice(0, 3)).toEqual([
      "vipd simulate node1, node2: tour, seed 7",
      "20 s played in 10 ms, 2,000 times real time; 904 events",
      "What fails first.",
    ]);
    expect(text.split("\n").slice(-2)).toEqual([
      "13 invariants held",
      "again: vipd simulate a.conf b.conf --seed 7",
    ]);
  });

  it("tells what happened in sentences with time, mark and what followed", () => {
    const text = playedText(story(), SCREEN);
    expect(text).toContain("a 10.000  node1  kill -9\n");
    expect(text).toContain(
      "  13.207  node2  (VI_1) Entering MASTER STATE: no advert from 192.0.2.1\n" +
        "                 (priority 105) for 3.598 s\n" +
        `                 takes ${VIP}\n`,
    );
    expect(text).toContain("a remark (7 times until 16.000)");
    expect(text).toContain("at once (3 times)");
    expect(text.replace(/\s+/g, " ")).toContain(
      "(VI_2) x (and 4 instances more: VI_3, VI_4, VI_5, ...)",
    );
    expect(text).not.toContain("a detail");
    expect(text).not.toContain("notify.sh");
  });

  it("begins a part of the story with what the scenario says to it", () => {
    const lines = [
      line({ text: "before" }),
      line({ kind: "say", who: "", atUs: SECOND, text: "Then it breaks." }),
      line({ atUs: SECOND, text: "after" }),
    ];
    const text = playedText(story({ timeline: { ...story().timeline, lines } }), SCREEN);
    expect(text).toContain("before\n\n   1.000  Then it breaks.\n   1.000  node1  after\n");
  });

  it("tells more when asked for", () => {
    const text = playedText(story({ verbose: true }), SCREEN);
    expect(text).toContain("a detail");
    expect(text).toContain(`takes ${VIP}; runs /notify.sh master`);
    expect(text).toMatch(/INSTANCE +NODE +MASTER/);
  });

  it("tells violations, three of them in full, and the command that shows them", () => {
    const violation = (atUs: number) => ({ invariant: "one_master", atUs, text: "two are MASTER" });
    const violations = [1, 2, 3, 4, 5].map((second) => violation(second * SECOND));
    const text = playedText(story({ violations }), SCREEN);
    expect(text.split("\n").slice(-5)).toEqual([
      "violated: one_master at 1.000 s: two are MASTER",
      "violated: one_master at 2.000 s: two are MASTER",
      "violated: one_master at 3.000 s: two are MASTER",
      "2 violations more",
      "again: vipd simulate a.conf b.conf --seed 7",
    ]);
    expect(text).not.toContain("held\n");
  });

  it.each([60, 80, 120])("fits %i columns but for the command", (width) => {
    const lines = playedText(story({ verbose: true }), { ...SCREEN, width }).split("\n");
    for (const one of lines.slice(0, -1)) expect(one.length).toBeLessThanOrEqual(width);
  });

  it("a play without lines or addresses has no empty part", () => {
    const timeline = { endUs: SECOND, routers: [], lines: [] };
    const text = playedText(story({ timeline, account: { addresses: [], routers: [] } }), SCREEN);
    expect(text).not.toContain("\n\n\n");
  });

  it("a name with control characters cannot move the cursor", () => {
    const lines = [line({ who: "a\x1b[2Jb", text: "x\ry\x1b]0;z\x07" })];
    const text = playedText(story({ timeline: { endUs: SECOND, routers: [], lines } }), SCREEN);
    // deno-lint-ignore no-control-regex
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f]/);
  });
});

describe("the table of addresses", () => {
  it("has how long nobody and two had it, how often, the client was misled, and takeovers", () => {
    const without = { count: 1, totalUs: 597_756, longestUs: 597_756 };
    const several = { count: 3, totalUs: 7_000_200, longestUs: 7_000_000 };
    const misled = { count: 1, totalUs: 21_000_000, longestUs: 21_000_000 };
    const short = { count: 2, totalUs: 200, longestUs: 100 };
    const never = address({ address: "192.0.2.101", instances: ["VI_9"], firstHeldUs: null });
    const text = addressTable(
      {
        addresses: [address({ without, several, misled }), { ...never, misled: short }],
        routers: [TAKEN],
      },
      SCREEN,
    );
    const cells = text.split("\n").map((one) => one.split(/ {2,}/));
    expect(cells).toEqual([
      ["ADDRESS", "INSTANCE", "HELD AT", "NOBODY", "TWO", "MISLED", "TAKEOVERS", "LONGEST"],
      [VIP, "VI_1", "4 s", "597.8 ms", "7 s in 3", "21 s", "2", "3.207 s"],
      ["192.0.2.101", "VI_9", "never", "-", "-", "-", "-", "-"],
    ]);
  });

  it("is cut with a letter that the terminal has", () => {
    const long = address({
      instances: ["A_VERY_LONG_NAME_OF_AN_INSTANCE_THAT_NOBODY_WOULD_WRITE"],
    });
    const account = { addresses: [long], routers: [] };
    expect(addressTable(account, { ...ASCII, width: 60 })).toContain("~");
    expect(addressTable(account, { ...SCREEN, width: 60 })).toContain("…");
  });
});

describe("times real time", () => {
  it.each([[60 * SECOND, 1, "60,000"], [SECOND, 400, "2.5"], [SECOND, 1e6, "0"], [
    123_456 * SECOND,
    1000,
    "123,000",
  ]])("%i us in %d ms: %s", (us, ms, want) => expect(timesRealTime(us, ms)).toBe(want));
});
