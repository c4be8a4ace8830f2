// Alert mails to a real relay: what vipd sends and when, beside what keepalived 2.2.7 sends from the
// same file and the same events, and a relay that is not there, does not answer, or is too slow.

import { describe, expect, it } from "vitest";
import { STOP_WAIT_MAX_US } from "../../host/engine/contract.ts";
import { eventsOf, startReadyVipd, untilInstance } from "../lab/asking.ts";
import { Capture } from "../lab/capture.ts";
import { type DaemonKind, Director } from "../lab/director.ts";
import { eventually } from "../lab/process.ts";
import { MailRelay, RELAY_PORT, type RelayedMail } from "../lab/mail_relay.ts";
import { onNode } from "../lab/solo.ts";
import { openReferenceLab } from "../lab/topology.ts";
import { reportFromUml } from "../lab/uml.ts";
import { type InstanceConf, type NodeConf, vrrpConf } from "../lab/vrrp_conf.ts";

const INTERVAL_S = 0.1;

// shows: global_defs router_id notification_email notification_email_from smtp_server
// shows: ROOT global_defs
const GLOBALS = [
  "router_id director-a",
  "notification_email {",
  "    first@example.org",
  "    second@example.org",
  "}",
  "notification_email_from vrrp@example.org",
  `smtp_server 127.0.0.1 ${RELAY_PORT}`,
  "smtp_helo_name director-a.example.org",
  "smtp_connect_timeout 5",
];

function instance(vrid: number, lines: string[]): InstanceConf {
  const name = `VI_${vrid}`;
  const vips = [`172.18.200.${vrid}/16`];
  return { name, vrid, priority: 100, version: 3, intervalS: INTERVAL_S, vips, lines };
}

// shows: vrrp_instance smtp_alert
const ALERT: NodeConf = {
  globals: GLOBALS,
  instances: [
    instance(1, ["track_interface {", "trk0", "}"]),
    instance(2, []),
    instance(3, ["smtp_alert true"]),
    instance(4, []), // no mail of this one
  ],
  after: ["vrrp_sync_group G1 {", "group {", "VI_1", "VI_2", "}", "smtp_alert", "}"],
};

/** Plays the story with one daemon; the mails that the relay got. */
async function play(kind: DaemonKind): Promise<RelayedMail[]> {
  await using reference = await openReferenceLab(`ve-mail-${kind}`, ["node1"]);
  const node = reference.machine("node1");
  await node.ip(
    "link add trk0 type veth peer name trk1",
    "link set trk0 up",
    "link set trk1 up",
  );
  const relay = await MailRelay.start(node);
  const director = await Director.start(kind, node, vrrpConf(ALERT));
  await relay.until("Group G1 - Entering MASTER", "Instance VI_3 - Entering MASTER");
  await node.ip("link set trk0 down");
  await relay.until("Group G1 - Entering FAULT");
  await node.ip("link set trk0 up");
  await eventually(
    "the group to be master again",
    () =>
      relay.subjects.filter((text) => text.includes("G1 - Entering MASTER")).length === 2 || null,
  );
  await director.stop();
  return relay.mails;
}

/** A mail without its time, one line. */
function inShort(mail: RelayedMail): string {
  const { Date: _, ...headers } = mail.headers;
  return JSON.stringify({ ...mail, headers, body: mail.body.trim() });
}

/** keepalived sends mails at the same time, so their order is luck. */
const inAnyOrder = (mails: RelayedMail[]) => mails.map(inShort).toSorted();

describe.concurrent("mails beside keepalived's", () => {
  it("of transitions have the same envelope, headers and body", async () => {
    const [ours, theirs] = await Promise.all([play("vipd"), play("keepalived")]);
    // keepalived means to mail its stop too, but ends before the relay has taken anything.
    const isStop = ({ headers }: RelayedMail) => headers["Subject"]!.endsWith(" - Stopping");
    expect(inAnyOrder(ours.filter((mail) => !isStop(mail)))).toEqual(inAnyOrder(theirs));
    const DATE = /^[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}$/;
    for (const mail of [...ours, ...theirs]) expect(mail.headers["Date"]).toMatch(DATE);
    const subjects = ours.map(({ headers }) => headers["Subject"]!);
    expect(subjects.filter((text) => text.includes("VI_3"))).toEqual([
      "[director-a] VRRP Instance VI_3 - Entering BACKUP state",
      "[director-a] VRRP Instance VI_3 - Entering MASTER state",
      "[director-a] VRRP Instance VI_3 - Stopping",
    ]);
    expect(subjects.filter((text) => text.includes("VI_4"))).toEqual([]);
  });

  it("of real servers and services too: servers by default, services where told", async () => {
    const mails = await reportFromUml<Record<DaemonKind, RelayedMail[]>>("checker_mails.ts");
    expect(inAnyOrder(mails.vipd)).toEqual(inAnyOrder(mails.keepalived));
    expect(mails.vipd.length).toBeGreaterThan(7);
  });
});

