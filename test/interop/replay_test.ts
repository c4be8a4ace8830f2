// Why did it fail over, asked of two real daemons: the survivor of a kill and of a cut link explains itself,
// its dump replays to equal outputs, another course shows without the decisive advert, and a capture of
// the segment tells the same takeovers.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startReadyVipd, untilInstance } from "../lab/asking.ts";
import { Capture } from "../lab/capture.ts";
import type { LabNode } from "../lab/netns.ts";
import { delay, type RunResult } from "../lab/process.ts";
import { ADDRESS, INTERFACE, openReferenceLab, type ReferenceLab, VIP1 } from "../lab/topology.ts";
import { VIPD, vipd } from "../lab/vipd.ts";
import { vrrpConf } from "../lab/vrrp_conf.ts";

const DUMP = "/run/survivor.dump";
const STEADY_MS = 3_500;
/** An advert earlier: what a dropped advert makes the takeover come sooner by. */
const INTERVAL_S = 1;
const MARGIN_S = 0.3;

const conf = (priority: number) =>
  vrrpConf({
    instances: [{ vrid: 51, priority, version: 3, intervalS: INTERVAL_S, vips: [`${VIP1}/16`] }],
  });

interface Played {
  explained: RunResult;
  wrongName: RunResult;
  dumped: RunResult;
  fromDump: RunResult;
  replayed: RunResult;
  stepped: RunResult;
  changed: RunResult;
  damaged: RunResult;
  told: RunResult;
  cutSurvivor: RunResult;
  cutNode: RunResult;
}

let reference: ReferenceLab;
let played: Played;

/** Kills node1's daemon and asks node2's. */
async function kill(node1: LabNode, node2: LabNode) {
  const first = await startReadyVipd(node1, conf(110), { args: ["-P"] });
  await startReadyVipd(node2, conf(100), { args: ["-P"] });
  await untilInstance(node1, "VI_1", "MASTER");
  await untilInstance(node2, "VI_1", "BACKUP");
  await delay(STEADY_MS);
  Deno.kill(first.pid, "SIGKILL");
  await untilInstance(node2, "VI_1", "MASTER");
  await delay(STEADY_MS);
  const explained = await vipd(node2, ["explain", "VI_1"]);
  const wrongName = await vipd(node2, ["explain", "VI_2"], { check: false });
  const dumped = await vipd(node2, ["dump", DUMP]);
  const fromDump = await vipd(node2, ["explain", "51", "-n", "1", "--dump", DUMP, "--json"]);
  const replayed = await vipd(node2, ["replay", DUMP]);
  const stepped = await vipd(node2, ["replay", DUMP, "--step"], { input: "\n\np\n5\nq\n" });
  const decisive = /that of 172\.18\.0\.11 \(priority 110\), input (\d+)/.exec(
    explained.stdout.replaceAll(/\s+/g, " "),
  );
  const changed = await vipd(node2, [
    "replay",
    DUMP,
    "--json",
    "--change",
    `drop:${decisive?.[1]}`,
  ]);
  const cut = `head -c 5000 ${DUMP} >/run/cut.dump; exec "$0" replay /run/cut.dump`;
  const damaged = await shell(node2, cut);
  return { explained, wrongName, dumped, fromDump, replayed, stepped, changed, damaged };
}

/** Runs a shell command with vipd as $0. */
function shell(node: LabNode, command: string): Promise<RunResult> {
  return node.exec(["sh", "-c", command, VIPD], { check: false });
}

/** Lets node1 come back and take over, then pulls its cable. */
async function cut(node1: LabNode, node2: LabNode) {
  await startReadyVipd(node1, conf(110), { args: ["-P"] });
  await untilInstance(node1, "VI_1", "MASTER");
  await untilInstance(node2, "VI_1", "BACKUP");
  await delay(STEADY_MS);
  await reference.lan.setCable(node1, "out");
  await untilInstance(node2, "VI_1", "MASTER");
  const cutSurvivor = await vipd(node2, ["explain", "-n", "1"]);
  const cutNode = await vipd(node1, ["explain", "-n", "1"]);
  return { cutSurvivor, cutNode };
}

beforeAll(async () => {
  reference = await openReferenceLab("vF-replay", ["node1", "node2"]);
  const [node1, node2] = [reference.machine("node1"), reference.machine("node2")];
  const capture = await Capture.start(reference.lan);
  const afterKill = await kill(node1, node2);
  const afterCut = await cut(node1, node2);
  await capture.stop();
  const path = await Deno.makeTempFile({ suffix: ".pcap" });
  await capture.save(path);
  const told = await vipd(node2, ["replay", path]);
  await Deno.remove(path);
  played = { ...afterKill, ...afterCut, told };
});

