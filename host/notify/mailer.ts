// Carries out `mail`: one SMTP session for each mail, in clear text as keepalived does (nodemailer
// is loaded when the first mail is sent: most daemons never send one). Subject, body and order are
// the engine's; it hands over one mail at a time.

import { errorText } from "../base/errors.ts";
import type { MailDoneInput, MailMessage, MailOutput } from "../engine/contract.ts";

/** A session may take so many times its connect timeout in all. */
const TIMEOUTS_MAX = 10;

/** Sends mails. */
export class Mailer {
  readonly #report: (input: MailDoneInput) => void;

  /** `report` gets what became of each mail. */
  constructor(report: (input: MailDoneInput) => void) {
    this.#report = report;
  }

  /** Sends a mail. */
  send(output: MailOutput): void {
    const { id, message } = output;
    sendMail(message, new Date()).then(
      () => this.#report({ kind: "mailDone", id, error: null }),
      (thrown) => this.#report({ kind: "mailDone", id, error: errorText(thrown) }),
    );
  }
}

/** Hands a mail to its relay. Rejects with the relay's or the system's words. */
export async function sendMail(message: MailMessage, date: Date): Promise<void> {
  const { default: SmtpConnection } = await import("nodemailer/lib/smtp-connection");
  const timeoutMs = message.connectTimeoutUs / 1000;
  const connection = new SmtpConnection({
    host: message.server.host,
    port: message.server.port,
    name: message.helo,
    secure: false,
    // The relay's certificate would have to be verified, and keepalived's users have none.
    ignoreTLS: true,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      timer = setTimeout(
        () => reject(new Error("the relay takes too long")),
        timeoutMs * TIMEOUTS_MAX,
      );
      // For good: an error that comes after the end must not be without a listener.
      connection.on("error", reject);
      connection.on("end", () => reject(new Error("the relay has closed the connection")));
      const envelope = { from: message.from, to: message.to };
      connection.connect((error) => {
        if (error) return reject(error);
        connection.send(envelope, composeMail(message, date), (error) => {
          if (error) reject(error);
          else resolve();
        });
      });
    });
    connection.quit();
  } catch (thrown) {
    connection.close();
    throw thrown;
  } finally {
    clearTimeout(timer);
  }
}

/** The mail as it goes over the wire: keepalived's headers in keepalived's order (RFC 5322). */
export function composeMail(message: MailMessage, date: Date): string {
  const headers = [
    ["Date", date.toUTCString().replace(/GMT$/, "+0000")],
    ["From", message.from],
    ["Subject", message.subject],
    ["X-Mailer", "Keepalived"],
    ["To", message.to.join(", ")],
  ];
  const lines = headers.map(([name, value]) => `${name}: ${headerText(value ?? "")}`);
  return [...lines, "", message.body, ""].join("\r\n");
}

/** One line; what is not ASCII as an encoded word (RFC 2047). */
function headerText(value: string): string {
  const line = value.replace(/[\r\n]+/g, " ");
  if (/^[\x20-\x7e]*$/.test(line)) return line;
  const bytes = new TextEncoder().encode(line);
  return `=?UTF-8?B?${btoa(String.fromCharCode(...bytes))}?=`;
}
