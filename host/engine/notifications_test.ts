import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EARLY_TRANSITION_MAX, NOTIFY_QUEUE_MAX, type NotifyOutput } from "./contract.ts";
import {
  ALL_NOTIFY,
  config,
  EngineBench,
  group,
  instance,
  NO_NOTIFY,
  script,
  SECOND_US,
  transition,
} from "./test_support.ts";

const OK = { kind: "exit" as const, code: 0 };

function benchOf(change: Parameters<typeof instance>[1] = {}): EngineBench {
  const bench = new EngineBench();
  bench.configure(config({ instances: [instance("VI_1", { notify: ALL_NOTIFY, ...change })] }));
  return bench;
}

/** Notifications since the last call, as `command [appended arguments]`. */
function commands(bench: EngineBench): string[] {
  return notifications(bench).map((output) =>
    [output.script.command, ...output.arguments].join(" ")
  );
}

function notifications(bench: EngineBench): NotifyOutput[] {
  return bench.take().filter((output) => output.kind === "notify");
}

/** Ends the scripts that run, one after the other, and says which ran. */
function runAll(bench: EngineBench): string[] {
  const ran: string[] = [];
  for (;;) {
    const outputs = notifications(bench);
    if (outputs.length === 0) return ran;
    for (const output of outputs) {
      ran.push([output.script.command, ...output.arguments].join(" "));
      bench.input({ kind: "notifyDone", id: output.id, outcome: OK });
    }
  }
}

