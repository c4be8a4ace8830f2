// Refused packets: counted always, told once for a sender, status and minute. A flood from many
// senders fills the table and is then only counted, so that the log cannot be flooded either.

import { ID_NONE, REFUSED_QUIET_US } from "../abi/limits";
import { OUTPUT_REFUSED, RefusedOutput } from "../abi/output";
import { node, senderCapacity, senderOf } from "./arena";
import { queueRemarkOf } from "./output_queue";
import { Packet } from "./packet";
import { RefusedSender } from "./records";

function isSender(row: RefusedSender, packet: Packet, status: u32): bool {
  return row.status == status && row.addressLo == packet.sourceLo &&
    row.addressHi == packet.sourceHi && row.family == packet.family &&
    row.ifindex == packet.ifindex;
}

/** Row of the sender and status, or a free or quiet one, or ID_NONE. */
function findRow(packet: Packet, status: u32): u32 {
  const now = node().nowUs;
  let free = ID_NONE;
  for (let n: u32 = 0; n < senderCapacity; n++) {
    const row = senderOf(n);
    if (row.status == 0) {
      if (free == ID_NONE) free = n;
      continue;
    }
    if (isSender(row, packet, status)) return n;
    if (free == ID_NONE && now - row.toldUs >= <u64> REFUSED_QUIET_US) free = n;
  }
  return free;
}

/**
 * A packet was refused with a status; `got` and `want` say what it carried and what was expected,
 * `instance` is the one it was for, or ID_NONE.
 */
export function tellRefused(
  packet: Packet,
  instance: u32,
  status: u32,
  got: u32,
  want: u32,
): void {
  const number = findRow(packet, status);
  if (number == ID_NONE) return;
  const now = node().nowUs;
  const row = senderOf(number);
  if (!isSender(row, packet, status)) {
    row.addressHi = packet.sourceHi;
    row.addressLo = packet.sourceLo;
    row.family = packet.family;
    row.ifindex = packet.ifindex;
    row.status = status;
    row.count = 0;
  } else if (now - row.toldUs < <u64> REFUSED_QUIET_US) {
    row.count++;
    return;
  }
  const at = queueRemarkOf(OUTPUT_REFUSED, offsetof<RefusedOutput>());
  if (at == 0) return;
  row.toldUs = now;
  const record = changetype<RefusedOutput>(at);
  record.instance = instance;
  record.ifindex = packet.ifindex;
  record.status = status;
  record.vrid = packet.vrid;
  record.got = got;
  record.want = want;
  record.count = row.count + 1;
  record.family = packet.family;
  record.sourceHi = packet.sourceHi;
  record.sourceLo = packet.sourceLo;
  row.count = 0;
}
