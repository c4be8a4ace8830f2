// What crosses the director's rings beside the core's own records: a mark behind each batch and its
// acknowledgement. Remarks are those of wire_message.ts, and so is the header; kinds never meet theirs.

import { encodeMessage, messageWord } from "./wire_message.ts";

/** main -> worker: a batch of records ends here; make it so. */
export const DIRECTOR_SYNC = 0x1101;
/** worker -> main: the batch is in force. */
export const DIRECTOR_SYNCED = 0x1102;

/** The acknowledgement of a batch. */
export interface SyncedMessage {
  /** That of the DIRECTOR_SYNC. */
  batch: number;
  /** STATUS_ code of the first record that the core refused; 0 = none. */
  status: number;
}

/** Encodes the end of a batch. */
export function encodeSync(batch: number): Uint8Array {
  return encodeMessage(DIRECTOR_SYNC, [batch], "");
}

/** The number of an ended batch. */
export function decodeSync(record: Uint8Array): number {
  return messageWord(record, 2);
}

/** Encodes an acknowledgement. */
export function encodeSynced({ batch, status }: SyncedMessage): Uint8Array {
  return encodeMessage(DIRECTOR_SYNCED, [batch, status], "");
}

/** Decodes an acknowledgement. */
export function decodeSynced(record: Uint8Array): SyncedMessage {
  return { batch: messageWord(record, 2), status: messageWord(record, 3) };
}