describe("notifications (keepalived.conf(5) notify)", () => {
  it.each(
    [
      ["MASTER", "MASTER_DOWN", ["/n master", "/n any INSTANCE VI_1 MASTER 100"]],
      ["BACKUP", "START", ["/n backup", "/n any INSTANCE VI_1 BACKUP 100"]],
      ["FAULT", "INTERFACE_DOWN", ["/n fault", "/n any INSTANCE VI_1 FAULT 100"]],
      ["STOP", "STOP", ["/n stop", "/n any INSTANCE VI_1 STOP 100"]],
      ["STOP", "REMOVED", ["/n any INSTANCE VI_1 FAULT 100"]],
      ["FAULT", "TRACKER_UNKNOWN", []],
      ["INIT", "NONE", []],
    ] as const,
  )("to %s because of %s", (to, reason, want) => {
    const bench = benchOf();
    bench.input({ kind: "transition", record: transition("VI_1", to, { reason }) });
    expect(runAll(bench)).toEqual(want);
  });

  it("appends nothing to the state's own script, and priority 0 to a group's notify", () => {
    const bench = new EngineBench();
    const instances = [instance("VI_1", { group: "G1" })];
    bench.configure(config({ instances, groups: [group("G1", ["VI_1"], { notify: ALL_NOTIFY })] }));
    const record = transition("VI_1", "MASTER", { subject: "GROUP", group: 0, groupName: "G1" });
    bench.input({ kind: "transition", record });
    expect(runAll(bench)).toEqual(["/n master", "/n any GROUP G1 MASTER 0"]);
  });

  it("one script of an instance at a time, in order; others do not wait for it", () => {
    const bench = new EngineBench();
    const instances = ["VI_1", "VI_2"].map((name, i) =>
      instance(name, { vrid: i + 1, notify: ALL_NOTIFY })
    );
    bench.configure(config({ instances }));
    bench.input({ kind: "transition", record: transition("VI_1", "BACKUP") });
    bench.input({ kind: "transition", record: transition("VI_1", "MASTER") });
    bench.input({ kind: "transition", record: transition("VI_2", "MASTER") });
    const first = notifications(bench);
    expect(first.map((output) => `${output.name} ${output.script.command}`)).toEqual([
      "VI_1 /n backup",
      "VI_2 /n master",
    ]);
    bench.input({ kind: "notifyDone", id: first[0]!.id, outcome: OK });
    expect(commands(bench)).toEqual(["/n any INSTANCE VI_1 BACKUP 100"]);
  });

  it("goes on after NOTIFY_WAIT_MAX_US without a script that does not end", () => {
    const bench = benchOf();
    bench.input({ kind: "transition", record: transition("VI_1", "MASTER") });
    expect(commands(bench)).toEqual(["/n master"]);
    bench.advance(9 * SECOND_US);
    expect(commands(bench)).toEqual([]);
    bench.advance(SECOND_US);
    expect(commands(bench)).toEqual(["/n any INSTANCE VI_1 MASTER 100"]);
    expect(bench.lines).toContain(
      "(VI_1) notification script /n master for MASTER still runs; going on without it",
    );
  });

  it("says when a script fails", () => {
    const bench = benchOf({ notify: { ...NO_NOTIFY, master: script("/n x") } });
    bench.input({ kind: "transition", record: transition("VI_1", "MASTER") });
    const id = notifications(bench)[0]!.id;
    bench.input({ kind: "notifyDone", id, outcome: { kind: "exit", code: 3 } });
    expect(bench.lines).toEqual([
      "(VI_1) notification script /n x for MASTER failed: exited with status 3",
    ]);
  });

  it("carries the reason record in the environment", () => {
    const bench = benchOf();
    const record = transition("VI_1", "BACKUP", {
      from: "MASTER",
      reason: "PEER_PRIORITY_HIGHER",
      peer: "192.0.2.2",
      peerKnown: 1,
      peerPriority: 250,
    });
    bench.input({ kind: "transition", record });
    expect(notifications(bench)[0]?.environment).toMatchObject({
      VIPD_REASON: "PEER_PRIORITY_HIGHER",
      VIPD_PEER: "192.0.2.2",
      VIPD_PEER_PRIORITY: "250",
      VIPD_FROM: "MASTER",
      VIPD_TO: "BACKUP",
    });
  });

  it("notifies of an instance that the reload has already taken out of the configuration", () => {
    const bench = benchOf();
    bench.configure(config());
    const record = transition("VI_1", "STOP", { reason: "REMOVED" });
    bench.input({ kind: "transition", record });
    expect(runAll(bench)).toEqual(["/n any INSTANCE VI_1 FAULT 100"]);
    bench.configure(config());
    bench.configure(config());
    expect(bench.engine.state.notify.subjects.size).toBe(0);
  });

  it("a reload says nothing", () => {
    const bench = benchOf();
    bench.input({ kind: "transition", record: transition("VI_1", "MASTER") });
    runAll(bench);
    bench.configure(config({ instances: [instance("VI_1", { notify: ALL_NOTIFY })] }));
    expect(bench.take()).toEqual([]);
  });

  it("keeps what the core tells before the configuration has come, in order", () => {
    const bench = new EngineBench();
    bench.input({ kind: "transition", record: transition("VI_1", "BACKUP") });
    bench.input({ kind: "transition", record: transition("VI_1", "MASTER") });
    expect(bench.take()).toEqual([]);
    const notify = { ...NO_NOTIFY, any: script("/n any") };
    bench.configure(config({ instances: [instance("VI_1", { notify })] }));
    expect(runAll(bench)).toEqual([
      "/n any INSTANCE VI_1 BACKUP 100",
      "/n any INSTANCE VI_1 MASTER 100",
    ]);
  });

  it("forgets transitions of what the next configuration does not know either", () => {
    const bench = benchOf();
    for (let i = 0; i < 3000; i++) {
      bench.input({ kind: "transition", record: transition("VI_9", "MASTER") });
    }
    expect(bench.engine.state.notify.early).toHaveLength(EARLY_TRANSITION_MAX);
    bench.configure(config());
    expect(bench.take()).toEqual([]);
    expect(bench.engine.state.notify.early).toEqual([]);
  });

  it("the queue is bounded, and the last state is always delivered, in order", () => {
    const states = fc.array(fc.constantFrom("BACKUP", "MASTER", "FAULT"), { minLength: 1 });
    fc.assert(fc.property(states, fc.nat(5), (list, endEvery) => {
      const bench = benchOf({ notify: { ...NO_NOTIFY, any: script("/n any") } });
      const ran: string[] = [];
      const running: number[] = [];
      const collect = () => {
        for (const output of notifications(bench)) {
          ran.push(output.state);
          running.push(output.id);
        }
      };
      list.forEach((to, i) => {
        bench.input({ kind: "transition", record: transition("VI_1", to) });
        collect();
        const subject = bench.engine.state.notify.subjects.get("INSTANCE VI_1");
        expect(subject?.queue.length).toBeLessThanOrEqual(NOTIFY_QUEUE_MAX);
        if (endEvery > 0 && i % endEvery === 0 && running.length > 0) {
          bench.input({ kind: "notifyDone", id: running.shift()!, outcome: OK });
          collect();
        }
      });
      while (running.length > 0) {
        bench.input({ kind: "notifyDone", id: running.shift()!, outcome: OK });
        collect();
      }
      expect(ran.at(-1)).toBe(list.at(-1));
      // What was told is what happened, without repeats, possibly with gaps.
      const happened = list.filter((to, i) => to !== list[i - 1]);
      let at = 0;
      for (const told of ran) {
        at = happened.indexOf(told as typeof happened[number], at) + 1;
        expect(at).toBeGreaterThan(0);
      }
    }));
  });

  it("STOP is waited for, but not for ever", () => {
    const bench = benchOf();
    bench.input({ kind: "transition", record: transition("VI_1", "MASTER") });
    runAll(bench);
    bench.input({ kind: "command", command: "STOP", keepServices: false });
    bench.input({ kind: "transition", record: transition("VI_1", "STOP", { reason: "STOP" }) });
    expect(bench.take().map((output) => output.kind)).toEqual(["notify"]);
    bench.advance(3 * SECOND_US);
    expect(bench.take().map((output) => output.kind)).toEqual(["notify", "stopped"]);
  });
});

