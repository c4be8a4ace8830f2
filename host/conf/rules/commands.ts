// All commands of a configuration, for the rules about scripts.
// This module is browser safe.

import type { Script } from "../model.ts";
import type { CommandDraft, Drafts, NotifyDraft } from "../read/drafts.ts";
import { resolveCommand } from "../resolve/command.ts";

/** A command as written and as it will be executed. */
export interface Command {
  draft: CommandDraft;
  script: Script;
}

/** Every command, in the order of the blocks. */
export function* commandsOf(drafts: Drafts): Generator<Command> {
  const fallback = drafts.global?.scriptUser ?? null;
  for (const { script, user } of drafts.scripts.values()) {
    if (script !== null) yield { draft: script, script: resolveCommand(script, user ?? fallback) };
  }
  for (const block of [...drafts.instances, ...drafts.groups]) {
    for (const draft of notifyCommands(block)) {
      yield { draft, script: resolveCommand(draft, fallback) };
    }
  }
  for (const { realServers } of drafts.services) {
    for (const { checkers } of realServers) {
      for (const { misc, user } of checkers) {
        if (misc !== null) yield { draft: misc, script: resolveCommand(misc, user ?? fallback) };
      }
    }
  }
}

function notifyCommands(block: NotifyDraft): CommandDraft[] {
  const { notifyMaster, notifyBackup, notifyFault, notifyStop, notify } = block;
  const all = [notifyMaster, notifyBackup, notifyFault, notifyStop, notify];
  return all.filter((command) => command !== null);
}
