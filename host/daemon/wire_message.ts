// What crosses the rings beside the core's own records: labels for the addresses of a staged
// configuration (the core knows no text), and the worker's own remarks to main. Kinds start at
// 0x1000 so that they never meet an INPUT_ or OUTPUT_ code. Same header as every record: u32 kind,
// u32 size, little endian.

/** main -> worker: label of a vip of the staged configuration. */
export const WIRE_LABEL = 0x1001;
/** worker -> main: a handleInput of a configuration record was refused, or the commit's result. */
export const WIRE_CONFIG_RESULT = 0x1002;
/** worker -> main: a text that explains a failure of the worker's own system calls. */
export const WIRE_REMARK = 0x1003;
/** worker -> main: something of links or addresses changed (resolve interface names again). */
export const WIRE_LINKS_CHANGED = 0x1004;

/** How bad a remark is. */
export type RemarkLevel = "info" | "warning" | "error";

/** Messages of main to the worker that are not the core's. */
export interface LabelMessage {
  vip: number;
  /** "" = none. */
  label: string;
}

/** The result of a configuration. */
export interface ConfigResultMessage {
  generation: number;
  /** STATUS_ code of the core; 0 = committed. */
  status: number;
  /** INPUT_ code of the record that was refused, 0 when committed. */
  recordKind: number;
}

/** A remark. */
export interface RemarkMessage {
  level: RemarkLevel;
  text: string;
}

const LEVELS: RemarkLevel[] = ["info", "warning", "error"];
const text = new TextEncoder();

/** Encodes a label message. */
export function encodeLabel(message: LabelMessage): Uint8Array {
  return encodeMessage(WIRE_LABEL, [message.vip], message.label);
}

/** Decodes a label message. */
export function decodeLabel(record: Uint8Array): LabelMessage {
  return { vip: messageWord(record, 2), label: tail(record, 12) };
}

/** Encodes a configuration's result. */
export function encodeConfigResult(message: ConfigResultMessage): Uint8Array {
  return encodeMessage(
    WIRE_CONFIG_RESULT,
    [message.generation, message.status, message.recordKind],
    "",
  );
}

/** Decodes a configuration's result. */
export function decodeConfigResult(record: Uint8Array): ConfigResultMessage {
  return {
    generation: messageWord(record, 2),
    status: messageWord(record, 3),
    recordKind: messageWord(record, 4),
  };
}

/** Encodes a remark. */
export function encodeRemark(message: RemarkMessage): Uint8Array {
  return encodeMessage(WIRE_REMARK, [LEVELS.indexOf(message.level)], message.text);
}

/** Decodes a remark. */
export function decodeRemark(record: Uint8Array): RemarkMessage {
  return { level: LEVELS[messageWord(record, 2)] ?? "error", text: tail(record, 12) };
}

/** Encodes the notice that links changed. */
export function encodeLinksChanged(): Uint8Array {
  return encodeMessage(WIRE_LINKS_CHANGED, [], "");
}

/** Kind of any record. */
export function kindOf(record: Uint8Array): number {
  return messageWord(record, 0);
}

/** A message: header, words, text. */
export function encodeMessage(kind: number, words: number[], trailing: string): Uint8Array {
  const bytes = text.encode(trailing);
  const size = 8 + 4 * words.length + bytes.length;
  const record = new Uint8Array(size);
  const view = new DataView(record.buffer);
  view.setUint32(0, kind, true);
  view.setUint32(4, size, true);
  words.forEach((value, i) => view.setUint32(8 + 4 * i, value, true));
  record.set(bytes, 8 + 4 * words.length);
  return record;
}

/** A word of a message; the header has the first two. */
export function messageWord(record: Uint8Array, index: number): number {
  return new DataView(record.buffer, record.byteOffset).getUint32(4 * index, true);
}

function tail(record: Uint8Array, at: number): string {
  return new TextDecoder().decode(record.subarray(at));
}
