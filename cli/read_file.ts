// Files that a person names on the command line, read with a limit: what is no file at all, has no end
// or is too large is an error and not a program that grows until it is killed.

import { joinBytes } from "../host/base/bytes.ts";
import { errorText, VipdError } from "../host/base/errors.ts";

/**
 * The bytes of a plain file or of a pipe, at most `sizeMax`. Throws VipdError `file`: there is none, it is
 * a folder or a device, it cannot be read, it is larger.
 */
export function readFileUpTo(path: string, sizeMax: number): Uint8Array {
  try {
    const { isDirectory, isCharDevice, isBlockDevice, size } = Deno.statSync(path);
    if (isDirectory) throw refused(path, "it is a folder");
    if (isCharDevice || isBlockDevice) throw refused(path, "it is a device");
    if (size > sizeMax) throw tooLarge(path, sizeMax);
    return readAll(path, sizeMax);
  } catch (cause) {
    if (cause instanceof VipdError) throw cause;
    const isMissing = cause instanceof Deno.errors.NotFound;
    throw refused(path, isMissing ? "there is no such file" : errorText(cause), cause);
  }
}

/** Part of a file that is read at once, bytes. */
const PIECE_SIZE = 1024 * 1024;

function readAll(path: string, sizeMax: number): Uint8Array {
  const pieces: Uint8Array[] = [];
  let size = 0;
  const file = Deno.openSync(path);
  try {
    while (true) {
      const piece = new Uint8Array(PIECE_SIZE);
      const count = file.readSync(piece);
      if (count === null) break;
      size += count;
      // A pipe does not say beforehand how much will come out of it.
      if (size > sizeMax) throw tooLarge(path, sizeMax);
      pieces.push(piece.subarray(0, count));
    }
  } finally {
    file.close();
  }
  return joinBytes(pieces);
}

function tooLarge(path: string, sizeMax: number): VipdError {
  return refused(path, `it has more than ${sizeMax.toLocaleString("en")} bytes`);
}

function refused(path: string, why: string, cause?: unknown): VipdError {
  return new VipdError("file", `${path} cannot be read: ${why}`, { cause });
}