afterAll(async () => {
  await reference?.[Symbol.asyncDispose]();
});

/** Standard output as one line, so that wrapping does not matter. */
const flat = ({ stdout }: RunResult) => stdout.replaceAll(/\s+/g, " ");

describe("vipd explain", () => {
  it("names the silence, the peer and the arithmetic after a kill", () => {
    const text = flat(played.explained);
    expect(text).toMatch(/VI_1 became MASTER after .* as BACKUP: no advert from 172\.18\.0\.11/);
    expect(text).toMatch(/last advert heard was that of 172\.18\.0\.11 \(priority 110\)/);
    expect(text).toContain("3 adverts of 1 s and a skew time of 609.4 ms (priority 100)");
    expect(text).toContain("Our own loop was");
    expect(text).toContain(`added ${VIP1}/16 dev ${INTERFACE}`);
    expect(text).toMatch(/VI_1 is MASTER for /);
  });

  it("says the same of the dump, as JSON, by VRID", () => {
    const { explanations, differences } = JSON.parse(played.fromDump.stdout);
    expect(differences).toEqual([]);
    expect(explanations.length).toBe(1);
    expect(explanations[0]).toMatchObject({ name: "VI_1", record: { reason: "MASTER_DOWN" } });
  });

  it("guesses at a name that there is not", () => {
    expect(played.wrongName.code).toBe(1);
    expect(played.wrongName.stderr).toContain("did you mean 'VI_1'? There are: VI_1 (VRID 51)");
  });

  it("after a cut link: silence at the survivor, the link at the one that was cut off", () => {
    expect(flat(played.cutSurvivor)).toContain(`no advert from ${ADDRESS.node1}`);
    expect(flat(played.cutNode)).toMatch(
      new RegExp(
        `VI_1 became FAULT .* Decisive was input \\d+: link ${INTERFACE}: up without carrier`,
      ),
    );
  });
});

describe("vipd replay", () => {
  it("proves equal outputs of both halves", () => {
    expect(played.replayed.code).toBe(0);
    expect(flat(played.replayed)).toMatch(
      /[\d,]+ inputs of the core and [\d,]+ inputs of the engine replayed: outputs equal/,
    );
    expect(flat(played.replayed)).toContain("(VI_1) Entering MASTER STATE");
  });

  it("steps forwards, back and to a number", () => {
    const { stdout } = played.stepped;
    const titles = [
      ...stdout.matchAll(/^input (e?\d+) of the .* \((\d+) of \d+ of both halves\)$/gm),
    ];
    expect(titles.map(([, , place]) => place).slice(0, 4)).toEqual(["1", "2", "3", "2"]);
    expect(titles.slice(4).map(([, number]) => number)).toEqual(["5"]);
    expect(stdout).toContain("<- ");
    expect(stdout).not.toContain("not what the log says");
  });

  it("without the decisive advert the takeover comes an interval earlier", () => {
    const { equal, whatIf } = JSON.parse(played.changed.stdout);
    expect(equal).toBe(true);
    expect(whatIf.parting).not.toBe(null);
    const tookOver = (which: "recorded" | "changed") =>
      whatIf.rows.map((row: Record<string, { atUs: number; record: { to: string } } | null>) =>
        row[which]
      ).find((one: { record: { to: string } } | null) => one?.record.to === "MASTER").atUs / 1e6;
    const earlierS = tookOver("recorded") - tookOver("changed");
    expect(Math.abs(earlierS - INTERVAL_S)).toBeLessThan(MARGIN_S);
  });

  it("refuses a dump that is cut off", () => {
    expect(played.damaged.code).toBe(2);
    expect(played.damaged.stderr).toContain("vipd: the dump is cut off");
  });

  it("tells the same takeovers from a capture", () => {
    const text = flat(played.told);
    expect(text).toContain("VRID 51, IPv4");
    expect(text).toMatch(
      /172\.18\.0\.12 \(priority 100\) takes over after 3\.6\d* s without an advert of 172\.18\.0\.11/,
    );
    expect(text).toMatch(/172\.18\.0\.11 \(priority 110\) takes over from 172\.18\.0\.12/);
    expect(text).toContain("gratuitous messages for 1 address");
    expect(text).toContain("What adverts alone cannot tell");
    expect(played.dumped.stdout).toContain("core:");
  });
});