describe("mail", () => {
  function mails(bench: EngineBench) {
    return bench.take().filter((output) => output.kind === "mail");
  }

  it.each(
    [
      ["BACKUP", "Entering BACKUP state", "VRRP Instance is no longer owning VRRP VIPs"],
      ["MASTER", "Entering MASTER state", "VRRP Instance is now owning VRRP VIPs"],
      ["FAULT", "Entering FAULT state", "VRRP Instance is no longer owning VRRP VIPs"],
      ["STOP", "Stopping", "VRRP Instance stopping"],
    ] as const,
  )("of an instance's %s, as keepalived 2.2.7 words it", (to, subject, body) => {
    const bench = benchOf({ smtpAlert: true, notify: NO_NOTIFY });
    bench.input({ kind: "transition", record: transition("VI_1", to) });
    expect(mails(bench)).toEqual([{
      kind: "mail",
      id: 1,
      message: {
        server: { host: "127.0.0.1", port: 25 },
        connectTimeoutUs: 30 * SECOND_US,
        helo: "director",
        from: "ka@example.org",
        to: ["root@localhost", "admin@localhost"],
        subject: `[node1] VRRP Instance VI_1 - ${subject}`,
        body: `=> ${body} <=`,
      },
    }]);
  });

  it("is off for instances unless smtp_alert is set", () => {
    const bench = benchOf();
    bench.input({ kind: "transition", record: transition("VI_1", "MASTER") });
    expect(mails(bench)).toEqual([]);
  });

  it("names host and user where the configuration does not", () => {
    const bench = new EngineBench();
    const base = config({ instances: [instance("VI_1", { smtpAlert: true })] });
    const global = { ...base.global, routerId: null, notificationEmailFrom: null };
    bench.configure({ ...base, global });
    bench.input({ kind: "transition", record: transition("VI_1", "MASTER") });
    expect(mails(bench)[0]?.message).toMatchObject({
      from: "root@director",
      subject: "[director] VRRP Instance VI_1 - Entering MASTER state",
    });
  });

  it("one at a time, in order, at most MAIL_QUEUE_MAX waiting", () => {
    const bench = benchOf({ smtpAlert: true, notify: NO_NOTIFY });
    for (let i = 0; i < 100; i++) {
      const to = i % 2 === 0 ? "MASTER" : "BACKUP";
      bench.input({ kind: "transition", record: transition("VI_1", to) });
    }
    let sent = 0;
    let last = "";
    for (let list = mails(bench); list.length > 0; list = mails(bench)) {
      expect(list).toHaveLength(1);
      sent++;
      last = list[0]!.message.subject;
      bench.input({ kind: "mailDone", id: list[0]!.id, error: sent === 1 ? "refused" : null });
    }
    expect(sent).toBe(65);
    expect(last).toContain("Entering BACKUP state");
    expect(bench.lines.filter((line) => line.startsWith("Mail dropped"))).toHaveLength(35);
    expect(bench.lines).toContainEqual(expect.stringMatching(/^Mail not sent: refused/));
    expect(bench.lines.at(-1)).toMatch(/^SMTP alert successfully sent\./);
  });

  it("tells what the stop leaves unsent", () => {
    const bench = benchOf({ smtpAlert: true, notify: NO_NOTIFY });
    for (const to of ["MASTER", "BACKUP", "STOP"] as const) {
      bench.input({ kind: "transition", record: transition("VI_1", to) });
    }
    bench.input({ kind: "command", command: "STOP", keepServices: false });
    bench.advance(10 * SECOND_US);
    const told = bench.lines.filter((line) => line.startsWith("Mail not sent: vipd stops: "));
    expect(told.map((line) => line.split(" - ").at(-1))).toEqual([
      "Entering MASTER state",
      "Entering BACKUP state",
      "Stopping",
    ]);
    expect(bench.outputs.at(-1)).toEqual({ kind: "stopped" });
  });
});
