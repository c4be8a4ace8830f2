// Commands to the whole node: stop, resign, clear statistics.

import { ID_NONE } from "../abi/limits";
import {
  COMMAND_CLEAR_STATISTICS,
  COMMAND_RESIGN,
  COMMAND_STOP,
  REASON_RESIGN,
  REASON_STOP,
  STATE_MASTER,
  STATE_STOP,
} from "../abi/state";
import { STATUS_OK, STATUS_RECORD_VALUE } from "../abi/status";
import { groupAt, groupCapacity, instanceAt, node, running } from "./arena";
import { becomeBackup, becomeStopped } from "./machine";
import { Instance, STAGING_NONE } from "./records";
import { settleGroup } from "./sync_group";

/** STATUS_OK, or STATUS_RECORD_VALUE for an unknown command. */
export function runCommand(command: u32): u32 {
  if (command == COMMAND_STOP) stopAll();
  else if (command == COMMAND_RESIGN) resignAll();
  else if (command == COMMAND_CLEAR_STATISTICS) clearStatistics();
  else return STATUS_RECORD_VALUE;
  return STATUS_OK;
}

/** Everything stops for good: instances in the order of the file, then the groups. */
function stopAll(): void {
  const self = node();
  if (self.stopped != 0) return;
  self.stopped = 1;
  self.staging = STAGING_NONE;
  for (let n: u32 = 0; n < running().instanceCount; n++) {
    const instance = instanceAt(n);
    if (instance.state != STATE_STOP) becomeStopped(instance, REASON_STOP);
  }
  settleGroups(REASON_STOP);
}

/** Each MASTER says priority 0 and goes BACKUP for a whole down interval. */
function resignAll(): void {
  for (let n: u32 = 0; n < running().instanceCount; n++) {
    const instance = instanceAt(n);
    if (instance.state == STATE_MASTER) becomeBackup(instance, REASON_RESIGN, true);
  }
  settleGroups(REASON_RESIGN);
}

function settleGroups(reason: u32): void {
  for (let number: u32 = 0; number < groupCapacity; number++) {
    const group = groupAt(number);
    if (group.present == 0 || group.first == ID_NONE) continue;
    settleGroup(number, reason, ID_NONE, group.first);
  }
}

function clearStatistics(): void {
  const first = <u32> offsetof<Instance>("advertReceived");
  const size = <u32> offsetof<Instance>("destinationErrors") + 4 - first;
  for (let n: u32 = 0; n < running().instanceCount; n++) {
    memory.fill(changetype<u32>(instanceAt(n)) + first, 0, size);
  }
}
