// Newline framing of JSON texts on a byte stream, with a limit. The server and the Unix transport of
// the client cut their streams with it.
// This module is browser safe.

/** Cuts a UTF-8 byte stream into lines. A line longer than the limit is never kept. */
export class LineDecoder {
  readonly #lengthMax: number;
  readonly #decoder = new TextDecoder();
  #rest = "";

  /** `lengthMax`: longest line taken, UTF-16 units without its newline. */
  constructor(lengthMax: number) {
    this.#lengthMax = lengthMax;
  }

  /**
   * Takes the next bytes and returns the lines they complete, without newline and without a
   * carriage return before it; null as soon as a line is too long, after which the stream is of no
   * more use. Bytes that are no UTF-8 become U+FFFD.
   */
  push(bytes: Uint8Array): string[] | null {
    const pieces = this.#decoder.decode(bytes, { stream: true }).split("\n");
    const lines: string[] = [];
    for (let i = 0; i < pieces.length; i++) {
      const line = i === 0 ? this.#rest + pieces[i]! : pieces[i]!;
      if (line.length > this.#lengthMax) return null;
      if (i === pieces.length - 1) this.#rest = line;
      else lines.push(line.endsWith("\r") ? line.slice(0, -1) : line);
    }
    return lines;
  }
}

/** A message as it goes over a byte stream: one line of JSON. */
export function encodeLine(message: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(message) + "\n");
}
