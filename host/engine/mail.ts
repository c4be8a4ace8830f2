// Alert mails: keepalived's subjects and bodies (2.2.7), and the queue: one mail at a time, in
// order, at most MAIL_QUEUE_MAX waiting; one more drops the oldest, so that the last thing that
// happened is the last thing told. No relay or no recipient means no mail.
// This module is browser safe.

import type { RealServer, VirtualServer } from "../conf/model.ts";
import type { StateName } from "../core/abi.gen.ts";
import { MAIL_QUEUE_MAX, type MailDoneInput, type MailMessage } from "./contract.ts";
import {
  type CheckerState,
  emit,
  type EngineState,
  type RealServerState,
  type SubjectState,
  tell,
} from "./state.ts";

function queueMail(state: EngineState, subject: string, body: string): void {
  const message = composeMail(state, subject, body);
  if (message === null) return;
  const { queue } = state.mail;
  queue.push(message);
  const dropped = queue.length > MAIL_QUEUE_MAX ? queue.shift() : undefined;
  if (dropped !== undefined) {
    tell(state, { event: "MAIL_DROPPED", subject: dropped.subject, error: "" });
  }
  sendNext(state);
}

function composeMail(state: EngineState, subject: string, body: string): MailMessage | null {
  if (state.setup === null) return null;
  const { config, host } = state.setup;
  const server = config.global.smtpServer;
  if (server === null || config.global.notificationEmail.length === 0) return null;
  return {
    server,
    connectTimeoutUs: config.global.smtpConnectTimeoutUs,
    helo: config.global.smtpHeloName ?? host.name,
    from: config.global.notificationEmailFrom ?? `${host.user}@${host.name}`,
    to: config.global.notificationEmail,
    subject: `[${config.global.routerId ?? host.name}] ${subject}`,
    body: `=> ${body} <=`,
  };
}

function sendNext(state: EngineState): void {
  const mail = state.mail;
  if (mail.sending !== null) return;
  const message = mail.queue.shift();
  if (message === undefined) return;
  const id = mail.nextId++;
  mail.sending = { id, subject: message.subject };
  emit(state, { kind: "mail", id, message });
}

/** The relay took a mail, or did not. */
export function takeMailDone(state: EngineState, input: MailDoneInput): void {
  const sending = state.mail.sending;
  if (sending === null || sending.id !== input.id) return;
  state.mail.sending = null;
  const event = input.error === null ? "MAIL_SENT" as const : "MAIL_FAILED" as const;
  tell(state, { event, subject: sending.subject, error: input.error ?? "" });
  sendNext(state);
}

/** Tells the mails that the stop leaves behind: nobody will hear any more what becomes of them. */
export function abandonMails(state: EngineState): void {
  const { sending, queue } = state.mail;
  const subjects = [sending, ...queue].flatMap((mail) => mail === null ? [] : [mail.subject]);
  for (const subject of subjects) {
    tell(state, { event: "MAIL_FAILED", subject, error: "vipd stops" });
  }
  state.mail.sending = null;
  state.mail.queue = [];
}

/** True when no mail waits or is on its way. */
export function isMailIdle(state: EngineState): boolean {
  return state.mail.sending === null && state.mail.queue.length === 0;
}

const STATE_SUBJECT: Record<StateName, string> = {
  INIT: "",
  MASTER: "Entering MASTER state",
  BACKUP: "Entering BACKUP state",
  FAULT: "Entering FAULT state",
  STOP: "Stopping",
};
const INSTANCE_BODY: Record<StateName, string> = {
  INIT: "",
  MASTER: "VRRP Instance is now owning VRRP VIPs",
  BACKUP: "VRRP Instance is no longer owning VRRP VIPs",
  FAULT: "VRRP Instance is no longer owning VRRP VIPs",
  STOP: "VRRP Instance stopping",
};
const GROUP_BODY: Record<StateName, string> = {
  INIT: "",
  MASTER: "All VRRP group instances are now in MASTER state",
  BACKUP: "All VRRP group instances are now in BACKUP state",
  FAULT: "All VRRP group instances are now in FAULT state",
  STOP: "All VRRP group instances are now stopping",
};

/** Mails the new state of an instance or group that has smtp_alert; never one state twice. */
export function mailState(state: EngineState, subject: SubjectState, to: StateName): void {
  if (!subject.smtpAlert || subject.mailed === to || to === "INIT") return;
  subject.mailed = to;
  const isGroup = subject.subject === "GROUP";
  const what = isGroup ? "VRRP Group" : "VRRP Instance";
  const body = (isGroup ? GROUP_BODY : INSTANCE_BODY)[to];
  queueMail(state, `${what} ${subject.name} - ${STATE_SUBJECT[to]}`, body);
}

function realServerSubject(service: string, realServer: string, isAlive: boolean): string {
  return `Realserver ${realServer} of virtual server ${service} - ${isAlive ? "UP" : "DOWN"}`;
}

/** Mails that a checker's verdict changed, with the server's state that came of it. */
export function mailCheck(
  state: EngineState,
  service: VirtualServer,
  realServer: RealServerState,
  checker: CheckerState,
): void {
  if (!realServer.config.smtpAlert) return;
  const subject = realServerSubject(service.name, realServer.config.name, realServer.alive);
  queueMail(state, subject, checkBody(checker));
}

function checkBody(checker: CheckerState): string {
  switch (checker.config.kind) {
    case "HTTP_GET":
    case "SSL_GET":
      return checker.up
        ? "CHECK succeed on service"
        : "CHECK failed on service : HTTP request failed";
    case "TCP_CHECK":
      return `TCP CHECK ${checker.up ? "succeed" : "failed"} on service`;
    case "MISC_CHECK": {
      const outcome = checker.lastOutcome;
      const isTimeout = outcome?.kind === "script" && outcome.outcome.kind === "timeout";
      const failed = isTimeout ? "timed out" : "failed";
      return `MISC CHECK ${checker.up ? "succeeded" : failed} on service`;
    }
  }
}

/** Mails that a reload removed a server that was up. */
export function mailRemoved(
  state: EngineState,
  service: VirtualServer,
  realServer: RealServer,
): void {
  if (!realServer.smtpAlert) return;
  queueMail(state, realServerSubject(service.name, realServer.name, false), "Removing");
}

/** Mails that a service gained or lost its quorum, where its smtp_alert is on. */
export function mailQuorum(
  state: EngineState,
  service: VirtualServer,
  change: { up: boolean; threshold: number; aliveWeight: number; isStart: boolean },
): void {
  if (!service.smtpAlert) return;
  const { up, threshold, aliveWeight, isStart } = change;
  const normal = up ? "Gained quorum" : "Lost quorum";
  const what = isStart ? `Starting with quorum ${up ? "up" : "down"}` : normal;
  const sum = `${service.quorum}+${service.hysteresis}=${threshold} <= ${aliveWeight}`;
  queueMail(state, `Virtualserver ${service.name} - ${up ? "UP" : "DOWN"}`, `${what} ${sum}`);
}
