// A play as the fragment of an address, which browsers send to nobody: `#play=VERSION.CHECK.DATA`. Data is
// base64url (RFC 4648 5) of raw deflate (RFC 1951) of JSON in UTF-8, check is FNV-1a of data: what comes out
// of chats and mails is not always what went in.

import type { ConfFile } from "../app/state.ts";
import { nameProblem, TABS_MAX } from "../editor/tabs.ts";
import { SHARE_TEXT } from "../text/share.ts";
import type { Text } from "../text/text.ts";
import { LINK_HEAD, type Told } from "./share_state.ts";
import type { SharedPlay } from "./shared_play.ts";

/** Changes when older pages would misread a link. */
const VERSION = "1";
/** Longest fragment, characters: browsers take more, chats and mails often less. */
export const SHARED_LINK_LENGTH_MAX = 64 * 1024;
/** Bytes of a play that a link may unfold to. */
export const SHARED_TEXT_SIZE_MAX = 4 * 1024 * 1024;
/** Configurations that reloads of a play name. */
export const SHARED_CONFIGS_MAX = 256;

/** What a fragment holds. */
export type LinkReading =
  /** No play: the page opens with what it opens with. */
  | { kind: "none" }
  | { kind: "play"; play: SharedPlay }
  | { kind: "broken"; problem: Told };

/** The play of a fragment, its `#` included. Never rejects. */
export async function readShareLink(fragment: string): Promise<LinkReading> {
  if (!fragment.startsWith(LINK_HEAD)) return { kind: "none" };
  if (fragment.length > SHARED_LINK_LENGTH_MAX) {
    return broken(SHARE_TEXT.linkTooLong, { max: SHARED_LINK_LENGTH_MAX });
  }
  const [version, check, data, ...rest] = fragment.slice(LINK_HEAD.length).split(".");
  if (version !== VERSION) return broken(SHARE_TEXT.linkVersion);
  if (check === undefined || data === undefined || rest.length > 0 || check !== checkOf(data)) {
    return broken(SHARE_TEXT.linkDamaged);
  }
  try {
    const bytes = await inflate(fromBase64Url(data));
    if (bytes === null) return broken(SHARE_TEXT.linkTooLarge, { max: SHARED_TEXT_SIZE_MAX });
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    const play = playOf(JSON.parse(text));
    return play === null ? broken(SHARE_TEXT.linkDamaged) : { kind: "play", play };
  } catch {
    // No base64, no deflate, no UTF-8 or no JSON: all that one can do is to ask for the link again.
    return broken(SHARE_TEXT.linkDamaged);
  }
}

/** The fragment of a play, or why it has none. */
export async function writeShareLink(play: SharedPlay): Promise<string | Told> {
  const { files, scenario, configs, seed } = play;
  const pairs = (list: readonly ConfFile[]) => list.map(({ name, text }) => [name, text]);
  const json = JSON.stringify({ files: pairs(files), scenario, configs: pairs(configs), seed });
  const bytes = new TextEncoder().encode(json);
  const data = toBase64Url(await piped(bytes, new CompressionStream("deflate-raw"), Infinity));
  const fragment = `${LINK_HEAD}${VERSION}.${checkOf(data)}.${data}`;
  const isLong = fragment.length > SHARED_LINK_LENGTH_MAX ||
    bytes.length > SHARED_TEXT_SIZE_MAX || configs.length > SHARED_CONFIGS_MAX;
  if (!isLong) return fragment;
  const values = { length: fragment.length, max: SHARED_LINK_LENGTH_MAX };
  return { text: SHARE_TEXT.playTooLong, values };
}

function broken(text: Text, values: Told["values"] = {}): LinkReading {
  return { kind: "broken", problem: { text, values } };
}

/** FNV-1a, 32 bit, in base 36: a slip of the pen is noticed, a forgery is not meant to be. */
function checkOf(data: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < data.length; i++) hash = Math.imul(hash ^ data.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(36);
}

// ---- The shape of the JSON ----

function playOf(json: unknown): SharedPlay | null {
  if (!isRecord(json)) return null;
  const { scenario, seed } = json;
  const files = filesOf(json.files, TABS_MAX);
  const configs = filesOf(json.configs, SHARED_CONFIGS_MAX);
  if (files === null || configs === null || files.length === 0) return null;
  if (typeof scenario !== "string" && scenario !== null) return null;
  if (typeof seed !== "number" || seed >>> 0 !== seed) return null;
  return { files, scenario, configs, seed };
}

/** Names become tabs, files and words of a command: those of a stranger too. */
function filesOf(json: unknown, max: number): ConfFile[] | null {
  if (!Array.isArray(json) || json.length > max) return null;
  const files: ConfFile[] = [];
  for (const pair of json) {
    if (!Array.isArray(pair) || pair.length !== 2) return null;
    const [name, text] = pair as unknown[];
    if (typeof name !== "string" || typeof text !== "string") return null;
    if (nameProblem(files, name, "") !== null) return null;
    files.push({ name, text });
  }
  return files;
}

function isRecord(json: unknown): json is Record<string, unknown> {
  return typeof json === "object" && json !== null;
}

// ---- Bytes ----

/** null: more than SHARED_TEXT_SIZE_MAX. Rejects for what is no deflate. */
async function inflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array | null> {
  try {
    return await piped(bytes, new DecompressionStream("deflate-raw"), SHARED_TEXT_SIZE_MAX);
  } catch (thrown) {
    if (thrown instanceof TooLarge) return null;
    throw thrown;
  }
}

class TooLarge extends Error {}

/** The bytes as they come out of a stream; rejects with TooLarge for more than so many. */
async function piped(
  bytes: Uint8Array<ArrayBuffer>,
  through: CompressionStream | DecompressionStream,
  max: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: BlobPart[] = [];
  let size = 0;
  const reader = new Blob([bytes]).stream().pipeThrough(through).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > max) {
      await reader.cancel();
      throw new TooLarge();
    }
    chunks.push(value as Uint8Array<ArrayBuffer>);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

function toBase64Url(bytes: Uint8Array): string {
  const CHUNK = 8192;
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += CHUNK) {
    parts.push(String.fromCharCode(...bytes.subarray(at, at + CHUNK)));
  }
  return btoa(parts.join("")).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** Throws for what is no base64url. */
function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  if (!/^[\w-]*$/.test(text)) throw new Error("no base64url");
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}