/** Four instances whose changes are mailed, in a group: five mails a change. */
const MANY = (port: number, timeoutS: number): NodeConf => ({
  globals: [
    "notification_email { ops@example.org }",
    `smtp_server 127.0.0.1 ${port}`,
    `smtp_connect_timeout ${timeoutS}`,
    "smtp_alert",
  ],
  instances: [1, 2, 3, 4].map((vrid) =>
    instance(vrid, vrid === 1 ? ["track_interface {", "trk0", "}"] : [])
  ),
  after: ["vrrp_sync_group G1 {", "group { VI_1 VI_2 VI_3 VI_4 }", "}"],
});

/** Largest time between two adverts of an instance, milliseconds. */
function longestGap(capture: Capture, vrid: number, from: number): number {
  const times = capture.adverts({ vrid }, { from }).map(({ atMs }) => atMs);
  return Math.max(...times.slice(1).map((atMs, i) => atMs - times[i]!));
}

describe.concurrent("a relay", () => {
  it.each([
    ["that is not there", null, /Mail not sent: .*ECONNREFUSED/],
    ["that refuses the recipient", "refuses", /Mail not sent: .*550/],
    // shows: global_defs smtp_connect_timeout
    ["that never says a word", "silent", /Mail not sent: .*(time|Greeting)/i],
  ])("%s is told in the log and delays nothing", async (_name, mode, told) => {
    await onNode("mail-bad", async (node, lan) => {
      const capture = await Capture.start(lan);
      if (mode !== null) await MailRelay.start(node, mode);
      await node.ip("link add trk0 type veth peer name trk1", "link set trk0 up");
      await node.ip("link set trk1 up");
      const vipd = await startReadyVipd(node, vrrpConf(MANY(RELAY_PORT, 1)), { args: ["-P"] });
      await untilInstance(node, "VI_1", "MASTER");
      const from = capture.position;
      const startMs = performance.now();
      await vipd.waitForLine(told);
      expect(performance.now() - startMs).toBeLessThan(5000);
      await eventually(
        "10 adverts",
        () => capture.adverts({ vrid: 1 }, { from }).length >= 10 || null,
      );
      expect(longestGap(capture, 1, from)).toBeLessThan(INTERVAL_S * 1500);
      expect((await eventsOf(node)).map(({ text }) => text)).toContainEqual(
        expect.stringMatching(told),
      );
    });
  });

  it("that is slow: the queue is bounded, what is dropped is told, the stop does not wait", async () => {
    await onNode("mail-slow", async (node) => {
      await MailRelay.start(node, "silent");
      await node.ip("link add trk0 type veth peer name trk1", "link set trk0 up");
      await node.ip("link set trk1 up");
      const vipd = await startReadyVipd(node, vrrpConf(MANY(RELAY_PORT, 30)), { args: ["-P"] });
      await untilInstance(node, "VI_4", "MASTER");
      // Each turn is ten mails: the queue of MAIL_QUEUE_MAX is full after seven.
      for (let turn = 0; turn < 7; turn++) {
        await node.ip("link set trk0 down");
        await untilInstance(node, "VI_4", "FAULT");
        await node.ip("link set trk0 up");
        await untilInstance(node, "VI_4", "MASTER");
      }
      await vipd.waitForLine(/Mail dropped, too many are waiting for the relay/);
      const startMs = performance.now();
      expect(await vipd.stop()).toBe(0);
      expect(performance.now() - startMs).toBeLessThan(STOP_WAIT_MAX_US / 1000 + 2000);
    });
  });
});
