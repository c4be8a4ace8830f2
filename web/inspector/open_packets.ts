// Packets that somebody brings: pasted text and files. What is wrong with them is said, in `complaint`.

import { signal } from "@preact/signals";
import { guessOutermost, type Outermost } from "../../host/sim/dissect/dissect.ts";
import { parseHexText } from "../../host/sim/dissect/hex_text.ts";
import { isDump } from "../../host/core/record.ts";
import { isPcap, readPcap } from "../../host/sim/pcap/pcap.ts";
import { openFile as openRecording } from "../source/replay/client.ts";
import { INSPECTOR_TEXT } from "../text/inspector.ts";
import { HEX_PROBLEM_TEXT } from "../text/packet_remarks.ts";
import { t, type Text } from "../text/text.ts";
import { showFile, showPasted, source } from "./inspector_state.ts";

/** Largest file that is read, MiB. */
export const FILE_MIB_MAX = 512;

/** Something that was brought, in words: a text with its values. */
export interface Told {
  text: Text;
  values: Readonly<Record<string, string | number>>;
}

/** What is wrong with what was brought last; null: nothing. */
export const complaint = signal<Told | null>(null);

/** Words of `told` now. */
export function toldText({ text, values }: Told): string {
  return t(text, values);
}

/** What pasted text holds: bytes and what they most likely begin with, or what is wrong. */
export type Pasted =
  | { bytes: Uint8Array; guess: Outermost; packets: number; told: null }
  | { bytes: null; told: Told };

/** Reads pasted text. */
export function readPasted(text: string): Pasted {
  const { bytes, problem, packets } = parseHexText(text);
  if (bytes !== null) return { bytes, guess: guessOutermost(bytes), packets, told: null };
  const { code, ...values } = problem;
  return { bytes: null, told: { text: HEX_PROBLEM_TEXT[code], values } };
}

/** Shows pasted bytes; `outermost` null: as guessed. */
export function openPasted(text: string, outermost: Outermost | null): boolean {
  const pasted = readPasted(text);
  complaint.value = pasted.told;
  if (pasted.bytes === null) return false;
  showPasted(pasted.bytes, outermost ?? pasted.guess);
  return true;
}

/** Shows a file: a capture, or text with a packet in hex. Never rejects. */
export async function openFile(file: File): Promise<boolean> {
  const { name } = file;
  complaint.value = null;
  if (file.size > FILE_MIB_MAX * 1024 * 1024) {
    complaint.value = { text: INSPECTOR_TEXT.fileTooBig, values: { name, max: FILE_MIB_MAX } };
    return false;
  }
  try {
    return await openBytes(name, new Uint8Array(await file.arrayBuffer()));
  } catch (thrown) {
    // A file can vanish, or be a folder.
    const problem = thrown instanceof Error ? thrown.message : String(thrown);
    complaint.value = { text: INSPECTOR_TEXT.fileUnread, values: { name, problem } };
    return false;
  }
}

/** Plays a capture or dump as a recording of the page. Never rejects. */
export async function playAsRecording(name: string, bytes: Uint8Array): Promise<boolean> {
  try {
    await openRecording(bytes, name);
    source.value = "recording";
    return true;
  } catch (thrown) {
    const problem = thrown instanceof Error ? thrown.message : String(thrown);
    complaint.value = { text: INSPECTOR_TEXT.refused, values: { problem } };
    return false;
  }
}

async function openBytes(name: string, bytes: Uint8Array): Promise<boolean> {
  if (isDump(bytes)) return await playAsRecording(name, bytes);
  if (!isPcap(bytes)) return openPasted(new TextDecoder().decode(bytes), null);
  const pcap = readPcap(bytes);
  if (pcap.packets.length === 0) {
    const problem = pcap.problem ?? t(INSPECTOR_TEXT.noPackets);
    complaint.value = { text: INSPECTOR_TEXT.fileUnread, values: { name, problem } };
    return false;
  }
  showFile({ name, bytes, pcap });
  return true;
}
