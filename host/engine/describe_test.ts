import { describe, expect, it } from "vitest";
import { ID_NONE } from "../core/abi.gen.ts";
import type { CoreRecord, NoticeRecord, RefusedRecord } from "./contract.ts";
import { describeRecord, logRecord } from "./describe.ts";
import { describeCheckOutcome, describeDuration } from "./describe_value.ts";
import { describeEvent, isVrrpEvent, logEvent } from "./describe_event.ts";
import { SECOND_US, transition } from "./test_support.ts";

function lines(record: CoreRecord): string[] {
  return logRecord(record).map((sentence) => sentence.text);
}

const PEER = { peer: "172.18.0.2", peerKnown: 1 } as const;

describe("transitions in keepalived 2.2.7's words, our numbers behind", () => {
  it.each<[string, CoreRecord, string[]]>([
    [
      "master down",
      transition("VI_1", "MASTER", {
        ...PEER,
        peerPriority: 98,
        advertAgeUs: 3_612_000,
        timerLateUs: 2_625,
        priorityTracked: 5,
        priorityEffective: 105,
      }),
      [
        "(VI_1) Receive advertisement timeout",
        "(VI_1) Entering MASTER STATE: no advert from 172.18.0.2 (priority 98) for 3.612 s " +
        "(timer 3.609 s, 2.6 ms late); priority 105 (base 100, trackers +5)",
      ],
    ],
    [
      "higher priority",
      transition("VI_1", "BACKUP", {
        ...PEER,
        from: "MASTER",
        reason: "PEER_PRIORITY_HIGHER",
        peerPriority: 250,
      }),
      [
        "(VI_1) Master received advert from 172.18.0.2 with higher priority 250, ours 100",
        "(VI_1) Entering BACKUP STATE: 172.18.0.2 (priority 250) has a higher priority than " +
        "ours, 100; priority 100",
      ],
    ],
    [
      "higher address",
      transition("VI_1", "BACKUP", {
        ...PEER,
        from: "MASTER",
        reason: "PEER_ADDRESS_HIGHER",
        peerPriority: 100,
      }),
      [
        "(VI_1) Master received advert from 172.18.0.2 with same priority 100 but higher IP " +
        "address than ours",
        "(VI_1) Entering BACKUP STATE: 172.18.0.2 (priority 100) has our priority and a higher " +
        "address; priority 100",
      ],
    ],
    [
      "start",
      transition("VI_1", "BACKUP", { from: "INIT", reason: "START" }),
      ["(VI_1) Entering BACKUP STATE (init): start; priority 100"],
    ],
    [
      "link down",
      transition("VI_1", "FAULT", {
        from: "MASTER",
        reason: "INTERFACE_DOWN",
        interfaceName: "eth0",
      }),
      [
        "Netlink reports eth0 down",
        "(VI_1) Entering FAULT STATE: interface eth0 is down; priority 100",
        "(VI_1) sent 0 priority",
      ],
    ],
    [
      "script",
      transition("VI_1", "FAULT", { reason: "TRACKED_SCRIPT", tracker: 0, trackerName: "chk" }),
      ["(VI_1) Entering FAULT STATE: script chk fails; priority 100"],
    ],
    [
      "stop",
      transition("VI_1", "STOP", { from: "MASTER", reason: "STOP" }),
      ["(VI_1) Stopped: the daemon stops; priority 100", "(VI_1) sent 0 priority"],
    ],
    [
      "group",
      transition("VI_1", "MASTER", {
        subject: "GROUP",
        group: 0,
        groupName: "G1",
        reason: "GROUP",
        stateAgeUs: 2 * SECOND_US,
      }),
      ["VRRP_Group(G1) Syncing instances to MASTER state: the sync group decided; after 2 s"],
    ],
    [
      "group with a link of one member down",
      transition("VI_1", "FAULT", {
        subject: "GROUP",
        group: 0,
        groupName: "G1",
        reason: "INTERFACE_DOWN",
        stateAgeUs: 2 * SECOND_US,
      }),
      ["VRRP_Group(G1) Syncing instances to FAULT state: the interface of a member is down; after 2 s"],
    ],
  ])("%s", (_name, record, want) => {
    expect(lines(record)).toEqual(want);
  });
});

