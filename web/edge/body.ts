// The body of a request, read up to a limit and taken apart: JSON or multipart/form-data. What comes out has
// the members of the JSON form; request.ts says what they must be.

import { parse, type ParseError } from "jsonc-parser";
import { joinBytes } from "../../host/base/bytes.ts";
import { SourceFile } from "../../host/conf/index.ts";
import { EDGE_LIMITS } from "./limits.ts";
import { limitReached, Problem } from "./problem.ts";

/** Members that a multipart form may have several times; its parts are files. */
const FILE_MEMBERS = ["files", "included"];

/** A body as members. Throws Problem 400, 413 or 415. */
export async function readBody(request: Request): Promise<Record<string, unknown>> {
  const type = (request.headers.get("content-type") ?? "").split(";")[0]!.trim().toLowerCase();
  if (type !== "application/json" && type !== "multipart/form-data") {
    throw new Problem(415, "content-type", "the body is of a type that is not read here", {
      hint: "send application/json or multipart/form-data, and say so in Content-Type",
    });
  }
  const bytes = await readBytes(request);
  if (type === "application/json") return readJson(bytes);
  return await readForm(bytes, request.headers.get("content-type")!);
}

/** The bytes, counted while they come: Content-Length may be missing or wrong. */
async function readBytes(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = () =>
    limitReached(
      413,
      EDGE_LIMITS.body,
      null,
      "send less: play larger clusters with `vipd simulate`",
    );
  const announced = Number(request.headers.get("content-length") ?? 0);
  if (announced > EDGE_LIMITS.body.value) throw tooLarge();
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  const isWhole = await readUpTo(
    request.body,
    EDGE_LIMITS.body.value,
    (chunk) => chunks.push(chunk),
  );
  if (!isWhole) throw tooLarge();
  return joinBytes(chunks);
}

/**
 * Takes what is left of a body that was refused, up to DRAINED_SIZE_MAX, and throws it away: a client that
 * sends all before it reads never sees the answer of a server that stops reading (RFC 9112, section 9.6).
 */
export async function drainBody({ body }: Request): Promise<void> {
  if (body === null) return;
  const isWhole = await readUpTo(body, EDGE_LIMITS.drained.value, () => {});
  if (!isWhole) await body.cancel();
}

/** Hands on what comes until the body ends; false as soon as more than `max` bytes have come. */
async function readUpTo(
  body: ReadableStream<Uint8Array>,
  max: number,
  take: (chunk: Uint8Array) => void,
): Promise<boolean> {
  const reader = body.getReader();
  let size = 0;
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      size += read.value.length;
      if (size > max) return false;
      take(read.value);
    }
    return true;
  } finally {
    reader.releaseLock();
  }
}

// ---- JSON ----

function readJson(bytes: Uint8Array): Record<string, unknown> {
  const text = decode(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, which may hold a password.
    throw new Problem(400, "json", "the body is no JSON", {
      detail: `it cannot be read ${placeOfError(text)}`,
      hint: 'send an object: {"files": [{"name": "node1.conf", "text": "..."}]}',
    });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new Problem(400, "json", "the body is no JSON object", {
    hint: 'send an object: {"files": [{"name": "node1.conf", "text": "..."}]}',
  });
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new Problem(400, "json", "the body is no UTF-8 text", {
      hint: "send JSON in UTF-8; files in another encoding can be sent as multipart/form-data",
    });
  }
}

function placeOfError(text: string): string {
  const errors: ParseError[] = [];
  try {
    parse(text, errors, { disallowComments: true });
  } catch (thrown) {
    if (thrown instanceof RangeError) return "because its brackets stand too deep in each other";
    throw thrown;
  }
  const { line, column } = new SourceFile("", text).position(errors[0]?.offset ?? text.length);
  return `from line ${line}, column ${column} on`;
}

// ---- multipart/form-data ----

/** A part of a form. workerd and browsers call it File; a plain field is a text. */
type Part = string | File;

async function readForm(bytes: Uint8Array<ArrayBuffer>, type: string) {
  const form = await parseForm(bytes, type);
  const members: Record<string, unknown> = Object.create(null);
  for (const [name, part] of form as Iterable<[string, Part]>) {
    if (FILE_MEMBERS.includes(name)) {
      const list = (members[name] ??= []) as unknown[];
      list.push(await fileOf(name, part));
    } else if (name in members) {
      throw new Problem(400, "form", "a field of the form is there twice", {
        detail: `only ${FILE_MEMBERS.join(" and ")} may be repeated`,
        hint: "leave one of them out",
      });
    } else if (name === "seed") members[name] = numberOf(await textOf(part));
    else members[name] = await textOf(part);
  }
  return members;
}

async function parseForm(bytes: Uint8Array<ArrayBuffer>, type: string): Promise<FormData> {
  try {
    return await new Response(bytes, { headers: { "content-type": type } }).formData();
  } catch {
    // Each runtime throws something else here, and all mean the same.
    throw new Problem(400, "form", "the body is no multipart form", {
      hint: "send it as `curl -F files=@node1.conf -F files=@node2.conf` does",
    });
  }
}

async function fileOf(member: string, part: Part): Promise<Record<string, unknown>> {
  if (typeof part === "string") {
    throw new Problem(400, "form", `a field ${member} of the form is no file`, {
      hint: `give it a file name: \`curl -F ${member}=@node1.conf\``,
    });
  }
  return { name: part.name, text: new Uint8Array(await part.arrayBuffer()) };
}

async function textOf(part: Part): Promise<string> {
  return typeof part === "string" ? part : await part.text();
}

/** A number in digits; anything else stays what it is, and is refused where numbers are asked for. */
function numberOf(text: string): number | string {
  return /^[0-9]{1,10}$/.test(text) ? Number(text) : text;
}
