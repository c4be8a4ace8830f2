// A mail relay on a node of a lab that tests what a daemon says to it: envelope, headers, body; and that
// can be silent, slow, or refuse.

import type { LabNode } from "./netns.ts";
import { DENO, ROOT } from "./path.ts";
import { eventually } from "./process.ts";
import type { RunningProgram } from "./process.ts";
import type { RelayedMail } from "./programs/mail_relay.ts";

export type { RelayedMail };

/** The relay's port; not 25, which something else may hold. */
export const RELAY_PORT = 2525;

/** A relay that runs. The lab ends it. */
export class MailRelay {
  constructor(readonly program: RunningProgram) {}

  /** Starts one; see programs/mail_relay.ts for the modes. */
  static async start(node: LabNode, mode = "answers", port = RELAY_PORT): Promise<MailRelay> {
    const file = `${ROOT}/test/lab/programs/mail_relay.ts`;
    const argv = [DENO, "run", "-A", "--no-lock", file, `${port}`, mode];
    const program = await node.start(argv, { name: "mail relay" });
    await program.waitForLine(/^listening$/);
    return new MailRelay(program);
  }

  /** The mails so far. */
  get mails(): RelayedMail[] {
    return this.program.lines
      .filter(({ from, text }) => from === "stdout" && text.startsWith("{"))
      .map(({ text }) => JSON.parse(text) as RelayedMail);
  }

  /** Their subjects. */
  get subjects(): string[] {
    return this.mails.map(({ headers }) => headers["Subject"] ?? "");
  }

  /** Waits until mails with all these pieces of a subject have come. */
  async until(...pieces: string[]): Promise<void> {
    await eventually(`mails about ${pieces.join(", ")}`, () => {
      const subjects = this.subjects;
      return pieces.every((piece) => subjects.some((text) => text.includes(piece))) || null;
    }).catch((error: Error) => {
      throw new Error(`${error.message}; they were ${JSON.stringify(this.subjects, null, 1)}`);
    });
  }
}