describe("other records", () => {
  it("priority", () => {
    expect(describeRecord({
      kind: "priority",
      instance: 0,
      tracker: 0,
      from: 100,
      to: 105,
      priorityBase: 100,
      priorityTracked: 5,
      instanceName: "VI_1",
      trackerName: "chk_down",
    })).toBe(
      "(VI_1) Changing effective priority from 100 to 105: chk_down; base 100, trackers +5",
    );
  });

  const refused: RefusedRecord = {
    kind: "refused",
    instance: 0,
    ifindex: 2,
    status: "TTL",
    vrid: 51,
    got: 64,
    want: 255,
    count: 1,
    family: "INET",
    source: "192.0.2.9",
    instanceName: "VI_1",
    interfaceName: "eth0",
  };
  it.each<[string, Partial<RefusedRecord>, string]>([
    ["TTL", {}, "(VI_1) invalid TTL/HL. Received 64 and expect 255"],
    ["AUTH_DATA", {}, "(VI_1) received an invalid passwd!"],
    ["AUTH_TYPE", { got: 0, want: 1 }, "(VI_1) received a 0 auth, expecting 1!"],
    ["CHECKSUM", { instanceVersion: 2 }, "(VI_1) Invalid VRRPv2 checksum"],
    ["VERSION", { got: 3, want: 2 }, "(VI_1) wrong version. Received 3 and expect 2"],
    [
      "INTERVAL",
      { got: 3 * SECOND_US, want: SECOND_US },
      "(VI_1) advertisement interval mismatch mine=1 sec rcv'd=3 sec",
    ],
  ])("refused for %s", (status, change, phrase) => {
    const record = { ...refused, ...change, status: status as RefusedRecord["status"] };
    expect(describeRecord(record)).toBe(`${phrase}: from 192.0.2.9 on eth0, VRID 51`);
  });

  it("refused without an instance, several times", () => {
    const record = { ...refused, instance: ID_NONE, status: "VRID_UNKNOWN" as const, count: 60 };
    expect(describeRecord(record)).toBe(
      "Unknown VRID(51) received on interface(eth0) from 192.0.2.9. ignoring..., " +
        "60 times since the last line",
    );
  });

  it.each<[NoticeRecord["notice"], string]>([
    ["LOWER_PRIORITY", "(VI_1) Received advert from 192.0.2.9 with lower priority 1, ours 2"],
    ["MASTER_PRIORITY_ZERO", "(VI_1) Master received priority 0 message: from 192.0.2.9"],
    [
      "BACKUP_PRIORITY_ZERO",
      "(VI_1) Backup received priority 0 advertisement: from 192.0.2.9",
    ],
  ])("notice %s", (notice, want) => {
    const record: NoticeRecord = {
      kind: "notice",
      instance: 0,
      notice,
      a: 1,
      b: 2,
      c: 3,
      family: "INET",
      peer: "192.0.2.9",
      instanceName: "VI_1",
    };
    expect(describeRecord(record)).toBe(want);
  });

  it("falls back to numbers where it has no name", () => {
    const { instanceName: _, ...record } = transition("", "MASTER", { instance: 3 });
    expect(describeRecord(record)).toContain("(#3) Entering MASTER STATE");
  });
});

describe("events of checks", () => {
  const place = {
    virtualServer: "[198.51.100.1]:tcp:80",
    realServer: "[192.0.2.1]:tcp:80",
    checker: "HTTP_GET" as const,
    what: "/",
  };
  const outcome = {
    kind: "response" as const,
    status: 200,
    digest: null,
    bytes: 6,
    contentLength: 6,
  };
  it("an URL that answers, a server that comes back, one that fails", () => {
    expect(describeEvent({ ...place, event: "URL_GOOD", outcome, url: 1, urls: 2 })).toBe(
      "HTTP status code success to [192.0.2.1]:tcp:80 url(/): status 200, 6 bytes, url 1 of 2",
    );
    const up = { ...place, event: "CHECK_UP" as const, outcome, retries: 0, heldUs: 12_000_000 };
    expect(describeEvent(up)).toBe(
      "Remote Web server [192.0.2.1]:tcp:80 succeed on service. " +
        "(status 200, 6 bytes, url /, was down for 12 s)",
    );
    const down = { ...up, event: "CHECK_DOWN" as const, retries: 3 };
    expect(describeEvent({ ...down, outcome: { kind: "refused" } })).toBe(
      "HTTP_CHECK on service [192.0.2.1]:tcp:80 failed after 3 retries. " +
        "(connection refused, url /, was up for 12 s)",
    );
  });

  it("tries are for the detailed log", () => {
    const event = {
      ...place,
      event: "CHECK_TRY_FAILED" as const,
      outcome: { ...outcome, status: 500 },
      attempt: 1,
      attemptsMax: 2,
    };
    expect(logEvent(event)).toEqual({
      level: "detail",
      text: "HTTP status code error to server [192.0.2.1]:tcp:80. " +
        "(status 500, 6 bytes, url /, try 1 of 2)",
    });
    expect(isVrrpEvent(event)).toBe(false);
  });
});

it.each([[350, "350 us"], [12_500, "12.5 ms"], [1_000_000, "1 s"], [3_609_375, "3.609 s"]])(
  "describeDuration(%i)",
  (us, want) => expect(describeDuration(us)).toBe(want),
);

it("describeCheckOutcome() names the step that took too long", () => {
  expect(describeCheckOutcome({ kind: "timeout", phase: "read" })).toBe(
    "timeout waiting for the answer",
  );
});
